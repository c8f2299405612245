//! What is wrong with a scenario, and where.

use std::fmt;
use std::path::Path;

use super::place::{self, line_of};
use super::{shape, words};

/// A scenario that cannot be tried: which file, which line, what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// The file, or the name of the scenario.
    pub file: String,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// What is wrong and what to do, in a sentence or two.
    pub what: String,
}

impl ScenarioError {
    pub(crate) fn new(file: &str, what: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line: None, what: what.into() }
    }

    /// The same error, of a scenario that was read from within this file.
    #[must_use]
    pub fn in_file(mut self, path: &Path) -> Self {
        self.file = path.display().to_string();
        self
    }

    /// An error of the TOML reader, in plain words.
    pub(crate) fn from_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map(|span| line_of(text, span.start));
        let message = error.message();
        let stands = line.and_then(|line| text.lines().nth(line - 1)).unwrap_or_default();
        let what = match message {
            "duplicate key" if stands.trim_start().starts_with("[[faults]]") => {
                shape::SCRIPTED.to_owned()
            }
            "duplicate key" => {
                let key = error.span().and_then(|span| text.get(span)).unwrap_or("this").trim();
                format!("`{key}` stands here a second time: take one of the two out")
            }
            message => words::plain(message),
        };
        match error.span().and_then(|span| place::blamed(text, span, &what)) {
            Some((place, key)) => {
                let line = Some(line_of(text, place));
                Self { file: file.to_owned(), line, what: format!("{key}: {what}") }
            }
            None => Self { file: file.to_owned(), line, what },
        }
    }

    /// The same error, at the line where [this key of this table](place::line) stands.
    pub(crate) fn at(mut self, text: &str, table: &str, key: &str) -> Self {
        self.line = place::line(text, table, key);
        self
    }
}

impl ScenarioError {
    /// The same error, at the line where this element of the list of this name stands.
    pub(crate) fn at_element(mut self, text: &str, list: &str, index: usize) -> Self {
        self.line = place::element(text, list, index);
        self
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.what),
            None => write!(f, "{}: {}", self.file, self.what),
        }
    }
}

impl std::error::Error for ScenarioError {}

/// The nearest of these names to a misspelt one, if any is near.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distance = |other: &&str| strsim::damerau_levenshtein(name, other);
    let best = known.into_iter().min_by_key(distance)?;
    (distance(&best) <= name.len().max(best.len()).div_ceil(3)).then_some(best)
}

/// "there is no protocol `rft-kv`; did you mean `raft-kv`?", or else which there are.
pub fn unknown<'a>(
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> String {
    match nearest(name, known.clone()) {
        Some(nearest) => format!("there is no {what} `{name}`; did you mean `{nearest}`?"),
        None => {
            let known: Vec<&str> = known.into_iter().collect();
            match known.as_slice() {
                [] => format!("there is no {what} `{name}`, nor any other"),
                known => format!("there is no {what} `{name}`; there is {}", known.join(", ")),
            }
        }
    }
}
