//! What `check` takes.

use std::path::PathBuf;

use clap::ValueEnum;
use seatrial_checkers::linearizability::{CasFail, Model};
use seatrial_history::{Keyed, Value};
use seatrial_node::Duration;

use crate::seed::{count, time};

const EXAMPLES: &str = "\
Examples:
  seatrial check history.jsonl --model cas-register
  seatrial check store/latest/history.edn --model register --init 0
  my-recorder | seatrial check - --model kv --timeout 10s";

/// What `check` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The history: JSON lines, Jepsen's history.edn, or - for standard input
    pub(super) history: PathBuf,
    /// The object that it is compared with; `seatrial list models` names them [default: what the history's header says]
    #[arg(long)]
    pub(super) model: Option<Model>,
    /// The object's initial value, as JSON: null, 0, "a", [1,2]
    #[arg(long, value_name = "VALUE", value_parser = value, allow_hyphen_values = true)]
    pub(super) init: Option<Value>,
    /// What a failed cas says: observed, the value was another; no-effect, nothing [default: observed]
    #[arg(long, value_name = "HOW")]
    pub(super) cas_fail: Option<CasFail>,
    /// How the history is written [default: edn where its name ends so, jsonl otherwise]
    #[arg(long)]
    pub(super) format: Option<Format>,
    /// Whether the values of an EDN history are [key value] tuples
    #[arg(long, value_name = "WHETHER", default_value = "detect")]
    pub(super) keyed: KeyedArg,
    /// How many steps the check may take [default: 20000000]
    #[arg(long, value_name = "N", value_parser = count)]
    pub(super) steps: Option<u64>,
    /// How much memory it may use for states, in MiB [default: 512]
    #[arg(long, value_name = "MIB", value_parser = count)]
    pub(super) memory: Option<u64>,
    /// How long it may take; what is not decided by then is unknown
    #[arg(long, value_name = "TIME", value_parser = time, default_value = "60s")]
    pub(super) timeout: Duration,
    /// Tell the verdict as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// How a history is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// One JSON object a line
    Jsonl,
    /// Jepsen's EDN
    Edn,
}

/// Whether values are tuples of key and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum KeyedArg {
    /// Decided by what the history looks like
    Detect,
    /// They are, as jepsen.independent writes them
    Yes,
    /// They are not
    No,
}

impl From<KeyedArg> for Keyed {
    fn from(keyed: KeyedArg) -> Self {
        match keyed {
            KeyedArg::Detect => Self::Detect,
            KeyedArg::Yes => Self::Yes,
            KeyedArg::No => Self::No,
        }
    }
}

/// Reads a value: JSON, or a bare word as a text, which a shell leaves of one in quotes.
fn value(text: &str) -> Result<Value, String> {
    let word = |c: char| c.is_alphanumeric() || "_-".contains(c);
    let bare = text.starts_with(char::is_alphabetic) && text.chars().all(word);
    match serde_json::from_str(text) {
        Ok(value) => Ok(value),
        Err(_) if bare => Ok(Value::from(text)),
        Err(error) => {
            let example = "write it as JSON: null, true, 7, \"a\", [1,2]";
            Err(format!("no value of an operation: {error}; {example}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_initial_value_is_json_or_a_bare_word() {
        assert_eq!(value("null"), Ok(Value::Null));
        assert_eq!(value("-7"), Ok(Value::Int(-7)));
        assert_eq!(value("\"7\""), Ok(Value::from("7")));
        assert_eq!(value("[1,null]"), Ok(Value::List(vec![Value::Int(1), Value::Null])));
        assert_eq!(value("empty"), Ok(Value::from("empty")));
        for text in ["", "[1,", "1.5", "{}", "7up"] {
            assert!(value(text).expect_err(text).contains("write it as JSON"));
        }
    }
}
