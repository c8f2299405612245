//! What is put aside for those who watch a world: messages as they are sent, and faults. All of it is off the way of a world that nobody
//! watches.

use std::fmt;

use seatrial_history::{DropCause, Endpoint, FaultTurn, Observer, TraceEvent};
use seatrial_node::{Node, NodeId};

use crate::core::{Core, Describe};
use crate::world::World;

impl<N: Node> World<N> {
    /// Says how to put this node's messages, requests, answers and timers into words, for observers that want a trace.
    pub fn describe_with(
        &mut self,
        message: fn(&N::Message) -> String,
        request: fn(&N::Request) -> String,
        response: fn(&N::Response) -> String,
        timer: fn(&N::Timer) -> String,
    ) {
        self.core.describe = Some(Describe { message, request, response, timer });
    }

    /// The same by their `Debug` forms.
    pub fn describe_by_debug(&mut self)
    where
        N::Message: fmt::Debug,
        N::Request: fmt::Debug,
        N::Response: fmt::Debug,
        N::Timer: fmt::Debug,
    {
        self.describe_with(
            |message| format!("{message:?}"),
            |request| format!("{request:?}"),
            |response| format!("{response:?}"),
            |timer| format!("{timer:?}"),
        );
    }

    /// Looks what the observer wants to hear.
    pub(crate) fn listen<O: Observer>(&mut self, observer: &O) {
        self.core.tracing = observer.wants_trace() || self.core.journal.is_some();
        self.core.weighing = observer.wants_sent();
        self.core.watched = self.core.tracing || self.core.weighing;
        self.attend();
        self.core.unusual = self.core.watched || self.core.rough;
        self.core.heard |= self.core.tracing;
    }

    #[cold]
    pub(crate) fn trace_delivery(&mut self, id: u64, from: u32, to: u32, text: String) {
        let (from, to) = (self.core.endpoint(from), self.core.endpoint(to));
        self.core.note_arrival(id, from, to, &text);
        self.core.trace.push(TraceEvent::Deliver { id, from, to, text });
    }

    pub(crate) fn trace_disk(&mut self, node: u32, text: &str) {
        if self.core.tracing {
            let node = self.core.members[node as usize];
            self.core.trace.push(TraceEvent::Disk { node, text: text.to_owned() });
        }
    }

    /// Shows what a node shows, if that has changed.
    #[cold]
    pub(crate) fn trace_status(&mut self, node: u32) {
        let Some(status) = self.nodes[node as usize].as_ref().map(Node::status) else {
            return;
        };
        if self.shown[node as usize] != status {
            self.shown[node as usize] = status.clone();
            let node = self.core.members[node as usize];
            self.core.trace.push(TraceEvent::Status { node, status });
        }
    }
}

impl<N: Node> Core<N> {
    #[cold]
    pub(crate) fn tell_sent(&mut self, id: u64, from: u32, to: u32, body: &N::Message) {
        if self.tracing {
            let text = self.describe.map_or_else(String::new, |d| (d.message)(body));
            self.trace_send(id, from, to, text);
        }
        if self.weighing {
            let [from, to] = [from, to].map(|slot| self.members[slot as usize]);
            self.loads.push((from, to, N::load(body)));
            self.heard = true;
        }
    }

    #[cold]
    pub(crate) fn trace_lost(&mut self, id: u64, from: u32, to: NodeId) {
        if self.tracing {
            let (from, to) = (self.endpoint(from), Endpoint::Node(to));
            let cause = DropCause::NoReceiver;
            self.trace.push(TraceEvent::Drop { id, from, to, cause });
        }
    }

    #[cold]
    pub(crate) fn trace_send(&mut self, id: u64, from: u32, to: u32, text: String) {
        let (from, to) = (self.endpoint(from), self.endpoint(to));
        self.trace.push(TraceEvent::Send { id, from, to, text });
    }

    #[cold]
    pub(crate) fn trace_fault(
        &mut self,
        node: Option<NodeId>,
        turn: FaultTurn,
        text: impl FnOnce() -> String,
    ) {
        if self.tracing {
            self.trace.push(TraceEvent::Fault { node, turn, text: text() });
        }
    }

    /// Something that happened to a node at once.
    pub(crate) fn trace_strike(&mut self, node: NodeId, text: impl FnOnce() -> String) {
        self.trace_fault(Some(node), FaultTurn::Once, text);
    }
}
