//! A run as Chrome's trace events, which Perfetto and chrome://tracing open: a track for each node and client, a slice for each act,
//! arrows from who sent to who handled, instants for faults, spans for operations and for faults that last, and how many messages were
//! on their way.
//!
//! The rules of that form: slices of a track do not overlap, and an arrow begins and ends inside a slice. In a simulated world handling
//! takes no time, so a slice is a microsecond long and begins where the one before it on its track, and the one that sent what it
//! handles, have ended: up to a few microseconds after its time, which is among its arguments.

mod spans;

use std::collections::BTreeMap;

use seatrial_history::{Endpoint, TraceEvent, TraceItem, TraceLine};
use serde_json::{Value, json};

use self::spans::{faults, operations};
use super::Run;
use crate::acts::{Act, brief, sentence};

/// How long a slice is, in nanoseconds.
const LONG: u64 = 1_000;

/// The processes that tracks stand under.
const NODES: u32 = 1;
const CLIENTS: u32 = 2;
const WORLD: u32 = 3;

/// The tracks of what nobody does.
const LOST: u32 = 0;
const FAULTS: u32 = 1;

/// The document, an event a line.
pub(super) fn run(run: &Run) -> String {
    let mut events = tracks(run);
    let begins = begins(run);
    let messages = run.acts.all.iter().zip(&begins);
    for (index, (act, begin)) in messages.enumerate() {
        events.push(slice(run, act, *begin));
        if let Some((sender, id)) = act.sender.zip(message(run, index)) {
            let end = |ph: &str, act: &Act, begin: u64| {
                let (pid, tid) = track(act);
                json!({ "ph": ph, "cat": "message", "name": "message", "id": id, "pid": pid, "tid": tid,
                    "ts": micros(begin + LONG / 2) })
            };
            events.push(end("s", &run.acts.all[sender], begins[sender]));
            let mut arrives = end("f", act, *begin);
            arrives["bp"] = json!("e");
            events.push(arrives);
        }
    }
    events.extend(operations(run));
    events.extend(faults(run));
    events.extend(in_flight(run.trace));
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    let other =
        json!({ "run": run.title(), "replay": run.account.replay, "hash": run.account.hash });
    format!(
        "{{\"displayTimeUnit\":\"ns\",\"otherData\":{other},\"traceEvents\":[\n{}\n]}}\n",
        lines.join(",\n")
    )
}

/// Process and thread.
const fn track(act: &Act) -> (u32, u32) {
    match act.who {
        _ if act.is_loss => (WORLD, LOST),
        Some(who) => of(who),
        None => (WORLD, FAULTS),
    }
}

const fn of(who: Endpoint) -> (u32, u32) {
    match who {
        Endpoint::Node(node) => (NODES, node.0),
        Endpoint::Client(client) => (CLIENTS, client),
    }
}

/// What the tracks are called.
fn tracks(run: &Run) -> Vec<Value> {
    let mut names: BTreeMap<(u32, u32), String> = BTreeMap::new();
    names.insert((WORLD, LOST), "lost on the way".to_owned());
    names.insert((WORLD, FAULTS), "faults".to_owned());
    for act in run.acts.all.iter().filter(|act| !act.is_loss) {
        names.extend(act.who.map(|who| (of(who), who.to_string())));
    }
    let name = |ph: &str, pid: u32, tid: u32, name: &str| json!({ "ph": "M", "name": ph, "pid": pid, "tid": tid, "args": { "name": name } });
    let processes = [(NODES, "nodes"), (CLIENTS, "clients"), (WORLD, "network and faults")];
    let processes = processes.iter().map(|(pid, called)| name("process_name", *pid, 0, called));
    let threads = names.iter().map(|((pid, tid), called)| name("thread_name", *pid, *tid, called));
    processes.chain(threads).collect()
}

/// When each slice begins, in nanoseconds.
fn begins(run: &Run) -> Vec<u64> {
    let mut ends: BTreeMap<(u32, u32), u64> = BTreeMap::new();
    let mut begins: Vec<u64> = Vec::with_capacity(run.acts.all.len());
    for act in &run.acts.all {
        let end = ends.entry(track(act)).or_insert(0);
        let sent = act.sender.map_or(0, |sender| begins[sender] + LONG);
        let begin = act.at.time.as_nanos().max(*end).max(sent);
        *end = begin + LONG;
        begins.push(begin);
    }
    begins
}

fn slice(run: &Run, act: &Act, begin: u64) -> Value {
    let (pid, tid) = track(act);
    json!({
        "ph": "X", "cat": if act.is_loss { "loss" } else { "act" }, "name": brief(act, run.trace), "pid": pid, "tid": tid,
        "ts": micros(begin), "dur": micros(LONG),
        "args": { "step": act.at.step, "time": act.at.time.to_string(), "what": sentence(act, run.trace) },
    })
}

/// The message that an act handles, or that ends with it.
fn message(run: &Run, act: usize) -> Option<u64> {
    run.events(act).find_map(|event| match event {
        TraceEvent::Deliver { id, .. } => Some(*id),
        TraceEvent::Drop { id, .. } if run.acts.all[act].is_loss => Some(*id),
        _ => None,
    })
}

