//! `unique-ids`: names that no other node gives, and no other life of this one. Nobody has to be asked.

use seatrial_hosts::maelstrom::{self, Asked, Body, RpcError, body};
use seatrial_node::{Disk, Input, Io, Node, NodeId, OpenError};
use serde_json::json;

/// Names things by itself: its own name, which life this is, and a count. It keeps nothing, so a life is told from others by chance.
#[derive(Debug)]
pub(super) struct Namer {
    life: u64,
    given: u64,
}

impl Node for Namer {
    type Config = ();
    type Message = ();
    type Timer = ();
    type Request = ();
    type Response = String;
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self { life: 0, given: 0 })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => self.life = io.choose("life", u64::MAX),
            Input::Request { token, body: () } => {
                self.given += 1;
                io.reply(token, format!("{}-{:x}-{}", io.me(), self.life, self.given));
            }
            _ => {}
        }
    }
}

#[derive(Debug)]
pub(super) struct Workload;

impl maelstrom::Workload for Workload {
    type Node = Namer;
    type Kind = ();

    fn config(&self, _: NodeId) {}

    fn ask(&mut self, kind: &str, _: &str, _: &Body) -> Asked<Self> {
        match kind {
            "generate" => Asked::Node { request: (), kind: () },
            _ => Asked::unknown(kind),
        }
    }

    fn tell(&mut self, (): (), name: String) -> Result<Body, RpcError> {
        Ok(body("generate_ok", json!({ "id": name })))
    }
}
