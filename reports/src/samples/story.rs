//! A short run with a little of everything: an election, a partition, a crash, a loss, a copy, a client.

use seatrial_history::{
    DiskTurn, DropCause, Endpoint, FaultTurn, OpEvent, OpKind, Process, TraceEvent, TraceItem,
    TraceLine, Value,
};
use seatrial_node::{Fact, NodeId, Status};

use super::moment;

const A: NodeId = NodeId(0);
const B: NodeId = NodeId(1);
const C: NodeId = NodeId(2);

/// Lines of one step.
struct Step(u64, Vec<TraceLine>);

impl Step {
    fn with(mut self, what: TraceItem) -> Self {
        self.1.push(TraceLine { at: moment(self.0, self.0 * 10), what });
        self
    }

    fn event(self, event: TraceEvent) -> Self {
        self.with(TraceItem::Event(event))
    }

    fn send(self, id: u64, from: impl Into<Who>, to: impl Into<Who>, text: &str) -> Self {
        let (from, to) = (from.into().0, to.into().0);
        self.event(TraceEvent::Send { id, from, to, text: text.into() })
    }

    fn deliver(self, id: u64, from: impl Into<Who>, to: impl Into<Who>, text: &str) -> Self {
        let (from, to) = (from.into().0, to.into().0);
        self.event(TraceEvent::Deliver { id, from, to, text: text.into() })
    }

    fn lose(self, id: u64, from: NodeId, to: NodeId, cause: DropCause) -> Self {
        let (from, to) = (Endpoint::Node(from), Endpoint::Node(to));
        let fault = (cause == DropCause::Partition).then_some(0);
        self.event(TraceEvent::Drop { id, from, to, cause, fault })
    }

    fn disk(self, node: NodeId, turn: DiskTurn, text: &str) -> Self {
        self.event(TraceEvent::Disk { node, turn, text: text.into() })
    }

    fn fault(self, node: Option<NodeId>, turn: FaultTurn, text: &str) -> Self {
        self.event(TraceEvent::Fault { node, turn, text: text.into() })
    }

    fn fact(self, node: NodeId, fact: Fact) -> Self {
        self.with(TraceItem::Fact(node, fact))
    }

    fn shows(self, node: NodeId, role: &'static str, term: u64, commit: u64) -> Self {
        let status = Status::new().with("role", role).with("term", term).with("disk", "ok");
        self.event(TraceEvent::Status { node, status: status.with("commit", commit).into() })
    }

    fn op(self, kind: OpKind, value: Value) -> Self {
        let time = moment(self.0, self.0 * 10).time;
        let (f, key) = ("write".into(), Value::from("x"));
        let error = (kind == OpKind::Info).then(|| "timeout".into());
        self.with(TraceItem::Op(
            OpEvent { process: Process(0), kind, f, key, value, time, error }.into(),
        ))
    }
}

/// A node or the client.
struct Who(Endpoint);

impl From<NodeId> for Who {
    fn from(node: NodeId) -> Self {
        Self(Endpoint::Node(node))
    }
}

impl From<u32> for Who {
    fn from(client: u32) -> Self {
        Self(Endpoint::Client(client))
    }
}

fn step(number: u64) -> Step {
    Step(number, Vec::new())
}

/// The story: n1 is elected in term 1, cut off, and n2 is elected in term 1 too, by a vote that n0 has forgotten.
pub(crate) fn story() -> Vec<TraceLine> {
    let ask = "Raft(RequestVote { term: 1 })";
    let vote = "Raft(Vote { term: 1, granted: true })";
    let voted = |candidate| Fact::Vote { term: 1, candidate };
    let start = |step: Step, node| {
        step.fault(Some(node), FaultTurn::Once, &format!("{node} starts, life 1"))
            .shows(node, "follower", 0, 0)
            .fact(node, Fact::Started { life: 1 })
    };
    let steps = [
        start(start(start(step(1), A), B), C),
        step(2).op(OpKind::Invoke, Value::from(7)).send(1, 0, B, "Write { key: \"x\", value: 7 }"),
        step(3)
            .event(TraceEvent::Timer { node: B, text: "Raft(Election)".into() })
            .send(2, B, A, ask)
            .send(3, B, C, ask)
            .lose(3, B, C, DropCause::Loss)
            .event(TraceEvent::Duplicate { id: 4, of: 2 })
            .shows(B, "candidate", 1, 0),
        step(4)
            .deliver(2, B, A, ask)
            .send(5, A, B, vote)
            .fact(A, voted(B))
            .shows(A, "follower", 1, 0),
        step(5).deliver(5, A, B, vote).fact(B, Fact::Lead { term: 1 }).shows(B, "leader", 1, 1),
        step(6).fault(None, FaultTurn::Begins(0), "partition begins: n1 | n0 n2"),
        step(7)
            .fault(Some(A), FaultTurn::Once, "n0 crashes with 1 writes not synced")
            .fact(A, Fact::Crashed),
        step(8).lose(4, B, A, DropCause::Partition),
        step(9)
            .fault(Some(A), FaultTurn::Once, "n0 starts, life 2")
            .disk(A, DiskTurn::Asked(1), "sync log, done at 100ms")
            .shows(A, "follower", 0, 0)
            .fact(A, Fact::Started { life: 2 }),
        step(10).disk(A, DiskTurn::Done(1), "synced log, bytes 0 to 16"),
        step(11)
            .event(TraceEvent::Timer { node: C, text: "Raft(Election)".into() })
            .send(6, C, A, ask)
            .shows(C, "candidate", 1, 0),
        step(12)
            .deliver(6, C, A, ask)
            .send(7, A, C, vote)
            .fact(A, voted(C))
            .shows(A, "follower", 1, 0),
        step(13).deliver(7, A, C, vote).fact(C, Fact::Lead { term: 1 }).shows(C, "leader", 1, 0),
        step(14).op(OpKind::Info, Value::from(7)),
    ];
    steps.into_iter().flat_map(|step| step.1).collect()
}
