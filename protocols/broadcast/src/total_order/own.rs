//! What a member has broadcast and not delivered yet: it asks for a place in the order until it sees it there.

use std::collections::BTreeMap;

/// How many of its own messages a member has asked a place for at a time, from the oldest that has none. It bounds what others
/// remember of messages that overtake each other.
pub(super) const WINDOW: u32 = 256;

/// A member's own messages by their numbers in its life.
#[derive(Clone, Debug)]
pub(super) struct Own<T> {
    under_way: BTreeMap<u32, T>,
    /// The last that a place was asked for.
    asked: u32,
}

impl<T> Default for Own<T> {
    fn default() -> Self {
        Self { under_way: BTreeMap::new(), asked: 0 }
    }
}

impl<T> Own<T> {
    pub(super) fn len(&self) -> usize {
        self.under_way.len()
    }

    pub(super) fn insert(&mut self, sequence: u32, message: T) {
        self.under_way.insert(sequence, message);
    }

    pub(super) fn remove(&mut self, sequence: u32) -> Option<T> {
        self.under_way.remove(&sequence)
    }

    /// The next message that a place may be asked for and was not; it counts as asked for from now on.
    pub(super) fn next(&mut self) -> Option<(u32, &T)> {
        let (&oldest, _) = self.under_way.first_key_value()?;
        let (&sequence, message) = self.under_way.range(self.asked.checked_add(1)?..).next()?;
        if sequence - oldest >= WINDOW {
            return None;
        }
        self.asked = sequence;
        Some((sequence, message))
    }

    /// The first message after this number that a place was asked for.
    pub(super) fn asked_after(&self, sequence: u32) -> Option<(u32, &T)> {
        let next = sequence.checked_add(1).filter(|next| *next <= self.asked)?;
        let found = self.under_way.range(next..=self.asked).next();
        found.map(|(sequence, message)| (*sequence, message))
    }

    /// Their numbers.
    pub(super) fn sequences(&self) -> impl Iterator<Item = u32> {
        self.under_way.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_asked_for_once_and_within_the_window() {
        let mut own = Own::default();
        (1..=WINDOW + 2).for_each(|sequence| own.insert(sequence, sequence));
        let asked: Vec<u32> = std::iter::from_fn(|| own.next().map(|(next, _)| next)).collect();
        assert_eq!(asked, (1..=WINDOW).collect::<Vec<_>>());
        assert_eq!(own.remove(2), Some(2));
        assert_eq!(own.next(), None, "the oldest still has no place");
        assert_eq!(own.remove(1), Some(1));
        assert_eq!(own.next(), Some((WINDOW + 1, &(WINDOW + 1))));
        assert_eq!(own.asked_after(0), Some((3, &3)));
        assert_eq!(own.asked_after(WINDOW + 1), None, "the last was not asked for");
    }

    #[test]
    fn the_last_number_there_is_is_asked_for() {
        let mut own = Own::default();
        own.insert(u32::MAX, ());
        assert_eq!(own.next(), Some((u32::MAX, &())));
        assert_eq!(own.next(), None);
        assert_eq!(own.asked_after(u32::MAX - 1), Some((u32::MAX, &())));
        assert_eq!(own.asked_after(u32::MAX), None);
    }
}
