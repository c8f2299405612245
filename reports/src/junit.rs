//! A hunt and a run as JUnit XML, which CI services show as tests: of a hunt one for the whole, and one for each seed that was kept
//! because it failed or could not be judged; of a run one for each property.

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};
use seatrial_history::{
    Account, Distribution, Figure, HuntAccount, Judgement, Measured, Outcome, TraceLine, Verdict,
};

use crate::json::broken;
use crate::numbers::{count, of};
use crate::{Page, terminal};

/// The hunt as an XML document. A hunt that was interrupted, or that could not judge a seed, is an error and no success.
pub fn hunt(hunt: &HuntAccount) -> String {
    let name = terminal::subject(&hunt.scenario, hunt.mutant.as_deref());
    let mut suite = TestSuite::new(name.clone());
    suite.add_property(("protocol", hunt.protocol.as_str()));
    suite.add_property(number("first_seed", hunt.first_seed));
    suite.add_property(number("seeds", hunt.seeds));
    suite.add_property(number("events", hunt.events));
    suite.add_property(("virtual_time", hunt.virtual_time.to_string().as_str()));
    suite.add_properties(hunt.figures.iter().map(figure));
    suite.add_test_case(whole(hunt, &name));
    let told = hunt.failures.iter().chain(&hunt.unknown_runs);
    suite.add_test_cases(told.map(|account| failure(account, &name)));
    document(suite)
}

/// One run as an XML document: a property that is violated is a failure, one that nobody can judge an error. What is excused, and what
/// nobody can judge because the run ended where another property broke, is skipped. The account stands with the suite.
pub fn run(account: &Account, trace: &[TraceLine]) -> String {
    let name = terminal::subject(&account.scenario, account.mutant.as_deref());
    let mut suite = TestSuite::new(format!("{name}, seed {}", account.seed));
    suite.add_property(("protocol", account.protocol.as_str()));
    suite.add_property(number("seed", account.seed));
    suite.add_property(number("events", account.end.step));
    suite.add_property(("virtual_time", account.end.time.to_string().as_str()));
    suite.add_property(("hash", account.hash.as_str()));
    suite.add_property(("replay", account.replay.as_str()));
    suite.add_properties(account.figures.iter().map(figure));
    suite.add_test_cases(account.judgements.iter().map(|judged| property(judged, account, &name)));
    suite.set_system_out(terminal::account(account, trace, &Page::default()));
    document(suite)
}

fn document(suite: TestSuite) -> String {
    let mut report = Report::new("seatrial");
    report.add_test_suite(suite);
    report.to_string().expect("a report in memory is written whole")
}

/// What was said of one property of a run.
fn property(judged: &Judgement, account: &Account, class: &str) -> TestCase {
    let skipped = |why: &str| {
        let mut status = TestCaseStatus::skipped();
        status.set_message(why);
        status
    };
    let status = match &judged.verdict {
        Verdict::Holds => TestCaseStatus::success(),
        Verdict::Violated(violation) if account.outcome() == Outcome::Excused => {
            skipped(&format!("excused, {}: {}", account.excuses.join("; "), violation.explanation))
        }
        Verdict::Violated(violation) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(violation.source);
            status.set_message(violation.explanation.as_str());
            let evidence = violation.evidence.iter().map(|line| line.text.as_str());
            status.set_description(evidence.collect::<Vec<_>>().join("\n"));
            status
        }
        Verdict::Unknown { why } if !broken(account).is_empty() => skipped(why),
        Verdict::Unknown { why } => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_message(why.as_str());
            status
        }
    };
    let mut case = TestCase::new(judged.property.as_str(), status);
    case.set_classname(class);
    case
}

fn number(name: &str, value: u64) -> Property {
    Property::new(name, value.to_string())
}

