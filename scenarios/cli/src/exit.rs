//! How a command ends.

use std::process::ExitCode;

use seatrial_history::{Account, Outcome};

/// The exit codes, the same for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Every property holds, or there was nothing to judge.
    Holds = 0,
    /// A property is violated.
    Violated = 1,
    /// What was asked for, or what was read, is no good.
    Usage = 2,
    /// Nothing is violated, but something could not be judged.
    Unknown = 3,
    /// The same seed did not give the same run.
    NotDeterministic = 4,
    /// Ended from outside.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The judgement by which a run that does not repeat itself is told.
pub(crate) const DETERMINISM: &str = "determinism";

impl Exit {
    /// What a run comes to. Violated beats not deterministic, and that beats unknown.
    pub(crate) fn of(account: &Account) -> Self {
        let mut broken = account
            .judgements
            .iter()
            .filter(|judged| judged.verdict.violation().is_some())
            .map(|judged| judged.property.as_str());
        match account.outcome() {
            Outcome::Holds | Outcome::Excused => Self::Holds,
            Outcome::Unknown => Self::Unknown,
            Outcome::Violated if broken.all(|property| property == DETERMINISM) => {
                Self::NotDeterministic
            }
            Outcome::Violated => Self::Violated,
        }
    }

    /// The exit with good and bad swapped, for a violation that is expected.
    pub(crate) const fn swapped(self) -> Self {
        match self {
            Self::Holds => Self::Violated,
            Self::Violated => Self::Holds,
            other => other,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use seatrial_history::{Judgement, Moment, Traffic, Verdict, Violation};

    use super::*;

    /// A run that was judged so.
    pub(crate) fn judged(judgements: &[(&'static str, Outcome)]) -> Account {
        let judgement = |(property, outcome): &(&'static str, Outcome)| Judgement {
            property: (*property).to_owned(),
            verdict: match outcome {
                Outcome::Holds => Verdict::Holds,
                Outcome::Unknown => Verdict::Unknown { why: "too long".into() },
                Outcome::Excused | Outcome::Violated => Verdict::Violated(Violation {
                    property,
                    source: "",
                    explanation: String::new(),
                    at: None,
                    evidence: Vec::new(),
                }),
            },
        };
        Account {
            found_by: None,
            scenario: "raft-kv".into(),
            protocol: "raft-kv".into(),
            mutant: None,
            seed: 42,
            knobs: Vec::new(),
            plan: Vec::new(),
            healed: None,
            end: Moment::default(),
            faults: Vec::new(),
            traffic: Traffic::default(),
            operations: Vec::new(),
            reached: Vec::new(),
            figures: Vec::new(),
            excuses: Vec::new(),
            notices: Vec::new(),
            judgements: judgements.iter().map(judgement).collect(),
            hash: String::new(),
            replay: String::new(),
            case: None,
        }
    }

    #[test]
    fn violated_beats_not_deterministic_beats_unknown() {
        use Outcome::{Holds, Unknown, Violated};
        let exit = |judgements: &[_]| Exit::of(&judged(judgements));
        assert_eq!(exit(&[("a", Holds)]), Exit::Holds);
        assert_eq!(exit(&[("a", Holds), ("b", Unknown)]), Exit::Unknown);
        assert_eq!(exit(&[("a", Unknown), (DETERMINISM, Violated)]), Exit::NotDeterministic);
        assert_eq!(exit(&[("a", Violated), (DETERMINISM, Violated)]), Exit::Violated);
    }

    #[test]
    fn an_expected_violation_swaps_good_and_bad_only() {
        assert_eq!(Exit::Violated.swapped(), Exit::Holds);
        assert_eq!(Exit::Holds.swapped(), Exit::Violated);
        assert_eq!(Exit::Unknown.swapped(), Exit::Unknown);
        assert_eq!(Exit::Interrupted.swapped(), Exit::Interrupted);
    }
}
