//! Small sets of slots, as bits of a fixed number of words.

/// A set of slots below `64 * W`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mask<const W: usize>([u64; W]);

impl<const W: usize> Mask<W> {
    pub(crate) const EMPTY: Self = Self([0; W]);

    pub(crate) const fn words(&self) -> &[u64; W] {
        &self.0
    }

    pub(crate) const fn has(&self, slot: usize) -> bool {
        self.0[slot / 64] & (1 << (slot % 64)) != 0
    }

    pub(crate) const fn set(&mut self, slot: usize) {
        self.0[slot / 64] |= 1 << (slot % 64);
    }

    pub(crate) const fn clear(&mut self, slot: usize) {
        self.0[slot / 64] &= !(1 << (slot % 64));
    }

    pub(crate) fn and(mut self, other: Self) -> Self {
        for (word, with) in self.0.iter_mut().zip(other.0) {
            *word &= with;
        }
        self
    }

    pub(crate) fn without(mut self, other: Self) -> Self {
        for (word, with) in self.0.iter_mut().zip(other.0) {
            *word &= !with;
        }
        self
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|&word| word == 0)
    }

    pub(crate) fn is_subset_of(&self, other: Self) -> bool {
        self.without(other).is_empty()
    }

    pub(crate) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// The slots in ascending order.
    pub(crate) fn iter(self) -> impl Iterator<Item = usize> {
        (0..W).flat_map(move |at| {
            let mut word = self.0[at];
            std::iter::from_fn(move || {
                if word == 0 {
                    return None;
                }
                let bit = word.trailing_zeros() as usize;
                word &= word - 1;
                Some(at * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_come_and_go_over_word_boundaries() {
        let mut mask = Mask::<2>::EMPTY;
        for slot in [0, 63, 64, 127] {
            mask.set(slot);
        }
        mask.clear(63);
        assert_eq!(mask.iter().collect::<Vec<_>>(), [0, 64, 127]);
        assert!(mask.has(64) && !mask.has(63));
        assert_eq!(mask.count(), 3);
        let mut small = Mask::EMPTY;
        small.set(64);
        assert!(small.is_subset_of(mask) && !mask.is_subset_of(small));
        assert_eq!(mask.and(small), small);
        assert!(!mask.without(small).has(64));
    }
}
