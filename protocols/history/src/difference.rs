//! Where two runs part.

use serde::Serialize;

use crate::{Moment, Outcome};

/// Where two runs part, told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DifferenceAccount {
    /// The two runs.
    pub runs: [RunOfTwo; 2],
    /// What was drawn otherwise before anything happened: its name, and what each run has.
    pub knobs: Vec<(String, [Option<String>; 2])>,
    /// The first choice that came out otherwise; nothing, where it is not chance that sets them apart.
    pub choice: Option<ChoiceApart>,
    /// How many lines of the two traces are alike before they part.
    pub alike: u64,
    /// When each does something that the other does not; nothing, where it has ended, or where they never part.
    pub parts: [Option<Moment>; 2],
    /// What happened last in both.
    pub before: Vec<String>,
    /// What each goes on with.
    pub after: [Vec<String>; 2],
    /// What nodes show once they have parted, where that differs: the node, and what it shows in each run.
    pub nodes: Vec<(String, [Option<String>; 2])>,
    /// How often each thing happened in each run, where that differs: facts by their names, messages, clients' answers.
    pub totals: Vec<(String, [u64; 2])>,
    /// Where one run fails and the other does not: whether it does not fail either with what is planted in the other, or nothing, in it.
    pub planted: bool,
    /// Where one run fails and the other does not: the fewest of the faults that only the failing one has with which it still fails in the same
    /// way. Nothing in it, where it needs none of them.
    pub decisive: Option<Vec<String>>,
}

/// One of two runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunOfTwo {
    /// The file of its case.
    pub file: String,
    /// Its scenario.
    pub scenario: String,
    /// The planted bug, if there is one.
    pub mutant: Option<String>,
    /// Its seed.
    pub seed: u64,
    /// What it came to.
    pub outcome: Outcome,
    /// What it breaks.
    pub broken: Vec<String>,
    /// How many events it has.
    pub events: u64,
    /// The hash of all that happens.
    pub hash: String,
    /// Faults that only it has, and what was done by hand only in it.
    pub planned: Vec<String>,
    /// How its strategy orders events, where one does: by looking at all that is due within some time.
    pub steering: Option<String>,
}

/// A choice that came out otherwise in two runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChoiceApart {
    /// What was chosen.
    pub site: String,
    /// For whom: a node, a client, or the world.
    pub whose: String,
    /// Which choice of that site it is, from 0.
    pub occurrence: u64,
    /// What each run chose, and of how many.
    pub chosen: [(u64, u64); 2],
}
