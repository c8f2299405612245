//! Making a violation small: which operations contradict each other, when as little as possible is asked of all others.
//!
//! An operation is not simply left out, for what remains might be wrong for another reason: a read needs the write whose value it
//! returned. Instead it is *relaxed*: it may take effect as it did, but at any later time or never. That can
//! only make a history easier to explain, so where the relaxed history is violated, the whole is too.

use super::meter::Meter;
use super::problem::{OPEN, Op, Step, Tables};
use super::race::{Decision, decide};
use super::space::that_matter;

/// A violation made small.
#[derive(Clone, Debug)]
pub(crate) struct Core {
    /// The operations that are left, the relaxed ones included.
    pub(crate) ops: Vec<Op>,
    /// Whether each is still taken as it was recorded.
    pub(crate) firm: Vec<bool>,
    /// What is known of these operations.
    pub(crate) decision: Decision,
    /// Whether it is known that no further operation can be relaxed.
    pub(crate) minimal: bool,
}

/// The history up to and including that event. What was under way then may take effect, with the result that it had later, or not.
pub(crate) fn prefix(ops: &[Op], event: u32) -> Vec<Op> {
    let begun = ops.iter().take_while(|op| op.call <= event);
    begun.filter_map(|op| if op.ret > event { relaxed(op) } else { Some(*op) }).collect()
}

fn relaxed(op: &Op) -> Option<Op> {
    (!op.step.is_pure()).then_some(Op { ret: OPEN, ..*op })
}

/// Relaxes as many operations of a violated history as it can within what is left of the budget, beginning with all but `suspects`
/// if there are any.
pub(crate) fn shrink(
    ops: &[Op],
    tables: &Tables,
    decision: Decision,
    suspects: &[usize],
    meter: &mut Meter<'_>,
) -> Core {
    let firm = ops.iter().map(|op| op.ret != OPEN).collect();
    let mut core = Core { ops: ops.to_vec(), firm, decision, minimal: false };
    core.begin(tables, suspects, meter);
    let mut chunk = core.firm_places().len().div_ceil(2).max(1);
    loop {
        core.minimal = true;
        let changed = core.pass(chunk, tables, meter);
        if meter.left() == 0 {
            core.minimal = false;
            return core;
        }
        if chunk > 1 {
            chunk = chunk.div_ceil(2);
        } else if !changed {
            return core;
        }
    }
}

/// Steps that one attempt may cost. What takes more is rather left as it is.
const ATTEMPT: u64 = 100_000;

/// Where more operations than that bring a value, which of them did is no help.
const MOST_SOURCES: usize = 2;

impl Core {
    /// Tries the large cuts first, which leave little to decide.
    fn begin(&mut self, tables: &Tables, suspects: &[usize], meter: &mut Meter<'_>) {
        if !suspects.is_empty() {
            let mut others = vec![true; self.ops.len()];
            for suspect in suspects {
                others[*suspect] = false;
            }
            if self.try_relaxing(&others, tables, meter) {
                return;
            }
        }
        // Without observations of what was not there, most other operations can be left out.
        let observations: Vec<bool> =
            self.ops.iter().map(|op| matches!(op.step, Step::Not(_))).collect();
        if observations.contains(&true) {
            self.try_relaxing(&observations, tables, meter);
        }
        let mut last = 4;
        while last < self.ops.len() && meter.left() > 0 {
            let chosen = self.all_but_last(last);
            if self.try_relaxing(&chosen, tables, meter) {
                return;
            }
            last *= 2;
        }
    }

    /// All operations but those that completed last and those that may have brought what these saw.
    fn all_but_last(&self, last: usize) -> Vec<bool> {
        let mut places = self.firm_places();
        places.sort_unstable_by_key(|i| std::cmp::Reverse(self.ops[*i].ret));
        places.truncate(last);
        let needed: Vec<u32> = places.iter().filter_map(|i| self.ops[*i].step.consumes()).collect();
        let mut chosen: Vec<bool> = self
            .ops
            .iter()
            .map(|op| !op.step.produces().is_some_and(|value| needed.contains(&value)))
            .collect();
        for place in places {
            chosen[place] = false;
        }
        chosen
    }

    fn firm_places(&self) -> Vec<usize> {
        (0..self.ops.len()).filter(|i| self.firm[*i]).collect()
    }

    /// Tries to relax each chunk of firm operations, oldest first; says whether anything was relaxed.
    fn pass(&mut self, chunk: usize, tables: &Tables, meter: &mut Meter<'_>) -> bool {
        let mut changed = false;
        let mut kept = 0;
        loop {
            let places = self.firm_places();
            let Some(rest) = places.get(kept..).filter(|rest| !rest.is_empty()) else {
                return changed;
            };
            if meter.left() == 0 {
                return changed;
            }
            let mut chosen = vec![false; self.ops.len()];
            for place in rest.iter().take(chunk) {
                chosen[*place] = true;
            }
            if self.try_relaxing(&chosen, tables, meter) {
                changed = true;
            } else {
                kept += chunk;
            }
        }
    }

    /// Relaxes those operations if what is left is still violated.
    fn try_relaxing(&mut self, chosen: &[bool], tables: &Tables, meter: &mut Meter<'_>) -> bool {
        let mut ops = Vec::with_capacity(self.ops.len());
        let mut firm = Vec::with_capacity(self.ops.len());
        for (i, op) in self.ops.iter().enumerate() {
            if let Some(op) = if chosen[i] { relaxed(op) } else { Some(*op) } {
                ops.push(op);
                firm.push(self.firm[i] && !chosen[i]);
            }
        }
        let keep = that_matter(&ops, tables);
        let mut kept = keep.iter();
        ops.retain(|_| *kept.next().unwrap_or(&true));
        let mut kept = keep.iter();
        firm.retain(|_| *kept.next().unwrap_or(&true));
        let most = ATTEMPT.min(meter.left() / 4);
        let decision = meter.with_at_most(most, |meter| decide(&ops, tables, meter));
        if matches!(decision, Decision::Unknown) {
            self.minimal = false;
        }
        let violated = decision.is_violation();
        if violated {
            (self.ops, self.firm, self.decision) = (ops, firm, decision);
        }
        violated
    }

    /// The operations that a person should see: the firm ones, and of the relaxed ones those that bring what a firm one needs or that
    /// the contradiction names.
    pub(crate) fn shown(&self) -> Vec<Op> {
        let mut show = self.firm.clone();
        if let Decision::Refuted(finding) = &self.decision {
            for op in &finding.ops {
                show[*op] = true;
            }
        }
        let firm = self.ops.iter().zip(&self.firm).filter(|(_, firm)| **firm);
        let mut needed: Vec<u32> = firm.filter_map(|(op, _)| op.step.consumes()).collect();
        needed.sort_unstable();
        needed.dedup();
        for value in needed {
            let sources =
                || (0..self.ops.len()).filter(|i| self.ops[*i].step.produces() == Some(value));
            if sources().count() <= MOST_SOURCES {
                sources().for_each(|i| show[i] = true);
            }
        }
        let shown = self.ops.iter().zip(show).filter(|(_, show)| *show);
        shown.map(|(op, _)| *op).collect()
    }
}
