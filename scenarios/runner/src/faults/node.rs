//! Faults of nodes.

use seatrial_node::Duration;
use seatrial_sim::{Fault, FaultKind};

use super::{How, KindInfo, KnobInfo, recurring, usual};
use crate::draw::Draft;
use crate::scenario::{Knob, Recurring};

pub(super) const KINDS: &[KindInfo] = &[
    KindInfo {
        kind: FaultKind::Pause,
        key: "pause",
        about: "a node stands still while the world goes on; what arrives waits",
        asked: "pauses in the plan",
        bit: "those that held something up",
        effect: "inputs that came late",
        knobs: &[KnobInfo {
            name: "clock",
            about: "whether its clock runs on meanwhile, or stands, too",
            default: "runs",
        }],
        how: recurring!(pause, pause, |trouble| usual(2, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::Crash,
        key: "crash",
        about: "a node loses all but its disk, and starts again",
        asked: "crashes in the plan",
        bit: "those that found the node up",
        effect: "lives that they ended",
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
    KindInfo {
        kind: FaultKind::CrashLoop,
        key: "crash_loop",
        about: "a node crashes and starts again, over and over",
        asked: "loops in the plan",
        bit: "those that found the node up",
        effect: "lives that they ended",
        knobs: &[
            KnobInfo { name: "up", about: "how long each life lasts", default: "5ms to 60ms" },
            KnobInfo {
                name: "down",
                about: "how long it is down between two",
                default: "1ms to 20ms",
            },
        ],
        how: recurring!(crash_loop, crash_loop, |trouble| usual(1, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::CrashZone,
        key: "crash_zone",
        about: "all nodes of a zone crash at once, and start again",
        asked: "such crashes in the plan",
        bit: "those that found a node up",
        effect: "lives that they ended",
        knobs: &[],
        how: recurring!(crash_zone, crash_zone, |trouble| usual(2, trouble / 200, trouble / 8)),
    },
    KindInfo {
        kind: FaultKind::CrashWriting,
        key: "crash_writing",
        about: "a node crashes while writes are not synced, and starts again",
        asked: "such crashes in the plan",
        bit: "those that found such a moment",
        effect: "those that found such a moment",
        knobs: &[],
        how: recurring!(crash_writing, crash_writing, |trouble| usual(
            4,
            trouble / 200,
            trouble / 8
        )),
    },
    KindInfo {
        kind: FaultKind::CrashMidway,
        key: "crash_midway",
        about: "a node crashes between two effects of one input, and starts again",
        asked: "such crashes in the plan",
        bit: "those that found such an input",
        effect: "inputs that were handled in part",
        knobs: &[KnobInfo {
            name: "after",
            about: "how many messages, answers, writes and syncs of that input stand",
            default: "1 to 4",
        }],
        how: recurring!(crash_midway, crash_midway, |trouble| usual(4, trouble / 200, trouble / 8)),
    },
    KindInfo {
        kind: FaultKind::Wipe,
        key: "wipe",
        about: "a node crashes, its disk is gone, and it starts again with an empty one",
        asked: "wipes in the plan",
        bit: "those that found the node there",
        effect: "those that found something on its disk",
        knobs: &[],
        how: recurring!(wipe, wipe, |trouble| usual(1, trouble / 200, trouble / 8)),
    },
    KindInfo {
        kind: FaultKind::SlowCpu,
        key: "slow_cpu",
        about: "a node takes time for each input, and inputs wait for their turn",
        asked: "such times in the plan",
        bit: "those that held something up",
        effect: "inputs that came late",
        knobs: &[KnobInfo {
            name: "by",
            about: "how long an input takes",
            default: "200us to 5ms",
        }],
        how: recurring!(slow_cpu, slow_cpu, |trouble| usual(2, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::Upgrade,
        key: "upgrade",
        about: "a node crashes and starts again as another version of its code or configuration",
        asked: "upgrades in the plan",
        bit: "those that found the node there",
        effect: "those that changed its version",
        knobs: &[KnobInfo {
            name: "version",
            about: "as which version it starts again",
            default: "any in [cluster.versions], or 1",
        }],
        how: recurring!(upgrade, upgrade, |trouble| usual(4, trouble / 200, trouble / 16)),
    },
];

fn crash(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    Fault::Crash { node: draft.target(name, recurring) }
}

fn pause(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    let clock =
        recurring.clock.as_ref().map(|clock| *draft.choice(&format!("{name}.clock"), clock));
    Fault::Pause { node, clock: clock.unwrap_or_default() }
}

fn crash_loop(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let ms = Duration::from_millis;
    Fault::CrashLoop {
        node: draft.target(name, recurring),
        up_for: draft.knob(name, "up", recurring.up.as_ref(), between(ms(5), ms(60))),
        down_for: draft.knob(name, "down", recurring.down.as_ref(), between(ms(1), ms(20))),
    }
}

fn crash_zone(draft: &mut Draft<'_, '_>, name: &str, _: &Recurring) -> Fault {
    let (zone, nodes) = draft.zone(name);
    Fault::CrashZone { zone, nodes }
}

fn crash_writing(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    Fault::CrashWriting { node: draft.target(name, recurring) }
}

fn crash_midway(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    Fault::CrashMidway {
        node: draft.target(name, recurring),
        after: draft.knob(name, "after", recurring.after.as_ref(), between(1, 4)),
    }
}

fn wipe(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    Fault::Wipe { node: draft.target(name, recurring) }
}

fn slow_cpu(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let us = Duration::from_micros;
    Fault::SlowCpu {
        node: draft.target(name, recurring),
        takes: draft.knob(name, "by", recurring.by.as_ref(), between(us(200), us(5_000))),
    }
}

fn upgrade(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    let version = match &recurring.version {
        Some(version) => draft.scalar(&format!("{name}.version"), version),
        None => draft.version(name),
    };
    Fault::Upgrade { node, version }
}

const fn between<T>(min: T, max: T) -> Knob<T> {
    Knob::Between { min, max }
}
