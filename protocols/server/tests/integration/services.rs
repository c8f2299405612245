//! A node that asks Maelstrom's service seq-kv, which is played here: as stale as it may be, and in trouble.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::net::Net;
use super::support::PATIENCE;

/// What becomes of a request, instead of an answer.
#[derive(Clone, Debug)]
enum Trouble {
    /// It gets lost.
    Unasked,
    /// It is done, and the answer gets lost.
    Unanswered,
    /// It is done, and the answer comes with the next one.
    Late,
    /// It is done, and answered twice.
    Twice,
    /// It is not done, and this is the answer's body.
    Told(Value),
    /// It is done, and this is the answer's body.
    DoneAndTold(Value),
    /// It is done, and somebody else answers.
    ByAnother,
}

/// Sequentially consistent, and no better: whoever asks is told of the oldest state that it may see.
#[derive(Debug, Default)]
struct SeqKv {
    states: Vec<BTreeMap<String, Value>>,
    /// Which state each client has seen.
    seen: BTreeMap<String, usize>,
    /// What becomes of the next requests of type `cas`.
    troubles: VecDeque<Trouble>,
    held: Vec<Value>,
    is_gone: bool,
}

impl SeqKv {
    fn hear(&mut self, message: &Value) -> Vec<Value> {
        if self.is_gone {
            return Vec::new();
        }
        let body = &message["body"];
        let trouble = if body["type"] == "cas" { self.troubles.pop_front() } else { None };
        let line = |mut told: Value| {
            told["in_reply_to"] = body["msg_id"].clone();
            json!({ "src": "seq-kv", "dest": message["src"], "body": told })
        };
        let mut told = std::mem::take(&mut self.held);
        match trouble {
            Some(Trouble::Unasked) => return told,
            Some(Trouble::Told(body)) => return [told, vec![line(body)]].concat(),
            _ => {}
        }
        let done = line(self.perform(message));
        match trouble {
            Some(Trouble::Unanswered) => {}
            Some(Trouble::Late) => self.held.push(done),
            Some(Trouble::Twice) => told.extend([done.clone(), done]),
            Some(Trouble::DoneAndTold(body)) => told.push(line(body)),
            Some(Trouble::ByAnother) => {
                told.push(json!({ "src": "lin-kv", "dest": done["dest"], "body": done["body"] }));
            }
            _ => told.push(done),
        }
        told
    }

    fn perform(&mut self, message: &Value) -> Value {
        if self.states.is_empty() {
            self.states.push(BTreeMap::new());
        }
        let newest = self.states.len() - 1;
        let seen = self.seen.entry(message["src"].to_string()).or_insert(0);
        let (told, after) = done(&self.states[*seen], &message["body"]);
        if after == self.states[*seen] {
            return told;
        }
        // What changes something is done to what is newest.
        let (told, after) = done(&self.states[newest], &message["body"]);
        self.states.push(after);
        *seen = newest + 1;
        told
    }
}

/// What a request makes of a state, and its answer.
fn done(state: &BTreeMap<String, Value>, body: &Value) -> (Value, BTreeMap<String, Value>) {
    let mut after = state.clone();
    let key = body["key"].to_string();
    let error = |code: u32| json!({ "type": "error", "code": code, "text": "no" });
    let told = match (body["type"].as_str(), state.get(&key)) {
        (Some("read"), Some(value)) => json!({ "type": "read_ok", "value": value }),
        (Some("write"), _) => {
            after.insert(key, body["value"].clone());
            json!({ "type": "write_ok" })
        }
        (Some("cas"), value)
            if value
                .map_or(body["create_if_not_exists"] == true, |value| *value == body["from"]) =>
        {
            after.insert(key, body["to"].clone());
            json!({ "type": "cas_ok" })
        }
        (Some("cas"), Some(_)) => error(22),
        (Some("read" | "cas"), None) => error(20),
        other => panic!("no service is asked {other:?}"),
    };
    (told, after)
}

/// So many nodes that count, and their service.
fn counters(count: usize) -> (Net, Arc<Mutex<SeqKv>>) {
    let mut net = Net::new("g-counter-seq-kv", count);
    let service = Arc::new(Mutex::new(SeqKv::default()));
    let hears = service.clone();
    let hear = move |message: &Value| hears.lock().expect("nobody panicked").hear(message);
    net.services.insert("seq-kv", Box::new(hear));
    (net, service)
}

fn add(delta: i64) -> Value {
    json!({ "type": "add", "delta": delta })
}

fn read(net: &mut Net, node: &str) -> Value {
    let answer = net.ask(node, json!({ "type": "read" }));
    assert_eq!(answer["type"], "read_ok", "{answer}");
    answer["value"].clone()
}

