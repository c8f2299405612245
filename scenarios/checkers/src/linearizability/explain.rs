//! From "there is no linearization" to what a person needs: the operation that fits nowhere, the few operations that contradict each
//! other, how far one can come, and a sentence that says it.

use seatrial_history::{Applied, Explanation, Named, Partial};

use super::breadth::{Breadth, Progress};
use super::machine::Machine;
use super::meter::Meter;
use super::monitors::{self, Answer};
use super::problem::{OPEN, Op, Problem};
use super::race::{Decision, MOST_SLOTS, decide};
use super::shrink::{prefix, shrink};
use super::space::Space;
use super::ways::{TURN, replay, some_ways};
use super::words::Words;

/// States that are listed.
const MOST_STATES: usize = 6;
/// Partial linearizations that are shown.
const MOST_PARTIAL: usize = 3;
/// Steps of each that are shown.
const MOST_SHOWN: usize = 12;
/// What explaining may cost, where that much is left.
const STEPS: u64 = 8_000_000;

/// Explains a violation within what is left of the budget; less is left, less is explained.
pub(crate) fn explain(
    words: &Words<'_>,
    decision: &Decision,
    meter: &mut Meter<'_>,
) -> Explanation {
    let problem = &words.part.problem;
    let share = meter.left().min(STEPS) / 3;
    let bad = meter.with_at_most(share, |meter| first_bad(problem, decision, meter));
    let upto = prefix(&problem.ops, bad.ret);
    let found = meter.with_at_most(share, |meter| look_before(words, &upto, &bad, meter));
    let found = found.unwrap_or_default();
    let core = meter.with_at_most(share, |meter| {
        let (decision, suspects) = match monitors::ask(&upto, &problem.tables, meter) {
            Answer::Refuted(finding) => {
                let suspects = finding.ops.clone();
                (Decision::Refuted(finding), suspects)
            }
            Answer::Holds | Answer::Silent => (Decision::Stuck { op: 0 }, Vec::new()),
        };
        shrink(&upto, &problem.tables, decision, &suspects, meter)
    });
    Explanation {
        key: words.part.key.clone(),
        element: words.part.element.clone(),
        sentence: match &core.decision {
            Decision::Refuted(finding) => words.reason(&finding.reason, &core.ops),
            _ => words.fits_nowhere(&bad, &found.states),
        },
        first_bad: named(words, &bad),
        core: core.shown().iter().map(|op| named(words, op)).collect(),
        core_is_minimal: core.minimal,
        states: found.states,
        partial: found.partial,
    }
}

pub(crate) fn named(words: &Words<'_>, op: &Op) -> Named {
    let span = words.spans[op.span as usize];
    Named {
        invoked_at: span.invoked_at,
        completed_at: span.completed.event(),
        text: words.line(op),
    }
}

/// The operation by whose completion the history is violated first. A search may notice a violation before, because it looks ahead;
/// so the prefixes of the history are judged by themselves.
fn first_bad(problem: &Problem, decision: &Decision, meter: &mut Meter<'_>) -> Op {
    let mut by_return: Vec<&Op> = problem.ops.iter().filter(|op| op.ret != OPEN).collect();
    by_return.sort_unstable_by_key(|op| op.ret);
    let mut is_bad = |nth: usize| {
        let upto = prefix(&problem.ops, by_return[nth].ret);
        let left = meter.left() / 4;
        meter.with_at_most(left, |meter| decide(&upto, &problem.tables, meter)).is_violation()
    };
    // Everything before `from` is fine, and the prefix that ends with `to` is violated.
    let (mut from, mut to) = (0, by_return.len() - 1);
    if let Decision::Stuck { op } = decision {
        from = by_return.partition_point(|other| other.ret < problem.ops[*op].ret);
        let mut stride = 1;
        while from < to {
            let at = (from + stride - 1).min(to);
            if at == to || is_bad(at) {
                to = at;
                break;
            }
            from = at + 1;
            stride *= 2;
        }
    }
    while from < to {
        let middle = from.midpoint(to);
        if is_bad(middle) { to = middle } else { from = middle + 1 }
    }
    *by_return[to]
}

