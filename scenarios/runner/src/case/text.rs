//! A case as a person reads it: what is short stands in one line, and what is as usual is left out.

use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// What is in a table of TOML, in the order of the fields, each table under its own heading down to the second level; anything deeper
/// stands in the line of its key.
pub(super) fn write(value: &impl Serialize, first: &[&str]) -> String {
    let table = Table::try_from(value).expect("every case has a form in TOML");
    let mut text = String::new();
    for key in first {
        if let Some(value) = table.get(*key) {
            line(&mut text, key, value);
        }
    }
    // What comes after the heading of a table belongs to it, so tables come last.
    let rest = || table.iter().filter(|(key, _)| !first.contains(&key.as_str()));
    rest()
        .filter(|(_, value)| !value.is_table())
        .for_each(|(key, value)| line(&mut text, key, value));
    for (key, value) in rest() {
        if let Some(inner) = value.as_table() {
            section(&mut text, key, inner);
        }
    }
    text
}

fn section(text: &mut String, name: &str, table: &Table) {
    text.push_str(&format!("\n[{name}]\n"));
    let is_section = |key: &str, value: &Value| {
        value.is_table() && !name.contains('.') && value.to_string().len() + key.len() > WIDE
    };
    for (key, value) in table.iter().filter(|(key, value)| !is_section(key, value)) {
        line(text, key, value);
    }
    for (key, value) in table.iter().filter(|(key, value)| is_section(key, value)) {
        if let Some(inner) = value.as_table() {
            section(text, &format!("{name}.{key}"), inner);
        }
    }
}

/// What is longer than this is written over several lines.
const WIDE: usize = 100;

/// A key and its value. A long list has a line for each of its elements.
fn line(text: &mut String, key: &str, value: &Value) {
    let key = match key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        true => key.to_owned(),
        false => Value::from(key).to_string(),
    };
    let whole = value.to_string();
    match value.as_array() {
        Some(all) if whole.len() + key.len() > WIDE => {
            text.push_str(&format!("{key} = [\n"));
            all.iter().for_each(|element| text.push_str(&format!("    {element},\n")));
            text.push_str("]\n");
        }
        _ => text.push_str(&format!("{key} = {whole}\n")),
    }
}

/// The same value without the fields that say what is understood without them: whatever reads as the same value when it is left out.
pub(super) fn trim<T: Serialize + DeserializeOwned + PartialEq>(value: &T) -> Table {
    let mut table = Table::try_from(value).expect("every case has a form in TOML");
    trim_within(&mut table, &mut |whole| {
        whole.clone().try_into::<T>().is_ok_and(|read| read == *value)
    });
    table
}

/// Leaves out of a table what can be left out, the outermost first. `is_same` judges the whole.
fn trim_within(table: &mut Table, is_same: &mut dyn FnMut(&Table) -> bool) {
    let keys: Vec<String> = table.keys().cloned().collect();
    for key in keys {
        let Some(value) = table.remove(&key) else { continue };
        if is_same(table) {
            continue;
        }
        let Value::Table(mut inner) = value else {
            table.insert(key, value);
            continue;
        };
        trim_within(&mut inner, &mut |inner| {
            table.insert(key.clone(), Value::Table(inner.clone()));
            is_same(table)
        });
        table.insert(key, Value::Table(inner));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Outer {
        name: String,
        #[serde(default)]
        count: u32,
        #[serde(default)]
        inner: Inner,
        #[serde(default)]
        words: Vec<String>,
        #[serde(default)]
        map: BTreeMap<String, u32>,
    }

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Inner {
        left: u32,
        right: u32,
    }

    fn outer() -> Outer {
        let words = (0..12).map(|nth| format!("word number {nth}")).collect();
        let inner = Inner { left: 1, right: 0 };
        Outer { name: "x".into(), count: 0, inner, words, map: BTreeMap::new() }
    }

    #[test]
    fn what_is_as_usual_is_left_out_and_the_rest_reads_as_the_same_value() {
        let table = trim(&outer());
        let keys: Vec<&String> = table.keys().collect();
        assert_eq!(keys, ["name", "inner", "words"]);
        assert_eq!(table["inner"].to_string(), "{ left = 1 }");
        assert_eq!(table.try_into::<Outer>().expect("it reads"), outer());
    }

    #[test]
    fn a_long_list_has_a_line_for_each_element_and_a_short_table_one_line() {
        let text = write(&outer(), &["name"]);
        assert!(text.starts_with("name = \"x\"\n"), "{text}");
        assert!(text.contains("words = [\n    \"word number 0\",\n"), "{text}");
        let read: Outer = toml::from_str(&text).expect("it reads");
        assert_eq!(read, outer());
    }
}
