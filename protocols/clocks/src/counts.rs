//! A number for each node, zero for most: what vector clocks and version vectors are made of.

use std::cmp::Ordering;

use seatrial_node::NodeId;

/// The numbers that are not zero, in the order of the nodes. So equal numbers are equal values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Counts(Vec<(NodeId, u64)>);

impl Counts {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn get(&self, node: NodeId) -> u64 {
        self.place(node).map_or(0, |place| self.0[place].1)
    }

    /// Raises a node's number to this one, if it is lower.
    pub(crate) fn raise(&mut self, node: NodeId, number: u64) {
        match self.place(node) {
            Ok(place) => self.0[place].1 = self.0[place].1.max(number),
            Err(place) if number > 0 => self.0.insert(place, (node, number)),
            Err(_) => {}
        }
    }

    /// Adds one to a node's number, which stays at the largest there is, and returns it.
    pub(crate) fn increment(&mut self, node: NodeId) -> u64 {
        let number = self.get(node).saturating_add(1);
        self.raise(node, number);
        number
    }

    /// The larger number of each node.
    pub(crate) fn merge(&mut self, other: &Self) {
        for &(node, number) in &other.0 {
            self.raise(node, number);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (NodeId, u64)> + '_ {
        self.0.iter().copied()
    }

    /// Whether no number of `other` is larger than this one's.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let mut own = self.0.iter().peekable();
        other.0.iter().all(|(node, number)| {
            while own.next_if(|(before, _)| before < node).is_some() {}
            own.next_if(|(same, _)| same == node).is_some_and(|(_, larger)| larger >= number)
        })
    }

    fn place(&self, node: NodeId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&node, |(node, _)| *node)
    }
}

/// Less where no number is larger and one is smaller; `None` where each has a larger one.
impl PartialOrd for Counts {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self.covers(other), other.covers(self)) {
            (true, true) => Some(Ordering::Equal),
            (true, false) => Some(Ordering::Greater),
            (false, true) => Some(Ordering::Less),
            (false, false) => None,
        }
    }
}
