//! Kinds of faults that a scenario asks for in a way of their own: crashes for good, and fault points.

use serde::{Deserialize, Serialize};

use super::{Choice, Knob, Rate, Setting, anybody};

/// How often fault points in the nodes' code fire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a table, as { sites = \"25%\" } or {},")]
pub struct BuggifySpec {
    /// How likely a point is on in a run.
    pub sites: Knob<Rate>,
    /// How often one fires that is on, of the times that a node comes past.
    pub fires: Knob<Rate>,
}

/// As FoundationDB has it: a quarter of all points, a quarter of the time.
impl Default for BuggifySpec {
    fn default() -> Self {
        Self { sites: Knob::Fixed(Rate(250_000)), fires: Knob::Fixed(Rate(250_000)) }
    }
}

/// Crashes for good, at times that the seed draws: a node each, as long as enough are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, as { count = 1 },")]
pub struct CrashStop {
    /// How many nodes; fewer, where more must be kept.
    pub count: Knob<u32>,
    /// How many nodes never crash for good: `"majority"`, if not said, or a number.
    #[serde(default)]
    pub keep: Keep,
    /// Whom it hits: `any`, a node (`n2`), or a role that nodes show (`leader`).
    #[serde(default = "anybody")]
    pub target: Choice<String>,
}

/// How many nodes of a cluster are left alone: `"majority"`, or a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Setting", into = "Setting")]
pub enum Keep {
    /// More than half.
    #[default]
    Majority,
    /// So many.
    Nodes(u32),
}

impl Keep {
    /// How many that is in a cluster of this size.
    pub(crate) const fn of(self, nodes: u32) -> u32 {
        match self {
            Self::Majority => nodes / 2 + 1,
            Self::Nodes(count) => count,
        }
    }
}

impl TryFrom<Setting> for Keep {
    type Error = String;

    fn try_from(setting: Setting) -> Result<Self, String> {
        let nodes = |count| u32::try_from(count).map(Self::Nodes).ok();
        let keep = match &setting {
            Setting::Word(word) if word == "majority" => Some(Self::Majority),
            Setting::Count(count) => nodes(*count),
            _ => None,
        };
        keep.ok_or_else(|| format!("keep = {setting}: \"majority\" or a number of nodes is wanted"))
    }
}

impl From<Keep> for Setting {
    fn from(keep: Keep) -> Self {
        match keep {
            Keep::Majority => Self::Word("majority".into()),
            Keep::Nodes(count) => Self::Count(count.into()),
        }
    }
}
