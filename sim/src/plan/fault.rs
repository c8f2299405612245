//! What can go wrong at a time: every fault that a plan can name.

use seatrial_history::Endpoint;
use seatrial_node::{Duration, NodeId};
use serde::{Deserialize, Serialize};

use super::{PausedClock, Shift, Target, parts};
use crate::tape::MILLION;

/// What can go wrong at a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// Nobody in a group reaches anybody in another. Whoever is named in no group reaches all.
    Partition {
        /// Two groups or more.
        groups: Vec<Vec<Endpoint>>,
    },
    /// One node reaches no other node, and they do not reach it. Clients named in `clients` are cut off with it: they reach it
    /// and nobody else; all other clients reach everybody but it.
    Isolate {
        /// Who.
        node: Target,
        /// Clients on its side.
        #[serde(default)]
        clients: Vec<Endpoint>,
    },
    /// Messages from here to there are lost; the other way they pass.
    OneWay {
        /// From whom.
        from: Vec<Endpoint>,
        /// To whom.
        to: Vec<Endpoint>,
    },
    /// The nodes stand in a ring, and each reaches only those near it: a majority, but no two the same one (Jepsen's majorities
    /// ring; with five nodes, two neighbours on each side). Of four nodes or fewer no such ring exists; a bridge is made
    /// instead: two halves that reach each other only through the first node named.
    Ring {
        /// The nodes, in the order of the ring.
        order: Vec<NodeId>,
    },
    /// Links lose messages in bursts (Gilbert 1960, Elliott 1963): each link is good or bad, a bad one loses messages, and each message
    /// that is sent is a step, before which the link may turn. A burst is `1 / leave` messages long on average.
    LossBurst {
        /// How often a good link goes bad, in parts of a million.
        #[serde(deserialize_with = "parts::read")]
        enter: u32,
        /// How often a bad one recovers.
        #[serde(deserialize_with = "parts::read")]
        leave: u32,
        /// How many messages a bad link loses.
        #[serde(deserialize_with = "parts::read")]
        rate: u32,
        /// On links from these; from everybody, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        from: Vec<Endpoint>,
        /// On links to these; to everybody, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        to: Vec<Endpoint>,
    },
    /// Some messages take much longer than others: by an exponential time.
    SlowTail {
        /// How many, in parts of a million.
        #[serde(deserialize_with = "parts::read")]
        rate: u32,
        /// How much longer they take on average; at most 22 times that.
        by: Duration,
        /// On links from these; from everybody, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        from: Vec<Endpoint>,
        /// On links to these; to everybody, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        to: Vec<Endpoint>,
    },
    /// Every message from here to there takes longer. A pair that is slow for good is one whose fault lasts as long as the trouble.
    SlowLink {
        /// How much longer.
        by: Duration,
        /// From whom; from everybody, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        from: Vec<Endpoint>,
        /// To whom; to everybody, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        to: Vec<Endpoint>,
    },
    /// Each link from here to there carries one message after the other. Those that wait stand in a queue, and where that is full,
    /// one of them is lost, any of them (as in TigerBeetle's packet simulator).
    Throttle {
        /// How long the link is busy with a message before the next can go.
        by: Duration,
        /// How many messages may wait.
        queue: u32,
        /// From whom; from everybody, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        from: Vec<Endpoint>,
        /// To whom; to everybody, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        to: Vec<Endpoint>,
    },
    /// Nothing from here arrives there until it is over; then all of it does, at once. Nothing is lost.
    Clog {
        /// From whom; from everybody, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        from: Vec<Endpoint>,
        /// To whom; to everybody, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        to: Vec<Endpoint>,
    },
    /// Nodes are clogged, both ways, one after the other, and freed one after the other (FoundationDB's swizzling): in the first half
    /// of the time they clog, in the second they are freed, at equal distances.
    SwizzleClog {
        /// Who, in the order in which they clog.
        order: Vec<NodeId>,
        /// The same nodes in the order in which they are freed.
        back: Vec<NodeId>,
    },
    /// Two groups reach each other only through one node. Whoever is named in neither reaches all.
    Bridge {
        /// The one that both groups reach, in whichever it is named.
        node: Target,
        /// One group.
        left: Vec<Endpoint>,
        /// The other.
        right: Vec<Endpoint>,
    },
    /// Clients reach no node, and no answer reaches them.
    CutClients {
        /// Which; all, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        clients: Vec<Endpoint>,
    },
    /// Nothing that a node sends arrives; it hears all others.
    Mute {
        /// Who.
        node: Target,
    },
    /// A node hears nobody; all others hear it.
    Deaf {
        /// Who.
        node: Target,
    },
    /// Connections break, and are there again at once: what is under way between a node and others at that moment is lost.
    Reset {
        /// The one end.
        node: Target,
        /// The other ends; everybody, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        peers: Vec<Endpoint>,
    },
    /// The bytes of some messages between nodes change on the way: one byte, in any of its bits. The receiver's own decoder is
    /// given them and has to refuse them. It strikes only nodes that have a codec ([`World::code_with`](crate::World::code_with)).
    Corrupt {
        /// How many, in parts of a million.
        #[serde(deserialize_with = "parts::read")]
        rate: u32,
        /// On links from these; from everybody, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        from: Vec<Endpoint>,
        /// On links to these; to everybody, if empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        to: Vec<Endpoint>,
    },
    /// A node loses all but its disk, and of that what was not synced may be lost or torn. It starts again when the fault ends.
    Crash {
        /// Who.
        node: Target,
    },
    /// A node crashes and never starts again, not even when the world heals: the processes of the crash-stop model (Cachin,
    /// Guerraoui and Rodrigues, §2.2.2). One that is down already stays down.
    CrashStop {
        /// Who.
        node: Target,
    },
    /// A node stands still while the world goes on; what arrives waits.
    Pause {
        /// Who.
        node: Target,
        /// What its monotonic clock does meanwhile.
        #[serde(default, skip_serializing_if = "PausedClock::runs")]
        clock: PausedClock,
    },

    /// A node's monotonic clock runs fast or slow, and its timers with it. It never goes back: when the fault ends, the clock goes on at
    /// the right rate from what it shows. A crash does not mend it, for it is the machine's.
    ClockDrift {
        /// Whose.
        node: Target,
        /// So many parts in a million fast; slow where below zero.
        #[serde(deserialize_with = "parts::read")]
        rate: i32,
    },
    /// A node's wall clock is off for a while.
    WallOffset {
        /// Whose.
        node: Target,
        /// By how much: ahead (`"2s"`), or behind (`"-2s"`).
        by: Shift,
    },
    /// A node's wall clock jumps, and stays so until the world heals.
    WallJump {
        /// Whose.
        node: Target,
        /// By how much: forward (`"2s"`), or back (`"-2s"`).
        by: Shift,
    },
    /// A node's wall clock jumps to and fro: it is off for one period, right for the next, and so on (Jepsen's strobe).
    WallStrobe {
        /// Whose.
        node: Target,
        /// By how much it is off: ahead (`"2s"`), or behind (`"-2s"`).
        by: Shift,
        /// How long it is off, and how long right.
        period: Duration,
    },
    /// A node crashes and starts again, over and over, as a program does that a supervisor restarts. When the fault ends, it stays up.
    CrashLoop {
        /// Who.
        node: Target,
        /// How long each life lasts.
        up_for: Duration,
        /// How long it is down between two.
        down_for: Duration,
    },
    /// All nodes of a zone crash at once, as when a rack loses power. They start again when the fault ends.
    CrashZone {
        /// The zone's name, for people.
        zone: String,
        /// Who is in it.
        nodes: Vec<NodeId>,
    },
    /// A node crashes while writes of it are not synced. It waits for such a moment from its time on, and lasts from then on.
    CrashWriting {
        /// Who; whoever has the role at that moment, where that is a role.
        node: Target,
    },
    /// A node crashes while it handles an input: what it has done so far stands, and it does nothing more. It waits for an input with so
    /// many effects from its time on, and lasts from then on.
    CrashMidway {
        /// Who; whoever has the role at that moment, where that is a role.
        node: Target,
        /// How many messages, answers, writes and syncs stand. There is one more, and that is the first that does not happen.
        after: u32,
    },
    /// A node crashes and its disk is gone. It starts again with an empty one when the fault ends, and is
    /// [told](seatrial_node::Boot::replaced_disk). A node that is down already loses its disk and stays down as long as it would have.
    Wipe {
        /// Who.
        node: Target,
    },
    /// A node takes time for each input: it handles one after the other, in the order in which they come.
    SlowCpu {
        /// Who.
        node: Target,
        /// How long each input takes.
        takes: Duration,
    },
    /// A node crashes and starts again as [this version](seatrial_node::Boot::version) of its code or configuration when the fault ends,
    /// and stays so. A node that is down already will start as that version, when it would have.
    Upgrade {
        /// Who.
        node: Target,
        /// As which version: from 1.
        version: u32,
    },
    /// A node is told later of every operation of its disk. They do not wait for each other any longer than they would.
    SlowDisk {
        /// Whose.
        node: Target,
        /// How much longer each.
        by: Duration,
    },
    /// A disk completes nothing; what comes due meanwhile is told when it goes on. A node does not open over it.
    DiskStall {
        /// Whose.
        node: Target,
    },
    /// Reads of a disk fail, while the node runs and while it opens.
    ReadError {
        /// Whose.
        node: Target,
        /// Of how many files: those whose names begin like this; all, if not said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        file: String,
        /// How many reads in a million; all, if not said.
        #[serde(default = "all", deserialize_with = "parts::read")]
        rate: u32,
    },
    /// One bit of a disk flips, at once and for good, in bytes that were synced.
    BitRot {
        /// Whose.
        node: Target,
        /// In a file whose name begins like this; in any, if not said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        file: String,
    },
    /// The next write to a disk lands elsewhere on it: where it ought to go the old bytes stay, and others are overwritten.
    MisdirectedWrite {
        /// Whose.
        node: Target,
        /// Of writes to files whose names begin like this; to any, if not said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        file: String,
    },
    /// A disk has no room: what would make a file longer is not done, and the next sync of that file says so.
    DiskFull {
        /// Whose.
        node: Target,
    },
    /// The next sync that has something to cover fails, once. What it covered may be lost or torn at the next crash, whatever is
    /// synced later.
    SyncFailure {
        /// Whose.
        node: Target,
        /// Of syncs of files whose names begin like this; of any, if not said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        file: String,
    },
    /// Two nodes crash, and each starts again with the disk of the other; when the fault ends they crash and get their own back.
    DiskSwap {
        /// Whose disks.
        between: [NodeId; 2],
    },
}

fn all() -> u32 {
    MILLION
}
