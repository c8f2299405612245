//! When something happened, by the clock of whoever ran the execution.

use std::fmt;

use seatrial_node::Instant;
use serde::{Deserialize, Serialize};

/// A point of an execution: how many events had been carried out, and what the host's own clock showed. Not any node's clock:
/// those may be wrong.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Moment {
    /// The number of the event, from 1; 0 is before the first.
    pub step: u64,
    /// Time since the execution began.
    pub time: Instant,
}

/// Shows as `step 214 at 1.25s`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {} at {}", self.step, self.time)
    }
}
