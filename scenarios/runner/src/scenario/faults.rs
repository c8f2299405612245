//! The table `[faults]` of a scenario: which troubles there are.

use std::fmt;

use seatrial_node::{Duration, NodeId};
use seatrial_sim::{Awaited, PlannedFault};
use serde::{Deserialize, Serialize};

use super::{BuggifySpec, Choice, CrashStop, Knob, Rate, Recurring};

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
    /// Faults at times of your choosing. Where `--faults` names kinds, those of these kinds stay.
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
#[serde(rename_all = "kebab-case", expecting = "anywhere, majority, minority or split")]
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
