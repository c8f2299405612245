//! A mirror of each node's log and of what is committed, made of facts, so that all properties share one.

use seatrial_history::Moment;
use seatrial_node::{Fact, NodeId};

use super::by_key::ByKey;
use super::explain::{Announced, Line, line};
use super::node_view::{Entry, NodeView};
use crate::Cluster;

/// What the nodes have announced so far.
#[derive(Clone, Debug, Default)]
pub(super) struct LogView {
    members: usize,
    majority: usize,
    /// The members in ascending order, then others as they turn up. May hold more than are in use.
    nodes: Vec<NodeView>,
    in_use: usize,
    committed: ByKey<Committed>,
}

/// An entry that some node has reported committed: the first such report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Committed {
    pub(super) entry: Entry,
    /// The current term of the node that reported it; it was committed in this term or before.
    pub(super) in_term: u64,
    pub(super) node: NodeId,
    pub(super) at: Moment,
}

impl Committed {
    /// The report as evidence.
    pub(super) fn line(&self, index: u64) -> Line {
        line(self.at, self.node, &Fact::Commit { index })
    }
}

impl LogView {
    /// Forgets everything but its memory.
    pub(super) fn begin(&mut self, cluster: &Cluster) {
        self.members = cluster.members.len();
        self.majority = cluster.majority();
        self.committed.clear();
        self.in_use = 0;
        for member in &cluster.members {
            self.add(*member);
        }
    }

    /// The node's place. A node that is no member gets one when it first announces something.
    pub(super) fn slot(&mut self, id: NodeId) -> usize {
        let guess = id.0 as usize;
        if self.nodes().get(guess).is_some_and(|node| node.id == id) {
            return guess;
        }
        self.nodes().iter().position(|node| node.id == id).unwrap_or_else(|| self.add(id))
    }

    fn add(&mut self, id: NodeId) -> usize {
        match self.nodes.get_mut(self.in_use) {
            Some(node) => node.clear(id),
            None => self.nodes.push(NodeView::new(id)),
        }
        self.in_use += 1;
        self.in_use - 1
    }

    /// All nodes; members come first.
    pub(super) fn nodes(&self) -> &[NodeView] {
        &self.nodes[..self.in_use]
    }

    /// The members of the cluster.
    pub(super) fn members(&self) -> &[NodeView] {
        &self.nodes[..self.members]
    }

    /// The smallest number of members that is a majority.
    pub(super) const fn majority(&self) -> usize {
        self.majority
    }

    /// All other nodes than this one.
    pub(super) fn others(&self, slot: usize) -> impl Iterator<Item = &NodeView> {
        self.nodes().iter().enumerate().filter(move |(i, _)| *i != slot).map(|(_, node)| node)
    }

    /// The node that has announced this.
    pub(super) fn node(&self, now: &Announced<'_>) -> &NodeView {
        &self.nodes[now.slot]
    }

    /// What is known to be committed, by index.
    pub(super) const fn committed(&self) -> &ByKey<Committed> {
        &self.committed
    }

    /// Makes the mirror ready for properties to look at it together with this fact, which is not in it yet.
    pub(super) fn prepare(&mut self, now: &Announced<'_>) {
        self.nodes[now.slot].prepare(now);
    }

    /// Takes the fact in.
    pub(super) fn update(&mut self, now: &Announced<'_>) {
        if let Fact::Commit { index } = now.fact {
            let node = &self.nodes[now.slot];
            for (index, entry) in node.newly_committed(*index) {
                let (in_term, node) = (node.term.value, node.id);
                let committed = Committed { entry: *entry, in_term, node, at: now.at };
                self.committed.insert_first(index, committed);
            }
        }
        self.nodes[now.slot].update(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: NodeId = NodeId(7);

    fn view(facts: &[Fact]) -> LogView {
        let mut view = LogView::default();
        view.begin(&Cluster { members: vec![A, NodeId(9)] });
        for fact in facts {
            let slot = view.slot(A);
            let now = Announced { at: Moment::default(), node: A, slot, fact };
            view.prepare(&now);
            view.update(&now);
        }
        view
    }

    fn append(index: u64, term: u64) -> Fact {
        Fact::Append { index, term, digest: index }
    }

    #[test]
    fn the_mirror_follows_appends_truncations_and_snapshots() {
        let mut view = view(&[
            append(1, 1),
            append(2, 1),
            append(3, 1),
            append(2, 2),
            Fact::Snapshot { index: 1, term: 1, digest: 0 },
        ]);
        let node = &view.nodes()[0];
        assert_eq!((node.last(), node.term_at(1), node.term_at(2)), (2, Some(1), Some(2)));
        assert!(node.compacted(1) && node.entry(1).is_none() && node.entry(3).is_none());
        assert_eq!(view.slot(NodeId(9)), 1);
        assert_eq!(view.slot(NodeId(1)), 2, "a node that joins has its own place");
    }

    #[test]
    fn what_was_durable_and_is_recovered_stays_durable_and_the_rest_does_not() {
        let facts = [append(1, 1), append(2, 1), Fact::Persist { index: 2 }, append(3, 1)];
        let reboot = [Fact::Crashed, Fact::Started { life: 2 }, Fact::Truncate { from: 1 }];
        let recovered = [append(1, 1), append(2, 1), append(3, 1)];
        let all = view(&[&facts[..], &reboot, &recovered].concat());
        assert_eq!((all.nodes()[0].last(), all.nodes()[0].persisted.value), (3, 2));
        let changed = [append(1, 1), append(2, 2), append(3, 2)];
        let changed = view(&[&facts[..], &reboot, &changed].concat());
        assert_eq!(changed.nodes()[0].persisted.value, 1);
    }

    #[test]
    fn announcements_that_make_no_sense_do_no_harm() {
        let node = view(&[
            Fact::Append { index: 0, term: 1, digest: 1 },
            append(u64::MAX, 1),
            Fact::Truncate { from: 0 },
            Fact::Snapshot { index: u64::MAX, term: 1, digest: 1 },
            Fact::Commit { index: u64::MAX },
            Fact::Persist { index: u64::MAX },
            append(5, 1),
        ])
        .nodes()[0]
            .clone();
        assert!(node.persisted.value <= node.last());
    }
}
