//! Faults within the code of nodes, at points made for it.

use seatrial_sim::FaultKind;

use super::{How, KindInfo, KnobInfo};

pub(super) const KINDS: &[KindInfo] = &[KindInfo {
    kind: FaultKind::Buggify,
    key: "buggify",
    about: "a fault point in a node's code fires: it does what is legal but rare",
    asked: "fault points that a node came past",
    bit: "those that fired",
    effect: "those that fired",
    knobs: &[
        KnobInfo { name: "sites", about: "how likely a point is on in a run", default: "25%" },
        KnobInfo { name: "fires", about: "how often one fires that is on", default: "25%" },
    ],
    how: How::Special,
}];
