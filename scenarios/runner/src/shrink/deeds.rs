//! What the steps of a schedule do, for whoever reads them without knowing the code: what arrives, what nodes announce, what clients hear.

use seatrial_history::{DiskTurn, Endpoint, TraceEvent, TraceItem, TraceLine};
use seatrial_sim::Step;

use crate::case::Case;
use crate::registry::Registry;

/// What a step of a schedule does.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Deed {
    /// Which step of the run it is: there are steps besides those of the schedule, so violations speak of other numbers.
    pub step: u64,
    /// What arrives, is announced, is asked or is answered in it.
    pub items: Vec<TraceItem>,
}

/// What each step of a case's schedule does; nothing where it has none, or where its steps cannot be told apart.
pub fn deeds(registry: &Registry, case: &Case) -> Vec<Deed> {
    let Some(schedule) = &case.schedule else { return Vec::new() };
    let Ok((prepared, seed)) = case.clone().prepare(registry) else { return Vec::new() };
    let trace = prepared.record(seed).trace;
    // All nodes start before the first step.
    let groups = trace.chunk_by(|one, next| one.at.step == next.at.step).skip(1);
    let deeds: Vec<Deed> = (schedule.steps.iter().zip(groups))
        .map_while(|(step, lines)| {
            let is_it = lines.iter().any(|line| is_of(step, line));
            let items = lines.iter().map(|line| &line.what).filter(|item| tells(item));
            is_it.then(|| Deed { step: lines[0].at.step, items: items.cloned().collect() })
        })
        .collect();
    if deeds.len() == schedule.steps.len() { deeds } else { Vec::new() }
}

/// Whether a line is what this step lets happen.
fn is_of(step: &Step, line: &TraceLine) -> bool {
    let event = match &line.what {
        TraceItem::Event(event) => event,
        TraceItem::Op(_) => return matches!(step, Step::Wake { .. }),
        TraceItem::Fact(..) => return false,
    };
    match (step, event) {
        (
            Step::Deliver { from, to, .. },
            TraceEvent::Deliver { from: sender, to: receiver, .. },
        ) => (from, to) == (sender, receiver),
        (Step::Timer { node, .. }, TraceEvent::Timer { node: whose, .. }) => node == whose,
        (Step::Disk { node }, TraceEvent::Disk { node: whose, turn: DiskTurn::Done(_), .. }) => {
            node == whose
        }
        (Step::Wake { client }, TraceEvent::Send { from, .. }) => {
            *from == Endpoint::Client(*client)
        }
        (
            Step::Crash { node, .. } | Step::Restart { node },
            TraceEvent::Fault { node: whose, .. },
        ) => Some(*node) == *whose,
        (Step::Begin { .. } | Step::End { .. } | Step::Heal, TraceEvent::Fault { .. }) => true,
        _ => false,
    }
}

/// Whether an item says more than its step does.
const fn tells(item: &TraceItem) -> bool {
    match item {
        TraceItem::Event(event) => matches!(event, TraceEvent::Deliver { .. }),
        TraceItem::Fact(..) | TraceItem::Op(_) => true,
    }
}
