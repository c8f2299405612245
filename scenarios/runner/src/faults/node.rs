//! Faults of nodes.

use seatrial_sim::{Fault, FaultKind};

use super::{How, KindInfo, recurring, usual};
use crate::draw::Draft;
use crate::scenario::Recurring;

pub(super) const KINDS: &[KindInfo] = &[
    KindInfo {
        kind: FaultKind::Pause,
        key: "pause",
        about: "a node stands still while the world goes on; what arrives waits",
        asked: "pauses in the plan",
        bit: "those that held something up",
        effect: "inputs that came late",
        knobs: &[],
        how: recurring!(pause, pause, |trouble| usual(2, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::Crash,
        key: "crash",
        about: "a node loses all but its disk, and starts again",
        asked: "crashes in the plan",
        bit: "those that found the node up",
        effect: "those that ended a life in which something had happened",
        knobs: &[],
        how: recurring!(crash, crash, |trouble| usual(6, trouble / 200, trouble / 8)),
    },
    KindInfo {
        kind: FaultKind::CrashStop,
        key: "crash_stop",
        about: "a node crashes and never starts again",
        asked: "crashes in the plan",
        bit: "those that found the node there to lose",
        effect: "those that found the node there to lose",
        knobs: &[],
        how: How::Special,
    },
];

fn crash(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    Fault::Crash { node: draft.target(name, recurring) }
}

fn pause(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    Fault::Pause { node: draft.target(name, recurring) }
}
