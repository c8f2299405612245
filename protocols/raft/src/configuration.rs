//! Who votes, and what a majority of them is. All counting of members is here, so that a change of membership (paper §6) has one
//! place to go to.

use seatrial_node::NodeId;

/// The members whose votes and acknowledgements count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Configuration {
    voters: Vec<NodeId>,
    /// Reused by [`Configuration::quorum_index`].
    scratch: Vec<u64>,
}

impl Configuration {
    pub(crate) fn new(voters: &[NodeId]) -> Self {
        Self { voters: voters.to_vec(), scratch: Vec::with_capacity(voters.len()) }
    }

    pub(crate) fn contains(&self, node: NodeId) -> bool {
        self.voters.contains(&node)
    }

    /// Whether this node is the only voter.
    pub(crate) fn is_only(&self, node: NodeId) -> bool {
        self.voters == [node]
    }

    /// How many voters are more than half of them: 2 of 3, 3 of 4.
    pub(crate) fn majority(&self) -> usize {
        self.voters.len() / 2 + 1
    }

    /// Whether a majority of the voters has this property.
    pub(crate) fn is_quorum(&self, has: impl Fn(NodeId) -> bool) -> bool {
        self.voters.iter().filter(|voter| has(**voter)).count() >= self.majority()
    }

    /// The highest index that a majority of the voters has reached.
    pub(crate) fn quorum_index(&mut self, reached: impl Fn(NodeId) -> u64) -> u64 {
        self.scratch.clear();
        self.scratch.extend(self.voters.iter().map(|voter| reached(*voter)));
        self.scratch.sort_unstable_by(|a, b| b.cmp(a));
        self.scratch.get(self.voters.len() / 2).copied().unwrap_or(0)
    }
}

/// The votes of one election, counted by voter: a vote that comes twice is one.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Tally {
    granted: Vec<NodeId>,
}

impl Tally {
    pub(crate) fn clear(&mut self) {
        self.granted.clear();
    }

    pub(crate) fn grant(&mut self, voter: NodeId) {
        if !self.granted.contains(&voter) {
            self.granted.push(voter);
        }
    }

    pub(crate) fn has(&self, voter: NodeId) -> bool {
        self.granted.contains(&voter)
    }

    /// Whether the election is won (§5.2).
    pub(crate) fn wins(&self, configuration: &Configuration) -> bool {
        configuration.is_quorum(|voter| self.has(voter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: u32) -> Configuration {
        Configuration::new(&(0..count).map(NodeId).collect::<Vec<_>>())
    }

    #[test]
    fn a_majority_is_strictly_more_than_half() {
        let sizes: Vec<usize> = (1..=7).map(|count| of(count).majority()).collect();
        assert_eq!(sizes, [1, 2, 2, 3, 3, 4, 4]);
    }

    #[test]
    fn section_5_2_a_vote_that_comes_twice_counts_once_and_a_strangers_never() {
        let mut tally = Tally::default();
        for voter in [NodeId(1), NodeId(1), NodeId(1), NodeId(9)] {
            tally.grant(voter);
        }
        assert!(!tally.wins(&of(3)));
        tally.grant(NodeId(2));
        assert!(tally.wins(&of(3)));
        assert!(!tally.wins(&of(4)), "two of four are no majority");
    }

    #[test]
    fn section_5_3_the_quorum_index_is_what_a_majority_has_reached() {
        let indices = [9, 4, 7, 1, 5];
        let reached = |node: NodeId| indices[node.0 as usize];
        let quorum: Vec<u64> = (1..=5).map(|count| of(count).quorum_index(reached)).collect();
        assert_eq!(quorum, [9, 4, 7, 4, 5]);
    }
}
