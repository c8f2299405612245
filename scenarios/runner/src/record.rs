//! Keeps all that happens in a run, for whoever wants to look at it.

use seatrial_history::{History, Moment, Observer, OpEvent, TraceEvent, TraceItem, TraceLine};
use seatrial_node::{Fact, NodeId};

/// All that happened, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) trace: Vec<TraceLine>,
    pub(crate) history: History,
    /// The hash after each event, where somebody wants to compare.
    pub(crate) hashes: Option<Vec<(Moment, u64)>>,
}

impl Observer for Recorder {
    fn op(&mut self, at: Moment, event: &OpEvent) {
        self.trace.push(TraceLine { at, what: TraceItem::Op(event.clone().into()) });
        self.history.events.push(event.clone());
    }

    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        self.trace.push(TraceLine { at, what: TraceItem::Fact(node, *fact) });
    }

    fn trace(&mut self, at: Moment, event: &TraceEvent) {
        self.trace.push(TraceLine { at, what: TraceItem::Event(event.clone()) });
    }

    fn stepped(&mut self, at: Moment, hash: u64) {
        let Some(hashes) = &mut self.hashes else {
            return;
        };
        match hashes.last_mut().filter(|(last, _)| *last == at) {
            Some((_, last)) => *last = hash,
            None => hashes.push((at, hash)),
        }
    }

    fn wants_trace(&self) -> bool {
        true
    }
}