#[test]
fn a_counter_over_a_service_that_is_behind_reads_all_that_was_added_anywhere() {
    let (mut net, _service) = counters(3);
    assert_eq!(read(&mut net, "n1"), 0);
    let mut sum = 0;
    for delta in 0..9 {
        let node = format!("n{}", delta % 3 + 1);
        assert_eq!(net.ask(&node, add(delta))["type"], "add_ok");
        sum += delta;
        for node in ["n1", "n2", "n3"] {
            assert_eq!(read(&mut net, node), sum, "at {node}");
        }
    }
    assert_eq!(net.ask("n1", add(-1))["code"], 12);
    assert_eq!(net.ask("n1", add(i64::MAX))["code"], 12);
    assert_eq!(net.ask("n1", json!({ "type": "add" }))["code"], 12);
    assert_eq!(net.ask("n1", json!({ "type": "cas" }))["code"], 10);
    assert_eq!(read(&mut net, "n2"), sum);
}

#[test]
fn an_add_counts_once_whatever_becomes_of_what_the_service_is_asked() {
    let (mut net, service) = counters(2);
    let error = |code: u32| json!({ "type": "error", "code": code, "text": "no" });
    let troubles = [
        Trouble::Unasked,
        Trouble::Unanswered,
        Trouble::Late,
        Trouble::Twice,
        Trouble::ByAnother,
        Trouble::Told(error(11)),
        Trouble::Told(error(1_000)),
        Trouble::DoneAndTold(error(13)),
        Trouble::DoneAndTold(json!({ "type": "error" })),
        Trouble::DoneAndTold(json!({ "type": "write_ok", "value": [{}] })),
        Trouble::DoneAndTold(json!({ "type": 7 })),
        Trouble::DoneAndTold(json!({})),
    ];
    for (count, trouble) in (1..).zip(troubles) {
        service.lock().expect("nobody panicked").troubles.push_back(trouble.clone());
        assert_eq!(net.ask("n1", add(1))["type"], "add_ok", "{trouble:?}");
        assert_eq!(read(&mut net, "n2"), count, "after {trouble:?}");
    }
}

#[test]
fn adds_that_are_under_way_at_once_are_all_counted() {
    let (mut net, service) = counters(2);
    let troubles = [Trouble::Late, Trouble::Unanswered, Trouble::Twice];
    service.lock().expect("nobody panicked").troubles.extend(troubles);
    let mut waiting: Vec<u64> =
        (0..20).map(|i| net.send(&format!("n{}", i % 2 + 1), add(i + 1))).collect();
    let until = Instant::now() + PATIENCE;
    while !waiting.is_empty() {
        let told = net.next_for_client(until).expect("all are answered");
        assert_eq!(told["body"]["type"], "add_ok", "{told}");
        waiting.retain(|number| told["body"]["in_reply_to"] != *number);
    }
    assert_eq!(read(&mut net, "n1"), 210);
}

#[test]
fn where_no_service_answers_nobody_knows_of_an_add_and_a_read_is_refused() {
    let (mut net, service) = counters(2);
    service.lock().expect("nobody panicked").is_gone = true;
    let answer = net.ask("n1", add(3));
    assert_eq!((&answer["type"], &answer["code"]), (&json!("error"), &json!(0)));
    let answer = net.ask("n1", json!({ "type": "read" }));
    assert_eq!((&answer["type"], &answer["code"]), (&json!("error"), &json!(11)));
    service.lock().expect("nobody panicked").is_gone = false;
    assert_eq!(net.ask("n1", add(4))["type"], "add_ok");
    assert_eq!(read(&mut net, "n2"), 7, "what was not known of goes along with the next");
}

#[test]
fn answers_to_nothing_are_answered_by_nobody() {
    let (mut net, _service) = counters(1);
    for body in [
        json!({ "type": "read_ok", "value": 7, "in_reply_to": 1, "msg_id": 9 }),
        json!({ "type": "cas_ok", "in_reply_to": "1" }),
        json!({ "type": "error", "code": 22, "in_reply_to": null }),
        json!({ "type": "add", "delta": 5, "in_reply_to": 77, "msg_id": 9 }),
        json!({ "in_reply_to": 4, "msg_id": 9 }),
    ] {
        let line = json!({ "src": "seq-kv", "dest": "n1", "body": body });
        net.write("n1", &line.to_string());
    }
    assert_eq!(read(&mut net, "n1"), 0);
    let told = net.next_for_client(Instant::now() + Duration::from_millis(100));
    assert_eq!(told, None, "it answers an answer");
}
