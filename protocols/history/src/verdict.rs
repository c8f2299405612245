//! What a checker says of an execution.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::Moment;

/// A checker's word. "Unknown" is neither good nor bad, and never reads as a pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// The property holds.
    Holds,
    /// It is broken, and here is how.
    Violated(Violation),
    /// The checker could not tell.
    Unknown {
        /// Why not, such as a budget that was spent.
        why: String,
    },
}

impl Verdict {
    /// The violation, if it is one.
    pub const fn violation(&self) -> Option<&Violation> {
        match self {
            Self::Violated(violation) => Some(violation),
            _ => None,
        }
    }
}

/// A broken property, explained so that a person can follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The property by its name in the literature: `election safety`.
    pub property: &'static str,
    /// Where the property is defined: `Raft (Ongaro and Ousterhout 2014), figure 3`.
    pub source: &'static str,
    /// One or two sentences: what was expected, and what was seen instead.
    pub explanation: String,
    /// When it was broken; for a property of a whole history, when its last event happened.
    pub at: Option<Moment>,
    /// The smallest evidence, a line each, oldest first.
    pub evidence: Vec<Evidence>,
}

/// One line of evidence, and the moments that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What was seen, as a line: `step 2 at 1.1s: n1 leads in term 3`.
    pub text: String,
    /// When that happened, as far as the line is about something that happened.
    pub moments: Vec<Moment>,
}

impl Evidence {
    /// Something that happened then.
    pub fn at(at: Moment, what: impl fmt::Display) -> Self {
        Self { text: format!("{at}: {what}"), moments: vec![at] }
    }
}

/// A line about no moment.
impl<T: Into<String>> From<T> for Evidence {
    fn from(text: T) -> Self {
        Self { text: text.into(), moments: Vec::new() }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// As its text.
impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// Shows the property, what happened, and the evidence, a line each.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is violated: {}", self.property, self.explanation)?;
        for line in &self.evidence {
            write!(f, "\n    {line}")?;
        }
        Ok(())
    }
}
