//! Lists that only grow: every list read shows an order of appends, so histories of unique values are decided in one pass (the
//! insight of Elle: Kingsbury and Alvaro 2020).

use super::super::problem::{OPEN, Op, Problem, Step, Tables};
use super::{Answer, Finding, Reason};

pub(super) fn ask(ops: &[Op], tables: &Tables) -> Answer {
    let (chain, len) = Problem::longest_list(ops);
    let longest = tables.list(chain, len);
    let longest_read = longest_read(ops, chain, len);
    if let Some(finding) = disagreeing(ops, tables, longest_read, (chain, len)) {
        return Answer::Refuted(finding);
    }
    if let Some(finding) = from_nowhere(ops, tables, longest, longest_read) {
        return Answer::Refuted(finding);
    }
    let Some(places) = places(ops, tables, longest) else { return Answer::Silent };
    match out_of_order(ops, &places, longest_read) {
        Some(finding) => Answer::Refuted(finding),
        None => Answer::Holds,
    }
}

/// The first read that returned the longest list.
fn longest_read(ops: &[Op], chain: u32, len: u32) -> usize {
    let longest = Step::List { chain, len };
    ops.iter().position(|op| op.step == longest).unwrap_or_default()
}

fn disagreeing(
    ops: &[Op],
    tables: &Tables,
    longest_read: usize,
    longest: (u32, u32),
) -> Option<Finding> {
    ops.iter().enumerate().find_map(|(i, op)| match op.step {
        Step::List { chain, len } if !tables.begins((chain, len), longest) => {
            let (first, second) = (i.min(longest_read), i.max(longest_read));
            Some(Finding::new(Reason::ListsDisagree { first, second }, &[first, second]))
        }
        _ => None,
    })
}

fn from_nowhere(ops: &[Op], tables: &Tables, longest: &[u32], read: usize) -> Option<Finding> {
    let mut appends = vec![0_u32; tables.values.len()];
    for op in ops {
        if let Step::Append(value) = op.step {
            appends[value as usize] += 1;
        }
    }
    for value in longest {
        match &mut appends[*value as usize] {
            0 => {
                let reason = Reason::FromNowhere { op: read, value: *value };
                return Some(Finding::new(reason, &[read]));
            }
            left => *left -= 1,
        }
    }
    None
}

/// Where in the one possible order each operation stands, for those that have a place: the append of the n-th value at 2n - 1, reads of
/// n values at 2n, and other appends after all of them. Nothing where a value is appended twice, for then the order is not known.
fn places(ops: &[Op], tables: &Tables, longest: &[u32]) -> Option<Vec<u32>> {
    let after_all = longest.len() as u32 * 2 + 1;
    let mut place_of = vec![after_all; tables.values.len()];
    for (i, value) in longest.iter().enumerate() {
        if place_of[*value as usize] != after_all {
            return None;
        }
        place_of[*value as usize] = i as u32 * 2 + 1;
    }
    let mut appended = vec![false; tables.values.len()];
    let mut places = Vec::with_capacity(ops.len());
    for op in ops {
        places.push(match op.step {
            Step::Append(value) => {
                let place = place_of[value as usize];
                if place != after_all && std::mem::replace(&mut appended[value as usize], true) {
                    return None;
                }
                place
            }
            Step::List { len, .. } => len * 2,
            _ => return None,
        });
    }
    Some(places)
}

/// Two operations the later of which, in that order, ended before the earlier began.
fn out_of_order(ops: &[Op], places: &[u32], longest_read: usize) -> Option<Finding> {
    let mut order: Vec<usize> =
        (0..ops.len()).filter(|i| ops[*i].ret != OPEN || places[*i] % 2 == 1).collect();
    order.sort_by_key(|i| places[*i]);
    let mut latest_call = order.first().copied()?;
    let mut group_latest = latest_call;
    for pair in order.windows(2) {
        let (last, next) = (pair[0], pair[1]);
        if places[last] != places[next] {
            latest_call = group_latest;
        }
        if places[latest_call] < places[next] && ops[next].ret < ops[latest_call].call {
            return Some(explain(ops, places, latest_call, next, longest_read));
        }
        if ops[next].call > ops[group_latest].call {
            group_latest = next;
        }
    }
    None
}

/// `first` stands before `second` in the list's order, although `second` ended before `first` began.
fn explain(
    ops: &[Op],
    places: &[u32],
    first: usize,
    second: usize,
    longest_read: usize,
) -> Finding {
    let is_read = |op: usize| matches!(ops[op].step, Step::List { .. });
    let (reason, certificate) = match (is_read(first), is_read(second)) {
        (true, true) => (Reason::Shrunk { longer: second, shorter: first }, vec![first, second]),
        (true, false) => (Reason::Missing { append: second, read: first }, vec![first, second]),
        (false, true) => (Reason::FromTheFuture { op: second, source: first }, vec![first, second]),
        (false, false) => {
            let read = longest_read;
            (Reason::WrongOrder { first, second, read }, vec![first, second, read])
        }
    };
    // Without the longest list nothing says where an append belongs.
    let mut certificate = certificate;
    if places[first] % 2 == 1 && places[second] % 2 == 1 {
        certificate.push(longest_read);
    }
    Finding::new(reason, &certificate)
}
