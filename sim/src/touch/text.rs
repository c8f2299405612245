//! A touch as a line, and back.

use std::fmt;
use std::str::FromStr;

use seatrial_history::Endpoint;
use seatrial_node::{Duration, Instant, NodeId};

use super::{Deed, Touch};

impl fmt::Display for Touch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "after {}: {}", self.after, self.deed)
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drop { name } => write!(f, "drop #{name}"),
            Self::Delay { name, until } => write!(f, "delay #{name} until {until}"),
            Self::Deliver { name } => write!(f, "deliver #{name}"),
            Self::Duplicate { name } => write!(f, "duplicate #{name}"),
            Self::Crash { node, losing: false } => write!(f, "crash {node}"),
            Self::Crash { node, losing: true } => write!(f, "crash {node} losing writes"),
            Self::Restart { node } => write!(f, "restart {node}"),
            Self::Cut { these, those } => write!(f, "cut {} from {}", list(these), list(those)),
            Self::Heal => f.write_str("heal"),
        }
    }
}

fn list(all: &[Endpoint]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// A line that is no touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseTouchError {
    line: String,
    what: String,
}

impl fmt::Display for ParseTouchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is nothing that can be done by hand: {}", self.line, self.what)
    }
}

impl std::error::Error for ParseTouchError {}

impl FromStr for Touch {
    type Err = ParseTouchError;

    fn from_str(line: &str) -> Result<Self, ParseTouchError> {
        parse(line).map_err(|what| ParseTouchError { line: line.to_owned(), what })
    }
}

impl TryFrom<String> for Touch {
    type Error = ParseTouchError;

    fn try_from(line: String) -> Result<Self, ParseTouchError> {
        line.parse()
    }
}

impl From<Touch> for String {
    fn from(touch: Touch) -> Self {
        touch.to_string()
    }
}

/// What a line may look like, for whoever has written another.
const FORMS: &str = "write it as \"after 153: drop #12\", \"… delay #12 until 80ms\", \"… deliver #12\", \"… duplicate #12\", \"… crash n1\", \"… crash n1 losing writes\", \"… restart n1\", \"… cut n0,c0 from n1,n2\" or \"… heal\"";

fn parse(line: &str) -> Result<Touch, String> {
    let forms = || FORMS.to_owned();
    let (after, deed) = line
        .trim()
        .strip_prefix("after ")
        .and_then(|rest| rest.split_once(':'))
        .ok_or_else(forms)?;
    let after = after.trim().parse().map_err(|_| {
        format!("\"{}\" is no number of events: write a whole one, as \"153\"", after.trim())
    })?;
    let words: Vec<&str> = deed.split_whitespace().collect();
    let deed = match words.as_slice() {
        ["drop", name] => Deed::Drop { name: number(name)? },
        ["delay", name, "until", time] => {
            let until: Duration = read(time)?;
            Deed::Delay { name: number(name)?, until: Instant::ZERO + until }
        }
        ["deliver", name] => Deed::Deliver { name: number(name)? },
        ["duplicate", name] => Deed::Duplicate { name: number(name)? },
        ["crash", node] => Deed::Crash { node: read(node)?, losing: false },
        ["crash", node, "losing", "writes"] => Deed::Crash { node: read(node)?, losing: true },
        ["restart", node] => Deed::Restart { node: read::<NodeId>(node)? },
        ["cut", these, "from", those] => Deed::Cut { these: ends(these)?, those: ends(those)? },
        ["heal"] => Deed::Heal,
        _ => return Err(forms()),
    };
    Ok(Touch { after, deed })
}

fn read<T: FromStr<Err: fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn number(text: &str) -> Result<u64, String> {
    let digits = text.strip_prefix('#').and_then(|digits| digits.parse().ok());
    digits.ok_or_else(|| format!("\"{text}\" names no message: write its number, as \"#12\""))
}

fn ends(text: &str) -> Result<Vec<Endpoint>, String> {
    text.split(',').map(read).collect()
}
