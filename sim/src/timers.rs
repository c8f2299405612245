//! The timers of one node, by key.
//!
//! A timer that is set to a later time keeps its entry in the queue, which moves on when it comes up: a heartbeat that postpones the
//! same timer a thousand times costs one entry, not a thousand. And one that has fired keeps its slot for a while, for mostly the
//! same timer is set again.

use seatrial_node::Instant;

/// Which entry of the queue belongs to a timer, or once did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimerRef {
    pub(crate) slot: u32,
    pub(crate) generation: u32,
}

/// What has come of a timer's entry in the queue.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Popped<K> {
    /// It was replaced, taken back, or of a former life.
    Stale,
    /// It was put off; queue it again for this time.
    Later(Instant),
    /// It is due.
    Due(K),
}

#[derive(Clone, Debug)]
pub(crate) struct Timers<K> {
    slots: Vec<Slot<K>>,
    /// Slots that have a key, by that.
    order: Vec<u32>,
    /// How many of them are idle: neither set nor queued.
    idle: usize,
    /// The first free slot.
    free: u32,
}

#[derive(Clone, Debug)]
struct Slot<K> {
    key: Option<K>,
    /// When it is due, by its node's clock; [`None`] where it was taken back.
    deadline: Option<Instant>,
    /// The time of its live entry in the queue, by the world's; the end of time where that clock stands still.
    queued: Option<Instant>,
    generation: u32,
    /// The next free slot, where this one is free.
    next: u32,
}

const NO_SLOT: u32 = u32::MAX;

/// So many slots may be idle, however few are in use.
const IDLE_MAX: usize = 8;

impl<K> Slot<K> {
    fn is_idle(&self) -> bool {
        self.deadline.is_none() && self.queued.is_none()
    }
}

impl<K: Ord + Clone> Timers<K> {
    pub(crate) fn new() -> Self {
        Self { slots: Vec::new(), order: Vec::new(), idle: 0, free: NO_SLOT }
    }

    /// Sets a timer, in place of one with the same key. Where it needs a new entry in the queue, says which.
    #[inline]
    pub(crate) fn set(&mut self, key: K, deadline: Instant) -> Option<TimerRef> {
        self.set_at(key, deadline, deadline)
    }

    /// The same where the clock is wrong: it shows `deadline` when the world's time is `at`, or never, which is [`Instant::MAX`]; then
    /// the timer has no entry, and [`Timers::move_entry`] gives it one later.
    #[inline]
    pub(crate) fn set_at(&mut self, key: K, deadline: Instant, at: Instant) -> Option<TimerRef> {
        let index = match self.find(&key) {
            Ok(place) => self.order[place],
            Err(place) => {
                let index = self.allocate(key);
                self.order.insert(place, index);
                self.idle += 1;
                index
            }
        };
        let slot = &mut self.slots[index as usize];
        self.idle -= usize::from(slot.is_idle());
        slot.deadline = Some(deadline);
        if slot.queued.is_some_and(|queued| queued <= at) {
            return None;
        }
        slot.queued = Some(at);
        slot.generation = slot.generation.wrapping_add(1);
        Some(TimerRef { slot: index, generation: slot.generation })
    }

    /// Takes a timer back.
    pub(crate) fn cancel(&mut self, key: &K) {
        if let Ok(place) = self.find(key) {
            self.slots[self.order[place] as usize].deadline = None;
        }
    }

    /// An entry has come up in the queue.
    #[inline]
    pub(crate) fn pop(&mut self, entry: TimerRef, now: Instant) -> Popped<K> {
        let Some(slot) = self.slots.get_mut(entry.slot as usize) else {
            return Popped::Stale;
        };
        if slot.generation != entry.generation || slot.queued.is_none() {
            return Popped::Stale;
        }
        match slot.deadline {
            Some(deadline) if deadline > now => {
                slot.queued = Some(deadline);
                Popped::Later(deadline)
            }
            Some(_) => {
                slot.deadline = None;
                slot.queued = None;
                let key = slot.key.clone().expect("what is queued has a key");
                self.retire();
                Popped::Due(key)
            }
            None => {
                slot.queued = None;
                self.retire();
                Popped::Stale
            }
        }
    }

    /// An entry that has been put off has its place at another time than the timer's own.
    pub(crate) fn put_off(&mut self, entry: TimerRef, at: Instant) {
        self.slots[entry.slot as usize].queued = Some(at);
    }

    /// How many keys there are, set or idle: what [`Timers::move_entry`] counts by.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The clock goes on at another rate, and comes to show a time at another one of the world's. Where the timer of this place needs a
    /// new entry in the queue, says which and when. One that has an entry too early keeps that.
    pub(crate) fn move_entry(
        &mut self,
        place: usize,
        at: impl Fn(Instant) -> Instant,
    ) -> Option<(TimerRef, Instant)> {
        let index = self.order[place];
        let slot = &mut self.slots[index as usize];
        let Some(deadline) = slot.deadline else {
            if slot.queued == Some(Instant::MAX) {
                // It was taken back while the clock stood still, and nothing is queued for it.
                slot.queued = None;
                self.idle += 1;
            }
            return None;
        };
        let at = at(deadline);
        if slot.queued.is_some_and(|queued| queued <= at) {
            return None;
        }
        slot.queued = Some(at);
        slot.generation = slot.generation.wrapping_add(1);
        Some((TimerRef { slot: index, generation: slot.generation }, at))
    }

