//! How often each kind of fault was asked for, and how often it bit: a fault that never bites proves nothing.

use std::fmt;

use serde::{Serialize, Serializer};

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FaultKind {
    /// A link loses a message. Asked: messages sent. Bit: messages lost.
    Loss,
    /// A link delivers a message twice. Asked: messages sent. Bit: copies made.
    Duplicate,
    /// A link holds a message back, so that later ones overtake it. Asked: messages sent. Bit: messages held.
    Reorder,
    /// Groups of nodes cannot reach each other. Asked: partitions in the plan. Bit: those that stopped a message.
    Partition,
    /// One node is cut off from all others.
    Isolate,
    /// Messages pass one way only.
    OneWay,
    /// Every node reaches a majority, but not the same one.
    Ring,
    /// A link loses messages in bursts. Asked: messages sent under it. Bit: messages lost.
    LossBurst,
    /// Some messages take much longer. Asked: messages sent under it. Bit: messages slowed.
    SlowTail,
    /// A link is slow. Asked: slow links in the plan. Bit: those that slowed a message.
    SlowLink,
    /// A link carries only so much. Asked: narrow links in the plan. Bit: those at which a message waited.
    Throttle,
    /// A link holds everything until it is over. Asked: clogs in the plan. Bit: those that held a message.
    Clog,
    /// Nodes are clogged one after the other, and freed in another order.
    SwizzleClog,
    /// Two groups reach each other only through one node.
    Bridge,
    /// Clients reach no node.
    CutClients,
    /// A node hears all and is heard by nobody.
    Mute,
    /// A node is heard by all and hears nobody.
    Deaf,
    /// What is under way between a node and others is lost. Asked: resets in the plan. Bit: those that lost something.
    Reset,
    /// A message's bytes change on the way, and its receiver refuses them. Asked: messages sent under it. Bit: messages changed.
    Corrupt,
    /// A node crashes and starts again. Asked: crashes in the plan. Bit: those that found the node up.
    Crash,
    /// A node crashes and never starts again. Asked: such crashes in the plan. Bit: those that found the node there to lose.
    CrashStop,
    /// A node stands still. Asked: pauses in the plan. Bit: those that held something up.
    Pause,
    /// A node crashes and starts over and over. Asked: loops in the plan. Bit: those that found the node up. Effect: lives ended.
    CrashLoop,
    /// All nodes of a zone crash at once. Asked: such crashes in the plan. Bit: those that found one up. Effect: lives ended.
    CrashZone,
    /// A node crashes while writes are not synced. Asked: such crashes in the plan. Bit: those that found such a moment.
    CrashWriting,
    /// A node crashes between two effects of one input. Asked: such crashes in the plan. Bit: those that found such an input.
    CrashMidway,
    /// A node crashes and gets an empty disk. Asked: wipes in the plan. Bit: those that found the node there. Effect: those that found
    /// something on its disk.
    Wipe,
    /// A node takes time for each input. Asked: such times in the plan. Bit: those that held something up. Effect: inputs that came late.
    SlowCpu,
    /// A node starts again as another version. Asked: upgrades in the plan. Bit: those that found the node there. Effect: those that
    /// changed its version.
    Upgrade,
    /// A monotonic clock runs fast or slow. Asked: drifts in the plan. Bit: those that found somebody to strike. Effect: inputs that a
    /// node handled meanwhile.
    ClockDrift,
    /// A wall clock is off for a while. Asked: such faults in the plan. Bit: those that found somebody to strike. Effect: readings.
    WallOffset,
    /// A wall clock jumps.
    WallJump,
    /// A wall clock jumps to and fro.
    WallStrobe,
    /// A fault point in a node's code fires. Asked: points that a node came past. Bit and effect: those that fired.
    Buggify,
    /// A crash loses a write that was not synced. Asked: unsynced writes at a crash. Bit: writes lost.
    LostWrite,
    /// A crash keeps only some sectors of such a write.
    TornWrite,
    /// A disk takes longer. Asked: slow disks in the plan. Bit: those that delayed an operation.
    SlowDisk,
    /// A disk completes nothing. Asked: stalls in the plan. Bit: those that held something up.
    DiskStall,
    /// Reads fail. Asked: times of it in the plan. Bit: those in which a read failed.
    ReadError,
    /// A bit of synced bytes flips. Asked: flips in the plan. Bit: those that found such bytes. Effect: those that were read back.
    BitRot,
    /// A write lands elsewhere. Asked: in the plan. Bit: writes that did. Effect: places read back that are wrong for it.
    MisdirectedWrite,
    /// A disk has no room. Asked: in the plan. Bit: those that refused a write. Effect: syncs that told of it.
    DiskFull,
    /// A sync fails. Asked: in the plan. Bit: syncs that failed.
    SyncFailure,
    /// Two nodes have each other's disks. Asked: swaps in the plan. Bit: swaps done. Effect: nodes that opened over the other's disk.
    DiskSwap,
}

