//! What a check has cost so far, and when to stop.

use super::options::{Limits, Options};
use super::race::MOST_SLOTS;

/// Counts steps, and knows the limits.
pub(crate) struct Meter<'a> {
    pub(crate) spent: u64,
    /// The most bytes of states that were remembered at one time.
    pub(crate) peak_bytes: usize,
    limits: Limits,
    cancelled: Option<&'a dyn Fn() -> bool>,
    stopped: bool,
    /// The most operations under way at one time, where that is more than a search can hold.
    crowd: Option<usize>,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(options: &Options<'a>) -> Self {
        Self {
            spent: 0,
            peak_bytes: 0,
            limits: options.limits,
            cancelled: options.cancelled,
            stopped: false,
            crowd: None,
        }
    }

    /// Steps that may still be made.
    pub(crate) fn left(&mut self) -> u64 {
        if !self.stopped {
            self.stopped = self.cancelled.is_some_and(|cancelled| cancelled());
        }
        if self.stopped { 0 } else { self.limits.steps.saturating_sub(self.spent) }
    }

    /// Does something with no more than so many steps of what is left.
    pub(crate) fn with_at_most<R>(&mut self, steps: u64, act: impl FnOnce(&mut Self) -> R) -> R {
        let whole = self.limits.steps;
        self.limits.steps = whole.min(self.spent.saturating_add(steps));
        let result = act(self);
        self.limits.steps = whole;
        result
    }

    /// Bytes that one of two searches may remember.
    pub(crate) const fn bytes_each(&self) -> usize {
        self.limits.bytes / 2
    }

    pub(crate) fn note_bytes(&mut self, bytes: usize) {
        self.peak_bytes = self.peak_bytes.max(bytes);
    }

    /// A search could not even begin: so many operations are under way at one time.
    pub(crate) fn note_crowd(&mut self, under_way: usize) {
        self.crowd = self.crowd.max(Some(under_way));
    }

    /// Why a search had to stop.
    pub(crate) fn why(&self) -> String {
        if self.stopped {
            "the check was stopped before it came to an end".to_owned()
        } else if let Some(under_way) = self.crowd {
            format!(
                "{under_way} operations on one object are under way at one time, unanswered ones included; a search holds up to \
                 {MOST_SLOTS}"
            )
        } else if self.limits.steps <= self.spent {
            format!("the budget of {} steps is spent", self.limits.steps)
        } else {
            format!("the budget of {} MiB is spent", self.limits.bytes >> 20)
        }
    }
}
