//! Places to stop at: where a property breaks, where an event is, where a node comes to show something.

use std::fmt;

use super::Words;
use super::event::Pattern;
use super::field::Condition;
use super::run::Run;
use crate::scenario::nearest;

/// What a run is to be stopped at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// This property breaks.
    Property(String),
    /// Such an event happens.
    Event(Pattern),
    /// A node comes to show this.
    Field(Condition),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Property(name) => write!(f, "property {name}"),
            Self::Event(pattern) => pattern.fmt(f),
            Self::Field(condition) => condition.fmt(f),
        }
    }
}

/// A breakpoint, with the steps of the present run at which it stops.
#[derive(Clone, Debug)]
pub(super) struct Breakpoint {
    /// What it is called by.
    pub(super) number: usize,
    pub(super) at: At,
    pub(super) steps: Vec<u64>,
}

impl At {
    /// Whether the run knows what is named in it.
    pub(super) fn check(&self, run: &Run, words: Words) -> Result<(), String> {
        match self {
            Self::Field(condition) => condition.check(run),
            Self::Event(pattern) => pattern.check(run, words),
            Self::Property(name) => {
                let known = run.account.judgements.iter().map(|judged| judged.property.as_str());
                if known.clone().any(|known| known == name) {
                    return Ok(());
                }
                let known: Vec<&str> = known.collect();
                Err(match nearest(name, known.iter().copied()) {
                    Some(near) => format!("nobody judges `{name}`; did you mean `{near}`?"),
                    None => format!("nobody judges `{name}`; judged is {}", known.join(", ")),
                })
            }
        }
    }

    /// The steps at which a run is to be stopped, in order.
    pub(super) fn steps(&self, run: &Run, words: Words) -> Vec<u64> {
        match self {
            Self::Field(condition) => condition.steps(run),
            Self::Event(pattern) => {
                let met = run.trace.iter().filter(|line| pattern.is_met_by(line, run, words));
                let mut steps: Vec<u64> = met.map(|line| line.at.step).collect();
                steps.dedup();
                steps
            }
            Self::Property(name) => {
                let broken =
                    run.account.judgements.iter().filter(|judged| judged.property == *name);
                let violations = broken.filter_map(|judged| judged.verdict.violation());
                let end = run.end();
                violations.map(|violation| violation.at.map_or(end, |at| at.step)).collect()
            }
        }
    }
}

impl Breakpoint {
    /// The next of its steps after this one.
    pub(super) fn next(&self, step: u64) -> Option<u64> {
        self.steps.get(self.steps.partition_point(|stop| *stop <= step)).copied()
    }

    /// The last of its steps before this one.
    pub(super) fn previous(&self, step: u64) -> Option<u64> {
        let next = self.steps.partition_point(|stop| *stop < step);
        next.checked_sub(1).map(|place| self.steps[place])
    }
}
