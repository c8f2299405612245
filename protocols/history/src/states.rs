//! How many abstract states of the whole system a hunt came past, and when they were new: whether more seeds still teach.

use serde::Serialize;

/// The abstract states that the seeds of a hunt came past. A state is new to the first seed that shows it, in the order of seeds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StateCurve {
    /// How many seeds were looked at.
    pub seeds: u64,
    /// How many different states they showed.
    pub seen: u64,
    /// How many of these one seed alone showed.
    pub once: u64,
    /// For how many seeds each point of the curve stands; the last may stand for fewer.
    pub width: u64,
    /// The curve: how many states were new.
    pub fresh: Vec<u64>,
    /// There were too many to keep all: the numbers are estimates, from a fair sample.
    pub sampled: bool,
}

impl StateCurve {
    /// How many states the next thousand seeds are expected to add, as long as they go on as the next one will: of the states of the next
    /// seed, as many are expected to be new as there are in the mean seed that no other one shows (Good 1953, after Turing).
    pub const fn next_thousand(&self) -> u64 {
        match self.seeds {
            0 => 0,
            seeds => self.once.saturating_mul(1_000) / seeds,
        }
    }

    /// Whether more seeds still teach: whether a thousand more would show a state for each hundred that are known.
    pub const fn still_teaches(&self) -> bool {
        self.next_thousand().saturating_mul(100) >= self.seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_one_seed_alone_tell_how_many_are_still_unseen() {
        let curve = |seen, once| StateCurve { seeds: 2_000, seen, once, ..StateCurve::default() };
        assert_eq!(curve(900, 600).next_thousand(), 300);
        assert!(curve(900, 600).still_teaches());
        assert!(!curve(100_000, 1_800).still_teaches(), "900 new to 100,000 known");
        assert_eq!(StateCurve::default().next_thousand(), 0);
    }
}
