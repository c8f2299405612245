//! The scenario's clients at real servers: when each wants to be woken, what is under way, and what they have recorded.

use std::collections::BTreeMap;

use seatrial::{ClientHost, Heard};
use seatrial_history::{OpEvent, OpKind, TraceItem};
use seatrial_hosts::monotonic_nanos;
use seatrial_hosts::tcp::Asker;
use seatrial_node::{Duration, Instant, NodeId};

use crate::witness::time;

/// What clients have and do.
#[derive(Debug)]
pub(crate) struct Ashore {
    /// By the machine's clock, when the trial's time began.
    zero: u64,
    asker: Asker,
    attempts: u64,
    /// When each client wants to be woken.
    wakes: BTreeMap<u32, Instant>,
    /// Requests that clients wait for an answer to: one at a time each.
    open: BTreeMap<u32, (u64, NodeId)>,
    /// How many were given up, by whom they were made to.
    unanswered: BTreeMap<NodeId, u64>,
    /// When an operation was last seen to take effect.
    succeeded: Option<Instant>,
    /// What was recorded.
    pub(crate) heard: Vec<Heard>,
}

impl Ashore {
    pub(crate) fn new(zero: u64, asker: Asker) -> Self {
        let (wakes, open, unanswered, heard) = Default::default();
        Self { zero, asker, attempts: 0, wakes, open, unanswered, succeeded: None, heard }
    }

    /// When the next client wants to be woken.
    pub(crate) fn next_wake(&self) -> Option<Instant> {
        self.wakes.values().min().copied()
    }

    /// A client whose time has come.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<u32> {
        let (client, _) = self.wakes.iter().find(|(_, at)| **at <= now)?;
        let client = *client;
        self.wakes.remove(&client);
        Some(client)
    }

    /// An answer to this attempt has come, or it is known that none will come.
    pub(crate) fn close(&mut self, client: u32, attempt: u64, is_answered: bool) {
        if let Some((_, node)) =
            self.open.get(&client).copied().filter(|(open, _)| *open == attempt)
        {
            self.open.remove(&client);
            if !is_answered {
                *self.unanswered.entry(node).or_default() += 1;
            }
        }
    }

    /// How many requests to this node have gone unanswered so far: it was not there, its connection was lost, or the client has turned to
    /// another.
    pub(crate) fn unanswered(&self, node: NodeId) -> u64 {
        self.unanswered.get(&node).copied().unwrap_or_default()
    }

    /// Whether an operation has taken effect since then.
    pub(crate) fn has_succeeded_since(&self, then: Instant) -> bool {
        self.succeeded.is_some_and(|succeeded| succeeded >= then)
    }

    /// How many clients wait for an answer of this node.
    pub(crate) fn waiting_for(&self, node: NodeId) -> u64 {
        self.open.values().filter(|(_, asked)| *asked == node).count() as u64
    }
}

impl ClientHost for Ashore {
    fn now(&self) -> Instant {
        time(self.zero, monotonic_nanos())
    }

    fn send(&mut self, client: u32, to: NodeId, body: Vec<u8>) -> u64 {
        self.attempts += 1;
        if let Some((_, node)) = self.open.insert(client, (self.attempts, to)) {
            // Whoever asks again has stopped waiting for what it asked before.
            *self.unanswered.entry(node).or_default() += 1;
        }
        self.asker.ask(client, to, self.attempts, body);
        self.attempts
    }

    fn sleep(&mut self, client: u32, span: Duration) {
        let at = self.now() + span;
        self.wakes.insert(client, at);
    }

    fn record(&mut self, mut event: OpEvent) {
        let at = self.now();
        event.time = at;
        if event.kind == OpKind::Ok {
            self.succeeded = Some(at);
        }
        self.heard.push(Heard { at, what: TraceItem::Op(event.into()) });
    }
}
