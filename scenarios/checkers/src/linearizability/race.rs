//! Deciding one problem: by a monitor that is made for it where there is one, else by two searches side by side.
//!
//! The searches take turns by counted steps, so which of them finishes first does not depend on the machine.

use super::breadth::{Breadth, Progress};
use super::depth::Depth;
use super::meter::Meter;
use super::monitors::{self, Finding};
use super::problem::{Op, Tables};
use super::space::Space;

/// What is known of a problem.
#[derive(Clone, Debug)]
pub(crate) enum Decision {
    /// There is a linearization.
    Holds,
    /// There is none, and a monitor can say why.
    Refuted(Finding),
    /// There is none: a search has tried everything, and this operation is the first whose return cannot be passed.
    Stuck { op: usize },
    /// The budget was spent.
    Unknown,
}

impl Decision {
    pub(crate) const fn is_violation(&self) -> bool {
        matches!(self, Self::Refuted(_) | Self::Stuck { .. })
    }
}

/// Decides a problem within what is left of the budget.
pub(crate) fn decide(ops: &[Op], tables: &Tables, meter: &mut Meter<'_>) -> Decision {
    match monitors::ask(ops, tables, meter) {
        monitors::Answer::Holds => Decision::Holds,
        monitors::Answer::Refuted(finding) => Decision::Refuted(finding),
        monitors::Answer::Silent => search(ops, tables, meter),
    }
}

/// Decides a problem by searching alone.
pub(crate) fn search(ops: &[Op], tables: &Tables, meter: &mut Meter<'_>) -> Decision {
    let mut space = Space::new(ops, tables);
    match space.slots {
        0..=64 => race::<1>(&mut space, meter),
        65..=128 => race::<2>(&mut space, meter),
        129..=256 => race::<4>(&mut space, meter),
        257..=MOST_SLOTS => race::<16>(&mut space, meter),
        under_way => {
            meter.note_crowd(under_way);
            Decision::Unknown
        }
    }
}

/// So many operations may be under way at one time.
pub(crate) const MOST_SLOTS: usize = 1024;

/// Steps of a turn.
const TURN: u64 = 4096;

fn race<const W: usize>(space: &mut Space, meter: &mut Meter<'_>) -> Decision {
    // The machine remembers states while the searches look at the rest.
    let mut machine = std::mem::replace(&mut space.machine, super::machine::Machine::Register);
    let space = &*space;
    let mut breadth = Some(Breadth::<W>::new(space));
    let mut depth = Some(Depth::<W>::new(space));
    while breadth.is_some() || depth.is_some() {
        let turn = meter.left().min(TURN);
        if turn == 0 {
            break;
        }
        if let Some(search) = &mut breadth {
            match search.run(&mut machine, turn, &mut meter.spent) {
                Progress::Holds => return Decision::Holds,
                Progress::Stuck(task) => {
                    return Decision::Stuck { op: space.tasks[task as usize].op as usize };
                }
                Progress::Running => {}
            }
        }
        if let Some(search) = &mut depth {
            match search.run(&mut machine, turn, &mut meter.spent) {
                Progress::Holds => return Decision::Holds,
                Progress::Stuck(task) => {
                    return Decision::Stuck { op: space.tasks[task as usize].op as usize };
                }
                Progress::Running => {}
            }
        }
        let broad = breadth.as_ref().map_or(0, Breadth::bytes);
        let deep = depth.as_ref().map_or(0, Depth::bytes);
        meter.note_bytes(broad + deep + machine.bytes());
        if machine.bytes() > meter.bytes_each() {
            break;
        }
        // What one machine remembers is counted against both.
        if broad + machine.bytes() > meter.bytes_each() {
            breadth = None;
        }
        if deep + machine.bytes() > meter.bytes_each() {
            depth = None;
        }
    }
    Decision::Unknown
}
