//! Faults of links: who reaches whom, and what becomes of messages under way.

use std::collections::BTreeMap;

use seatrial_history::{DropCause, Endpoint, FaultTurn};
use seatrial_node::{Duration, Instant, Node, NodeId};

use crate::counts::FaultKind;
use crate::latency::Latency;
use crate::network::{Effect, Pairs, Trouble, between_groups, ring};
use crate::plan::{Fault, Rates, Target};
use crate::world::World;

impl<N: Node> World<N> {
    pub(super) fn begin_at_links(&mut self, index: usize, fault: &Fault) {
        self.core.roughen();
        match fault {
            Fault::Reset { node, peers } => self.reset_connections(node, peers),
            _ => match self.effect(index, fault) {
                Some((effect, pairs)) => self.trouble(index, fault, effect, pairs),
                None => self.cut(index, fault),
            },
        }
    }

    pub(super) fn end_at_links(&mut self, index: usize, fault: &Fault) {
        let turn = FaultTurn::Ends(index as u32);
        self.core.trace_fault(None, turn, || format!("{} is over", fault.kind()));
        self.core.cuts.remove(index);
        self.core.end_trouble(index);
    }

    /// Every message arrives, once, when it should, but for what is cut off from the core.
    pub(super) fn heal_links(&mut self) {
        self.core.rates = Rates::default();
        let Self { core, nemesis, .. } = self;
        let nodes = core.members.len() as u32;
        let outside = |slot: u32| !nemesis.heals(slot as usize);
        core.cuts.keep(|from, to| from.max(to) < nodes && (outside(from) || outside(to)));
        let all: Vec<usize> = self.core.troubles.faults().collect();
        for fault in all {
            self.core.end_trouble(fault);
        }
    }

    fn trace_beginning(&mut self, index: usize, fault: &Fault) {
        let turn = FaultTurn::Begins(index as u32);
        self.core.trace_fault(None, turn, || format!("{} begins: {fault}", fault.kind()));
    }

    /// What is wrong with links now is over; what the plan has for later still comes.
    pub(crate) fn mend_links(&mut self) {
        let mut all: Vec<usize> =
            self.core.cuts.faults().chain(self.core.troubles.faults()).collect();
        all.dedup();
        for index in all {
            let fault = self.nemesis.faults[index].fault.clone();
            self.end_at_links(index, &fault);
        }
    }

    fn cut(&mut self, index: usize, fault: &Fault) {
        if let Some(pairs) = self.severed(fault) {
            self.trace_beginning(index, fault);
            self.core.cuts.add(index, pairs);
        }
    }

    /// The pairs that a fault cuts, unless there is nobody to be cut off.
    fn severed(&mut self, fault: &Fault) -> Option<Vec<(u32, u32)>> {
        Some(match fault {
            Fault::Partition { groups } => {
                let groups: Vec<Vec<u32>> = groups.iter().map(|group| self.slots(group)).collect();
                between_groups(&groups)
            }
            Fault::Isolate { node, clients } => {
                let node = self.target(node)?;
                self.around(node, clients)
            }
            Fault::OneWay { from, to } => pairs(&self.slots(from), &self.slots(to)),
            Fault::Ring { order } => ring(&self.slots_of(order)),
            Fault::Bridge { node, left, right } => {
                let node = self.target(node)?;
                let mut groups = [self.slots(left), self.slots(right)];
                groups.iter_mut().for_each(|group| group.retain(|slot| *slot != node));
                between_groups(&groups)
            }
            Fault::CutClients { clients } => {
                let nodes = self.nodes.len() as u32;
                let all = || (nodes..self.endpoints() as u32).collect();
                let clients = if clients.is_empty() { all() } else { self.slots(clients) };
                between_groups(&[clients, (0..nodes).collect()])
            }
            Fault::Mute { node } => {
                let node = self.target(node)?;
                pairs(&[node], &self.all_but(node))
            }
            Fault::Deaf { node } => {
                let node = self.target(node)?;
                pairs(&self.all_but(node), &[node])
            }
            _ => unreachable!("a fault that cuts links"),
        })
    }