impl FaultKind {
    /// Every kind, in the order in which reports list them.
    pub const ALL: [Self; 44] = [
        Self::Loss,
        Self::Duplicate,
        Self::Reorder,
        Self::Partition,
        Self::Isolate,
        Self::OneWay,
        Self::Ring,
        Self::LossBurst,
        Self::SlowTail,
        Self::SlowLink,
        Self::Throttle,
        Self::Clog,
        Self::SwizzleClog,
        Self::Bridge,
        Self::CutClients,
        Self::Mute,
        Self::Deaf,
        Self::Reset,
        Self::Corrupt,
        Self::Crash,
        Self::CrashStop,
        Self::Pause,
        Self::CrashLoop,
        Self::CrashZone,
        Self::CrashWriting,
        Self::CrashMidway,
        Self::Wipe,
        Self::SlowCpu,
        Self::Upgrade,
        Self::ClockDrift,
        Self::WallOffset,
        Self::WallJump,
        Self::WallStrobe,
        Self::Buggify,
        Self::LostWrite,
        Self::TornWrite,
        Self::SlowDisk,
        Self::DiskStall,
        Self::ReadError,
        Self::BitRot,
        Self::MisdirectedWrite,
        Self::DiskFull,
        Self::SyncFailure,
        Self::DiskSwap,
    ];

    /// What it strikes.
    pub const fn group(self) -> Group {
        match self {
            Self::Loss
            | Self::Duplicate
            | Self::Reorder
            | Self::Partition
            | Self::Isolate
            | Self::OneWay
            | Self::Ring
            | Self::LossBurst
            | Self::SlowTail
            | Self::SlowLink
            | Self::Throttle
            | Self::Clog
            | Self::SwizzleClog
            | Self::Bridge
            | Self::CutClients
            | Self::Mute
            | Self::Deaf
            | Self::Reset
            | Self::Corrupt => Group::Network,
            Self::Crash
            | Self::CrashStop
            | Self::Pause
            | Self::CrashLoop
            | Self::CrashZone
            | Self::CrashWriting
            | Self::CrashMidway
            | Self::Wipe
            | Self::SlowCpu
            | Self::Upgrade => Group::Node,
            Self::ClockDrift | Self::WallOffset | Self::WallJump | Self::WallStrobe => Group::Clock,
            Self::Buggify => Group::Code,
            Self::LostWrite
            | Self::TornWrite
            | Self::SlowDisk
            | Self::DiskStall
            | Self::ReadError
            | Self::BitRot
            | Self::MisdirectedWrite
            | Self::DiskFull
            | Self::SyncFailure
            | Self::DiskSwap => Group::Disk,
        }
    }

    /// Whether each message asks for it, and not the plan once.
    pub const fn is_rate(self) -> bool {
        matches!(
            self,
            Self::Loss
                | Self::Duplicate
                | Self::Reorder
                | Self::LossBurst
                | Self::SlowTail
                | Self::Corrupt
        )
    }

    /// Whether it happens at once and has no end of its own: what it does stays until it is mended, or until the world heals.
    pub const fn is_instant(self) -> bool {
        matches!(self, Self::WallJump | Self::Reset | Self::BitRot)
    }

