//! Faults of clocks, in words, and what may be wrong with them.

use std::fmt;

use seatrial_node::Duration;

use super::Fault;
use super::inhabitants::Inhabitants;
use crate::tape::MILLION;

pub(super) fn words(fault: &Fault, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match fault {
        Fault::ClockDrift { node, rate } => {
            let side = if *rate < 0 { "slow" } else { "fast" };
            write!(f, "{node}, {} in a million {side}", rate.unsigned_abs())
        }
        Fault::WallOffset { node, by } | Fault::WallJump { node, by } => {
            write!(f, "{node} by {by}")
        }
        Fault::WallStrobe { node, by, period } => write!(f, "{node} by {by} every {period}"),
        _ => unreachable!("a fault of clocks"),
    }
}

pub(super) fn problem(fault: &Fault, world: &Inhabitants<'_>) -> Option<String> {
    let million = MILLION as i32;
    match fault {
        Fault::ClockDrift { rate, .. } if *rate <= -million => Some(format!(
            "a rate of {rate} in a million: a clock slower by a whole million stands still or goes back"
        )),
        Fault::ClockDrift { rate, .. } if *rate > million => {
            Some(format!("a rate of {rate} in a million: twice as fast, {million}, is the most"))
        }
        Fault::WallStrobe { period, .. } if *period == Duration::ZERO => {
            Some("a period of no time: the clock would be right and wrong at once".into())
        }
        Fault::ClockDrift { node, .. }
        | Fault::WallOffset { node, .. }
        | Fault::WallJump { node, .. }
        | Fault::WallStrobe { node, .. } => world.no_target(node),
        _ => unreachable!("a fault of clocks"),
    }
}
