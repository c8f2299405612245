//! A replicated map: clients read, write, compare and set, and delete.

use seatrial_history::Value;
use seatrial_kv::{Kv, KvRequest, KvResponse, Output, compare_and_set, delete, read, write};

use super::raft::{answer, config, over_raft, served};
use crate::outside::Service;
use crate::registry::{Protocol, WorkloadInfo};
use crate::workload::{Answer, Draw, Op, Session, Workload};

pub(super) fn protocol() -> Protocol {
    let info = WorkloadInfo {
        name: "kv",
        about: "read, write, cas and delete on a few keys; every value is written once",
        operations: &["read", "write", "cas", "delete"],
    };
    over_raft("raft-kv", "a linearizable map over Raft, with client sessions")
        .with_wire::<Kv>()
        .with_workload::<Kv, KvWorkload>(info, config, KvWorkload::default)
        .with_service::<Kv, KvWorkload>(SERVICE, KvWorkload::default)
}

const SERVICE: Service = Service { name: "raft-kv", workload: "kv", settings: served };

/// Clients of a map. Every written value is new, so that a stale one is told from a fresh one.
#[derive(Clone, Debug, Default)]
struct KvWorkload {
    keys: Vec<String>,
    mix: Vec<(String, u32)>,
    written: i64,
    /// A value that each key has had lately, as far as clients know: what a `cas` hopes for.
    seen: Vec<Option<i64>>,
}

impl KvWorkload {
    fn key(&self, key: usize) -> Value {
        Value::from(self.keys[key].as_str())
    }

    fn fresh(&mut self) -> i64 {
        self.written += 1;
        self.written
    }

    fn place(&self, op: &Op) -> Option<usize> {
        self.keys.iter().position(|key| op.key.as_text() == Some(key))
    }

    fn saw(&mut self, op: &Op, value: Option<i64>) {
        if let Some(place) = self.place(op) {
            self.seen[place] = value;
        }
    }

    fn cas(&mut self, key: usize) -> Op {
        let from = self.seen[key].unwrap_or(0);
        let to = self.fresh();
        Op { f: "cas", key: self.key(key), value: Value::pair(from, to) }
    }

    fn write(&mut self, key: usize) -> Op {
        let value = self.fresh();
        Op { f: "write", key: self.key(key), value: Value::Int(value) }
    }
}

impl Workload<Kv> for KvWorkload {
    fn begin(&mut self, keys: u32, mix: &[(String, u32)]) {
        self.keys = (0..keys.max(1)).map(|key| format!("k{key}")).collect();
        self.mix = mix.to_vec();
        self.written = 0;
        self.seen.clear();
        self.seen.resize(self.keys.len(), None);
    }

    fn next(&mut self, draw: &mut Draw<'_>) -> Op {
        let key = draw.below("kv: key", self.keys.len() as u64) as usize;
        match draw.weighted("kv: operation", &self.mix) {
            Some("write") => self.write(key),
            Some("cas") => self.cas(key),
            // A map without the key is a register never written.
            Some("delete") => Op { f: "write", key: self.key(key), value: Value::Null },
            _ => Op { f: "read", key: self.key(key), value: Value::Null },
        }
    }

    /// One write, to see progress, and then a read of every key.
    fn last(&mut self, round: u32, _: &mut Draw<'_>) -> Option<Op> {
        match round as usize {
            0 => Some(self.write(0)),
            round if round <= self.keys.len() => {
                Some(Op { f: "read", key: self.key(round - 1), value: Value::Null })
            }
            _ => None,
        }
    }

    fn request(&mut self, session: Session, op: &Op) -> KvRequest {
        let key = op.key.as_text().unwrap_or_default();
        let what = match (op.f, &op.value) {
            ("read", _) => read(key),
            ("write", Value::Null) => delete(key),
            ("cas", value) => match value.as_pair() {
                Some((from, to)) => compare_and_set(key, bytes(from), bytes(to)),
                None => read(key),
            },
            (_, value) => write(key, bytes(value)),
        };
        KvRequest { client: session.client, seq: session.seq, op: what }
    }

    fn answer(&mut self, op: &Op, response: KvResponse) -> Answer {
        answer(response, |output| match output {
            Output::Value(value) => {
                let value = number(value.as_bytes());
                self.saw(op, Some(value));
                Answer::Ok(Value::Int(value))
            }
            Output::Missing if op.f == "read" => {
                self.saw(op, None);
                Answer::Ok(Value::Null)
            }
            Output::Missing if op.f == "cas" => Answer::Fail("key-does-not-exist"),
            Output::Mismatch(value) => {
                self.saw(op, Some(number(value.as_bytes())));
                Answer::Fail("precondition-failed")
            }
            Output::Written | Output::Deleted | Output::Missing => {
                let now = op.value.as_pair().map_or(&op.value, |(_, to)| to).as_int();
                self.saw(op, now);
                Answer::Ok(op.value.clone())
            }
        })
    }

    /// A `cas` that failed has seen another value; one that nobody carried out has not.
    fn failure_observes(&self, op: &Op) -> bool {
        op.f == "cas"
    }
}

/// A number as a value of the map.
fn bytes(value: &Value) -> seatrial_kv::Value {
    value.as_int().unwrap_or_default().to_string().as_str().into()
}

/// A value of the map as a number. One that nobody wrote becomes one that nobody wrote.
fn number(bytes: &[u8]) -> i64 {
    std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok()).unwrap_or(i64::MIN)
}
