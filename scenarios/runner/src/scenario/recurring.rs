//! A kind of fault that recurs, as a scenario asks for it: how often, whom, and how much.

use seatrial_node::Duration;
use seatrial_sim::PausedClock;
use serde::{Deserialize, Serialize};

use super::{Choice, Knob, Rate, anybody};

/// A kind of fault that happens so many times, at times that the seed draws.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, as { count = 3, lasts = \"10ms\" },")]
pub struct Recurring {
    /// How many times. Either this or `every` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Knob<u32>>,
    /// Again and again, after gaps that are exponentially distributed about this mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Knob<Duration>>,
    /// For how long each. Left out for what happens at once, such as a jump of a clock.
    #[serde(default = "no_time", skip_serializing_if = "is_no_time")]
    pub lasts: Knob<Duration>,
    /// Whom it hits, where it hits one node: `any`, a node (`n2`), or a role that nodes show (`leader`).
    #[serde(default = "anybody")]
    pub target: Choice<String>,
    /// How strong each is, where that is a rate: for a clock that drifts, how fast or slow it runs; for messages, how many it strikes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Knob<Rate>>,
    /// How much each comes to, where that is a time: for a wall clock, how far it is off; for a slow node, how long it takes for an input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Knob<Duration>>,
    /// How long each turn lasts of what goes to and fro.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Knob<Duration>>,
    /// What the clock of a paused node does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Choice<PausedClock>>,
    /// How long each life lasts of a node that crashes over and over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up: Option<Knob<Duration>>,
    /// How long it is down between two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down: Option<Knob<Duration>>,
    /// After how many effects of one input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Knob<u32>>,
    /// As which version nodes start again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Knob<u32>>,
    /// How often a link that is good turns bad.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enter: Option<Knob<Rate>>,
    /// How often one that is bad turns good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave: Option<Knob<Rate>>,
    /// How many messages may wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<Knob<u32>>,
    /// How many groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Knob<u32>>,
    /// Files whose names begin like this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Choice<String>>,
}

impl Recurring {
    /// So many times, for so long each, at anybody, and the usual otherwise.
    pub fn new(count: Knob<u32>, lasts: Knob<Duration>) -> Self {
        Self {
            count: Some(count),
            every: None,
            lasts,
            target: anybody(),
            rate: None,
            by: None,
            period: None,
            clock: None,
            up: None,
            down: None,
            after: None,
            version: None,
            enter: None,
            leave: None,
            queue: None,
            groups: None,
            file: None,
        }
    }

    /// The names of the knobs that are given.
    pub(crate) fn knobs(&self) -> Vec<String> {
        let table = toml::Table::try_from(self).expect("a fault that recurs is a table");
        table.into_iter().map(|(name, _)| name).collect()
    }
}

fn no_time() -> Knob<Duration> {
    Knob::Fixed(Duration::ZERO)
}

fn is_no_time(lasts: &Knob<Duration>) -> bool {
    *lasts == no_time()
}
