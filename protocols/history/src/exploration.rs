//! The account of an exhaustive search through a small world: plain values, made by whoever searched, drawn by whoever reports it.

use seatrial_node::{Fact, NodeId};

use crate::{Outcome, Violation};

/// A search through every order of events, told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplorationAccount {
    /// The protocol's name.
    pub protocol: String,
    /// The planted bug, if there is one.
    pub mutant: Option<String>,
    /// How many nodes there were.
    pub nodes: u32,
    /// How many messages were broadcast, or other requests made.
    pub messages: u32,
    /// How many crashes there might be.
    pub crashes: u32,
    /// How many times a node that had crashed might start again.
    pub restarts: u32,
    /// How many messages might be lost.
    pub losses: u32,
    /// How many timers might come due, where that was bounded.
    pub timers: Option<u32>,
    /// Whether states counted as one in which alike nodes had only changed places.
    pub symmetry: bool,
    /// How many different states were found.
    pub states: u64,
    /// How many steps were made from one to another.
    pub transitions: u64,
    /// For how many complete executions the states stand, each order by itself; [`None`] where that is not known.
    pub executions: Option<u128>,
    /// In how many different states an execution may end.
    pub ends: u64,
    /// How many steps the longest way to a state had.
    pub depth: u64,
    /// Why not everything was looked at, where it was not, though nothing was found.
    pub unfinished: Option<String>,
    /// What was found.
    pub found: Option<FoundSchedule>,
    /// The command that makes the same search.
    pub replay: String,
}

/// A schedule that breaks a property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundSchedule {
    /// What is wrong with it.
    pub violation: Violation,
    /// What happens, one after the other, and what nodes then announce.
    pub steps: Vec<ScheduleStep>,
    /// Whether no schedule of fewer steps breaks a property.
    pub is_shortest: bool,
}

/// One step of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleStep {
    /// What happens, in words.
    pub text: String,
    /// Who announces what.
    pub facts: Vec<(NodeId, Fact)>,
}

impl ExplorationAccount {
    /// What it comes to.
    pub const fn outcome(&self) -> Outcome {
        match (&self.found, &self.unfinished) {
            (Some(_), _) => Outcome::Violated,
            (None, Some(_)) => Outcome::Unknown,
            (None, None) => Outcome::Holds,
        }
    }
}
