//! Subjects under Maelstrom: a body of type `do` has the acts, one of type `done` the answer.

use std::marker::PhantomData;

use seatrial_hosts::maelstrom::{self, Asked, Body, RpcError, field};
use seatrial_node::{Node, NodeId};
use serde_json::json;

use crate::act;

/// How a subject, right or wrong, is asked under Maelstrom.
#[derive(Debug)]
pub struct Workload<N: Node> {
    config: N::Config,
    node: PhantomData<fn() -> N>,
}

impl<N: Node> Workload<N> {
    /// A workload of nodes with this configuration.
    pub const fn new(config: N::Config) -> Self {
        Self { config, node: PhantomData }
    }
}

impl<N> maelstrom::Workload for Workload<N>
where
    N: Node<Config: Clone, Request = act::Asked, Response = act::Answer>,
{
    type Node = N;
    type Kind = ();

    fn config(&self, _: NodeId) -> N::Config {
        self.config.clone()
    }

    fn ask(&mut self, kind: &str, _: &str, body: &Body) -> Asked<Self> {
        let acts = match (kind, field(body, "acts")) {
            ("do", Ok(acts)) => acts.clone(),
            ("do", Err(error)) => return error.into(),
            _ => return Asked::unknown(kind),
        };
        match serde_json::from_value(acts) {
            Ok(acts) => Asked::Node { request: act::Asked(acts), kind: () },
            Err(error) => RpcError::malformed(error.to_string()).into(),
        }
    }

    fn tell(&mut self, (): (), answer: act::Answer) -> Result<Body, RpcError> {
        Ok(Body::from_iter([
            ("type".to_owned(), json!("done")),
            ("answer".to_owned(), json!(answer)),
        ]))
    }
}
