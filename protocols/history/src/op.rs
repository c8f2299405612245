//! What clients asked and were told: the history that consistency is judged by (Herlihy and Wing 1990, in Jepsen's words).

use std::borrow::Cow;
use std::fmt;

use seatrial_node::Instant;
use serde::{Deserialize, Serialize};

use crate::Value;

/// A client thread: it has at most one operation under way. After an operation of unknown outcome it never acts again; whoever
/// ran it goes on under a new number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Process(pub u64);

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which end of an operation an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OpKind {
    /// The operation begins.
    Invoke,
    /// It took effect at one instant since its invocation; `value` is its result.
    Ok,
    /// It had no effect and never will.
    Fail,
    /// Nobody knows: it may take effect at any instant after its invocation, or never.
    Info,
}

impl OpKind {
    /// Jepsen's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invoke => "invoke",
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::Info => "info",
        }
    }
}

/// One end of an operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct OpEvent {
    /// Who acts.
    pub process: Process,
    /// Which end it is.
    #[serde(rename = "type")]
    pub kind: OpKind,
    /// The operation's name, as its model knows it: `read`, `write`, `cas`, …
    pub f: Cow<'static, str>,
    /// The object that it is about; null where a history is about one.
    #[serde(skip_serializing_if = "Value::is_null")]
    pub key: Value,
    /// The argument on invocation, the result on completion.
    pub value: Value,
    /// When, by the host's clock. For people: the order of events is their order in the history.
    pub time: Instant,
    /// Why it failed or is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Cow<'static, str>>,
}

/// Shows as a line of an account: `12  ok  cas x [2, 4]`.
impl OpEvent {
    /// All but who acts and which end it is: `write "x" 7`.
    pub fn what(&self) -> String {
        let mut what = self.f.to_string();
        if !self.key.is_null() {
            what += &format!(" {}", self.key);
        }
        // What is read is not known before; what is written is nothing where a key is deleted.
        let is_known = matches!((self.f.as_ref(), self.kind), ("write", _) | ("read", OpKind::Ok));
        if is_known || !self.value.is_null() {
            what += &format!(" {}", self.value);
        }
        if let Some(error) = &self.error {
            what += &format!(" ({error})");
        }
        what
    }
}

impl fmt::Display for OpEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {:<3} {:<6} {}", self.process, self.kind.as_str(), self.what())
    }
}

/// The operations of one execution: every event in the order in which it happened. Event `i` happened before event `j` where
/// `i < j`, whatever their times say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The events, oldest first.
    pub events: Vec<OpEvent>,
}
