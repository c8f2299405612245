//! The floor: a loop over a heap with ChaCha8, latency and loss, and nothing else. No crash, no partition, no hash, no trace, no
//! names, no panics caught; what a node does is compiled into the loop. A general simulator can come near it, not beyond it, but
//! for a better queue.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use crate::heap::Heap;

/// What nodes do, all of them in one.
pub(crate) trait Protocol {
    type Body: Copy;

    fn message(&mut self, from: u32, to: u32, body: Self::Body, net: &mut Floor<Self::Body>);

    fn timer(&mut self, node: u32, net: &mut Floor<Self::Body>);
}

pub(crate) struct Floor<B> {
    pub(crate) now: u64,
    heap: Heap,
    sequence: u64,
    nodes: u32,
    /// Messages in flight. An entry's slot is a node, whose timer it is, or else the place of a message after all nodes.
    messages: Vec<(u32, u32, B)>,
    free: Vec<u32>,
    words: ChaCha8Rng,
    shortest: u64,
    /// One more than the longest latency is longer than the shortest, in nanoseconds.
    span: u32,
    loss: u32,
}

impl<B: Copy> Floor<B> {
    /// Latencies in nanoseconds, loss in 2^-32.
    pub(crate) fn new(nodes: u32, seed: u64, shortest: u64, longest: u64, loss: u32) -> Self {
        Self {
            now: 0,
            heap: Heap::new(),
            sequence: 0,
            nodes,
            messages: Vec::new(),
            free: Vec::new(),
            words: ChaCha8Rng::seed_from_u64(seed),
            shortest,
            span: u32::try_from(longest - shortest + 1).expect("latencies of seconds at most"),
            loss,
        }
    }

    /// Begins again at time zero, keeping memory.
    pub(crate) fn reset(&mut self, seed: u64) {
        self.now = 0;
        self.sequence = 0;
        self.heap = Heap::new();
        self.messages.clear();
        self.free.clear();
        self.words = ChaCha8Rng::seed_from_u64(seed);
    }

    #[inline]
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.words.next_u32()) * u64::from(bound)) >> 32) as u32
    }

    #[inline]
    pub(crate) fn set_timer(&mut self, node: u32, after: u64) {
        self.push(self.now + after, node);
    }

    #[inline]
    pub(crate) fn send(&mut self, from: u32, to: u32, body: B) {
        if self.loss > 0 && self.words.next_u32() < self.loss {
            return;
        }
        let arrival = self.now + self.shortest + u64::from(self.below(self.span));
        let place = if let Some(place) = self.free.pop() {
            self.messages[place as usize] = (from, to, body);
            place
        } else {
            self.messages.push((from, to, body));
            self.messages.len() as u32 - 1
        };
        self.push(arrival, self.nodes + place);
    }

    #[inline]
    fn push(&mut self, time: u64, slot: u32) {
        self.sequence += 1;
        let entry = u128::from(time) << 64 | u128::from(self.sequence << 24 | u64::from(slot));
        self.heap.push(entry);
    }

    /// Goes on until so many messages have arrived.
    pub(crate) fn run<P: Protocol<Body = B>>(&mut self, protocol: &mut P, messages: u64) {
        let mut left = messages;
        while left > 0 {
            let Some(entry) = self.heap.pop() else {
                return;
            };
            self.now = (entry >> 64) as u64;
            let slot = entry as u32 & 0x00ff_ffff;
            if slot < self.nodes {
                protocol.timer(slot, self);
                continue;
            }
            left -= 1;
            let place = slot - self.nodes;
            self.free.push(place);
            let (from, to, body) = self.messages[place as usize];
            protocol.message(from, to, body, self);
        }
    }
}
