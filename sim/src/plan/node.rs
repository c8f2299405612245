//! Faults of nodes, in words, and what may be wrong with them.

use std::fmt::{self, Display as _};

use seatrial_history::Endpoint;
use seatrial_node::{Duration, NodeId};

use super::inhabitants::{Inhabitants, list};
use super::{Fault, PausedClock};

pub(super) fn words(fault: &Fault, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match fault {
        Fault::Crash { node }
        | Fault::CrashStop { node }
        | Fault::Pause { node, clock: PausedClock::Runs }
        | Fault::Wipe { node } => node.fmt(f),
        Fault::Pause { node, clock: PausedClock::Stands } => write!(f, "{node} and its clock"),
        Fault::CrashLoop { node, up_for, down_for } => {
            write!(f, "{node}, up for {up_for:.3} and down for {down_for:.3}")
        }
        Fault::CrashZone { zone, nodes } => write!(f, "{zone}: {}", list(nodes)),
        Fault::CrashWriting { node } => write!(f, "{node}, once writes are not synced"),
        Fault::CrashMidway { node, after } => {
            write!(f, "{node}, after {after} effects of an input with more")
        }
        Fault::SlowCpu { node, takes } => write!(f, "{node} takes {takes:.3} for each input"),
        Fault::Upgrade { node, version } => write!(f, "{node} to version {version}"),
        _ => unreachable!("a fault of nodes"),
    }
}

pub(super) fn problem(fault: &Fault, world: &Inhabitants<'_>) -> Option<String> {
    if let Some(target) = fault.target() {
        return world.no_target(target).or_else(|| senseless(fault));
    }
    match fault {
        Fault::CrashZone { nodes, .. } => no_zone(nodes, world),
        _ => unreachable!("a fault of nodes"),
    }
}

/// What is wrong with it in every world.
fn senseless(fault: &Fault) -> Option<String> {
    match fault {
        Fault::CrashLoop { up_for, down_for, .. } if *up_for.min(down_for) < SHORTEST => {
            Some(format!(
                "up_for = \"{up_for}\", down_for = \"{down_for}\": both are at least {SHORTEST}"
            ))
        }
        Fault::CrashMidway { after: 0, .. } => {
            Some("after = 0: it is between two effects, so one stands at least".into())
        }
        Fault::SlowCpu { takes: Duration::ZERO, .. } => {
            Some("takes = \"0s\": an input that takes no time is not slow".into())
        }
        Fault::Upgrade { version: 0, .. } => Some("version = 0: versions begin at 1".into()),
        _ => None,
    }
}

/// A loop that is any faster would be nothing but crashes.
const SHORTEST: Duration = Duration::from_micros(10);

fn no_zone(nodes: &[NodeId], world: &Inhabitants<'_>) -> Option<String> {
    let twice = |(i, node): (usize, &NodeId)| nodes[..i].contains(node).then_some(*node);
    if nodes.is_empty() {
        return Some("there is nobody in the zone".into());
    }
    if let Some(node) = nodes.iter().enumerate().find_map(twice) {
        return Some(format!("{node} is in the zone twice"));
    }
    let nodes: Vec<Endpoint> = nodes.iter().map(|node| Endpoint::Node(*node)).collect();
    world.stranger(&nodes)
}
