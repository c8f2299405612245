//! One vote a term (§5.2): each server will vote for at most one candidate in a given term, and remembers that over reboots
//! (figure 2: `votedFor` is persistent state).

use seatrial_history::{Moment, Violation};
use seatrial_node::{Fact, NodeId};

use super::Property;
use super::by_key::ByKey;
use super::explain::{Announced, line};

/// Each node's votes by term.
#[derive(Clone, Debug, Default)]
pub(super) struct OneVote {
    nodes: Vec<ByKey<(NodeId, Moment)>>,
}

impl OneVote {
    pub(super) fn clear(&mut self) {
        self.nodes.iter_mut().for_each(ByKey::clear);
    }

    /// The node's disk is gone. Its votes for others still bind it; the one for itself is of no use to anybody any more, for who stands is gone.
    pub(super) fn disk_replaced(&mut self, now: &Announced<'_>) {
        if let Some(votes) = self.nodes.get_mut(now.slot) {
            votes.retain(|(candidate, _)| *candidate != now.node);
        }
    }

    pub(super) fn vote(
        &mut self,
        now: &Announced<'_>,
        term: u64,
        candidate: NodeId,
    ) -> Option<Violation> {
        if self.nodes.len() <= now.slot {
            self.nodes.resize_with(now.slot + 1, ByKey::default);
        }
        let votes = &mut self.nodes[now.slot];
        match votes.get(term) {
            Some((first, at)) if *first != candidate => {
                let explanation = format!(
                    "{} votes for {candidate} in term {term}, though it has voted for {first} in that term.",
                    now.node
                );
                let first = line(*at, now.node, &Fact::Vote { term, candidate: *first });
                Some(now.violates(Property::OneVote, explanation, [first]))
            }
            Some(_) => None,
            None => {
                votes.insert_first(term, (candidate, now.at));
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::{A, B, C, Script};
    use super::*;

    #[test]
    fn one_candidate_a_term_is_fine_and_so_is_recovering_the_vote() {
        let script = Script::new().vote(A, 1, B).vote(A, 2, C).vote(B, 1, B).crash(A);
        script.start(A, 2).vote(A, 2, C).vote(A, 3, A).holds(Property::OneVote);
    }

    #[test]
    fn two_candidates_in_a_term_are_a_violation() {
        let violation = Script::new().vote(A, 1, B).vote(A, 1, C).violates(Property::OneVote);
        assert_eq!(
            violation.explanation,
            "n0 votes for n2 in term 1, though it has voted for n1 in that term."
        );
        assert_eq!(violation.evidence.len(), 2);
    }

    #[test]
    fn a_reboot_does_not_give_a_second_vote() {
        let script = Script::new().vote(A, 4, B).crash(A).start(A, 2).vote(A, 4, A);
        script.violates(Property::OneVote);
    }
}
