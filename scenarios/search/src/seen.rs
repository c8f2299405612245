//! The states that were seen: a set of fingerprints in eight bytes each, of which one is found at one look into memory.
//!
//! Where a fingerprint lies tells a part of it, so that only the rest is written there: Cleary 1984, *Compact hash tables using bidirectional
//! linear probing*; here with Robin Hood's displacements (Celis 1986). 70 bits of it count. Among a million states, the chance that any two
//! different ones meet in them is below one in 10⁹, and among a thousand million one in 2,300.
//!
//! They lie in the order in which they belong. So there is never a second copy of them: a set that is full becomes longer by an eighth where it
//! is, and all move on to where they belong then. Few cells are free, however many there are.

/// How many bits of a fingerprint count: these say in which segment it lies, and the rest of it, whole, fits into a cell.
const BITS: u32 = SEGMENT_BITS + u64::BITS;
const SEGMENT_BITS: u32 = 6;
const SEGMENTS: usize = 1 << SEGMENT_BITS;
/// How many homes a segment has at first: then what is to be written of a fingerprint leaves room for how far it is from home.
const FIRST_HOMES: usize = 1 << 7;
/// So many bits of a cell say how far it is from home, plus one; zero for a free cell.
const AWAY_BITS: u32 = 7;
/// All of them: no cell is so far from home.
const AWAY: u64 = (1 << AWAY_BITS) - 1;
/// Behind the last home of a segment there is room for all that are away from it.
const MARGIN: usize = AWAY as usize - 1;

/// See the module.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Those of one segment after those of another.
    cells: Vec<u64>,
    /// How many a segment has.
    homes: usize,
    /// How many cells of each segment are taken, and how many of all.
    lens: Vec<usize>,
    len: usize,
}

impl Default for Seen {
    fn default() -> Self {
        let cells = vec![0; SEGMENTS * (FIRST_HOMES + MARGIN)];
        Self { cells, homes: FIRST_HOMES, lens: vec![0; SEGMENTS], len: 0 }
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
        self.look(segment, rest).is_ok()
    }

    /// Whether a fingerprint lies right where it belongs: most of those do that were put in. Looks at that one cell, and decides nothing by it, so
    /// that several such looks do not wait for each other, and later ones find what they want near the processor.
    pub(crate) fn is_at_home(&self, print: u128) -> bool {
        let (segment, rest) = split(print);
        let (home, cell) = home(rest, self.homes);
        self.cells[self.start(segment) + home] == cell
    }

    /// Puts a fingerprint in. Returns whether it is new.
    pub(crate) fn insert(&mut self, print: u128) -> bool {
        let (segment, rest) = split(print);
        let is_new = self.put_in(segment, rest);
        self.len += usize::from(is_new);
        is_new
    }

    /// Where a segment begins.
    const fn start(&self, segment: usize) -> usize {
        segment * (self.homes + MARGIN)
    }

    /// Looks for a fingerprint in its segment. Where it is not there, the error is where it would be, and what it would be as a cell.
    fn look(&self, segment: usize, print: u64) -> Result<(), (usize, u64)> {
        let (home, mut cell) = home(print, self.homes);
        let mut place = self.start(segment) + home;
        // Whoever is as far from home as this one would be, or farther, stays.
        while cell & AWAY < AWAY && self.cells[place] & AWAY >= cell & AWAY {
            if self.cells[place] == cell {
                return Ok(());
            }
            place += 1;
            cell += 1;
        }
        Err((place, cell))
    }

    fn put_in(&mut self, segment: usize, print: u64) -> bool {
        let Err((place, cell)) = self.look(segment, print) else { return false };
        if cell & AWAY == AWAY || (self.len + 1) * 8 > self.homes * SEGMENTS * 7 {
            self.grow();
            return self.put_in(segment, print);
        }
        self.lens[segment] += 1;
        self.put(segment, place, cell);
        true
    }

    /// Puts a cell at its place. From there to the next free one all move on.
    fn put(&mut self, segment: usize, mut place: usize, mut cell: u64) {
        loop {
            std::mem::swap(&mut self.cells[place], &mut cell);
            if cell == 0 {
                return;
            }
            if cell & AWAY == AWAY - 1 {
                let print = print(place - self.start(segment), cell, self.homes);
                self.lens[segment] -= 1;
                self.grow();
                self.put_in(segment, print);
                return;
            }
            place += 1;
            cell += 1;
        }
    }

    /// Gets an eighth more homes, or as many as it takes.
    #[cold]
    fn grow(&mut self) {
        (0..SEGMENTS).for_each(|segment| self.pack(segment));
        let all_fit = |set: &Self| (0..SEGMENTS).all(|segment| set.fits(segment));
        self.lengthen();
        while !all_fit(self) {
            self.lengthen();
        }
        (0..SEGMENTS).for_each(|segment| self.spread(segment));
    }

