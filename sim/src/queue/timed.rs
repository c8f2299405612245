//! Events by time: a wheel of buckets for the near future, a heap for the far one.
//!
//! A bucket is 65.5 µs wide, which fits latencies of a millisecond and more: most buckets then hold an event or two, so that sorting
//! one when its turn comes costs next to nothing. Everything beyond the wheel's 268 ms waits in the heap and is compared with the
//! wheel's next event when that is popped; nothing is ever moved from one to the other.

use super::Entry;
use super::heap::Heap;
use crate::tape::{Tape, WORLD, site};

const BUCKET_BITS: u32 = 16;
const BUCKETS: usize = 4096;
/// A current bucket that has grown beyond this takes no more: inserting into a sorted list would cost too much.
const CURRENT_MAX: usize = 256;

#[derive(Clone, Debug)]
pub(super) struct Timed {
    /// The number, since time zero, of the bucket that is being emptied.
    tick: u64,
    /// What is left of that bucket and whatever came too late for it, latest first.
    current: Vec<Entry>,
    buckets: Vec<Vec<Entry>>,
    filled: Bits,
    far: Heap,
    /// Events of one instant, in the order of asking, among which the tape chooses.
    ties: Vec<Entry>,
}

impl Timed {
    pub(super) fn new() -> Self {
        Self {
            tick: 0,
            current: Vec::new(),
            buckets: vec![Vec::new(); BUCKETS],
            filled: Bits::new(),
            far: Heap::default(),
            ties: Vec::new(),
        }
    }

    pub(super) fn reset(&mut self) {
        while let Some(bucket) = self.filled.next_from(0) {
            self.buckets[bucket].clear();
            self.filled.clear(bucket);
        }
        self.tick = 0;
        self.current.clear();
        self.far.clear();
        self.ties.clear();
    }

    #[inline]
    pub(super) fn push(&mut self, entry: Entry) {
        let tick = entry.time() >> BUCKET_BITS;
        if tick > self.tick && tick - self.tick < BUCKETS as u64 {
            let bucket = tick as usize % BUCKETS;
            self.buckets[bucket].push(entry);
            self.filled.set(bucket);
        } else if tick <= self.tick && self.current.len() < CURRENT_MAX {
            let place = self.current.partition_point(|later| *later > entry);
            self.current.insert(place, entry);
        } else {
            self.far.push(entry);
        }
    }

    #[inline]
    pub(super) fn pop(&mut self, limit: u64, tape: &mut Tape) -> Option<Entry> {
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
                (Some(tick), far) if far.is_none_or(|far| tick <= far.time() >> BUCKET_BITS) => {
                    if tick << BUCKET_BITS > limit {
                        return None;
                    }
                    self.enter(tick);
                }
                (_, Some(far)) => {
                    if far.time() > limit {
                        return None;
                    }
                    // The wheel turns on, so that it reaches 268 ms from here and not from long ago.
                    self.tick = self.tick.max(far.time() >> BUCKET_BITS);
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
        self.far.pop().expect("the caller has seen it")
    }

    /// The number of the next bucket that holds anything.
    #[inline]
    fn next_tick(&self) -> Option<u64> {
        let here = self.tick as usize % BUCKETS;
        let bucket = self.filled.next_from(here).or_else(|| self.filled.next_from(0))?;
        let ahead = (bucket + BUCKETS - here) % BUCKETS;
        Some(self.tick + ahead as u64)
    }

    #[inline]
    fn enter(&mut self, tick: u64) {
        let bucket = tick as usize % BUCKETS;
        self.tick = tick;
        self.filled.clear(bucket);
        debug_assert!(self.current.is_empty(), "the bucket before is empty");
        std::mem::swap(&mut self.current, &mut self.buckets[bucket]);
        if self.current.len() > 1 {
            self.current.sort_unstable_by(|a, b| b.cmp(a));
        }
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
        if here != 0 {
            return Some(word * 64 + here.trailing_zeros() as usize);
        }
        let later = self.summary & (u64::MAX << word) & !(1 << word);
        if later == 0 {
            return None;
        }
        let word = later.trailing_zeros() as usize;
        Some(word * 64 + self.words[word].trailing_zeros() as usize)
    }
}
