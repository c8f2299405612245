//! The queue of what is still to happen, in one of two disciplines.
//!
//! *Timed* is how the world usually goes: events happen in the order of their times, and the tape decides between those of the very
//! same instant. *Chosen* is for search: whatever is enabled may happen next, the tape picks, and time follows.

mod chosen;
mod heap;
mod steered;
mod timed;

use std::num::NonZeroU128;

use serde::{Deserialize, Serialize};

use crate::strategy::Steering;
use crate::tape::Tape;
use chosen::Chosen;
use steered::Steered;
use timed::Timed;

/// In which order pending events happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// By time; the seed orders simultaneous events.
    #[default]
    Timed,
    /// Any enabled delivery, completion or timer may be next; time follows. A node's own timers keep their order, and so do the
    /// syncs of one disk.
    Chosen,
}

/// What must stay in order even where a strategy chooses: events of one lane happen by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// No order: what is on its way to a node or client.
    To(u32),
    /// No order, and about nobody in particular.
    Free,
    /// The timers of one node or client.
    Clock(u32),
    /// The completions of one disk.
    Disk(u32),
    /// The plan's faults.
    Plan,
}

impl Lane {
    /// The slot of the node or client that acts when an event of this lane happens, where it is one.
    pub(crate) fn whose(self) -> Option<u32> {
        match self {
            Self::To(slot) | Self::Clock(slot) | Self::Disk(slot) => Some(slot),
            Self::Free | Self::Plan => None,
        }
    }
}

/// One pending event: when, in which order of asking, and where its content is. Packed into one number, so that comparing two is
/// one comparison: 64 bits of time, a bit that is always set, 39 of sequence, 24 of slot. Thanks to that bit it is never zero, so
/// that an entry or none travels in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry(NonZeroU128);

impl Entry {
    pub(crate) const MAX_SLOTS: usize = 1 << 24;
    const SLOT_MASK: u32 = Self::MAX_SLOTS as u32 - 1;
    const MARK: NonZeroU128 = NonZeroU128::new(1 << 63).expect("it is not zero");

    #[inline]
    fn new(time: u64, sequence: u64, slot: u32) -> Self {
        debug_assert!((slot as usize) < Self::MAX_SLOTS, "slot {slot} does not fit");
        debug_assert!(sequence < 1 << 39, "sequence {sequence} does not fit");
        let packed = u128::from(time) << 64 | u128::from(sequence << 24) | u128::from(slot);
        Self(Self::MARK | packed)
    }

    #[inline]
    pub(crate) fn time(self) -> u64 {
        (self.0.get() >> 64) as u64
    }

    #[inline]
    fn time_and_slot(self) -> (u64, u32) {
        (self.time(), self.slot())
    }

    #[inline]
    pub(crate) fn slot(self) -> u32 {
        self.0.get() as u32 & Self::SLOT_MASK
    }

    /// The same event at another time.
    fn at(self, time: u64) -> Self {
        Self::new(time, self.sequence(), self.slot())
    }

    /// In which order it was asked for.
    fn sequence(self) -> u64 {
        (self.0.get() >> 24) as u64 & ((1 << 39) - 1)
    }

    /// The same time and order, with another slot.
    #[inline]
    fn with_slot(self, slot: u32) -> Self {
        let rest = self.0.get() & !u128::from(Self::SLOT_MASK);
        Self(Self::MARK | rest | u128::from(slot))
    }
}

/// Pending events of either discipline.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    discipline: Discipline,
    /// How many events have been added, and how many taken out.
    sequence: u64,
    popped: u64,
}

/// What a queue holds where order is chosen, apart from it.
pub(crate) struct Standing {
    pending: Box<[(Entry, Lane)]>,
    sequence: u64,
    popped: u64,
}

impl Standing {
    /// Whether nothing is to happen.
    pub(crate) const fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }
}

const BY_TIME: &str = "events happen by time in this world: its setup has to say `Order::Chosen`";

#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one queue in a world")]
enum Discipline {
    Timed(Timed),
    Chosen(Chosen),
    Steered(Steered),
}

impl Queue {
    pub(crate) fn new() -> Self {
        Self { discipline: Discipline::Timed(Timed::new()), sequence: 0, popped: 0 }
    }

