//! A node's timers: by key, and by when they are due.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_node::Instant;

/// The timers that are set. Of two that are due at once, the one that was set first comes first.
#[derive(Debug)]
pub(crate) struct Timers<K> {
    set: BTreeMap<K, (Instant, u64)>,
    due: BTreeSet<(Instant, u64, K)>,
    count: u64,
}

impl<K: Clone + Ord> Timers<K> {
    pub(crate) const fn new() -> Self {
        Self { set: BTreeMap::new(), due: BTreeSet::new(), count: 0 }
    }

    /// Sets a timer, in place of one with the same key.
    pub(crate) fn set(&mut self, key: K, at: Instant) {
        self.cancel(&key);
        self.count += 1;
        self.set.insert(key.clone(), (at, self.count));
        self.due.insert((at, self.count, key));
    }

    pub(crate) fn cancel(&mut self, key: &K) {
        if let Some((key, (at, number))) = self.set.remove_entry(key) {
            self.due.remove(&(at, number, key));
        }
    }

    /// When the next one is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.due.first().map(|(at, ..)| *at)
    }

    /// Takes out the one that has been due longest, if one is due.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<K> {
        if self.next()? > now {
            return None;
        }
        let (.., key) = self.due.pop_first()?;
        self.set.remove(&key);
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use seatrial_node::Duration;

    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    #[test]
    fn timers_come_when_they_are_due_in_the_order_in_which_they_are_due() {
        let mut timers = Timers::new();
        for (key, millis) in [("late", 30), ("early", 10), ("twin", 10)] {
            timers.set(key, at(millis));
        }
        assert_eq!((timers.next(), timers.take_due(at(9))), (Some(at(10)), None));
        assert_eq!(timers.take_due(at(40)), Some("early"));
        assert_eq!(timers.take_due(at(40)), Some("twin"));
        assert_eq!(timers.take_due(at(40)), Some("late"));
        assert_eq!((timers.next(), timers.take_due(at(99))), (None, None));
    }

    #[test]
    fn a_timer_that_is_set_again_comes_once_and_one_that_is_cancelled_never() {
        let mut timers = Timers::new();
        timers.set("again", at(10));
        timers.set("gone", at(10));
        timers.set("again", at(20));
        timers.cancel(&"gone");
        timers.cancel(&"never set");
        assert_eq!((timers.take_due(at(15)), timers.next()), (None, Some(at(20))));
        assert_eq!(timers.take_due(at(20)), Some("again"));
        assert_eq!(timers.next(), None);
    }
}
