//! Commit durable on a quorum (§5.3, §5.4.2): an entry is committed once it is stored on a majority of the servers. So when it
//! is first reported committed, a majority of the members must have it, same term and content, on their disks.
//!
//! Judged at the first report of each entry: later on the disks may lose what they like. What a fault of a disk has taken from a member
//! that had stored it counts as stored: its acknowledgement may be on the way.

use seatrial_history::Violation;
use seatrial_node::Fact;

use super::Property;
use super::explain::{Announced, Line, line};
use super::log_view::LogView;
use super::node_view::{Entry, NodeView};

/// Judges a report that entries up to this index are committed.
pub(super) fn commit(view: &LogView, now: &Announced<'_>, index: u64) -> Option<Violation> {
    let node = view.node(now);
    let bad = node.newly_committed(index).find(|(index, entry)| {
        view.committed().get(*index).is_none() && durable(view, *index, entry) < view.majority()
    });
    if let Some((index, entry)) = bad {
        return Some(too_few(view, now, index, entry));
    }
    if index <= node.last() {
        return None;
    }
    let (id, last) = (node.id, node.last());
    let explanation =
        format!("{id} reports entry {index} committed, but its own log ends at entry {last}.");
    let lines = node.entry(last).map(|entry| entry.line(id, last));
    Some(now.violates(Property::CommitDurable, explanation, lines))
}

/// On how many members' disks the entry is.
fn durable(view: &LogView, index: u64, entry: &Entry) -> usize {
    let has = |node: &&NodeView| node.has_stored(index, entry);
    view.members().iter().filter(has).count()
}

fn too_few(view: &LogView, now: &Announced<'_>, index: u64, entry: &Entry) -> Violation {
    let (mut lines, mut names, mut others) = (Vec::<Line>::new(), Vec::new(), Vec::new());
    for node in view.members() {
        if node.has_stored(index, entry) {
            names.push(node.id.to_string());
            let persist = Fact::Persist { index: node.persisted.value };
            lines.push(line(node.persisted.at, node.id, &persist));
        } else if let Some(other) = another(node, index, entry) {
            others.push(format!("{} has another entry there, of term {}", node.id, other.term));
            lines.push(other.line(node.id, index));
        }
    }
    lines.push(entry.line(now.node, index));
    let holders = if names.is_empty() { "nobody".into() } else { names.join(", ") };
    let mut explanation = format!(
        "{} reports entry {index} of term {} committed, but only {} of {} members have it on their disks ({holders}); it takes \
         {}",
        now.node,
        entry.term,
        names.len(),
        view.members().len(),
        view.majority()
    );
    if !others.is_empty() {
        // After a colon, for it is the same way to fail.
        explanation.push_str(&format!(": {}", others.join("; ")));
    }
    explanation.push('.');
    now.violates(Property::CommitDurable, explanation, lines)
}

/// What a member has at the index that is not this entry: whoever counted that member may have taken the one for the other.
fn another<'a>(node: &'a NodeView, index: u64, entry: &Entry) -> Option<&'a Entry> {
    node.entry(index).filter(|held| !held.is(entry.term, entry.digest))
}

#[cfg(test)]
mod tests {
    use super::super::script::{A, B, C, Script};
    use super::*;

    const PROPERTY: Property = Property::CommitDurable;

    #[test]
    fn what_a_majority_has_on_disk_may_be_reported_by_anyone() {
        let script = Script::new().append(A, 1, 1).append(B, 1, 1).append(C, 1, 1);
        let script = script.persist(B, 1).persist(C, 1).commit(A, 1).commit(B, 1);
        script.crash(B).start(B, 2).truncate(B, 1).commit(C, 1).holds(PROPERTY);
    }

    #[test]
    fn a_crashed_member_counts_with_what_was_on_its_disk() {
        let script = Script::new().append(A, 1, 1).append(B, 1, 1).persist(A, 1).persist(B, 1);
        script.clone().crash(B).commit(A, 1).holds(PROPERTY);
        let rebooted = script.crash(B).start(B, 2).truncate(B, 1).append(B, 1, 1);
        rebooted.commit(A, 1).holds(PROPERTY);
    }

