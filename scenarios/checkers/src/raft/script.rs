//! For tests: sequences of facts written by hand, and what the properties say of them.

use seatrial_history::{Moment, Observer, Verdict, Violation};
use seatrial_node::{Fact, Instant, NodeId};

use super::{Property, RaftProperties};
use crate::{Checker, Cluster};

pub(super) const A: NodeId = NodeId(0);
pub(super) const B: NodeId = NodeId(1);
pub(super) const C: NodeId = NodeId(2);

/// What the nodes of a cluster of three announce, one fact a step.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    facts: Vec<(NodeId, Fact)>,
}

impl Script {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn then(mut self, node: NodeId, fact: Fact) -> Self {
        self.facts.push((node, fact));
        self
    }

    pub(super) fn start(self, node: NodeId, life: u64) -> Self {
        self.then(node, Fact::Started { life })
    }

    pub(super) fn crash(self, node: NodeId) -> Self {
        self.then(node, Fact::Crashed)
    }

    pub(super) fn term(self, node: NodeId, term: u64) -> Self {
        self.then(node, Fact::Term { term })
    }

    pub(super) fn vote(self, node: NodeId, term: u64, candidate: NodeId) -> Self {
        self.then(node, Fact::Vote { term, candidate })
    }

    pub(super) fn lead(self, node: NodeId, term: u64) -> Self {
        self.then(node, Fact::Lead { term })
    }

    pub(super) fn step_down(self, node: NodeId, term: u64) -> Self {
        self.then(node, Fact::StepDown { term })
    }

    /// An entry whose content is its index, so that it is the same at every node.
    pub(super) fn append(self, node: NodeId, index: u64, term: u64) -> Self {
        self.entry(node, index, term, index)
    }

    pub(super) fn entry(self, node: NodeId, index: u64, term: u64, digest: u64) -> Self {
        self.then(node, Fact::Append { index, term, digest })
    }

    pub(super) fn truncate(self, node: NodeId, from: u64) -> Self {
        self.then(node, Fact::Truncate { from })
    }

    pub(super) fn persist(self, node: NodeId, index: u64) -> Self {
        self.then(node, Fact::Persist { index })
    }

    pub(super) fn commit(self, node: NodeId, index: u64) -> Self {
        self.then(node, Fact::Commit { index })
    }

    pub(super) fn apply(self, node: NodeId, index: u64, digest: u64) -> Self {
        self.then(node, Fact::Apply { index, digest })
    }

    pub(super) fn snapshot(self, node: NodeId, index: u64, term: u64, digest: u64) -> Self {
        self.then(node, Fact::Snapshot { index, term, digest })
    }

    /// What this property says of the facts. Tried on a checker that has judged something else before.
    pub(super) fn judge(&self, property: Property) -> Verdict {
        let mut checker = RaftProperties::only(&[property]);
        for members in [vec![C, NodeId(9)], vec![A, B, C]] {
            checker.begin(&Cluster { members });
            for (i, (node, fact)) in self.facts.iter().enumerate() {
                checker.fact(moment(i as u64 + 1), *node, fact);
            }
        }
        checker.verdict(moment(self.facts.len() as u64))
    }

    pub(super) fn holds(&self, property: Property) {
        assert_eq!(self.judge(property), Verdict::Holds);
    }

    /// The violation, by the last of the facts.
    pub(super) fn violates(&self, property: Property) -> Violation {
        let Verdict::Violated(violation) = self.judge(property) else {
            panic!("{} is not seen to be violated", property.name())
        };
        assert_eq!(violation.property, property.name());
        assert_eq!(violation.at, Some(moment(self.facts.len() as u64)), "{violation}");
        assert!((2..=5).contains(&violation.evidence.len()), "{violation}");
        violation
    }
}

pub(super) fn moment(step: u64) -> Moment {
    Moment { step, time: Instant::ZERO }
}
