//! A run written down: the few things that happen in it, one a line, in their order.
//!
//! A failing run has a thousand events, and mostly a dozen of them matter. A [`Schedule`] is those, for a person to read and to edit. The
//! world performs it where order is chosen ([`Order::Chosen`](crate::Order::Chosen)): what is named happens, in this order, and what is not
//! named stays pending for ever, as it may in an asynchronous network. So a lost message is one that is not delivered, and a node that
//! stands still is one to which nothing happens. To leave events out is *internal minimisation* (C. Scott and others, *Minimizing Faulty Executions of Distributed Systems*, NSDI 2016, §4).
//!
//! | a line | what happens |
//! |---|---|
//! | `n0 timer Election` | the next timer of `n0` comes due: a timer whose word is `Election` |
//! | `n0 -> n1 Vote` | a message of `n0` arrives at `n1`: the first one under way whose word is `Vote` |
//! | `n0 -> n1 Vote #2` | the second one under way |
//! | `again n0 -> n1 Vote` | a copy of it arrives, and it stays under way |
//! | `n0 disk` | the disk of `n0` is done with the first thing that it has to do |
//! | `c0 wakes` | a client goes on: it asks, or has waited long enough |
//! | `c0 -> n0` | its request arrives |
//! | `n0 -> c0` | the answer arrives |
//! | `crash n2` | a node crashes; what its disk has not synced is as the tape says, and by the simplest choice it is kept |
//! | `crash n2 losing writes` | the same, and all that its disk has not synced is lost |
//! | `restart n2` | a node that is down starts |
//! | `begin disk-full`, `end disk-full #2` | a fault of the plan begins or ends: the first of that kind, or the second |
//! | `heal` | all trouble of the plan is over; as the last step, time decides from there on |
//!
//! The *word* of a message, request, answer or timer is the first word of its `Debug` form, within what is wrapped around it: that of
//! `Raft(Vote { term: 1 })` is `Vote`. It tells kinds apart and survives changes elsewhere. It may be left out: then any is meant.
//!
//! What must never happen can be shown so. What must happen some day cannot, for a schedule may starve anybody; a schedule that ends with
//! `heal` leads to where it no longer will, and a fair run [follows](crate::World::heal_afterwards).
//!
//! Time follows. A delivery takes as long as its link does, a timer comes due when it does, and the clock never goes back; what is late
//! happens now. A node's own timers keep their order, but for those that are overdue, and what its disk has to do keeps its order always.

mod afterwards;
mod journal;
mod open;
mod perform;
mod script;
mod step;
mod stuck;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::afterwards::Afterwards;
pub(crate) use self::journal::{Journal, is_a_step};
pub(crate) use self::open::word_of;
pub use self::perform::Wish;
pub use self::script::Script;
pub use self::step::{ParseStepError, Step};
pub use self::stuck::Stuck;

/// The few things that happen in a run, in their order.
///
/// ```
/// use seatrial_sim::Schedule;
///
/// let schedule = Schedule::parse(["n0 timer Election", "n0 -> n1 RequestVote", "crash n1"])?;
/// assert_eq!(schedule.steps.len(), 3);
/// assert_eq!(schedule.steps[2].to_string(), "crash n1");
/// # Ok::<(), seatrial_sim::ParseStepError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Schedule {
    /// What happens, one after the other.
    pub steps: Vec<Step>,
}

impl Schedule {
    /// A schedule of these lines.
    ///
    /// # Errors
    /// The first line that is no step, and why.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Self, ParseStepError> {
        let steps: Result<_, _> = lines.into_iter().map(str::parse).collect();
        Ok(Self { steps: steps? })
    }
}

/// A step a line.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps.iter().try_for_each(|step| writeln!(f, "{step}"))
    }
}
