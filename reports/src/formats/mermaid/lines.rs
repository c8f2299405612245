//! An act in the lines of a sequence diagram.

use seatrial_history::{DropCause, Endpoint, OpEvent, TraceEvent, TraceItem};

use super::Run;
use crate::acts::label;
use crate::page::clean;
use crate::trace::fact_text;

/// The longest text of a line.
const WIDE: usize = 90;

/// How many crosses an act has at most.
const CROSSES: usize = 8;

/// Everybody who is seen in an act.
pub(super) fn speakers(run: &Run, act: usize) -> Vec<Endpoint> {
    let ends = run.events(act).filter_map(|event| match event {
        TraceEvent::Deliver { from, to, .. } | TraceEvent::Drop { from, to, .. } => {
            Some([*from, *to])
        }
        _ => None,
    });
    // One is handled at most, before any is lost.
    let ends = ends.take(CROSSES + 1).flatten();
    run.acts.all[act].who.into_iter().chain(ends).collect()
}

/// From the first to the last.
pub(super) fn over(first: Endpoint, last: Endpoint) -> String {
    match first == last {
        true => first.to_string(),
        false => format!("{first},{last}"),
    }
}

/// An arrow for what is handled, a cross for what is lost, and a note on the rest. `all` is from the first participant to the last.
pub(super) fn of_act(run: &Run, act: usize, all: Option<&str>) -> Vec<String> {
    let told = &run.acts.all[act];
    let (mut out, mut lost) = (Vec::new(), Vec::new());
    let (mut notes, mut disk) = (Vec::new(), Vec::new());
    for line in &told.lines {
        match &run.trace[*line].what {
            TraceItem::Event(TraceEvent::Deliver { from, to, text, .. }) => {
                out.push(format!("{from}->>{to}: {}", escape(short(text))));
            }
            TraceItem::Event(TraceEvent::Drop { id, from, to, cause, .. }) => {
                let text = sent(run, act, *id)
                    .map_or_else(|| format!("#{id}"), |text| label(text).to_owned());
                let said = escape(&format!("{text}, {}", why(*cause)));
                lost.push(format!("{from}-x{to}: {said}"));
            }
            TraceItem::Event(TraceEvent::Timer { text, .. }) => {
                notes.push(format!("timer {}", short(text)));
            }
            TraceItem::Event(TraceEvent::Disk { text, .. }) => disk.push(format!("disk {text}")),
            TraceItem::Event(TraceEvent::Send { .. } | TraceEvent::Status { .. }) => {}
            TraceItem::Event(TraceEvent::Fault { text, .. }) => notes.push(text.to_string()),
            TraceItem::Event(TraceEvent::Duplicate { .. }) => {
                notes.push("the network makes a copy".to_owned());
            }
            TraceItem::Fact(_, fact) => notes.push(fact_text(fact)),
            TraceItem::Op(op) => notes.push(words(op)),
            TraceItem::Event(event) => notes.push(event.to_string()),
        }
    }
    if lost.len() > CROSSES {
        notes.push(format!("{} more are lost", lost.len() - CROSSES));
        lost.truncate(CROSSES);
    }
    // What a disk does on the way is no news where something else is.
    if out.is_empty() && lost.is_empty() && notes.is_empty() {
        notes.extend(disk.into_iter().next());
    }
    let place = told.who.map(|who| who.to_string());
    if let Some(place) = place.as_deref().or(all).filter(|_| !notes.is_empty()) {
        let notes: Vec<String> = notes.iter().map(|note| escape(note)).collect();
        out.push(format!("Note over {place}: {}", notes.join("<br/>")));
    }
    // What is lost of an answer stands below what was answered.
    out.extend(lost);
    out
}

/// What a message says that was sent at this act or at the one that sent what this one is about.
fn sent<'a>(run: &'a Run, act: usize, id: u64) -> Option<&'a str> {
    let acts = [Some(act), run.acts.all[act].sender];
    let mut events = acts.into_iter().flatten().flat_map(|act| run.events(act));
    let mut id = id;
    let copies = acts.into_iter().flatten().flat_map(|act| run.events(act));
    for event in copies {
        if let TraceEvent::Duplicate { id: copy, of } = event
            && *copy == id
        {
            id = *of;
        }
    }
    events.find_map(|event| match event {
        TraceEvent::Send { id: known, text, .. } if *known == id => Some(&**text),
        _ => None,
    })
}

/// A message without the names of what it is wrapped in: `RequestVote { term: 1 }` of `Raft(RequestVote { term: 1 })`.
fn short(text: &str) -> &str {
    let from = text.find(label(text)).unwrap_or(0);
    let wrapped = text[..from].matches('(').count();
    let inner = text[from..].trim_end();
    (0..wrapped).fold(inner, |inner, _| inner.strip_suffix(')').unwrap_or(inner))
}

/// An operation's event: `info write "x" 7 (timeout)`.
fn words(op: &OpEvent) -> String {
    let mut said = format!("{} {}", op.kind.as_str(), op.f);
    for value in [&op.key, &op.value].into_iter().filter(|value| !value.is_null()) {
        said.push_str(&format!(" {value}"));
    }
    if let Some(error) = &op.error {
        said.push_str(&format!(" ({error})"));
    }
    said
}

const fn why(cause: DropCause) -> &'static str {
    match cause {
        DropCause::Loss => "lost",
        DropCause::Partition => "cut off",
        DropCause::Down => "the receiver is down",
        DropCause::NoReceiver => "no such receiver",
        DropCause::Reset => "connection reset",
        DropCause::Evicted => "queue full",
        DropCause::Corrupt => "corrupted",
        _ => "dropped",
    }
}

/// A text that Mermaid takes as it is, cut where it is long: `#` and `;` begin and end things of its own, and `%%{` an instruction.
pub(super) fn escape(text: &str) -> String {
    let mut text = clean(text);
    if text.chars().count() > WIDE {
        text = text.chars().take(WIDE - 1).chain(['…']).collect();
    }
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '#' => out.push_str("#35;"),
            ';' => out.push_str("#59;"),
            '%' => out.push_str("#37;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '"' => out.push_str("#quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_shown_without_its_wrapping() {
        for (text, shown) in [
            ("Raft(RequestVote { term: 0 })", "RequestVote { term: 0 }"),
            ("Frame(Data(\"Oh Dear)\"))", "Data(\"Oh Dear)\")"),
            ("Raft(Election)", "Election"),
            ("Unavailable", "Unavailable"),
            ("(7, 8)", "(7, 8)"),
            ("", ""),
        ] {
            assert_eq!(short(text), shown);
        }
    }

    #[test]
    fn a_text_from_outside_begins_nothing_of_mermaids_own() {
        assert_eq!(escape("a; b #1 %%{ <b>\n"), "a#59; b #35;1 #37;#37;{ #lt;b#gt;\\n");
        assert_eq!(escape(&"x".repeat(200)).chars().count(), WIDE);
    }
}
