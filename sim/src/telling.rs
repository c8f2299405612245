//! What is put aside for those who watch a world: messages as they are sent, and faults. All of it is off the way of a world that nobody
//! watches.

use seatrial_history::{DropCause, Endpoint, TraceEvent};
use seatrial_node::{Node, NodeId};

use crate::core::Core;

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
    pub(crate) fn trace_fault(&mut self, text: impl FnOnce() -> String) {
        if self.tracing {
            self.trace.push(TraceEvent::Fault { text: text() });
        }
    }
}
