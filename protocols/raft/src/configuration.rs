//! Who votes, and what a majority of them is. All counting of members is here, so that a change of membership (paper §6) has one
//! place to go to.

use std::cmp::Reverse;

use seatrial_node::NodeId;

/// The members whose votes and acknowledgements count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Configuration {
    voters: Vec<NodeId>,
    /// The voters and what each has reached, the furthest first: as it was when somebody last asked, and so nearly sorted.
    ranking: Vec<(NodeId, u64)>,
    /// What [`Configuration::unsorted_index`] came to before.
    #[cfg(feature = "mutants")]
    granted: u64,
}

impl Configuration {
    pub(crate) fn new(voters: &[NodeId]) -> Self {
        let ranking = voters.iter().map(|voter| (*voter, 0)).collect();
        Self {
            voters: voters.to_vec(),
            ranking,
            #[cfg(feature = "mutants")]
            granted: 0,
        }
    }

    pub(crate) fn contains(&self, node: NodeId) -> bool {
        self.voters.contains(&node)
    }

    /// All but this one.
    pub(crate) fn others(&self, me: NodeId) -> impl Iterator<Item = NodeId> {
        self.voters.iter().copied().filter(move |voter| *voter != me)
    }

    /// Whether this node is the only voter.
    pub(crate) fn is_only(&self, node: NodeId) -> bool {
        self.voters == [node]
    }

    /// How many voters are half of them at least: 2 of 3, 2 of 4.
    pub(crate) fn half(&self) -> usize {
        self.voters.len().div_ceil(2)
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
        self.reached_by(self.majority(), reached)
    }

    /// The highest index that so many voters have reached.
    pub(crate) fn reached_by(&mut self, count: usize, reached: impl Fn(NodeId) -> u64) -> u64 {
        for (voter, index) in &mut self.ranking {
            *index = reached(*voter);
        }
        self.ranking.sort_unstable_by_key(|(_, index)| Reverse(*index));
        self.place(count)
    }

    /// What [`Configuration::quorum_index`] comes to where a voter moves up in the ranking only when it passes what it came to before, and
    /// not when it goes on from there; of that bug only.
    #[cfg(feature = "mutants")]
    pub(crate) fn unsorted_index(&mut self, reached: impl Fn(NodeId) -> u64) -> u64 {
        if self.ranking.iter().any(|(voter, index)| reached(*voter) < *index) {
            self.granted = self.quorum_index(reached);
            return self.granted;
        }
        let mut passed = false;
        for place in 0..self.ranking.len() {
            let (voter, before) = self.ranking[place];
            let now = reached(voter);
            self.ranking[place].1 = now;
            if before <= self.granted && now > self.granted {
                let ahead = |(_, index): &(NodeId, u64)| *index >= now;
                let to = self.ranking[..place].iter().rposition(ahead).map_or(0, |last| last + 1);
                self.ranking[to..=place].rotate_right(1);
                passed = true;
            }
        }
        if passed {
            self.granted = self.granted.max(self.place(self.majority()));
        }
        self.granted
    }

    /// The highest index at which a majority of the voters is, exactly; 0 where they are at different ones. Of those bugs only.
    pub(crate) fn equal_index(&self, reached: impl Fn(NodeId) -> u64) -> u64 {
        let meet = |index: &u64| self.is_quorum(|voter| reached(voter) == *index);
        self.voters.iter().map(|voter| reached(*voter)).filter(meet).max().unwrap_or(0)
    }

    /// What was reached at this place of the ranking, from 1.
    fn place(&self, place: usize) -> u64 {
        self.ranking.get(place - 1).map_or(0, |(_, index)| *index)
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
