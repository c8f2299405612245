//! A scenario: what is tried. Read from TOML; every field is checked when it is read.

mod bound;
mod error;
mod knob;
mod library;
mod mark;
mod phase;
mod read;
mod recurring;
mod setting;
mod special;
mod version;
mod zones;

use std::collections::BTreeMap;
use std::fmt;

use seatrial_node::{Duration, NodeId};
use seatrial_sim::{Awaited, Latency, Order, PlannedFault};
use serde::{Deserialize, Serialize};

pub(crate) use bound::Limit;
pub use bound::{BoundSpec, Quantity};
pub use error::ScenarioError;
pub(crate) use error::unknown;
pub use knob::{Choice, Knob, Rate, Scalar};
pub use library::{LIBRARY, LibraryEntry};
pub use mark::{FactMark, MarkSpec};
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
        let Origin { file, text } = &self.origin;
        let file = if file.is_empty() { &self.name } else { file };
        ScenarioError::new(file, what).at(text, table, key)
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

/// The troubles of a scenario: steady ones at rates, drawn ones so many times, scripted ones at their times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultSpec {
    /// How long the trouble goes on.
    pub trouble: Knob<Duration>,
    /// How many messages are lost.
    pub loss: Knob<Rate>,
    /// How many messages arrive twice.
    pub duplicate: Knob<Rate>,
    /// How many messages are held back.
    pub reorder: Knob<Rate>,
    /// For how long at most.
    pub reorder_delay: Knob<Duration>,
    /// Every other drawn fault begins within this time after another one, so that trouble comes in bursts; zero for none.
    pub burst: Knob<Duration>,
    /// On which side of a cut the clients are.
    pub clients: Choice<ClientSide>,
    /// Who is healed when the trouble is over; everybody, if not said. What is broken outside this core stays so for ever.
    pub core: Option<Vec<NodeId>>,
    /// Crashes of a node.
    pub crash: Option<Recurring>,
    /// Crashes of a node that never starts again.
    pub crash_stop: Option<CrashStop>,
    /// Pauses of a node.
    pub pause: Option<Recurring>,
    /// Cuts around one node.
    pub isolate: Option<Recurring>,
    /// Cuts between groups of nodes.
    pub partition: Option<Recurring>,
    /// Cuts of one direction, from one node to all others or from all others to it.
    pub one_way: Option<Recurring>,
    /// Rings, in which each node reaches a majority and no two the same one.
    pub ring: Option<Recurring>,
    /// Monotonic clocks that run fast or slow, and timers with them.
    pub clock_drift: Option<Recurring>,
    /// Wall clocks that are off for a while.
    pub wall_offset: Option<Recurring>,
    /// Wall clocks that jump forward or back, and stay so until the world heals.
    pub wall_jump: Option<Recurring>,
    /// Wall clocks that jump to and fro.
    pub wall_strobe: Option<Recurring>,
    /// Nodes that crash and start over and over.
    pub crash_loop: Option<Recurring>,
    /// Crashes of all nodes of a zone at once.
    pub crash_zone: Option<Recurring>,
    /// Crashes of a node while writes are not synced.
    pub crash_writing: Option<Recurring>,
    /// Crashes of a node between two effects of one input.
    pub crash_midway: Option<Recurring>,
    /// Crashes of a node that starts again with an empty disk.
    pub wipe: Option<Recurring>,
    /// Times in which a node takes long for each input.
    pub slow_cpu: Option<Recurring>,
    /// Restarts of a node as another version.
    pub upgrade: Option<Recurring>,
    /// Times in which links lose messages in bursts.
    pub loss_burst: Option<Recurring>,
    /// Times in which some messages take much longer.
    pub slow_tail: Option<Recurring>,
    /// Links that are slow.
    pub slow_link: Option<Recurring>,
    /// Links that carry only so much.
    pub throttle: Option<Recurring>,
    /// Links that hold everything for a while.
    pub clog: Option<Recurring>,
    /// Nodes that are clogged one after the other and freed in another order.
    pub swizzle_clog: Option<Recurring>,
    /// Cuts between two groups that reach each other through one node only.
    pub bridge: Option<Recurring>,
    /// Cuts between clients and all nodes.
    pub cut_clients: Option<Recurring>,
    /// Nodes that nobody hears.
    pub mute: Option<Recurring>,
    /// Nodes that hear nobody.
    pub deaf: Option<Recurring>,
    /// Times in which the bytes of some messages change on the way.
    pub corrupt: Option<Recurring>,
    /// Connections that break, with what is under way on them.
    pub reset: Option<Recurring>,
    /// Disks that take longer.
    pub slow_disk: Option<Recurring>,
    /// Disks that complete nothing for a while.
    pub disk_stall: Option<Recurring>,
    /// Reads that fail.
    pub read_error: Option<Recurring>,
    /// Bits that flip in what was synced.
    pub bit_rot: Option<Recurring>,
    /// Writes that land elsewhere.
    pub misdirected_write: Option<Recurring>,
    /// Disks without room.
    pub disk_full: Option<Recurring>,
    /// Syncs that fail.
    pub sync_failure: Option<Recurring>,
    /// Disks that change places.
    pub disk_swap: Option<Recurring>,
    /// Fault points in the nodes' code, as long as there is trouble.
    pub buggify: Option<BuggifySpec>,
    /// Faults at times of your choosing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub script: Vec<PlannedFault>,
    /// Faults that wait for something, each with `when`: `{ role = "leader" }` until somebody shows that role, `{ fact = "commit",
    /// times = 10 }` until such a fact has been told so often, `{ reached = "a snapshot was installed" }` until that place is reached. With
    /// `at` a fault begins so long after. It strikes once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub awaited: Vec<Awaited>,
    /// Phases of the trouble, one after the other, each with `name`, `lasts` and faults of its own, which begin and end within it; the
    /// times of its script count from its beginning. The trouble then lasts as long as all of them, and what stands outside them goes on
    /// all the time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phase: Vec<Self>,
    /// Of a phase, its name: letters, digits and `-`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Of a phase, how long it lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Knob<Duration>>,
}

