//! A run's operations and faults as Jepsen stores them, so that its checkers and their kin can judge them too.

use std::fmt::Write;

use crate::{FaultTurn, OpEvent, TraceEvent, TraceItem, TraceLine, Value};

/// A trace's operations and faults in Jepsen's EDN, one operation map a line.
///
/// Where an operation has a key, every value is a `[key value]` tuple, as `jepsen.independent` makes them. A fault is an operation of
/// `:nemesis`: `:start` and `:stop` where it lasts, with a number in `:fault` that the two have in common, `:heal` where all are over,
/// `:fault` where it is over at once. Jepsen's nemeses write each of theirs twice, when it is asked for and when it is done, and its plots
/// count on that, so there are two lines of each here.
pub fn write_edn(trace: &[TraceLine]) -> String {
    let ops = || trace.iter().filter_map(|line| op(&line.what));
    let keyed = ops().any(|event| !event.key.is_null());
    let mut out = String::new();
    let mut index = 0_usize;
    let mut line = |members: &str| {
        let _ = writeln!(out, "{{:index {index}, {members}}}");
        index += 1;
    };
    for TraceLine { at, what } in trace {
        if let Some(event) = op(what) {
            line(&operation(event, keyed));
        } else if let TraceItem::Event(TraceEvent::Fault { turn, text, .. }) = what {
            let fault = nemesis(at.time.as_nanos(), *turn, text);
            line(&fault);
            line(&fault);
        }
    }
    out
}

const fn op(what: &TraceItem) -> Option<&OpEvent> {
    match what {
        TraceItem::Op(event) => Some(event),
        _ => None,
    }
}

fn operation(event: &OpEvent, keyed: bool) -> String {
    let OpEvent { process, kind, f, key, value, time, error } = event;
    let (time, kind, f) = (time.as_nanos(), kind.as_str(), name(f));
    let value = match keyed {
        true => format!("[{} {}]", form(key), form(value)),
        false => form(value),
    };
    let error = error.as_ref().map(|error| format!(", :error {}", text(error)));
    let error = error.unwrap_or_default();
    format!(":time {time}, :type :{kind}, :process {process}, :f {f}, :value {value}{error}")
}

fn nemesis(time: u64, turn: FaultTurn, what: &str) -> String {
    let (f, number) = match turn {
        FaultTurn::Once => ("fault", None),
        FaultTurn::Begins(number) => ("start", Some(number)),
        FaultTurn::Ends(number) => ("stop", Some(number)),
        FaultTurn::Heals => ("heal", None),
    };
    let number = number.map(|number| format!(", :fault {number}")).unwrap_or_default();
    let value = text(what);
    format!(":time {time}, :type :info, :process :nemesis, :f :{f}, :value {value}{number}")
}

/// An operation's name as a keyword; as a text, where it can be none.
fn name(f: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.+*!?".contains(c);
    match f.starts_with(|c: char| c.is_ascii_alphabetic()) && f.chars().all(is_part) {
        true => format!(":{f}"),
        false => text(f),
    }
}

fn form(value: &Value) -> String {
    match value {
        Value::Null => "nil".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Text(value) => text(value),
        Value::List(values) => {
            format!("[{}]", values.iter().map(form).collect::<Vec<_>>().join(" "))
        }
    }
}

fn text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;
    use seatrial_node::Instant;

    use super::*;
    use crate::{History, Keyed, Moment, OpKind, Process};

    fn event(process: u64, kind: OpKind, f: &str, key: Value, value: Value) -> OpEvent {
        let (f, time) = (Cow::Owned(f.to_owned()), Instant::from_nanos(7));
        let error = (kind == OpKind::Info).then(|| "no \"answer\"\u{1b}\n".into());
        OpEvent { process: Process(process), kind, f, key, value, time, error }
    }

    fn line(what: TraceItem) -> TraceLine {
        TraceLine { at: Moment { step: 1, time: Instant::from_nanos(7) }, what }
    }

    fn written(events: &[OpEvent]) -> String {
        write_edn(
            &events.iter().cloned().map(|op| line(TraceItem::Op(op.into()))).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn a_keyed_history_and_its_faults_are_written_as_jepsen_writes_them() {
        let fault = |turn, text: &str| {
            line(TraceItem::Event(TraceEvent::Fault { node: None, turn, text: text.into() }))
        };
        let op = |kind, value| {
            line(TraceItem::Op(
                event(3, kind, "cas", Value::from("x"), Value::pair(value, 4)).into(),
            ))
        };
        let trace = [
            op(OpKind::Invoke, 2),
            fault(FaultTurn::Begins(1), "ring begins: n0 n1"),
            op(OpKind::Info, 2),
            fault(FaultTurn::Ends(1), "ring is over"),
        ];
        let text = write_edn(&trace);
        let told = [
            r#"{:index 0, :time 7, :type :invoke, :process 3, :f :cas, :value ["x" [2 4]]}"#,
            r#"{:index 1, :time 7, :type :info, :process :nemesis, :f :start, :value "ring begins: n0 n1", :fault 1}"#,
            r#"{:index 2, :time 7, :type :info, :process :nemesis, :f :start, :value "ring begins: n0 n1", :fault 1}"#,
            r#"{:index 3, :time 7, :type :info, :process 3, :f :cas, :value ["x" [2 4]], :error "no \"answer\"\u001b\n"}"#,
            r#"{:index 4, :time 7, :type :info, :process :nemesis, :f :stop, :value "ring is over", :fault 1}"#,
            r#"{:index 5, :time 7, :type :info, :process :nemesis, :f :stop, :value "ring is over", :fault 1}"#,
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), told);
        let recording = History::read_edn(text.as_bytes(), Keyed::Detect).expect("a history");
        assert_eq!((recording.skipped, recording.history.events.len()), (4, 2));
        assert_eq!(recording.history.events[0].key, Value::from("x"));
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop::collection::vec(inner, 0..3).prop_map(Value::from)
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_as_it_was(
            ops in prop::collection::vec(("[a-z]{1,8}|.{1,4}", values(), values(), 0_usize..4), 0..12),
            keyed: bool,
        ) {
            let kinds = [OpKind::Ok, OpKind::Fail, OpKind::Info, OpKind::Invoke];
            let mut events = Vec::new();
            for (process, (f, key, value, end)) in ops.iter().enumerate() {
                let key = if keyed { key.clone() } else { Value::Null };
                let of = |kind| event(process as u64, kind, f, key.clone(), value.clone());
                events.push(of(OpKind::Invoke));
                if kinds[*end] != OpKind::Invoke {
                    events.push(of(kinds[*end]));
                }
            }
            let has_keys = events.iter().any(|event| !event.key.is_null());
            let keyed = if has_keys { Keyed::Yes } else { Keyed::No };
            // A transaction is another thing in Elle's words than in ours.
            prop_assume!(events.iter().all(|event| event.f != "txn"));
            let recording = History::read_edn(written(&events).as_bytes(), keyed).expect("EDN");
            prop_assert_eq!(recording.history.events, events);
        }
    }
}
