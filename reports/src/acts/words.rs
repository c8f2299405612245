//! Acts and messages in few words.

use seatrial_history::{Endpoint, OpEvent, TraceEvent, TraceItem, TraceLine};
use seatrial_node::Fact;

use super::Act;
use crate::page::clean;
use crate::trace::{fact_brief, fact_text, words};

/// The line that says best what an act is: what was handled, and where nothing was, what happened first.
pub fn heading(act: &Act, trace: &[TraceLine]) -> usize {
    let rank = |line: &usize| match &trace[*line].what {
        TraceItem::Event(TraceEvent::Fault { .. }) => 0,
        TraceItem::Op(_) => 1,
        TraceItem::Event(TraceEvent::Deliver { .. } | TraceEvent::Timer { .. }) => 2,
        TraceItem::Event(TraceEvent::Disk { .. }) => 3,
        TraceItem::Event(TraceEvent::Status { .. }) => 5,
        _ => 4,
    };
    act.lines.iter().copied().min_by_key(rank).expect("an act has a line")
}

/// An act in a line: what was handled, and what the node announced of it.
pub fn sentence(act: &Act, trace: &[TraceLine]) -> String {
    let heading = heading(act, trace);
    let said = match &trace[heading].what {
        TraceItem::Op(event) => operation(act, event),
        what => words(what),
    };
    std::iter::once(said)
        .chain(announced(act, heading, trace, fact_text))
        .collect::<Vec<_>>()
        .join("; ")
}

/// The same in a few words: messages by their names alone, facts without the digests of what they are about. Of what a disk has done that comes
/// first which the node made of it.
pub fn brief(act: &Act, trace: &[TraceLine]) -> String {
    let heading = heading(act, trace);
    let announced = announced(act, heading, trace, fact_brief);
    let said = match &trace[heading].what {
        TraceItem::Event(TraceEvent::Deliver { from, to, text, .. }) => {
            format!("{from} => {to} {}", label(text))
        }
        TraceItem::Event(TraceEvent::Send { from, to, text, .. }) => {
            format!("{from} -> {to} {}", label(text))
        }
        TraceItem::Event(TraceEvent::Drop { id, from, to, .. }) => format!("{from} -x {to} #{id}"),
        TraceItem::Event(TraceEvent::Timer { node, text }) => {
            format!("{node} timer {}", label(text))
        }
        TraceItem::Event(TraceEvent::Disk { node, text, .. }) => {
            let done = text.split(',').next().unwrap_or_default();
            let said: Vec<&str> = announced.iter().map(String::as_str).chain([done]).collect();
            return format!("{node} {}", said.join("; "));
        }
        TraceItem::Fact(node, fact) => format!("{node} {}", fact_brief(fact)),
        TraceItem::Op(event) => operation(act, event),
        what => words(what),
    };
    std::iter::once(said).chain(announced).collect::<Vec<_>>().join("; ")
}

/// One end of an operation, with the client that is behind its process, where that is known, and the process, where it has another number.
fn operation(act: &Act, event: &OpEvent) -> String {
    let (process, kind) = (event.process, event.kind.as_str());
    let who = match act.who {
        Some(Endpoint::Client(client)) if u64::from(client) == process.0 => format!("c{client}"),
        Some(who) => format!("{who} (process {process})"),
        None => format!("process {process}"),
    };
    clean(&format!("{who} {kind} {}", event.what()))
}

/// Of so many facts of one kind in a row the first and the last are told: whoever starts again announces its whole log.
const ROW: usize = 4;

/// What was announced besides what the heading says: `commit index=7`, `apply index=7`.
fn announced(
    act: &Act,
    heading: usize,
    trace: &[TraceLine],
    say: fn(&Fact) -> String,
) -> Vec<String> {
    let others = act.lines.iter().filter(|line| **line != heading);
    let facts = others.filter_map(|line| match &trace[*line].what {
        TraceItem::Fact(_, fact) => Some(fact),
        _ => None,
    });
    let facts: Vec<&Fact> = facts.collect();
    let mut said = Vec::new();
    for row in facts.chunk_by(|a, b| std::mem::discriminant(*a) == std::mem::discriminant(*b)) {
        match row {
            [first, .., last] if row.len() >= ROW => {
                said.push(format!("{} to {}, {} in all", say(first), say(last), row.len()));
            }
            row => said.extend(row.iter().map(|fact| say(fact))),
        }
    }
    said
}

/// The name of a message or timer, without what it carries and without the names of what it is wrapped in: `RequestVote` of
/// `Raft(RequestVote { term: 1 })`.
pub fn label(text: &str) -> &str {
    let head = text.split(['{', '"', '[']).next().unwrap_or_default();
    let is_name = |word: &&str| word.starts_with(|first: char| first.is_alphabetic());
    let mut words = head.split(|c: char| !c.is_alphanumeric() && c != '_').filter(is_name);
    words.next_back().unwrap_or_else(|| text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_called_by_the_innermost_name() {
        for (text, name) in [
            ("Raft(RequestVote { term: 0, pre_vote: true })", "RequestVote"),
            ("Request { client: 3, op: Query(Query { key: \"k1\" }) }", "Request"),
            ("Raft(Election)", "Election"),
            ("Unavailable", "Unavailable"),
            ("Frame(Data(\"Oh Dear\"))", "Data"),
            ("(7, 8)", "(7, 8)"),
            ("", ""),
        ] {
            assert_eq!(label(text), name, "{text}");
        }
    }
}
