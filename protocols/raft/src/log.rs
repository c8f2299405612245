//! The log in memory: the entries that follow the snapshot, each with the place of its record on the disk.

use std::collections::VecDeque;

use seatrial_wal::Position;

use crate::event::{LogId, SnapshotMeta};
use crate::message::Entry;

/// The entries from `base.index + 1` on. What is at or below the base is in the snapshot.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Log {
    base: SnapshotMeta,
    slots: VecDeque<Slot>,
    bytes: u64,
}

#[derive(Clone, Debug, Hash)]
struct Slot {
    entry: Entry,
    position: Position,
}

impl Log {
    /// What the log follows: the last index and term of the snapshot, or zeros.
    pub(crate) fn base(&self) -> SnapshotMeta {
        self.base
    }

    /// The index of the last entry, or of the base where there is none.
    pub(crate) fn last_index(&self) -> u64 {
        self.base.index + self.slots.len() as u64
    }

    /// The term of the last entry, or of the base where there is none.
    pub(crate) fn last_term(&self) -> u64 {
        self.slots.back().map_or(self.base.term, |slot| slot.entry.term)
    }

    /// Both together: how up to date the log is (§5.4.1).
    pub(crate) fn last_id(&self) -> LogId {
        (self.last_term(), self.last_index())
    }

    /// How many entries there are.
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    /// How many bytes of content the entries hold.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The term at this index; `None` where the log does not know it, being past it or not there yet.
    pub(crate) fn term(&self, index: u64) -> Option<u64> {
        if index == self.base.index {
            return Some(self.base.term);
        }
        self.entry(index).map(|entry| entry.term)
    }

    /// The entry at this index.
    pub(crate) fn entry(&self, index: u64) -> Option<&Entry> {
        self.slot(index).map(|slot| &slot.entry)
    }

    /// How far the disk must have got for the log to be durable up to this index.
    pub(crate) fn position(&self, index: u64) -> Position {
        self.slot(index).map_or(Position(0), |slot| slot.position)
    }

    /// The entries from this index to that one, both included.
    pub(crate) fn range(&self, first: u64, last: u64) -> impl Iterator<Item = &Entry> {
        let from = (first.max(self.base.index + 1) - self.base.index - 1) as usize;
        let to = ((last.max(self.base.index) - self.base.index) as usize).min(self.slots.len());
        self.slots.range(from.min(to)..to).map(|slot| &slot.entry)
    }

    /// All entries with their indices.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &Entry)> {
        let first = self.base.index + 1;
        self.slots.iter().enumerate().map(move |(i, slot)| (first + i as u64, &slot.entry))
    }

    /// The first index of the run of entries of one term that ends at this index.
    pub(crate) fn first_of_term_at(&self, index: u64) -> u64 {
        let term = self.term(index);
        let mut first = index;
        while first > self.base.index + 1 && self.term(first - 1) == term {
            first -= 1;
        }
        first
    }

    /// Adds an entry after the last one and returns its index.
    pub(crate) fn push(&mut self, entry: Entry, position: Position) -> u64 {
        self.bytes += entry.payload.len() as u64;
        self.slots.push_back(Slot { entry, position });
        self.last_index()
    }

    /// Takes off all entries from this index on.
    pub(crate) fn truncate(&mut self, from: u64) {
        while self.last_index() >= from.max(self.base.index + 1) {
            if let Some(slot) = self.slots.pop_back() {
                self.bytes -= slot.entry.payload.len() as u64;
            }
        }
    }

    /// Lets the log follow this snapshot (figure 13, steps 6 and 7): if it has the snapshot's last entry it keeps what follows
    /// that one, else it keeps nothing. Returns whether it had that entry.
    pub(crate) fn follow(&mut self, snapshot: SnapshotMeta) -> bool {
        let matches = self.term(snapshot.index) == Some(snapshot.term);
        if matches {
            while self.base.index < snapshot.index {
                let Some(slot) = self.slots.pop_front() else { break };
                self.bytes -= slot.entry.payload.len() as u64;
                self.base.index += 1;
            }
        } else {
            self.slots.clear();
            self.bytes = 0;
        }
        self.base = snapshot;
        matches
    }

    fn slot(&self, index: u64) -> Option<&Slot> {
        let place = index.checked_sub(self.base.index + 1)?;
        self.slots.get(usize::try_from(place).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Payload;

    fn log(terms: &[u64]) -> Log {
        let mut log = Log::default();
        for term in terms {
            log.push(Entry { term: *term, payload: Payload::Noop }, Position(*term));
        }
        log
    }

    #[test]
    fn an_empty_log_ends_at_index_zero_and_term_zero() {
        let log = Log::default();
        assert_eq!((log.last_index(), log.last_term()), (0, 0));
        assert_eq!((log.term(0), log.term(1)), (Some(0), None));
    }

    #[test]
    fn section_5_3_the_hint_is_the_first_index_of_the_conflicting_term() {
        let log = log(&[1, 1, 4, 4, 4, 6]);
        assert_eq!(log.first_of_term_at(5), 3);
        assert_eq!(log.first_of_term_at(6), 6);
        assert_eq!(log.first_of_term_at(2), 1);
    }

    #[test]
    fn section_7_a_log_that_has_the_snapshots_last_entry_keeps_what_follows_it() {
        let mut log = log(&[1, 1, 2, 3]);
        assert!(log.follow(SnapshotMeta { index: 3, term: 2 }));
        assert_eq!((log.base().index, log.last_index(), log.len()), (3, 4, 1));
        assert_eq!((log.term(2), log.term(3), log.term(4)), (None, Some(2), Some(3)));
        assert_eq!(log.range(1, 9).count(), 1);
    }

    #[test]
    fn section_7_a_log_that_conflicts_with_the_snapshot_is_discarded() {
        let mut log = log(&[1, 1, 1, 1]);
        assert!(!log.follow(SnapshotMeta { index: 3, term: 2 }));
        assert_eq!((log.last_index(), log.last_term(), log.bytes()), (3, 2, 0));
    }

    #[test]
    fn truncation_stops_at_the_snapshot() {
        let mut log = log(&[1, 1, 2]);
        log.follow(SnapshotMeta { index: 2, term: 1 });
        log.truncate(0);
        assert_eq!(log.last_index(), 2);
    }
}
