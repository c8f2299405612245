//! Runs made up for the browser.

use seatrial_history::{
    Account, Applied, DiskTurn, Endpoint, Evidence, FaultTurn, History, Judgement, Linearization,
    Moment, Named, OpEvent, OpKind, Process, TraceEvent, TraceItem, TraceLine, Traffic, Value,
    Verdict, Violation,
};
use seatrial_node::{Fact, Instant, NodeId, Status};
use seatrial_reports::html::Film;

/// A run and all that happened in it.
pub(crate) struct Recorded {
    account: Account,
    trace: Vec<TraceLine>,
    history: History,
    linearizations: Vec<Linearization>,
}

impl Recorded {
    pub(crate) fn film<'a>(&'a self, title: &'a str) -> Film<'a> {
        let Self { account, trace, history, linearizations } = self;
        Film { title, account, trace, history, explanation: None, linearizations }
    }

    /// The step at which its property was broken, as the page would say it.
    pub(crate) fn broken_at(&self) -> String {
        let judged = self.account.judgements.first().and_then(|judged| judged.verdict.violation());
        judged.and_then(|violation| violation.at).expect("it breaks a property").step.to_string()
    }
}

const fn moment(step: u64) -> Moment {
    Moment { step, time: Instant::from_nanos(step * 1_250_000) }
}

fn line(step: u64, event: TraceEvent) -> TraceLine {
    TraceLine { at: moment(step), what: TraceItem::Event(event) }
}

/// A token goes round among three nodes: each handles it, and sends it on.
fn ring(from: u64, count: u64, trace: &mut Vec<TraceLine>) {
    for step in from..from + count {
        let [sender, me, next] =
            [step, step + 1, step + 2].map(|at| NodeId(u32::try_from(at % 3).unwrap_or_default()));
        let text = |step: u64| format!("Ring(Token {{ round: {step}, seen: \"n{}\" }})", step % 3);
        let ends = |from, to| (Endpoint::Node(from), Endpoint::Node(to));
        if step > from {
            let (from, to) = ends(sender, me);
            trace.push(line(
                step,
                TraceEvent::Deliver { id: step - 1, from, to, text: text(step - 1).into() },
            ));
        }
        let (from, to) = ends(me, next);
        trace.push(line(step, TraceEvent::Send { id: step, from, to, text: text(step).into() }));
        let status = Status::new().with("role", "member").with("seen", step);
        trace.push(line(step, TraceEvent::Status { node: me, status: status.into() }));
    }
}

fn account(end: u64, judgements: Vec<Judgement>) -> Account {
    Account {
        scenario: "ring".into(),
        protocol: "ring".into(),
        mutant: None,
        seed: 7,
        found_by: None,
        knobs: vec![("cluster.nodes".into(), "3".into())],
        plan: Vec::new(),
        healed: None,
        end: moment(end),
        faults: Vec::new(),
        traffic: Traffic::default(),
        operations: Vec::new(),
        reached: Vec::new(),
        figures: Vec::new(),
        excuses: Vec::new(),
        notices: Vec::new(),
        judgements,
        hash: "00f3a1c2d4e5b697".into(),
        replay: "seatrial replay ring-7.case".into(),
        case: None,
    }
}

/// A short run that breaks a property at its end; n2 syncs its log, n0 crashes, and a client asks.
pub(crate) fn failing() -> Recorded {
    let mut trace = Vec::new();
    ring(1, 40, &mut trace);
    let disk = |step, turn, text: &str| {
        line(step, TraceEvent::Disk { node: NodeId(2), turn, text: text.into() })
    };
    trace.push(disk(40, DiskTurn::Asked(1), "sync log, done at 53.75ms"));
    let fault = |step, turn, text: &str, node| {
        line(step, TraceEvent::Fault { node, turn, text: text.into() })
    };
    trace.push(fault(41, FaultTurn::Once, "n0 crashes with 0 writes not synced", Some(NodeId(0))));
    trace.push(TraceLine { at: moment(41), what: TraceItem::Fact(NodeId(0), Fact::Crashed) });
    trace.push(fault(42, FaultTurn::Begins(0), "partition begins: n1 | n2", None));
    trace.push(disk(43, DiskTurn::Done(1), "synced log, bytes 0 to 16"));
    let op = |kind, value| OpEvent {
        process: Process(0),
        kind,
        f: "write".into(),
        key: Value::from("x"),
        value,
        time: moment(43).time,
        error: None,
    };
    let (from, to) = (Endpoint::Client(0), Endpoint::Node(NodeId(2)));
    let history = History { events: vec![op(OpKind::Invoke, Value::from(7))] };
    trace.push(TraceLine { at: moment(43), what: TraceItem::Op(history.events[0].clone().into()) });
    trace.push(line(43, TraceEvent::Send { id: 900, from, to, text: "Write { value: 7 }".into() }));
    trace.push(line(44, TraceEvent::Timer { node: NodeId(2), text: "Election".into() }));
    trace.push(TraceLine {
        at: moment(44),
        what: TraceItem::Fact(NodeId(2), Fact::Lead { term: 3 }),
    });
    let violation = Violation {
        property: "election safety",
        source: "Raft (Ongaro and Ousterhout 2014), figure 3",
        explanation: "Two nodes lead in term 3.".into(),
        at: Some(moment(44)),
        evidence: vec![Evidence::at(moment(44), "n2 leads term 3")],
    };
    let property = "election safety".into();
    let judged = Judgement { property, verdict: Verdict::Violated(violation) };
    Recorded { account: account(44, vec![judged]), trace, history, linearizations: Vec::new() }
}

/// A run of so many events that breaks nothing.
pub(crate) fn long(events: u64) -> Recorded {
    let mut trace = Vec::new();
    ring(1, events, &mut trace);
    let history = History::default();
    Recorded { account: account(events, Vec::new()), trace, history, linearizations: Vec::new() }
}

/// A run in which a write is seen by a read that begins and ends while it is under way; both are explained by an order.
pub(crate) fn overlapping() -> Recorded {
    let mut trace = Vec::new();
    ring(1, 8, &mut trace);
    let op = |step, process, kind, f: &'static str, value: i64| OpEvent {
        process: Process(process),
        kind,
        f: f.into(),
        key: Value::from("x"),
        value: if kind == OpKind::Invoke && f == "read" { Value::Null } else { Value::from(value) },
        time: moment(step).time,
        error: None,
    };
    let events = vec![
        op(10, 0, OpKind::Invoke, "write", 7),
        op(11, 1, OpKind::Invoke, "read", 7),
        op(12, 1, OpKind::Ok, "read", 7),
        op(13, 0, OpKind::Ok, "write", 7),
    ];
    for (step, event) in (10..).zip(&events) {
        trace.push(TraceLine { at: moment(step), what: TraceItem::Op(event.clone().into()) });
    }
    let applied = |invoked_at, completed_at, text: &str| Applied {
        operation: Named { invoked_at, completed_at: Some(completed_at), text: text.into() },
        state: "7".into(),
    };
    let order = Linearization {
        key: Value::from("x"),
        element: None,
        steps: vec![applied(0, 3, "write of 7"), applied(1, 2, "read that returned 7")],
    };
    Recorded {
        account: account(13, Vec::new()),
        trace,
        history: History { events },
        linearizations: vec![order],
    }
}
