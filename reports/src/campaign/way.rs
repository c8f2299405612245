//! One way to fail, over all runs that failed in it.

use std::collections::BTreeMap;

use seatrial_history::{SeedLine, Signature};
use serde::Serialize;

use super::guilt::Guilt;

/// A way to fail: all runs with the same signature, which is the same failure, counted once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Way {
    /// What is broken, and how.
    pub signature: Signature,
    /// What was said of it in its smallest run.
    pub explanation: String,
    /// How many runs failed so.
    pub seeds: u64,
    /// Of how many runs one fails so.
    pub one_in: u64,
    /// The first seed that does.
    pub first: u64,
    /// Its case file, where it was kept.
    pub first_case: Option<String>,
    /// The seed of the smallest run that does: the first of those with the fewest events.
    pub smallest: u64,
    /// How many events that has.
    pub events: u64,
    /// Its case file, where it was kept.
    pub smallest_case: Option<String>,
    /// How often each kind of fault took hold in these runs and in those that hold, what tells most first.
    pub faults: Vec<Guilt>,
}

/// The same, being added up.
#[derive(Debug)]
pub(super) struct WaySum {
    pub(super) seeds: u64,
    pub(super) first: u64,
    /// Events and seed of the smallest run.
    pub(super) smallest: (u64, u64),
    /// What was said of that.
    pub(super) explanation: String,
    /// In how many runs each kind of fault took hold.
    pub(super) bit: BTreeMap<String, u64>,
}

impl WaySum {
    /// The sum of no run, before the first.
    pub(super) fn new() -> Self {
        let (smallest, bit) = ((u64::MAX, u64::MAX), BTreeMap::new());
        Self { seeds: 0, first: u64::MAX, smallest, explanation: String::new(), bit }
    }

    pub(super) fn add(&mut self, line: &SeedLine) {
        self.seeds += 1;
        self.first = self.first.min(line.seed);
        let size = (line.events, line.seed);
        if size <= self.smallest {
            self.smallest = size;
            self.explanation = line.explanation.clone().unwrap_or_default();
        }
        for (kind, [_, bit, _]) in &line.faults {
            if *bit == 0 {
                continue;
            }
            match self.bit.get_mut(kind) {
                Some(runs) => *runs += 1,
                None => drop(self.bit.insert(kind.clone(), 1)),
            }
        }
    }
}
