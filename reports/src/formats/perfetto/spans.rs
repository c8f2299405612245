//! What lasts: clients' operations, and faults from their beginning to their end. What is not over when the run ends, ends there.

use std::collections::BTreeMap;

use seatrial_history::{Endpoint, FaultTurn, OpKind, TraceEvent, TraceItem, Value as Said};
use serde_json::{Value, json};

use super::{CLIENTS, FAULTS, WORLD, micros, of};
use crate::formats::Run;
use crate::page::clean;

/// A span that is open: its number, its track, its name.
struct Open {
    id: String,
    track: (u32, u32),
    category: &'static str,
    name: String,
}

impl Open {
    /// One end of it, `b` or `e`.
    fn end(&self, ph: &str, nanos: u64, args: &Value) -> Value {
        let (pid, tid) = self.track;
        json!({
            "ph": ph, "cat": self.category, "id": self.id, "name": self.name, "pid": pid, "tid": tid,
            "ts": micros(nanos), "args": args,
        })
    }
}

/// Operations from invocation to completion.
pub(super) fn operations(run: &Run) -> Vec<Value> {
    let mut tracks = BTreeMap::new();
    for act in &run.acts.all {
        for line in &act.lines {
            if let (TraceItem::Op(op), Some(who)) = (&run.trace[*line].what, act.who) {
                tracks.insert(op.process, of(who));
            }
        }
    }
    let mut open: BTreeMap<_, Open> = BTreeMap::new();
    let mut out = Vec::new();
    for (nth, line) in run.trace.iter().enumerate() {
        let TraceItem::Op(op) = &line.what else { continue };
        let at = line.at.time.as_nanos();
        if op.kind == OpKind::Invoke {
            let begun = Open {
                id: format!("operation {}", op.process),
                track: tracks.get(&op.process).copied().unwrap_or((CLIENTS, nth as u32)),
                category: "operation",
                name: clean(&[op.f.as_ref(), &shown(&op.key), &shown(&op.value)].join(" ")),
            };
            out.push(begun.end("b", at, &json!({ "process": op.process })));
            open.insert(op.process, begun);
        } else if let Some(begun) = open.remove(&op.process) {
            let args = json!({ "type": op.kind, "value": op.value, "error": op.error });
            out.push(begun.end("e", at, &args));
        }
    }
    let over = over(run);
    out.extend(open.values().map(|begun| begun.end("e", over, &json!({ "type": "open" }))));
    out
}

fn shown(value: &Said) -> String {
    if value.is_null() { String::new() } else { value.to_string() }
}

/// Faults: an instant for each turn, and a span from beginning to end.
pub(super) fn faults(run: &Run) -> Vec<Value> {
    let mut open: BTreeMap<u32, Open> = BTreeMap::new();
    let mut out = Vec::new();
    for line in run.trace {
        let TraceItem::Event(TraceEvent::Fault { node, turn, text }) = &line.what else { continue };
        let at = line.at.time.as_nanos();
        let text = clean(text);
        match turn {
            FaultTurn::Once => {}
            FaultTurn::Begins(number) => {
                let (id, track) = (format!("fault {number}"), (WORLD, FAULTS));
                let begun = Open { id, track, category: "fault", name: text.clone() };
                out.push(begun.end("b", at, &json!({})));
                open.insert(*number, begun);
            }
            FaultTurn::Ends(number) => {
                let ended = open.remove(number);
                out.extend(ended.map(|begun| begun.end("e", at, &json!({}))));
            }
            FaultTurn::Heals => {
                out.extend(open.values().map(|begun| begun.end("e", at, &json!({}))));
                open.clear();
            }
        }
        let (scope, (pid, tid)) = match node {
            Some(node) => ("t", of(Endpoint::Node(*node))),
            None => ("g", (WORLD, FAULTS)),
        };
        out.push(json!({
            "ph": "i", "cat": "fault", "name": text, "s": scope, "pid": pid, "tid": tid, "ts": micros(at),
        }));
    }
    let over = over(run);
    out.extend(open.values().map(|begun| begun.end("e", over, &json!({}))));
    out
}

/// When the run is over, in nanoseconds.
fn over(run: &Run) -> u64 {
    let last = run.trace.last().map_or(0, |line| line.at.time.as_nanos());
    last.max(run.account.end.time.as_nanos())
}
