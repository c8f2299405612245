//! Whether what a fault asks for can come within a run: times beyond the trouble, effects and facts beyond what there ever is.

use seatrial_node::{Duration, NodeId};
use seatrial_sim::{Fault, PlannedFault, When};

use super::Slip;
use crate::scenario::words::counted;

/// No input has so many effects: a node that sends to ten thousand others has a hundredth of them.
pub(crate) const MOST_EFFECTS: u32 = 1_000_000;

/// What is wrong with a fault that waits for an effect that never comes.
pub(super) fn endless(fault: &Fault) -> Option<Slip> {
    match fault {
        Fault::CrashMidway { after, .. } if *after > MOST_EFFECTS => {
            let what = format!(
                "after = {after}: no input has so many effects, so it would never be; make it less, as 3"
            );
            Some(("after".into(), what))
        }
        _ => None,
    }
}

/// What is wrong with a condition that is not met in a run of at most so many events.
pub(super) fn never(when: &When, event_limit: u64) -> Option<String> {
    let (When::Fact { times, .. } | When::Reached { times, .. }) = when else { return None };
    (u64::from(*times) > event_limit).then(|| {
        format!(
            "times = {times}: a run ends after {} (`event_limit`), so it would never be; make it less",
            counted(event_limit, "event")
        )
    })
}

/// What is wrong with a fault that begins when the trouble is over, or that is no more than another kind would be, as what it repeats takes
/// longer than the trouble. Outside of a core, where there is one, such a fault goes on for ever.
pub(crate) fn excess(
    planned: &PlannedFault,
    trouble: Duration,
    core: Option<&Vec<NodeId>>,
) -> Option<Slip> {
    if planned.at >= trouble {
        let what = format!(
            "a fault {} after what it waits for would never be: the trouble is over after {trouble}; begin it sooner",
            planned.at
        );
        return Some(("at".into(), what));
    }
    let (field, span, instead) = match planned.fault {
        _ if core.is_some() => return None,
        Fault::CrashLoop { up_for, .. } if up_for >= trouble => ("up_for", up_for, "a crash"),
        Fault::CrashLoop { down_for, .. } if down_for >= trouble => {
            ("down_for", down_for, "a crash")
        }
        Fault::WallStrobe { period, .. } if period >= trouble => {
            ("period", period, "a wall-offset")
        }
        _ => return None,
    };
    let what = format!(
        "{field} = \"{span}\": the trouble is over after {trouble}, so this would be no more than {instead}; make it shorter, or write that"
    );
    Some((field.to_owned(), what))
}
