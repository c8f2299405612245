//! `lin-kv`: the replicated map. Keys and values are any JSON, kept as its text.

use std::collections::BTreeMap;

use crate::serve::usual_config;
use crate::text::refusal;
use seatrial_hosts::maelstrom::{self, Asked, Body, RpcError, body, field};
use seatrial_kv::{Config, Kv, KvOp, KvRequest, Output, compare_and_set, read, write};
use seatrial_node::{Node, NodeId};
use seatrial_service::Response;
use serde_json::{Value, json};

/// Each client of this node has a session.
#[derive(Debug, Default)]
pub(super) struct Workload {
    sessions: BTreeMap<String, Session>,
}

#[derive(Debug)]
struct Session {
    client: u64,
    seq: u64,
}

impl maelstrom::Workload for Workload {
    type Node = Kv;
    /// The type of the answer, where it was done.
    type Kind = &'static str;

    fn config(&self, _: NodeId) -> Config {
        usual_config()
    }

    fn ask(&mut self, kind: &str, client: &str, body: &Body) -> Asked<Self> {
        let text = |name| field(body, name).map(Value::to_string);
        let op = || -> Result<Option<(&'static str, KvOp)>, RpcError> {
            match kind {
                "read" => Ok(Some(("read_ok", read(text("key")?)))),
                "write" => Ok(Some(("write_ok", write(text("key")?, text("value")?.as_str())))),
                "cas" => {
                    let (from, to) = (text("from")?, text("to")?);
                    let op = compare_and_set(text("key")?, from.as_str(), to.as_str());
                    Ok(Some(("cas_ok", op)))
                }
                _ => Ok(None),
            }
        };
        match op() {
            Ok(Some((kind, op))) => {
                let new = || Session { client: seatrial_hosts::random() >> 1, seq: 0 };
                let session = self.sessions.entry(client.to_owned()).or_insert_with(new);
                session.seq += 1;
                let request = KvRequest { client: session.client, seq: session.seq, op };
                Asked::Node { request, kind }
            }
            Ok(None) => Asked::unknown(kind),
            Err(error) => error.into(),
        }
    }

    fn tell(
        &mut self,
        kind: &'static str,
        answer: <Kv as Node>::Response,
    ) -> Result<Body, RpcError> {
        let output = match answer {
            Response::Done(output) => output,
            Response::Unknown => {
                return Err(RpcError::new(RpcError::TIMEOUT, refusal(&answer)));
            }
            Response::TooLarge | Response::Unreadable => {
                return Err(RpcError::new(RpcError::ABORT, refusal(&answer)));
            }
            other => {
                return Err(RpcError::new(RpcError::TEMPORARILY_UNAVAILABLE, refusal(&other)));
            }
        };
        if let Some(code) = output.error_code() {
            return Err(RpcError::new(code, why(&output)));
        }
        let Output::Value(value) = output else { return Ok(body(kind, Value::Null)) };
        let value: Value = serde_json::from_slice(value.as_bytes())
            .map_err(|error| RpcError::new(RpcError::CRASH, error.to_string()))?;
        Ok(body(kind, json!({ "value": value })))
    }
}

fn why(output: &Output) -> String {
    match output {
        Output::Mismatch(value) => format!("the value is {}", crate::text::shown(value)),
        _ => "there is no such key".to_owned(),
    }
}
