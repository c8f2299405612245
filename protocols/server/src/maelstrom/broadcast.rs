//! `broadcast`, `g-set` and the counters: what is added is broadcast, reliably and once, and what was delivered is read.
//!
//! Nobody waits for anybody: a node answers from what it has delivered, also while it is cut off, and all have delivered the same in the end.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use seatrial_broadcast::{
    Answer, EagerReliable, Frame, OnDeliver, Process, ProcessConfig, Request, Response,
};
use seatrial_hosts::maelstrom::{self, Asked, Body, RpcError, body, field, number};
use seatrial_links::Perfect;
use seatrial_node::{Node, NodeId};
use serde_json::{Value, json};

/// A node that broadcasts texts.
type Member = Process<String, EagerReliable<String, Perfect<Frame<String>>>>;

/// What a node makes of what it delivers.
pub(super) trait Gathered: Default + Send + 'static {
    /// The type of the message that adds, and of its answer.
    const ADD: [&'static str; 2];

    /// What such a message adds, as text.
    fn added(body: &Body) -> Result<String, RpcError>;

    /// Something was delivered.
    fn deliver(&mut self, text: &str);

    /// What a read answers.
    fn read(&self) -> Value;
}

/// A workload that gathers so.
#[derive(Debug, Default)]
pub(super) struct Gathering<G> {
    gathered: Arc<Mutex<G>>,
}

pub(super) type Numbers = Gathering<Set<false>>;
pub(super) type Elements = Gathering<Set<true>>;
/// The counter that never goes back.
pub(super) type Growing = Gathering<Total<true>>;
pub(super) type Sum = Gathering<Total<false>>;

impl<G: Gathered> maelstrom::Workload for Gathering<G> {
    type Node = Member;
    type Kind = ();

    fn config(&self, _: NodeId) -> <Member as Node>::Config {
        let gathered = self.gathered.clone();
        let deliver = move |_, _, text: &String| {
            gathered.lock().unwrap_or_else(PoisonError::into_inner).deliver(text);
        };
        ProcessConfig {
            answer: Answer::WhenDelivered,
            on_deliver: Some(OnDeliver::new(deliver)),
            ..ProcessConfig::default()
        }
    }

    fn ask(&mut self, kind: &str, _: &str, body: &Body) -> Asked<Self> {
        match kind {
            "read" => {
                let gathered = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
                Asked::Now(Ok(maelstrom::body("read_ok", gathered.read())))
            }
            // Links reach everybody, whoever are neighbours.
            "topology" => Asked::Now(Ok(maelstrom::body("topology_ok", Value::Null))),
            kind if kind == G::ADD[0] => match G::added(body) {
                Ok(text) => Asked::Node { request: Request::Broadcast(text), kind: () },
                Err(error) => error.into(),
            },
            _ => Asked::unknown(kind),
        }
    }

    fn tell(&mut self, (): (), answer: Response) -> Result<Body, RpcError> {
        match answer {
            Response::Delivered(_) | Response::Sent(_) => Ok(body(G::ADD[1], Value::Null)),
            Response::Busy => {
                let why = "too many broadcasts are under way";
                Err(RpcError::new(RpcError::TEMPORARILY_UNAVAILABLE, why))
            }
            _ => Err(RpcError::new(RpcError::ABORT, "this node takes no part")),
        }
    }
}

/// Why a counter that only grows refuses an addition.
pub(super) const BELOW_ZERO: &str = "`delta` is below zero: this counter never goes back";

/// All that was delivered, each once: as `messages` of `broadcast`, or as the `value` of a set.
#[derive(Debug, Default)]
pub(super) struct Set<const IS_VALUE: bool>(BTreeSet<String>);

impl<const IS_VALUE: bool> Gathered for Set<IS_VALUE> {
    const ADD: [&'static str; 2] =
        if IS_VALUE { ["add", "add_ok"] } else { ["broadcast", "broadcast_ok"] };

    fn added(body: &Body) -> Result<String, RpcError> {
        field(body, if IS_VALUE { "element" } else { "message" }).map(Value::to_string)
    }

    fn deliver(&mut self, text: &str) {
        self.0.insert(text.to_owned());
    }

    fn read(&self) -> Value {
        // What a member broadcasts it has read as JSON itself.
        let all: Vec<Value> =
            self.0.iter().filter_map(|text| serde_json::from_str(text).ok()).collect();
        if IS_VALUE { json!({ "value": all }) } else { json!({ "messages": all }) }
    }
}

/// The sum of what was delivered; where it only grows, nothing is taken away from it.
#[derive(Debug, Default)]
pub(super) struct Total<const GROWS: bool>(i64);

impl<const GROWS: bool> Gathered for Total<GROWS> {
    const ADD: [&'static str; 2] = ["add", "add_ok"];

    fn added(body: &Body) -> Result<String, RpcError> {
        let delta = number(body, "delta")?;
        if GROWS && delta < 0 {
            return Err(RpcError::malformed(BELOW_ZERO));
        }
        Ok(delta.to_string())
    }

    fn deliver(&mut self, text: &str) {
        // Only numbers are broadcast.
        self.0 = self.0.wrapping_add(text.parse().unwrap_or(0));
    }

    fn read(&self) -> Value {
        json!({ "value": self.0 })
    }
}
