//! Holds what was measured against the bounds that a scenario sets.

use seatrial_checkers::delivery::MESSAGES;
use seatrial_checkers::{Offer, Seen};
use seatrial_history::{Amount, Judgement, Measure, Moment, Theory, Verdict, Violation};
use seatrial_node::intern;

use crate::judges::Judges;
use crate::registry::Protocol;
use crate::scenario::{BoundSpec, Limit, Scenario, unknown as unknown_name};

/// The bounds that a scenario sets, each on something that its judges measure.
///
/// # Errors
/// Which key of which table is wrong, and why.
pub(crate) fn all<'s>(
    scenario: &'s Scenario,
    protocol: &Protocol,
    judges: Judges,
) -> Result<Vec<Bound>, (&'static str, &'s str, String)> {
    // What is counted only if somebody asks can be bounded too.
    let judges = if protocol.has_theory(&MESSAGES) { judges.with_cost() } else { judges };
    let bound = |(name, spec): (&'s String, &BoundSpec)| {
        let wrong = |what| ("judge.bounds", name.as_str(), what);
        let measure = judges.measures().find(|measure| measure.name == name);
        let measure = measure.ok_or_else(|| {
            let known = judges.measures().map(|measure| measure.name);
            wrong(unknown_name("figure of these checkers", name, known))
        })?;
        Bound::new(spec, *measure, protocol.has_theory(measure)).map_err(wrong)
    };
    scenario.judge.bounds.iter().map(bound).collect()
}

/// A bound on a figure.
#[derive(Clone, Debug)]
pub(crate) struct Bound {
    pub(crate) measure: Measure,
    /// `messages per broadcast at most 40`.
    property: &'static str,
    limit: Limit,
}

impl Bound {
    /// The bound that a scenario sets on this measure, which theory speaks of or does not.
    ///
    /// # Errors
    /// Why it makes no sense.
    pub(crate) fn new(spec: &BoundSpec, measure: Measure, in_theory: bool) -> Result<Self, String> {
        let limit = spec.limit(&measure)?;
        let name = measure.name;
        let property = match limit {
            Limit::AtMost(most) => format!("{name} at most {most}"),
            Limit::AtLeast(least) => format!("{name} at least {least}"),
            Limit::OfTheory(_) if !in_theory => {
                let what =
                    format!("theory says nothing of {name} here; give a number with at_most");
                return Err(what);
            }
            Limit::OfTheory(times) => format!("{name} at most {} theory's", times_of(times)),
        };
        Ok(Self { measure, property: intern(&property), limit })
    }

    /// The word on a whole run in which this was measured; nothing is, if the run was broken off.
    pub(crate) fn judge(&self, offers: Option<&[Offer]>, end: Moment) -> Judgement {
        let verdict = match offers {
            None => unknown("the run was broken off"),
            Some(offers) => {
                let offer = offers.iter().find(|offer| offer.measure.name == self.measure.name);
                offer.map_or_else(|| unknown("there was nothing to measure"), |o| self.word(o, end))
            }
        };
        Judgement { property: self.property.to_owned(), verdict }
    }

    fn word(&self, offer: &Offer, end: Moment) -> Verdict {
        let theory = offer.theory.as_ref();
        let (breach, allowed) = match self.limit {
            Limit::AtMost(most) => (worst(offer, u64::max).filter(|raw| *raw > most.raw()), most),
            Limit::AtLeast(least) => {
                (worst(offer, u64::min).filter(|raw| *raw < least.raw()), least)
            }
            Limit::OfTheory(times) => {
                let Some(value) = theory.and_then(|theory| theory.value) else {
                    return unknown("theory gave no number for this run");
                };
                let most = u128::from(value.raw()) * u128::from(times) / 1_000;
                let most = u64::try_from(most).unwrap_or(u64::MAX);
                let most = Amount::from_raw(value.unit(), most);
                (worst(offer, u64::max).filter(|raw| *raw > most.raw()), most)
            }
        };
        breach.map_or(Verdict::Holds, |raw| {
            let came = Amount::from_raw(self.measure.unit, raw);
            Verdict::Violated(self.breach(came, allowed, theory, end))
        })
    }

