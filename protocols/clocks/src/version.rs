//! The version vector (Parker et al., *Detection of Mutual Inconsistency in Distributed Systems*, 1983).

use seatrial_node::NodeId;

use crate::Dot;
use crate::counts::Counts;

/// Which updates a replica knows: of each node, all up to a number.
///
/// Where one descends from the other, it knows all that the other knows. Where neither does, the replicas are in conflict.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Hash)]
pub struct VersionVector(Counts);

impl VersionVector {
    /// Knows nothing.
    pub const fn new() -> Self {
        Self(Counts::new())
    }

    /// How many updates of that node it knows.
    pub fn get(&self, node: NodeId) -> u64 {
        self.0.get(node)
    }

    /// Adds an update at `node` and names it.
    pub fn increment(&mut self, node: NodeId) -> Dot {
        Dot { node, number: self.0.increment(node) }
    }

    /// Adds an update, and all updates of the same node before it.
    pub fn include(&mut self, dot: Dot) {
        self.0.raise(dot.node, dot.number);
    }

    /// Whether it knows that update.
    pub fn contains(&self, dot: Dot) -> bool {
        dot.number <= self.get(dot.node)
    }

    /// Adds all that the other knows: their least upper bound.
    pub fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }

    /// Whether it knows all that the other knows.
    pub fn descends(&self, other: &Self) -> bool {
        self.0.covers(&other.0)
    }

    /// Whether each knows something that the other does not.
    pub fn is_concurrent_with(&self, other: &Self) -> bool {
        self.partial_cmp(other).is_none()
    }

    /// The nodes that it knows updates of, in ascending order, and how many.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, u64)> + '_ {
        self.0.iter()
    }
}

/// The least vector that knows so many updates of each of these nodes.
impl FromIterator<(NodeId, u64)> for VersionVector {
    fn from_iter<I: IntoIterator<Item = (NodeId, u64)>>(numbers: I) -> Self {
        let mut counts = Counts::new();
        numbers.into_iter().for_each(|(node, number)| counts.raise(node, number));
        Self(counts)
    }
}
