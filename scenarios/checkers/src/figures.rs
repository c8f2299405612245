//! What checkers measure, gathered: of one run, and over the runs of a hunt.
//!
//! Figures are gathered run by run, in the order of seeds, and their sums do not depend on which thread made which run.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use seatrial_history::{Amount, Distribution, Figure, Measure, Measured, Theory, Unit};

/// What a checker measured in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What was measured.
    pub measure: &'static Measure,
    /// What came out.
    pub seen: Seen,
    /// What theory says of it, where it does.
    pub theory: Option<Theory>,
}

/// What came out of measuring in one run, as amounts of the measure's unit are held: see [`Amount`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// One amount.
    Amount(u64),
    /// Many, in any order; none is as good as no offer.
    Samples(Vec<u64>),
}

impl Offer {
    /// An amount of the measure's unit.
    ///
    /// # Panics
    /// Where the amount is of another unit.
    pub fn amount(measure: &'static Measure, amount: Amount) -> Self {
        assert!(amount.unit() == measure.unit, "{} is counted in its unit", measure.name);
        Self { measure, seen: Seen::Amount(amount.raw()), theory: None }
    }

    /// Spans of time, in nanoseconds, or thousandths of another unit.
    pub fn samples(measure: &'static Measure, samples: Vec<u64>) -> Self {
        Self { measure, seen: Seen::Samples(samples), theory: None }
    }

    /// With what theory says of it.
    #[must_use]
    pub fn against(mut self, theory: Theory) -> Self {
        self.theory = Some(theory);
        self
    }

    /// The figure of this run; none, where there are no samples.
    pub fn figure(&self) -> Option<Figure> {
        let unit = self.measure.unit;
        let measured = match &self.seen {
            Seen::Amount(raw) => Measured::Amount { value: Amount::from_raw(unit, *raw) },
            Seen::Samples(samples) => {
                let mut spread = Spread::new();
                samples.iter().for_each(|raw| spread.add(*raw));
                Measured::Distribution(spread.distribution(unit)?)
            }
        };
        let name = self.measure.name.to_owned();
        Some(Figure { name, unit, measured, theory: self.theory.clone() })
    }
}

/// The figures of many runs. Samples of all runs are gathered; of amounts there is one a run.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    gathered: BTreeMap<&'static str, Gathered>,
}

#[derive(Clone, Debug)]
struct Gathered {
    unit: Unit,
    spread: Spread,
    theory: Option<Theory>,
}

impl Figures {
    /// Adds what was measured in one more run.
    pub fn add(&mut self, offer: &Offer) {
        let gathered = self.gathered.entry(offer.measure.name).or_insert_with(|| Gathered {
            unit: offer.measure.unit,
            spread: Spread::new(),
            theory: offer.theory.clone(),
        });
        match &offer.seen {
            Seen::Amount(raw) => gathered.spread.add(*raw),
            Seen::Samples(samples) => samples.iter().for_each(|raw| gathered.spread.add(*raw)),
        }
        if gathered.theory != offer.theory {
            gathered.theory = common(gathered.theory.take(), offer.theory.as_ref());
        }
    }

    /// The figures so far, by name.
    pub fn figures(&self) -> Vec<Figure> {
        let figure = |(name, gathered): (&&'static str, &Gathered)| {
            let distribution = gathered.spread.distribution(gathered.unit)?;
            let measured = Measured::Distribution(distribution);
            let (unit, theory) = (gathered.unit, gathered.theory.clone());
            Some(Figure { name: (*name).to_owned(), unit, measured, theory })
        };
        self.gathered.iter().filter_map(figure).collect()
    }
}

/// What two runs have in common of theory: the formula, though not its value.
fn common(one: Option<Theory>, other: Option<&Theory>) -> Option<Theory> {
    let one = one?;
    (other?.formula == one.formula).then_some(Theory { value: None, ..one })
}

/// How values are spread. Its memory grows with the logarithm of the greatest value, and not with how many there are.
#[derive(Clone, Debug)]
struct Spread {
    values: Histogram<u64>,
    /// The histogram rounds; these are exact.
    ends: Option<(u64, u64)>,
}

impl Spread {
    fn new() -> Self {
        let values = Histogram::new(3).expect("a histogram can have three digits");
        Self { values, ends: None }
    }

