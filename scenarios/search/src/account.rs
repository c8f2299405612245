//! What a search has found, and how far it went.

use std::fmt;

use seatrial_history::Violation;
use seatrial_sim::Incident;

use crate::choice::Choice;
use crate::exploration::violation;
use crate::state::Told;

/// What a search has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explored {
    /// How many different states there are, the first one included.
    pub states: u64,
    /// How many steps were made from one to another.
    pub transitions: u64,
    /// How many complete executions there are. With [`Classes`](crate::Reduction::Classes) it counts classes of them; with
    /// [`States`](crate::Reduction::States) those that go through the states that were found, each order by itself. [`None`] where that
    /// is not known: the search has not come to its end, or an execution has none.
    pub executions: Option<u128>,
    /// How many different states an execution may end in.
    pub ends: u64,
    /// The same states as one number: equal sets have equal digests.
    pub ends_digest: u128,
    /// How many steps the longest path to a state had.
    pub depth: u64,
    /// Whether everything was looked at, or why not.
    pub extent: Extent,
    /// An execution that must not be, if there is one.
    pub counterexample: Option<Counterexample>,
    /// Whether no shorter one exists.
    pub is_shortest: bool,
}

/// How far a search has gone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extent {
    /// Everything was looked at.
    #[default]
    Complete,
    /// A violation ended it.
    Violation,
    /// As many states as were allowed have been visited.
    Limit,
    /// Two nodes that were said to be alike are not: they do different things where the same happens to them.
    Unlike,
    /// Some executions go on beyond so many steps, as many as were allowed.
    Depth(u64),
    /// A node made a choice with too many possibilities at this site, of which only the simplest was taken.
    Chance(&'static str),
}

/// An execution that must not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// What happens, one after the other.
    pub lines: Vec<Line>,
    /// What is wrong with it.
    pub violation: Violation,
}

/// One step of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What happens.
    pub choice: Choice,
    /// What the node's own choices are in this step, in order; zero where nothing is said.
    pub chance: Vec<u64>,
    /// The step in words.
    pub text: String,
    /// What nodes tell in it.
    pub told: Vec<Told>,
}

impl Explored {
    /// A node could not even start.
    pub(crate) fn broken_at_the_start(incident: &Incident) -> Self {
        let violation = violation(incident);
        let counterexample = Some(Counterexample { lines: Vec::new(), violation });
        Self { extent: Extent::Violation, counterexample, is_shortest: true, ..Self::default() }
    }

    /// What is wrong, if anything is.
    pub fn violation(&self) -> Option<&Violation> {
        self.counterexample.as_ref().map(|counterexample| &counterexample.violation)
    }

    /// Whether everything was looked at, and nothing was wrong.
    pub fn holds(&self) -> bool {
        self.counterexample.is_none() && self.extent == Extent::Complete
    }
}

/// Shows the violation, and under it the schedule, a step a line.
impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.violation)?;
        for (place, line) in self.lines.iter().enumerate() {
            write!(f, "\n{:>5}  {}", place + 1, line.text)?;
        }
        Ok(())
    }
}
