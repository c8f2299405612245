//! The order as one member has it: which message has which place.

use std::collections::{BTreeSet, VecDeque};

use seatrial_links::Payload;

use crate::MessageId;
use crate::frame::{mix, name};
use crate::seen::Seen;

/// Messages by their places, from 1. The first are forgotten, the next are delivered, the last may yet be replaced.
#[derive(Clone, Debug)]
pub(super) struct Ledger<P> {
    /// All up to this place are forgotten.
    base: u64,
    entries: VecDeque<(MessageId, P)>,
    delivered: u64,
    /// What is delivered, forgotten or not.
    seen: Seen,
    /// What has a place and is not delivered.
    waiting: BTreeSet<MessageId>,
}

/// A stretch of the order that one member sends to another.
#[derive(Clone, Debug)]
pub(super) struct Part<P> {
    /// The place before the first.
    after: u64,
    /// What has come before, for a member that lacks it while others have forgotten it.
    past: Option<Seen>,
    entries: Vec<(MessageId, P)>,
}

impl<P> Part<P> {
    /// The last place in it.
    pub(super) fn last(&self) -> u64 {
        self.after.saturating_add(self.entries.len() as u64)
    }
}

impl<P: Payload> Part<P> {
    pub(super) fn digest(&self) -> u64 {
        let entry =
            |sum, (id, payload): &(MessageId, P)| mix(mix(sum, name(*id)), payload.digest());
        self.entries.iter().fold(mix(self.after, u64::from(self.past.is_some())), entry)
    }
}

/// What has come of the adoption of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Adoption {
    /// It follows what is delivered.
    Whole,
    /// What is between has been skipped.
    Gap,
    /// It cannot be: it lacks what is delivered here, or leaves a gap.
    Refused,
}

impl<P> Default for Ledger<P> {
    fn default() -> Self {
        Self {
            base: 0,
            entries: VecDeque::new(),
            delivered: 0,
            seen: Seen::default(),
            waiting: BTreeSet::new(),
        }
    }
}

impl<P: Clone> Ledger<P> {
    /// The last place that is taken.
    pub(super) fn last(&self) -> u64 {
        self.base + self.entries.len() as u64
    }

    pub(super) fn delivered(&self) -> u64 {
        self.delivered
    }

    /// How many are kept.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether a message has a place.
    pub(super) fn has(&self, id: MessageId) -> bool {
        self.waiting.contains(&id) || self.seen.contains(id)
    }

    /// Whether a message is delivered, or was skipped.
    pub(super) fn is_past(&self, id: MessageId) -> bool {
        self.seen.contains(id)
    }

    pub(super) fn get(&self, number: u64) -> Option<&(MessageId, P)> {
        let place = number.checked_sub(self.base)?.checked_sub(1)?;
        self.entries.get(usize::try_from(place).ok()?)
    }

    /// Gives a message the next place.
    pub(super) fn push(&mut self, id: MessageId, payload: P) {
        self.entries.push_back((id, payload));
        self.waiting.insert(id);
    }

    /// The next message to deliver, up to this place.
    pub(super) fn deliver(&mut self, up_to: u64) -> Option<(MessageId, P)> {
        if self.delivered >= up_to {
            return None;
        }
        let (id, payload) = self.get(self.delivered + 1)?.clone();
        self.delivered += 1;
        self.seen.insert(id);
        self.waiting.remove(&id);
        Some((id, payload))
    }

    /// Forgets what is delivered, up to this place.
    pub(super) fn forget(&mut self, up_to: u64) {
        while self.base < up_to.min(self.delivered) && self.entries.pop_front().is_some() {
            self.base += 1;
        }
    }

    /// All after this place; or what is past, and all after that, where some of it is forgotten.
    pub(super) fn part(&self, after: u64) -> Part<P> {
        let is_forgotten = after < self.base;
        let after = if is_forgotten { self.delivered } else { after.min(self.last()) };
        let skip = usize::try_from(after - self.base).unwrap_or(usize::MAX);
        Part {
            after,
            past: is_forgotten.then(|| self.seen.clone()),
            entries: self.entries.iter().skip(skip).cloned().collect(),
        }
    }

