//! A scenario: what is tried. Read from TOML; every field is checked when it is read.

mod bound;
mod error;
mod faults;
mod kind;
mod knob;
mod library;
mod mark;
mod phase;
pub(crate) mod place;
mod read;
mod recurring;
mod senseless;
mod setting;
mod shape;
mod special;
mod version;
pub(crate) mod words;
mod zones;

use std::collections::BTreeMap;

use seatrial_node::Duration;
use seatrial_sim::{Latency, Order};
use serde::{Deserialize, Serialize};

pub(crate) use bound::Limit;
pub use bound::{BoundSpec, Quantity};
pub use error::ScenarioError;
pub(crate) use error::nearest;
pub use error::unknown;
pub use faults::{ClientSide, FaultSpec};
pub use knob::{Choice, Knob, Rate, Scalar};
#[cfg(feature = "protocols")]
pub use library::LIBRARY;
pub use library::LibraryEntry;
pub use mark::{FactMark, MarkSpec};
pub use phase::OF_THE_WHOLE;
pub(crate) use read::target;
pub use recurring::Recurring;
pub use setting::Setting;
pub use special::{BuggifySpec, CrashStop, Keep};
pub use version::Version;
pub(crate) use zones::Zone;
pub use zones::Zones;

/// What is tried: a protocol, its clients, its network and disks, its troubles, and who judges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name: letters, digits and `-`.
    pub name: String,
    /// What it tries, in a line.
    pub about: String,
    /// Which protocol runs.
    pub protocol: String,
    /// The nodes.
    pub cluster: ClusterSpec,
    /// The clients, if there are any.
    #[serde(default)]
    pub clients: ClientSpec,
    /// What clients do; nothing, if not said.
    #[serde(default)]
    pub workload: WorkloadSpec,
    /// The network.
    #[serde(default)]
    pub network: NetworkSpec,
    /// The disks.
    #[serde(default)]
    pub disk: DiskSpec,
    /// The troubles.
    #[serde(default)]
    pub faults: FaultSpec,
    /// Who judges.
    pub judge: JudgeSpec,
    /// Where it was read, for errors that come later.
    #[serde(skip)]
    pub origin: Origin,
}

/// The file and the text that a scenario was read from; nothing, where it was made by a program.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    pub(crate) file: String,
    pub(crate) text: String,
    /// The table of the text that it is, where it is not all of it.
    pub(crate) within: &'static str,
}

/// Scenarios are equal by what they try, wherever they were read.
impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Origin {}

impl Scenario {
    /// An error about this key of this table.
    pub(crate) fn wrong(&self, table: &str, key: &str, what: String) -> ScenarioError {
        let file = &self.origin.file;
        let file = if file.is_empty() { &self.name } else { file };
        ScenarioError { line: self.line(table, key), ..ScenarioError::new(file, what) }
    }

    /// The line of this key of this table, if it was read from a text.
    pub(crate) fn line(&self, table: &str, key: &str) -> Option<usize> {
        let Origin { text, within, .. } = &self.origin;
        place::line(text, &format!("{within}.{table}"), key)
    }
}

/// The nodes of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterSpec {
    /// How many nodes: `n0`, `n1`, …
    pub nodes: Knob<u32>,
    /// The protocol's own settings; `seatrial list protocols` names them.
    #[serde(default)]
    pub settings: BTreeMap<String, Choice<Setting>>,
    /// Versions that nodes may be upgraded to, from 2: the settings that each has otherwise than version 1, which has those above.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub versions: BTreeMap<Version, BTreeMap<String, Choice<Setting>>>,
    /// Zones, each of which may fail as a whole: how many, or which nodes are in which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zones: Option<Zones>,
}

/// The clients of a scenario: each asks, waits, thinks, and asks again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClientSpec {
    /// How many there are.
    pub count: Knob<u32>,
    /// How many operations each does while there is trouble; when it is over, each writes and reads once more.
    pub operations: Knob<u32>,
    /// How long a client thinks between two operations.
    pub think: Knob<Duration>,
    /// How long it waits for an answer before it tries again, at another node.
    pub timeout: Knob<Duration>,
    /// How long it tries before it gives an operation up, whose outcome then is unknown.
    pub give_up: Knob<Duration>,
}

