//! Events by time: a wheel of buckets for the near future, a heap for the far one.
//!
//! The wheel reaches a little farther than messages usually travel, and 67 ms at least. Its buckets, 16 µs wide then, mostly hold an
//! event or none, so that sorting one when its turn comes costs next to nothing. Everything beyond the wheel waits in the heap and
//! is compared with the wheel's next event when that is popped; nothing is ever moved from one to the other. How wide buckets are
//! changes how fast events are found, never their order.
//!
//! A bucket is a list linked through its events' slots: pushing writes two words that are in the cache, and nothing is allocated
//! once there is a link for every slot.

use super::Entry;
use super::heap::Heap;
use crate::tape::{Tape, WORLD, site};

/// Buckets are 2^14 ns wide at least, and 2^24 at most.
const WIDTH_BITS: std::ops::RangeInclusive<u32> = 14..=24;
const BUCKETS: usize = 4096;
/// A current bucket that has grown beyond this takes no more: inserting into a sorted list would cost too much.
const CURRENT_MAX: usize = 256;

#[derive(Clone, Debug)]
pub(super) struct Timed {
    /// How wide a bucket is, as a power of two, in nanoseconds.
    width_bits: u32,
    /// The number, since time zero, of the bucket that is being emptied.
    tick: u64,
    /// What is left of that bucket and whatever came too late for it, latest first.
    current: Vec<Entry>,
    /// The slot of the first event of each bucket.
    firsts: Box<[u32; BUCKETS]>,
    /// By slot: its entry, with the slot of the next event of the same bucket in place of its own.
    links: Vec<Entry>,
    filled: Bits,
    far: Heap,
    /// The time of the first event of the heap, or the end of time.
    far_time: u64,
    /// Events of one instant, in the order of asking, among which the tape chooses.
    ties: Vec<Entry>,
}

/// The end of a bucket's list.
const NO_SLOT: u32 = Entry::MAX_SLOTS as u32 - 1;

impl Timed {
    pub(super) fn new() -> Self {
        Self {
            width_bits: *WIDTH_BITS.start(),
            tick: 0,
            current: Vec::new(),
            firsts: Box::new([NO_SLOT; BUCKETS]),
            links: Vec::new(),
            filled: Bits::new(),
            far: Heap::default(),
            far_time: u64::MAX,
            ties: Vec::new(),
        }
    }

    /// Forgets everything, keeping memory. Most events will be asked for not longer than `reach` before their time, in nanoseconds.
    pub(super) fn reset(&mut self, reach: u64) {
        let fits = |bits: &u32| (BUCKETS as u64) << bits > reach;
        self.width_bits = WIDTH_BITS.clone().find(fits).unwrap_or(*WIDTH_BITS.end());
        while let Some(bucket) = self.filled.next_from(0) {
            self.firsts[bucket] = NO_SLOT;
            self.filled.clear(bucket);
        }
        self.tick = 0;
        self.current.clear();
        self.far.clear();
        self.far_time = u64::MAX;
        self.ties.clear();
    }

    #[inline(always)]
    pub(super) fn push(&mut self, time: u64, sequence: u64, slot: u32) {
        let tick = time >> self.width_bits;
        // One comparison for both ends of the wheel: what is not ahead wraps round to far ahead.
        let ahead = tick.wrapping_sub(self.tick).wrapping_sub(1);
        if ahead < BUCKETS as u64 - 1 {
            let bucket = tick as usize % BUCKETS;
            let next = std::mem::replace(&mut self.firsts[bucket], slot);
            let link = Entry::new(time, sequence, next);
            match self.links.get_mut(slot as usize) {
                Some(place) => *place = link,
                None => self.grow(slot, link),
            }
            self.filled.set(bucket);
        } else {
            self.push_aside(tick, Entry::new(time, sequence, slot));
        }
    }

    /// Keeps the first link of a slot that has had none.
    #[cold]
    #[inline(never)]
    fn grow(&mut self, slot: u32, link: Entry) {
        self.links.resize(slot as usize + 1, link);
    }

    /// Adds an event that belongs to no bucket to come.
    #[inline(never)]
    fn push_aside(&mut self, tick: u64, entry: Entry) {
        if tick <= self.tick && self.current.len() < CURRENT_MAX {
            let place = self.current.partition_point(|later| *later > entry);
            self.current.insert(place, entry);
        } else {
            self.far.push(entry);
            self.far_time = self.far_time.min(entry.time());
        }
    }

    #[inline(always)]
    pub(super) fn pop(&mut self, limit: u64, tape: &mut Tape) -> Option<(u64, u32)> {
        if self.ties.is_empty() {
            if self.current.is_empty()
                && let Some(tick) = self.next_tick()
            {
                let link = self.links[self.firsts[tick as usize % BUCKETS] as usize];
                let time = link.time();
                if link.slot() != NO_SLOT {
                    if tick < self.far_time >> self.width_bits {
                        self.enter(tick);
                    }
                } else if time < self.far_time {
                    // The slot comes from the bucket and not from the entry, so that the event is fetched while the entry still is.
                    return (time <= limit).then(|| (time, self.leave(tick)));
                }
            }
            if let Some(near) = self.lone_near() {
                if near.time() > limit {
                    return None;
                }
                self.current.pop();
                return Some(near.time_and_slot());
            }
        }
        self.pop_among(limit, tape).map(Entry::time_and_slot)
    }

    /// The next event of the current bucket, if no other is as early.
    #[inline]
    fn lone_near(&self) -> Option<Entry> {
        let (near, later) = self.current.split_last()?;
        let tied = later.last().is_some_and(|next| next.time() == near.time());
        (!tied && self.far_time > near.time()).then_some(*near)
    }

