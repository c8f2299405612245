//! A history as it was found in a file, with the place of each event, and what is said of a file that cannot be read.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{History, Malformed, Value};

/// What the optional first line of a file of JSON lines says of the history. It is advice: whoever checks may say otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The form of the lines that follow: [`Header::FORM`].
    pub form: u64,
    /// The model that the history is meant for: `cas-register`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The initial value, where it is given: null too is one.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub init: Option<Value>,
    /// What a failed `cas` means: `observed` or `no-effect`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cas_fail: Option<String>,
    /// The seed that it came from, as its tool writes it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "word")]
    pub seed: Option<String>,
    /// The unit of `time`: `ns`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
}

impl Header {
    /// The form that this crate reads and writes.
    pub const FORM: u64 = 1;
}

/// A member that is there, null or not.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// A text or a number, as text.
fn word<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Null => None,
        Value::Text(text) => Some(text.to_string()),
        other => Some(other.to_string()),
    })
}

/// A well-formed history and where its events were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// What the file says of itself.
    pub header: Option<Header>,
    /// The clients' events.
    pub history: History,
    /// For each event the number of its line, from 1.
    pub lines: Vec<usize>,
    /// How many events were skipped because no client acts in them: faults, which Jepsen gives to its `nemesis`.
    pub skipped: usize,
}

/// Why a file is not a history, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, where one can be named.
    pub column: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub help: Cow<'static, str>,
}

impl ReadError {
    pub(crate) fn new(
        line: usize,
        what: impl Into<String>,
        help: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { line, column: None, what: what.into(), help: help.into() }
    }

    fn malformed(malformed: &Malformed, lines: &[usize]) -> Self {
        let line = |event: usize| lines.get(event).copied().unwrap_or_default();
        let what = malformed.what(|event| format!("line {}", line(event)));
        Self::new(line(malformed.event), what, malformed.help())
    }
}

/// Shows `line 7, column 3: what is wrong; what to do`.
impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}; {}", self.what, self.help)
    }
}

impl std::error::Error for ReadError {}

impl Recording {
    /// The recording, once its events are known to pair up.
    pub(crate) fn checked(self) -> Result<Self, ReadError> {
        match self.history.validate() {
            Ok(()) => Ok(self),
            Err(malformed) => Err(ReadError::malformed(&malformed, &self.lines)),
        }
    }
}

/// The bytes as text, without a byte-order mark.
pub(crate) fn decode(bytes: &[u8]) -> Result<&str, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        ReadError::new(line, "bytes that are no UTF-8 text", "write histories as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// An operation's name, without allocating for the common ones.
pub(crate) fn name(f: &str) -> Cow<'static, str> {
    const COMMON: [&str; 16] = [
        "read", "write", "cas", "acquire", "release", "get", "put", "append", "enqueue", "dequeue",
        "push", "pop", "add", "remove", "contains", "delete",
    ];
    match COMMON.iter().find(|common| **common == f) {
        Some(common) => Cow::Borrowed(common),
        None => Cow::Owned(f.to_owned()),
    }
}

/// The one operation of a transaction in Elle's words, `[["r", k, null]]`, as name, key and value.
pub(crate) fn only_operation(txn: &Value) -> Result<(Cow<'static, str>, Value, Value), String> {
    let Value::List(operations) = txn else {
        return Err("a `txn` whose value is no list of operations".to_owned());
    };
    let [operation] = operations.as_slice() else {
        return Err(format!("a `txn` of {} operations", operations.len()));
    };
    let Value::List(parts) = operation else {
        return Err("a `txn` whose operation is no list".to_owned());
    };
    match parts.as_slice() {
        [Value::Text(f), key, value] => {
            let f = match &**f {
                "r" => "read",
                "w" => "write",
                other => other,
            };
            Ok((name(f), key.clone(), value.clone()))
        }
        _ => Err("a `txn` whose operation is not [f, key, value]".to_owned()),
    }
}

pub(crate) const TXN_HELP: &str =
    "the models here take single operations: give each `txn` one, as [[\"append\", k, v]]";
