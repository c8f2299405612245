//! Marks that a scenario expects its hunts to reach.

use serde::{Deserialize, Serialize};

/// A mark that a hunt should reach: the name of one, as `"a snapshot was installed"`, or one made of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "a mark is a name, or a table as { mark = \"ten commits\", fact = \"commit\", times = 10 }"
)]
pub enum MarkSpec {
    /// A mark that the protocol declares.
    Named(String),
    /// A mark of the scenario's own.
    Facts(FactMark),
}

/// A mark that is reached when a fact has been announced so often in one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactMark {
    /// What the mark is called.
    pub mark: String,
    /// The fact, by its name in traces: `commit`, `step-down`, `truncate`.
    pub fact: String,
    /// How often, by all nodes together.
    #[serde(default = "once")]
    pub times: u64,
}

const fn once() -> u64 {
    1
}

impl MarkSpec {
    /// What it is called.
    pub fn mark(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::Facts(made) => &made.mark,
        }
    }
}
