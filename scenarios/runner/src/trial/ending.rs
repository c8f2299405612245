//! How a trial ends, and how the test that was given it does.

use std::fmt::{self, Debug};

use seatrial_history::{Account, TraceItem, TraceLine, Verdict};
use seatrial_node::Node;

use super::run::begun;
use super::{TestPlace, Trial};
use crate::prepared::Recording;
use crate::scenario::words::counted;
use crate::shrink::Extent;

/// What a trial without a failure has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// How many runs were made.
    pub runs: u64,
    /// How many events happened in all of them.
    pub events: u64,
    /// How many faults bit.
    pub faults: u64,
    /// How many cases that are kept for the test were run first.
    pub kept: u64,
}

/// A run that broke a property, or could not be judged.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The run, told.
    pub account: Box<Account>,
    /// The last things that happened in it.
    pub trace: Vec<TraceLine>,
    /// Its case made small, where [`Trial::run`] has done so.
    pub small: Option<Box<Small>>,
}

/// A failing run made small.
#[derive(Clone, Debug)]
pub struct Small {
    /// The file of its case, or why there is none.
    pub case: String,
    /// How large the run was.
    pub before: Extent,
    /// How large it is.
    pub after: Extent,
    /// The command that keeps the case for the test, so that every run of it begins with this one.
    pub keep: Option<String>,
}

/// How many lines of a failing run are shown.
const SHOWN: usize = 25;

impl Failed {
    /// What is shown of this run: its end, or what comes before the first violation.
    pub(crate) fn new(run: Recording) -> Self {
        let Recording { account, mut trace, .. } = run;
        let broken = account.judgements.iter().filter_map(|j| j.verdict.violation()?.at).min();
        if let Some(broken) = broken {
            trace.retain(|line| line.at <= broken);
        }
        trace.drain(..trace.len().saturating_sub(SHOWN));
        Self { account: Box::new(account), trace, small: None }
    }
}

/// What broke, in words; the command that runs it again; the file that holds it; the last things that happened.
impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = &self.account;
        for judgement in &account.judgements {
            match &judgement.verdict {
                Verdict::Holds => {}
                Verdict::Violated(violation) => writeln!(f, "{violation}")?,
                Verdict::Unknown { why } => {
                    writeln!(f, "{} is unknown: {why}", judgement.property)?
                }
            }
        }
        writeln!(f, "\nreplay: {}", account.replay)?;
        if let Some(case) = &account.case {
            writeln!(f, "case:   {case}")?;
        }
        if let Some(small) = &self.small {
            write!(f, "{small}")?;
        }
        writeln!(f)?;
        for line in &account.plan {
            writeln!(f, "plan {line}")?;
        }
        for TraceLine { at, what } in &self.trace {
            write!(f, "\n{:>6} {:>12.6}  ", at.step, at.time)?;
            match what {
                TraceItem::Event(event) => write!(f, "{event}")?,
                TraceItem::Fact(node, fact) => write!(f, "{node}  {fact:?}")?,
                TraceItem::Op(op) => write!(f, "{op}")?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Failed {}

impl fmt::Display for Small {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { case, before, after, keep } = self;
        let size = |extent: &Extent| match extent.steps {
            Some(steps) => counted(steps as u64, "step"),
            None => counted(extent.events, "event"),
        };
        writeln!(f, "small:  {case} ({} to {})", size(before), size(after))?;
        keep.iter().try_for_each(|keep| writeln!(f, "keep:   {keep}"))
    }
}

/// What a test that was given a trial may come to: nothing, what its trial came to, or the trial, which is then run.
pub trait Trialled {
    /// Ends the test; a failure is a panic.
    fn end(self);
}

impl Trialled for () {
    fn end(self) {}
}

impl Trialled for Passed {
    fn end(self) {}
}

impl<T, E: Debug> Trialled for Result<T, E> {
    #[track_caller]
    fn end(self) {
        if let Err(error) = self {
            panic!("{error:?}");
        }
    }
}

impl<N> Trialled for Trial<N>
where
    N: Node + 'static,
    N::Message: Debug,
    N::Timer: Debug,
    N::Request: Debug,
    N::Response: Debug,
{
    #[track_caller]
    fn end(self) {
        self.run();
    }
}

/// What `#[seatrial::test]` makes of a function: a trial is begun, the function says what it goes through, and it is run.
#[track_caller]
pub fn run_test<N, T>(
    place: TestPlace,
    config: fn() -> N::Config,
    set: fn(Trial<N>) -> Trial<N>,
    body: fn(Trial<N>) -> T,
) where
    N: Node + 'static,
    N::Message: Debug,
    N::Timer: Debug,
    N::Request: Debug,
    N::Response: Debug,
    T: Trialled,
{
    let before = begun();
    body(set(Trial::new(config).at(place))).end();
    assert!(begun() > before, "the trial was never run: end the test with `trial. … .run()`");
}
