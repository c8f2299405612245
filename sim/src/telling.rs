//! What is put aside for those who watch a world: messages as they are sent, and faults. All of it is off the way of a world that nobody
//! watches.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use seatrial_history::{DiskTurn, DropCause, Endpoint, FaultTurn, Observer, Text, TraceEvent};
use seatrial_node::{Node, NodeId};

use crate::core::Core;
use crate::world::World;

/// Puts a value into words, at the end of a text.
pub type Say<T> = fn(&T, &mut String);

/// How to put a node's values into words. Functions and not bounds, so that a world asks nothing of a node that is not traced.
pub(crate) struct Describe<N: Node> {
    pub(crate) message: Say<N::Message>,
    pub(crate) request: Say<N::Request>,
    pub(crate) response: Say<N::Response>,
    pub(crate) timer: Say<N::Timer>,
}

impl<N: Node> Describe<N> {
    /// Has no words for anything.
    pub(crate) const MUTE: Self =
        Self { message: |_, _| {}, request: |_, _| {}, response: |_, _| {}, timer: |_, _| {} };
}

impl<N: Node> Clone for Describe<N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N: Node> Copy for Describe<N> {}

fn by_debug<T: fmt::Debug>(value: &T, out: &mut String) {
    write!(out, "{value:?}").expect("a text takes everything");
}

/// Writes texts, each in memory of its own size, by way of memory that has grown once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pen {
    page: String,
    /// What is under way says the same when it arrives: by its name, from the first that is under way on. Names are given one after the
    /// other, and little is under way for long.
    under_way: VecDeque<Option<Text>>,
    first: u64,
}

impl Pen {
    pub(crate) fn write(&mut self, say: impl FnOnce(&mut String)) -> Text {
        self.page.clear();
        say(&mut self.page);
        Text::from(self.page.as_str())
    }

    /// What something says that sets out, and is to be found when it arrives.
    fn keep(&mut self, name: u64, text: Text) {
        // A world that has gone back gives the same names again: what had them then is gone.
        if self.under_way.is_empty() || name < self.first {
            self.under_way.clear();
            self.first = name;
        }
        self.under_way.resize((name - self.first) as usize, None);
        self.under_way.push_back(Some(text));
    }

    /// What something says that arrives.
    pub(crate) fn arrival(&mut self, name: u64, say: impl FnOnce(&mut String)) -> Text {
        self.take(name).unwrap_or_else(|| self.write(say))
    }

    /// It arrives nowhere.
    pub(crate) fn forget(&mut self, name: u64) {
        self.take(name);
    }

    fn take(&mut self, name: u64) -> Option<Text> {
        let place = usize::try_from(name.checked_sub(self.first)?).ok()?;
        let text = self.under_way.get_mut(place)?.take();
        while let Some(None) = self.under_way.front() {
            self.under_way.pop_front();
            self.first += 1;
        }
        text
    }

    /// Nothing is under way.
    pub(crate) fn clear(&mut self) {
        self.under_way.clear();
    }
}

impl<N: Node> World<N> {
    /// Says how to put this node's messages, requests, answers and timers into words, for observers that want a trace.
    pub fn describe_with(
        &mut self,
        message: Say<N::Message>,
        request: Say<N::Request>,
        response: Say<N::Response>,
        timer: Say<N::Timer>,
    ) {
        self.core.describe = Describe { message, request, response, timer };
    }

    /// The same by their `Debug` forms.
    pub fn describe_by_debug(&mut self)
    where
        N::Message: fmt::Debug,
        N::Request: fmt::Debug,
        N::Response: fmt::Debug,
        N::Timer: fmt::Debug,
    {
        self.describe_with(by_debug, by_debug, by_debug, by_debug);
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
    pub(crate) fn trace_delivery(&mut self, id: u64, from: u32, to: u32, text: Text) {
        let (from, to) = (self.core.endpoint(from), self.core.endpoint(to));
        self.core.note_arrival(id, from, to, &text);
        self.core.trace.push(TraceEvent::Deliver { id, from, to, text });
    }

    /// Shows what a node shows, if that has changed.
    #[cold]
    pub(crate) fn trace_status(&mut self, node: u32) {
        let Some(status) = self.nodes[node as usize].as_ref().map(Node::status) else {
            return;
        };
        let shown = self.shown[node as usize].as_deref();
        if shown.map_or_else(|| status.fields().is_empty(), |shown| *shown == status) {
            return;
        }
        let status = Arc::new(status);
        self.shown[node as usize] = Some(status.clone());
        let node = self.core.members[node as usize];
        self.core.trace.push(TraceEvent::Status { node, status });
    }
}

impl<N: Node> Core<N> {
    #[cold]
    pub(crate) fn tell_sent(&mut self, id: u64, from: u32, to: u32, body: &N::Message) {
        if self.tracing {
            let text = self.pen.write(|out| (self.describe.message)(body, out));
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
            self.trace.push(TraceEvent::Drop { id, from, to, cause, fault: None });
        }
    }

    #[cold]
    pub(crate) fn trace_send(&mut self, id: u64, from: u32, to: u32, text: Text) {
        let (from, to) = (self.endpoint(from), self.endpoint(to));
        self.pen.keep(id, text.clone());
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
            self.trace.push(TraceEvent::Fault { node, turn, text: text().into() });
        }
    }

    pub(crate) fn trace_disk(&mut self, node: u32, turn: DiskTurn, text: fmt::Arguments<'_>) {
        if self.tracing {
            let node = self.members[node as usize];
            let text = self.pen.write(|out| out.write_fmt(text).expect("a text takes everything"));
            self.trace.push(TraceEvent::Disk { node, turn, text });
        }
    }

    /// Something that happened to a node at once.
    pub(crate) fn trace_strike(&mut self, node: NodeId, text: impl FnOnce() -> String) {
        self.trace_fault(Some(node), FaultTurn::Once, text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(pen: &mut Pen, names: impl IntoIterator<Item = u64>) {
        for name in names {
            let text = pen.write(|out| out.push_str(&format!("says {name}")));
            pen.keep(name, text);
        }
    }

    /// What it says that arrives under this name, where it is not said anew.
    fn arrives(pen: &mut Pen, name: u64) -> String {
        pen.arrival(name, |out| out.push_str("anew")).to_string()
    }

    #[test]
    fn what_is_under_way_is_found_by_its_name_once_in_any_order() {
        let mut pen = Pen::default();
        kept(&mut pen, [3, 4, 7, 9]);
        pen.forget(4);
        let said = [9, 4, 3, 3, 8, 7, 2].map(|name| arrives(&mut pen, name));
        assert_eq!(said, ["says 9", "anew", "says 3", "anew", "anew", "says 7", "anew"]);
        assert!(pen.under_way.is_empty(), "nothing is kept that has arrived");
    }

    #[test]
    fn a_world_that_has_gone_back_keeps_what_is_sent_then() {
        let mut pen = Pen::default();
        kept(&mut pen, [5, 6, 7]);
        kept(&mut pen, [6, 8]);
        let said = [5, 6, 7].map(|name| arrives(&mut pen, name));
        assert_eq!(said, ["says 5", "says 6", "anew"]);
        kept(&mut pen, [2, 8]);
        let said = [8, 2].map(|name| arrives(&mut pen, name));
        assert_eq!(said, ["says 8", "says 2"]);
    }
}
