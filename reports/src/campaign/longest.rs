//! The few greatest of many.

use seatrial_history::{Outcome, SeedLine};
use seatrial_node::Duration;
use serde::Serialize;

/// How many are kept.
const SHOWN: usize = 10;

/// A run that is longer than others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LongRun {
    /// Its seed.
    pub seed: u64,
    /// What it came to.
    pub outcome: Outcome,
    /// How many events happened.
    pub events: u64,
    /// How long it was, by its own clock.
    pub virtual_time: Duration,
    /// How long it took, in real time, where that was written down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wall: Option<Duration>,
}

impl LongRun {
    pub(super) fn of(line: &SeedLine, wall: Option<Duration>) -> Self {
        let SeedLine { seed, outcome, events, virtual_time, .. } = *line;
        Self { seed, outcome, events, virtual_time, wall }
    }
}

/// The longest runs by some measure, the longest first; of equals the first.
#[derive(Debug, Default)]
pub(super) struct Longest(Vec<(u64, LongRun)>);

impl Longest {
    pub(super) fn add(&mut self, measure: u64, run: LongRun) {
        let before = |(known, other): &(u64, LongRun)| {
            (*known, std::cmp::Reverse(other.seed)) > (measure, std::cmp::Reverse(run.seed))
        };
        let at = self.0.partition_point(before);
        if at < SHOWN {
            self.0.insert(at, (measure, run));
            self.0.truncate(SHOWN);
        }
    }

    pub(super) fn into_runs(self) -> Vec<LongRun> {
        self.0.into_iter().map(|(_, run)| run).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn the_longest_are_kept_whatever_their_order_and_of_equals_the_first() {
        let of = |seeds: &mut dyn Iterator<Item = u64>| {
            let mut longest = Longest::default();
            for seed in seeds {
                let line = samples::seed(seed, Outcome::Holds);
                longest.add(seed / 3, LongRun::of(&line, None));
            }
            longest.into_runs().iter().map(|run| run.seed).collect::<Vec<_>>()
        };
        assert_eq!(of(&mut (0..30)), [27, 28, 29, 24, 25, 26, 21, 22, 23, 18]);
        assert_eq!(of(&mut (0..30).rev()), of(&mut (0..30)));
    }
}
