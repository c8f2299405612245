//! State machine safety (§5.4.3, figure 3): if a server has applied a log entry at a given index to its state machine, no other
//! server will ever apply a different log entry for the same index.
//!
//! Judged with it: no two nodes report different entries committed at an index; a life applies entries in the order of the log,
//! without gaps or repeats (§5.3), from the snapshot that it begins with; snapshots up to the same index are equal (§7).

use seatrial_history::{Moment, Violation};
use seatrial_node::{Fact, NodeId};

use super::Property;
use super::by_key::ByKey;
use super::explain::{Announced, line};
use super::log_view::LogView;

/// What was applied first at each index, and the first snapshot up to it.
#[derive(Clone, Debug, Default)]
pub(super) struct StateMachineSafety {
    applied: ByKey<Seen>,
    snapshots: ByKey<Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    node: NodeId,
    at: Moment,
    term: u64,
    digest: u64,
}

impl StateMachineSafety {
    pub(super) fn clear(&mut self) {
        self.applied.clear();
        self.snapshots.clear();
    }

    /// Judges an applied entry.
    pub(super) fn apply(
        &mut self,
        view: &LogView,
        now: &Announced<'_>,
        index: u64,
        digest: u64,
    ) -> Option<Violation> {
        let last = view.node(now).applied;
        if last.value.checked_add(1) != Some(index) {
            return Some(out_of_order(now, last.value, last.at, index));
        }
        let Some(first) = self.applied.get(index) else {
            let seen = Seen { node: now.node, at: now.at, term: 0, digest };
            self.applied.insert_first(index, seen);
            return None;
        };
        if first.digest == digest {
            return None;
        }
        let explanation =
            format!("{} and {} apply different entries at index {index}.", first.node, now.node);
        let fact = Fact::Apply { index, digest: first.digest };
        let first = line(first.at, first.node, &fact);
        Some(now.violates(Property::StateMachineSafety, explanation, [first]))
    }

    /// Judges a snapshot.
    pub(super) fn snapshot(
        &mut self,
        now: &Announced<'_>,
        index: u64,
        term: u64,
        digest: u64,
    ) -> Option<Violation> {
        // A snapshot that covers nothing says nothing.
        if index == 0 {
            return None;
        }
        let Some(first) = self.snapshots.get(index) else {
            let seen = Seen { node: now.node, at: now.at, term, digest };
            self.snapshots.insert_first(index, seen);
            return None;
        };
        let differs = match (first.digest == digest, first.term == term) {
            (true, true) => return None,
            (false, _) => "hold different states",
            (true, false) => "end with entries of different terms",
        };
        let explanation = format!(
            "the snapshots of {} and {} up to index {index} {differs}.",
            first.node, now.node
        );
        let fact = Fact::Snapshot { index, term: first.term, digest: first.digest };
        let first = line(first.at, first.node, &fact);
        Some(now.violates(Property::StateMachineSafety, explanation, [first]))
    }
}

/// Judges a report that entries are committed.
pub(super) fn commit(view: &LogView, now: &Announced<'_>, index: u64) -> Option<Violation> {
    let node = view.node(now);
    node.newly_committed(index).find_map(|(index, entry)| {
        let first = view.committed().get(index)?;
        if first.entry.is(entry.term, entry.digest) {
            return None;
        }
        let explanation = format!(
            "{} and {} report different entries committed at index {index}, of terms {} and {}.",
            first.node, node.id, first.entry.term, entry.term
        );
        let lines =
            [first.entry.line(first.node, index), first.line(index), entry.line(node.id, index)];
        Some(now.violates(Property::StateMachineSafety, explanation, lines))
    })
}

fn out_of_order(now: &Announced<'_>, last: u64, at: Moment, index: u64) -> Violation {
    let (id, what) = (now.node, if index <= last { "again" } else { "with a gap before it" });
    let explanation =
        format!("{id} applies index {index} {what}: in this life it had got to index {last}.");
    let text = format!("{id} has applied up to index {last}");
    let before = super::explain::Line { at, text };
    now.violates(Property::StateMachineSafety, explanation, [before])
}

#[cfg(test)]
mod tests {
    use super::super::script::{A, B, C, Script};
    use super::*;

    const PROPERTY: Property = Property::StateMachineSafety;

    #[test]
    fn nodes_that_apply_the_same_in_order_are_fine_reboots_and_snapshots_included() {
        let script = Script::new().apply(A, 1, 5).apply(A, 2, 6).apply(B, 1, 5);
        let script = script.snapshot(A, 2, 1, 9).snapshot(C, 2, 1, 9).apply(C, 3, 7);
        let script = script.crash(A).start(A, 2).snapshot(A, 2, 1, 9).apply(A, 3, 7);
        script.crash(B).start(B, 2).apply(B, 1, 5).holds(PROPERTY);
    }

    #[test]
    fn different_entries_at_an_index_are_a_violation() {
        let script = Script::new().apply(A, 1, 5).apply(A, 2, 6).apply(B, 1, 5).apply(B, 2, 7);
        let violation = script.violates(PROPERTY);
        assert_eq!(violation.explanation, "n0 and n1 apply different entries at index 2.");
        assert_eq!(violation.evidence.len(), 2);
    }

    #[test]
    fn a_gap_is_a_violation() {
        let violation = Script::new().apply(A, 1, 5).apply(A, 3, 7).violates(PROPERTY);
        assert_eq!(
            violation.explanation,
            "n0 applies index 3 with a gap before it: in this life it had got to index 1."
        );
        Script::new().snapshot(A, 4, 1, 9).apply(A, 6, 7).violates(PROPERTY);
        Script::new().apply(A, 1, 5).crash(A).start(A, 2).apply(A, 2, 6).violates(PROPERTY);
    }

    #[test]
    fn a_repeat_within_a_life_is_a_violation() {
        let violation = Script::new().apply(A, 1, 5).apply(A, 1, 5).violates(PROPERTY);
        assert!(violation.explanation.starts_with("n0 applies index 1 again"));
        Script::new().snapshot(A, 4, 1, 9).apply(A, 4, 7).violates(PROPERTY);
    }

    #[test]
    fn snapshots_that_differ_at_an_index_are_a_violation() {
        let violation = Script::new().snapshot(A, 4, 1, 9).snapshot(B, 4, 1, 8).violates(PROPERTY);
        assert_eq!(
            violation.explanation,
            "the snapshots of n0 and n1 up to index 4 hold different states."
        );
        Script::new().snapshot(A, 4, 1, 9).snapshot(B, 4, 2, 9).violates(PROPERTY);
        Script::new().snapshot(A, 4, 1, 9).snapshot(B, 5, 2, 8).holds(PROPERTY);
        Script::new().snapshot(A, 0, 0, 9).snapshot(B, 0, 0, 8).holds(PROPERTY);
    }

    #[test]
    fn different_entries_committed_at_an_index_are_a_violation() {
        let script = Script::new().append(A, 1, 1).commit(A, 1).append(B, 1, 2).commit(B, 1);
        let violation = script.violates(PROPERTY);
        assert_eq!(
            violation.explanation,
            "n0 and n1 report different entries committed at index 1, of terms 1 and 2."
        );
        assert_eq!(violation.evidence.len(), 4);
    }
}