    /// Its name in scenarios, plans and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Duplicate => "duplicate",
            Self::Reorder => "reorder",
            Self::Partition => "partition",
            Self::Isolate => "isolate",
            Self::OneWay => "one-way",
            Self::Ring => "ring",
            Self::LossBurst => "loss-burst",
            Self::SlowTail => "slow-tail",
            Self::SlowLink => "slow-link",
            Self::Throttle => "throttle",
            Self::Clog => "clog",
            Self::SwizzleClog => "swizzle-clog",
            Self::Bridge => "bridge",
            Self::CutClients => "cut-clients",
            Self::Mute => "mute",
            Self::Deaf => "deaf",
            Self::Reset => "reset",
            Self::Corrupt => "corrupt",
            Self::Crash => "crash",
            Self::CrashStop => "crash-stop",
            Self::Pause => "pause",
            Self::CrashLoop => "crash-loop",
            Self::CrashZone => "crash-zone",
            Self::CrashWriting => "crash-writing",
            Self::CrashMidway => "crash-midway",
            Self::Wipe => "wipe",
            Self::SlowCpu => "slow-cpu",
            Self::Upgrade => "upgrade",
            Self::ClockDrift => "clock-drift",
            Self::WallOffset => "wall-offset",
            Self::WallJump => "wall-jump",
            Self::WallStrobe => "wall-strobe",
            Self::Buggify => "buggify",
            Self::LostWrite => "lost-write",
            Self::TornWrite => "torn-write",
            Self::SlowDisk => "slow-disk",
            Self::DiskStall => "disk-stall",
            Self::ReadError => "read-error",
            Self::BitRot => "bit-rot",
            Self::MisdirectedWrite => "misdirected-write",
            Self::DiskFull => "disk-full",
            Self::SyncFailure => "sync-failure",
            Self::DiskSwap => "disk-swap",
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a kind of fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Links between endpoints.
    Network,
    /// Nodes themselves.
    Node,
    /// Their clocks.
    Clock,
    /// Their code, at points made for it.
    Code,
    /// Their disks.
    Disk,
}

impl Group {
    /// Every group, in the order in which reports list them.
    pub const ALL: [Self; 5] = [Self::Network, Self::Node, Self::Clock, Self::Code, Self::Disk];

    /// Its name in commands and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Node => "node",
            Self::Clock => "clock",
            Self::Code => "code",
            Self::Disk => "disk",
        }
    }
}

/// What became of one kind of fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Count {
    /// How often it was asked for.
    pub asked: u64,
    /// How often it took hold of something.
    pub bit: u64,
    /// How often a node or a client was given another input for it, one less, one late, or one more.
    pub effect: u64,
}

/// What became of all kinds in a run, and what the network did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    #[serde(serialize_with = "as_list")]
    faults: [Count; FaultKind::ALL.len()],
    /// Messages that nodes sent each other, copies not counted.
    pub sent: u64,
    /// Messages that nodes handled, copies included.
    pub delivered: u64,
    /// Messages that reached nobody, for any reason.
    pub dropped: u64,
    /// How often a node did not open over a disk that a fault had struck, and stayed down.
    pub refused: u64,
}

/// Arrays of more than 32 have no form of their own.
fn as_list<S: Serializer>(counts: &[Count], serializer: S) -> Result<S::Ok, S::Error> {
    counts.serialize(serializer)
}

impl Default for Counts {
    fn default() -> Self {
        let faults = [Count::default(); FaultKind::ALL.len()];
        Self { faults, sent: 0, delivered: 0, dropped: 0, refused: 0 }
    }
}

impl Counts {
    /// What became of this kind.
    pub const fn of(&self, kind: FaultKind) -> Count {
        self.faults[kind as usize]
    }

    /// Adds another run's counts to these.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.faults.iter_mut().zip(other.faults) {
            mine.asked += theirs.asked;
            mine.bit += theirs.bit;
            mine.effect += theirs.effect;
        }
        self.sent += other.sent;
        self.delivered += other.delivered;
        self.dropped += other.dropped;
        self.refused += other.refused;
    }

    #[inline]
    pub(crate) fn asked(&mut self, kind: FaultKind) {
        self.faults[kind as usize].asked += 1;
    }

    #[inline]
    pub(crate) fn bit(&mut self, kind: FaultKind) {
        self.faults[kind as usize].bit += 1;
    }

    #[inline]
    pub(crate) fn effect(&mut self, kind: FaultKind) {
        self.faults[kind as usize].effect += 1;
    }
}
