//! How what proptest has drawn becomes smaller.

use std::rc::Rc;

use proptest::strategy::ValueTree;
use seatrial_history::Signature;
use seatrial_search::{Shrink, Subject};
use seatrial_sim::FaultPlan;

use super::run::{CameTo, TrialRun};
use crate::prepared::Prepared;
use crate::registry::Registry;
use crate::shrink::Piecewise;

/// A run, and smaller ones that fail in the same way.
#[derive(Debug)]
pub struct TrialTree {
    registry: Registry,
    now: TrialRun,
    /// What is tried in its place, once the run has failed.
    shrinking: Option<Piecewise>,
    /// In which way the run failed; nothing, where only the test knows.
    signature: Option<Signature>,
}

impl TrialTree {
    pub(super) fn new(registry: Registry, prepared: Prepared, seed: u64) -> Self {
        let now = TrialRun { prepared, seed, wanted: None, came_to: Rc::default() };
        Self { registry, now, shrinking: None, signature: None }
    }

    /// Goes on to the next run, if there is one, or else back to the best.
    fn next(&mut self) -> bool {
        let Some(shrinking) = &mut self.shrinking else { return false };
        let candidate = shrinking.next();
        let has_next = candidate.is_some();
        if let Some(prepared) = candidate.or_else(|| shrinking.best()) {
            let (seed, wanted) = (self.now.seed, Some(self.signature.clone()));
            self.now = TrialRun { prepared, seed, wanted, came_to: Rc::default() };
        }
        has_next
    }
}

impl ValueTree for TrialTree {
    type Value = TrialRun;

    fn current(&self) -> TrialRun {
        self.now.clone()
    }

    /// The run failed.
    fn simplify(&mut self) -> bool {
        let CameTo { signature, wishes } = self.now.came_to.borrow().clone();
        match &mut self.shrinking {
            None => {
                // A run that only the test judges may need its end.
                let may_be_led = signature.is_some();
                self.signature = signature;
                self.shrinking = Piecewise::begin(&self.registry, self.now.case(), may_be_led);
            }
            Some(shrinking) if !shrinking.waits() => return false,
            Some(shrinking) if signature == self.signature => shrinking.failed(wishes),
            Some(shrinking) => shrinking.passed(),
        }
        self.next()
    }

    /// The run passed.
    fn complicate(&mut self) -> bool {
        match &mut self.shrinking {
            Some(shrinking) if shrinking.waits() => shrinking.passed(),
            _ => return false,
        }
        self.next()
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
        match self.shrink.candidate() {
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
