//! Patterns of events: `deliver n1 Vote`, `faults`, `n0 timer`.

use std::fmt;

use seatrial_history::{Endpoint, TraceEvent, TraceItem, TraceLine};

use super::run::Run;
use crate::scenario::nearest;

/// A kind of line of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Send,
    Deliver,
    Drop,
    Copy,
    Timer,
    Disk,
    Fault,
    Fact,
    Op,
    Status,
    Note,
}

/// What kinds are called, and which each name means. The plural ones are those that `--trace` takes.
const KINDS: [(&str, &[Kind]); 18] = [
    ("send", &[Kind::Send]),
    ("deliver", &[Kind::Deliver]),
    ("drop", &[Kind::Drop]),
    ("copy", &[Kind::Copy]),
    ("timer", &[Kind::Timer]),
    ("disk", &[Kind::Disk]),
    ("fault", &[Kind::Fault]),
    ("fact", &[Kind::Fact]),
    ("op", &[Kind::Op]),
    ("status", &[Kind::Status]),
    ("note", &[Kind::Note]),
    ("duplicate", &[Kind::Copy]),
    ("messages", &[Kind::Send, Kind::Deliver, Kind::Drop, Kind::Copy]),
    ("timers", &[Kind::Timer]),
    ("faults", &[Kind::Fault]),
    ("facts", &[Kind::Fact]),
    ("ops", &[Kind::Op]),
    ("notes", &[Kind::Note]),
];

/// The kinds in a row, for whoever is to choose one.
pub(super) fn kinds() -> String {
    let names: Vec<&str> = KINDS.iter().take(11).map(|(name, _)| *name).collect();
    names.join(", ")
}

/// Which events are meant: of any of these kinds, about any of these nodes and clients, with all of these words in what is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    kinds: Vec<Kind>,
    who: Vec<Endpoint>,
    words: Vec<String>,
    /// As it was written.
    text: String,
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Pattern {
    /// Reads a pattern: kinds, names and words with spaces or commas between them.
    pub(super) fn parse(words: &[&str]) -> Self {
        let mut pattern = Self { text: words.join(" "), ..Self::default() };
        for word in words.iter().flat_map(|word| word.split(',')).filter(|word| !word.is_empty()) {
            match (KINDS.iter().find(|(name, _)| *name == word), word.parse()) {
                (Some((_, kinds)), _) => pattern.kinds.extend_from_slice(kinds),
                (None, Ok(who)) => pattern.who.push(who),
                (None, Err(_)) => pattern.words.push(word.to_owned()),
            }
        }
        pattern
    }

    /// Whether the run has those who are named, and what is written as a field is none.
    pub(super) fn check(&self, run: &Run) -> Result<(), String> {
        let is_there = |who: &&Endpoint| match who {
            Endpoint::Node(node) => run.nodes.contains(node),
            Endpoint::Client(client) => *client < run.clients,
        };
        if let Some(stranger) = self.who.iter().find(|who| !is_there(who)) {
            let (nodes, clients) = (run.nodes.iter(), 0..run.clients);
            let all =
                nodes.map(ToString::to_string).chain(clients.map(|client| format!("c{client}")));
            return Err(format!(
                "there is no {stranger}; there is {}",
                all.collect::<Vec<_>>().join(", ")
            ));
        }
        let field = |word: &&String| {
            let (node, name) = word.split_once('.')?;
            (node.parse::<Endpoint>().is_ok() && !name.is_empty()).then_some(())
        };
        match self.words.iter().find(|word| field(word).is_some()) {
            Some(word) => {
                Err(format!("`{word}` is a field: write {word} changes, or {word} = VALUE"))
            }
            None => Ok(()),
        }
    }

    /// Whether every event is meant.
    pub(super) const fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.who.is_empty() && self.words.is_empty()
    }

    /// Whether this line is meant. What nodes show is, only where that is asked for: it follows every event.
    pub(super) fn is_met_by(&self, line: &TraceLine, words: super::Words) -> bool {
        let (kind, about) = look_at(line);
        let kinds = match self.kinds.as_slice() {
            [] => kind != Kind::Status,
            kinds => kinds.contains(&kind),
        };
        kinds
            && (self.who.is_empty() || about.iter().flatten().any(|who| self.who.contains(who)))
            && (self.words.is_empty() || {
                let told = words(&line.what);
                self.words.iter().all(|word| told.contains(word.as_str()))
            })
    }

    /// What may have been meant, where no event of the run is: a word that is nearly a kind.
    pub(super) fn hint(&self) -> String {
        // A kind begins with a small letter: `Vote` is no misspelt `note`.
        let near = |word: &String| {
            if !word.starts_with(char::is_lowercase) {
                return None;
            }
            nearest(word, KINDS.iter().map(|(name, _)| *name)).map(|name| (word.clone(), name))
        };
        match self.words.iter().find_map(near) {
            Some((word, near)) => {
                format!("`{word}` is taken for a word to be found; did you mean the kind `{near}`?")
            }
            None => format!("kinds are: {}", kinds()),
        }
    }
}

/// The kind of a line, and whom it is about: receivers of what arrives or is lost, senders of what is sent.
fn look_at(line: &TraceLine) -> (Kind, [Option<Endpoint>; 2]) {
    let node = |kind, node| (kind, [Some(Endpoint::Node(node)), None]);
    match &line.what {
        TraceItem::Fact(who, _) => node(Kind::Fact, *who),
        TraceItem::Op(op) => {
            (Kind::Op, [u32::try_from(op.process.0).ok().map(Endpoint::Client), None])
        }
        TraceItem::Event(event) => match event {
            TraceEvent::Send { from, .. } => (Kind::Send, [Some(*from), None]),
            TraceEvent::Deliver { to, .. } => (Kind::Deliver, [Some(*to), None]),
            TraceEvent::Drop { to, .. } => (Kind::Drop, [Some(*to), None]),
            TraceEvent::Duplicate { .. } => (Kind::Copy, [None, None]),
            TraceEvent::Timer { node: who, .. } => node(Kind::Timer, *who),
            TraceEvent::Disk { node: who, .. } => node(Kind::Disk, *who),
            TraceEvent::Status { node: who, .. } => node(Kind::Status, *who),
            TraceEvent::Fault { node, .. } => (Kind::Fault, [node.map(Endpoint::Node), None]),
            _ => (Kind::Note, [None, None]),
        },
    }
}
