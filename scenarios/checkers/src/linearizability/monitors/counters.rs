//! Counters that only grow: what a read returned lies between what had been added for certain and what can have been added.
//! That is necessary, not sufficient; a search decides the rest.

use super::super::problem::{OPEN, Op, Step, Tables};
use super::{Answer, Finding, Reason};

pub(super) fn ask(ops: &[Op], tables: &Tables) -> Answer {
    let mut calls = Vec::new();
    let mut returns = Vec::new();
    for op in ops {
        let Step::Add(more) = op.step else { continue };
        if more < 0 {
            return Answer::Silent;
        }
        calls.push((op.call, more));
        if op.ret != OPEN {
            returns.push((op.ret, more));
        }
    }
    returns.sort_unstable();
    let calls = sums(calls);
    let returns = sums(returns);
    for (i, op) in ops.iter().enumerate() {
        let Step::Total(total) = op.step else { continue };
        if op.ret == OPEN {
            continue;
        }
        let least = tables.zero.saturating_add(sum_before(&returns, op.call));
        let most = tables.zero.saturating_add(sum_before(&calls, op.ret));
        if total < least {
            let before = |other: &(usize, &Op)| {
                matches!(other.1.step, Step::Add(more) if more > 0) && other.1.ret < op.call
            };
            let mut certificate: Vec<usize> =
                ops.iter().enumerate().filter(before).map(|(i, _)| i).collect();
            certificate.push(i);
            return Answer::Refuted(Finding::new(Reason::TooLow { read: i, least }, &certificate));
        }
        if total > most {
            return Answer::Refuted(Finding::new(Reason::TooHigh { read: i, most }, &[i]));
        }
    }
    Answer::Silent
}

/// Sums up to and including each.
fn sums(mut adds: Vec<(u32, i64)>) -> Vec<(u32, i64)> {
    let mut sum = 0_i64;
    for (_, more) in &mut adds {
        sum = sum.saturating_add(*more);
        *more = sum;
    }
    adds
}

fn sum_before(sums: &[(u32, i64)], event: u32) -> i64 {
    let after = sums.partition_point(|(at, _)| *at < event);
    after.checked_sub(1).map_or(0, |last| sums[last].1)
}