    /// Forgets everything and begins again at time zero, keeping memory. `reach` is how long before their time, in nanoseconds, most
    /// events will be asked for.
    pub(crate) fn reset(&mut self, order: Order, reach: u64) {
        self.sequence = 0;
        self.popped = 0;
        match (&mut self.discipline, order) {
            (Discipline::Timed(timed), Order::Timed) => timed.reset(reach),
            (Discipline::Chosen(chosen), Order::Chosen) => chosen.reset(),
            (discipline, Order::Timed) => {
                let mut timed = Timed::new();
                timed.reset(reach);
                *discipline = Discipline::Timed(timed);
            }
            (discipline, Order::Chosen) => *discipline = Discipline::Chosen(Chosen::default()),
        }
    }

    /// Forgets everything and begins again at time zero, steered by a strategy, which makes nothing late from that time on.
    pub(crate) fn reset_steered(&mut self, steering: Steering, punctual_from: u64) {
        self.sequence = 0;
        self.popped = 0;
        self.discipline = Discipline::Steered(Steered::new(steering, punctual_from));
    }

    /// How many events are pending.
    pub(crate) fn len(&self) -> usize {
        (self.sequence - self.popped) as usize
    }

    /// Adds an event and returns its sequence number, which no other event of this run has.
    #[inline(always)]
    pub(crate) fn push(&mut self, time: u64, slot: u32, lane: Lane) -> u64 {
        self.sequence += 1;
        match &mut self.discipline {
            Discipline::Timed(timed) => timed.push(time, self.sequence, slot),
            Discipline::Chosen(chosen) => {
                chosen.push(Entry::new(time, self.sequence, slot), lane);
            }
            Discipline::Steered(steered) => {
                steered.push(Entry::new(time, self.sequence, slot), lane)
            }
        }
        self.sequence
    }

    /// Takes out the next event, if there is one that may happen by `limit`: its time and its slot.
    #[inline(always)]
    pub(crate) fn pop(&mut self, limit: u64, tape: &mut Tape) -> Option<(u64, u32)> {
        let next = match &mut self.discipline {
            Discipline::Timed(timed) => timed.pop(limit, tape),
            Discipline::Chosen(chosen) => chosen.pop(limit, tape).map(Entry::time_and_slot),
            Discipline::Steered(steered) => steered.pop(limit, tape).map(Entry::time_and_slot),
        }?;
        self.popped += 1;
        Some(next)
    }

    /// Whether order is chosen.
    pub(crate) fn is_chosen(&self) -> bool {
        matches!(self.discipline, Discipline::Chosen(_))
    }

    /// What is pending where order is chosen, in the order of asking: the number that [`Queue::push`] gave, the slot and the lane.
    ///
    /// # Panics
    /// Where events happen by time: nobody else can say what is next.
    pub(crate) fn pending(&self) -> impl DoubleEndedIterator<Item = (u64, u32, Lane)> {
        let Discipline::Chosen(chosen) = &self.discipline else { panic!("{BY_TIME}") };
        chosen.pending().iter().map(|(entry, lane)| (entry.sequence(), entry.slot(), *lane))
    }

    /// The time and the slot of the event of this number where order is chosen, if it is pending.
    pub(crate) fn look(&self, number: u64) -> Option<(u64, u32)> {
        let Discipline::Chosen(chosen) = &self.discipline else {
            return None;
        };
        chosen.look(number).map(Entry::time_and_slot)
    }

    /// All that a queue holds where order is chosen.
    ///
    /// # Panics
    /// Where events happen by time.
    pub(crate) fn standing(&self) -> Standing {
        let Discipline::Chosen(chosen) = &self.discipline else { panic!("{BY_TIME}") };
        let pending = chosen.pending().into();
        Standing { pending, sequence: self.sequence, popped: self.popped }
    }

    /// Holds again what it held then.
    ///
    /// # Panics
    /// Where events happen by time.
    pub(crate) fn stand_at(&mut self, standing: &Standing) {
        let Discipline::Chosen(chosen) = &mut self.discipline else { panic!("{BY_TIME}") };
        chosen.put_back(&standing.pending);
        self.sequence = standing.sequence;
        self.popped = standing.popped;
    }

    /// Where order is chosen: from now on events happen by time, and none is earlier than now.
    pub(crate) fn go_by_time(&mut self, now: u64) {
        let Discipline::Chosen(chosen) = &self.discipline else {
            return;
        };
        let mut timed = Timed::new();
        for (entry, _) in chosen.pending() {
            timed.push(entry.time().max(now), entry.sequence(), entry.slot());
        }
        self.discipline = Discipline::Timed(timed);
    }