/// A figure's median and its ends, in a line.
fn figure(figure: &Figure) -> Property {
    let text = match figure.measured {
        Measured::Amount { value } => value.to_string(),
        Measured::Distribution(Distribution { min, median, p99, max, .. }) => {
            format!("median {median}, min {min}, p99 {p99}, max {max}")
        }
    };
    Property::new(figure.name.as_str(), text)
}

fn whole(hunt: &HuntAccount, class: &str) -> TestCase {
    let failed = |kind, what: String| {
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(what);
        status
    };
    let status = if hunt.violated > 0 {
        let told = of(hunt.failures.len() as u64, "is", "are");
        let broke = of(hunt.violated, "seed", "seeds");
        let what = format!("{broke} of {} broke a property; {told} told here", count(hunt.seeds));
        failed(NonSuccessKind::Failure, what)
    } else if hunt.interrupted {
        let what = format!("interrupted after {}", of(hunt.seeds, "seed", "seeds"));
        failed(NonSuccessKind::Error, what)
    } else if hunt.unknown > 0 {
        let what = format!("{} could not be judged", of(hunt.unknown, "seed", "seeds"));
        failed(NonSuccessKind::Error, what)
    } else {
        TestCaseStatus::success()
    };
    let mut case = TestCase::new("every seed holds", status);
    case.set_classname(class);
    case
}

fn failure(account: &Account, class: &str) -> TestCase {
    let properties = broken(account);
    let mut status = TestCaseStatus::non_success(match properties.is_empty() {
        true => NonSuccessKind::Error,
        false => NonSuccessKind::Failure,
    });
    let message = match properties.is_empty() {
        true => "could not be judged".to_owned(),
        false => format!("violated: {}", properties.join(", ")),
    };
    status.set_message(message);
    status.set_type(properties.first().copied().unwrap_or("unknown"));
    status.set_description(terminal::account(account, &[], &Page::default()));
    let mut case = TestCase::new(format!("seed {}", account.seed), status);
    case.set_classname(class);
    case
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_hunt_with_failures_is_a_suite_with_failing_tests() {
        let text = hunt(&samples::failed_hunt());
        let report = Report::deserialize_from_str(&text).expect("JUnit XML");
        assert_eq!((report.tests, report.failures, report.errors), (2, 2, 0));
        samples::golden("hunt.xml", &text);
    }

    #[test]
    fn a_run_is_a_suite_with_a_test_for_each_property() {
        let text = run(&samples::violated(), &samples::story());
        let report = Report::deserialize_from_str(&text).expect("JUnit XML");
        assert_eq!((report.tests, report.failures, report.errors), (3, 1, 0));
        samples::golden("violated.xml", &text);
    }

    #[test]
    fn a_violation_that_is_excused_is_no_failure() {
        let excuses = vec!["crash of n2 at 33ms: more than two are down".into()];
        let excused = Account { excuses, ..samples::two_leaders() };
        let text = run(&excused, &[]);
        let report = Report::deserialize_from_str(&text).expect("JUnit XML");
        assert_eq!((report.tests, report.failures, report.errors), (1, 0, 0));
        assert!(
            text.contains("skipped=\"1\"") && text.contains("more than two are down"),
            "{text}"
        );
    }

    #[test]
    fn a_run_that_nobody_can_judge_is_an_error_and_no_success() {
        let mut account = samples::violated();
        account.judgements.retain(|judged| judged.verdict.violation().is_none());
        let report = Report::deserialize_from_str(&run(&account, &[])).expect("JUnit XML");
        assert_eq!((report.tests, report.failures, report.errors), (2, 0, 1));
    }

    #[test]
    fn a_hunt_that_cannot_tell_is_an_error_and_no_success() {
        let report = |unknown, interrupted| {
            let hunt = hunt(&HuntAccount { unknown, interrupted, ..samples::hunt() });
            Report::deserialize_from_str(&hunt).expect("JUnit XML")
        };
        assert_eq!((report(0, false).errors, report(0, false).failures), (0, 0));
        assert_eq!(report(1, false).errors, 1);
        assert_eq!(report(0, true).errors, 1);
    }
}
