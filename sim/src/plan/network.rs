//! Faults of links, in words, and what may be wrong with them.

use std::fmt::{self, Display as _};

use seatrial_history::Endpoint;
use seatrial_node::{Duration, NodeId};

use super::Fault;
use super::inhabitants::{Inhabitants, list};
use crate::tape::MILLION;

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
        Fault::LossBurst { enter, leave, rate, from, to } => {
            let [enter, leave, rate] = [enter, leave, rate].map(|rate| percent(*rate));
            let links = links(from, to);
            write!(f, "{rate} lost while bad, {enter} turn bad, {leave} recover, {links}")
        }
        Fault::SlowTail { rate, by, from, to } => {
            write!(f, "{} take about {by} longer, {}", percent(*rate), links(from, to))
        }
        Fault::Corrupt { rate, from, to } => {
            write!(f, "{} changed, {}", percent(*rate), links(from, to))
        }
        Fault::SlowLink { by, from, to } => write!(f, "{by} longer, {}", links(from, to)),
        Fault::Throttle { by, queue, from, to } => {
            write!(f, "a message every {by}, {queue} may wait, {}", links(from, to))
        }
        Fault::Clog { from, to } => f.write_str(&links(from, to)),
        Fault::SwizzleClog { order, back } => write!(f, "{}, freed {}", list(order), list(back)),
        Fault::Bridge { node, left, right } => {
            write!(f, "{} | {} over {node}", list(left), list(right))
        }
        Fault::CutClients { clients } if clients.is_empty() => f.write_str("all of them"),
        Fault::CutClients { clients } => f.write_str(&list(clients)),
        Fault::Mute { node } | Fault::Deaf { node } => node.fmt(f),
        Fault::Reset { node, peers } if peers.is_empty() => write!(f, "{node} and everybody"),
        Fault::Reset { node, peers } => write!(f, "{node} and {}", list(peers)),
        _ => unreachable!("a fault of links"),
    }
}

/// `from n0 to everybody`, or `everywhere`.
fn links(from: &[Endpoint], to: &[Endpoint]) -> String {
    let who = |endpoints: &[Endpoint]| match endpoints {
        [] => "everybody".to_owned(),
        _ => list(endpoints),
    };
    match (from, to) {
        ([], []) => "everywhere".to_owned(),
        _ => format!("from {} to {}", who(from), who(to)),
    }
}

/// Parts of a million as a percentage, without a fraction that is not there.
fn percent(rate: u32) -> String {
    let (whole, rest) = (rate / 10_000, rate % 10_000);
    match rest {
        0 => format!("{whole}%"),
        _ => format!("{whole}.{}%", format!("{rest:04}").trim_end_matches('0')),
    }
}

pub(super) fn problem(fault: &Fault, world: &Inhabitants<'_>) -> Option<String> {
    match fault {
        Fault::Partition { groups } if groups.len() < 2 => {
            Some("a partition has two groups or more".into())
        }
        Fault::Partition { groups } => apart(&groups.concat(), world),
        Fault::Isolate { node, clients } => {
            world.no_target(node).or_else(|| world.stranger(clients))
        }
        Fault::OneWay { from, to } | Fault::Clog { from, to } => strangers(from, to, world),
        Fault::Ring { order } => apart(&endpoints(order), world),
        Fault::LossBurst { enter, leave, rate, from, to } => {
            let rates = [("enter", *enter), ("leave", *leave), ("rate", *rate)];
            rates.into_iter().find_map(no_rate).or_else(|| strangers(from, to, world))
        }
        Fault::SlowTail { rate, by, from, to } => {
            no_rate(("rate", *rate)).or_else(|| no_time(*by)).or_else(|| strangers(from, to, world))
        }
        Fault::Corrupt { rate, from, to } => {
            no_rate(("rate", *rate)).or_else(|| strangers(from, to, world))
        }
        Fault::SlowLink { by, from, to } => no_time(*by).or_else(|| strangers(from, to, world)),
        Fault::Throttle { by, queue, from, to } => no_time(*by)
            .or_else(|| (*queue == 0).then(|| "a queue of none: at least one has to wait".into()))
            .or_else(|| strangers(from, to, world)),
        Fault::SwizzleClog { order, back } => same_nodes(order, back, world),
        Fault::Bridge { node, left, right } => world
            .no_target(node)
            .or_else(|| apart(&[left.as_slice(), right.as_slice()].concat(), world))
            .or_else(|| {
                let nobody = left.is_empty() && right.is_empty();
                nobody.then(|| "a bridge is between two groups; both are empty".into())
            }),
        Fault::CutClients { clients } => world.stranger(clients).or_else(|| {
            let node = clients.iter().find(|who| matches!(who, Endpoint::Node(_)));
            node.map(|node| format!("{node} is no client"))
        }),
        Fault::Mute { node } | Fault::Deaf { node } => world.no_target(node),
        Fault::Reset { node, peers } => world.no_target(node).or_else(|| world.stranger(peers)),
        _ => unreachable!("a fault of links"),
    }
}

/// Everybody is there, and in one place only.
fn apart(all: &[Endpoint], world: &Inhabitants<'_>) -> Option<String> {
    let twice = |(i, e): (usize, &Endpoint)| all[..i].contains(e).then_some(*e);
    let twice = all.iter().enumerate().find_map(twice);
    let twice = twice.map(|endpoint| format!("{endpoint} is in two places"));
    twice.or_else(|| world.stranger(all))
}

fn strangers(from: &[Endpoint], to: &[Endpoint], world: &Inhabitants<'_>) -> Option<String> {
    world.stranger(from).or_else(|| world.stranger(to))
}

/// Whoever is clogged is freed, once.
fn same_nodes(order: &[NodeId], back: &[NodeId], world: &Inhabitants<'_>) -> Option<String> {
    let [mut clogged, mut freed] = [order, back].map(<[NodeId]>::to_vec);
    clogged.sort_unstable();
    freed.sort_unstable();
    match clogged[..] {
        [] => Some("no node is named".into()),
        _ if clogged != freed => {
            Some("`back` has to name the nodes of `order`, in any order".into())
        }
        _ => apart(&endpoints(order), world),
    }
}

fn no_rate((name, rate): (&str, u32)) -> Option<String> {
    (rate > MILLION).then(|| format!("`{name}` is {rate} in a million"))
}

fn no_time(by: Duration) -> Option<String> {
    (by == Duration::ZERO).then(|| "`by` is no time at all: say how long".into())
}

fn endpoints(nodes: &[NodeId]) -> Vec<Endpoint> {
    nodes.iter().copied().map(Endpoint::Node).collect()
}