impl Default for FaultSpec {
    fn default() -> Self {
        Self {
            trouble: Knob::Fixed(Duration::from_secs(1)),
            loss: Knob::Fixed(Rate(0)),
            duplicate: Knob::Fixed(Rate(0)),
            reorder: Knob::Fixed(Rate(0)),
            reorder_delay: Knob::Fixed(Duration::from_millis(50)),
            burst: Knob::Fixed(Duration::ZERO),
            clients: Choice::Fixed(ClientSide::Anywhere),
            core: None,
            crash: None,
            crash_stop: None,
            pause: None,
            isolate: None,
            partition: None,
            one_way: None,
            ring: None,
            clock_drift: None,
            wall_offset: None,
            wall_jump: None,
            wall_strobe: None,
            crash_loop: None,
            crash_zone: None,
            crash_writing: None,
            crash_midway: None,
            wipe: None,
            slow_cpu: None,
            upgrade: None,
            loss_burst: None,
            slow_tail: None,
            slow_link: None,
            throttle: None,
            clog: None,
            swizzle_clog: None,
            bridge: None,
            cut_clients: None,
            mute: None,
            deaf: None,
            reset: None,
            slow_disk: None,
            disk_stall: None,
            read_error: None,
            bit_rot: None,
            misdirected_write: None,
            disk_full: None,
            sync_failure: None,
            disk_swap: None,
            buggify: None,
            corrupt: None,
            script: Vec::new(),
            awaited: Vec::new(),
            phase: Vec::new(),
            name: None,
            lasts: None,
        }
    }
}

/// On which side of a cut clients are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientSide {
    /// They reach every node.
    Anywhere,
    /// With the larger group.
    Majority,
    /// With the smaller group, or the isolated node.
    Minority,
    /// Each with one or the other.
    Split,
}

impl fmt::Display for ClientSide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Anywhere => "anywhere",
            Self::Majority => "majority",
            Self::Minority => "minority",
            Self::Split => "split",
        })
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
