//! Faults of links.

use seatrial_history::Endpoint;
use seatrial_node::NodeId;
use seatrial_sim::{Fault, FaultKind, Target};

use super::{How, KindInfo, recurring, usual};
use crate::draw::Draft;
use crate::scenario::Recurring;

pub(super) const KINDS: &[KindInfo] = &[
    KindInfo {
        kind: FaultKind::Isolate,
        key: "isolate",
        about: "one node is cut off from all others, both ways",
        asked: "cuts in the plan",
        bit: "those that stopped a message",
        effect: "those that stopped one to somebody who was up",
        knobs: &[],
        how: recurring!(isolate, isolate, |trouble| usual(4, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::Partition,
        key: "partition",
        about: "groups of nodes cannot reach each other",
        asked: "cuts in the plan",
        bit: "those that stopped a message",
        effect: "those that stopped one to somebody who was up",
        knobs: &[],
        how: recurring!(partition, partition, |trouble| usual(2, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::OneWay,
        key: "one_way",
        about: "messages from one node to all others are lost, or those to it",
        asked: "cuts in the plan",
        bit: "those that stopped a message",
        effect: "those that stopped one to somebody who was up",
        knobs: &[],
        how: recurring!(one_way, one_way, |trouble| usual(2, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::Ring,
        key: "ring",
        about: "every node reaches a majority, and no two the same one",
        asked: "cuts in the plan",
        bit: "those that stopped a message",
        effect: "those that stopped one to somebody who was up",
        knobs: &[],
        how: recurring!(ring, ring, |trouble| usual(2, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::Loss,
        key: "loss",
        about: "a link loses a message",
        asked: "messages sent",
        bit: "messages lost",
        effect: "those whose receiver was there to miss them",
        knobs: &[],
        how: How::Steady { put: |spec, rate| spec.loss = rate, usual: &[10_000, 50_000, 150_000] },
    },
    KindInfo {
        kind: FaultKind::Duplicate,
        key: "duplicate",
        about: "a link delivers a message twice",
        asked: "messages sent",
        bit: "copies made",
        effect: "copies that a node was given",
        knobs: &[],
        how: How::Steady { put: |spec, rate| spec.duplicate = rate, usual: &[50_000, 200_000] },
    },
    KindInfo {
        kind: FaultKind::Reorder,
        key: "reorder",
        about: "a link holds a message back, so that later ones overtake it",
        asked: "messages sent",
        bit: "messages held back",
        effect: "those that a node was given late",
        knobs: &[],
        how: How::Steady { put: |spec, rate| spec.reorder = rate, usual: &[50_000, 200_000] },
    },
];

fn isolate(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    let clients: Vec<u32> = (0..draft.clients).filter(|_| draft.with_minority(name)).collect();
    Fault::Isolate { node, clients: clients.into_iter().map(Endpoint::Client).collect() }
}

/// Two groups of any size, or, with five nodes and more, sometimes three.
fn partition(draft: &mut Draft<'_, '_>, name: &str, _: &Recurring) -> Fault {
    let nodes = draft.shuffled(name);
    if nodes.len() < 2 {
        // One node has nobody to be cut off from but clients.
        let clients = (0..draft.clients).map(Endpoint::Client).collect();
        return Fault::Partition { groups: vec![vec![Endpoint::Node(nodes[0])], clients] };
    }
    let cut = 1 + draft.below(&format!("{name}.size"), nodes.len() as u64 - 1) as usize;
    let (first, rest) = nodes.split_at(cut);
    let mut groups: Vec<Vec<NodeId>> = vec![first.to_vec(), rest.to_vec()];
    if nodes.len() >= 5 && rest.len() >= 2 && draft.below(&format!("{name}.three"), 3) == 2 {
        let last = groups[1].split_off(rest.len() / 2);
        groups.push(last);
    }
    groups.sort_by_key(Vec::len);
    let endpoints = |group: Vec<NodeId>| group.into_iter().map(Endpoint::Node).collect();
    let mut groups: Vec<Vec<Endpoint>> = groups.into_iter().map(endpoints).collect();
    draft.place_clients(name, &mut groups);
    Fault::Partition { groups }
}

fn one_way(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let one = match draft.target(name, recurring) {
        Target::Node(node) => node,
        // A direction has no sense for whoever may have a role later: anybody, then.
        Target::Role(_) => draft.any(name),
    };
    let others = draft.members.iter().copied().filter(|node| *node != one);
    let others: Vec<Endpoint> = others.map(Endpoint::Node).collect();
    let one = vec![Endpoint::Node(one)];
    if draft.below(&format!("{name}.direction"), 2) == 0 {
        Fault::OneWay { from: one, to: others }
    } else {
        Fault::OneWay { from: others, to: one }
    }
}

fn ring(draft: &mut Draft<'_, '_>, name: &str, _: &Recurring) -> Fault {
    Fault::Ring { order: draft.shuffled(name) }
}
