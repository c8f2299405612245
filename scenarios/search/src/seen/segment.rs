//! A part of the set: fingerprints that begin alike, in the order in which they belong.
//!
//! Because they are in order, there is never a second copy of them: a part that is full becomes longer by a quarter where it is, and all move
//! on to where they belong then. So a set of any size has few free cells.

/// How many homes there are at first: then what is to be written of a fingerprint fits into a cell.
const FIRST_HOMES: usize = 1 << FIRST_BITS;
const FIRST_BITS: u32 = 7;
/// So many bits of a cell say how far it is from home, plus one; zero for a free cell.
const AWAY_BITS: u32 = 7;
/// All of them: no cell is so far from home.
const AWAY: u64 = (1 << AWAY_BITS) - 1;
/// Behind the last home there is room for all that are away from it.
const MARGIN: usize = AWAY as usize - 1;

const _: () = assert!(u64::BITS - FIRST_BITS + AWAY_BITS <= u64::BITS);

/// See the module.
#[derive(Debug)]
pub(super) struct Segment {
    cells: Vec<u64>,
    homes: usize,
    len: usize,
}

impl Segment {
    pub(super) fn new() -> Self {
        Self { cells: vec![0; FIRST_HOMES + MARGIN], homes: FIRST_HOMES, len: 0 }
    }

    pub(super) fn contains(&self, print: u64) -> bool {
        self.look(print).is_ok()
    }

    pub(super) fn is_at_home(&self, print: u64) -> bool {
        let (home, cell) = home(print, self.homes);
        self.cells[home] == cell
    }

    /// Puts a fingerprint in. Returns whether it is new.
    pub(super) fn insert(&mut self, print: u64) -> bool {
        let Err((place, cell)) = self.look(print) else { return false };
        if cell & AWAY == AWAY || (self.len + 1) * 20 > self.homes * 17 {
            self.grow();
            return self.insert(print);
        }
        self.len += 1;
        self.put(place, cell);
        true
    }

    /// Looks for a fingerprint. Where it is not here, the error is where it would be, and what it would be as a cell.
    fn look(&self, print: u64) -> Result<(), (usize, u64)> {
        let (mut place, mut cell) = home(print, self.homes);
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

    /// Puts a cell at its place. From there to the next free one all move on.
    fn put(&mut self, mut place: usize, mut cell: u64) {
        loop {
            std::mem::swap(&mut self.cells[place], &mut cell);
            if cell == 0 {
                return;
            }
            if cell & AWAY == AWAY - 1 {
                self.len -= 1;
                let print = print(place, cell, self.homes);
                self.grow();
                self.insert(print);
                return;
            }
            place += 1;
            cell += 1;
        }
    }

    /// Gets a quarter more homes, or as many as it takes.
    #[cold]
    fn grow(&mut self) {
        let mut first = self.pack();
        loop {
            let before = self.cells.len();
            let homes = self.cells.len() - MARGIN;
            if homes > self.homes && self.fits(first, homes) {
                self.spread(first, homes);
                return;
            }
            self.cells.reserve_exact(homes / 4);
            self.cells.resize(before + homes / 4, 0);
            self.cells.copy_within(first..before, first + homes / 4);
            first += homes / 4;
        }
    }

    /// Moves all to the end, whole and in order. Returns where the first is.
    fn pack(&mut self) -> usize {
        let mut first = self.cells.len();
        for place in (0..self.cells.len()).rev() {
            if self.cells[place] == 0 {
                continue;
            }
            // Among those of one home they are in no order.
            let print = print(place, self.cells[place], self.homes);
            first -= 1;
            let mut to = first;
            while self.cells.get(to + 1).is_some_and(|next| *next < print) {
                self.cells[to] = self.cells[to + 1];
                to += 1;
            }
            self.cells[to] = print;
        }
        first
    }

    /// Whether all, whole and in order from this place on, would be near enough to these homes.
    fn fits(&self, first: usize, homes: usize) -> bool {
        let mut free = 0;
        self.cells[first..].iter().all(|print| {
            let (home, _) = home(*print, homes);
            let place = home.max(free);
            free = place + 1;
            place - home < MARGIN
        })
    }

    /// Moves all from there on to where they belong.
    fn spread(&mut self, first: usize, homes: usize) {
        let mut free = 0;
        for from in first..self.cells.len() {
            let (home, cell) = home(self.cells[from], homes);
            let place = home.max(free);
            self.cells[free..place].fill(0);
            self.cells[place] = cell + (place - home) as u64;
            free = place + 1;
        }
        self.cells[free..].fill(0);
        self.homes = homes;
    }
}

/// Where a fingerprint belongs among so many homes, and what it is as a cell there. What all of one home have in common is left out: their first
/// halves times the number of homes are alike in what is above 32 bits, and differ below by no less than that number.
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

    #[test]
    fn a_fingerprint_can_be_told_from_its_cell_among_any_number_of_homes() {
        let mut print_there = 1_u64;
        for homes in (FIRST_HOMES..5_000).chain([1 << 31, (1 << 32) - 1, 1 << 32]) {
            for edge in [0, 1, u64::MAX, u64::MAX << 32, 1 << 63, (1 << 63) - 1] {
                let (home, cell) = home(edge, homes);
                assert_eq!(print(home, cell, homes), edge, "{homes} homes");
            }
            print_there = print_there.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17) + 1;
            let (home, cell) = home(print_there, homes);
            assert_eq!(print(home + 5, cell + 5, homes), print_there, "{homes} homes");
        }
    }

    #[test]
    fn few_cells_are_free() {
        let mut segment = Segment::new();
        for n in 0..200_000_u64 {
            assert!(segment.insert(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            if n > 1_000 {
                assert!(segment.homes * 2 < segment.len * 3, "{} of {n}", segment.homes);
            }
        }
    }
}