/// How many messages are on their way, whenever that changes.
fn in_flight(trace: &[TraceLine]) -> Vec<Value> {
    let mut now = 0_i64;
    let mut last: Option<(u64, i64)> = None;
    let mut out = Vec::new();
    let mut tell = |(nanos, count): (u64, i64)| {
        out.push(json!({ "ph": "C", "name": "messages in flight", "pid": WORLD, "ts": micros(nanos), "args": { "messages": count } }));
    };
    for line in trace {
        now += match &line.what {
            TraceItem::Event(event) => match event {
                TraceEvent::Send { .. } | TraceEvent::Duplicate { .. } => 1,
                TraceEvent::Deliver { .. } | TraceEvent::Drop { .. } => -1,
                _ => continue,
            },
            _ => continue,
        };
        let at = line.at.time.as_nanos();
        if let Some(before) = last.filter(|(time, _)| *time != at) {
            tell(before);
        }
        last = Some((at, now));
    }
    last.into_iter().for_each(tell);
    out
}

/// Microseconds, as the form counts.
fn micros(nanos: u64) -> Value {
    match nanos.is_multiple_of(1_000) {
        true => json!(nanos / 1_000),
        false => json!(nanos as f64 / 1_000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::Acts;
    use crate::samples;

    fn events(text: &str) -> Vec<Value> {
        let document: Value = serde_json::from_str(text).expect("JSON");
        document["traceEvents"].as_array().expect("a list").clone()
    }

    fn drawn() -> String {
        of_trace(&samples::story())
    }

    fn of_trace(trace: &[TraceLine]) -> String {
        let (account, acts) = (samples::two_leaders(), Acts::of(trace));
        run(&Run { account: &account, trace, acts: &acts })
    }

    /// The same story, as it is and all of it at one instant.
    fn slow_and_fast() -> [Vec<Value>; 2] {
        let mut fast = samples::story();
        fast.iter_mut().for_each(|line| line.at.time = samples::moment(0, 7).time);
        [events(&drawn()), events(&of_trace(&fast))]
    }

    fn number(event: &Value, member: &str) -> f64 {
        event[member].as_f64().unwrap_or_else(|| panic!("{member} of {event}"))
    }

    fn of_phase<'a>(events: &'a [Value], ph: &str) -> Vec<&'a Value> {
        events.iter().filter(|event| event["ph"] == ph).collect()
    }

    #[test]
    fn slices_of_a_track_do_not_overlap_and_are_a_microsecond_long_at_least() {
        for events in slow_and_fast() {
            let mut ends: BTreeMap<String, f64> = BTreeMap::new();
            let slices = of_phase(&events, "X");
            assert_eq!(slices.len(), Acts::of(&samples::story()).all.len());
            for slice in slices {
                let end = ends.entry(format!("{} {}", slice["pid"], slice["tid"])).or_insert(0.0);
                assert!(number(slice, "ts") >= *end && number(slice, "dur") >= 1.0, "{slice}");
                *end = number(slice, "ts") + number(slice, "dur");
            }
        }
    }

    #[test]
    fn every_arrow_has_two_ends_in_order_and_each_lies_in_a_slice() {
        for events in slow_and_fast() {
            let slices = of_phase(&events, "X");
            let inside = |end: &Value| {
                slices.iter().any(|slice| {
                    let from = number(slice, "ts");
                    let same = slice["pid"] == end["pid"] && slice["tid"] == end["tid"];
                    same && (from..from + number(slice, "dur")).contains(&number(end, "ts"))
                })
            };
            let (starts, ends) = (of_phase(&events, "s"), of_phase(&events, "f"));
            assert_eq!((starts.len(), ends.len()), (5, 5), "four were handled, a copy was lost");
            for (start, end) in starts.into_iter().zip(ends) {
                assert!(start["id"] == end["id"] && end["bp"] == "e", "{start} {end}");
                assert!(number(start, "ts") < number(end, "ts"), "{start} {end}");
                assert!(inside(start) && inside(end), "{start} {end}");
            }
        }
    }

    #[test]
    fn spans_begin_and_end_and_no_message_is_on_its_way_that_was_never_sent() {
        let events = events(&drawn());
        let (begun, ended) = (of_phase(&events, "b"), of_phase(&events, "e"));
        let ids = |events: &[&Value]| {
            let mut ids: Vec<String> =
                events.iter().map(|event| format!("{} {}", event["cat"], event["id"])).collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(&begun), ["\"fault\" \"fault 0\"", "\"operation\" \"operation 0\""]);
        assert_eq!(ids(&begun), ids(&ended));
        assert_eq!(of_phase(&events, "i").len(), 6, "four lives, a crash, a partition");
        let flying = of_phase(&events, "C");
        let counts: Vec<i64> = flying
            .iter()
            .map(|event| event["args"]["messages"].as_i64().expect("a number"))
            .collect();
        assert_eq!(counts, [1, 3, 3, 2, 1, 2, 2, 1]);
        samples::golden("story.perfetto.json", &drawn());
    }
}
