//! Faults of nodes, in words, and what may be wrong with them.

use std::fmt::{self, Display as _};

use super::Fault;
use super::inhabitants::Inhabitants;

pub(super) fn words(fault: &Fault, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match fault {
        Fault::Crash { node } | Fault::CrashStop { node } | Fault::Pause { node } => node.fmt(f),
        _ => unreachable!("a fault of nodes"),
    }
}

pub(super) fn problem(fault: &Fault, world: &Inhabitants<'_>) -> Option<String> {
    match fault {
        Fault::Crash { node } | Fault::CrashStop { node } | Fault::Pause { node } => {
            world.no_target(node)
        }
        _ => unreachable!("a fault of nodes"),
    }
}
