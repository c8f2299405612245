//! What a hunt writes down as it goes, a line a seed, and all that it takes to put several hunts together again.
//!
//! A line tells of one seed and of nothing before it, so lines of several hunts can be added up in any order, and each is counted once. What
//! cannot be added up so, medians for one, is not in the lines.

use std::collections::BTreeMap;

use seatrial_node::Duration;
use serde::{Deserialize, Serialize};

use crate::{Outcome, Signature};

/// What a hunt is of: the first line of its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HuntHeader {
    /// The scenario's name.
    pub scenario: String,
    /// The protocol's name.
    pub protocol: String,
    /// The planted bug, if there is one.
    pub mutant: Option<String>,
    /// The first seed; the others follow it.
    pub first_seed: u64,
    /// What else makes it the same hunt. Files that were written before there was such a thing have none.
    #[serde(default)]
    pub campaign: Option<CampaignInfo>,
}

/// What two hunts have in common that are parts of one campaign, beside scenario, protocol and mutant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignInfo {
    /// How runs are chosen.
    pub strategy: String,
    /// Whether what a seed's run is like depends on the runs before it.
    pub learns: bool,
    /// Where the trouble comes from.
    pub faults: String,
    /// A checksum of the scenario, of the trouble and of what a seed makes of them.
    pub checksum: String,
    /// The kinds of fault that were asked for by name.
    pub kinds: Vec<String>,
    /// The places that are expected to be reached.
    pub marks: Vec<String>,
}

/// Why a run was made twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Twice {
    /// It was the first of its hunt, and nothing else speaks for it.
    First,
    /// The seed itself or its failure speaks for it, in whatever hunt it is.
    Chosen,
}

/// One seed of a hunt, in a line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SeedLine {
    /// The seed.
    pub seed: u64,
    /// How the run was chosen, in a hunt that chooses in several ways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// What it came to.
    pub outcome: Outcome,
    /// The properties that are violated or unknown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<String>,
    /// The way in which it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// What the checker said of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    /// How many events happened.
    pub events: u64,
    /// How long the run was, by its own clock.
    pub virtual_time: Duration,
    /// The hash of the run, in hexadecimal.
    pub hash: String,
    /// It had more trouble than the protocol promises to survive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
    /// The run was made twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twice: Option<Twice>,
    /// And was another run then, with nothing else wrong that is not excused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unrepeated: bool,
    /// The kinds of fault that were asked for: how often, how often they took hold of something, and how often that was felt.
    pub faults: BTreeMap<String, [u64; 3]>,
    /// Messages that nodes sent, that nodes handled, and that reached nobody.
    pub traffic: [u64; 3],
    /// Places worth reaching that were reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<String>,
    /// The abstract states that it is the first or the second of its hunt to come past, each as sixteen hexadecimal digits, one after the other.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub states: String,
    /// How long the run took, in real time; no two runs agree in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall: Option<Duration>,
}
