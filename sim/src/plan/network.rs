//! Faults of links, in words, and what may be wrong with them.

use std::fmt::{self, Display as _};

use seatrial_history::Endpoint;

use super::Fault;
use super::inhabitants::{Inhabitants, list};

pub(super) fn words(fault: &Fault, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match fault {
        Fault::Partition { groups } => {
            let groups: Vec<String> = groups.iter().map(|group| list(group)).collect();
            f.write_str(&groups.join(" | "))
        }
        Fault::Isolate { node, clients } if clients.is_empty() => node.fmt(f),
        Fault::Isolate { node, clients } => write!(f, "{node} with {}", list(clients)),
        Fault::OneWay { from, to } => write!(f, "{} cannot send to {}", list(from), list(to)),
        Fault::Ring { order } => f.write_str(&list(order)),
        _ => unreachable!("a fault of links"),
    }
}

pub(super) fn problem(fault: &Fault, world: &Inhabitants<'_>) -> Option<String> {
    match fault {
        Fault::Partition { groups } if groups.len() < 2 => {
            Some("a partition has two groups or more".into())
        }
        Fault::Partition { groups } => {
            let all: Vec<Endpoint> = groups.iter().flatten().copied().collect();
            let twice = |(i, e): (usize, &Endpoint)| all[..i].contains(e).then_some(*e);
            let twice = all.iter().enumerate().find_map(twice);
            let twice = twice.map(|endpoint| format!("{endpoint} is in two places"));
            twice.or_else(|| world.stranger(&all))
        }
        Fault::Isolate { node, clients } => {
            world.no_target(node).or_else(|| world.stranger(clients))
        }
        Fault::OneWay { from, to } => world.stranger(from).or_else(|| world.stranger(to)),
        Fault::Ring { order } => {
            let nodes: Vec<Endpoint> = order.iter().map(|node| Endpoint::Node(*node)).collect();
            world.stranger(&nodes)
        }
        _ => unreachable!("a fault of links"),
    }
}