    fn add(&mut self, value: u64) {
        self.values.record(value.min(GREATEST)).expect("it resizes itself up to that value");
        let (least, greatest) = self.ends.unwrap_or((value, value));
        self.ends = Some((least.min(value), greatest.max(value)));
    }

    fn distribution(&self, unit: Unit) -> Option<Distribution> {
        let (least, greatest) = self.ends?;
        let amount = |raw: u64| Amount::from_raw(unit, raw);
        let quantile = |q| amount(self.values.value_at_quantile(q).clamp(least, greatest));
        Some(Distribution {
            count: self.values.len(),
            min: amount(least),
            median: quantile(0.5),
            p99: quantile(0.99),
            max: amount(greatest),
        })
    }
}

/// The greatest value that is told apart by the quantiles: some 146 years of nanoseconds.
const GREATEST: u64 = 1 << 62;

#[cfg(test)]
mod tests {
    use super::*;

    static TIME: Measure =
        Measure { name: "convergence time", unit: Unit::Time, about: "how long it takes" };
    static COUNT: Measure = Measure { name: "suspicions", unit: Unit::Number, about: "how many" };

    fn theory(value: Option<u64>) -> Theory {
        let amount = |number| Amount::whole(Unit::Number, number);
        Theory { formula: "n²".into(), value: value.map(amount) }
    }

    #[test]
    fn samples_become_a_distribution_that_is_exact_at_its_ends() {
        let figure = Offer::samples(&TIME, (1..=1_000).rev().map(|i| i * 1_001).collect()).figure();
        let Some(Figure { measured: Measured::Distribution(found), .. }) = figure else {
            panic!("a distribution: {figure:?}");
        };
        assert_eq!((found.count, found.min.raw(), found.max.raw()), (1_000, 1_001, 1_001_000));
        let near = |amount: Amount, value: u64| amount.raw().abs_diff(value) * 1_000 <= value;
        assert!(near(found.median, 500_500) && near(found.p99, 990_990), "{found:?}");
    }

    #[test]
    fn nothing_measured_is_no_figure() {
        assert_eq!(Offer::samples(&TIME, Vec::new()).figure(), None);
        assert_eq!(Figures::default().figures(), []);
    }

    #[test]
    fn an_amount_of_each_run_becomes_a_distribution_over_the_runs() {
        let mut figures = Figures::default();
        for number in [3, 1, 2] {
            figures.add(&Offer::amount(&COUNT, Amount::whole(Unit::Number, number)));
        }
        let all = figures.figures();
        let Measured::Distribution(found) = all[0].measured else { panic!("{all:?}") };
        let whole = |number| Amount::whole(Unit::Number, number);
        assert_eq!((found.count, found.min, found.max), (3, whole(1), whole(3)));
        assert_eq!(found.median.to_string(), "2");
    }

    #[test]
    fn runs_may_come_in_any_order() {
        let offer = |value: u64| Offer::samples(&TIME, vec![value, value * value]);
        let gather = |values: &mut dyn Iterator<Item = u64>| {
            let mut figures = Figures::default();
            values.for_each(|value| figures.add(&offer(value)));
            figures.figures()
        };
        assert_eq!(gather(&mut (0..500)), gather(&mut (0..500).rev()));
    }

    #[test]
    fn theory_stays_where_runs_agree_and_keeps_its_formula_where_they_do_not() {
        let offer = |value| {
            Offer::amount(&COUNT, Amount::whole(Unit::Number, 1)).against(theory(Some(value)))
        };
        let mut figures = Figures::default();
        figures.add(&offer(16));
        figures.add(&offer(16));
        assert_eq!(figures.figures()[0].theory, Some(theory(Some(16))));
        figures.add(&offer(25));
        figures.add(&offer(16));
        assert_eq!(figures.figures()[0].theory, Some(theory(None)));
    }

    #[test]
    fn the_greatest_value_there_is_does_no_harm() {
        let figure = Offer::samples(&TIME, vec![u64::MAX, 0]).figure().expect("two samples");
        let Measured::Distribution(found) = figure.measured else { panic!("{figure:?}") };
        assert_eq!((found.min.raw(), found.max.raw()), (0, u64::MAX));
    }
}
