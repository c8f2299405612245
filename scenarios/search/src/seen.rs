//! The states that were seen: a set of fingerprints in eight bytes each, of which one is found at one look into memory.
//!
//! Where a fingerprint lies tells a part of it, so that only the rest is written there: Cleary 1984, *Compact hash tables using bidirectional
//! linear probing*; here with Robin Hood's displacements (Celis 1986). 70 bits of it count. Among a million states, the chance that any two
//! different ones meet in them is below one in 10⁹, and among a thousand million one in 2,300.

mod segment;

use segment::Segment;

/// How many bits of a fingerprint count.
const BITS: u32 = SEGMENT_BITS + u64::BITS;
/// Of these, so many say in which segment it lies.
const SEGMENT_BITS: u32 = 6;

/// See the module.
#[derive(Debug)]
pub(crate) struct Seen {
    segments: Vec<Segment>,
    len: usize,
}

impl Default for Seen {
    fn default() -> Self {
        Self { segments: (0..1 << SEGMENT_BITS).map(|_| Segment::new()).collect(), len: 0 }
    }
}

impl Seen {
    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Whether a fingerprint was put in.
    pub(crate) fn contains(&self, print: u128) -> bool {
        let (segment, rest) = split(print);
        self.segments[segment].contains(rest)
    }

    /// Whether a fingerprint lies right where it belongs: most of those do that were put in. Looks at that one cell, and decides nothing by it, so
    /// that several such looks do not wait for each other, and later ones find what they want near the processor.
    pub(crate) fn is_at_home(&self, print: u128) -> bool {
        let (segment, rest) = split(print);
        self.segments[segment].is_at_home(rest)
    }

    /// Puts a fingerprint in. Returns whether it is new.
    pub(crate) fn insert(&mut self, print: u128) -> bool {
        let (segment, rest) = split(print);
        let is_new = self.segments[segment].insert(rest);
        self.len += usize::from(is_new);
        is_new
    }
}

/// The segment of a fingerprint, and what is left of it there.
const fn split(print: u128) -> (usize, u64) {
    let print = print >> (u128::BITS - BITS);
    ((print >> u64::BITS) as usize, print as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::fingerprint;

    #[test]
    fn what_was_put_in_is_known() {
        let mut seen = Seen::default();
        for value in 0..300_000_u32 {
            assert!(seen.insert(fingerprint(&value)), "{value} is new");
        }
        assert_eq!(seen.len(), 300_000);
        for value in 0..300_000_u32 {
            assert!(!seen.insert(fingerprint(&value)), "{value} is known");
        }
        assert_eq!(seen.len(), 300_000);
        assert!(seen.insert(fingerprint(&300_000_u32)));
    }

    #[test]
    fn each_bit_that_counts_tells_two_apart_and_no_other_does() {
        for bit in 0..u128::BITS {
            let mut seen = Seen::default();
            assert!(seen.insert(0));
            assert_eq!(seen.insert(1 << bit), bit >= u128::BITS - BITS, "bit {bit}");
        }
    }

    /// Two thousand neighbours, thirty-two to a home at first: a segment grows until none is too far from home.
    #[test]
    fn crowds_find_room() {
        let neighbour = |n: u128| n << (u128::BITS - SEGMENT_BITS - 12);
        let upwards: Vec<u128> = (0..2_000).map(neighbour).collect();
        let downwards = upwards.iter().rev().copied().collect();
        for order in [upwards, downwards] {
            let mut seen = Seen::default();
            assert!(order.iter().all(|print| seen.insert(*print)));
            assert!(!order.iter().any(|print| seen.insert(*print)));
            assert_eq!(seen.len(), 2_000);
        }
    }
}
