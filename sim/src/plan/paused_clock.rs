//! What a node's clock does while the node stands still.

use serde::{Deserialize, Serialize};

/// What a node's monotonic clock, and its timers with it, do while the node is paused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PausedClock {
    /// It runs on: the process was stopped, or collected its garbage. Timers come late, all that were due at once.
    #[default]
    Runs,
    /// It stands: the machine was suspended, or moved to another host. Nothing seems to have happened.
    Stands,
}

impl PausedClock {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it by reference")]
    pub(super) fn runs(&self) -> bool {
        *self == Self::Runs
    }
}
