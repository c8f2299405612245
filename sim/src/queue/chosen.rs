//! Events in the order that a strategy chooses.

use super::{Entry, Lane};
use crate::tape::{Tape, WORLD, site};

/// Pending events in the order in which they were asked for, so that the choice zero is first in, first out.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    pending: Vec<(Entry, Lane)>,
    enabled: Vec<usize>,
}

impl Chosen {
    pub(super) fn reset(&mut self) {
        self.pending.clear();
    }

    pub(super) fn push(&mut self, entry: Entry, lane: Lane) {
        self.pending.push((entry, lane));
    }

    pub(super) fn pop(&mut self, limit: u64, tape: &mut Tape) -> Option<Entry> {
        self.enabled.clear();
        for (index, (entry, lane)) in self.pending.iter().enumerate() {
            if entry.time() <= limit && self.leads(*entry, *lane) {
                self.enabled.push(index);
            }
        }
        let chosen = match self.enabled.len() {
            0 => return None,
            1 => 0,
            several => tape.choose(site::SCHEDULE, WORLD, several as u64) as usize,
        };
        Some(self.pending.remove(self.enabled[chosen]).0)
    }

    pub(super) fn pending(&self) -> &[(Entry, Lane)] {
        &self.pending
    }

    /// Takes these in place of all that are pending.
    pub(super) fn put_back(&mut self, pending: &[(Entry, Lane)]) {
        self.pending.clear();
        self.pending.extend_from_slice(pending);
    }

    /// The entry of this sequence number.
    pub(super) fn look(&self, sequence: u64) -> Option<Entry> {
        Some(self.pending[self.place_of(sequence)?].0)
    }

    /// Takes out the entry of this sequence number.
    pub(super) fn take(&mut self, sequence: u64) -> Option<Entry> {
        let place = self.place_of(sequence)?;
        Some(self.pending.remove(place).0)
    }

    /// Numbers only grow, so that entries are sorted by them.
    fn place_of(&self, sequence: u64) -> Option<usize> {
        self.pending.binary_search_by_key(&sequence, |(entry, _)| entry.sequence()).ok()
    }

    /// Whether no event of the same lane comes before this one.
    fn leads(&self, entry: Entry, lane: Lane) -> bool {
        matches!(lane, Lane::Free | Lane::To(_))
            || !self.pending.iter().any(|(e, l)| *l == lane && *e < entry)
    }
}
