//! What a checker says of an execution.

use std::fmt;

use serde::Serialize;

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
    pub evidence: Vec<String>,
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
