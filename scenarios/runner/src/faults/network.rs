//! Faults of links.

use seatrial_history::Endpoint;
use seatrial_node::{Duration, NodeId};
use seatrial_sim::{Fault, FaultKind, MILLION, Target};

use super::{How, KindInfo, KnobInfo, recurring, usual};
use crate::draw::Draft;
use crate::scenario::{Knob, Rate, Recurring};

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
        knobs: &[KnobInfo {
            name: "groups",
            about: "how many, each of one node at least",
            default: "two, or sometimes three",
        }],
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
    KindInfo {
        kind: FaultKind::LossBurst,
        key: "loss_burst",
        about: "links lose messages in bursts (Gilbert-Elliott)",
        asked: "messages sent under it",
        bit: "messages lost",
        effect: "those whose receiver was there to miss them",
        knobs: &[
            KnobInfo {
                name: "enter",
                about: "how often a good link turns bad, at each message",
                default: "0.5% to 5%",
            },
            KnobInfo {
                name: "leave",
                about: "how often a bad link recovers, at each message",
                default: "5% to 40%",
            },
            KnobInfo {
                name: "rate",
                about: "how many messages a bad link loses",
                default: "50% to 100%",
            },
        ],
        how: recurring!(loss_burst, loss_burst, |trouble| usual(3, trouble / 10, trouble / 2)),
    },
    KindInfo {
        kind: FaultKind::SlowTail,
        key: "slow_tail",
        about: "some messages take much longer than others",
        asked: "messages sent under it",
        bit: "messages slowed",
        effect: "those that somebody was given late",
        knobs: &[
            KnobInfo { name: "rate", about: "how many messages", default: "1% to 10%" },
            KnobInfo {
                name: "by",
                about: "how much longer they take on average",
                default: "10ms to 200ms",
            },
        ],
        how: recurring!(slow_tail, slow_tail, |trouble| usual(2, trouble / 10, trouble)),
    },
    KindInfo {
        kind: FaultKind::SlowLink,
        key: "slow_link",
        about: "every message of a link, or from one node, takes longer",
        asked: "slow links in the plan",
        bit: "those that slowed a message",
        effect: "messages that somebody was given late",
        knobs: &[KnobInfo { name: "by", about: "how much longer", default: "5ms to 200ms" }],
        how: recurring!(slow_link, slow_link, |trouble| usual(3, trouble / 2, trouble)),
    },
    KindInfo {
        kind: FaultKind::Throttle,
        key: "throttle",
        about: "a link carries one message after the other, so many wait, and of more any is lost",
        asked: "narrow links in the plan",
        bit: "those at which a message waited",
        effect: "messages that somebody was given late, or missed",
        knobs: &[
            KnobInfo {
                name: "by",
                about: "how long the link is busy with a message",
                default: "1ms to 40ms",
            },
            KnobInfo { name: "queue", about: "how many may wait", default: "2 to 20" },
        ],
        how: recurring!(throttle, throttle, |trouble| usual(3, trouble / 10, trouble / 2)),
    },
    KindInfo {
        kind: FaultKind::Clog,
        key: "clog",
        about: "a link holds everything until it is over",
        asked: "clogs in the plan",
        bit: "those that held a message",
        effect: "messages that somebody was given late",
        knobs: &[],
        how: recurring!(clog, clog, |trouble| usual(4, trouble / 50, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::SwizzleClog,
        key: "swizzle_clog",
        about: "nodes are clogged one after the other, and freed in another order",
        asked: "such clogs in the plan",
        bit: "those that held a message",
        effect: "messages that somebody was given late",
        knobs: &[],
        how: recurring!(swizzle_clog, swizzle_clog, |trouble| usual(1, trouble / 10, trouble / 2)),
    },
    KindInfo {
        kind: FaultKind::Bridge,
        key: "bridge",
        about: "two groups reach each other only through one node",
        asked: "cuts in the plan",
        bit: "those that stopped a message",
        effect: "those that stopped one to somebody who was up",
        knobs: &[],
        how: recurring!(bridge, bridge, |trouble| usual(2, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::CutClients,
        key: "cut_clients",
        about: "clients reach no node",
        asked: "cuts in the plan",
        bit: "those that stopped a message",
        effect: "those that stopped one to somebody who was up",
        knobs: &[],
        how: recurring!(cut_clients, cut_clients, |trouble| usual(2, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::Mute,
        key: "mute",
        about: "a node hears all others, and none of them hears it",
        asked: "cuts in the plan",
        bit: "those that stopped a message",
        effect: "those that stopped one to somebody who was up",
        knobs: &[],
        how: recurring!(mute, mute, |trouble| usual(2, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::Deaf,
        key: "deaf",
        about: "all others hear a node, and it hears none of them",
        asked: "cuts in the plan",
        bit: "those that stopped a message",
        effect: "those that stopped one to somebody who was up",
        knobs: &[],
        how: recurring!(deaf, deaf, |trouble| usual(2, trouble / 20, trouble / 4)),
    },
    KindInfo {
        kind: FaultKind::Reset,
        key: "reset",
        about: "connections of a node break, with what is under way on them",
        asked: "resets in the plan",
        bit: "those that lost a message",
        effect: "those that lost one to somebody who was up",
        knobs: &[],
        how: recurring!(reset, reset, |_| usual(6, Duration::ZERO, Duration::ZERO)),
    },
    KindInfo {
        kind: FaultKind::Corrupt,
        key: "corrupt",
        about: "bytes of a message change on the way, where the protocol has a form in bytes",
        asked: "messages sent between nodes under it",
        bit: "messages changed",
        effect: "those that a receiver was there to refuse",
        knobs: &[KnobInfo { name: "rate", about: "how many messages", default: "1% to 20%" }],
        how: recurring!(corrupt, corrupt, |trouble| usual(2, trouble / 10, trouble)),
    },
];

fn isolate(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    let clients: Vec<u32> = (0..draft.clients).filter(|_| draft.with_minority(name)).collect();
    Fault::Isolate { node, clients: clients.into_iter().map(Endpoint::Client).collect() }
}

/// Two groups of any size, or, with five nodes and more, sometimes three; or as many as the scenario says.
fn partition(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let nodes = draft.shuffled(name);
    if nodes.len() < 2 {
        // One node has nobody to be cut off from but clients.
        let clients = (0..draft.clients).map(Endpoint::Client).collect();
        return Fault::Partition { groups: vec![vec![Endpoint::Node(nodes[0])], clients] };
    }
    let mut groups = match &recurring.groups {
        Some(count) => {
            let count = draft.knob(name, "groups", Some(count), Knob::Fixed(2));
            so_many_groups(draft, name, &nodes, count as usize)
        }
        None => two_or_three_groups(draft, name, &nodes),
    };
    groups.sort_by_key(Vec::len);
    let mut groups: Vec<Vec<Endpoint>> = groups.into_iter().map(endpoints).collect();
    draft.place_clients(name, &mut groups);
    Fault::Partition { groups }
}

fn two_or_three_groups(
    draft: &mut Draft<'_, '_>,
    name: &str,
    nodes: &[NodeId],
) -> Vec<Vec<NodeId>> {
    let cut = 1 + draft.below(&format!("{name}.size"), nodes.len() as u64 - 1) as usize;
    let (first, rest) = nodes.split_at(cut);
    let mut groups = vec![first.to_vec(), rest.to_vec()];
    if nodes.len() >= 5 && rest.len() >= 2 && draft.below(&format!("{name}.three"), 3) == 2 {
        let last = groups[1].split_off(rest.len() / 2);
        groups.push(last);
    }
    groups
}

/// Every group has a node, and the rest are anywhere.
fn so_many_groups(
    draft: &mut Draft<'_, '_>,
    name: &str,
    nodes: &[NodeId],
    count: usize,
) -> Vec<Vec<NodeId>> {
    let (first, rest) = nodes.split_at(count.clamp(2, nodes.len()));
    let mut groups: Vec<Vec<NodeId>> = first.iter().map(|node| vec![*node]).collect();
    for node in rest {
        let group = draft.below(&format!("{name}.group"), groups.len() as u64);
        groups[group as usize].push(*node);
    }
    groups
}

fn one_way(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let one = draft.one(name, recurring);
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

fn loss_burst(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let enter = draft.knob(name, "enter", recurring.enter.as_ref(), rates(5_000, 50_000));
    let leave = draft.knob(name, "leave", recurring.leave.as_ref(), rates(50_000, 400_000));
    let rate = draft.knob(name, "rate", recurring.rate.as_ref(), rates(500_000, MILLION));
    let (from, to) = Default::default();
    Fault::LossBurst { enter: enter.0, leave: leave.0, rate: rate.0, from, to }
}

fn slow_tail(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let rate = draft.knob(name, "rate", recurring.rate.as_ref(), rates(10_000, 100_000));
    let by = draft.knob(name, "by", recurring.by.as_ref(), millis(10, 200));
    let (from, to) = Default::default();
    Fault::SlowTail { rate: rate.0, by, from, to }
}

fn corrupt(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let rate = draft.knob(name, "rate", recurring.rate.as_ref(), rates(10_000, 200_000));
    let (from, to) = Default::default();
    Fault::Corrupt { rate: rate.0, from, to }
}

fn slow_link(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let (from, to) = links(draft, name, recurring);
    let by = draft.knob(name, "by", recurring.by.as_ref(), millis(5, 200));
    Fault::SlowLink { by, from, to }
}

fn throttle(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let (from, to) = links(draft, name, recurring);
    let by = draft.knob(name, "by", recurring.by.as_ref(), millis(1, 40));
    let few = Knob::Between { min: 2, max: 20 };
    let queue = draft.knob(name, "queue", recurring.queue.as_ref(), few);
    Fault::Throttle { by, queue, from, to }
}

fn clog(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let (from, to) = links(draft, name, recurring);
    Fault::Clog { from, to }
}

/// Some of the nodes, one at least.
fn swizzle_clog(draft: &mut Draft<'_, '_>, name: &str, _: &Recurring) -> Fault {
    let mut order = draft.shuffled(name);
    let some = 1 + draft.below(&format!("{name}.size"), order.len() as u64) as usize;
    order.truncate(some);
    let mut back = draft.shuffled(name);
    back.retain(|node| order.contains(node));
    Fault::SwizzleClog { order, back }
}

/// Two halves and somebody between them: the target, or anybody.
fn bridge(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    let mut nodes = draft.shuffled(name);
    nodes.retain(|other| Target::Node(*other) != node);
    let right = nodes.split_off(nodes.len() / 2);
    let mut groups = [nodes, right].map(endpoints);
    if groups.iter().all(Vec::is_empty) {
        groups[1] = (0..draft.clients).map(Endpoint::Client).collect();
    }
    // Whoever is all alone is a bridge to itself.
    if let (true, Target::Node(node)) = (groups.iter().all(Vec::is_empty), &node) {
        groups[0] = vec![Endpoint::Node(*node)];
    }
    let [left, right] = groups;
    Fault::Bridge { node, left, right }
}

/// All clients, or each by chance.
fn cut_clients(draft: &mut Draft<'_, '_>, name: &str, _: &Recurring) -> Fault {
    let mut clients = Vec::new();
    if draft.below(&format!("{name}.all"), 2) == 0 {
        let place = format!("{name}.client");
        clients = (0..draft.clients).filter(|_| draft.below(&place, 2) == 1).collect();
    }
    Fault::CutClients { clients: clients.into_iter().map(Endpoint::Client).collect() }
}

fn mute(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    Fault::Mute { node: draft.target(name, recurring) }
}

fn deaf(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    Fault::Deaf { node: draft.target(name, recurring) }
}

/// The connection to one other node, or all.
fn reset(draft: &mut Draft<'_, '_>, name: &str, recurring: &Recurring) -> Fault {
    let node = draft.target(name, recurring);
    let mut peers = Vec::new();
    if draft.below(&format!("{name}.one"), 2) == 1 {
        let mut others = draft.shuffled(name);
        others.retain(|other| Target::Node(*other) != node);
        others.truncate(1);
        peers = endpoints(others);
    }
    Fault::Reset { node, peers }
}

/// Links of one node: to one other, to and from one other, or to everybody.
fn links(
    draft: &mut Draft<'_, '_>,
    name: &str,
    recurring: &Recurring,
) -> (Vec<Endpoint>, Vec<Endpoint>) {
    let one = draft.one(name, recurring);
    let other = draft.shuffled(name).into_iter().find(|node| *node != one);
    match (draft.below(&format!("{name}.links"), 3), other) {
        (0, Some(other)) => (endpoints(vec![one]), endpoints(vec![other])),
        (1, Some(other)) => {
            let both = endpoints(vec![one, other]);
            (both.clone(), both)
        }
        _ => (endpoints(vec![one]), Vec::new()),
    }
}

fn endpoints(nodes: Vec<NodeId>) -> Vec<Endpoint> {
    nodes.into_iter().map(Endpoint::Node).collect()
}

const fn rates(min: u32, max: u32) -> Knob<Rate> {
    Knob::Between { min: Rate(min), max: Rate(max) }
}

const fn millis(min: u64, max: u64) -> Knob<Duration> {
    Knob::Between { min: Duration::from_millis(min), max: Duration::from_millis(max) }
}
