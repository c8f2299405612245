//! How likely a failure was, point by point of the run that failed.

use serde::Serialize;

use crate::Moment;

/// How likely a failure was from the points of a run on, told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LikelihoodAccount {
    /// The scenario's name.
    pub scenario: String,
    /// The planted bug, if there is one.
    pub mutant: Option<String>,
    /// The seed of the run.
    pub seed: u64,
    /// The property that it breaks.
    pub property: String,
    /// When it does.
    pub failed: Moment,
    /// How likely that was, at points of the run, in order of time.
    pub points: Vec<LikelihoodPoint>,
    /// The first event after which the failure came whatever chance had in store, as far as the runs can tell.
    pub inevitable: Option<TurningEvent>,
    /// The event that made the failure likelier than any other did.
    pub turning: Option<TurningEvent>,
    /// Somebody stopped it, so that it says nothing of when the failure became inevitable.
    pub interrupted: bool,
    /// How many runs were made from each point.
    pub runs: u64,
    /// The command that runs the case again.
    pub replay: String,
}

/// How likely a failure was from one point on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LikelihoodPoint {
    /// The point: the last event that stays as it was.
    pub at: Moment,
    /// How many of the runs that went on from there by other seeds failed in the same way.
    pub failed: u64,
    /// Of how many.
    pub runs: u64,
}

/// An event of a run, and how likely the failure was before and after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TurningEvent {
    /// Before it.
    pub before: LikelihoodPoint,
    /// After it.
    pub after: LikelihoodPoint,
    /// What happened.
    pub what: Vec<String>,
}
