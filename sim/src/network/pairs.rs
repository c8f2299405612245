//! A set of directed pairs of endpoints, as a matrix of bits: a row for each sender.

/// Directed pairs of slots.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs {
    row_words: usize,
    bits: Vec<u64>,
}

impl Pairs {
    /// No pair of so many endpoints.
    pub(crate) fn none(endpoints: usize) -> Self {
        let row_words = endpoints.div_ceil(64);
        Self { row_words, bits: vec![0; endpoints * row_words] }
    }

    /// From each of these to each of those, but nobody to himself.
    pub(crate) fn between(endpoints: usize, from: &[u32], to: &[u32]) -> Self {
        let mut pairs = Self::none(endpoints);
        for a in from {
            for b in to.iter().filter(|b| *b != a) {
                pairs.set(*a, *b, true);
            }
        }
        pairs
    }

    pub(crate) fn contains(&self, from: u32, to: u32) -> bool {
        let (word, bit) = self.place(from, to);
        self.bits[word] >> bit & 1 == 1
    }

    pub(crate) fn set(&mut self, from: u32, to: u32, is_in: bool) {
        let (word, bit) = self.place(from, to);
        self.bits[word] = self.bits[word] & !(1 << bit) | u64::from(is_in) << bit;
    }

    fn place(&self, from: u32, to: u32) -> (usize, u32) {
        (from as usize * self.row_words + to as usize / 64, to % 64)
    }
}
