//! What a hunt's end allows to believe.

use seatrial_history::{HuntAccount, StrategyInfo};

use crate::numbers::{count, of};
use crate::page::Page;

/// What so many clean seeds bound, or after how many a mended bug may be believed to be gone.
pub(super) fn confidence(hunt: &HuntAccount, page: &Page) -> String {
    if hunt.seeds == 0 || hunt.unknown > 0 {
        return String::new();
    }
    let (runs, broken) = independent(hunt);
    let mut said = vec![match (runs, hunt.violated, broken) {
        (0, ..) => GUIDED.to_owned(),
        (_, 0, _) => clean(runs) + mixed(hunt),
        (_, _, 0) => format!(
            "none of the {} broke a property but guided ones. {GUIDED}",
            of(runs, "run", "runs")
        ),
        _ => after_a_fix(broken, runs),
    }];
    if hunt.violated == 0 {
        said.extend(hunt.strategies.iter().filter_map(depth));
    }
    let lines = said.iter().map(|line| page.wrap(line, "  ", "  "));
    page.title("confidence") + &lines.collect::<String>()
}

/// How many runs were chosen by seeds that know nothing of each other, and how many of them broke a property. Only these are a sample.
fn independent(hunt: &HuntAccount) -> (u64, u64) {
    let guided = hunt.strategies.iter().find(|strategy| strategy.name == "guided");
    let (runs, violated) = guided.map_or((0, 0), |guided| (guided.runs, guided.violated));
    (hunt.seeds - runs.min(hunt.seeds), hunt.violated - violated.min(hunt.violated))
}

/// What such runs are a sample of, where several strategies chose them.
fn mixed(hunt: &HuntAccount) -> &'static str {
    match hunt.strategies.iter().filter(|strategy| strategy.name != "guided").count() {
        0 | 1 => "",
        _ => {
            ", counted among runs that these strategies choose in the same proportion; guided ones do not count"
        }
    }
}

const GUIDED: &str = "guided runs are chosen by what was found, so that their number bounds nothing: replay the kept cases once it is mended";

/// One who has seen none of so many is wrong about what is more frequent than that in one case of twenty.
const DOUBT: f64 = 0.05;

/// The rule of three: in `seeds` runs without a failure, one of probability `p` would have stayed unseen with (1−p)^seeds. So few that
/// they bound nothing below one half say only how little they say.
fn clean(seeds: u64) -> String {
    let rate = -libm::expm1(libm::log(DOUBT) / seeds as f64);
    match libm::floor(1.0 / rate) as u64 {
        0 | 1 => format!(
            "{} little: a failure that comes in every second seed would have stayed unseen with a probability of {:.0} %",
            of(seeds, "seed says", "seeds say"),
            100.0 * libm::pow(0.5, seeds as f64)
        ),
        one_of => format!(
            "a failure that comes in one of {} seeds, or more often, would have been seen with a probability of 95 %",
            count(one_of)
        ),
    }
}

/// How many clean seeds it takes to believe that what broke so many is gone.
fn after_a_fix(broken: u64, seeds: u64) -> String {
    let least = least_mean(broken) / seeds as f64;
    let wanted = libm::ceil(libm::log(DOUBT) / libm::log1p(-least.min(0.999)));
    format!(
        "{} of {} broke a property: once that is mended, {} wanted to believe it with a probability of 95 %",
        count(broken),
        of(seeds, "seed", "seeds"),
        of(wanted as u64, "clean seed is", "clean seeds are")
    )
}

/// The least mean of a Poisson distribution that shows so many, or more, in one case of twenty (F. Garwood, *Fiducial Limits for the
/// Poisson Distribution*, Biometrika 1936).
fn least_mean(seen: u64) -> f64 {
    let (mut low, mut high) = (0.0, seen as f64);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if at_least(seen, middle) < DOUBT { low = middle } else { high = middle }
    }
    low
}

/// The probability of so many or more, for this mean.
fn at_least(seen: u64, mean: f64) -> f64 {
    let mut term = libm::exp(-mean);
    let mut below = 0.0;
    for number in 0..seen.min(MANY) {
        below += term;
        term *= mean / (number + 1) as f64;
    }
    1.0 - below
}

