//! Where a schedule cannot go on, and what could have happened there.

use std::fmt;

use super::step::Step;

/// A step that cannot happen where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// Which step of the schedule it is, from 0.
    pub index: usize,
    /// The step.
    pub step: Step,
    /// Why it cannot happen.
    pub why: String,
    /// What could have happened there instead, but for crashes.
    pub instead: Vec<Step>,
}

/// Of so many things that could happen no more are told.
const TOLD: usize = 12;

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { index, step, why, instead } = self;
        write!(f, "step {} of the schedule, \"{step}\", cannot happen: {why}", index + 1)?;
        for (place, other) in instead.iter().take(TOLD).enumerate() {
            let before = if place == 0 { "; what could happen there: " } else { ", " };
            write!(f, "{before}\"{other}\"")?;
        }
        match instead.len().saturating_sub(TOLD) {
            0 if instead.is_empty() => f.write_str("; nothing could happen there"),
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl std::error::Error for Stuck {}