/// What a look at the history without the bad operation's completion found.
#[derive(Default)]
struct Found {
    states: Vec<String>,
    partial: Vec<Partial>,
}

/// Looks at the history up to the bad completion, as if the outcome of that operation were unknown. So far it is linearizable.
fn look_before(words: &Words<'_>, upto: &[Op], bad: &Op, meter: &mut Meter<'_>) -> Option<Found> {
    let before = prefix(upto, bad.ret - 1);
    let tables = &words.part.problem.tables;
    let view = View { words, ops: &before };
    // What was never seen can be left out, but then some states are not found.
    let quarter = meter.left() / 4;
    let everything = Space::with_everything(&before, tables);
    meter
        .with_at_most(quarter, |meter| view.look_with(everything, meter))
        .or_else(|| view.look_with(Space::new(&before, tables), meter))
}

struct View<'a> {
    words: &'a Words<'a>,
    ops: &'a [Op],
}

impl View<'_> {
    fn look_with(&self, mut space: Space, meter: &mut Meter<'_>) -> Option<Found> {
        match space.slots {
            0..=64 => self.look::<1>(&mut space, meter),
            65..=128 => self.look::<2>(&mut space, meter),
            129..=256 => self.look::<4>(&mut space, meter),
            257..=MOST_SLOTS => self.look::<16>(&mut space, meter),
            _ => None,
        }
    }

    /// Finds ways through, and states at the end; nothing if the budget suffices for neither.
    fn look<const W: usize>(&self, space: &mut Space, meter: &mut Meter<'_>) -> Option<Found> {
        let mut machine = std::mem::replace(&mut space.machine, Machine::Register);
        let space = &*space;
        let half = meter.left() / 2;
        let ways = meter
            .with_at_most(half, |meter| some_ways::<W>(space, &mut machine, MOST_PARTIAL, meter));
        let states = last_states::<W>(space, &mut machine, meter).unwrap_or_else(|| {
            let mut states: Vec<u64> = ways.iter().map(|way| way.state).collect();
            states.sort_unstable();
            states
        });
        if states.is_empty() {
            return None;
        }
        let shown = states.iter().take(MOST_STATES).map(|state| self.words.state(&machine, *state));
        let states = shown.collect();
        let partial = ways.iter().map(|way| self.partial::<W>(space, &mut machine, &way.chosen));
        Some(Found { states, partial: partial.collect() })
    }

    /// Writes down what happens on a way.
    fn partial<const W: usize>(
        &self,
        space: &Space,
        machine: &mut Machine,
        chosen: &[u32],
    ) -> Partial {
        let log = replay::<W>(space, machine, chosen);
        let omitted = log.len().saturating_sub(MOST_SHOWN);
        let steps = log[omitted..].iter().map(|(task, state)| Applied {
            operation: named(self.words, &self.ops[space.tasks[*task as usize].op as usize]),
            state: self.words.state(machine, *state),
        });
        Partial { omitted, steps: steps.collect() }
    }
}

/// States that are possible at the end of a linearizable history; nothing if the budget does not suffice.
fn last_states<const W: usize>(
    space: &Space,
    machine: &mut Machine,
    meter: &mut Meter<'_>,
) -> Option<Vec<u64>> {
    let mut search = Breadth::<W>::new(space);
    loop {
        let turn = meter.left().min(TURN);
        if turn == 0 || search.bytes() + machine.bytes() > meter.bytes_each() {
            return None;
        }
        match search.run(machine, turn, &mut meter.spent) {
            Progress::Running => {}
            Progress::Holds => return Some(search.reachable_states(machine, MOST_LOOKED_AT)),
            Progress::Stuck(_) => return None,
        }
    }
}

/// Configurations that are looked at for the states that operations under way can still lead to.
const MOST_LOOKED_AT: usize = 1000;
