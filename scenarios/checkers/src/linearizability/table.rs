//! A hash set that numbers what it holds, in the order in which it came: the same on every machine, and its size is known.

/// What can be put into a [`Table`].
pub(crate) trait Key: Copy + PartialEq {
    /// A good mix of all its bits.
    fn mixed(&self) -> u64;
}

/// Mixes one more word into a hash.
pub(crate) const fn mix(hash: u64, word: u64) -> u64 {
    let mixed = (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 29)
}

impl Key for (u32, u32) {
    fn mixed(&self) -> u64 {
        mix(mix(1, u64::from(self.0)), u64::from(self.1))
    }
}

/// The set: entries in order, and an open-addressing index of their numbers plus one.
#[derive(Clone, Debug)]
pub(crate) struct Table<K> {
    entries: Vec<K>,
    index: Vec<u32>,
}

const SMALLEST: usize = 16;

impl<K: Key> Table<K> {
    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new(), index: Vec::new() }
    }

    pub(crate) fn entries(&self) -> &[K] {
        &self.entries
    }

    pub(crate) const fn bytes(&self) -> usize {
        self.entries.capacity() * size_of::<K>() + self.index.capacity() * size_of::<u32>()
    }

    /// The number of the key, and whether it is new.
    pub(crate) fn insert(&mut self, key: K) -> (usize, bool) {
        if (self.entries.len() + 1) * 2 > self.index.len() {
            self.grow();
        }
        let place = self.place(&key);
        match self.index[place] {
            0 => {
                self.entries.push(key);
                self.index[place] =
                    u32::try_from(self.entries.len()).expect("budgets end a search far below 2^32");
                (self.entries.len() - 1, true)
            }
            number => (number as usize - 1, false),
        }
    }

    /// Empties the set, keeping memory that fits what it held.
    pub(crate) fn clear(&mut self) {
        if self.index.len() > SMALLEST && self.entries.len() * 32 < self.index.len() {
            self.index.truncate(self.index.len() / 2);
        }
        self.entries.clear();
        self.index.fill(0);
    }

    /// Takes the entries out and leaves the set empty, with the vector's memory.
    pub(crate) fn swap_out(&mut self, entries: &mut Vec<K>) {
        std::mem::swap(&mut self.entries, entries);
        let held = entries.len();
        self.entries.clear();
        if self.index.len() > SMALLEST && held * 32 < self.index.len() {
            self.index.truncate(self.index.len() / 2);
        }
        self.index.fill(0);
    }

    fn place(&self, key: &K) -> usize {
        let mask = self.index.len() - 1;
        let mut place = (key.mixed() >> 16) as usize & mask;
        loop {
            match self.index[place] {
                0 => return place,
                number if self.entries[number as usize - 1] == *key => return place,
                _ => place = (place + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        let size = (self.index.len() * 2).max(SMALLEST);
        self.index.clear();
        self.index.resize(size, 0);
        let mask = size - 1;
        for (i, key) in self.entries.iter().enumerate() {
            let mut place = (key.mixed() >> 16) as usize & mask;
            while self.index[place] != 0 {
                place = (place + 1) & mask;
            }
            self.index[place] = i as u32 + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_numbered_in_order_and_found_again() {
        let mut table = Table::new();
        for round in 0..3 {
            for key in 0..1000 {
                let (number, new) = table.insert((key, round & 1));
                assert_eq!(new, round < 2);
                assert_eq!(number, (key + 1000 * (round & 1)) as usize);
            }
        }
        table.clear();
        assert_eq!(table.insert((7, 7)), (0, true));
        assert_eq!(table.entries(), [(7, 7)]);
    }
}
