//! Faults of clocks.

use seatrial_node::Duration;
use seatrial_sim::{Fault, FaultKind, Shift};

use super::{KindInfo, KnobInfo, recurring, usual};
use crate::draw::Draft;
use crate::scenario::{Knob, Rate, Recurring};

const BY: KnobInfo = KnobInfo {
    name: "by",
    about: "how far the clock is off; ahead or behind, as the seed draws it",
    default: "10ms, 100ms, 1s, 1m or 1h",
};

pub(super) const KINDS: &[KindInfo] = &[
    KindInfo {
        kind: FaultKind::ClockDrift,
        key: "clock_drift",
        about: "a node's monotonic clock runs fast or slow, and its timers with it",
        asked: "drifts in the plan",
        bit: "those that found somebody to strike",
        effect: "inputs that a node handled by a clock that drifts",
        knobs: &[KnobInfo {
            name: "rate",
            about: "how much the clock gains or loses; which of them, the seed draws",
            default: "0.02%, 0.1%, 1% or 10%",
        }],
        how: recurring!(clock_drift, drift, |trouble| usual(3, trouble / 20, trouble / 2)),
    },
    KindInfo {
        kind: FaultKind::WallOffset,
        key: "wall_offset",
        about: "a node's wall clock is off for a while",
        asked: "offsets in the plan",
        bit: "those that found somebody to strike",
        effect: "readings that were off",
        knobs: &[BY],
        how: recurring!(wall_offset, offset, |trouble| usual(3, trouble / 20, trouble / 2)),
    },
    KindInfo {
        kind: FaultKind::WallJump,
        key: "wall_jump",
        about: "a node's wall clock jumps forward or back, until the world heals",
        asked: "jumps in the plan",
        bit: "those that found somebody to strike",
        effect: "readings that were off",
        knobs: &[BY],
        how: recurring!(wall_jump, jump, |_| usual(3, Duration::ZERO, Duration::ZERO)),
    },
    KindInfo {
        kind: FaultKind::WallStrobe,
        key: "wall_strobe",
        about: "a node's wall clock jumps to and fro: off for a while, right for a while",
        asked: "strobes in the plan",
        bit: "those that found somebody to strike",
        effect: "readings that were off",
        knobs: &[
            BY,
            KnobInfo {
                name: "period",
                about: "how long it is off, and how long right",
                default: "1ms, 10ms or 100ms",
            },
        ],
        how: recurring!(wall_strobe, strobe, |trouble| usual(2, trouble / 20, trouble / 4)),
    },
];

fn drift(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    let usual = || Knob::OneOf([200, 1_000, 10_000, 100_000].map(Rate).to_vec());
    let rate = recurring.rate.clone().unwrap_or_else(usual);
    let rate = draft.scalar(&format!("{name}.rate"), &rate);
    // A clock that lost the whole million would stand still: that is a suspended machine, and another fault.
    let rate = rate.0.min(MOST_DRIFT).cast_signed();
    let slow = draft.below(&format!("{name}.slow"), 2) == 1;
    Fault::ClockDrift { node, rate: if slow { -rate } else { rate } }
}

/// The greatest drift that is drawn.
const MOST_DRIFT: u32 = 999_999;

fn offset(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    Fault::WallOffset { node, by: shift(draft, name, recurring) }
}

fn jump(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    Fault::WallJump { node, by: shift(draft, name, recurring) }
}

fn strobe(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    let by = shift(draft, name, recurring);
    let usual = || Knob::OneOf([1, 10, 100].map(Duration::from_millis).to_vec());
    let period = recurring.period.clone().unwrap_or_else(usual);
    let period = draft.scalar(&format!("{name}.period"), &period);
    Fault::WallStrobe { node, by, period: period.max(Duration::from_nanos(1)) }
}

fn shift(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Shift {
    let usual =
        || Knob::OneOf([10, 100, 1_000, 60_000, 3_600_000].map(Duration::from_millis).to_vec());
    let by = recurring.by.clone().unwrap_or_else(usual);
    let by = draft.scalar(&format!("{name}.by"), &by);
    match draft.below(&format!("{name}.behind"), 2) {
        0 => Shift::ahead(by),
        _ => Shift::behind(by),
    }
}
