//! One step of a schedule, and its line.

use std::fmt;
use std::str::FromStr;

use seatrial_history::Endpoint;
use seatrial_node::NodeId;
use serde::{Deserialize, Serialize};

use crate::counts::FaultKind;

/// One thing that happens in a schedule; the [lines](crate::Schedule) say what each means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Step {
    /// Something that is under way arrives.
    Deliver {
        /// Who sent it.
        from: Endpoint,
        /// Who receives it.
        to: Endpoint,
        /// Its word; any, where it is empty.
        word: String,
        /// The how-manieth it is of those under way from there to there with that word, from 1, in the order of sending.
        nth: u32,
        /// A copy arrives, and it stays under way.
        copy: bool,
    },
    /// The next timer of a node comes due.
    Timer {
        /// Whose.
        node: NodeId,
        /// Its word; any, where it is empty.
        word: String,
    },
    /// A disk is done with the first thing that it has to do.
    Disk {
        /// Whose.
        node: NodeId,
    },
    /// A client goes on.
    Wake {
        /// Which.
        client: u32,
    },
    /// A node crashes.
    Crash {
        /// Which.
        node: NodeId,
        /// All that its disk has not synced is lost; otherwise that is for the tape to say.
        losing: bool,
    },
    /// A node that is down starts.
    Restart {
        /// Which.
        node: NodeId,
    },
    /// A fault of the plan begins.
    Begin {
        /// Of which kind.
        kind: FaultKind,
        /// The how-manieth of that kind in the plan, from 1.
        nth: u32,
    },
    /// A fault of the plan ends.
    End {
        /// Of which kind.
        kind: FaultKind,
        /// The how-manieth of that kind in the plan, from 1.
        nth: u32,
    },
    /// All trouble of the plan is over.
    Heal,
}

impl Step {
    /// The same step where everybody is called as `map` says; nothing, where somebody in it is gone.
    pub fn renamed(&self, map: &dyn Fn(Endpoint) -> Option<Endpoint>) -> Option<Self> {
        let node = |node: NodeId| match map(Endpoint::Node(node)) {
            Some(Endpoint::Node(node)) => Some(node),
            _ => None,
        };
        let mut step = self.clone();
        match &mut step {
            Self::Deliver { from, to, .. } => (*from, *to) = (map(*from)?, map(*to)?),
            Self::Timer { node: of, .. }
            | Self::Disk { node: of }
            | Self::Crash { node: of, .. }
            | Self::Restart { node: of } => *of = node(*of)?,
            Self::Wake { client } => match map(Endpoint::Client(*client))? {
                Endpoint::Client(renamed) => *client = renamed,
                Endpoint::Node(_) => return None,
            },
            Self::Begin { .. } | Self::End { .. } | Self::Heal => {}
        }
        Some(step)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deliver { from, to, word, nth, copy } => {
                let again = if *copy { "again " } else { "" };
                write!(f, "{again}{from} -> {to}{}{}", Spaced(word), Nth(*nth))
            }
            Self::Timer { node, word } => write!(f, "{node} timer{}", Spaced(word)),
            Self::Disk { node } => write!(f, "{node} disk"),
            Self::Wake { client } => write!(f, "c{client} wakes"),
            Self::Crash { node, losing: false } => write!(f, "crash {node}"),
            Self::Crash { node, losing: true } => write!(f, "crash {node} losing writes"),
            Self::Restart { node } => write!(f, "restart {node}"),
            Self::Begin { kind, nth } => write!(f, "begin {}{}", kind.name(), Nth(*nth)),
            Self::End { kind, nth } => write!(f, "end {}{}", kind.name(), Nth(*nth)),
            Self::Heal => f.write_str("heal"),
        }
    }
}

/// A word after a space, if there is one.
struct Spaced<'a>(&'a str);

impl fmt::Display for Spaced<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " {}", self.0) }
    }
}

/// Which one, unless it is the first.
struct Nth(u32);

impl fmt::Display for Nth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 1 { Ok(()) } else { write!(f, " #{}", self.0) }
    }
}

/// A line that is no step of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseStepError {
    /// The line.
    pub line: String,
    what: String,
}

