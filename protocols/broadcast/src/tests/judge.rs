//! Judges what a world's nodes have told by the properties of the book.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_node::NodeId;

use super::world::Log;
use crate::{BroadcastEvent, MessageId};

/// A property of the book, without its module's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Property {
    /// BEB1: what a correct node broadcasts, all correct ones deliver.
    AllDeliver,
    /// RB1, URB1: a correct node delivers what it broadcasts.
    Validity,
    /// BEB2, RB2, URB2.
    NoDuplication,
    /// BEB3, RB3, URB3.
    NoCreation,
    /// RB4: what a correct node delivers, all correct ones deliver.
    Agreement,
    /// URB4: what any node delivers, all correct ones deliver.
    UniformAgreement,
    /// FRB5: in the order in which they were broadcast.
    Fifo,
    /// CRB5: nothing before what it may depend on.
    Causal,
    /// UTOB5, with URB4: what one node has delivered is a beginning of what another has, crashed ones included.
    UniformTotalOrder,
}
use Property::*;

pub(super) const BEST_EFFORT: &[Property] = &[AllDeliver, NoDuplication, NoCreation];
pub(super) const RELIABLE: &[Property] = &[Validity, NoDuplication, NoCreation, Agreement];
pub(super) const UNIFORM: &[Property] = &[Validity, NoDuplication, NoCreation, UniformAgreement];

pub(super) const ORDERED: &[Property] =
    &[NoDuplication, NoCreation, UniformTotalOrder, UniformAgreement, Validity];

/// What was broadcast and delivered.
struct Story<'a> {
    log: &'a Log,
    correct: Vec<NodeId>,
    broadcast: BTreeMap<MessageId, u64>,
    delivered: BTreeMap<NodeId, Vec<(MessageId, u64)>>,
}

/// The first of these properties that does not hold, if any.
pub(super) fn broken(
    log: &Log,
    nodes: u32,
    crashed: &[NodeId],
    properties: &[Property],
) -> Option<Property> {
    let correct = (0..nodes).map(NodeId).filter(|node| !crashed.contains(node)).collect();
    let mut story = Story { log, correct, broadcast: BTreeMap::new(), delivered: BTreeMap::new() };
    for (node, event) in log {
        match event {
            BroadcastEvent::Broadcast { id, digest } => {
                story.broadcast.insert(*id, *digest);
            }
            BroadcastEvent::Deliver { id, payload } => {
                story.delivered.entry(*node).or_default().push((*id, *payload));
            }
            _ => {}
        }
    }
    properties.iter().copied().find(|property| !story.keeps(*property))
}

impl Story<'_> {
    fn keeps(&self, property: Property) -> bool {
        match property {
            AllDeliver => self.of_correct().all(|id| self.all_deliver(id)),
            Validity => self.of_correct().all(|id| self.delivers(id.origin, id)),
            NoDuplication => self.delivered.values().all(|delivered| {
                let distinct: BTreeSet<_> = delivered.iter().map(|(id, _)| id).collect();
                distinct.len() == delivered.len()
            }),
            NoCreation => self
                .delivered
                .values()
                .flatten()
                .all(|(id, payload)| self.broadcast.get(id) == Some(payload)),
            Agreement => {
                let by_correct = self.correct.iter().filter_map(|node| self.delivered.get(node));
                by_correct.flatten().all(|(id, _)| self.all_deliver(*id))
            }
            UniformAgreement => {
                self.delivered.values().flatten().all(|(id, _)| self.all_deliver(*id))
            }
            Fifo => self.follows(|before, id| before.stream() == id.stream()),
            Causal => self.follows(|_, _| true),
            UniformTotalOrder => {
                let longest = self.delivered.values().max_by_key(|order| order.len());
                let begins = |order: &Vec<_>| longest.is_some_and(|all| all.starts_with(order));
                self.delivered.values().all(begins)
            }
        }
    }

    fn of_correct(&self) -> impl Iterator<Item = MessageId> {
        self.broadcast.keys().copied().filter(|id| self.correct.contains(&id.origin))
    }

    fn all_deliver(&self, id: MessageId) -> bool {
        self.correct.iter().all(|node| self.delivers(*node, id))
    }

    fn delivers(&self, node: NodeId, id: MessageId) -> bool {
        self.delivered.get(&node).is_some_and(|delivered| delivered.iter().any(|(d, _)| *d == id))
    }

    /// Whether every node delivers before a message all those before it that count: those which its origin had broadcast or
    /// delivered, and those before these.
    fn follows(&self, counts: impl Fn(&MessageId, &MessageId) -> bool) -> bool {
        let mut past: BTreeMap<NodeId, BTreeSet<MessageId>> = BTreeMap::new();
        let mut pasts: BTreeMap<MessageId, BTreeSet<MessageId>> = BTreeMap::new();
        let mut delivered: BTreeMap<NodeId, BTreeSet<MessageId>> = BTreeMap::new();
        for (node, event) in self.log {
            match event {
                BroadcastEvent::Broadcast { id, .. } => {
                    let known = past.entry(*node).or_default();
                    let before = known.iter().copied().filter(|before| counts(before, id));
                    pasts.insert(*id, before.collect());
                    known.insert(*id);
                }
                BroadcastEvent::Deliver { id, .. } => {
                    let before = pasts.get(id).cloned().unwrap_or_default();
                    let here = delivered.entry(*node).or_default();
                    if !before.is_subset(here) {
                        return false;
                    }
                    here.insert(*id);
                    let known = past.entry(*node).or_default();
                    known.extend(before);
                    known.insert(*id);
                }
                _ => {}
            }
        }
        true
    }
}