    /// Moves all of a segment to its end, whole and in order.
    fn pack(&mut self, segment: usize) {
        let (start, end) = (self.start(segment), self.start(segment + 1));
        let mut first = end;
        for place in (start..end).rev() {
            if self.cells[place] == 0 {
                continue;
            }
            // Among those of one home they are in no order.
            let print = print(place - start, self.cells[place], self.homes);
            first -= 1;
            let mut to = first;
            while to + 1 < end && self.cells[to + 1] < print {
                self.cells[to] = self.cells[to + 1];
                to += 1;
            }
            self.cells[to] = print;
        }
    }

    /// Makes all segments longer by an eighth, where they are packed.
    fn lengthen(&mut self) {
        let before = self.homes + MARGIN;
        self.homes += self.homes / 8;
        let length = self.homes + MARGIN;
        self.cells.reserve_exact(SEGMENTS * (length - before));
        self.cells.resize(SEGMENTS * length, 0);
        for segment in (0..SEGMENTS).rev() {
            let end = (segment + 1) * before;
            let to = (segment + 1) * length - self.lens[segment];
            self.cells.copy_within(end - self.lens[segment]..end, to);
        }
    }

    /// Whether all of a segment, which is packed, would be near enough to its homes.
    fn fits(&self, segment: usize) -> bool {
        let end = self.start(segment + 1);
        let mut free = 0;
        self.cells[end - self.lens[segment]..end].iter().all(|print| {
            let (home, _) = home(*print, self.homes);
            let place = home.max(free);
            free = place + 1;
            place - home < MARGIN
        })
    }

    /// Moves all of a segment, which is packed, to where they belong.
    fn spread(&mut self, segment: usize) {
        let (start, end) = (self.start(segment), self.start(segment + 1));
        let mut free = start;
        for from in end - self.lens[segment]..end {
            let (home, cell) = home(self.cells[from], self.homes);
            let place = free.max(start + home);
            self.cells[free..place].fill(0);
            self.cells[place] = cell + (place - start - home) as u64;
            free = place + 1;
        }
        self.cells[free..end].fill(0);
    }
}

/// The segment of a fingerprint, and what is left of it there.
const fn split(print: u128) -> (usize, u64) {
    let print = print >> (u128::BITS - BITS);
    ((print >> u64::BITS) as usize, print as u64)
}

/// Where a fingerprint belongs among so many homes, and what it is as a cell there. The product of its first half and the number of homes is,
/// above 32 bits, the home. Below, products of one home differ by no less than that number: what is under its first bit can be left out.
const fn home(print: u64, homes: usize) -> (usize, u64) {
    let product = (print >> 32) * homes as u64;
    let rest = (product & 0xffff_ffff) >> homes.ilog2() << 32 | print & 0xffff_ffff;
    ((product >> 32) as usize, rest << AWAY_BITS | 1)
}

/// What was put in, of which this cell came to lie here.
const fn print(place: usize, cell: u64, homes: usize) -> u64 {
    let home = (place + 1) as u64 - (cell & AWAY);
    let rest = cell >> AWAY_BITS;
    let product = home << 32 | rest >> 32 << homes.ilog2();
    product.div_ceil(homes as u64) << 32 | rest & 0xffff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fingerprint::fingerprint;

    #[test]
    fn what_was_put_in_is_known_and_few_cells_are_free() {
        let mut seen = Seen::default();
        for value in 0..300_000_u32 {
            assert!(seen.insert(fingerprint(&value)), "{value} is new");
            let tenths = 10 * seen.homes * SEGMENTS / seen.len();
            assert!(tenths <= 13 || seen.len() < 50_000, "{tenths} tenths at {value}");
        }
        assert_eq!(seen.len(), 300_000);
        for value in 0..300_000_u32 {
            assert!(!seen.insert(fingerprint(&value)), "{value} is known");
            assert!(seen.contains(fingerprint(&value)));
        }
        assert_eq!(seen.len(), 300_000);
        assert!(!seen.contains(fingerprint(&300_000_u32)));
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

    #[test]
    fn a_fingerprint_can_be_told_from_its_cell_among_any_number_of_homes() {
        let mut any = 1_u64;
        for homes in (FIRST_HOMES..5_000).chain([1 << 31, (1 << 32) - 1, 1 << 32]) {
            any = any.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17) + 1;
            for put in [any, 0, 1, u64::MAX, u64::MAX << 32, 1 << 63, (1 << 63) - 1] {
                let (home, cell) = home(put, homes);
                assert_eq!(print(home + 5, cell + 5, homes), put, "{homes} homes");
            }
        }
    }

    /// Two thousand neighbours, all of one home or of two at first: a set grows until none is too far from home.
    #[test]
    fn crowds_find_room() {
        let neighbour = |n: u128| n << (u128::BITS - SEGMENT_BITS - 18);
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
