//! Fields of what nodes show: `n1.term > 3`, `role changes`.

use std::collections::BTreeSet;
use std::fmt;

use seatrial_node::{NodeId, Status, StatusValue};

use super::run::Run;
use crate::scenario::nearest;

/// A field of a node's status; of any node's, where none is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Whose.
    pub node: Option<NodeId>,
    /// Its name.
    pub name: String,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.node {
            Some(node) => write!(f, "{node}.{}", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// What a field has to come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    field: Field,
    test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    /// It shows something else than before.
    Changes,
    /// It compares so with this value.
    Is(Comparison, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Other,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// Longer signs first: the beginning of `>=` is `>`.
const SIGNS: [(&str, Comparison); 7] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::Other),
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("=", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::More),
];

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            Test::Changes => write!(f, "{} changes", self.field),
            Test::Is(comparison, value) => {
                let sign = SIGNS.iter().rev().find(|(_, known)| known == comparison);
                write!(f, "{} {} {value}", self.field, sign.map_or("", |(sign, _)| sign))
            }
        }
    }
}

impl Field {
    /// Reads `n1.term`, or `term`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (node, name) = match text.split_once('.') {
            Some((node, name)) => {
                let node = node.parse().map_err(|error| format!("{error}"))?;
                (Some(node), name)
            }
            None => (None, text),
        };
        match name.is_empty() || name.contains(char::is_whitespace) {
            true => Err(format!("`{text}` names no field: write it as n1.term, or as term")),
            false => Ok(Self { node, name: name.to_owned() }),
        }
    }

    /// Whether the run knows it.
    pub(super) fn check(&self, run: &Run) -> Result<(), String> {
        if let Some(node) = self.node.filter(|node| !run.nodes.contains(node)) {
            return Err(format!("there is no {node}; there is {}", list(&run.nodes)));
        }
        let known = run.fields();
        if known.contains(&self.name.as_str()) {
            return Ok(());
        }
        let is_this = |value: &StatusValue| matches!(value, StatusValue::Text(text) if *text == self.name.as_str());
        let mut shown = run.all_shown();
        let shows = shown.find(|(_, value)| is_this(value)).map(|(name, _)| *name);
        let wrong = format!("no node shows a field `{}`", self.name);
        Err(match (shows, nearest(&self.name, known.iter().copied())) {
            (Some(field), _) => {
                format!("{wrong}; it is what `{field}` shows: write `{field} = {}`", self.name)
            }
            (None, Some(near)) => format!("{wrong}; did you mean `{near}`?"),
            (None, None) if known.is_empty() => format!("{wrong}, nor any other"),
            (None, None) => format!("{wrong}; there is {}", known.join(", ")),
        })
    }

    /// The nodes that are meant.
    pub(super) fn nodes(&self, run: &Run) -> Vec<NodeId> {
        self.node.map_or_else(|| run.nodes.clone(), |node| vec![node])
    }

    /// What the nodes that are meant show after a step.
    pub(super) fn values(&self, run: &Run, step: u64) -> Vec<(NodeId, Option<String>)> {
        let shown = |node: NodeId| {
            let (status, _) = run.status(node, step)?;
            status.value(&self.name).map(ToString::to_string)
        };
        self.nodes(run).into_iter().map(|node| (node, shown(node))).collect()
    }
}

impl Run {
    /// Everything that nodes show: the field, and its value.
    fn all_shown(&self) -> impl Iterator<Item = &(&'static str, StatusValue)> {
        let statuses = self.nodes.iter().flat_map(|node| self.statuses(*node));
        statuses.flat_map(|(_, status)| status.fields())
    }

    /// The fields that nodes show.
    pub(super) fn fields(&self) -> Vec<&'static str> {
        let mut known = Vec::new();
        for (name, _) in self.all_shown() {
            if !known.contains(name) {
                known.push(*name);
            }
        }
        known
    }
}

fn list(nodes: &[NodeId]) -> String {
    nodes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Condition {
    /// Reads `n1.term > 3` or `role changes`; nothing, where it is neither.
    pub(super) fn parse(text: &str) -> Option<Result<Self, String>> {
        if let Some(field) = text.strip_suffix(" changes") {
            let field = Field::parse(field.trim());
            return Some(field.map(|field| Self { field, test: Test::Changes }));
        }
        let place = text.find(['=', '!', '<', '>'])?;
        let (sign, comparison) = SIGNS.iter().find(|(sign, _)| text[place..].starts_with(sign))?;
        let value = text[place + sign.len()..].trim();
        if value.is_empty() {
            return Some(Err(format!(
                "`{text}` ends where a value is to stand, as in n1.term > 3"
            )));
        }
        let test = Test::Is(*comparison, value.to_owned());
        Some(Field::parse(text[..place].trim()).map(|field| Self { field, test }))
    }

    /// Whether the run knows the field, and the field can be compared in this way.
    pub(super) fn check(&self, run: &Run) -> Result<(), String> {
        self.field.check(run)?;
        let Test::Is(comparison, with) = &self.test else { return Ok(()) };
        let name = &self.field.name;
        let shown = run.nodes.iter().flat_map(|node| run.statuses(*node));
        let shown: BTreeSet<&StatusValue> =
            shown.filter_map(|(_, status)| status.value(name)).collect();
        let is_number = |value: &&StatusValue| matches!(value, StatusValue::Number(_));
        if shown.iter().all(is_number) {
            return match with.parse::<u64>() {
                Ok(_) => Ok(()),
                Err(_) => Err(format!("`{name}` shows numbers, and `{with}` is none")),
            };
        }
        if !matches!(comparison, Comparison::Equal | Comparison::Other) {
            return Err(format!(
                "`{name}` shows words: ask for {name} = {with}, or {name} != {with}"
            ));
        }
        let known: Vec<String> = shown.iter().map(|value| value.to_string()).collect();
        let is_known = known.iter().any(|known| known == with);
        match nearest(with, known.iter().map(String::as_str)).filter(|_| !is_known) {
            Some(near) => {
                Err(format!("`{name}` never shows `{with}` in this run; did you mean `{near}`?"))
            }
            None => Ok(()),
        }
    }

    /// The steps at which it comes to be so, at any of the nodes that are meant.
    pub(super) fn steps(&self, run: &Run) -> Vec<u64> {
        let mut steps = Vec::new();
        for node in self.field.nodes(run) {
            let mut before: Option<&Status> = None;
            for (step, status) in run.statuses(node) {
                if self.comes(before, status) {
                    steps.push(step);
                }
                before = Some(status);
            }
        }
        steps.sort_unstable();
        steps.dedup();
        steps
    }

    fn comes(&self, before: Option<&Status>, now: &Status) -> bool {
        let of = |status: &Status| status.value(&self.field.name).cloned();
        let Some(value) = of(now) else { return false };
        let former = before.and_then(of);
        match &self.test {
            Test::Changes => former.is_some_and(|former| former != value),
            Test::Is(comparison, with) => {
                comparison.is_so(&value, with)
                    && !former.is_some_and(|former| comparison.is_so(&former, with))
            }
        }
    }
}

impl Comparison {
    /// Numbers compare as numbers, all else as text.
    fn is_so(self, value: &StatusValue, with: &str) -> bool {
        let order = match (value, with.parse::<u64>()) {
            (StatusValue::Number(value), Ok(with)) => value.cmp(&with),
            _ => value.to_string().as_str().cmp(with),
        };
        match self {
            Self::Equal => order.is_eq(),
            Self::Other => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::More => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}