    fn breach(
        &self,
        came: Amount,
        allowed: Amount,
        theory: Option<&Theory>,
        end: Moment,
    ) -> Violation {
        let name = self.measure.name;
        let side = if matches!(self.limit, Limit::AtLeast(_)) { "least" } else { "most" };
        let times = match self.limit {
            Limit::OfTheory(times) => format!(", that is {} theory's", times_of(times)),
            _ => String::new(),
        };
        let says = theory.map_or_else(String::new, |Theory { formula, value }| match value {
            Some(value) => format!(" Theory says {value} ({formula})."),
            None => format!(" Theory says {formula}."),
        });
        Violation {
            property: self.property,
            source: "the scenario's bounds",
            explanation: format!(
                "{name}: {came} in this run, where at {side} {allowed} is allowed{times}.{says}"
            ),
            at: Some(end),
            evidence: vec![format!("{name}: {}", self.measure.about).into()],
        }
    }
}

fn unknown(why: &str) -> Verdict {
    Verdict::Unknown { why: why.to_owned() }
}

/// The amount that is likeliest to break a bound on this side.
fn worst(offer: &Offer, of: fn(u64, u64) -> u64) -> Option<u64> {
    match &offer.seen {
        Seen::Amount(raw) => Some(*raw),
        Seen::Samples(samples) => samples.iter().copied().reduce(of),
    }
}

/// `1.5 times`.
fn times_of(thousandths: u64) -> String {
    format!("{} times", Amount::from_raw(seatrial_history::Unit::Number, thousandths))
}

#[cfg(test)]
mod tests {
    use seatrial_checkers::delivery::Cost;
    use seatrial_history::Unit;

    use super::*;

    static MESSAGES: Measure =
        Measure { name: "messages per broadcast", unit: Unit::Number, about: "how many" };
    static TIME: Measure =
        Measure { name: "convergence time", unit: Unit::Time, about: "how long" };

    fn bound(text: &str, measure: Measure) -> Bound {
        let table: std::collections::BTreeMap<String, BoundSpec> =
            toml::from_str(&format!("bound = {text}")).expect("TOML");
        Bound::new(&table["bound"], measure, true).expect("it makes sense")
    }

    fn offer(number: u64) -> Offer {
        let amount = |number| Amount::whole(Unit::Number, number);
        let theory = Theory { formula: "n".into(), value: Some(amount(4)) };
        Offer::amount(&MESSAGES, amount(number)).against(theory)
    }

    fn violation(bound: &Bound, offer: Offer) -> Option<Violation> {
        let judgement = bound.judge(Some(&[offer]), Moment::default());
        judgement.verdict.violation().cloned()
    }

    #[test]
    fn a_breach_names_what_was_measured_the_bound_and_theory() {
        let bound = bound("{ of_theory = 1.5 }", MESSAGES);
        assert_eq!(violation(&bound, offer(6)), None);
        let violation = violation(&bound, offer(7)).expect("7 is more than 6");
        assert_eq!(violation.property, "messages per broadcast at most 1.5 times theory's");
        assert_eq!(
            violation.explanation,
            "messages per broadcast: 7 in this run, where at most 6 is allowed, that is 1.5 times theory's. \
             Theory says 4 (n)."
        );
    }

    #[test]
    fn of_a_distribution_the_worst_sample_counts() {
        let samples = |samples| Offer::samples(&TIME, samples);
        let at_most = bound("\"5ns\"", TIME);
        assert!(violation(&at_most, samples(vec![1, 6, 2])).is_some());
        assert_eq!(violation(&at_most, samples(vec![1, 5, 2])), None);
        let at_least = bound("{ at_least = \"2ns\" }", TIME);
        assert!(violation(&at_least, samples(vec![3, 1])).is_some());
        assert_eq!(violation(&at_least, samples(vec![3, 2])), None);
    }

    #[test]
    fn what_was_not_measured_is_unknown_and_no_pass() {
        let bound = bound("40", MESSAGES);
        for offers in [None, Some(&[][..])] {
            let verdict = bound.judge(offers, Moment::default()).verdict;
            assert!(matches!(verdict, Verdict::Unknown { .. }), "{verdict:?}");
        }
    }

    #[test]
    fn a_multiple_of_what_theory_does_not_say_is_refused() {
        let table: std::collections::BTreeMap<String, BoundSpec> =
            toml::from_str("bound = { of_theory = 2 }").expect("TOML");
        let said = Bound::new(&table["bound"], TIME, false).expect_err("no theory");
        assert!(said.contains("theory says nothing"), "{said}");
    }

