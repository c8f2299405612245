//! Faults of links: who reaches whom.

use seatrial_history::Endpoint;
use seatrial_node::Node;

use crate::network::{between_groups, ring};
use crate::plan::{Fault, Rates};
use crate::world::World;

impl<N: Node> World<N> {
    pub(super) fn begin_at_links(&mut self, index: usize, fault: &Fault) {
        let pairs = match fault {
            Fault::Partition { groups } => {
                let groups: Vec<Vec<u32>> = groups.iter().map(|group| self.slots(group)).collect();
                between_groups(&groups)
            }
            Fault::Isolate { node, clients } => match self.target(node) {
                Some(node) => self.around(node, clients),
                None => return,
            },
            Fault::OneWay { from, to } => {
                let (from, to) = (self.slots(from), self.slots(to));
                from.iter().flat_map(|a| to.iter().map(move |b| (*a, *b))).collect()
            }
            Fault::Ring { order } => {
                let order: Vec<Endpoint> = order.iter().copied().map(Endpoint::Node).collect();
                ring(&self.slots(&order))
            }
            _ => unreachable!("a fault of links"),
        };
        self.core.trace_fault(|| format!("{} begins: {fault}", fault.kind()));
        self.core.cuts.add(index, pairs);
    }

    pub(super) fn end_at_links(&mut self, index: usize, fault: &Fault) {
        self.core.trace_fault(|| format!("{} is over", fault.kind()));
        self.core.cuts.remove(index);
    }

    /// Every message arrives, once, when it should.
    pub(super) fn heal_links(&mut self) {
        self.core.rates = Rates::default();
        self.core.cuts.clear();
    }

    /// All pairs between the inside, a node and its clients, and the outside.
    fn around(&self, node: u32, clients: &[Endpoint]) -> Vec<(u32, u32)> {
        let mut inside = self.slots(clients);
        inside.push(node);
        let all = self.nodes.len() as u32 + self.core.clients();
        let outside = (0..all).filter(|slot| !inside.contains(slot)).collect();
        between_groups(&[inside, outside])
    }
}
