//! Monitors: quick ways to decide histories of certain kinds, which also know why.

mod counters;
mod lists;
mod queues;
mod texts;
mod zones;

use super::meter::Meter;
use super::model::Model;
use super::problem::{Op, Tables};

/// What a monitor says.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// There is a linearization.
    Holds,
    /// There is none.
    Refuted(Finding),
    /// It cannot tell.
    Silent,
}

/// Operations that contradict each other, and how.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    /// The operations by number, without repetition, in the order of invocation.
    pub(crate) ops: Vec<usize>,
    pub(crate) reason: Reason,
}

impl Finding {
    fn new(reason: Reason, ops: &[usize]) -> Self {
        let mut ops = ops.to_vec();
        ops.sort_unstable();
        ops.dedup();
        Self { ops, reason }
    }
}

/// How operations contradict each other. Operations are numbers.
#[derive(Clone, Debug)]
pub(crate) enum Reason {
    /// It returned this value, which no operation ever brought.
    FromNowhere { op: usize, value: u32 },
    /// It returned what only the other can have brought, which was invoked later.
    FromTheFuture { op: usize, source: usize },
    /// `since` shows a value there, or it was the initial one; `begins` and `ends` show that another was there afterwards and before
    /// `old` began, which shows the first still there.
    Overwritten { since: Option<usize>, begins: usize, ends: usize, old: usize },
    /// The first two show the one value before the other, the last two the other before the one.
    BothFirst { one: (usize, usize), other: (usize, usize) },
    /// Two reads whose lists are not one the beginning of the other.
    ListsDisagree { first: usize, second: usize },
    /// The list of the read lacks what the operation had appended before.
    Missing { append: usize, read: usize },
    /// The later read saw a shorter list.
    Shrunk { longer: usize, shorter: usize },
    /// The list has them in this order, although the second had been appended before the first was invoked.
    WrongOrder { first: usize, second: usize, read: usize },
    /// Both took what was brought once.
    TakenTwice { first: usize, second: usize },
    /// `first` was brought wholly before `second`, but `second` was taken before.
    Overtaken { first: usize, second: usize, taken: usize, later: Option<usize> },
    /// It found nothing, although at every moment something was there: these were.
    NeverEmpty { op: usize, held: Vec<usize> },
    /// The count is below what had been added for certain.
    TooLow { read: usize, least: i64 },
    /// The count is above what can have been added.
    TooHigh { read: usize, most: i64 },
}

/// Asks the monitors of the model.
pub(crate) fn ask(ops: &[Op], tables: &Tables, meter: &mut Meter<'_>) -> Answer {
    meter.spent += ops.len() as u64 / 8 + 1;
    if let Some(finding) = from_nowhere(ops, tables) {
        return Answer::Refuted(finding);
    }
    match tables.model {
        model if model.is_register() => zones::ask(ops, tables),
        Model::AppendList => lists::ask(ops, tables),
        Model::Queue => queues::ask(ops, tables),
        Model::Counter => counters::ask(ops, tables),
        Model::KvString => texts::ask(ops, tables, meter),
        _ => Answer::Silent,
    }
}

/// A value that was returned and that no operation can have brought. Texts are put together, so of them nothing is said here.
fn from_nowhere(ops: &[Op], tables: &Tables) -> Option<Finding> {
    let mut brought = vec![false; tables.values.len()];
    match tables.model {
        Model::KvString | Model::Counter | Model::AppendList => return None,
        model => brought[0] = model.is_register(),
    }
    for op in ops {
        if let Some(value) = op.step.produces() {
            brought[value as usize] = true;
        }
    }
    let completed = |op: &&(usize, &Op)| op.1.ret != super::problem::OPEN;
    ops.iter().enumerate().filter(|op| completed(&op)).find_map(|(i, op)| {
        let value = op.step.consumes().filter(|value| !brought[*value as usize])?;
        Some(Finding::new(Reason::FromNowhere { op: i, value }, &[i]))
    })
}
