//! What can be said of a fault: which kind it is, whom it is aimed at, how it begins and ends, and what is wrong with it. Each group of kinds
//! finds its own words.

use std::fmt;

use super::inhabitants::Inhabitants;
use super::{Fault, Target, clock, disk, network, node};
use crate::counts::{FaultKind, Group};

impl Fault {
    /// Which kind it is counted as.
    pub const fn kind(&self) -> FaultKind {
        match self {
            Self::Partition { .. } => FaultKind::Partition,
            Self::Isolate { .. } => FaultKind::Isolate,
            Self::OneWay { .. } => FaultKind::OneWay,
            Self::Ring { .. } => FaultKind::Ring,
            Self::LossBurst { .. } => FaultKind::LossBurst,
            Self::SlowTail { .. } => FaultKind::SlowTail,
            Self::SlowLink { .. } => FaultKind::SlowLink,
            Self::Throttle { .. } => FaultKind::Throttle,
            Self::Clog { .. } => FaultKind::Clog,
            Self::SwizzleClog { .. } => FaultKind::SwizzleClog,
            Self::Bridge { .. } => FaultKind::Bridge,
            Self::CutClients { .. } => FaultKind::CutClients,
            Self::Mute { .. } => FaultKind::Mute,
            Self::Deaf { .. } => FaultKind::Deaf,
            Self::Reset { .. } => FaultKind::Reset,
            Self::Corrupt { .. } => FaultKind::Corrupt,
            Self::Crash { .. } => FaultKind::Crash,
            Self::CrashStop { .. } => FaultKind::CrashStop,
            Self::Pause { .. } => FaultKind::Pause,
            Self::ClockDrift { .. } => FaultKind::ClockDrift,
            Self::WallOffset { .. } => FaultKind::WallOffset,
            Self::WallJump { .. } => FaultKind::WallJump,
            Self::WallStrobe { .. } => FaultKind::WallStrobe,
            Self::CrashLoop { .. } => FaultKind::CrashLoop,
            Self::CrashZone { .. } => FaultKind::CrashZone,
            Self::CrashWriting { .. } => FaultKind::CrashWriting,
            Self::CrashMidway { .. } => FaultKind::CrashMidway,
            Self::Wipe { .. } => FaultKind::Wipe,
            Self::SlowCpu { .. } => FaultKind::SlowCpu,
            Self::Upgrade { .. } => FaultKind::Upgrade,
            Self::SlowDisk { .. } => FaultKind::SlowDisk,
            Self::DiskStall { .. } => FaultKind::DiskStall,
            Self::ReadError { .. } => FaultKind::ReadError,
            Self::BitRot { .. } => FaultKind::BitRot,
            Self::MisdirectedWrite { .. } => FaultKind::MisdirectedWrite,
            Self::DiskFull { .. } => FaultKind::DiskFull,
            Self::SyncFailure { .. } => FaultKind::SyncFailure,
            Self::DiskSwap { .. } => FaultKind::DiskSwap,
        }
    }

    /// Whether it never ends, not even when the world heals.
    pub const fn is_for_ever(&self) -> bool {
        matches!(self, Self::CrashStop { .. })
    }

    /// Whether it happens at once and has no end of its own: what it does stays until it is mended, or until the world heals.
    pub const fn is_instant(&self) -> bool {
        self.kind().is_instant()
    }

    /// Whether it waits for its moment from its time on, and lasts from then on.
    pub const fn lies_in_wait(&self) -> bool {
        matches!(self, Self::CrashWriting { .. } | Self::CrashMidway { .. })
    }

    /// How the names of the files begin that it is aimed at; nothing, where it is aimed at none in particular.
    pub fn file(&self) -> Option<&str> {
        match self {
            Self::ReadError { file, .. }
            | Self::BitRot { file, .. }
            | Self::MisdirectedWrite { file, .. }
            | Self::SyncFailure { file, .. } => Some(file.as_str()).filter(|file| !file.is_empty()),
            _ => None,
        }
    }

    /// Whom it is aimed at, where that is one node.
    pub const fn target(&self) -> Option<&Target> {
        match self {
            Self::Isolate { node, .. }
            | Self::Bridge { node, .. }
            | Self::Mute { node }
            | Self::Deaf { node }
            | Self::Reset { node, .. }
            | Self::Crash { node }
            | Self::CrashStop { node }
            | Self::Pause { node, .. }
            | Self::ClockDrift { node, .. }
            | Self::WallOffset { node, .. }
            | Self::WallJump { node, .. }
            | Self::WallStrobe { node, .. }
            | Self::CrashLoop { node, .. }
            | Self::CrashWriting { node }
            | Self::CrashMidway { node, .. }
            | Self::Wipe { node }
            | Self::SlowCpu { node, .. }
            | Self::Upgrade { node, .. }
            | Self::SlowDisk { node, .. }
            | Self::DiskStall { node }
            | Self::ReadError { node, .. }
            | Self::BitRot { node, .. }
            | Self::MisdirectedWrite { node, .. }
            | Self::DiskFull { node }
            | Self::SyncFailure { node, .. } => Some(node),
            Self::Partition { .. }
            | Self::OneWay { .. }
            | Self::Ring { .. }
            | Self::LossBurst { .. }
            | Self::SlowTail { .. }
            | Self::SlowLink { .. }
            | Self::Throttle { .. }
            | Self::Clog { .. }
            | Self::SwizzleClog { .. }
            | Self::CutClients { .. }
            | Self::CrashZone { .. }
            | Self::Corrupt { .. }
            | Self::DiskSwap { .. } => None,
        }
    }

    /// What is wrong with it in this world, if anything.
    pub(super) fn problem(&self, world: &Inhabitants<'_>) -> Option<String> {
        match self.kind().group() {
            Group::Network => network::problem(self, world),
            Group::Node => node::problem(self, world),
            Group::Clock => clock::problem(self, world),
            Group::Code => None,
            Group::Disk => disk::problem(self, world),
        }
    }
}

/// Says who is meant: `n0 n1 c0 | n2`, or `whoever is leader`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind().group() {
            Group::Network => network::words(self, f),
            Group::Node => node::words(self, f),
            Group::Clock => clock::words(self, f),
            Group::Code => Ok(()),
            Group::Disk => disk::words(self, f),
        }
    }
}
