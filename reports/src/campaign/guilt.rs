//! Which kinds of fault tell failing runs from those that hold.
//!
//! Of a kind that has nothing to do with a failure, it bites as often in failing runs as in the others. How surprising it would be to see it
//! bite in so many failing runs by chance is Fisher's exact test, with the numbers of runs as they are and one side only: more often, not
//! less. How much more often is the ratio of the two frequencies, each with half a run added, so that none is nothing.

use libm::{exp, lgamma, log};
use serde::Serialize;

/// How one kind of fault went with failing runs and with those that hold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Guilt {
    /// The kind.
    pub kind: String,
    /// In how many failing runs it took hold of something.
    pub in_failing: u64,
    /// How many runs failed.
    pub failing: u64,
    /// In how many runs that hold it did.
    pub in_holding: u64,
    /// How many held.
    pub holding: u64,
    /// How many times as often it did in failing runs.
    pub ratio: f64,
    /// How likely it would be by chance to do so in as many failing runs, or in more.
    pub p: f64,
    /// Whether that is below one in a hundred, with so many kinds looked at.
    pub tells: bool,
}

/// A kind is told to speak of itself only where chance would show any of those that were looked at so in fewer than one of a hundred reports.
const DOUBT: f64 = 0.01;

/// The kinds, that which tells most first. `counts` are a kind's failing runs and its runs that hold in which it took hold of something.
pub(super) fn guilt(counts: &[(&str, u64, u64)], failing: u64, holding: u64) -> Vec<Guilt> {
    let tried = counts.len().max(1) as f64;
    let mut told: Vec<(f64, Guilt)> = counts
        .iter()
        .map(|(kind, in_failing, in_holding)| {
            let log_p = log_p(*in_failing, failing, *in_holding, holding);
            let often = |bit: u64, runs: u64| (bit as f64 + 0.5) / (runs as f64 + 1.0);
            let guilt = Guilt {
                kind: (*kind).to_owned(),
                in_failing: *in_failing,
                failing,
                in_holding: *in_holding,
                holding,
                ratio: often(*in_failing, failing) / often(*in_holding, holding),
                p: exp(log_p),
                tells: log_p + log(tried) < log(DOUBT),
            };
            (log_p, guilt)
        })
        .collect();
    told.sort_by(|(one, a), (other, b)| {
        one.total_cmp(other)
            .then_with(|| b.ratio.total_cmp(&a.ratio))
            .then_with(|| a.kind.cmp(&b.kind))
    });
    told.into_iter().map(|(_, guilt)| guilt).collect()
}

/// The logarithm of the probability that of `failing` and `holding` runs, of which a kind took hold in `a` and `b`, at least `a` are
/// failing ones, were they drawn without looking.
fn log_p(a: u64, failing: u64, b: u64, holding: u64) -> f64 {
    let [a, failing, bit, holding] = [a, failing, a + b, holding].map(|number| number as f64);
    let all = failing + holding;
    if a == 0.0 || failing == 0.0 || holding == 0.0 {
        return 0.0;
    }
    // Terms fall from the middle on, so the tail that does not hold it is added up.
    if a * all > failing * bit {
        let up = |k: f64| (failing - k) * (bit - k) / ((k + 1.0) * (holding - bit + k + 1.0));
        return log_term(a, failing, bit, all) + log(tail(a, 1.0, failing.min(bit), up));
    }
    let down = |k: f64| k * (holding - bit + k) / ((failing - k + 1.0) * (bit - k + 1.0));
    let least = (bit - holding).max(0.0);
    if a <= least {
        return 0.0;
    }
    let below = log_term(a - 1.0, failing, bit, all) + log(tail(a - 1.0, -1.0, least, down));
    log((1.0 - exp(below)).max(f64::MIN_POSITIVE))
}

/// The probability of `k` failing runs among those with a bite.
fn log_term(k: f64, failing: f64, bit: f64, all: f64) -> f64 {
    let choose = |n: f64, k: f64| lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
    choose(failing, k) + choose(all - failing, bit - k) - choose(all, bit)
}

/// The sum of the terms from `k` to `last`, in multiples of the first, given how each follows from the one before.
fn tail(mut k: f64, step: f64, last: f64, next: impl Fn(f64) -> f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    while k != last && term > sum * f64::EPSILON {
        term *= next(k);
        sum += term;
        k += step;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(a: u64, failing: u64, b: u64, holding: u64) -> f64 {
        exp(log_p(a, failing, b, holding))
    }

    fn near(one: f64, other: f64) -> bool {
        (one - other).abs() < other * 1e-9
    }

    #[test]
    fn the_probability_is_that_of_fishers_lady_and_of_counting() {
        // Eight cups of tea, four of each kind: all told right in one of 70 ways, three and more in 17.
        assert!(near(p(4, 4, 0, 4), 1.0 / 70.0));
        assert!(near(p(3, 4, 1, 4), 17.0 / 70.0));
        assert!(near(p(2, 4, 2, 4), 53.0 / 70.0));
        assert!(near(p(1, 4, 3, 4), 69.0 / 70.0));
        assert!(near(p(0, 4, 4, 4), 1.0));
    }

    #[test]
    fn more_runs_make_the_same_frequencies_tell_more_and_never_leave_the_numbers() {
        assert!(p(30, 40, 300, 1_000) < p(3, 4, 30, 100));
        let huge = log_p(400_000, 500_000, 100, 500_000);
        assert!(huge.is_finite() && huge < -100_000.0, "{huge}");
        assert!(near(p(100, 500_000, 400_000, 500_000), 1.0));
        for (failing, holding) in [(0, 9), (9, 0), (0, 0), (1, 1)] {
            assert!(near(
                p(failing, failing, 0, holding),
                if failing * holding == 0 { 1.0 } else { 0.5 }
            ));
        }
    }

    #[test]
    fn the_kind_that_goes_with_failing_runs_comes_first_and_one_that_is_everywhere_last() {
        let told = guilt(&[("loss", 20, 500), ("crash", 20, 50), ("pause", 0, 100)], 20, 500);
        let kinds: Vec<&str> = told.iter().map(|guilt| guilt.kind.as_str()).collect();
        assert_eq!(kinds, ["crash", "loss", "pause"]);
        assert!(told[0].tells && told[0].ratio > 9.0, "{:?}", told[0]);
        assert!(!told[1].tells && near(told[1].p, 1.0), "{:?}", told[1]);
        assert!(!told[2].tells && told[2].ratio < 1.0, "{:?}", told[2]);
    }

    #[test]
    fn what_chance_may_well_show_tells_nothing() {
        let told = guilt(&[("crash", 2, 40)], 2, 100);
        assert!(!told[0].tells && told[0].p > 0.1, "{:?}", told[0]);
    }
}
