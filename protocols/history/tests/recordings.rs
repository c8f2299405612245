//! Histories from files: what is read, what is refused and how, and that nothing read can panic.

use proptest::prelude::*;
use seatrial_history::{Header, History, Keyed, OpEvent, OpKind, Process, ReadError, Value};
use seatrial_node::Instant;

fn jsonl(text: &str) -> History {
    History::read_jsonl(text.as_bytes()).expect("a history").history
}

fn refused(text: &str) -> ReadError {
    History::read_jsonl(text.as_bytes()).expect_err("no history")
}

fn edn(text: &str) -> History {
    History::read_edn(text.as_bytes(), Keyed::Detect).expect("a history").history
}

fn edn_refused(text: &str) -> ReadError {
    History::read_edn(text.as_bytes(), Keyed::Detect).expect_err("no history")
}

/// The events as `process kind f key value`.
fn shown(history: &History) -> Vec<String> {
    let line =
        |e: &OpEvent| format!("{} {} {} {} {}", e.process, e.kind.as_str(), e.f, e.key, e.value);
    history.events.iter().map(line).collect()
}

#[test]
fn json_lines_are_read_with_their_header_faults_and_unknown_members() {
    let text = r#"{"header":{"form":1,"model":"cas-register","init":null,"cas_fail":"observed","seed":17,"time":"ns","more":{}}}
{"process":3,"type":"invoke","f":"cas","key":"x","value":[2,4],"time":1700,"index":12,"node":{"a":1.5}}

{"process":"nemesis","type":"info","f":"partition","value":{"n1":["n2"],"p":0.5},"time":1.5}
{"process":3,"type":"info","f":"cas","key":"x","value":{"any":1.5},"time":1900,"index":13,"error":["timed","out"]}
{"process":4,"type":"invoke","f":"read","value":null}
{"process":4,"type":"fail","f":"read","time":-4}
"#;
    let recording = History::read_jsonl(text.as_bytes()).expect("a history");
    let header = recording.header.expect("a header");
    assert_eq!(header.model.as_deref(), Some("cas-register"));
    assert_eq!(header.init, Some(Value::Null));
    assert_eq!(header.seed.as_deref(), Some("17"));
    assert_eq!(recording.skipped, 1);
    assert_eq!(recording.lines, [2, 5, 6, 7]);
    assert_eq!(
        shown(&recording.history),
        [
            r#"3 invoke cas "x" [2, 4]"#,
            r#"3 info cas "x" null"#,
            "4 invoke read null null",
            "4 fail read null null"
        ]
    );
    let events = &recording.history.events;
    assert_eq!(events[1].error.as_deref(), Some(r#"["timed","out"]"#));
    assert_eq!(events[1].time, Instant::from_nanos(1900));
    assert_eq!(events[2].time, Instant::from_nanos(2), "without a time, the number of the event");
    assert_eq!(events[3].time, Instant::ZERO, "a clock before zero stands at zero");
}

#[test]
fn a_broken_line_is_an_error_with_its_place_and_a_way_out() {
    let fine = "{\"process\":0,\"type\":\"invoke\",\"f\":\"read\",\"value\":null}\n";
    let cases = [
        ("{\"process\":0,\"type\"", "breaks off"),
        ("{\"process\":0,,}", "one JSON object a line"),
        ("[1, 2]", "one JSON object a line"),
        (r#"{"process":0,"type":"done","f":"read","value":1}"#, "unknown type \"done\""),
        (r#"{"process":0,"f":"read","value":1}"#, "`type` is missing"),
        (r#"{"type":"ok","f":"read","value":1}"#, "`process` is missing"),
        (r#"{"process":0,"type":"ok","value":1}"#, "`f` is missing"),
        (r#"{"process":0,"type":"ok","f":"read"}"#, "`value` is missing"),
        (r#"{"process":0,"type":"ok","f":"read","value":1.5}"#, "whole numbers"),
        (r#"{"process":0,"type":"ok","f":"read","value":{"a":1}}"#, "`value` cannot be used"),
        (r#"{"process":-1,"type":"ok","f":"read","value":1}"#, "by process -1"),
        (r#"{"process":"c1","type":"ok","f":"read","value":1}"#, "by process \"c1\""),
        (r#"{"process":0,"type":"ok","f":7,"value":1}"#, "named 7"),
        (r#"{"process":0,"type":"ok","f":"read","value":1,"time":"noon"}"#, "the time \"noon\""),
        (r#"{"header":{"form":1}}"#, "not the first line"),
        (r#"{"process":1,"type":"ok","f":"read","value":1}"#, "no operation under way"),
        (r#"{"process":0,"type":"invoke","f":"read","value":1}"#, "operation of line 1"),
        (r#"{"process":0,"type":"ok","f":"write","value":1}"#, "another `f`"),
        (r#"{"process":0,"type":"ok","f":"read","key":3,"value":1}"#, "another `key`"),
    ];
    for (line, part) in cases {
        let error = refused(&format!("{fine}{line}\n"));
        assert_eq!(error.line, 2, "{line}");
        assert!(error.to_string().contains(part), "{line}: {error}");
        assert!(!error.help.is_empty(), "{line}");
    }
    assert_eq!(refused("{\"process\":0,,}").column, Some(14));
}

#[test]
fn a_process_that_acts_after_an_unknown_outcome_is_refused_with_both_lines() {
    let text = r#"{"process":0,"type":"invoke","f":"read","value":null}
{"process":0,"type":"info","f":"read","value":null}
{"process":0,"type":"invoke","f":"read","value":null}"#;
    let error = refused(text);
    assert_eq!(error.line, 3);
    assert!(error.what.contains("(line 2)"), "{error}");
}

#[test]
fn a_header_of_another_form_is_refused() {
    assert!(refused(r#"{"header":{"form":2}}"#).to_string().contains("only form 1"));
    assert!(refused(r#"{"header":{"model":"x"}}"#).to_string().contains("form"));
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    let error = History::read_jsonl(b"\n\n\xff").expect_err("no text");
    assert_eq!(error.line, 3);
}

#[test]
fn a_byte_order_mark_and_carriage_returns_do_not_matter() {
    let text = "\u{feff}{\"process\":0,\"type\":\"invoke\",\"f\":\"read\",\"value\":null}\r\n";
    assert_eq!(jsonl(text).events.len(), 1);
}

#[test]
fn jepsens_edn_is_read_as_one_map_a_line() {
    let text = r#"; a comment
{:process :nemesis, :type :info, :f :start, :value {:n1 #{:n2}} :time 1.5}
#jepsen.history.Op{:index 0, :time 10, :type :invoke, :process 0, :f :cas, :value [1 2]}
{:type :info, :process 0, :f :cas, :value [1 2], :error [:timeout "x"], :time #inst "2020-01-01"}
{:type :invoke, :process 1, :f :read, :value nil}
{:type :ok, :process 1, :f :read, :value :blue}
"#;
    let recording = History::read_edn(text.as_bytes(), Keyed::Detect).expect("a history");
    assert_eq!(recording.lines, [3, 4, 5, 6]);
    assert_eq!(recording.skipped, 1);
    assert_eq!(
        shown(&recording.history),
        [
            "0 invoke cas null [1, 2]",
            "0 info cas null [1, 2]",
            "1 invoke read null null",
            r#"1 ok read null "blue""#
        ]
    );
    assert_eq!(recording.history.events[1].error.as_deref(), Some("[:timeout x]"));
    assert_eq!(recording.history.events[0].time, Instant::from_nanos(10));
}

#[test]
fn jepsens_edn_is_read_as_one_vector_of_maps() {
    let text = "[{:type :invoke :process 1 :f :read}\n {:type :ok :process 1 :f :read :value 3}]\n";
    assert_eq!(shown(&edn(text)), ["1 invoke read null null", "1 ok read null 3"]);
    assert!(edn_refused("[{:type :invoke :process 1 :f :read}\n").what.contains("does not end"));
    assert!(edn_refused("[] 3").what.contains("follows"));
}

#[test]
fn tuples_are_taken_for_keys_where_every_invocation_looks_so() {
    let keyed = "{:type :invoke :process 1 :f :read :value [:x nil]}
{:type :invoke :process 2 :f :cas :value [:x [1 2]]}
{:type :ok :process 1 :f :read :value [:x 3]}
{:type :fail :process 2 :f :cas :value nil}";
    assert_eq!(
        shown(&edn(keyed)),
        [
            r#"1 invoke read "x" null"#,
            r#"2 invoke cas "x" [1, 2]"#,
            r#"1 ok read "x" 3"#,
            "2 fail cas null null"
        ]
    );
    let pairs = "{:type :invoke :process 1 :f :write :value [1 2]}
{:type :invoke :process 2 :f :cas :value [1 2]}";
    let plain = ["1 invoke write null [1, 2]", "2 invoke cas null [1, 2]"];
    assert_eq!(shown(&edn(pairs)), plain);
    let told = History::read_edn(keyed.as_bytes(), Keyed::No).expect("a history");
    assert_eq!(told.history.events[0].value, Value::List(vec!["x".into(), Value::Null]));
    let told = History::read_edn(pairs.as_bytes(), Keyed::Yes).expect("a history");
    assert_eq!(told.history.events[0].key, Value::Int(1));
    let bare = "{:type :invoke :process 1 :f :write :value 1}";
    let error = History::read_edn(bare.as_bytes(), Keyed::Yes).expect_err("no tuple");
    assert!(error.what.contains("no [key value] tuple"));
}

#[test]
fn a_transaction_of_one_operation_becomes_that_operation() {
    let text = "{:type :invoke :process 1 :f :txn :value [[:append 5 1]]}
{:type :invoke :process 2 :f :txn :value [[:r 5 nil]]}
{:type :invoke :process 3 :f :txn :value [[:w 6 2]]}
{:type :info :process 1 :f :txn :value nil}
{:type :ok :process 2 :f :txn :value [[:r 5 [1]]]}
{:type :ok :process 3 :f :txn :value [[:w 6 2]]}";
    assert_eq!(
        shown(&edn(text)),
        [
            "1 invoke append 5 1",
            "2 invoke read 5 null",
            "3 invoke write 6 2",
            "1 info append 5 null",
            "2 ok read 5 [1]",
            "3 ok write 6 2"
        ]
    );
    let json = r#"{"process":1,"type":"invoke","f":"txn","value":[["append",5,1]]}"#;
    assert_eq!(shown(&jsonl(json)), ["1 invoke append 5 1"]);
    let two = "{:type :invoke :process 1 :f :txn :value [[:r 1 nil] [:r 2 nil]]}";
    assert!(edn_refused(two).to_string().contains("a `txn` of 2 operations"));
}

#[test]
fn broken_edn_is_an_error_with_its_line_and_a_way_out() {
    let fine = "{:type :invoke :process 0 :f :read :value nil}\n";
    let cases = [
        ("{:type :ok", "middle of a form"),
        ("7", "no map"),
        ("{:process 0 :f :read}", "`:type` is missing"),
        ("{:process 0 :type :done :f :read}", "unknown type :done"),
        ("{:type :ok :f :read}", "`:process` is missing"),
        ("{:type :ok :process 1.5 :f :read}", "by process 1.5"),
        ("{:type :ok :process 0}", "`:f` is missing"),
        ("{:type :ok :process 0 :f :read :value {:a 1}}", "holds a map"),
        ("{:type :ok :process 0 :f :read :value [1/2]}", "the number 1/2"),
        ("{:type :ok :process 9 :f :read :value 1}", "no operation under way"),
    ];
    for (line, part) in cases {
        let error = edn_refused(&format!("{fine}{line}"));
        assert_eq!(error.line, 2, "{line}");
        assert!(error.to_string().contains(part), "{line}: {error}");
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::List))
}

/// One operation of a process of its own, complete or not.
fn operation() -> impl Strategy<Value = (String, Value, Value, Option<(OpKind, Value)>, u64)> {
    let kind = prop_oneof![Just(OpKind::Ok), Just(OpKind::Fail), Just(OpKind::Info)];
    let name = "[a-z]{1,8}".prop_filter("transactions are unwrapped", |name| name != "txn");
    (name, value(), value(), prop::option::of((kind, value())), any::<u64>())
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(operations in prop::collection::vec(operation(), 0..8)) {
        let mut history = History::default();
        for (process, (f, key, arg, end, time)) in operations.into_iter().enumerate() {
            let event = |kind, value| OpEvent {
                process: Process(process as u64),
                kind,
                f: f.clone().into(),
                key: key.clone(),
                value,
                time: Instant::from_nanos(time),
                error: (kind == OpKind::Info).then(|| "timed-out".into()),
            };
            history.events.push(event(OpKind::Invoke, arg));
            history.events.extend(end.map(|(kind, value)| event(kind, value)));
        }
        let header = Header { form: Header::FORM, init: Some(Value::Null), ..Header::default() };
        let mut bytes = Vec::new();
        history.write_jsonl(Some(&header), &mut bytes).expect("memory takes all");
        let recording = History::read_jsonl(&bytes).expect("what was written");
        prop_assert_eq!(recording.header, Some(header));
        prop_assert_eq!(recording.history, history);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = History::read_jsonl(&bytes);
        let _ = History::read_edn(&bytes, Keyed::Detect);
    }

    #[test]
    fn no_almost_history_panics(
        words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..40),
        keyed in prop::sample::select(vec![Keyed::Detect, Keyed::Yes, Keyed::No]),
    ) {
        let text = words.concat();
        let _ = History::read_jsonl(text.as_bytes());
        let _ = History::read_edn(text.as_bytes(), keyed);
    }
}

const WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    " ",
    "\n",
    "#",
    "#_",
    "\\",
    "\\u00",
    "\u{e9}",
    ":process 1",
    ":type :ok",
    ":type :invoke",
    ":f :txn",
    ":f :read",
    ":value [[:r 1 nil]]",
    ":value ",
    "nil",
    "1",
    "-",
    "1.5",
    "#{",
    "\"process\":1",
    "\"type\":\"ok\"",
    "\"type\":\"invoke\"",
    "\"f\":\"read\"",
    "\"value\":null",
    "\"header\":",
    "#a ",
    "{:process 1 :type :invoke :f :txn :value [[:r 1 nil]]}\n",
    "{:process 1 :type :ok :f :txn :value 3}\n",
];