    /// Takes out the next event where several may be it.
    #[inline(never)]
    fn pop_among(&mut self, limit: u64, tape: &mut Tape) -> Option<Entry> {
        if !self.ties.is_empty() {
            return self.pop_tied(limit, tape);
        }
        let first = self.pop_first(limit)?;
        if self.peek_time() != Some(first.time()) {
            return Some(first);
        }
        self.ties.push(first);
        self.pop_tied(limit, tape)
    }

    #[cold]
    fn pop_tied(&mut self, limit: u64, tape: &mut Tape) -> Option<Entry> {
        let time = self.ties[0].time();
        if time > limit {
            return None;
        }
        // An event of the past cannot be pending, and one of this very instant joins the others.
        while let Some(entry) = self.pop_first(time) {
            self.ties.push(entry);
        }
        let chosen = match self.ties.len() {
            1 => 0,
            several => tape.choose(site::TIE, WORLD, several as u64) as usize,
        };
        Some(self.ties.remove(chosen))
    }

    /// The time of the next event, if it is already known to be in the current bucket or the heap.
    #[inline]
    fn peek_time(&self) -> Option<u64> {
        let near = self.current.last().map(|entry| entry.time());
        let far = self.far.peek().map(Entry::time);
        match (near, far) {
            (Some(near), Some(far)) => Some(near.min(far)),
            (near, far) => near.or(far),
        }
    }

    #[inline]
    fn pop_first(&mut self, limit: u64) -> Option<Entry> {
        loop {
            if let Some(near) = self.current.last().copied() {
                if let Some(far) = self.far.peek().filter(|far| *far < near) {
                    return (far.time() <= limit).then(|| self.pop_far());
                }
                return (near.time() <= limit).then(|| self.pop_near());
            }
            let next = self.next_tick();
            match (next, self.far.peek()) {
                (None, None) => return None,
                (Some(tick), far)
                    if far.is_none_or(|far| tick <= far.time() >> self.width_bits) =>
                {
                    if tick << self.width_bits > limit {
                        return None;
                    }
                    self.enter(tick);
                }
                (_, Some(far)) => {
                    if far.time() > limit {
                        return None;
                    }
                    // The wheel turns on, so that it reaches as far from here as it did from long ago.
                    self.tick = self.tick.max(far.time() >> self.width_bits);
                    return Some(self.pop_far());
                }
                (Some(_), None) => unreachable!("the arm above takes every tick without a heap"),
            }
        }
    }

    #[inline]
    fn pop_near(&mut self) -> Entry {
        self.current.pop().expect("the caller has seen it")
    }

    fn pop_far(&mut self) -> Entry {
        let first = self.far.pop().expect("the caller has seen it");
        self.far_time = self.far.peek().map_or(u64::MAX, Entry::time);
        first
    }

    /// The number of the next bucket that holds anything.
    ///
    /// It is made from bits alone and not from the time of an event there: the next look waits for it.
    #[inline]
    fn next_tick(&self) -> Option<u64> {
        let here = self.tick as usize % BUCKETS;
        let bucket = self.filled.next_from(here).or_else(|| self.filled.next_from(0))?;
        let ahead = bucket.wrapping_sub(here) % BUCKETS;
        Some(self.tick + ahead as u64)
    }

    /// Makes a bucket the current one.
    #[inline(never)]
    fn enter(&mut self, tick: u64) {
        debug_assert!(self.current.is_empty(), "the bucket before is empty");
        let mut slot = self.leave(tick);
        while slot != NO_SLOT {
            let link = self.links[slot as usize];
            self.current.push(link.with_slot(slot));
            slot = link.slot();
        }
        if self.current.len() > 1 {
            self.current.sort_unstable_by(|a, b| b.cmp(a));
        }
    }

    /// Turns the wheel to a bucket and empties it. Returns the slot of its first event.
    #[inline]
    fn leave(&mut self, tick: u64) -> u32 {
        let bucket = tick as usize % BUCKETS;
        self.tick = tick;
        self.filled.clear(bucket);
        std::mem::replace(&mut self.firsts[bucket], NO_SLOT)
    }
}

/// Which buckets hold anything: 4096 bits and a summary of 64, so that the next one is found in two steps.
#[derive(Clone, Debug)]
struct Bits {
    words: [u64; BUCKETS / 64],
    summary: u64,
}

impl Bits {
    fn new() -> Self {
        Self { words: [0; BUCKETS / 64], summary: 0 }
    }

    #[inline]
    fn set(&mut self, bit: usize) {
        self.words[bit / 64] |= 1 << (bit % 64);
        self.summary |= 1 << (bit / 64);
    }

    #[inline]
    fn clear(&mut self, bit: usize) {
        let word = &mut self.words[bit / 64];
        *word &= !(1 << (bit % 64));
        if *word == 0 {
            self.summary &= !(1 << (bit / 64));
        }
    }

    /// The first bit set at `from` or after it.
    #[inline]
    fn next_from(&self, from: usize) -> Option<usize> {
        let (word, bit) = (from / 64, from % 64);
        let here = self.words[word] & (u64::MAX << bit);
        let later = self.summary & (u64::MAX << word) & !(1 << word);
        if here | later == 0 {
            return None;
        }
        let later = later.trailing_zeros() as usize % 64;
        let (word, bits) = if here != 0 { (word, here) } else { (later, self.words[later]) };
        Some(word * 64 + bits.trailing_zeros() as usize)
    }
}
