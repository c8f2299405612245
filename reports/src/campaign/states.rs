//! The abstract states of all hunts, put together: which seed was the first to come past each, and which states one seed alone has shown.
//!
//! Each hunt names, of every state that it keeps, the first two of its seeds that came past it. Of these the least is the first of all, and
//! any other shows that it is not the only one, so what comes out does not depend on how the seeds were split. Where a hunt has come past too many to keep, it keeps a fair sample,
//! chosen by the states themselves, and so does this.

use std::collections::BTreeMap;

/// More states than this are not kept: as many as a hunt keeps.
const MOST: usize = 3 << 19;

/// The states that all seeds came past.
#[derive(Clone, Debug)]
pub(super) struct States {
    /// Each with the first seed, and whether there is no other.
    seen: BTreeMap<u64, (u64, bool)>,
    most: usize,
    /// Each that is kept stands for two to the power of this.
    thinned: u32,
}

impl Default for States {
    fn default() -> Self {
        Self::keeping(MOST)
    }
}

impl States {
    fn keeping(most: usize) -> Self {
        Self { seen: BTreeMap::new(), most, thinned: 0 }
    }

    /// Takes the states of a seed, sixteen hexadecimal digits each; none, where they are something else.
    pub(super) fn add(&mut self, seed: u64, text: &str) -> Option<()> {
        let digits = text.as_bytes();
        if !digits.len().is_multiple_of(DIGITS) || !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        for state in digits.chunks(DIGITS) {
            let state = u64::from_str_radix(str::from_utf8(state).ok()?, 16).ok()?;
            if passes(state, self.thinned) {
                self.see(state, seed);
            }
        }
        Some(())
    }

    fn see(&mut self, state: u64, seed: u64) {
        let (first, is_once) = self.seen.entry(state).or_insert((seed, true));
        *is_once &= *first == seed;
        *first = seed.min(*first);
        while self.seen.len() > self.most {
            self.thinned += 1;
            let thinned = self.thinned;
            self.seen.retain(|state, _| passes(*state, thinned));
        }
    }

    /// How many there are.
    pub(super) fn seen(&self) -> u64 {
        (self.seen.len() as u64) << self.thinned
    }

    /// How many of them one seed alone has shown.
    pub(super) fn once(&self) -> u64 {
        let once = self.seen.values().filter(|(_, is_once)| *is_once);
        (once.count() as u64) << self.thinned
    }

    /// The first seed of each, and for how many it stands.
    pub(super) fn firsts(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.seen.values().map(|(first, _)| (*first, 1 << self.thinned))
    }

    /// Whether the numbers are estimates.
    pub(super) const fn is_sampled(&self) -> bool {
        self.thinned > 0
    }
}

const DIGITS: usize = 16;

/// The last bit of a state is always set, and left out of account.
const fn passes(state: u64, thinned: u32) -> bool {
    (state >> 1).trailing_zeros() >= thinned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(states: &[u64]) -> String {
        states.iter().map(|state| format!("{state:016x}")).collect()
    }

    /// What there is to know of these.
    fn known(states: &States) -> (u64, u64, Vec<(u64, u64)>) {
        (states.seen(), states.once(), states.firsts().collect())
    }

    #[test]
    fn a_state_is_counted_once_and_belongs_to_its_first_seed_in_whatever_order_they_come() {
        let lines = [(0, vec![1, 3]), (1, vec![3, 5]), (2, vec![5]), (7, vec![1, 9])];
        let of = |order: &[usize]| {
            let mut states = States::default();
            for (seed, found) in order.iter().map(|at| &lines[*at]) {
                states.add(*seed, &text(found)).expect("states");
            }
            known(&states)
        };
        assert_eq!(of(&[0, 1, 2, 3]), (4, 1, vec![(0, 1), (0, 1), (1, 1), (7, 1)]));
        for order in [[3, 2, 1, 0], [2, 3, 0, 1]] {
            assert_eq!(of(&order), of(&[0, 1, 2, 3]));
        }
        assert_eq!(
            of(&[0, 1, 2, 3, 0, 3, 1]),
            of(&[0, 1, 2, 3]),
            "the same seed again is nothing new"
        );
    }

    #[test]
    fn what_is_too_many_to_keep_is_sampled_and_the_sample_is_the_same_in_any_order() {
        let spread = |number: u64| number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let of = |seeds: &mut dyn Iterator<Item = u64>| {
            let mut states = States::keeping(1_000);
            for seed in seeds {
                states.add(seed, &text(&[spread(seed), spread(seed / 2)])).expect("states");
            }
            assert!(states.is_sampled() && states.seen.len() <= 1_000);
            known(&states)
        };
        let (one, other) = (of(&mut (0..20_000)), of(&mut (0..20_000).rev()));
        assert_eq!(one, other);
        assert!((19_000..21_000).contains(&one.0), "{}", one.0);
    }

    #[test]
    fn what_is_no_state_is_refused() {
        for bad in ["abc", "00000000000000zz", "ääääääää", "+000000000000001"] {
            assert_eq!(States::default().add(0, bad), None, "{bad}");
        }
    }
}
