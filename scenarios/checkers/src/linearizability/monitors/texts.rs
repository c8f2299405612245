//! Texts that are put together: a `get` that returned what no order of puts and appends can make.

use super::super::machine::Machine;
use super::super::meter::Meter;
use super::super::problem::{OPEN, Op, Step, Tables};
use super::{Answer, Finding, Reason};

/// Combinations of a state and an operation that are looked at.
const MOST: usize = 20_000;

pub(super) fn ask(ops: &[Op], tables: &Tables, meter: &mut Meter<'_>) -> Answer {
    let (mut machine, first) = Machine::new(ops, tables);
    let mut changes: Vec<Step> =
        ops.iter().map(|op| op.step).filter(|step| !step.is_pure()).collect();
    changes.sort_unstable();
    changes.dedup();
    let mut states = vec![first];
    let mut known = std::collections::BTreeSet::from([first]);
    let mut looked_at = 0;
    while looked_at < states.len() {
        if looked_at * changes.len() > MOST {
            return Answer::Silent;
        }
        let state = states[looked_at];
        looked_at += 1;
        let after: Vec<u64> =
            changes.iter().filter_map(|change| machine.step(state, *change)).collect();
        states.extend(after.into_iter().filter(|state| known.insert(*state)));
    }
    meter.spent += (looked_at * changes.len()) as u64 / 4;
    let made = |machine: &mut Machine, step| {
        states.iter().any(|state| machine.step(*state, step).is_some())
    };
    for (i, op) in ops.iter().enumerate().filter(|(_, op)| op.ret != OPEN) {
        if let Step::Get(value) = op.step
            && !made(&mut machine, op.step)
        {
            return Answer::Refuted(Finding::new(Reason::FromNowhere { op: i, value }, &[i]));
        }
    }
    Answer::Silent
}
