//! Leader completeness (§5.4.3, figure 3): if a log entry is committed in a given term, then that entry will be present in the
//! logs of the leaders for all higher-numbered terms.
//!
//! Judged when a leader is elected, against all that is committed, and when an entry is first reported committed, against all
//! that lead a higher term then. The term in which an entry was committed is at most that of the node that first reported it.

use seatrial_history::Violation;
use seatrial_node::Fact;

use super::Property;
use super::explain::{Announced, line};
use super::log_view::{Committed, LogView};
use super::node_view::{NodeView, Since};

/// Judges a new leader.
pub(super) fn lead(view: &LogView, now: &Announced<'_>, term: u64) -> Option<Violation> {
    let leader = view.node(now);
    let led = Since { value: term, at: now.at };
    view.committed()
        .above(0)
        .filter(|(_, committed)| committed.in_term < term)
        .find(|(index, committed)| !leader.holds(*index, &committed.entry))
        .map(|(index, committed)| lacks(now, leader, led, index, committed))
}

/// Judges a report that entries are committed.
pub(super) fn commit(view: &LogView, now: &Announced<'_>, index: u64) -> Option<Violation> {
    let node = view.node(now);
    let in_term = node.term.value;
    for (leader, led) in view.others(now.slot).filter_map(|other| Some((other, other.leads?))) {
        if led.value <= in_term {
            continue;
        }
        let lost = node.newly_committed(index).find(|(index, entry)| {
            view.committed().get(*index).is_none() && !leader.holds(*index, entry)
        });
        if let Some((index, entry)) = lost {
            let committed = Committed { entry: *entry, in_term, node: node.id, at: now.at };
            return Some(lacks(now, leader, led, index, &committed));
        }
    }
    None
}

fn lacks(
    now: &Announced<'_>,
    leader: &NodeView,
    led: Since,
    index: u64,
    committed: &Committed,
) -> Violation {
    let (id, term) = (leader.id, led.value);
    let has = match leader.entry(index) {
        Some(entry) if entry.term == committed.entry.term => "has another content there".into(),
        Some(entry) => format!("has one of term {} there", entry.term),
        None => format!("has a log that ends at {}", leader.last()),
    };
    let explanation = format!(
        "{} reported entry {index} of term {} committed, in term {}; {id} leads term {term} and {has}.",
        committed.node, committed.entry.term, committed.in_term
    );
    let entry = committed.entry.line(committed.node, index);
    let instead = leader.entry(index).map(|entry| entry.line(id, index));
    let mut lines = vec![entry];
    lines.extend(instead);
    // Whichever of the two is not the fact just announced.
    match now.fact {
        Fact::Lead { .. } => lines.push(committed.line(index)),
        _ => lines.push(line(led.at, id, &Fact::Lead { term })),
    }
    now.violates(Property::LeaderCompleteness, explanation, lines)
}

#[cfg(test)]
mod tests {
    use super::super::script::{A, B, C, Script};
    use super::*;

    fn committed() -> Script {
        let script = Script::new().term(A, 1).lead(A, 1).append(A, 1, 1).append(A, 2, 1);
        script.append(B, 1, 1).append(B, 2, 1).persist(A, 2).persist(B, 2).commit(A, 2)
    }

    #[test]
    fn a_leader_with_all_that_is_committed_is_fine() {
        committed().lead(B, 2).holds(Property::LeaderCompleteness);
        committed().snapshot(C, 2, 1, 9).lead(C, 2).holds(Property::LeaderCompleteness);
    }

    #[test]
    fn a_late_leader_of_a_term_not_after_the_commit_may_lack_it() {
        committed().lead(C, 1).holds(Property::LeaderCompleteness);
    }

    #[test]
    fn a_later_leader_whose_log_is_shorter_is_a_violation() {
        let violation =
            committed().append(C, 1, 1).lead(C, 2).violates(Property::LeaderCompleteness);
        assert_eq!(
            violation.explanation,
            "n0 reported entry 2 of term 1 committed, in term 1; n2 leads term 2 and has a log that ends at 1."
        );
        assert_eq!(violation.evidence.len(), 3);
    }

    #[test]
    fn a_later_leader_with_another_entry_is_a_violation() {
        let script = committed().append(C, 1, 1).append(C, 2, 2).lead(C, 3);
        let violation = script.violates(Property::LeaderCompleteness);
        assert!(violation.explanation.ends_with("n2 leads term 3 and has one of term 2 there."));
        assert_eq!(violation.evidence.len(), 4);
        let script = committed().append(C, 1, 1).entry(C, 2, 1, 77).lead(C, 3);
        let violation = script.violates(Property::LeaderCompleteness);
        assert!(violation.explanation.ends_with("has another content there."));
    }

    #[test]
    fn a_commit_that_a_present_leader_of_a_later_term_lacks_is_a_violation() {
        let script = Script::new().term(A, 1).lead(A, 1).append(A, 1, 1).term(C, 2).lead(C, 2);
        let violation = script.commit(A, 1).violates(Property::LeaderCompleteness);
        assert!(violation.explanation.ends_with("n2 leads term 2 and has a log that ends at 0."));
        assert!(violation.evidence[1].text.ends_with("n2 leads term 2"));
    }
}
