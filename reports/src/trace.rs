//! A recorded trace as text, a line for each thing that happened: all of it, what a filter leaves, or the last before a failure.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use seatrial_history::{Clients, Endpoint, Moment, OpEvent, TraceEvent, TraceItem, TraceLine};
use seatrial_node::{Fact, Instant, MessageNumber, NodeId, Status};

use crate::acts::presence;
use crate::page::{Page, Role, clean};

/// A kind of line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Messages, requests and answers on their way.
    Messages,
    /// Timers that came due.
    Timers,
    /// What disks completed.
    Disk,
    /// Crashes, partitions and the like, and their end.
    Faults,
    /// What nodes announced.
    Facts,
    /// Clients' operations.
    Ops,
    /// What nodes show after each event.
    Status,
    /// Anything else.
    Notes,
}

impl Kind {
    /// Every kind, as it is asked for.
    pub const ALL: [(&'static str, Self); 8] = [
        ("messages", Self::Messages),
        ("timers", Self::Timers),
        ("disk", Self::Disk),
        ("faults", Self::Faults),
        ("facts", Self::Facts),
        ("ops", Self::Ops),
        ("status", Self::Status),
        ("notes", Self::Notes),
    ];

    /// The kind of this line.
    pub const fn of(line: &TraceLine) -> Self {
        match &line.what {
            TraceItem::Op(_) => Self::Ops,
            TraceItem::Fact(..) => Self::Facts,
            TraceItem::Event(event) => match event {
                TraceEvent::Send { .. }
                | TraceEvent::Duplicate { .. }
                | TraceEvent::Deliver { .. }
                | TraceEvent::Drop { .. } => Self::Messages,
                TraceEvent::Timer { .. } => Self::Timers,
                TraceEvent::Disk { .. } => Self::Disk,
                TraceEvent::Fault { .. } => Self::Faults,
                TraceEvent::Status { .. } => Self::Status,
                _ => Self::Notes,
            },
        }
    }
}

/// Which lines to show: those of the kinds named, about the nodes and clients named; all where none is.
///
/// As text: names and kinds with commas between them, or `all`.
///
/// ```
/// let filter: seatrial_reports::trace::Filter = "n1,c0,messages,faults".parse()?;
/// # Ok::<(), seatrial_reports::trace::ParseFilterError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Kinds to show.
    pub kinds: Vec<Kind>,
    /// Nodes and clients to show. Faults concern everybody.
    pub who: Vec<Endpoint>,
}

/// A word that is neither a kind of line nor a node nor a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseFilterError(String);

impl fmt::Display for ParseFilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = Kind::ALL.map(|(name, _)| name).join(", ");
        write!(
            f,
            "{:?} is nothing to show: name nodes, as n1, clients, as c0, or kinds: {kinds}",
            self.0
        )
    }
}

impl std::error::Error for ParseFilterError {}

impl FromStr for Filter {
    type Err = ParseFilterError;

    fn from_str(text: &str) -> Result<Self, ParseFilterError> {
        let mut filter = Self::default();
        for word in text.split(',').map(str::trim).filter(|word| *word != "all") {
            match (Kind::ALL.iter().find(|(name, _)| *name == word), word.parse()) {
                (Some((_, kind)), _) => filter.kinds.push(*kind),
                (None, Ok(who)) => filter.who.push(who),
                (None, Err(_)) => return Err(ParseFilterError(word.to_owned())),
            }
        }
        Ok(filter)
    }
}

impl Filter {
    /// Whether it leaves this line, of a run that has these clients.
    fn keeps(&self, line: &TraceLine, clients: &Clients) -> bool {
        let kind = Kind::of(line);
        (self.kinds.is_empty() || self.kinds.contains(&kind))
            && (self.who.is_empty()
                || kind == Kind::Faults
                || about(line, clients).into_iter().flatten().any(|who| self.who.contains(&who)))
    }
}

/// Whom a line is about.
fn about(line: &TraceLine, clients: &Clients) -> [Option<Endpoint>; 2] {
    let node = |node: &NodeId| [Some(Endpoint::Node(*node)), None];
    match &line.what {
        TraceItem::Fact(who, _) => node(who),
        TraceItem::Op(event) => [behind(event, clients), None],
        TraceItem::Event(event) => match event {
            TraceEvent::Send { from, to, .. }
            | TraceEvent::Deliver { from, to, .. }
            | TraceEvent::Drop { from, to, .. } => [Some(*from), Some(*to)],
            TraceEvent::Timer { node: who, .. }
            | TraceEvent::Disk { node: who, .. }
            | TraceEvent::Status { node: who, .. } => node(who),
            _ => [None, None],
        },
    }
}

