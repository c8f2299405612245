//! How what proptest has drawn becomes smaller.

use std::rc::Rc;

use proptest::strategy::ValueTree;
use seatrial_search::{Layer, Shrink, Subject};
use seatrial_sim::FaultPlan;

use super::run::{CameTo, TrialRun};
use crate::case::Case;
use crate::prepared::Prepared;
use crate::registry::Registry;
use crate::shrink::{Oracle, Signature, subject_of};

/// A run, and smaller ones that fail in the same way.
#[derive(Debug)]
pub struct TrialTree {
    registry: Registry,
    now: TrialRun,
    /// What is tried in its place, once the run has failed.
    shrinking: Option<Shrinking>,
}

#[derive(Debug)]
struct Shrinking {
    case: Case,
    /// In which way the run failed; nothing, where only the test knows.
    signature: Option<Signature>,
    shrink: Shrink,
    tried: Option<Subject>,
    is_led: bool,
}

impl TrialTree {
    pub(super) fn new(registry: Registry, prepared: Prepared, seed: u64) -> Self {
        let now = TrialRun { prepared, seed, came_to: Rc::default() };
        Self { registry, now, shrinking: None }
    }

    /// The run failed: what can be left out of it?
    fn begin(&mut self) -> Option<Shrinking> {
        let signature = self.now.came_to.borrow().signature.clone();
        let case = self.now.case();
        let oracle = Oracle::new(&self.registry, case.clone());
        let (subject, case) = subject_of(&oracle, &case, &self.now.prepared, self.now.seed)?;
        let sites = Oracle::new(&self.registry, case.clone()).sites(&subject);
        let shrink = Shrink::new(subject, sites);
        Some(Shrinking { case, signature, shrink, tried: None, is_led: false })
    }

    /// Goes on to the next candidate, if there is one, or else back to the best.
    fn next(&mut self) -> bool {
        let Self { registry, now, shrinking: Some(shrinking) } = self else { return false };
        let oracle = Oracle::new(registry, shrinking.case.clone());
        loop {
            let Some(candidate) = shrinking.shrink.candidate() else {
                let best = shrinking.shrink.best();
                if !shrinking.is_led && best.schedule.is_none() && oracle.may_be_led() {
                    shrinking.is_led = true;
                    let led = oracle.led(best);
                    shrinking.shrink.offer(led);
                    continue;
                }
                if let Some(prepared) = oracle.prepare(best, false) {
                    now.prepared = prepared;
                }
                shrinking.tried = None;
                return false;
            };
            // What makes no run fails no test.
            let Some(prepared) = oracle.prepare(&candidate, false) else {
                shrinking.shrink.tell(false);
                continue;
            };
            *now = TrialRun { prepared, seed: now.seed, came_to: Rc::default() };
            shrinking.tried = Some(candidate);
            return true;
        }
    }
}

impl ValueTree for TrialTree {
    type Value = TrialRun;

    fn current(&self) -> TrialRun {
        self.now.clone()
    }

    /// The run failed.
    fn simplify(&mut self) -> bool {
        if self.shrinking.is_none() {
            self.shrinking = self.begin();
        } else if let Some(shrinking) = &mut self.shrinking {
            let CameTo { signature, wishes } = self.now.came_to.borrow().clone();
            match shrinking.tried.take() {
                Some(tried) if signature == shrinking.signature => {
                    let schedule = tried.schedule.is_some() && !wishes.is_empty();
                    let schedule = if schedule { Some(wishes) } else { tried.schedule.clone() };
                    shrinking.shrink.tell_as(Subject { schedule, ..tried });
                }
                Some(_) => shrinking.shrink.tell(false),
                None => return false,
            }
        }
        self.next()
    }

    /// The run passed.
    fn complicate(&mut self) -> bool {
        match &mut self.shrinking {
            Some(shrinking) if shrinking.tried.take().is_some() => {
                shrinking.shrink.tell(false);
                self.next()
            }
            _ => false,
        }
    }
}

/// A plan, and smaller ones.
#[derive(Debug)]
pub struct PlanTree {
    now: FaultPlan,
    shrink: Shrink,
    begun: bool,
}

impl PlanTree {
    pub(super) fn new(plan: FaultPlan) -> Self {
        let subject = Subject { plan: plan.clone(), ..Subject::default() };
        Self { now: plan, shrink: Shrink::new(subject, Vec::new()), begun: false }
    }

    fn next(&mut self) -> bool {
        let candidate = self.shrink.candidate();
        let is_plan = matches!(self.shrink.layer(), Layer::Kinds | Layer::Faults | Layer::Weaker);
        match candidate.filter(|_| is_plan) {
            Some(candidate) => {
                self.now = candidate.plan;
                true
            }
            None => {
                self.now.clone_from(&self.shrink.best().plan);
                self.begun = false;
                false
            }
        }
    }
}

impl ValueTree for PlanTree {
    type Value = FaultPlan;

    fn current(&self) -> FaultPlan {
        self.now.clone()
    }

    /// It failed.
    fn simplify(&mut self) -> bool {
        if std::mem::replace(&mut self.begun, true) {
            self.shrink.tell(true);
        }
        self.next()
    }

    /// It passed.
    fn complicate(&mut self) -> bool {
        if !self.begun {
            return false;
        }
        self.shrink.tell(false);
        self.next()
    }
}
