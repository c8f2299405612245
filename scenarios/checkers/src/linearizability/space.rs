//! A problem made ready for searching: what cannot matter is gone, and what a search asks at every step is looked up beforehand.

use std::collections::BTreeMap;

use super::machine::Machine;
use super::model::Model;
use super::problem::{OPEN, Op, Problem, Step, Tables};

/// An operation as a search sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Task {
    /// Which of the problem's operations it is.
    pub(crate) op: u32,
    /// The event that completes it, or [`OPEN`].
    pub(crate) ret: u32,
    pub(crate) step: Step,
    /// Its place among the operations under way at one time; free again once it has returned.
    pub(crate) slot: u32,
    /// Tasks of one class do the same.
    pub(crate) class: u32,
    /// Whether there are others of its class.
    pub(crate) has_twins: bool,
}

/// One end of a task, in the order of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Call(u32),
    Return(u32),
}

/// What a search walks through.
#[derive(Debug)]
pub(crate) struct Space {
    pub(crate) tasks: Vec<Task>,
    pub(crate) events: Vec<Event>,
    pub(crate) slots: usize,
    pub(crate) machine: Machine,
    pub(crate) first: u64,
    /// Who brings and who needs each value; for registers.
    pub(crate) needs: Option<Needs>,
    /// For objects that only grow: for each `read` and later ones the least that they saw. The end is [`i64::MAX`].
    pub(crate) ceilings: Option<Vec<i64>>,
    /// When each value is taken; for queues and stacks in which no value comes twice.
    pub(crate) takes: Option<Takes>,
}

/// When values are taken out of a queue or a stack.
#[derive(Debug)]
pub(crate) struct Takes {
    /// For each value the take's invocation and return. A value never taken has [`OPEN`] twice, or zero as its invocation where an
    /// operation of unknown outcome may take it.
    times: Vec<(u32, u32)>,
    first_in_first_out: bool,
}

impl Takes {
    /// Whether a value may come in while the other is still there.
    pub(crate) fn may_follow(&self, new: u32, there: u32) -> bool {
        let (new, there) = (self.times[new as usize], self.times[there as usize]);
        match self.first_in_first_out {
            true => there.0 == OPEN && new.1 == OPEN || there.0 < new.1,
            false => new.0 == OPEN && there.1 == OPEN || new.0 < there.1,
        }
    }

    /// By when a value of a queue must be out; [`OPEN`] of a stack, where that does not say in which order values come in.
    pub(crate) fn out_by(&self, value: u32) -> u32 {
        if self.first_in_first_out { self.times[value as usize].1 } else { OPEN }
    }

    fn new(ops: &[Op], tables: &Tables) -> Option<Self> {
        let first_in_first_out = match tables.model {
            Model::Queue => true,
            Model::Stack => false,
            _ => return None,
        };
        let mut inserted = vec![false; tables.values.len()];
        let mut takes: Vec<Option<(u32, u32)>> = vec![None; tables.values.len()];
        let mut never = (OPEN, OPEN);
        if ops.iter().any(|op| op.step == Step::TakeAny) {
            never.0 = 0;
        }
        for op in ops {
            match op.step {
                Step::Insert(value) if std::mem::replace(&mut inserted[value as usize], true) => {
                    return None;
                }
                Step::Take(value) => {
                    // One that may not have happened may have been forestalled by one of unknown outcome.
                    let call = if op.ret == OPEN { op.call.min(never.0) } else { op.call };
                    if takes[value as usize].replace((call, op.ret)).is_some() {
                        return None;
                    }
                }
                _ => {}
            }
        }
        let times = takes.into_iter().map(|take| take.unwrap_or(never)).collect();
        Some(Self { times, first_in_first_out })
    }
}

/// For each value of a register who brings it and who needs it, in the order of invocation.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// Whether some operation saw that a value was *not* there. Then no write may be left out.
    pub(crate) observed: bool,
    /// Where each value's consumers begin; one more at the end.
    consumers_from: Vec<u32>,
    /// The earliest return of this consumer of the value and all later ones.
    earliest_return: Vec<u32>,
    producers_from: Vec<u32>,
    producer_calls: Vec<u32>,
}

