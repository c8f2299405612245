//! What the bug-finding benchmark measures: plain values, a line of JSON each, so that it can go on where it was stopped.

use serde::{Deserialize, Serialize};

/// One campaign: a hunt for one planted bug, by one strategy, from one seed, until it was found or given up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaigned {
    /// The bug's short name: `O1`.
    pub id: String,
    /// The bug's name; none for the protocol without one, of which nothing is to be found.
    pub mutant: Option<String>,
    /// How hard it is said to be to find.
    pub class: char,
    /// What is wrong, in a line.
    pub about: String,
    /// The scenario.
    pub scenario: String,
    /// Where trouble came from.
    pub faults: String,
    /// How runs were chosen.
    pub strategy: String,
    /// Which campaign of these it was, from 0.
    pub campaign: u64,
    /// The first of its seeds.
    pub first_seed: u64,
    /// After how many runs it was to be given up.
    pub limit: u64,
    /// How many runs were made, the failing one included.
    pub executions: u64,
    /// Whether it was found.
    pub found: bool,
    /// What chose the run that found it, in a portfolio.
    pub found_by: Option<String>,
    /// What that run broke.
    pub properties: Vec<String>,
    /// How long it took, in seconds of real time.
    pub seconds: f64,
    /// The run made small, where that was asked for.
    pub shrunk: Option<Small>,
}

/// A failing run made small.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Small {
    /// The rule that is broken, and where it is from.
    pub rule: String,
    /// What is wrong, in words.
    pub explanation: String,
    /// How many events the run had.
    pub events: u64,
    /// Its steps; none, where the run did not become a schedule.
    pub steps: Option<Vec<String>>,
    /// How many steps there are, but for clients that wake; or how many events, where it is no schedule.
    pub length: u64,
    /// How many the schedule has that somebody has written by hand.
    pub by_hand: Option<u64>,
    /// How many bytes its file has.
    pub bytes: usize,
    /// How many runs that took.
    pub runs: u64,
    /// How long it took, in seconds of real time.
    pub seconds: f64,
}

impl Small {
    /// How many times as long it is as the schedule that somebody has written by hand. A shorter one counts as 1, so that it does not make up
    /// for others.
    pub fn ratio(&self) -> Option<f64> {
        Some((self.length as f64 / self.by_hand? as f64).max(1.0))
    }
}

impl Campaigned {
    /// Whether another line is of the same campaign.
    pub fn is_same(&self, other: &Self) -> bool {
        // One that was given up sooner says nothing of what comes later.
        let says = self.found || other.limit <= self.limit;
        says && self.words() == other.words()
            && self.campaign == other.campaign
            && self.first_seed == other.first_seed
    }

    /// What this campaign would have come to, had it been given up after so many executions.
    #[must_use]
    pub fn within(&self, limit: u64) -> Self {
        let line = self.clone();
        if self.executions <= limit {
            return line;
        }
        let properties = Vec::new();
        Self {
            limit,
            executions: limit,
            found: false,
            found_by: None,
            properties,
            shrunk: None,
            ..line
        }
    }

    /// What names the hunt, but for its seeds.
    fn words(&self) -> (Option<&str>, [&str; 4]) {
        let Self { id, mutant, scenario, faults, strategy, .. } = self;
        (mutant.as_deref(), [id, scenario, faults, strategy])
    }
}
