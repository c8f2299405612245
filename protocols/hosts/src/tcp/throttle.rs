//! Refusals in the log: the first of a kind is told at once, and while more of its kind come, how many, every ten seconds.
//!
//! Who is refused comes again, often many times a second, and the metrics count each. A log that fills the disk helps nobody.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

/// How often refusals of one kind are told.
const AGAIN: Duration = Duration::from_secs(10);

/// When each kind was told last, and how many have come since.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    told: BTreeMap<&'static str, (Instant, u64)>,
}

impl Throttle {
    /// Another one of this kind. Returns how many were left out since the last that was told, where this one is to be told.
    pub(crate) fn admit(&mut self, kind: &'static str, now: Instant) -> Option<u64> {
        match self.told.get_mut(kind) {
            Some((told, left_out)) if now.duration_since(*told) < AGAIN => {
                *left_out += 1;
                None
            }
            found => {
                let left_out = found.map_or(0, |(_, left_out)| *left_out);
                self.told.insert(kind, (now, 0));
                Some(left_out)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_told_once_in_a_while_with_how_many_were_left_out() {
        let (mut throttle, begun) = (Throttle::default(), Instant::now());
        assert_eq!(throttle.admit("cluster", begun), Some(0));
        for _ in 0..1_000 {
            assert_eq!(throttle.admit("cluster", begun), None);
        }
        assert_eq!(throttle.admit("plain", begun), Some(0), "another kind");
        assert_eq!(throttle.admit("cluster", begun + AGAIN), Some(1_000));
        assert_eq!(throttle.admit("cluster", begun + AGAIN), None);
        assert_eq!(throttle.admit("cluster", begun + AGAIN * 2), Some(1));
    }
}
