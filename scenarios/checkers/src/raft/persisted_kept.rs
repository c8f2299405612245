//! Persisted log kept (§5, figure 2, "persistent state on all servers"): what a node has on its disk, it has after a crash, too. Where a
//! fault has struck that disk, or replaced it, the node may lack it.

use seatrial_history::Violation;

use super::Property;
use super::explain::{Announced, Line};
use super::log_view::LogView;

/// Judges the announcement that ends the recovery of a log.
pub(super) fn persist(view: &LogView, now: &Announced<'_>) -> Option<Violation> {
    let node = view.node(now);
    let index = node.lacks()?;
    let (id, last) = (node.id, node.last());
    let explanation = format!(
        "{id} had entries up to {} on its disk, which no fault has struck, and recovers without its entry {index}.",
        node.former_persisted()
    );
    let text = format!("{id} has recovered a log that ends at {last}");
    Some(now.violates(Property::PersistedKept, explanation, [Line { at: now.at, text }]))
}

#[cfg(test)]
mod tests {
    use seatrial_node::Fact;

    use super::super::script::{A, Script};
    use super::*;

    fn stored() -> Script {
        Script::new().start(A, 1).truncate(A, 1).persist(A, 0).append(A, 1, 1).append(A, 2, 1)
    }

    #[test]
    fn what_was_on_the_disk_is_there_after_a_crash_and_what_was_not_need_not_be() {
        let script = stored().persist(A, 1).crash(A).start(A, 2).truncate(A, 1);
        script.append(A, 1, 1).persist(A, 1).holds(Property::PersistedKept);
    }

    #[test]
    fn an_entry_that_is_gone_is_a_violation() {
        let script = stored().persist(A, 2).crash(A).start(A, 2).truncate(A, 1);
        let script = script.append(A, 1, 1).persist(A, 1);
        let violation = script.violates(Property::PersistedKept);
        assert_eq!(
            violation.explanation,
            "n0 had entries up to 2 on its disk, which no fault has struck, and recovers without its entry 2."
        );
    }

    #[test]
    fn an_entry_that_has_become_another_is_a_violation() {
        let script = stored().persist(A, 2).crash(A).start(A, 2).truncate(A, 1);
        let script = script.append(A, 1, 1).entry(A, 2, 1, 77).persist(A, 2);
        script.violates(Property::PersistedKept);
    }

    #[test]
    fn a_snapshot_that_is_gone_is_a_violation() {
        let script = stored().persist(A, 2).snapshot(A, 2, 1, 9).crash(A).start(A, 2);
        script.truncate(A, 1).persist(A, 0).violates(Property::PersistedKept);
    }

    #[test]
    fn a_snapshot_may_stand_for_entries_and_a_suffix_may_have_been_cut_off() {
        let script = stored().persist(A, 2).crash(A).start(A, 2).snapshot(A, 2, 1, 9);
        script.truncate(A, 3).persist(A, 2).holds(Property::PersistedKept);
        let script = stored().persist(A, 2).crash(A).start(A, 2).snapshot(A, 1, 2, 9);
        script.truncate(A, 2).persist(A, 1).holds(Property::PersistedKept);
        let script = stored().persist(A, 2).truncate(A, 2).crash(A).start(A, 2);
        script.truncate(A, 1).append(A, 1, 1).persist(A, 1).holds(Property::PersistedKept);
    }

    #[test]
    fn an_entry_that_comes_back_after_another_took_its_place_is_on_the_disk_when_it_was_stored_again()
     {
        let restarted = || {
            let script = stored().persist(A, 2).crash(A).start(A, 2).truncate(A, 1);
            let script = script.append(A, 1, 1).append(A, 2, 1).persist(A, 2);
            script.truncate(A, 2).append(A, 2, 2).persist(A, 2).truncate(A, 2).append(A, 2, 1)
        };
        let again = |script: Script| script.crash(A).start(A, 3).truncate(A, 1).append(A, 1, 1);
        let script = again(restarted()).append(A, 2, 2).persist(A, 2);
        script.holds(Property::PersistedKept);
        let script = again(restarted().persist(A, 2)).append(A, 2, 2).persist(A, 2);
        script.violates(Property::PersistedKept);
    }

    #[test]
    fn a_disk_that_a_fault_has_struck_owes_nothing() {
        for robbed in [Fact::DiskDamaged, Fact::DiskReplaced] {
            let script = stored().persist(A, 2).crash(A).then(A, robbed).start(A, 2);
            script.truncate(A, 1).persist(A, 0).holds(Property::PersistedKept);
        }
    }
}
