//! The states that were seen: a set of fingerprints in eight bytes each, of which one is found at one look into memory.
//!
//! Where a fingerprint lies tells a part of it, so that only the rest is written there: Cleary 1984, *Compact hash tables using bidirectional
//! linear probing*; here with Robin Hood's displacements (Celis 1986). 72 bits of it count. Among a million states, the chance that any two
//! different ones meet in them is below one in 10⁹, and among a thousand million one in 9,000.

/// How many bits of a fingerprint count.
const BITS: u32 = 72;
/// Of these, so many say in which segment it lies. Segments grow one at a time: there is never a second copy of more than one of them.
const SEGMENT_BITS: u32 = 6;
/// A segment has so many cells at first, as a power of two: then what is to be written fits into a cell.
const FIRST_BITS: u32 = 10;
/// So many bits of a cell say how far it is from where it belongs, plus one; zero for a free cell.
const AWAY_BITS: u32 = 8;
/// All of them: no cell is so far from home.
const AWAY: u64 = (1 << AWAY_BITS) - 1;

const _: () = assert!(BITS - SEGMENT_BITS - FIRST_BITS + AWAY_BITS <= u64::BITS);

/// See the module.
#[derive(Debug)]
pub(crate) struct Seen {
    segments: Vec<Segment>,
    len: usize,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            segments: (0..1 << SEGMENT_BITS).map(|_| Segment::new(FIRST_BITS)).collect(),
            len: 0,
        }
    }
}

impl Seen {
    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Whether a fingerprint was put in.
    pub(crate) fn contains(&self, print: u128) -> bool {
        let (segment, print) = split(print);
        self.segments[segment].look(print).is_ok()
    }

    /// Whether a fingerprint lies right where it belongs: most of those do that were put in. Looks at that one cell, and decides nothing by it, so
    /// that several such looks do not wait for each other, and later ones find what they want near the processor.
    pub(crate) fn is_at_home(&self, print: u128) -> bool {
        let (segment, print) = split(print);
        let (home, cell) = self.segments[segment].home(print);
        self.segments[segment].cells[home] == cell
    }

    /// Puts a fingerprint in. Returns whether it is new.
    pub(crate) fn insert(&mut self, print: u128) -> bool {
        let (segment, print) = split(print);
        let is_new = self.segments[segment].insert(print);
        self.len += usize::from(is_new);
        is_new
    }
}

/// The segment of a fingerprint, and what is left of it there.
fn split(print: u128) -> (usize, u128) {
    let print = print >> (u128::BITS - BITS);
    ((print >> (BITS - SEGMENT_BITS)) as usize, print & ((1 << (BITS - SEGMENT_BITS)) - 1))
}

/// Fingerprints that begin alike.
#[derive(Debug)]
struct Segment {
    cells: Vec<u64>,
    /// How many cells there are, as a power of two.
    bits: u32,
    len: usize,
}

impl Segment {
    fn new(bits: u32) -> Self {
        Self { cells: vec![0; 1 << bits], bits, len: 0 }
    }

    /// How many bits of a fingerprint are written into its cell.
    const fn rest_bits(&self) -> u32 {
        BITS - SEGMENT_BITS - self.bits
    }

    /// Where a fingerprint belongs, and what it is as a cell there. The bits are left out that all here have in common.
    fn home(&self, print: u128) -> (usize, u64) {
        let rest = print as u64 & ((1 << self.rest_bits()) - 1);
        ((print >> self.rest_bits()) as usize, rest << AWAY_BITS | 1)
    }

    /// Looks for a fingerprint. Where it is not here, the error is where it would be, and what it would be as a cell.
    fn look(&self, print: u128) -> Result<(), (usize, u64)> {
        let mask = self.cells.len() - 1;
        let (mut place, mut cell) = self.home(print);
        // Whoever is as far from home as this one would be, or farther, stays.
        while self.cells[place] & AWAY >= cell & AWAY && cell & AWAY < AWAY {
            if self.cells[place] == cell {
                return Ok(());
            }
            place = (place + 1) & mask;
            cell += 1;
        }
        Err((place, cell))
    }

    /// Puts a fingerprint in. Returns whether it is new.
    fn insert(&mut self, print: u128) -> bool {
        let Err((place, cell)) = self.look(print) else { return false };
        if cell & AWAY == AWAY || (self.len + 1) * 5 > self.cells.len() * 4 {
            self.grow();
            return self.insert(print);
        }
        self.len += 1;
        self.put(place, cell);
        true
    }

    /// Puts a cell at its place. From there to the next free one all move on.
    fn put(&mut self, mut place: usize, mut cell: u64) {
        let mask = self.cells.len() - 1;
        loop {
            std::mem::swap(&mut self.cells[place], &mut cell);
            if cell == 0 {
                return;
            }
            if cell & AWAY == AWAY - 1 {
                let print = self.print(place, cell);
                self.len -= 1;
                self.grow();
                self.insert(print);
                return;
            }
            place = (place + 1) & mask;
            cell += 1;
        }
    }

    /// What was put in, of which this cell came to lie here.
    fn print(&self, place: usize, cell: u64) -> u128 {
        let away = (cell & AWAY) as usize - 1;
        let home = place.wrapping_sub(away) & (self.cells.len() - 1);
        (home as u128) << self.rest_bits() | u128::from(cell >> AWAY_BITS)
    }

    #[cold]
    fn grow(&mut self) {
        let mut larger = Self::new(self.bits + 1);
        for (place, cell) in self.cells.iter().enumerate().filter(|(_, cell)| **cell != 0) {
            larger.insert(self.print(place, *cell));
        }
        *self = larger;
    }
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

    /// Two thousand neighbours, sixteen to a cell at first: a segment grows until none is too far from home.
    #[test]
    fn crowds_find_room() {
        let neighbour = |n: u128| n << (u128::BITS - SEGMENT_BITS - FIRST_BITS - 4);
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