impl Needs {
    /// The number of values.
    pub(crate) const fn values(&self) -> usize {
        self.consumers_from.len() - 1
    }

    /// Whether all consumers of the value have been invoked, when so many have.
    pub(crate) fn all_called(&self, value: u32, called: u32) -> bool {
        self.consumers_from[value as usize] + called == self.consumers_from[value as usize + 1]
    }

    /// The earliest return of the consumers that are still to be invoked when so many have; [`OPEN`] if there are none.
    pub(crate) fn next_return(&self, value: u32, called: u32) -> u32 {
        let at = self.consumers_from[value as usize] + called;
        match at < self.consumers_from[value as usize + 1] {
            true => self.earliest_return[at as usize],
            false => OPEN,
        }
    }

    /// The next invocation of a producer when so many have been; [`OPEN`] if there is none.
    pub(crate) fn next_producer(&self, value: u32, called: u32) -> u32 {
        let at = self.producers_from[value as usize] + called;
        match at < self.producers_from[value as usize + 1] {
            true => self.producer_calls[at as usize],
            false => OPEN,
        }
    }

    fn new(tasks: &[Task], calls: &[u32], values: usize) -> Self {
        let mut consumers = vec![Vec::new(); values];
        let mut producers = vec![Vec::new(); values];
        let mut needs = Self::default();
        for (task, &call) in tasks.iter().zip(calls) {
            if let Some(value) = task.step.consumes() {
                consumers[value as usize].push(task.ret);
            }
            if let Some(value) = task.step.produces().filter(|_| !task.step.is_pure()) {
                producers[value as usize].push(call);
            }
            needs.observed |= matches!(task.step, Step::Not(_));
        }
        for (mut returns, calls) in consumers.into_iter().zip(producers) {
            for i in (1..returns.len()).rev() {
                returns[i - 1] = returns[i - 1].min(returns[i]);
            }
            needs.consumers_from.push(needs.earliest_return.len() as u32);
            needs.earliest_return.append(&mut returns);
            needs.producers_from.push(needs.producer_calls.len() as u32);
            needs.producer_calls.extend(calls);
        }
        needs.consumers_from.push(needs.earliest_return.len() as u32);
        needs.producers_from.push(needs.producer_calls.len() as u32);
        needs
    }
}

impl Space {
    /// Makes these operations ready.
    pub(crate) fn new(ops: &[Op], tables: &Tables) -> Self {
        Self::of(ops, tables, &that_matter(ops, tables))
    }

    /// Makes these operations ready without leaving any out that could change a state.
    pub(crate) fn with_everything(ops: &[Op], tables: &Tables) -> Self {
        let keep: Vec<bool> = ops.iter().map(|op| op.ret != OPEN || !op.step.is_pure()).collect();
        Self::of(ops, tables, &keep)
    }

    fn of(ops: &[Op], tables: &Tables, keep: &[bool]) -> Self {
        let (machine, first) = Machine::new(ops, tables);
        let mut tasks = tasks(ops, tables, keep);
        let (events, slots) = order(ops, &mut tasks);
        let calls: Vec<u32> = tasks.iter().map(|task| ops[task.op as usize].call).collect();
        let needs =
            tables.model.is_register().then(|| Needs::new(&tasks, &calls, tables.values.len()));
        let ceilings = ceilings(&tasks);
        let takes = Takes::new(ops, tables);
        Self { tasks, events, slots, machine, first, needs, ceilings, takes }
    }
}