impl fmt::Display for ParseStepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A line may be as long as its file.
        write!(f, "\"{:.80}\" is no step of a schedule: {}", self.line, self.what)
    }
}

impl std::error::Error for ParseStepError {}

/// What a line may look like, for whoever has written another.
const FORMS: &str = "write it as \"n0 timer Election\", \"n0 -> n1 Vote\", \"n0 -> n1 Vote #2\", \"again n0 -> n1 Vote\", \"n0 disk\", \"c0 wakes\", \"c0 -> n0\", \"crash n0\", \"crash n0 losing writes\", \"restart n0\", \"begin disk-full\", \"end disk-full\" or \"heal\"";

impl FromStr for Step {
    type Err = ParseStepError;

    fn from_str(line: &str) -> Result<Self, ParseStepError> {
        parse(line).map_err(|what| ParseStepError { line: line.to_owned(), what })
    }
}

impl TryFrom<String> for Step {
    type Error = ParseStepError;

    fn try_from(line: String) -> Result<Self, ParseStepError> {
        line.parse()
    }
}

impl From<Step> for String {
    fn from(step: Step) -> Self {
        step.to_string()
    }
}

fn parse(line: &str) -> Result<Step, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["heal"] => Ok(Step::Heal),
        ["crash", node] => Ok(Step::Crash { node: read(node)?, losing: false }),
        ["crash", node, "losing", "writes"] => Ok(Step::Crash { node: read(node)?, losing: true }),
        ["restart", node] => Ok(Step::Restart { node: read(node)? }),
        ["begin", kind, rest @ ..] => {
            Ok(Step::Begin { kind: find_kind(kind)?, nth: only_number(rest)? })
        }
        ["end", kind, rest @ ..] => {
            Ok(Step::End { kind: find_kind(kind)?, nth: only_number(rest)? })
        }
        ["again", from, "->", to, rest @ ..] => deliver(from, to, rest, true),
        [from, "->", to, rest @ ..] => deliver(from, to, rest, false),
        [node, "timer"] => Ok(Step::Timer { node: read(node)?, word: String::new() }),
        [node, "timer", word] => Ok(Step::Timer { node: read(node)?, word: (*word).to_owned() }),
        [node, "disk"] => Ok(Step::Disk { node: read(node)? }),
        [client, "wakes"] => match read(client)? {
            Endpoint::Client(client) => Ok(Step::Wake { client }),
            Endpoint::Node(_) => Err(format!("{client} is no client; only clients wake")),
        },
        _ => Err(FORMS.to_owned()),
    }
}

fn read<T: FromStr<Err: fmt::Display>>(name: &str) -> Result<T, String> {
    name.parse().map_err(|error: T::Err| error.to_string())
}

fn deliver(from: &str, to: &str, rest: &[&str], copy: bool) -> Result<Step, String> {
    let (from, to): (Endpoint, Endpoint) = (read(from)?, read(to)?);
    if let (Endpoint::Client(_), Endpoint::Client(_)) = (from, to) {
        return Err("clients send nothing to each other".to_owned());
    }
    let is_message = matches!((from, to), (Endpoint::Node(_), Endpoint::Node(_)));
    if copy && !is_message {
        return Err("only messages between nodes arrive again".to_owned());
    }
    let (word, rest) = match rest {
        [word, rest @ ..] if !word.starts_with('#') => (*word, rest),
        rest => ("", rest),
    };
    Ok(Step::Deliver { from, to, word: word.to_owned(), nth: only_number(rest)?, copy })
}

/// The number that ends a line, as `#2`; without one the first is meant.
fn only_number(rest: &[&str]) -> Result<u32, String> {
    let number = match rest {
        [] => return Ok(1),
        [number] => number.strip_prefix('#').and_then(|digits| digits.parse().ok()),
        _ => None,
    };
    number.filter(|number| *number > 0).ok_or_else(|| {
        format!("\"{}\" is no number: write the second one as \"#2\"", rest.join(" "))
    })
}

fn find_kind(name: &str) -> Result<FaultKind, String> {
    let known = FaultKind::ALL.into_iter().find(|kind| kind.name() == name);
    known.ok_or_else(|| format!("there is no fault {name}; `seatrial faults` lists all"))
}