/// The client of an operation. Where no request is told of, as in a run of real processes, a process has its first client's number.
fn behind(event: &OpEvent, clients: &Clients) -> Option<Endpoint> {
    let first = || u32::try_from(event.process.0).ok().map(Endpoint::Client);
    clients.of_process(event.process).or_else(first)
}

/// The lines that the filter leaves, as text: step, time, what happened.
pub fn draw(trace: &[TraceLine], filter: &Filter, page: &Page) -> String {
    let mut out = String::new();
    let clients = Clients::of(trace);
    for line in trace.iter().filter(|line| filter.keeps(line, &clients)) {
        let role = match Kind::of(line) {
            Kind::Faults => Role::Unsure,
            Kind::Ops => Role::Title,
            Kind::Status => Role::Faint,
            _ => Role::Plain,
        };
        let at = format!("{:>7}  {:>13}  ", line.at.step, clock(line.at.time));
        let rest = " ".repeat(at.len());
        for (nth, what) in page.fold(&words(&line.what), at.len()).iter().enumerate() {
            let before = if nth == 0 { page.paint(Role::Faint, &at) } else { rest.clone() };
            out.push_str(&format!("{before}{}\n", page.paint(role, what)));
        }
    }
    out
}

/// How a node was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State<'a> {
    /// What it showed last.
    pub shows: &'a Status,
    /// `down` or `paused`, where it could show nothing any more.
    pub absent: Option<&'static str>,
}

/// How each node was at the moment of a failure, or at the end of the trace.
pub fn states(lines: &[TraceLine], until: Option<Moment>) -> BTreeMap<NodeId, State<'_>> {
    let mut states = BTreeMap::new();
    for line in upto(lines, until) {
        match &line.what {
            TraceItem::Event(TraceEvent::Status { node, status }) => {
                states.insert(*node, State { shows: status, absent: None });
            }
            TraceItem::Fact(node, fact) => {
                if let (Some(presence), Some(state)) = (presence(fact), states.get_mut(node)) {
                    state.absent = Some(presence).filter(|presence| *presence != "up");
                }
            }
            _ => {}
        }
    }
    states
}

fn upto(lines: &[TraceLine], until: Option<Moment>) -> &[TraceLine] {
    match until {
        Some(until) => &lines[..lines.partition_point(|line| line.at.step <= until.step)],
        None => lines,
    }
}

/// Seconds to the microsecond, so that times stand under one another.
pub(crate) fn clock(time: Instant) -> String {
    let micros = time.as_nanos() / 1_000;
    format!("{}.{:06}s", micros / 1_000_000, micros % 1_000_000)
}

/// What a line tells, in one line.
pub fn words(item: &TraceItem) -> String {
    let told = match item {
        TraceItem::Event(event) => event.to_string(),
        TraceItem::Fact(node, fact) => format!("{node}  announces {}", fact_text(fact)),
        TraceItem::Op(event) => event.to_string(),
    };
    clean(&told)
}

/// The same in fewer words, where it is known already what happened to whom: of what arrives only what it says, and no digests.
pub fn content(item: &TraceItem) -> String {
    match item {
        TraceItem::Event(TraceEvent::Deliver { text, .. }) => clean(text),
        TraceItem::Fact(node, fact) => clean(&format!("{node} announces {}", fact_brief(fact))),
        item => words(item),
    }
}

/// A fact in the fewest words: `append index=7 term=3` without the digest, and no name twice, as in `term=3`.
pub(crate) fn fact_brief(fact: &Fact) -> String {
    let text = fact_text(fact);
    let mut words: Vec<&str> =
        text.split(' ').filter(|word| !word.starts_with("digest=")).collect();
    if let [name, only] = words.as_slice()
        && only.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))
    {
        words.remove(0);
    }
    words.join(" ")
}