    /// Puts a part in the place of all that is not delivered.
    pub(super) fn adopt(&mut self, part: &Part<P>) -> Adoption {
        if part.last() < self.delivered || part.after > self.delivered && part.past.is_none() {
            return Adoption::Refused;
        }
        let is_gap = part.after > self.delivered;
        if let Some(seen) = part.past.as_ref().filter(|_| is_gap) {
            self.seen = seen.clone();
            self.entries.clear();
            self.base = part.after;
            self.delivered = part.after;
        }
        let kept = usize::try_from(self.delivered - self.base).unwrap_or(usize::MAX);
        self.entries.truncate(kept);
        self.waiting.clear();
        let known = usize::try_from(self.delivered - part.after).unwrap_or(usize::MAX);
        for (id, payload) in part.entries.iter().skip(known) {
            self.push(*id, payload.clone());
        }
        if is_gap { Adoption::Gap } else { Adoption::Whole }
    }
}

#[cfg(test)]
mod tests {
    use seatrial_node::NodeId;

    use super::*;

    fn id(sequence: u32) -> MessageId {
        MessageId::new(NodeId(1), 1, sequence)
    }

    /// A ledger with these messages, so many of them delivered.
    fn ledger(sequences: impl IntoIterator<Item = u32>, delivered: u64) -> Ledger<u64> {
        let mut ledger = Ledger::default();
        for sequence in sequences {
            ledger.push(id(sequence), u64::from(sequence));
        }
        while ledger.deliver(delivered).is_some() {}
        ledger
    }

    fn places(ledger: &Ledger<u64>) -> Vec<(u64, u64)> {
        let place = |number| ledger.get(number).map(|(_, payload)| (number, *payload));
        (1..=ledger.last()).filter_map(place).collect()
    }

    #[test]
    fn messages_are_delivered_in_order_and_forgotten_when_delivered() {
        let mut ledger = ledger(1..=4, 0);
        assert_eq!(ledger.deliver(2), Some((id(1), 1)));
        assert_eq!(ledger.deliver(2), Some((id(2), 2)));
        assert_eq!(ledger.deliver(2), None);
        ledger.forget(9);
        assert_eq!(places(&ledger), [(3, 3), (4, 4)]);
        assert!(ledger.has(id(1)) && ledger.has(id(4)) && !ledger.has(id(5)));
        assert!(ledger.is_past(id(2)) && !ledger.is_past(id(3)));
    }

    #[test]
    fn a_part_takes_the_place_of_what_is_not_delivered() {
        let other = ledger([1, 2, 7, 8], 2);
        let mut own = ledger(1..=5, 2);
        assert_eq!(own.adopt(&other.part(own.delivered())), Adoption::Whole);
        assert_eq!(places(&own), [(1, 1), (2, 2), (3, 7), (4, 8)]);
        assert!(own.has(id(8)) && !own.has(id(3)));
        assert_eq!(own.adopt(&other.part(0)), Adoption::Whole, "some of it is delivered here");
        assert_eq!(places(&own), [(1, 1), (2, 2), (3, 7), (4, 8)]);
    }

    #[test]
    fn what_others_have_forgotten_is_skipped() {
        let mut other = ledger(1..=6, 5);
        other.forget(4);
        let mut own = ledger(1..=2, 1);
        assert_eq!(own.adopt(&other.part(own.delivered())), Adoption::Gap);
        assert_eq!(places(&own), [(6, 6)]);
        assert!((1..=5).all(|sequence| own.is_past(id(sequence))));
        assert_eq!((own.delivered(), own.last()), (5, 6));
    }

    #[test]
    fn a_part_that_lacks_what_is_delivered_or_leaves_a_gap_is_refused() {
        let mut own = ledger(1..=4, 3);
        assert_eq!(own.adopt(&ledger(1..=2, 2).part(0)), Adoption::Refused);
        assert_eq!(own.adopt(&ledger(1..=6, 2).part(4)), Adoption::Refused);
        assert_eq!(places(&own), [(1, 1), (2, 2), (3, 3), (4, 4)]);
    }
}