impl Default for ClientSpec {
    fn default() -> Self {
        Self {
            count: Knob::Fixed(2),
            operations: Knob::Fixed(10),
            think: Knob::Between { min: Duration::ZERO, max: Duration::from_millis(20) },
            timeout: Knob::Fixed(Duration::from_millis(200)),
            give_up: Knob::Fixed(Duration::from_secs(1)),
        }
    }
}

/// What clients do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadSpec {
    /// Which workload; `seatrial list workloads` names them.
    pub name: String,
    /// How many objects the operations are about.
    #[serde(default = "one")]
    pub keys: Knob<u32>,
    /// How often each operation is done, relative to the others. What is not named is not done.
    #[serde(default)]
    pub mix: BTreeMap<String, u32>,
}

/// Nobody asks anything.
impl Default for WorkloadSpec {
    fn default() -> Self {
        Self { name: crate::workload::NONE.name.to_owned(), keys: one(), mix: BTreeMap::new() }
    }
}

fn one() -> Knob<u32> {
    Knob::Fixed(1)
}

/// The network of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NetworkSpec {
    /// How long a message between nodes takes.
    pub latency: Choice<Latency>,
    /// How long a request takes to a node, and an answer back.
    pub client_latency: Choice<Latency>,
    /// Whether events happen by time, or in any order that a strategy chooses.
    pub order: Order,
}

impl Default for NetworkSpec {
    fn default() -> Self {
        let uniform = |min, max| {
            Choice::Fixed(Latency::uniform(Duration::from_micros(min), Duration::from_micros(max)))
        };
        Self {
            latency: uniform(1_000, 10_000),
            client_latency: uniform(100, 1_000),
            order: Order::Timed,
        }
    }
}

/// The disks of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DiskSpec {
    /// How long a write takes.
    pub write: Choice<Latency>,
    /// How long a sync takes.
    pub sync: Choice<Latency>,
    /// How long a read takes.
    pub read: Choice<Latency>,
}

impl Default for DiskSpec {
    fn default() -> Self {
        let us = Duration::from_micros;
        Self {
            write: Choice::Fixed(Latency::constant(us(20))),
            sync: Choice::Fixed(Latency::uniform(us(1_000), us(5_000))),
            read: Choice::Fixed(Latency::uniform(us(50), us(500))),
        }
    }
}

fn anybody() -> Choice<String> {
    Choice::Fixed("any".to_owned())
}

/// Who judges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeSpec {
    /// Which checkers; `seatrial list checkers` names them.
    pub checkers: Vec<String>,
    /// What `linearizability` measures by; `seatrial list models` names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Within which time `progress` must be made once the trouble is over.
    #[serde(default = "ten_seconds")]
    pub progress_within: Duration,
    /// How long a run goes on once the trouble is over and the clients have finished, so that what is promised eventually can come.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub settle: Duration,
    /// Whether runs keep the bound on time that a perfect failure detector assumes, and who crashes stays down. Then nobody is excused by
    /// saying that the run broke it.
    #[serde(default, skip_serializing_if = "is_no")]
    pub synchronous: bool,
    /// More events than this end a run.
    #[serde(default = "event_limit")]
    pub event_limit: u64,
    /// Which marks a hunt should reach; if not said, those that the protocol expects. `seatrial list marks` names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reached: Vec<MarkSpec>,
    /// What figures may come to: `seatrial list figures` names them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub bounds: BTreeMap<String, BoundSpec>,
}

fn ten_seconds() -> Duration {
    Duration::from_secs(10)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(span: &Duration) -> bool {
    *span == Duration::ZERO
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_no(flag: &bool) -> bool {
    !*flag
}

fn event_limit() -> u64 {
    1_000_000
}
