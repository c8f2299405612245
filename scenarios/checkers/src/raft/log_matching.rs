//! Log matching (§5.3, figure 3): if two logs contain an entry with the same index and term, then the logs are identical in all
//! entries up through the given index.
//!
//! It is enough to compare a new entry and the term of the one before it with the logs that have an entry of its index and term:
//! the entry before has been compared when the later of the two logs got it.

use seatrial_history::Violation;

use super::Property;
use super::explain::Announced;
use super::log_view::LogView;

/// Judges a new entry.
pub(super) fn append(
    view: &LogView,
    now: &Announced<'_>,
    index: u64,
    term: u64,
    digest: u64,
) -> Option<Violation> {
    let node = view.node(now);
    let before = index.checked_sub(1)?;
    for other in view.others(now.slot) {
        let Some(entry) = other.entry(index).filter(|entry| entry.term == term) else { continue };
        let theirs = || entry.line(other.id, index);
        if entry.digest != digest {
            let explanation = format!(
                "{} and {} have entry {index} of term {term} with different contents.",
                other.id, node.id
            );
            return Some(now.violates(Property::LogMatching, explanation, [theirs()]));
        }
        let (Some(here), Some(there)) = (node.term_at(before), other.term_at(before)) else {
            continue;
        };
        if here != there {
            let explanation = format!(
                "{other} and {node} have the same entry {index} of term {term}, but before it {other} has one of term {there} \
                 and {node} one of term {here}.",
                other = other.id,
                node = node.id
            );
            let previous = [other, node]
                .into_iter()
                .filter_map(|node| Some(node.entry(before)?.line(node.id, before)));
            let lines = previous.chain([theirs()]);
            return Some(now.violates(Property::LogMatching, explanation, lines));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::script::{A, B, C, Script};
    use super::*;

    #[test]
    fn equal_logs_and_logs_that_part_are_fine() {
        let script = Script::new().append(A, 1, 1).append(A, 2, 1).append(B, 1, 1);
        let script = script.entry(B, 2, 2, 77).entry(B, 2, 1, 2).entry(C, 1, 3, 5);
        script.holds(Property::LogMatching);
    }

    #[test]
    fn a_log_that_begins_with_a_snapshot_matches_behind_it() {
        let script = Script::new().append(A, 1, 1).append(A, 2, 1).append(A, 3, 2);
        script.snapshot(B, 2, 1, 9).append(B, 3, 2).holds(Property::LogMatching);
    }

    #[test]
    fn one_entry_with_two_contents_is_a_violation() {
        let script = Script::new().entry(A, 1, 1, 5).entry(B, 1, 1, 6);
        let violation = script.violates(Property::LogMatching);
        assert_eq!(
            violation.explanation,
            "n0 and n1 have entry 1 of term 1 with different contents."
        );
        assert_eq!(violation.evidence.len(), 2);
    }

    #[test]
    fn the_same_entry_behind_different_ones_is_a_violation() {
        let script = Script::new().append(A, 1, 1).append(A, 2, 3).append(C, 1, 2).append(C, 2, 3);
        let violation = script.violates(Property::LogMatching);
        assert_eq!(
            violation.explanation,
            "n0 and n2 have the same entry 2 of term 3, but before it n0 has one of term 1 and n2 one of term 2."
        );
        assert_eq!(violation.evidence.len(), 4);
    }

    #[test]
    fn the_same_entry_behind_a_snapshot_of_another_term_is_a_violation() {
        let script = Script::new().append(A, 1, 1).append(A, 2, 3);
        script.snapshot(B, 1, 2, 9).append(B, 2, 3).violates(Property::LogMatching);
    }
}
