//! Chance from the operating system, for what a node leaves to it.

/// A number below `bound`, each as likely as any other (Lemire 2019, "Fast random integer generation in an interval").
///
/// # Panics
/// Where `bound` is zero, or the system has no random bytes to give.
pub(crate) fn choose(bound: u64) -> u64 {
    assert!(bound > 0, "there is nothing to choose from");
    let threshold = bound.wrapping_neg() % bound;
    loop {
        let wide = u128::from(random()) * u128::from(bound);
        if wide as u64 >= threshold {
            return (wide >> 64) as u64;
        }
    }
}

/// Any number, from the operating system: for names that nobody else has.
pub fn random() -> u64 {
    getrandom::u64().expect("the operating system gives random bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_below_the_bound_is_chosen_and_none_beyond() {
        for bound in [1, 2, 7] {
            let mut seen = vec![false; bound as usize];
            for _ in 0..2_000 {
                seen[choose(bound) as usize] = true;
            }
            assert!(seen.iter().all(|seen| *seen), "{bound}");
        }
        assert!((0..64).any(|_| choose(u64::MAX) > u64::MAX / 2));
    }
}
