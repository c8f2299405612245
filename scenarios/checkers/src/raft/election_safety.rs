//! Election safety (§5.2, figure 3): at most one leader can be elected in a given term.

use seatrial_history::{Moment, Violation};
use seatrial_node::{Fact, NodeId};

use super::Property;
use super::by_key::ByKey;
use super::explain::{Announced, line};

/// Who has led which term.
#[derive(Clone, Debug, Default)]
pub(super) struct ElectionSafety {
    leaders: ByKey<(NodeId, Moment)>,
}

impl ElectionSafety {
    pub(super) fn clear(&mut self) {
        self.leaders.clear();
    }

    pub(super) fn lead(&mut self, now: &Announced<'_>, term: u64) -> Option<Violation> {
        match self.leaders.get(term) {
            Some((first, at)) if *first != now.node => {
                let explanation = format!(
                    "term {term} has two leaders: {first} was elected first, {} as well.",
                    now.node
                );
                let first = line(*at, *first, &Fact::Lead { term });
                Some(now.violates(Property::ElectionSafety, explanation, [first]))
            }
            Some(_) => None,
            None => {
                self.leaders.insert_first(term, (now.node, now.at));
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
    fn leaders_of_different_terms_are_fine_and_so_is_one_that_leads_again() {
        let script = Script::new().lead(A, 1).lead(B, 2).lead(A, 4).lead(B, 3).lead(A, 4);
        script.holds(Property::ElectionSafety);
    }

    #[test]
    fn two_leaders_in_a_term_are_a_violation_however_far_apart() {
        let script = Script::new().lead(A, 3).lead(B, 5).lead(C, 4).crash(A).lead(C, 3);
        let violation = script.violates(Property::ElectionSafety);
        assert_eq!(
            violation.explanation,
            "term 3 has two leaders: n0 was elected first, n2 as well."
        );
        assert_eq!(violation.evidence.len(), 2);
        assert!(violation.evidence[0].text.ends_with("n0 leads term 3"));
    }
}
