//! Fingerprints: 128 bits that stand for a state.
//!
//! Two states of one fingerprint count as one. Among a thousand million states, the chance that any two different ones meet is below
//! one in 10²⁰. The way from a value to its fingerprint is the same on every machine of one word size, and nothing is kept by it but
//! during one search.

use std::hash::{Hash, Hasher};

/// The fingerprint of a value.
pub(crate) fn fingerprint(value: &impl Hash) -> u128 {
    let mut printer = Printer::default();
    value.hash(&mut printer);
    printer.print()
}

/// The fingerprint of two fingerprints.
pub(crate) fn mixed(one: u128, other: u128) -> u128 {
    let mut printer = Printer::default();
    printer.take(one);
    printer.take(other);
    printer.print()
}

/// Takes a value in and gives its fingerprint: two chains of multiplications whose halves are folded.
#[derive(Clone, Debug)]
pub(crate) struct Printer {
    left: u64,
    right: u64,
}

impl Default for Printer {
    fn default() -> Self {
        Self { left: 0x243f_6a88_85a3_08d3, right: 0x1319_8a2e_0370_7344 }
    }
}

impl Printer {
    /// Takes 128 bits in, each half in one chain: twice as fast as hashing them, and as good where they are a fingerprint already.
    pub(crate) fn take(&mut self, print: u128) {
        self.left = fold(self.left ^ print as u64, 0x8ebc_6af0_9c88_c6e3).wrapping_add(self.right);
        let word = (print >> 64) as u64;
        self.right = fold(self.right.wrapping_add(word), 0x1d8e_4e27_c47d_124f) ^ self.left;
    }

    /// What came of all that was taken in.
    pub(crate) fn print(&self) -> u128 {
        let left = fold(self.left ^ self.right.rotate_left(32), 0xa076_1d64_78bd_642f);
        let right = fold(self.right.wrapping_add(left), 0xe703_7ed1_a0b4_28db);
        u128::from(left) << 64 | u128::from(right)
    }
}

impl Hasher for Printer {
    fn finish(&self) -> u64 {
        self.print() as u64
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
        self.write_u64(bytes.len() as u64);
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u16(&mut self, value: u16) {
        self.write_u64(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.left = fold(self.left ^ value, 0x8ebc_6af0_9c88_c6e3).wrapping_add(0x589965cc75374cc3);
        self.right = fold(self.right.wrapping_add(value), 0x1d8e_4e27_c47d_124f) ^ self.left;
    }

    fn write_u128(&mut self, value: u128) {
        self.write_u64(value as u64);
        self.write_u64((value >> 64) as u64);
    }

    fn write_usize(&mut self, value: usize) {
        self.write_u64(value as u64);
    }
}

/// A product of 128 bits, folded into 64.
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// A set of fingerprints, each with the place at which it was put in: open addressing, at most three quarters full. Fingerprints lie in
/// pieces that never move, so that a set of many millions is never copied.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prints {
    pieces: Vec<Vec<u128>>,
    len: u32,
    /// Places, plus one; zero for none.
    slots: Vec<u32>,
}

/// How many fingerprints a piece has, as a power of two.
const PIECE: u32 = 12;

impl Prints {
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    /// Puts a fingerprint in. Returns its place, and whether it is new.
    pub(crate) fn insert(&mut self, print: u128) -> (u32, bool) {
        if (self.len() + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let slot = self.find(print);
        if self.slots[slot] != 0 {
            return (self.slots[slot] - 1, false);
        }
        if self.len.is_multiple_of(1 << PIECE) {
            let room = if self.len == 0 { 0 } else { 1 << PIECE };
            self.pieces.push(Vec::with_capacity(room));
        }
        self.pieces.last_mut().expect("one was just made, if there was none").push(print);
        self.len = self.len.checked_add(1).expect("fewer than 2^32 states fit in memory");
        self.slots[slot] = self.len;
        (self.len - 1, true)
    }

    /// The place of a fingerprint that was put in.
    pub(crate) fn place(&self, print: u128) -> Option<u32> {
        (self.len > 0).then(|| self.slots[self.find(print)]).and_then(|slot| slot.checked_sub(1))
    }

    /// One number for the set, whatever the order in which it was filled.
    pub(crate) fn digest(&self) -> u128 {
        let prints = self.pieces.iter().flatten();
        prints.fold(0, |sum, print| sum.wrapping_add(fingerprint(print)))
    }

    fn at(&self, place: u32) -> u128 {
        self.pieces[(place >> PIECE) as usize][place as usize % (1 << PIECE)]
    }

    /// The slot of a fingerprint, or the free one where it belongs.
    fn find(&self, print: u128) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = print as usize & mask;
        while self.slots[slot] != 0 && self.at(self.slots[slot] - 1) != print {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64);
        self.slots = Vec::new();
        self.slots.resize(size, 0);
        for place in 0..self.len {
            let slot = self.find(self.at(place));
            self.slots[slot] = place + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_knows_what_is_in_it() {
        let mut prints = Prints::default();
        for value in 0..10_000_u32 {
            assert_eq!(prints.insert(fingerprint(&value)), (value, true));
        }
        for value in (0..10_000_u32).rev() {
            assert_eq!(prints.insert(fingerprint(&value)), (value, false));
        }
        assert_eq!(prints.len(), 10_000);
    }

    #[test]
    fn a_set_has_one_digest_however_it_was_filled() {
        let filled = |values: &[u32]| {
            let mut prints = Prints::default();
            for value in values {
                prints.insert(fingerprint(value));
            }
            prints.digest()
        };
        assert_eq!(filled(&[1, 2, 3]), filled(&[3, 1, 2, 1]));
        assert_ne!(filled(&[1, 2, 3]), filled(&[1, 2, 4]));
        assert_ne!(filled(&[1]), filled(&[1, 2]));
    }

    #[test]
    fn values_that_differ_in_one_bit_or_one_length_differ() {
        let mut prints = Prints::default();
        for bit in 0..64 {
            assert!(prints.insert(fingerprint(&(1_u64 << bit))).1);
        }
        for len in 0..40_usize {
            assert!(prints.insert(fingerprint(&vec![0_u8; len])).1, "{len} zeros");
        }
        assert!(prints.insert(fingerprint(&("ab", "c"))).1);
        assert!(prints.insert(fingerprint(&("a", "bc"))).1);
    }
}