    /// What a fault does to messages under way, and on which links; nothing for one that cuts.
    fn effect(&self, index: usize, fault: &Fault) -> Option<(Effect, Pairs)> {
        Some(match fault {
            Fault::LossBurst { enter, leave, rate, from, to } => {
                let bad = Pairs::none(self.endpoints());
                let effect = Effect::Burst { enter: *enter, leave: *leave, rate: *rate, bad };
                (effect, self.links(from, to))
            }
            Fault::SlowTail { rate, by, from, to } => {
                let longer = Latency::Exponential { min: Duration::ZERO, mean: *by };
                (Effect::Tail { rate: *rate, longer }, self.links(from, to))
            }
            Fault::Corrupt { rate, from, to } => {
                // What cannot be put into bytes cannot be changed: it is asked for and does not bite.
                let rate = if self.core.codec.is_some() { *rate } else { 0 };
                let is_node = |who: &Endpoint| matches!(who, Endpoint::Node(_));
                let members = self.core.members.iter().copied().map(Endpoint::Node);
                let [from, to] = [from, to].map(|who| match who.is_empty() {
                    true => members.clone().collect(),
                    false => who.iter().copied().filter(is_node).collect::<Vec<_>>(),
                });
                let (from, to) = (self.slots(&from), self.slots(&to));
                (Effect::Corrupt { rate }, Pairs::between(self.endpoints(), &from, &to))
            }
            Fault::SlowLink { by, from, to } => (Effect::Slow { by: *by }, self.links(from, to)),
            Fault::Throttle { by, queue, from, to } => {
                let effect = Effect::Throttle { by: *by, queue: *queue, links: BTreeMap::new() };
                (effect, self.links(from, to))
            }
            Fault::Clog { from, to } => {
                (Effect::Clog { until: self.end_of(index) }, self.links(from, to))
            }
            Fault::SwizzleClog { order, back } => {
                let spans = self.swizzle(index, order, back);
                (Effect::Swizzle { spans }, self.links(&[], &[]))
            }
            _ => return None,
        })
    }

    fn trouble(&mut self, index: usize, fault: &Fault, effect: Effect, pairs: Pairs) {
        self.trace_beginning(index, fault);
        let kind = fault.kind();
        self.core.troubles.begin(Trouble { fault: index, kind, pairs, effect, bit: false });
    }

    /// Whatever is under way between these arrives nowhere.
    fn reset_connections(&mut self, node: &Target, peers: &[Endpoint]) {
        let Some(node) = self.target(node) else { return };
        let peers = if peers.is_empty() { self.all_but(node) } else { self.slots(peers) };
        let between = |a, b| a == node && peers.contains(&b) || b == node && peers.contains(&a);
        let (mut lost, mut missed) = (0_u32, false);
        for slot in self.core.events.slots() {
            let Some((id, from, to, marks)) = self.core.under_way(slot) else { continue };
            if from == to || marks.is_lost() || !between(from, to) {
                continue;
            }
            if let Some(marks) = self.core.events.marks(slot) {
                marks.lose();
            }
            lost += 1;
            missed |= self.core.is_there(to);
            self.core.lose(id, from, to, DropCause::Reset);
        }
        if lost > 0 {
            self.core.counts.bit(FaultKind::Reset);
        }
        if missed {
            self.core.counts.effect(FaultKind::Reset);
        }
        let id = self.core.members[node as usize];
        self.core
            .trace_strike(id, || format!("connections of {id} are reset, {lost} messages lost"));
    }

    /// When each node is clogged and until when it is.
    fn swizzle(
        &self,
        index: usize,
        order: &[NodeId],
        back: &[NodeId],
    ) -> Vec<(u32, Instant, Instant)> {
        let (now, end) = (self.core.now, self.end_of(index));
        let step = end.since(now) / (2 * order.len() as u64).max(1);
        let freed = self.slots_of(back);
        let mut spans = Vec::new();
        for (place, slot) in self.slots_of(order).into_iter().enumerate() {
            let after = freed.iter().position(|other| *other == slot).unwrap_or(0);
            let begin = now + step * place as u64;
            let end = now + step * (order.len() + after + 1) as u64;
            spans.push((slot, begin, end));
        }
        spans
    }

    /// The links from these to those; an empty list is everybody.
    fn links(&self, from: &[Endpoint], to: &[Endpoint]) -> Pairs {
        let all = || (0..self.endpoints() as u32).collect();
        let [from, to] = [from, to].map(|who| if who.is_empty() { all() } else { self.slots(who) });
        Pairs::between(self.endpoints(), &from, &to)
    }

    /// All pairs between the inside, a node and its clients, and the outside.
    fn around(&self, node: u32, clients: &[Endpoint]) -> Vec<(u32, u32)> {
        let mut inside = self.slots(clients);
        inside.push(node);
        let all = self.endpoints() as u32;
        let outside = (0..all).filter(|slot| !inside.contains(slot)).collect();
        between_groups(&[inside, outside])
    }

    fn all_but(&self, one: u32) -> Vec<u32> {
        (0..self.endpoints() as u32).filter(|slot| *slot != one).collect()
    }

    fn slots_of(&self, nodes: &[NodeId]) -> Vec<u32> {
        nodes.iter().filter_map(|node| self.core.slot(*node)).collect()
    }

    fn endpoints(&self) -> usize {
        self.nodes.len() + self.core.clients() as usize
    }
}

fn pairs(from: &[u32], to: &[u32]) -> Vec<(u32, u32)> {
    from.iter().flat_map(|a| to.iter().map(move |b| (*a, *b))).collect()
}
