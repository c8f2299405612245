//! What makes a run differ from what its scenario and its seed would make it.

use std::sync::Arc;

use seatrial_node::NodeId;
use seatrial_search::Recipe;
use seatrial_sim::{FaultPlan, Overrides, Schedule, Simple, Steering, Step, Tape, Touch, Wish};

use crate::workload::Operations;

/// What a case file changes of a run beyond its seed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bent {
    pub(crate) plan: Option<FaultPlan>,
    pub(crate) choices: Overrides,
    /// Sites at which all other choices are the simplest.
    pub(crate) simple: Vec<String>,
    pub(crate) course: Course,
    /// The strategy that chooses what happens next, where time does not.
    pub(crate) steering: Option<Steering>,
    /// How the run is made, where its number does not say so.
    pub(crate) recipe: Option<Recipe>,
    /// What clients ask, where their workload does not say so.
    pub(crate) operations: Option<Operations>,
    /// What is done to the run by hand.
    pub(crate) touches: Vec<Touch>,
    /// The run is judged as if it had no end, and nothing were to happen some day.
    pub(crate) endless: bool,
    /// After how many events the run is broken off, for somebody to look inside.
    pub(crate) until: Option<u64>,
}

impl Bent {
    /// Bends what chance decides, too.
    pub(crate) fn bend(&self, tape: &mut Tape) {
        tape.set_overrides(self.choices.clone());
        tape.simplify(match &self.course {
            Course::ByTime { .. } if self.simple.is_empty() => Simple::Nothing,
            Course::ByTime { .. } => Simple::Sites(self.simple.clone()),
            Course::Schedule(_) | Course::Wishes(..) => Simple::Everything,
        });
        if let Course::ByTime { kept: true } = self.course {
            tape.record();
        }
    }
}

/// What decides what happens next.
#[derive(Clone, Debug)]
pub(crate) enum Course {
    /// Time.
    ByTime {
        /// The run is kept as a schedule, and so are its choices.
        kept: bool,
    },
    /// A schedule, step by step.
    Schedule(Arc<Schedule>),
    /// A schedule of which what cannot happen is left out; what could is kept. The disks of these nodes are done at once.
    Wishes(Arc<[Wish]>, Vec<NodeId>),
}

impl Default for Course {
    fn default() -> Self {
        Self::ByTime { kept: false }
    }
}

impl Course {
    /// Whether somebody says what happens.
    pub(crate) const fn is_led(&self) -> bool {
        !matches!(self, Self::ByTime { .. })
    }

    /// Whether that ends where the world heals: then the run goes on by time, and has an end of its own.
    pub(crate) fn heals_afterwards(&self) -> bool {
        let last = match self {
            Self::ByTime { .. } => None,
            Self::Schedule(schedule) => schedule.steps.last(),
            Self::Wishes(wishes, _) => wishes.last().map(|wish| &wish.step),
        };
        last == Some(&Step::Heal)
    }
}
