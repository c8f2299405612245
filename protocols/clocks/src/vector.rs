//! The vector clock (Fidge 1988, Mattern 1989).

use seatrial_node::NodeId;

use crate::counts::Counts;

/// How many events of each node come before an event, itself included: a → b ⇔ V(a) < V(b).
///
/// Nodes without events take no room. The order is partial: neither of two concurrent events comes before the other.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Hash)]
pub struct VectorClock(Counts);

impl VectorClock {
    /// A clock that shows zero for every node: before all events.
    pub const fn new() -> Self {
        Self(Counts::new())
    }

    /// How many events of that node this clock knows of.
    pub fn get(&self, node: NodeId) -> u64 {
        self.0.get(node)
    }

    /// Counts an event at `node`, whose clock this is, and returns how many it has had.
    pub fn tick(&mut self, node: NodeId) -> u64 {
        self.0.increment(node)
    }

    /// Counts the receipt at `node`, whose clock this is, of a message that was sent at `sent`.
    pub fn receive(&mut self, node: NodeId, sent: &Self) -> u64 {
        self.merge(sent);
        self.tick(node)
    }

    /// Moves on to the least clock that is not before either: their least upper bound.
    pub fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }

    /// Whether neither comes before the other, and they are not the same.
    pub fn is_concurrent_with(&self, other: &Self) -> bool {
        self.partial_cmp(other).is_none()
    }

    /// The nodes that it knows events of, in ascending order, and how many.
    pub fn iter(&self) -> impl Iterator<Item = (NodeId, u64)> + '_ {
        self.0.iter()
    }
}

/// The least clock that knows of so many events of each of these nodes.
impl FromIterator<(NodeId, u64)> for VectorClock {
    fn from_iter<I: IntoIterator<Item = (NodeId, u64)>>(numbers: I) -> Self {
        let mut counts = Counts::new();
        numbers.into_iter().for_each(|(node, number)| counts.raise(node, number));
        Self(counts)
    }
}
