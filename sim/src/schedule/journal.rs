//! A run as it is made is written down as a schedule, so that it can be performed again, and made shorter.
//!
//! What the network did to messages is in which of them arrive, and when; so is what stood still. Crashes and starts are steps by
//! themselves. What is left of the plan begins and ends by name: what disks and clocks do, and what changes a node's next life.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_history::Endpoint;
use seatrial_node::Node;

use super::perform::Wish;
use super::step::Step;
use crate::core::Core;
use crate::counts::Group;
use crate::plan::{Fault, PausedClock};
use crate::world::World;

/// What has happened so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    entries: Vec<Wish>,
    /// Copies that the network has made: the name of each, and of what it is a copy of.
    copies: Vec<(u64, u64)>,
}

impl Journal {
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.copies.clear();
    }

    /// The run as a schedule. Of a message that arrives several times all but the last arrival are copies.
    fn wishes(self) -> Vec<Wish> {
        let Self { entries: mut wishes, copies } = self;
        let copies: BTreeMap<u64, u64> = copies.into_iter().collect();
        let mut came_later = BTreeSet::new();
        for wish in wishes.iter_mut().rev() {
            let original = copies.get(&wish.name).copied().unwrap_or(wish.name);
            let comes_again = original != 0 && !came_later.insert(original);
            if let Step::Deliver { copy, .. } = &mut wish.step {
                *copy = comes_again;
            }
        }
        wishes
    }
}

impl<N: Node> World<N> {
    /// Writes down from the next run on, or no longer, what happens as a schedule; see [`World::take_schedule`].
    pub fn keep_schedule(&mut self, keep: bool) {
        self.core.journal = keep.then(Journal::default);
    }

    /// The last run as a schedule, where it was [kept](World::keep_schedule). Where this world's order is chosen and its chance and its
    /// plan are the same, [`World::perform_what_can`] makes the same run of it.
    pub fn take_schedule(&mut self) -> Vec<Wish> {
        self.core.journal.as_mut().map(std::mem::take).unwrap_or_default().wishes()
    }

    /// Notes what has happened since the journal was so long as one step.
    pub(crate) fn note_instead(&mut self, since: usize, step: Step) {
        if let Some(journal) = &mut self.core.journal {
            journal.entries.truncate(since);
            journal.entries.push(Wish::by_the_letter(step));
        }
    }

    /// The step that begins or ends a fault of the plan, where that is not told otherwise.
    pub(crate) fn step_of_fault(&self, index: usize, begins: bool) -> Option<Step> {
        self.core.journal.as_ref()?;
        let (kind, nth) = self.nemesis.place_of(index).filter(|_| self.nemesis.is_a_step(index))?;
        Some(if begins { Step::Begin { kind, nth } } else { Step::End { kind, nth } })
    }
}

impl<N: Node> Core<N> {
    /// Notes a step, if somebody keeps them.
    #[cold]
    pub(crate) fn note(&mut self, step: Step, says: &str) {
        if let Some(journal) = &mut self.journal {
            journal.entries.push(Wish { step, says: says.into(), name: 0 });
        }
    }

    /// Notes what has arrived.
    pub(crate) fn note_arrival(&mut self, id: u64, from: Endpoint, to: Endpoint, says: &str) {
        if let Some(journal) = &mut self.journal {
            let step = Step::Deliver { from, to, word: String::new(), nth: 1, copy: false };
            journal.entries.push(Wish { step, says: says.into(), name: id });
        }
    }

    /// Notes that the network has made a copy.
    pub(crate) fn note_copy(&mut self, id: u64, of: u64) {
        if let Some(journal) = &mut self.journal {
            journal.copies.push((id, of));
        }
    }

    /// How many steps are noted.
    pub(crate) fn noted(&self) -> usize {
        self.journal.as_ref().map_or(0, |journal| journal.entries.len())
    }
}

/// Whether a fault is a step by its name. All others are told by what happens and what does not.
pub(crate) fn is_a_step(fault: &Fault) -> bool {
    match fault {
        Fault::CrashMidway { .. }
        | Fault::Wipe { .. }
        | Fault::Upgrade { .. }
        | Fault::Pause { clock: PausedClock::Stands, .. } => true,
        Fault::SlowDisk { .. } | Fault::DiskStall { .. } => false,
        _ => matches!(fault.kind().group(), Group::Disk | Group::Clock),
    }
}

#[cfg(test)]
mod tests {
    use seatrial_node::NodeId;

    use super::*;

    #[test]
    fn of_what_arrives_several_times_all_but_the_last_are_copies() {
        let [from, to] = [0, 1].map(|node| Endpoint::Node(NodeId(node)));
        let arrives = |name| {
            let step = Step::Deliver { from, to, word: String::new(), nth: 1, copy: false };
            Wish { name, ..Wish::by_the_letter(step) }
        };
        // 8 is a copy of 7, and 9 is none.
        let entries = [7, 9, 8, 7].map(arrives).to_vec();
        let wishes = Journal { entries, copies: vec![(8, 7)] }.wishes();
        let is_copy = |wish: &Wish| matches!(wish.step, Step::Deliver { copy: true, .. });
        assert_eq!(wishes.iter().map(is_copy).collect::<Vec<_>>(), [true, false, true, false]);
    }
}
