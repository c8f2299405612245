//! The state machine: a map, and what its commands do.

use std::collections::BTreeMap;

use seatrial_node::WireError;
use seatrial_service::{Op, Request, Response, StateMachine, decode, encode};
use serde::{Deserialize, Serialize};

use crate::Value;

/// Changes the map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Gives a key a value; answers [`Output::Written`].
    Write {
        /// The key.
        key: String,
        /// Its value from now on.
        value: Value,
    },
    /// Gives a key a value if it has the expected one; answers [`Output::Written`], [`Output::Mismatch`] or [`Output::Missing`].
    CompareAndSet {
        /// The key.
        key: String,
        /// The value that it must have now.
        from: Value,
        /// Its value from then on.
        to: Value,
    },
    /// Takes a key out; answers [`Output::Deleted`] or [`Output::Missing`].
    Delete {
        /// The key.
        key: String,
    },
}

/// Looks at the map: the value of this key. Answers [`Output::Value`] or [`Output::Missing`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// The key.
    pub key: String,
}

/// What came of a command or a query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Output {
    /// The key has this value.
    Value(Value),
    /// The key has the new value.
    Written,
    /// The key is gone.
    Deleted,
    /// There is no such key; nothing has changed.
    Missing,
    /// The key has this value and not the expected one; nothing has changed.
    Mismatch(Value),
}

impl Output {
    /// The error code of Maelstrom's key-value services: 20 (`key-does-not-exist`) and 22 (`precondition-failed`).
    pub const fn error_code(&self) -> Option<u32> {
        match self {
            Self::Missing => Some(20),
            Self::Mismatch(_) => Some(22),
            Self::Value(_) | Self::Written | Self::Deleted => None,
        }
    }
}

/// A map from texts to values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KvState {
    entries: BTreeMap<String, Value>,
}

impl KvState {
    /// All keys and values, in order of the keys.
    pub fn entries(&self) -> &BTreeMap<String, Value> {
        &self.entries
    }
}

impl StateMachine for KvState {
    type Command = Command;
    type Query = Query;
    type Output = Output;

    fn apply(&mut self, command: Command) -> Output {
        match command {
            Command::Write { key, value } => {
                self.entries.insert(key, value);
                Output::Written
            }
            Command::CompareAndSet { key, from, to } => match self.entries.get_mut(&key) {
                None => Output::Missing,
                Some(value) if *value == from => {
                    *value = to;
                    Output::Written
                }
                Some(value) => Output::Mismatch(value.clone()),
            },
            Command::Delete { key } => match self.entries.remove(&key) {
                None => Output::Missing,
                Some(_) => Output::Deleted,
            },
        }
    }

    fn query(&self, query: &Query) -> Output {
        self.entries.get(&query.key).map_or(Output::Missing, |value| Output::Value(value.clone()))
    }

    fn snapshot(&self) -> Vec<u8> {
        encode(&self.entries)
    }

    fn restore(bytes: &[u8]) -> Result<Self, WireError> {
        Ok(Self { entries: decode(bytes)? })
    }
}

/// What a client asks of a [`Kv`](crate::Kv).
pub type KvRequest = Request<Command, Query>;

/// What a client of a [`Kv`](crate::Kv) is answered.
pub type KvResponse = Response<Output>;

/// What is to be done to a [`Kv`](crate::Kv).
pub type KvOp = Op<Command, Query>;

/// The operation that reads a key.
pub fn read(key: impl Into<String>) -> KvOp {
    Op::Query(Query { key: key.into() })
}

/// The operation that gives a key a value.
pub fn write(key: impl Into<String>, value: impl Into<Value>) -> KvOp {
    Op::Command(Command::Write { key: key.into(), value: value.into() })
}

/// The operation that gives a key a value if it has the expected one.
pub fn compare_and_set(
    key: impl Into<String>,
    from: impl Into<Value>,
    to: impl Into<Value>,
) -> KvOp {
    Op::Command(Command::CompareAndSet { key: key.into(), from: from.into(), to: to.into() })
}

/// The operation that takes a key out.
pub fn delete(key: impl Into<String>) -> KvOp {
    Op::Command(Command::Delete { key: key.into() })
}
