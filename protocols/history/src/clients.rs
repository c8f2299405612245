//! Which client of a run is behind which process of its history.

use std::collections::BTreeMap;

use crate::{Endpoint, OpKind, Process, TraceEvent, TraceItem, TraceLine};

/// Which client acted as which process: a client goes on under another number once an operation's outcome is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clients {
    of: BTreeMap<u64, Endpoint>,
}

impl Clients {
    /// Who invokes an operation sends a request at the same step.
    pub fn of(trace: &[TraceLine]) -> Self {
        let mut of = BTreeMap::new();
        let mut invoked: Option<(u64, u64)> = None;
        for line in trace {
            match &line.what {
                TraceItem::Op(op) if op.kind == OpKind::Invoke => {
                    invoked = Some((op.process.0, line.at.step));
                }
                TraceItem::Event(TraceEvent::Send { from: from @ Endpoint::Client(_), .. }) => {
                    if let Some((process, step)) = invoked.take()
                        && step == line.at.step
                    {
                        of.entry(process).or_insert(*from);
                    }
                }
                _ => {}
            }
        }
        Self { of }
    }

    /// The client, where it is known.
    pub fn of_process(&self, process: Process) -> Option<Endpoint> {
        self.of.get(&process.0).copied()
    }
}

#[cfg(test)]
mod tests {
    use seatrial_node::{Instant, NodeId};

    use super::*;
    use crate::{Moment, OpEvent, Value};

    #[test]
    fn a_client_is_known_by_the_request_that_it_sends() {
        let line = |step, what| TraceLine { at: Moment { step, ..Moment::default() }, what };
        let invoke = |step, process| {
            let (f, key, value) = ("read".into(), Value::Null, Value::Null);
            let (kind, time) = (OpKind::Invoke, Instant::ZERO);
            let event =
                OpEvent { process: Process(process), kind, f, key, value, time, error: None };
            line(step, TraceItem::Op(event.into()))
        };
        let send = |step, from| {
            let (to, text) = (Endpoint::Node(NodeId(0)), "Read".into());
            line(step, TraceItem::Event(TraceEvent::Send { id: step, from, to, text }))
        };
        let client = Endpoint::Client(1);
        let trace = [
            invoke(1, 4),
            send(1, client),
            send(2, Endpoint::Client(0)),
            invoke(3, 5),
            send(4, client),
        ];
        let clients = Clients::of(&trace);
        let known = [4, 5, 0].map(|process| clients.of_process(Process(process)));
        assert_eq!(known, [Some(client), None, None], "5 has sent nothing when it began");
    }
}