/// A fact by its name in the vocabulary, then what it says: `vote term=3 candidate=n2`.
pub(crate) fn fact_text(fact: &Fact) -> String {
    let Ok(serde_json::Value::Object(members)) = serde_json::to_value(fact) else {
        return format!("{fact:?}");
    };
    let show = |(name, value): (&String, &serde_json::Value)| match (name.as_str(), value) {
        ("fact", serde_json::Value::String(value)) => value.clone(),
        ("digest", value) => match value.as_u64() {
            Some(digest) => format!("digest={digest:016x}"),
            None => format!("digest={value}"),
        },
        ("message", value) => match value.as_u64() {
            Some(number) => format!("message={}", MessageNumber(number)),
            None => format!("message={value}"),
        },
        (name, serde_json::Value::String(value)) => format!("{name}={value}"),
        (name, value) => format!("{name}={value}"),
    };
    members.iter().map(show).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn shown(lines: Vec<&TraceLine>) -> Vec<u64> {
        lines.into_iter().map(|line| line.at.step).collect()
    }

    #[test]
    fn a_message_is_named_by_its_number_and_by_the_life_of_its_origin_after_the_first() {
        let deliver = |message| Fact::Deliver { origin: NodeId(1), message, digest: 7 };
        let text = "deliver origin=n1 message=2 digest=0000000000000007";
        assert_eq!(fact_text(&deliver(1 << 32 | 2)), text);
        assert_eq!(fact_text(&deliver(3 << 32 | 2)), text.replace("=2", "=3/2"));
    }

    #[test]
    fn in_brief_a_fact_has_no_digest_and_no_name_twice() {
        let append = Fact::Append { index: 7, term: 3, digest: 9 };
        let facts = [append, Fact::Term { term: 3 }, Fact::Commit { index: 7 }, Fact::Crashed];
        let told = facts.map(|fact| fact_brief(&fact));
        assert_eq!(told, ["append index=7 term=3", "term=3", "commit index=7", "crashed"]);
    }

    #[test]
    fn every_kind_of_line_is_drawn() {
        let text = draw(&samples::trace(), &Filter::default(), &Page::default());
        samples::golden("trace.txt", &text);
    }

    #[test]
    fn a_long_line_goes_on_below_its_beginning_on_a_terminal_and_nowhere_else() {
        let pipe = Page { width: 50, ..Page::default() };
        let trace = samples::story();
        let whole = draw(&trace, &Filter::default(), &pipe);
        assert_eq!(whole.lines().count(), trace.len());
        let folded = draw(&trace, &Filter::default(), &Page { events: Some(50), ..pipe });
        assert!(folded.lines().all(|line| line.chars().count() <= 50), "{folded}");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&folded), words(&whole), "nothing is lost");
    }

    #[test]
    fn the_state_of_a_node_is_the_last_that_it_showed() {
        let trace = samples::trace();
        let states = states(&trace, None);
        assert_eq!(states[&NodeId(1)].shows.to_string(), "role=leader term=3");
        assert!(super::states(&trace, Some(Moment::default())).is_empty());
    }

    #[test]
    fn an_operation_is_of_the_client_behind_its_process() {
        let mut trace = samples::story();
        for line in &mut trace {
            if let TraceItem::Op(op) = &mut line.what {
                op.process = seatrial_history::Process(5);
            }
        }
        let steps = |filter: &str| {
            let filter: Filter = filter.parse().expect(filter);
            draw(&trace, &filter, &Page::default()).lines().count()
        };
        assert_eq!((steps("c0,ops"), steps("c5,ops")), (2, 0));
    }

    #[test]
    fn a_filter_keeps_what_it_names() {
        let trace = samples::trace();
        let kept = |text: &str| {
            let filter: Filter = text.parse().expect(text);
            let clients = Clients::of(&trace);
            shown(trace.iter().filter(|line| filter.keeps(line, &clients)).collect())
        };
        assert_eq!(kept("all").len(), trace.len());
        assert_eq!(kept("disk,timers"), [4, 5]);
        assert_eq!(kept("c0,messages"), [7]);
        assert_eq!(kept("c0,ops"), [8]);
        assert_eq!(kept("faults"), [6]);
        let error = "n1,messges".parse::<Filter>().expect_err("no kind").to_string();
        assert!(error.contains("\"messges\"") && error.contains("messages, timers"), "{error}");
    }
}
