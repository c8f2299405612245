//! `echo`: the echo node, which says what it is told by way of another.

use std::sync::Arc;

use seatrial_echo::{Config, Echo};
use seatrial_hosts::maelstrom::{self, Asked, Body, RpcError, body, field};
use seatrial_node::NodeId;
use serde_json::{Value, json};

#[derive(Debug)]
pub(super) struct Workload;

impl maelstrom::Workload for Workload {
    type Node = Echo;
    type Kind = ();

    fn config(&self, _: NodeId) -> Config {
        Config::default()
    }

    fn ask(&mut self, kind: &str, _: &str, body: &Body) -> Asked<Self> {
        match (kind, field(body, "echo")) {
            ("echo", Ok(said)) => {
                Asked::Node { request: said.to_string().as_str().into(), kind: () }
            }
            ("echo", Err(error)) => error.into(),
            _ => Asked::unknown(kind),
        }
    }

    fn tell(&mut self, (): (), said: Arc<str>) -> Result<Body, RpcError> {
        let said: Value = serde_json::from_str(&said)
            .map_err(|error| RpcError::new(RpcError::CRASH, error.to_string()))?;
        Ok(body("echo_ok", json!({ "echo": said })))
    }
}
