//! The rolling hash by which two runs are compared: equal hashes mean, for all practical purposes, equal runs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The hash of everything that happened so far, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RunHash(u64);

impl RunHash {
    pub(crate) const START: Self = Self(0x5ea7_71a1_0000_0001);

    /// The hash as a number.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// Takes in one event: what kind it was and between whom, when, and its content.
    ///
    /// A 64-by-64-bit multiplication folded in half, as wyhash does: two of them a step, no table and no branch.
    #[inline]
    pub(crate) fn mix(&mut self, what: u64, when: u64, content: u64) {
        let step = fold(what ^ self.0, when ^ 0x9e37_79b9_7f4a_7c15);
        self.0 = fold(step ^ content, self.0.rotate_left(29) | 1);
    }
}

impl fmt::Display for RunHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_time_and_content_all_count() {
        let hash = |steps: &[(u64, u64, u64)]| {
            let mut hash = RunHash::START;
            for (what, when, content) in steps {
                hash.mix(*what, *when, *content);
            }
            hash
        };
        let base = hash(&[(1, 10, 5), (2, 20, 6)]);
        assert_eq!(base, hash(&[(1, 10, 5), (2, 20, 6)]));
        assert_ne!(base, hash(&[(2, 20, 6), (1, 10, 5)]));
        assert_ne!(base, hash(&[(1, 11, 5), (2, 20, 6)]));
        assert_ne!(base, hash(&[(1, 10, 4), (2, 20, 6)]));
    }

    #[test]
    fn zeros_do_not_stop_the_mixing() {
        let mut hash = RunHash::START;
        let mut seen = Vec::new();
        for _ in 0..1_000 {
            hash.mix(0, 0, 0);
            assert!(!seen.contains(&hash), "the hash has come back to where it was");
            seen.push(hash);
        }
    }
}