    /// Takes out the event of this number where order is chosen. Returns its time and its slot, if it is pending.
    pub(crate) fn take(&mut self, number: u64) -> Option<(u64, u32)> {
        let Discipline::Chosen(chosen) = &mut self.discipline else {
            return None;
        };
        let entry = chosen.take(number)?;
        self.popped += 1;
        Some(entry.time_and_slot())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tape::{WORLD, site};

    fn drain(queue: &mut Queue, tape: &mut Tape) -> Vec<(u64, u32)> {
        std::iter::from_fn(|| queue.pop(u64::MAX, tape)).collect()
    }

    #[test]
    fn a_timed_queue_gives_what_a_sorted_list_gives() {
        let mut queue = Queue::new();
        let mut tape = Tape::seeded(5);
        let mut list: Vec<(u64, u32)> = Vec::new();
        let mut popped = Vec::new();
        let mut now = 0;
        for slot in 0..20_000 {
            // Near, far and very far, so that buckets, their wrapping round and the heap are all used.
            let reach = [50_000, 10_000_000, 400_000_000, 90_000_000_000];
            let reach = reach[tape.choose(site::TARGET, WORLD, 4) as usize];
            let time = now + 1 + tape.choose(site::LATENCY, WORLD, reach);
            queue.push(time, slot, Lane::Free);
            list.push((time, slot));
            if slot % 3 == 0 {
                let next = queue.pop(u64::MAX, &mut tape).expect("an event is pending");
                now = next.0;
                popped.push(next);
            }
        }
        popped.extend(drain(&mut queue, &mut tape));
        assert!(popped.is_sorted_by_key(|(time, _)| *time), "popped out of order");
        popped.sort_unstable();
        list.sort_unstable();
        assert_eq!(popped, list);
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn nothing_beyond_the_limit_is_popped() {
        let mut queue = Queue::new();
        let mut tape = Tape::seeded(5);
        queue.push(1_000_000_000_000, 1, Lane::Free);
        queue.push(70_000, 2, Lane::Free);
        assert_eq!(queue.pop(69_999, &mut tape), None);
        assert_eq!(queue.pop(70_000, &mut tape), Some((70_000, 2)));
        assert_eq!(queue.pop(999_999_999_999, &mut tape), None);
        // After a look beyond it, an earlier event can still be added and comes first.
        queue.push(80_000, 3, Lane::Free);
        assert_eq!(drain(&mut queue, &mut tape), [(80_000, 3), (1_000_000_000_000, 1)]);
    }

    #[test]
    fn the_seed_orders_simultaneous_events() {
        let order = |seed| {
            let mut queue = Queue::new();
            let mut tape = Tape::seeded(seed);
            for slot in 0..6 {
                queue.push(1_000, slot, Lane::Free);
            }
            drain(&mut queue, &mut tape)
        };
        assert_eq!(order(1), order(1));
        assert!((2..30).any(|seed| order(seed) != order(1)), "all seeds order them alike");
    }

    #[test]
    fn an_event_of_the_present_instant_joins_those_that_are_left_of_it() {
        let mut firsts = [0; 2];
        for seed in 0..100 {
            let mut queue = Queue::new();
            let mut tape = Tape::seeded(seed);
            queue.push(1_000, 0, Lane::Free);
            queue.push(1_000, 1, Lane::Free);
            queue.pop(u64::MAX, &mut tape);
            queue.push(1_000, 2, Lane::Free);
            let (_, next) = queue.pop(u64::MAX, &mut tape).expect("two are left");
            firsts[usize::from(next == 2)] += 1;
        }
        assert!(firsts[0] > 20 && firsts[1] > 20, "{firsts:?}");
    }

    #[test]
    fn a_chosen_queue_keeps_the_order_of_each_clock_only() {
        let mut seen_overtaking = false;
        for seed in 0..200 {
            let mut queue = Queue::new();
            queue.reset(Order::Chosen, 0);
            let mut tape = Tape::seeded(seed);
            queue.push(10, 0, Lane::Clock(1));
            queue.push(20, 1, Lane::Clock(1));
            queue.push(30, 2, Lane::Free);
            let slots: Vec<u32> = drain(&mut queue, &mut tape).iter().map(|e| e.1).collect();
            let place = |slot| slots.iter().position(|s| *s == slot).expect("popped");
            assert!(place(0) < place(1), "a clock went backwards");
            seen_overtaking |= place(2) < place(1);
        }
        assert!(seen_overtaking, "no delivery ever overtook a timer");
    }
}
