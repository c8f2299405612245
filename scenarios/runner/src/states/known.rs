//! The states that all seeds of a hunt have come past, and the curve of those that were new.
//!
//! A state is eight bytes, and at most a million and a half are kept. When there are more, every other one is forgotten, and from then on only those are
//! looked at that would have been kept: a fair sample, chosen by the states themselves, of which each stands for two. So memory is
//! bounded, at 16 MiB, for a hunt of any length, and the numbers are the same whatever thread brought which seed.

use seatrial_history::StateCurve;
use seatrial_search::Seen;

/// More states than this are not kept.
const MOST: usize = 3 << 19;

/// The narrowest point of a curve, in seeds. Points are merged two by two, so that they come to a thousand.
const NARROWEST: u64 = 125;

/// A curve has no more points than this.
const POINTS: usize = 10;

/// What a hunt has seen.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// States by their first bits, with the last bit set where one seed alone has shown it; 0 where there is none.
    table: Vec<u64>,
    kept: usize,
    once: u64,
    most: usize,
    /// Each kept state stands for two to the power of this.
    thinned: u32,
    seeds: u64,
    width: u64,
    fresh: Vec<u64>,
    /// Those of the last seed that it was the first or the second to come past.
    told: Vec<u64>,
}

/// How well a state is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Never,
    Once,
    Often,
}

impl Default for Known {
    fn default() -> Self {
        Self::keeping(MOST)
    }
}

impl Known {
    fn keeping(most: usize) -> Self {
        let (table, fresh, told) = (vec![0; 1 << 10], Vec::new(), Vec::new());
        Self { table, kept: 0, once: 0, most, thinned: 0, seeds: 0, width: NARROWEST, fresh, told }
    }

    /// The next seed came past these, each named once.
    pub(crate) fn add(&mut self, found: &[Seen]) {
        let point = (self.seeds / self.width) as usize;
        if point == POINTS {
            self.widen();
        }
        let point = (self.seeds / self.width) as usize;
        self.fresh.resize(point + 1, 0);
        self.seeds += 1;
        self.told.clear();
        for Seen { state, .. } in found {
            if !self.passes(*state) {
                continue;
            }
            let before = self.see(*state);
            if before == Before::Never {
                self.fresh[point] += 1 << self.thinned;
            }
            if before != Before::Often {
                self.told.push(*state);
            }
        }
    }

    /// The states that the last seed was the first or the second to come past, of those that are kept: all that whoever puts several hunts
    /// together has to know of it.
    pub(crate) fn told(&self) -> &[u64] {
        &self.told
    }

    /// The curve so far.
    pub(crate) fn curve(&self) -> StateCurve {
        StateCurve {
            seeds: self.seeds,
            seen: (self.kept as u64) << self.thinned,
            once: self.once << self.thinned,
            width: self.width,
            fresh: self.fresh.clone(),
            sampled: self.thinned > 0,
        }
    }

    /// Two points become one.
    fn widen(&mut self) {
        self.width *= 2;
        self.fresh = self.fresh.chunks(2).map(|pair| pair.iter().sum()).collect();
    }

    const fn passes(&self, state: u64) -> bool {
        state.trailing_zeros() == 0 && (state >> 1).trailing_zeros() >= self.thinned
    }

    /// Takes a state, and says how well it was known.
    fn see(&mut self, state: u64) -> Before {
        let at = slot(&self.table, state);
        if self.table[at] == 0 {
            self.table[at] = state;
            self.kept += 1;
            self.once += 1;
            self.make_room();
            return Before::Never;
        }
        let was_once = self.table[at] & 1;
        self.once -= was_once;
        self.table[at] = state & !1;
        if was_once == 1 { Before::Once } else { Before::Often }
    }

    fn make_room(&mut self) {
        if self.kept > self.most {
            self.thinned += 1;
            let kept = std::mem::take(&mut self.table);
            self.table = vec![0; kept.len()];
            (self.kept, self.once) = (0, 0);
            kept.into_iter().filter(|state| *state != 0).for_each(|state| self.keep(state));
        } else if self.kept * 4 > self.table.len() * 3 {
            let kept = std::mem::take(&mut self.table);
            self.table = vec![0; kept.len() * 2];
            (self.kept, self.once) = (0, 0);
            kept.into_iter().filter(|state| *state != 0).for_each(|state| self.keep(state));
        }
    }

    fn keep(&mut self, state: u64) {
        if self.passes(state | 1) {
            let at = slot(&self.table, state);
            self.table[at] = state;
            self.kept += 1;
            self.once += state & 1;
        }
    }
}

/// Where a state is, or where it would go.
fn slot(table: &[u64], state: u64) -> usize {
    let mask = table.len() - 1;
    let mut at = (state >> 40) as usize & mask;
    while table[at] != 0 && (table[at] ^ state) > 1 {
        at = (at + 1) & mask;
    }
    at
}

#[cfg(test)]
mod tests {
    use seatrial_node::Duration;
    use seatrial_search::Grain;

    use super::super::mix;
    use super::*;

    fn state(n: u64) -> Seen {
        Seen { state: mix(n) | 1, step: n, at: Duration::ZERO, grain: Grain::Fine }
    }

    #[test]
    fn states_are_counted_once_and_those_of_one_seed_alone_apart() {
        let mut known = Known::default();
        known.add(&[state(1), state(2)]);
        known.add(&[state(2), state(3)]);
        known.add(&[state(2)]);
        let curve = known.curve();
        assert_eq!((curve.seeds, curve.seen, curve.once), (3, 3, 2));
        assert_eq!((curve.fresh, curve.sampled), (vec![3], false));
    }

    #[test]
    fn a_state_is_told_of_the_first_two_seeds_that_show_it() {
        let mut known = Known::default();
        let told = |known: &mut Known, states: &[Seen]| {
            known.add(states);
            known.told().to_vec()
        };
        let (one, two) = (state(1), state(2));
        assert_eq!(told(&mut known, &[one]), [one.state]);
        assert_eq!(told(&mut known, &[two, one]), [two.state, one.state]);
        assert_eq!(told(&mut known, &[one, two]), [two.state]);
        assert!(told(&mut known, &[one, two]).is_empty());
    }

    #[test]
    fn a_curve_of_any_length_has_few_points_and_all_new_states() {
        let mut known = Known::default();
        for seed in 0..70_000 {
            known.add(&[state(seed / 100), state(seed % 7)]);
            assert!(known.fresh.len() <= POINTS);
        }
        let curve = known.curve();
        assert_eq!(curve.width, 8_000);
        assert_eq!(curve.fresh.len(), 9);
        assert_eq!(curve.fresh.iter().sum::<u64>(), curve.seen);
        assert_eq!(curve.seen, 700);
    }

    #[test]
    fn too_many_states_are_estimated_from_a_fair_sample() {
        let mut known = Known::keeping(4_000);
        for seed in 0..50_000 {
            known.add(&[state(seed * 2), state(seed * 2 + 1), state(0)]);
        }
        let curve = known.curve();
        assert!(curve.sampled && known.kept <= 4_000);
        let near = |estimate: u64| (90_000..110_000).contains(&estimate);
        assert!(near(curve.seen) && near(curve.once), "{curve:?}");
    }
}