/// Of more than that the mean is near enough to what was seen.
const MANY: u64 = 500;

/// What the strategy's theorem says of so many runs.
fn depth(strategy: &StrategyInfo) -> Option<String> {
    let StrategyInfo { name, depth, actors, events, runs, .. } = strategy;
    let depth = depth.filter(|_| *runs > 0)?;
    let one_in = libm::pow(*events as f64, f64::from(depth - 1)) * *actors as f64;
    let missed = libm::exp(libm::log1p(-1.0 / one_in) * *runs as f64);
    Some(format!(
        "{name}: a bug of depth {depth} that the order of the first {} events decides shows in one of {} runs at least ({} nodes and \
         clients, among so many events are the points of change: n·k^(d−1)), so {} would have shown it with a probability of {}",
        count(*events),
        count(one_in as u64),
        count(*actors),
        of(*runs, "run", "runs"),
        percent(1.0 - missed)
    ))
}

/// A probability of which neither end is told unless it is meant.
fn percent(probability: f64) -> String {
    match 100.0 * probability {
        some if some < 0.1 => "less than 0.1 %".to_owned(),
        some if some > 99.9 => "more than 99.9 %".to_owned(),
        some => format!("{some:.1} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn clean_seeds_bound_what_was_not_seen_by_the_rule_of_three() {
        assert!(clean(1_000).contains("one of 334 seeds"), "{}", clean(1_000));
        let few = [1, 4].map(clean);
        assert!(
            few[0].starts_with("1 seed says little: ") && few[0].ends_with("of 50 %"),
            "{few:?}"
        );
        assert!(
            few[1].starts_with("4 seeds say little: ") && few[1].ends_with("of 6 %"),
            "{few:?}"
        );
        assert!(clean(5).contains("one of 2 seeds,"), "{}", clean(5));
    }

    #[test]
    fn a_rarer_failure_wants_more_clean_seeds_before_its_end_is_believed() {
        assert!((least_mean(1) - 0.0513).abs() < 0.0001, "{}", least_mean(1));
        assert!((least_mean(3) - 0.8177).abs() < 0.0001, "{}", least_mean(3));
        assert!((least_mean(10) - 5.4254).abs() < 0.0001, "{}", least_mean(10));
        let wanted = after_a_fix(10, 1_000);
        assert!(wanted.contains("551 clean seeds"), "{wanted}");
    }

    #[test]
    fn a_strategy_bounds_what_its_theorem_says() {
        let (name, depth) = ("pct:2".to_owned(), Some(2));
        let (actors, events, runs, states, violated) = (3, 300, 900, 0, 0);
        let strategy = StrategyInfo { name, depth, actors, events, runs, states, violated };
        let said = super::depth(&strategy).expect("it bounds something");
        assert!(said.contains("one of 900 runs") && said.contains("63.2 %"), "{said}");
        let few = super::depth(&StrategyInfo { depth: Some(4), ..strategy.clone() });
        assert!(few.is_some_and(|said| said.ends_with("less than 0.1 %")));
        let sure = super::depth(&StrategyInfo { depth: Some(1), ..strategy.clone() });
        assert!(sure.is_some_and(|said| said.ends_with("more than 99.9 %")));
        let none = StrategyInfo { depth: None, ..strategy };
        assert_eq!(super::depth(&none), None);
    }

    #[test]
    fn what_several_strategies_chose_is_a_sample_of_their_mixture() {
        let by = |name: &str| {
            let (name, depth) = (name.to_owned(), None);
            let (actors, events, runs, states, violated) = (3, 300, 100, 0, 0);
            StrategyInfo { name, depth, actors, events, runs, states, violated }
        };
        let said = |strategies: Vec<StrategyInfo>| {
            confidence(&HuntAccount { strategies, ..samples::hunt() }, &samples::PAGE)
        };
        let mixture = said(vec![by("random"), by("pos"), by("guided")]);
        assert!(mixture.contains("these strategies choose"), "{mixture}");
        let alone = said(vec![by("random"), by("guided")]);
        assert!(alone.contains("95 %") && !alone.contains("these strategies"), "{alone}");
    }
}