    /// When the timer of this entry is due, if the entry is its live one and the timer is set.
    pub(crate) fn due(&self, entry: TimerRef) -> Option<Instant> {
        let slot = self.slots.get(entry.slot as usize)?;
        let is_live = slot.generation == entry.generation && slot.queued.is_some();
        slot.deadline.filter(|_| is_live)
    }

    /// The key of the timer of this entry, if the entry is its live one.
    pub(crate) fn key(&self, entry: TimerRef) -> Option<&K> {
        let slot = self.slots.get(entry.slot as usize)?;
        slot.key.as_ref().filter(|_| slot.generation == entry.generation)
    }

    /// Forgets all timers; entries that are still queued are stale from now on.
    pub(crate) fn clear(&mut self) {
        while let Some(index) = self.order.pop() {
            let slot = &mut self.slots[index as usize];
            slot.key = None;
            slot.deadline = None;
            slot.queued = None;
            slot.generation = slot.generation.wrapping_add(1);
            slot.next = std::mem::replace(&mut self.free, index);
        }
        self.idle = 0;
    }

    /// Forgets all timers and that there ever were any.
    pub(crate) fn reset(&mut self) {
        self.slots.clear();
        self.order.clear();
        self.idle = 0;
        self.free = NO_SLOT;
    }

    /// The keys of timers that are set, in their order, with the times when they are due.
    pub(crate) fn pending(&self) -> impl Iterator<Item = (&K, Instant)> {
        self.order.iter().filter_map(|index| {
            let slot = &self.slots[*index as usize];
            Some((slot.key.as_ref()?, slot.deadline?))
        })
    }

    #[inline]
    fn find(&self, key: &K) -> Result<usize, usize> {
        let slots = &self.slots;
        self.order.binary_search_by(|index| slots[*index as usize].key.as_ref().cmp(&Some(key)))
    }

    fn allocate(&mut self, key: K) -> u32 {
        if let Some(slot) = self.slots.get_mut(self.free as usize) {
            slot.key = Some(key);
            return std::mem::replace(&mut self.free, slot.next);
        }
        let (key, generation, next) = (Some(key), 0, NO_SLOT);
        self.slots.push(Slot { key, deadline: None, queued: None, generation, next });
        u32::try_from(self.slots.len() - 1).expect("fewer than 2^32 timers are set")
    }

    /// One more slot is idle.
    #[inline]
    fn retire(&mut self) {
        self.idle += 1;
        if self.idle > IDLE_MAX + self.order.len() / 2 {
            self.purge();
        }
    }

    /// Makes all idle slots free.
    #[cold]
    fn purge(&mut self) {
        let (slots, free) = (&mut self.slots, &mut self.free);
        self.order.retain(|index| {
            let slot = &mut slots[*index as usize];
            if !slot.is_idle() {
                return true;
            }
            slot.key = None;
            slot.next = std::mem::replace(free, *index);
            false
        });
        self.idle = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> Instant {
        Instant::from_nanos(nanos)
    }

    #[test]
    fn a_timer_put_off_keeps_its_entry_and_fires_once() {
        let mut timers = Timers::new();
        let entry = timers.set("beat", at(10)).expect("an entry");
        assert_eq!(timers.set("beat", at(30)), None);
        assert_eq!(timers.pop(entry, at(10)), Popped::Later(at(30)));
        assert_eq!(timers.pop(entry, at(30)), Popped::Due("beat"));
        assert_eq!(timers.pop(entry, at(30)), Popped::Stale);
    }

    #[test]
    fn a_timer_brought_forward_gets_a_new_entry_and_the_old_one_is_stale() {
        let mut timers = Timers::new();
        let old = timers.set(1, at(30)).expect("an entry");
        let new = timers.set(1, at(10)).expect("an earlier one");
        assert_eq!(timers.pop(new, at(10)), Popped::Due(1));
        assert_eq!(timers.pop(old, at(30)), Popped::Stale);
    }

    #[test]
    fn a_timer_taken_back_does_not_fire_but_can_be_set_again() {
        let mut timers = Timers::new();
        let entry = timers.set(1, at(10)).expect("an entry");
        timers.cancel(&1);
        assert_eq!(timers.set(1, at(20)), None, "its entry is still queued");
        assert_eq!(timers.pop(entry, at(10)), Popped::Later(at(20)));
        timers.cancel(&1);
        assert_eq!(timers.pop(entry, at(20)), Popped::Stale);
        assert!(timers.set(1, at(40)).is_some(), "nothing is queued for it any more");
    }

    #[test]
    fn a_crash_makes_every_entry_stale() {
        let mut timers = Timers::new();
        let old = timers.set(1, at(10)).expect("an entry");
        timers.clear();
        let new = timers.set(1, at(10)).expect("an entry of the next life");
        assert_ne!(old, new);
        assert_eq!(timers.pop(old, at(10)), Popped::Stale);
        assert_eq!(timers.pop(new, at(10)), Popped::Due(1));
    }

    #[test]
    fn slots_are_reused_and_keys_stay_sorted() {
        let mut timers = Timers::new();
        for round in 0..100_u64 {
            for key in [5, 1, 9, 3_u64] {
                let entry = timers.set(key + round, at(round)).expect("an entry");
                assert_eq!(timers.pop(entry, at(round)), Popped::Due(key + round));
            }
        }
        assert!(timers.slots.len() <= 2 * (IDLE_MAX + 1), "{} slots", timers.slots.len());
        for key in [5, 1, 9, 3] {
            timers.set(key, at(key));
        }
        let keys: Vec<u64> = timers.pending().map(|(key, _)| *key).collect();
        assert_eq!(keys, [1, 3, 5, 9]);
    }
}
