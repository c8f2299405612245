//! The checker that listens while an execution runs.

use seatrial_history::{
    Explanation, History, Linearization, Moment, Observer, OpEvent, Value, Verdict, Violation,
};

use super::check::{PROPERTY, check};
use super::model::Model;
use super::options::{CasFail, Limits, Options};
use super::order::linearizations;
use crate::{Checker, Cluster};

/// Judges the clients' histories of executions by a model.
#[derive(Debug)]
pub struct Linearizability {
    model: Model,
    init: Option<Value>,
    cas_fail: CasFail,
    limits: Limits,
    history: History,
    moments: Vec<Moment>,
    violation: Option<Violation>,
    explanation: Option<Explanation>,
}

impl Linearizability {
    /// A checker for the model, with its own initial state, with failed `cas` as observations and [`Limits::HASTY`].
    pub const fn new(model: Model) -> Self {
        Self {
            model,
            init: None,
            cas_fail: CasFail::Observed,
            limits: Limits::HASTY,
            history: History { events: Vec::new() },
            moments: Vec::new(),
            violation: None,
            explanation: None,
        }
    }

    /// The same with another initial value.
    #[must_use]
    pub fn with_init(mut self, init: Value) -> Self {
        self.init = Some(init);
        self
    }

    /// The same with another meaning of a failed `cas`.
    #[must_use]
    pub const fn with_cas_fail(mut self, cas_fail: CasFail) -> Self {
        self.cas_fail = cas_fail;
        self
    }

    /// The same with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    fn options(&self) -> Options<'_> {
        Options {
            init: self.init.clone(),
            cas_fail: self.cas_fail,
            limits: self.limits,
            steps: Some(&self.moments),
            ..Options::default()
        }
    }

    /// What clients have done in this execution so far.
    pub const fn history(&self) -> &History {
        &self.history
    }
}

impl Observer for Linearizability {
    fn op(&mut self, at: Moment, event: &OpEvent) {
        self.history.events.push(event.clone());
        self.moments.push(at);
    }
}

impl Checker for Linearizability {
    fn property(&self) -> &'static str {
        PROPERTY
    }

    fn begin(&mut self, _: &Cluster) {
        self.history.events.clear();
        self.moments.clear();
        self.violation = None;
        self.explanation = None;
    }

    fn be_patient(&mut self) {
        self.limits = Limits::PATIENT;
    }

    fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    fn explanation(&self) -> Option<&Explanation> {
        self.explanation.as_ref()
    }

    fn linearizations(&self) -> Vec<Linearization> {
        // A history that cannot be judged has been refused by the verdict already.
        linearizations(&self.history, self.model, &self.options()).unwrap_or_default()
    }

    fn judges_beginnings(&self) -> bool {
        true
    }

    fn verdict(&mut self, end: Moment) -> Verdict {
        let outcome = match check(&self.history, self.model, &self.options()) {
            Ok(outcome) => outcome,
            Err(error) => {
                return Verdict::Unknown { why: format!("the history cannot be judged: {error}") };
            }
        };
        let mut verdict = outcome.verdict;
        if let Verdict::Violated(violation) = &mut verdict {
            self.explanation = outcome.explanation;
            let bad = self.explanation.as_ref().and_then(|why| why.first_bad.completed_at);
            let at = bad.and_then(|event| self.moments.get(event)).copied();
            violation.at = Some(at.unwrap_or(end));
            self.violation = Some(violation.clone());
        }
        verdict
    }
}
