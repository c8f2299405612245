//! Registers whose values are written once: zones (Gibbons and Korach 1997; Golab, Li and Shah 2011).
//!
//! All operations of one value stand together in a linearization. Where some operation of a value ended before another of it
//! began, the register held the value from that end to that beginning: a forward zone. Otherwise there is an instant at which all
//! of them were under way, and from the last beginning to the first end is a backward zone. There is a linearization exactly where
//! no value was read before it was written, no two forward zones overlap, and no backward zone lies within a forward one.

use super::super::problem::{OPEN, Op, Step, Tables};
use super::super::space::that_matter;
use super::{Answer, Finding, Reason};

/// When the operations of one value began last and ended first, and which they were. The initial value was written at zero, before
/// all events, which begin at one.
#[derive(Clone, Copy)]
struct Zone {
    write: Option<usize>,
    write_call: u32,
    first_end: u32,
    ends: usize,
    last_begin: u32,
    begins: usize,
}

pub(super) fn ask(ops: &[Op], tables: &Tables) -> Answer {
    let Some(zones) = zones(ops, tables) else { return Answer::Silent };
    let mut forward = Vec::new();
    let mut backward = Vec::new();
    for zone in zones.iter().flatten() {
        if let Some(source) = zone.write
            && zone.first_end < zone.write_call
        {
            let op = zone.ends;
            let reason = Reason::FromTheFuture { op, source };
            return Answer::Refuted(Finding::new(reason, &[op, source]));
        }
        if zone.first_end < zone.last_begin { forward.push(*zone) } else { backward.push(*zone) }
    }
    forward.sort_unstable_by_key(|zone| zone.first_end);
    for pair in forward.windows(2) {
        if pair[1].first_end < pair[0].last_begin {
            return Answer::Refuted(both_first(&pair[0], &pair[1]));
        }
    }
    for zone in &backward {
        let after = forward.partition_point(|around| around.first_end < zone.last_begin);
        if let Some(around) = after.checked_sub(1).map(|at| &forward[at])
            && zone.first_end < around.last_begin
        {
            return Answer::Refuted(overwritten(around, zone));
        }
    }
    Answer::Holds
}

/// The zone of each value; nothing where the history is not of the kind that zones decide.
fn zones(ops: &[Op], tables: &Tables) -> Option<Vec<Option<Zone>>> {
    if ops.iter().any(|op| !matches!(op.step, Step::Read(_) | Step::Write(_))) {
        return None;
    }
    let keep = that_matter(ops, tables);
    let mut zones = vec![None; tables.values.len()];
    const NO_OP: usize = usize::MAX;
    zones[0] = Some(Zone {
        write: None,
        write_call: 0,
        first_end: 0,
        ends: NO_OP,
        last_begin: 0,
        begins: NO_OP,
    });
    for (i, op) in ops.iter().enumerate().filter(|(i, _)| keep[*i]) {
        let (Step::Read(value) | Step::Write(value)) = op.step else { continue };
        let (begin, end) = (op.call + 1, op.ret.saturating_add(1));
        let zone = zones[value as usize].get_or_insert(Zone {
            write: None,
            write_call: 0,
            first_end: OPEN,
            ends: i,
            last_begin: 0,
            begins: i,
        });
        if matches!(op.step, Step::Write(_)) {
            if value == 0 || zone.write.is_some() {
                return None;
            }
            (zone.write, zone.write_call) = (Some(i), begin);
        }
        if end < zone.first_end {
            (zone.first_end, zone.ends) = (end, i);
        }
        if begin > zone.last_begin {
            (zone.last_begin, zone.begins) = (begin, i);
        }
    }
    // An initial value that nobody read is no zone.
    if zones[0].is_some_and(|zone| zone.begins == NO_OP) {
        zones[0] = None;
    }
    Some(zones)
}

fn both_first(one: &Zone, other: &Zone) -> Finding {
    // The initial value comes first by itself.
    let mut ops: Vec<usize> = [one.write, other.write].into_iter().flatten().collect();
    ops.extend([one.begins, other.begins, other.ends]);
    let reason = match one.first_end {
        0 => {
            let (ends, old) = (other.ends, one.begins);
            Reason::Overwritten { since: None, begins: ends, ends, old }
        }
        _ => {
            ops.push(one.ends);
            Reason::BothFirst { one: (one.ends, other.begins), other: (other.ends, one.begins) }
        }
    };
    Finding::new(reason, &ops)
}

fn overwritten(around: &Zone, within: &Zone) -> Finding {
    let mut ops = vec![around.begins, within.ends, within.begins];
    ops.extend([around.write, within.write].into_iter().flatten());
    let since = (around.first_end > 0).then_some(around.ends);
    ops.extend(since);
    let (begins, ends) = (within.begins, within.ends);
    Finding::new(Reason::Overwritten { since, begins, ends, old: around.begins }, &ops)
}
