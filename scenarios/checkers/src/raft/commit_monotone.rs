//! Commit monotone (§5.3, figure 2): a server's commit index increases monotonically. It is volatile, so each life begins anew,
//! with the snapshot that it recovers.

use seatrial_history::Violation;

use super::Property;
use super::explain::{Announced, Line};
use super::log_view::LogView;

/// Judges a report that entries up to this index are committed.
pub(super) fn commit(view: &LogView, now: &Announced<'_>, index: u64) -> Option<Violation> {
    let node = view.node(now);
    if index >= node.commit.value {
        return None;
    }
    let (id, last) = (node.id, node.commit.value);
    let explanation =
        format!("the commit index of {id} goes back from {last} to {index} within a life.");
    let text = format!("{id} knows entries up to {last} to be committed");
    let before = Line { at: node.commit.at, text };
    Some(now.violates(Property::CommitMonotone, explanation, [before]))
}

#[cfg(test)]
mod tests {
    use super::super::script::{A, B, Script};
    use super::*;

    #[test]
    fn a_commit_index_that_grows_is_fine_and_begins_anew_after_a_crash() {
        let script = Script::new().commit(A, 1).commit(A, 3).commit(B, 2).commit(A, 3);
        script.crash(A).start(A, 2).commit(A, 2).holds(Property::CommitMonotone);
    }

    #[test]
    fn one_that_goes_back_within_a_life_is_a_violation() {
        let violation = Script::new().commit(A, 3).commit(A, 2).violates(Property::CommitMonotone);
        assert_eq!(
            violation.explanation,
            "the commit index of n0 goes back from 3 to 2 within a life."
        );
        assert_eq!(violation.evidence.len(), 2);
    }

    #[test]
    fn one_that_goes_back_behind_a_snapshot_is_a_violation() {
        let script = Script::new().snapshot(A, 5, 1, 9).commit(A, 4);
        script.violates(Property::CommitMonotone);
    }
}