/// Which operations can make a difference. An operation of unknown outcome that nobody needs may be taken never to have happened.
pub(crate) fn that_matter(ops: &[Op], tables: &Tables) -> Vec<bool> {
    let mut keep: Vec<bool> = ops.iter().map(|op| op.ret != OPEN || !op.step.is_pure()).collect();
    let observed = ops.iter().any(|op| matches!(op.step, Step::Not(_)));
    let mut needed = vec![0_u32; tables.values.len()];
    let mut seen_of = vec![0; tables.chains.len()];
    for (op, _) in ops.iter().zip(&keep).filter(|(_, keep)| **keep) {
        if let Some(value) = op.step.consumes() {
            needed[value as usize] += 1;
        }
        if let Step::List { chain, len } = op.step
            && let Some(seen) = seen_of.get_mut(chain as usize)
        {
            *seen = len.max(*seen);
        }
    }
    for (chain, len) in seen_of.into_iter().enumerate() {
        for value in tables.list(chain as u32, len) {
            needed[*value as usize] += 1;
        }
    }
    // Leaving out a cas may leave its `from` without need, and so on back.
    let mut again = true;
    while std::mem::take(&mut again) {
        for (op, keep) in ops.iter().zip(&mut keep).filter(|(op, keep)| **keep && op.ret == OPEN) {
            let needless = match op.step {
                Step::Write(value) | Step::Cas(_, value) => {
                    !observed && needed[value as usize] == 0
                }
                Step::Insert(value) | Step::Append(value) => needed[value as usize] == 0,
                Step::Add(more) => more == 0,
                _ => false,
            };
            if needless {
                *keep = false;
                if let Step::Cas(from, _) = op.step {
                    needed[from as usize] -= 1;
                    again = true;
                }
            }
        }
    }
    keep
}

fn tasks(ops: &[Op], tables: &Tables, keep: &[bool]) -> Vec<Task> {
    let longest = Problem::longest_list(ops);
    let mut classes = BTreeMap::new();
    let mut sizes = Vec::new();
    let mut tasks = Vec::with_capacity(ops.len());
    for (i, op) in ops.iter().enumerate().filter(|(i, _)| keep[*i]) {
        let step = match op.step {
            Step::List { chain, len } if tables.begins((chain, len), longest) => Step::Length(len),
            // No list ever is what contradicts the longest.
            Step::List { .. } => Step::Length(u32::MAX),
            other => other,
        };
        let class = *classes.entry(step).or_insert(sizes.len() as u32);
        if class as usize == sizes.len() {
            sizes.push(0);
        }
        sizes[class as usize] += 1;
        tasks.push(Task { op: i as u32, ret: op.ret, step, slot: 0, class, has_twins: false });
    }
    for task in &mut tasks {
        task.has_twins = sizes[task.class as usize] > 1;
    }
    tasks
}

/// The events in order; gives each task its slot, and counts the slots.
fn order(ops: &[Op], tasks: &mut [Task]) -> (Vec<Event>, usize) {
    let mut timed = Vec::with_capacity(tasks.len() * 2);
    for (i, task) in tasks.iter().enumerate() {
        timed.push((ops[task.op as usize].call, Event::Call(i as u32)));
        if task.ret != OPEN {
            timed.push((task.ret, Event::Return(i as u32)));
        }
    }
    timed.sort_unstable_by_key(|(at, _)| *at);
    let mut free = Vec::new();
    let mut slots = 0;
    for (_, event) in &timed {
        match event {
            Event::Call(i) => {
                tasks[*i as usize].slot = free.pop().unwrap_or_else(|| {
                    slots += 1;
                    slots - 1
                });
            }
            Event::Return(i) => free.push(tasks[*i as usize].slot),
        }
    }
    (timed.into_iter().map(|(_, event)| event).collect(), slots as usize)
}

/// Where nothing ever shrinks, no state may exceed what a later `read` saw.
fn ceilings(tasks: &[Task]) -> Option<Vec<i64>> {
    let mut least = Vec::new();
    for task in tasks {
        match task.step {
            Step::Add(more) if more < 0 => return None,
            Step::Total(seen) => least.push(seen),
            Step::Length(seen) => least.push(i64::from(seen)),
            _ => {}
        }
    }
    if !tasks.iter().any(|task| matches!(task.step, Step::Add(_) | Step::Append(_))) {
        return None;
    }
    least.push(i64::MAX);
    for i in (1..least.len()).rev() {
        least[i - 1] = least[i - 1].min(least[i]);
    }
    Some(least)
}
