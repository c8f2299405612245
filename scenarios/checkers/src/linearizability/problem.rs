//! One object's operations in numbers: what a search works on.

use seatrial_history::Value;

use super::model::Model;

/// The return of an operation that may take effect at any later time, or never.
pub(crate) const OPEN: u32 = u32::MAX;

/// What an operation does to the state, and what it saw. Values are numbers into [`Tables::values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// A register held the value.
    Read(u32),
    /// A register holds the value from now on.
    Write(u32),
    /// A register held the first and holds the second from now on.
    Cas(u32, u32),
    /// A register did not hold the value: a failed `cas`.
    Not(u32),
    /// A counter grew.
    Add(i64),
    /// A counter stood there.
    Total(i64),
    /// A list got one more value.
    Append(u32),
    /// A list had exactly the first `len` values of that chain.
    List { chain: u32, len: u32 },
    /// A list had that many values: what `List` becomes once all lists are known to be of one chain.
    Length(u32),
    /// A text was this.
    Get(u32),
    /// A text is this from now on.
    Put(u32),
    /// A text got longer by this.
    Extend(u32),
    /// A queue or a stack got a value.
    Insert(u32),
    /// A queue or a stack gave a value.
    Take(u32),
    /// A queue or a stack was empty.
    TakeNothing,
    /// A queue or a stack gave its next value, if it had one; nobody knows which.
    TakeAny,
}

impl Step {
    /// Whether it never changes the state.
    pub(crate) const fn is_pure(self) -> bool {
        match self {
            Self::Read(_)
            | Self::Not(_)
            | Self::Total(_)
            | Self::List { .. }
            | Self::Length(_)
            | Self::Get(_)
            | Self::TakeNothing => true,
            Self::Cas(from, to) => from == to,
            _ => false,
        }
    }

    /// The value that must be there for it to take effect.
    pub(crate) const fn consumes(self) -> Option<u32> {
        match self {
            Self::Read(value) | Self::Cas(value, _) | Self::Take(value) | Self::Get(value) => {
                Some(value)
            }
            _ => None,
        }
    }

    /// The value that it brings.
    pub(crate) const fn produces(self) -> Option<u32> {
        match self {
            Self::Write(value) | Self::Cas(_, value) | Self::Insert(value) => Some(value),
            _ => None,
        }
    }
}

/// One operation of one object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Op {
    /// The event that invoked it.
    pub(crate) call: u32,
    /// The event that completed it, or [`OPEN`].
    pub(crate) ret: u32,
    /// What it does.
    pub(crate) step: Step,
    /// Which operation of the history it is.
    pub(crate) span: u32,
}

/// What the operations of one object refer to.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    pub(crate) model: Model,
    /// The values that operations name. The first is a register's or a text's initial value.
    pub(crate) values: Vec<Value>,
    /// A counter's initial value.
    pub(crate) zero: i64,
    /// The lists that were read, as values; one where all are prefixes of the longest.
    pub(crate) chains: Vec<Vec<u32>>,
}

/// One object's part of a history.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    /// By their invocations.
    pub(crate) ops: Vec<Op>,
    pub(crate) tables: Tables,
}

impl Problem {
    /// The longest list that was read: its chain and its length.
    pub(crate) fn longest_list(ops: &[Op]) -> (u32, u32) {
        let lists = ops.iter().filter_map(|op| match op.step {
            Step::List { chain, len } => Some((chain, len)),
            _ => None,
        });
        lists.fold((0, 0), |best, list| if list.1 > best.1 { list } else { best })
    }
}

impl Tables {
    /// Whether a list is the beginning of another, each given as a chain and a length.
    pub(crate) fn begins(&self, list: (u32, u32), other: (u32, u32)) -> bool {
        list.1 <= other.1
            && (list.0 == other.0
                || self.list(other.0, other.1).starts_with(self.list(list.0, list.1)))
    }

    /// The first `len` values of a chain.
    pub(crate) fn list(&self, chain: u32, len: u32) -> &[u32] {
        self.chains.get(chain as usize).map_or(&[], |chain| &chain[..len as usize])
    }
}