    #[test]
    fn a_snapshot_counts_for_what_it_covers() {
        let script = Script::new().append(A, 1, 1).append(A, 2, 1).persist(A, 2);
        script.snapshot(B, 2, 1, 9).persist(B, 2).commit(A, 2).holds(PROPERTY);
    }

    #[test]
    fn what_a_fault_has_taken_from_a_disk_counts_as_stored() {
        let stored = || Script::new().append(A, 1, 1).append(B, 1, 1).persist(A, 1).persist(B, 1);
        let robbed = stored().crash(B).then(B, Fact::DiskDamaged).start(B, 2).truncate(B, 1);
        robbed.clone().commit(A, 1).holds(PROPERTY);
        let again = robbed.persist(B, 0).crash(B).then(B, Fact::DiskDamaged).start(B, 3);
        again.truncate(B, 1).commit(A, 1).holds(PROPERTY);
        // What it had truncated before, and stored instead, is what it has acknowledged last.
        let newer = stored().append(B, 2, 1).persist(B, 2).crash(B).start(B, 2).append(B, 1, 1);
        let newer = newer.append(B, 2, 1).persist(B, 2).append(A, 1, 2).persist(A, 1);
        let newer = newer.truncate(B, 1).append(B, 1, 2).persist(B, 1).crash(B);
        let robbed = newer.then(B, Fact::DiskDamaged).start(B, 3).truncate(B, 1);
        robbed.commit(A, 1).holds(PROPERTY);
        let forgetful = stored().crash(B).start(B, 2).truncate(B, 1);
        forgetful.commit(A, 1).violates(PROPERTY);
    }

    #[test]
    fn an_entry_that_a_minority_has_on_disk_is_a_violation() {
        let script = Script::new().append(A, 1, 1).append(B, 1, 1).persist(A, 1).commit(A, 1);
        let violation = script.violates(PROPERTY);
        assert_eq!(
            violation.explanation,
            "n0 reports entry 1 of term 1 committed, but only 1 of 3 members have it on their disks (n0); it takes 2."
        );
        assert_eq!(violation.evidence.len(), 3);
    }

    #[test]
    fn another_entry_at_the_index_does_not_count() {
        let script = Script::new().append(A, 1, 2).append(B, 1, 1).persist(A, 1).persist(B, 1);
        let violation = script.commit(A, 1).violates(PROPERTY);
        let explanation = violation.explanation;
        assert!(
            explanation.ends_with("it takes 2: n1 has another entry there, of term 1."),
            "{explanation}"
        );
        assert!(
            violation.evidence.iter().any(|line| line.text.contains("n1")),
            "the other entry is shown"
        );
    }

    #[test]
    fn an_entry_that_was_overwritten_on_disk_does_not_count() {
        let script = Script::new().append(A, 1, 1).append(B, 1, 1).persist(A, 1).persist(B, 1);
        script.clone().append(B, 1, 2).append(B, 1, 1).commit(A, 1).violates(PROPERTY);
        script.truncate(B, 1).append(B, 1, 1).commit(A, 1).violates(PROPERTY);
    }

    #[test]
    fn an_entry_lost_in_a_crash_does_not_count() {
        let script = Script::new().append(A, 1, 1).append(B, 1, 1).persist(A, 1).persist(B, 1);
        script.crash(B).start(B, 2).truncate(B, 1).commit(A, 1).violates(PROPERTY);
    }

    #[test]
    fn a_commit_beyond_the_log_is_a_violation() {
        let script = Script::new().append(A, 1, 1).append(B, 1, 1).persist(A, 1).persist(B, 1);
        let violation = script.commit(A, 2).violates(PROPERTY);
        assert_eq!(
            violation.explanation,
            "n0 reports entry 2 committed, but its own log ends at entry 1."
        );
    }
}
