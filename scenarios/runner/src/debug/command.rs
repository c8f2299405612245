//! The language in which a run is debugged: one command a line, the same at a prompt and in a script.

mod parse;
mod table;

use std::path::PathBuf;

use seatrial_history::Endpoint;
use seatrial_node::{Duration, Instant, NodeId};

pub(super) use self::table::{Entry, all, find};
use super::breaks::At;
use super::event::Pattern;
use super::field::Field;

/// One thing that a debugger is told to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command {
    /// On by so many events.
    Step(u64),
    /// Back by so many.
    Back(u64),
    /// To a place.
    Goto(Place),
    /// To the next such event.
    Next(Pattern),
    /// To the last such event before.
    Previous(Pattern),
    /// To the next breakpoint, or the violation.
    Continue,
    /// Back to the last breakpoint.
    Reverse,
    /// Tells where it stands, in full.
    Where,
    /// Lists so many events before and after.
    List(usize),
    /// What nodes show.
    State(Option<NodeId>),
    /// What is under way.
    Flight(Option<Endpoint>),
    /// Which timers are set.
    Timers(Option<NodeId>),
    /// What is on disks.
    Disk(Option<NodeId>, Option<String>),
    /// A message in full.
    Message(u64),
    /// What is judged.
    Verdict,
    /// What run this is.
    Info,
    /// A place to stop at.
    Break(At),
    /// All breakpoints.
    Breaks,
    /// Takes a breakpoint back, or all.
    Delete(Option<usize>),
    /// Shows a field wherever it stands.
    Watch(Field),
    /// No longer; or none of them.
    Unwatch(Option<Field>),
    /// Does something by hand.
    Do(Deed),
    /// Takes back what was last done by hand.
    Undo,
    /// What was done by hand.
    Changes,
    /// Writes the present run as a case.
    Save(PathBuf),
    /// How long it takes to make the run and to go back in it.
    Measure,
    /// Explains the commands, or one.
    Help(Option<String>),
    /// Ends.
    Quit,
}

/// What is done by hand, as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// As the world does it.
    Plain(seatrial_sim::Deed),
    /// What is under way under this name arrives so much later than it does.
    Later(u64, Duration),
}

/// A place of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// After so many events.
    Step(u64),
    /// The last event until this time.
    Time(Instant),
    /// Before the first event.
    Start,
    /// After the last.
    End,
    /// Where a property first breaks.
    Violation,
}
