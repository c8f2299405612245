//! Faults of disks.

use seatrial_node::Duration;
use seatrial_sim::{Fault, FaultKind, MILLION};

use super::{How, KindInfo, KnobInfo, recurring, usual};
use crate::draw::Draft;
use crate::scenario::{Knob, Rate, Recurring};

const RATE: KnobInfo =
    KnobInfo { name: "rate", about: "how many operations it strikes", default: "all" };
const FILE: KnobInfo =
    KnobInfo { name: "file", about: "of files whose names begin like this", default: "any file" };

pub(super) const KINDS: &[KindInfo] = &[
    KindInfo {
        kind: FaultKind::LostWrite,
        key: "",
        about: "a crash loses a write that was not synced",
        asked: "unsynced writes at a crash",
        bit: "writes lost",
        effect: "writes lost",
        knobs: &[],
        how: How::Follows(FaultKind::Crash),
    },
    KindInfo {
        kind: FaultKind::TornWrite,
        key: "",
        about: "a crash keeps only some sectors of such a write",
        asked: "unsynced writes at a crash that were torn",
        bit: "those torn",
        effect: "those torn",
        knobs: &[],
        how: How::Follows(FaultKind::Crash),
    },
    KindInfo {
        kind: FaultKind::SlowDisk,
        key: "slow_disk",
        about: "every operation of a disk takes longer",
        asked: "slow disks in the plan",
        bit: "those that delayed an operation",
        effect: "operations that took longer",
        knobs: &[KnobInfo { name: "by", about: "how much longer each takes", default: "20ms" }],
        how: recurring!(slow_disk, slow, |trouble| usual(2, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::DiskStall,
        key: "disk_stall",
        about: "a disk completes nothing for a while, and no node opens over it",
        asked: "stalls in the plan",
        bit: "those that held a completion or a node up",
        effect: "completions and nodes that were held up",
        knobs: &[],
        how: recurring!(disk_stall, stall, |trouble| usual(2, trouble / 40, trouble / 8)),
    },
    KindInfo {
        kind: FaultKind::ReadError,
        key: "read_error",
        about: "reads of a disk fail, while the node runs and while it opens",
        asked: "times of it in the plan",
        bit: "those in which a read failed",
        effect: "reads that failed",
        knobs: &[RATE, FILE],
        how: recurring!(read_error, unreadable, |trouble| Recurring {
            // A disk of which all is unreadable hides what comes of one file that is.
            rate: Some(Knob::OneOf([200_000, 500_000, MILLION].map(Rate).to_vec())),
            ..usual(2, trouble / 20, trouble / 4)
        }),
    },
    KindInfo {
        kind: FaultKind::BitRot,
        key: "bit_rot",
        about: "one bit flips, for good, in bytes that were synced",
        asked: "flips in the plan",
        bit: "those that found such bytes",
        effect: "those that a node read back",
        knobs: &[FILE],
        how: recurring!(bit_rot, rot, |_| at_once(2)),
    },
    KindInfo {
        kind: FaultKind::MisdirectedWrite,
        key: "misdirected_write",
        about: "a write lands elsewhere on its disk, over other bytes",
        asked: "times of it in the plan",
        bit: "writes that did",
        effect: "places, written or missed by it, that a node read back",
        knobs: &[FILE],
        how: recurring!(misdirected_write, misdirected, |trouble| usual(
            2,
            trouble / 20,
            trouble / 4
        )),
    },
    KindInfo {
        kind: FaultKind::DiskFull,
        key: "disk_full",
        about: "a disk has no room: no file grows, and the next sync says so",
        asked: "full disks in the plan",
        bit: "those that refused a write",
        effect: "syncs that told of it",
        knobs: &[],
        how: recurring!(disk_full, full, |trouble| usual(2, trouble / 40, trouble / 8)),
    },
    KindInfo {
        kind: FaultKind::SyncFailure,
        key: "sync_failure",
        about: "a sync fails, and no later one covers what it should have covered",
        asked: "times of it in the plan",
        bit: "syncs that failed",
        effect: "syncs that failed",
        knobs: &[FILE],
        how: recurring!(sync_failure, unsynced, |trouble| usual(2, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::DiskSwap,
        key: "disk_swap",
        about: "two nodes crash and start again with each other's disks",
        asked: "swaps in the plan",
        bit: "those that were done",
        effect: "nodes that started with the other's disk",
        knobs: &[],
        how: recurring!(disk_swap, swap, |trouble| usual(1, trouble / 20, trouble / 4)),
    },
];

/// So many times at most, at anybody.
fn at_once(most: u32) -> Recurring {
    Recurring::new(Knob::Between { min: 1, max: most }, Knob::Fixed(Duration::ZERO))
}

/// How much longer an operation of a slow disk takes, where nobody says.
const SLOW: Duration = Duration::from_millis(20);

fn slow(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    Fault::SlowDisk { node, by: draft.by(name, recurring).unwrap_or(SLOW) }
}

fn stall(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    Fault::DiskStall { node: draft.target(name, recurring) }
}

fn unreadable(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    let file = draft.file(name, recurring).unwrap_or_default();
    Fault::ReadError { node, file, rate: draft.rate(name, recurring).unwrap_or(MILLION) }
}

fn rot(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    Fault::BitRot { node, file: draft.file(name, recurring).unwrap_or_default() }
}

fn misdirected(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    Fault::MisdirectedWrite { node, file: draft.file(name, recurring).unwrap_or_default() }
}

fn full(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    Fault::DiskFull { node: draft.target(name, recurring) }
}

fn unsynced(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    Fault::SyncFailure { node, file: draft.file(name, recurring).unwrap_or_default() }
}

/// Of a cluster of one nobody can swap: its one disk is slow instead, by nothing.
fn swap(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    match draft.shuffled(name)[..] {
        [a, b, ..] => Fault::DiskSwap { between: [a, b] },
        _ => Fault::SlowDisk { node: draft.target(name, recurring), by: Duration::ZERO },
    }
}
