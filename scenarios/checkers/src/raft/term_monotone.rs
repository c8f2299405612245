//! Term monotone (§5.1): each server stores a current term number, which increases monotonically over time.
//!
//! Over a crash the term may fall back to one that was adopted but not yet used: the node must remember only what it has acted
//! upon. So a new life is never in a term below the highest in which the node has voted or led, unless its disk is gone.

use seatrial_history::Violation;
use seatrial_node::Fact;

use super::Property;
use super::explain::{Announced, Line, line};
use super::node_view::Since;

/// The highest terms by node.
#[derive(Clone, Debug, Default)]
pub(super) struct TermMonotone {
    nodes: Vec<Terms>,
}

#[derive(Clone, Debug, Default)]
struct Terms {
    /// The highest in this life.
    adopted: Option<Since>,
    /// The highest of all lives in which it voted or led.
    used: Since,
    /// What it did then: `voted in`, `led`.
    did: &'static str,
}

impl TermMonotone {
    pub(super) fn clear(&mut self) {
        self.nodes.clear();
    }

    /// A new life begins.
    pub(super) fn started(&mut self, now: &Announced<'_>) {
        self.terms(now).adopted = None;
    }

    /// The node's disk is gone, and with it all that it could remember.
    pub(super) fn disk_replaced(&mut self, now: &Announced<'_>) {
        *self.terms(now) = Terms::default();
    }

    /// Judges an adopted or recovered term.
    pub(super) fn term(&mut self, now: &Announced<'_>, term: u64) -> Option<Violation> {
        let (node, terms) = (now.node, self.terms(now));
        if let Some(adopted) = terms.adopted.filter(|adopted| term < adopted.value) {
            let before = line(adopted.at, node, &Fact::Term { term: adopted.value });
            let explanation = format!(
                "the term of {node} goes back from {} to {term} within a life.",
                adopted.value
            );
            return Some(now.violates(Property::TermMonotone, explanation, [before]));
        }
        let Since { value: used, at } = terms.used;
        if term < used {
            let did = terms.did;
            let explanation = format!(
                "{node} is in term {term} after a reboot, though it has {did} term {used}."
            );
            let before = Line { at, text: format!("{node} has {did} term {used}") };
            return Some(now.violates(Property::TermMonotone, explanation, [before]));
        }
        terms.adopted = Some(Since { value: term, at: now.at });
        None
    }

    /// Remembers a vote. It may come after the next term, if the disk was slow.
    pub(super) fn vote(&mut self, now: &Announced<'_>, term: u64) {
        self.terms(now).raise(now, term, "voted in");
    }

    /// Judges the beginning of a leadership, which is in the current term.
    pub(super) fn lead(&mut self, now: &Announced<'_>, term: u64) -> Option<Violation> {
        let terms = self.terms(now);
        terms.raise(now, term, "led");
        let adopted = terms.adopted.filter(|adopted| term < adopted.value)?;
        let explanation = format!(
            "{} begins to lead term {term}, though its term is {} already.",
            now.node, adopted.value
        );
        let before = line(adopted.at, now.node, &Fact::Term { term: adopted.value });
        Some(now.violates(Property::TermMonotone, explanation, [before]))
    }

    fn terms(&mut self, now: &Announced<'_>) -> &mut Terms {
        if self.nodes.len() <= now.slot {
            self.nodes.resize_with(now.slot + 1, Terms::default);
        }
        &mut self.nodes[now.slot]
    }
}

impl Terms {
    fn raise(&mut self, now: &Announced<'_>, term: u64, did: &'static str) {
        if term > self.used.value {
            (self.used, self.did) = (Since { value: term, at: now.at }, did);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::{A, B, Script};
    use super::*;

    const PROPERTY: Property = Property::TermMonotone;

    #[test]
    fn terms_that_grow_are_fine_and_so_is_forgetting_an_unused_one() {
        let script = Script::new().term(A, 1).vote(A, 1, B).term(A, 3).lead(A, 3).term(A, 3);
        let script = script.term(A, 5).crash(A).start(A, 2).term(A, 3).vote(A, 3, A);
        script.term(B, 2).term(B, 3).vote(B, 2, A).holds(PROPERTY);
    }

    #[test]
    fn a_term_that_goes_back_within_a_life_is_a_violation() {
        let violation = Script::new().term(A, 4).term(B, 2).term(A, 3).violates(PROPERTY);
        assert_eq!(violation.explanation, "the term of n0 goes back from 4 to 3 within a life.");
        assert_eq!(violation.evidence.len(), 2);
    }

    #[test]
    fn forgetting_a_term_it_has_voted_in_or_led_is_a_violation() {
        let script = Script::new().term(A, 4).vote(A, 4, B).crash(A).start(A, 2).term(A, 3);
        assert_eq!(
            script.violates(PROPERTY).explanation,
            "n0 is in term 3 after a reboot, though it has voted in term 4."
        );
        let script = Script::new().term(A, 4).lead(A, 4).crash(A).start(A, 2).term(A, 0);
        assert!(script.violates(PROPERTY).explanation.ends_with("though it has led term 4."));
    }

    #[test]
    fn whoever_lost_its_disk_may_have_forgotten_its_term() {
        let script = Script::new().term(A, 4).vote(A, 4, B).crash(A).then(A, Fact::DiskReplaced);
        script.start(A, 2).term(A, 0).holds(PROPERTY);
    }

    #[test]
    fn leading_a_term_that_is_over_is_a_violation() {
        let violation = Script::new().term(A, 4).lead(A, 3).violates(PROPERTY);
        assert_eq!(
            violation.explanation,
            "n0 begins to lead term 3, though its term is 4 already."
        );
    }
}
