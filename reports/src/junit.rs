//! A hunt as JUnit XML, which CI services show as tests: one for the hunt as a whole, and one for each seed that was kept
//! because it failed or could not be judged.

use quick_junit::{NonSuccessKind, Property, Report, TestCase, TestCaseStatus, TestSuite};
use seatrial_history::{Account, Distribution, Figure, HuntAccount, Measured};

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
    let mut report = Report::new("seatrial");
    report.add_test_suite(suite);
    report.to_string().expect("a report in memory is written whole")
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
