//! A shrinking whose judge is somebody else: it hands out one run after the other, and is told what came of it.

use seatrial_search::{Shrink, Subject};
use seatrial_sim::Wish;

use super::oracle::Oracle;
use super::pin;
use crate::case::Case;
use crate::prepared::{Measuring, Prepared};
use crate::registry::Registry;

/// A shrinking in pieces.
#[derive(Clone, Debug)]
pub(crate) struct Piecewise {
    registry: Registry,
    /// What its runs are runs of.
    case: Case,
    shrink: Shrink,
    /// A run may become a schedule; one that is judged at its end may not.
    may_be_led: bool,
    /// What it breaks must never happen.
    never: bool,
    tried: Option<Subject>,
}

impl Piecewise {
    /// Begins with this case, which has failed. Nothing, where no run can be made of it.
    pub(crate) fn begin(registry: &Registry, case: Case, may_be_led: bool) -> Option<Self> {
        let (prepared, seed) = case.clone().prepare(registry).ok()?;
        let drawn = prepared.drawn(seed);
        let subject = pin::subject(&case, &drawn);
        let run = |case: &Case| {
            let prepared = Oracle::new(registry, case.clone()).prepare(&subject, false)?;
            let mut worker = prepared.worker(Measuring::Bounded);
            worker.run(case.seed);
            let sites = worker.recorded().iter().map(|choice| choice.site.to_owned());
            let sites: std::collections::BTreeSet<String> = sites.collect();
            Some((worker.result().hash, sites))
        };
        let (hash, sites) = run(&case)?;
        let scenario = pin::scenario(&case.scenario, &drawn);
        let pinned = Case { scenario, ..case.clone() };
        // The scenario without what the seed drew, unless that makes another run.
        let case = if run(&pinned).is_some_and(|(same, _)| same == hash) { pinned } else { case };
        let mut oracle = Oracle::new(registry, case.clone());
        let may_be_led = may_be_led && oracle.first(&subject).is_some() && oracle.may_be_led();
        let never = oracle.must_never_happen();
        let shrink = Shrink::new(subject, sites.into_iter().collect());
        Some(Self { registry: registry.clone(), case, shrink, may_be_led, never, tried: None })
    }

    /// The next run to make; nothing, when nothing more can be left out.
    pub(crate) fn next(&mut self) -> Option<Prepared> {
        let oracle = Oracle::new(&self.registry, self.case.clone()).never(self.never);
        loop {
            let Some(candidate) = self.shrink.candidate() else {
                if !std::mem::take(&mut self.may_be_led) || self.shrink.best().schedule.is_some() {
                    return None;
                }
                let led = oracle.led(self.shrink.best());
                self.shrink.offer(led);
                continue;
            };
            if let Some(prepared) = oracle.prepare(&candidate, false) {
                self.tried = Some(candidate);
                return Some(prepared);
            }
            // What makes no run fails nothing.
            self.shrink.tell(false);
        }
    }

    /// The run that was handed out last failed, and did this where it was led.
    pub(crate) fn failed(&mut self, wishes: Vec<Wish>) {
        let Some(tried) = self.tried.take() else { return };
        let schedule =
            tried.schedule.clone().map(|wished| if wishes.is_empty() { wished } else { wishes });
        self.shrink.tell_as(Subject { schedule, ..tried });
    }

    /// It did not fail.
    pub(crate) fn passed(&mut self) {
        if self.tried.take().is_some() {
            self.shrink.tell(false);
        }
    }

    /// Whether a run has been handed out of which nothing has been told.
    pub(crate) fn waits(&self) -> bool {
        self.tried.is_some()
    }

    /// The smallest run that failed.
    pub(crate) fn best(&self) -> Option<Prepared> {
        let case = pin::case(&self.case, self.shrink.best());
        case.prepare(&self.registry).ok().map(|(prepared, _)| prepared)
    }
}
