//! Leader append-only (§5.3, figure 3): a leader never overwrites or deletes entries in its log; it only appends new ones.
//!
//! Compaction is neither: a snapshot keeps what the entries did (§7).

use seatrial_history::Violation;
use seatrial_node::Fact;

use super::Property;
use super::explain::{Announced, line};
use super::log_view::LogView;

/// Judges an append or a truncation that removes the entries from this index on.
pub(super) fn removes(view: &LogView, now: &Announced<'_>, from: u64) -> Option<Violation> {
    let node = view.node(now);
    let leads = node.leads?;
    if from > node.last() {
        return None;
    }
    let (id, term) = (node.id, leads.value);
    let explanation = match now.fact {
        Fact::Append { .. } => format!("{id} leads term {term} and overwrites its entry {from}."),
        _ => format!("{id} leads term {term} and removes its entries from {from} on."),
    };
    let lead = line(leads.at, id, &Fact::Lead { term });
    let lost = node.entry(from).map(|entry| entry.line(id, from));
    Some(now.violates(Property::LeaderAppendOnly, explanation, [lead].into_iter().chain(lost)))
}

#[cfg(test)]
mod tests {
    use super::super::script::{A, Script};
    use super::*;

    #[test]
    fn a_leader_that_appends_and_compacts_is_fine() {
        let script = Script::new().lead(A, 1).append(A, 1, 1).append(A, 2, 1).truncate(A, 3);
        script.snapshot(A, 1, 1, 5).append(A, 3, 1).holds(Property::LeaderAppendOnly);
    }

    #[test]
    fn one_that_no_longer_leads_may_remove_entries() {
        let log = Script::new().lead(A, 1).append(A, 1, 1).append(A, 2, 1);
        log.clone().step_down(A, 1).truncate(A, 2).holds(Property::LeaderAppendOnly);
        log.clone().term(A, 2).append(A, 2, 2).holds(Property::LeaderAppendOnly);
        log.crash(A).start(A, 2).truncate(A, 1).holds(Property::LeaderAppendOnly);
    }

    #[test]
    fn a_leader_that_overwrites_is_a_violation() {
        let script = Script::new().lead(A, 1).append(A, 1, 1).append(A, 2, 1).append(A, 2, 1);
        let violation = script.violates(Property::LeaderAppendOnly);
        assert_eq!(violation.explanation, "n0 leads term 1 and overwrites its entry 2.");
        assert_eq!(violation.evidence.len(), 3);
    }

    #[test]
    fn a_leader_that_truncates_is_a_violation() {
        let script = Script::new().append(A, 1, 1).append(A, 2, 1).lead(A, 2).truncate(A, 1);
        let violation = script.violates(Property::LeaderAppendOnly);
        assert_eq!(violation.explanation, "n0 leads term 2 and removes its entries from 1 on.");
    }
}
