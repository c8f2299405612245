//! Patterns of events: `deliver n1 Vote`, `faults`, `n0 timer`.

use std::fmt;

use seatrial_history::{Clients, Endpoint, TraceEvent, TraceItem, TraceLine};

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

/// Which events are meant: of any of these kinds, about any of these nodes and clients, with all of these words in what is told. A word is
/// met whole: `Vote` not in `RequestVote`, but `*Vote` is.
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

    /// Whether the run has those who are named, and what is written as a field or as a kind is a word.
    pub(super) fn check(&self, run: &Run, words: super::Words) -> Result<(), String> {
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
        if let Some(word) = self.words.iter().find(|word| field(word).is_some()) {
            return Err(format!("`{word}` is a field: write {word} changes, or {word} = VALUE"));
        }
        if let ([], [], [word]) = (&*self.kinds, &*self.who, &*self.words)
            && run.fields().contains(&word.as_str())
        {
            return Err(format!(
                "`{word}` is a field: write {word} changes, or {word} = VALUE; or with a kind, as fact {word}, for events that tell of it"
            ));
        }
        // A kind begins with a small letter: `Vote` is no misspelt `note`.
        let mut misspelt = self.words.iter().filter(|word| word.starts_with(char::is_lowercase));
        let near = misspelt.find_map(|word| {
            let near = nearest(word, KINDS.iter().map(|(name, _)| *name))?;
            (self.kinds.is_empty() && !run.says(word, words)).then_some((word, near))
        });
        match near {
            Some((word, near)) => Err(format!(
                "`{word}` is neither a kind of event nor a word of this run; did you mean the kind `{near}`?"
            )),
            None => Ok(()),
        }
    }

    /// Whether every event is meant.
    pub(super) const fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.who.is_empty() && self.words.is_empty()
    }

    /// Whether this line is meant. What nodes show is, only where that is asked for: it follows every event.
    pub(super) fn is_met_by(&self, line: &TraceLine, run: &Run, words: super::Words) -> bool {
        let (kind, about) = look_at(line, &run.behind);
        let kinds = match self.kinds.as_slice() {
            [] => kind != Kind::Status,
            kinds => kinds.contains(&kind),
        };
        kinds
            && (self.who.is_empty() || about.iter().flatten().any(|who| self.who.contains(who)))
            && (self.words.is_empty() || {
                let told = words(&line.what);
                self.words.iter().all(|word| is_said(word, &told))
            })
    }

    /// What may have been meant, where no event of the run is: a part of a word.
    pub(super) fn hint(&self, run: &Run, words: super::Words) -> String {
        let is_part = |word: &&String| {
            let anywhere = format!("*{}*", word.trim_matches('*'));
            !run.says(word, words) && run.says(&anywhere, words)
        };
        match self.words.iter().find(is_part) {
            Some(word) => format!(
                "`{word}` is no word of this run, but part of one: write *{}* for all that have it",
                word.trim_matches('*')
            ),
            None => format!("kinds are: {}", kinds()),
        }
    }
}

impl Run {
    /// Whether a word is in anything that is told of the run.
    fn says(&self, word: &str, words: super::Words) -> bool {
        self.trace.iter().any(|line| is_said(word, &words(&line.what)))
    }
}

/// Whether a word is in what is told: whole, but for an end at which it has an asterisk.
fn is_said(word: &str, told: &str) -> bool {
    let bare = word.trim_matches('*');
    let (open_before, open_after) = (word.starts_with('*'), word.ends_with('*'));
    let goes_on = |end: Option<char>, next: Option<char>| {
        let is_letter =
            |letter: Option<char>| letter.is_some_and(|l| l.is_alphanumeric() || l == '_');
        is_letter(end) && is_letter(next)
    };
    told.match_indices(bare).any(|(at, _)| {
        let (before, after) = (&told[..at], &told[at + bare.len()..]);
        (open_before || !goes_on(bare.chars().next(), before.chars().next_back()))
            && (open_after || !goes_on(bare.chars().next_back(), after.chars().next()))
    })
}

/// The kind of a line, and whom it is about: receivers of what arrives or is lost, senders of what is sent.
fn look_at(line: &TraceLine, behind: &Clients) -> (Kind, [Option<Endpoint>; 2]) {
    let node = |kind, node| (kind, [Some(Endpoint::Node(node)), None]);
    match &line.what {
        TraceItem::Fact(who, _) => node(Kind::Fact, *who),
        TraceItem::Op(op) => (Kind::Op, [behind.of_process(op.process), None]),
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

#[cfg(test)]
mod tests {
    use super::is_said;

    #[test]
    fn a_word_is_met_whole_unless_an_asterisk_says_otherwise() {
        let told = "n1 => n2  deliver #7 RequestVote { last_term: 3 }";
        for (word, met) in [
            ("RequestVote", true),
            ("Vote", false),
            ("*Vote", true),
            ("Request", false),
            ("Request*", true),
            ("*quest*", true),
            ("term", false),
            ("last_term: 3", true),
            ("#7", true),
            ("n", false),
            ("*", true),
        ] {
            assert_eq!(is_said(word, told), met, "{word}");
        }
    }
}