    /// What is said of the library's gossip with these bounds in place of its own.
    fn refused(bounds: &str) -> String {
        let entry = crate::LIBRARY.iter().find(|entry| entry.name == "gossip-broadcast");
        let text = entry.expect("it is in the library").text;
        let (above, _) = text.split_once("[judge.bounds]").expect("it has bounds");
        let text = format!("{above}{bounds}");
        let prepared = Scenario::parse("a.toml", &text)
            .and_then(|scenario| crate::Prepared::new(&crate::Registry::ours(), scenario, None));
        let said = prepared.expect_err(bounds).to_string();
        let line = above.lines().count() + 1 + usize::from(bounds.contains("[judge.bounds]"));
        assert!(said.starts_with(&format!("a.toml:{line}: ")), "{said}, at {line}");
        said
    }

    #[test]
    fn a_bound_that_makes_no_sense_is_refused_at_its_line() {
        let said = refused("[judge.bounds]\n\"mesages per broadcast\" = 40\n");
        assert!(said.contains("did you mean `messages per broadcast`?"), "{said}");
        let said = refused("bounds = { \"messages per brodcast\" = 40 }\n");
        assert!(said.contains("did you mean `messages per broadcast`?"), "{said}");
        let said = refused("[judge.bounds]\n\"convergence time\" = 40\n");
        assert!(said.contains("a time is wanted"), "{said}");
        let said = refused("[judge.bounds]\n\"members reached\" = { of_theory = 2 }\n");
        assert!(said.contains("theory says nothing"), "{said}");
    }

    /// The figures of a hunt, with so many threads.
    fn figures(jobs: usize) -> Vec<seatrial_history::Figure> {
        let scenario =
            crate::Registry::ours().scenario("gossip-broadcast").expect("it is in the library");
        let prepared = crate::Prepared::new(&crate::Registry::ours(), scenario, None);
        let options = crate::HuntOptions { seeds: Some(40), jobs, ..Default::default() };
        let stop = std::sync::atomic::AtomicBool::new(false);
        crate::hunt(&prepared.expect("it makes sense"), &options, &stop, &mut |_, _| {})
            .account
            .figures
    }

    #[test]
    fn the_figures_of_a_hunt_are_the_same_with_any_number_of_threads() {
        let one = figures(1);
        assert_eq!(one, figures(3));
        let names: Vec<_> = one.iter().map(|figure| figure.name.as_str()).collect();
        assert_eq!(names, ["convergence time", "members reached"], "what costs nothing");
    }

    #[test]
    fn a_run_counts_messages_and_is_the_same_run_as_without_counting() {
        let scenario = crate::Registry::ours()
            .scenario("best-effort-broadcast")
            .expect("it is in the library");
        let prepared = crate::Prepared::new(&crate::Registry::ours(), scenario, None);
        let prepared = prepared.expect("it makes sense");
        let account = prepared.run(5);
        let figure = account.figures.iter().find(|figure| figure.name == MESSAGES.name);
        let theory = figure.and_then(|figure| figure.theory.as_ref()).expect("it is counted");
        assert_eq!(theory.formula, "n");
        assert_eq!(theory.value, Some(Amount::whole(Unit::Number, 7)), "seed 5 draws seven nodes");
        let mut hashes = Vec::new();
        let options = crate::HuntOptions { first_seed: 5, seeds: Some(1), ..Default::default() };
        let stop = std::sync::atomic::AtomicBool::new(false);
        crate::hunt(&prepared, &options, &stop, &mut |ran, _| {
            hashes.push(ran.result().hash.clone())
        });
        assert_eq!(hashes, [account.hash]);
    }

    #[test]
    fn every_broadcast_that_theory_counts_tells_its_messages_and_bytes() {
        let registry = crate::Registry::ours();
        let counted = registry.protocols().iter().filter(|known| known.has_theory(&MESSAGES));
        let mut names = Vec::new();
        for protocol in counted {
            let scenario = crate::Registry::ours()
                .scenario(protocol.name())
                .expect("it has a scenario of its name");
            let prepared = crate::Prepared::new(&registry, scenario, None);
            let account = prepared.expect("it makes sense").run(1);
            for measure in seatrial_checkers::Checker::measures(&Cost::new()) {
                let told = account.figures.iter().any(|figure| figure.name == measure.name);
                assert!(told, "{}: {}", protocol.name(), measure.name);
            }
            names.push(protocol.name());
        }
        assert!(names.len() >= 9, "{names:?}");
    }
}
