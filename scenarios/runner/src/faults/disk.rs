//! Faults of disks.

use seatrial_sim::FaultKind;

use super::{How, KindInfo};

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
];
