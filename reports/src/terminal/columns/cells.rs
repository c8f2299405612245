//! What a node shows, in so few letters that all nodes stand beside one another.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_node::{NodeId, StatusValue};

use super::Standing;
use crate::page::{Page, Role, clean, columns};

/// How cells are written: which values they show, and how those are shortened.
pub(super) struct Cells {
    fields: Vec<&'static str>,
    /// Of a field that shows words: each by as many letters as tell it from the others.
    short: BTreeMap<(&'static str, String), String>,
    /// Columns of the widest cell.
    pub(super) width: usize,
}

/// Words that are as short as these stay as they are.
const SHORT: usize = 3;

impl Cells {
    /// As many of the values that change, in the nodes' own order, as there is room for; the first in any case.
    pub(super) fn fitting<'r>(
        rows: impl Iterator<Item = &'r BTreeMap<NodeId, Standing>> + Clone,
        nodes: usize,
        room: usize,
    ) -> Self {
        let standings = || rows.clone().flat_map(BTreeMap::values);
        let mut fields = changing(standings());
        loop {
            let mut cells =
                Self { short: shortened(standings(), &fields), fields: fields.clone(), width: 2 };
            let widths = standings().map(|standing| columns(&cells.cell(standing)));
            cells.width = widths.max().unwrap_or_default().max(2);
            if fields.len() <= 1 || nodes * (cells.width + 1) <= room {
                return cells;
            }
            fields.pop();
        }
    }

    /// What a cell means, as a line.
    pub(super) fn legend(&self, page: &Page) -> String {
        if self.fields.is_empty() {
            return String::new();
        }
        let words: Vec<String> = (self.short.iter())
            .filter(|((_, long), short)| long != *short)
            .map(|((_, long), short)| format!("{short} {}", clean(long)))
            .collect();
        let words =
            if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) };
        let fields = self.joined(|field, is_term| if is_term { "term" } else { field }.to_owned());
        let legend = format!("a node shows {fields}{words}");
        let wrapped = page.wrap(&legend, "  ", "  ");
        wrapped.lines().map(|line| format!("{}\n", page.paint(Role::Faint, line))).collect()
    }

    /// What a node shows.
    pub(super) fn cell(&self, standing: &Standing) -> String {
        if let Some(absent) = standing.absent {
            return absent.to_owned();
        }
        let value = |field: &'static str, _: bool| match standing.shows.value(field) {
            Some(StatusValue::Text(text)) => {
                let short = self.short.get(&(field, text.to_string()));
                clean(short.map_or_else(|| text.as_ref(), String::as_str))
            }
            Some(StatusValue::Bool(true)) => "y".to_owned(),
            Some(StatusValue::Bool(false)) => "n".to_owned(),
            Some(value) => value.to_string(),
            None => "-".to_owned(),
        };
        self.joined(value)
    }

    /// Each field in words, and whether it is the term of the one before, with what stands between them.
    fn joined(&self, say: impl Fn(&'static str, bool) -> String) -> String {
        let mut out = String::new();
        for (nth, field) in self.fields.iter().enumerate() {
            let is_term = nth > 0 && is_term_of(field, self.fields[nth - 1]);
            let before = match nth {
                0 => "",
                _ if is_term => "@",
                _ => "/",
            };
            out.push_str(before);
            out.push_str(&say(field, is_term));
        }
        out
    }
}

/// Whether a field is the term of another, as `last_term` of `last`: together they name one entry of a log, `7@3`.
fn is_term_of(field: &str, other: &str) -> bool {
    field.strip_suffix("_term") == Some(other)
}

/// The fields that do not show one and the same value throughout, and with an index its term. Where none changes, the first.
fn changing<'r>(standings: impl Iterator<Item = &'r Standing>) -> Vec<&'static str> {
    let mut seen: Vec<(&'static str, &StatusValue, bool)> = Vec::new();
    for (field, value) in standings.flat_map(|standing| standing.shows.fields()) {
        match seen.iter_mut().find(|(known, ..)| known == field) {
            Some((_, first, changes)) => *changes |= *first != value,
            None => seen.push((field, value, false)),
        }
    }
    let mut changing: Vec<&'static str> = Vec::new();
    for (field, _, changes) in &seen {
        if *changes || changing.last().is_some_and(|before| is_term_of(field, before)) {
            changing.push(field);
        }
    }
    if changing.is_empty() {
        return seen.first().map(|(field, ..)| *field).into_iter().collect();
    }
    changing
}

/// For each word that is shown in a field, the shortest beginning that no other word of that field has.
fn shortened<'r>(
    standings: impl Iterator<Item = &'r Standing>,
    fields: &[&'static str],
) -> BTreeMap<(&'static str, String), String> {
    let mut words: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    for (field, value) in standings.flat_map(|standing| standing.shows.fields()) {
        if let (StatusValue::Text(text), true) = (value, fields.contains(field)) {
            words.entry(field).or_default().insert(text.to_string());
        }
    }
    let mut short = BTreeMap::new();
    for (field, words) in words {
        for word in &words {
            short.insert((field, word.clone()), beginning(word, &words));
        }
    }
    short
}

fn beginning(word: &str, words: &BTreeSet<String>) -> String {
    let letters = word.chars().count();
    if letters <= SHORT {
        return word.to_owned();
    }
    let begins = |count: usize| word.chars().take(count).collect::<String>();
    let tells = |count: &usize| {
        let start = begins(*count);
        words.iter().all(|other| other == word || !other.starts_with(&start))
    };
    begins((1..=letters).find(tells).unwrap_or(letters))
}
