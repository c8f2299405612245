//! Where in a file something stands, so that an error can name its line.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The line of this key, or of this word as a value, in this table; or else where the innermost table begins that there is. A table is
/// named as `faults.script[2]`, which is the third of its list; of a list without a number, the first that has the key. An empty name is
/// the whole file.
pub(crate) fn line(text: &str, table: &str, key: &str) -> Option<usize> {
    let file = DeTable::parse(text).ok()?;
    let steps: Vec<&str> = table.split(['.', '[', ']']).filter(|step| !step.is_empty()).collect();
    let offset = match seek(file.get_ref(), &steps, key) {
        Found::Key(offset) | Found::Table(offset) => offset,
        Found::Nothing => return None,
    };
    Some(line_of(text, offset))
}

/// The line of this element, from 0, of a list that stands by itself at the beginning of a file.
pub(crate) fn element(text: &str, list: &str, index: usize) -> Option<usize> {
    let file = DeTable::parse(text).ok()?;
    let (_, value) = file.get_ref().iter().find(|(name, _)| name.get_ref() == list)?;
    let element = value.get_ref().as_array()?.get(index)?;
    Some(line_of(text, element.span().start))
}

/// Where what is said to be wrong stands within a part of a text, and after which key; nothing, where it stands there more than once. Of a
/// value that may be of several kinds the reader tells only where all of it begins, which may be lines before the number that is to blame.
pub(crate) fn blamed<'t>(
    text: &'t str,
    part: Range<usize>,
    what: &str,
) -> Option<(usize, &'t str)> {
    let wrong = what.split_inclusive('"').take(2).collect::<String>();
    let within = text.get(part.clone())?;
    let is_quoted = wrong.len() > 2 && wrong.starts_with('"') && wrong.ends_with('"');
    let mut places = within.match_indices(&wrong).map(|(place, _)| part.start + place);
    let (first, None) = (places.next().filter(|_| is_quoted)?, places.next()) else { return None };
    let before = text[..first].trim_end().strip_suffix('=')?.trim_end();
    let is_of_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let key = &before[before.trim_end_matches(is_of_key).len()..];
    (!key.is_empty()).then_some((first, key))
}

/// The line of this byte, from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

enum Found {
    /// The key, or the word.
    Key(usize),
    /// A table on the way to it.
    Table(usize),
    Nothing,
}

impl Found {
    /// The same, or else the table that begins here.
    fn or_table(self, offset: usize) -> Self {
        match self {
            Self::Nothing => Self::Table(offset),
            found => found,
        }
    }
}

fn seek(table: &DeTable<'_>, steps: &[&str], key: &str) -> Found {
    let Some((step, rest)) = steps.split_first() else {
        let named = table.iter().find(|(name, _)| name.get_ref() == key);
        let has = |value: &Spanned<DeValue<'_>>| says(value.get_ref(), key);
        let entry = named.or_else(|| table.iter().find(|(_, value)| has(value)));
        return entry.map_or(Found::Nothing, |(name, _)| Found::Key(name.span().start));
    };
    let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref() == step) else {
        return Found::Nothing;
    };
    let found = match value.get_ref() {
        DeValue::Table(inner) => seek(inner, rest, key),
        DeValue::Array(all) => match rest.split_first() {
            Some((number, rest)) if number.parse::<usize>().is_ok() => {
                let entry = number.parse().ok().and_then(|number: usize| all.get(number));
                entry.map_or(Found::Nothing, |entry| enter(entry, rest, key))
            }
            _ => {
                let mut entries = all.iter().map(|entry| enter(entry, rest, key)).peekable();
                let first = entries.next().unwrap_or(Found::Nothing);
                match first {
                    Found::Key(_) => first,
                    _ => entries.find(|found| matches!(found, Found::Key(_))).unwrap_or(first),
                }
            }
        },
        _ => Found::Nothing,
    };
    found.or_table(name.span().start)
}

fn enter(entry: &Spanned<DeValue<'_>>, rest: &[&str], key: &str) -> Found {
    let inner = entry.get_ref().as_table();
    inner.map_or(Found::Nothing, |inner| seek(inner, rest, key)).or_table(entry.span().start)
}

/// Whether a value is this word, or a list with it.
fn says(value: &DeValue<'_>, word: &str) -> bool {
    match value {
        DeValue::String(text) => text == word,
        DeValue::Integer(number) => number.as_str() == word,
        DeValue::Float(number) => number.as_str() == word,
        DeValue::Array(all) => all.iter().any(|value| says(value.get_ref(), word)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_is_found_with_its_key_where_it_stands_once() {
        let text = "mode = [\n    { min = \"1xs\", max = \"2s\" },\n    { min = \"2s\" },\n]\n";
        let at = |what: &str| {
            blamed(text, 7..text.len(), what).map(|(at, key)| (line_of(text, at), key))
        };
        assert_eq!(at("\"1xs\" is no span of time"), Some((2, "min")));
        assert_eq!(at("\"2s\" is too long: \"1xs\" is less"), None, "it stands there twice");
        assert_eq!(at("17 stands where a text is wanted"), None);
        assert_eq!(blamed(text, 40..text.len(), "\"1xs\" is no span of time"), None);
    }

    const TEXT: &str = "name = 'a'

[faults]
crash = { count = 1 }
script = [
    { at = '1ms', node = 'n0' },
    { at = '2ms', node = 'n1' },
]

[[faults.phase]]
name = 'one'

[[faults.phase]]
name = 'two'
lasts = '1s'
\"odd name\" = 1

[[faults.phase.phase]]
";

    #[test]
    fn a_key_a_word_and_a_table_are_found_however_they_are_written() {
        for (table, key, found) in [
            ("", "name", Some(1)),
            ("faults", "crash", Some(4)),
            ("faults.crash", "count", Some(4)),
            ("faults.script[1]", "node", Some(7)),
            ("faults.script[1]", "n1", Some(7)),
            ("faults.script[0]", "nothing", Some(6)),
            ("faults.phase[0]", "lasts", Some(10)),
            ("faults.phase", "lasts", Some(15)),
            ("faults.phase", "odd name", Some(16)),
            ("faults.phase", "phase", Some(18)),
            ("faults.nothing", "at", Some(3)),
            ("nothing", "at", None),
        ] {
            assert_eq!(line(TEXT, table, key), found, "{table} {key}");
        }
    }
}
