//! Runs made up for tests, and the comparison of a drawing with the file that shows how it should be.

mod searched;
mod story;

use std::borrow::Cow;

use seatrial_history::{
    Account, Amount, CampaignInfo, DiskTurn, Distribution, DropCause, Endpoint, Evidence,
    ExplorationAccount, FaultCount, FaultSeeds, FaultTurn, Figure, FoundSchedule, History,
    HuntAccount, HuntHeader, Judgement, Measured, Moment, OpCount, OpEvent, OpKind, Outcome,
    Process, ScheduleStep, SeedLine, Signature, StateCurve, Theory, TraceEvent, TraceItem,
    TraceLine, Traffic, Twice, Unit, Value, Verdict, Violation,
};
use seatrial_node::{Duration, Fact, Instant, NodeId, Status};

use crate::Page;

/// Compares with `golden/NAME`. With `BLESS=1` in the environment the file is written anew, for a person to look at its change.
#[allow(clippy::disallowed_methods, reason = "only tests read files and the environment")]
pub(crate) fn golden(name: &str, text: &str) {
    let path = format!("{}/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var("BLESS").is_ok_and(|bless| bless == "1") {
        std::fs::write(&path, text).expect("the folder of golden files can be written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == text,
        "{path} differs: look, then run again with BLESS=1\n--- the file\n{golden}\n--- now\n{text}"
    );
}

pub(crate) const PAGE: Page = Page { width: 90, colour: false, events: None };

pub(crate) use self::searched::{difference, likelihood, point};
pub(crate) use self::story::story;

/// What clients did in a trace.
pub(crate) fn history(trace: &[TraceLine]) -> History {
    let events = trace.iter().filter_map(|line| match &line.what {
        TraceItem::Op(op) => Some(OpEvent::clone(op)),
        _ => None,
    });
    History { events: events.collect() }
}

pub(crate) fn moment(step: u64, millis: u64) -> Moment {
    Moment { step, time: Instant::from_nanos(millis * 1_000_000) }
}

pub(crate) fn violation() -> Violation {
    Violation {
        property: "election safety",
        source: "Raft (Ongaro and Ousterhout 2014), figure 3",
        explanation: "Two nodes lead in term 3: n1 since step 2, and now n2. At most one leader can be elected in a given term."
            .into(),
        at: Some(moment(5, 1_250)),
        evidence: vec![
            Evidence::at(moment(2, 1_100), "n1 leads in term 3"),
            Evidence::at(moment(5, 1_250), "n2 leads in term 3"),
        ],
    }
}

fn judgement(property: &str, verdict: Verdict) -> Judgement {
    Judgement { property: property.into(), verdict }
}

fn fault(kind: &str, asked: u64, bit: u64) -> FaultCount {
    let effect = bit.saturating_sub(1);
    FaultCount { kind: kind.into(), asked, bit, effect, seeds: None }
}

/// The same in a hunt, in which it was on in so many seeds.
fn fault_in(on: u64, kind: &str, asked: u64, bit: u64) -> FaultCount {
    let FaultCount { effect, .. } = fault(kind, asked, bit);
    let seeds = Some(FaultSeeds { on, bit: bit.min(on), effect: effect.min(on) });
    FaultCount { seeds, ..fault(kind, asked, bit) }
}

fn amount(name: &str, raw: u64) -> Figure {
    let amount = |raw| Amount::from_raw(Unit::Number, raw);
    let theory = Theory { formula: "n²".into(), value: Some(amount(16_000)) };
    let measured = Measured::Amount { value: amount(raw) };
    Figure { name: name.into(), unit: Unit::Number, measured, theory: Some(theory) }
}

fn times(name: &str, count: u64) -> Figure {
    let millis = |millis| Amount::time(Duration::from_millis(millis));
    let (min, median, p99, max) = (millis(3), millis(12), millis(240), millis(1_050));
    let found = Distribution { count, min, median, p99, max };
    let measured = Measured::Distribution(found);
    Figure { name: name.into(), unit: Unit::Time, measured, theory: None }
}

pub(crate) fn holds() -> Account {
    let op = |f: &str, invoked, ok, info, median| OpCount {
        f: f.into(),
        invoked,
        ok,
        fail: invoked - ok - info,
        info,
        median: Duration::from_micros(median),
        p99: Duration::from_micros(median * 4),
        max: Duration::from_micros(median * 9),
    };
    Account {
        found_by: None,
        scenario: "raft-kv".into(),
        protocol: "raft-kv".into(),
        mutant: None,
        seed: 42,
        knobs: vec![
            ("nodes".into(), "5".into()),
            ("entries-per-append".into(), "unlimited".into()),
        ],
        plan: vec!["at 1.2s cut n1, n2 | n3, n4, n5".into(), "at 2s heal".into()],
        healed: Some(moment(600, 5_000)),
        end: moment(1_204, 7_500),
        faults: vec![fault("crash", 3, 2), fault("duplicate", 120, 0)],
        traffic: Traffic { sent: 2_042, delivered: 1_990, dropped: 52 },
        operations: vec![op("read", 30, 28, 2, 4_217), op("cas", 4, 0, 0, 0)],
        reached: vec![("a snapshot was installed".into(), 2)],
        figures: vec![amount("messages per broadcast", 12_400), times("convergence time", 40)],
        excuses: Vec::new(),
        notices: Vec::new(),
        judgements: vec![
            judgement("election safety", Verdict::Holds),
            judgement("linearizability", Verdict::Holds),
        ],
        hash: "00f3a1c2d4e5b697".into(),
        replay: "seatrial run raft-kv --seed 42".into(),
        case: None,
    }
}

pub(crate) fn violated() -> Account {
    Account {
        found_by: None,
        mutant: Some("vote-not-persisted".into()),
        judgements: vec![
            judgement(
                "linearizability",
                Verdict::Unknown { why: "the budget of 2,000,000 steps was spent".into() },
            ),
            judgement("election safety", Verdict::Violated(violation())),
            judgement("log matching", Verdict::Holds),
        ],
        replay: "seatrial replay target/seatrial/raft-kv-vote-not-persisted-42.case".into(),
        case: Some("target/seatrial/raft-kv-vote-not-persisted-42.case".into()),
        ..holds()
    }
}

/// The account of the story in which two nodes lead.
pub(crate) fn two_leaders() -> Account {
    let (first, second) = (moment(5, 50), moment(13, 130));
    let evidence = vec![Evidence::at(first, "n1 leads"), Evidence::at(second, "n2 leads")];
    let violation = Violation { evidence, at: Some(second), ..violation() };
    Account {
        judgements: vec![judgement("election safety", Verdict::Violated(violation))],
        ..violated()
    }
}

pub(crate) fn header(first_seed: u64) -> HuntHeader {
    HuntHeader {
        scenario: "raft-kv".into(),
        protocol: "raft-kv".into(),
        mutant: Some("vote-not-persisted".into()),
        first_seed,
        campaign: Some(CampaignInfo {
            strategy: "random".into(),
            learns: false,
            faults: "scenario".into(),
            checksum: "0badcafe".into(),
            kinds: vec!["crash".into(), "loss".into(), "ring".into()],
            marks: vec!["a leader was deposed".into(), "a snapshot was installed".into()],
        }),
    }
}

pub(crate) fn seed(seed: u64, outcome: Outcome) -> SeedLine {
    let broken = outcome != Outcome::Holds;
    let signature = Signature::of(&violation());
    SeedLine {
        strategy: None,
        seed,
        outcome,
        properties: if broken { vec!["election safety".into()] } else { Vec::new() },
        signature: broken.then_some(signature),
        explanation: broken.then(|| violation().explanation),
        events: 1_204,
        virtual_time: Duration::from_millis(7_500),
        hash: format!("{seed:016x}"),
        outside: false,
        twice: broken.then_some(Twice::Chosen),
        unrepeated: false,
        faults: [("crash".to_owned(), [3, 2, 1]), ("loss".to_owned(), [52, 5, 5])].into(),
        traffic: [2_042, 1_990, 52],
        reached: vec!["a snapshot was installed".into()],
        states: format!("{:016x}{:016x}", 1, 2 * seed + 1),
        wall: None,
    }
}

pub(crate) fn hunt() -> HuntAccount {
    HuntAccount {
        scenario: "raft-kv".into(),
        protocol: "raft-kv".into(),
        mutant: None,
        strategies: Vec::new(),
        first_seed: 0,
        seeds: 1_000,
        asked: Some(1_000),
        violated: 0,
        outside: 0,
        excused: 0,
        repeated: 10,
        unrepeated: 0,
        unknown: 0,
        events: 1_204_123,
        virtual_time: Duration::from_secs(7_501),
        faults: vec![
            fault_in(702, "crash", 3_012, 2_077),
            fault_in(0, "ring", 0, 0),
            fault_in(9, "pause", 12, 0),
            fault_in(1, "torn-write", 1, 1),
        ],
        traffic: Traffic { sent: 2_042_000, delivered: 1_990_000, dropped: 52_000 },
        reached: vec![("a leader was deposed".into(), 0), ("a snapshot was installed".into(), 214)],
        states: Some(StateCurve {
            seeds: 1_000,
            seen: 9_021,
            once: 2_300,
            width: 250,
            fresh: vec![6_000, 1_500, 1_000, 521],
            sampled: false,
        }),
        figures: vec![times("convergence time", 40_000)],
        failures: Vec::new(),
        unknown_runs: Vec::new(),
        excused_runs: Vec::new(),
        interrupted: false,
    }
}

pub(crate) fn failed_hunt() -> HuntAccount {
    HuntAccount {
        mutant: Some("vote-not-persisted".into()),
        seeds: 43,
        violated: 2,
        unknown: 1,
        failures: vec![violated()],
        interrupted: true,
        ..hunt()
    }
}

/// A few lines of every kind.
pub(crate) fn exploration() -> ExplorationAccount {
    ExplorationAccount {
        protocol: "uniform-broadcast".into(),
        mutant: None,
        nodes: 3,
        messages: 2,
        crashes: 1,
        restarts: 0,
        losses: 0,
        timers: None,
        symmetry: false,
        states: 367_210,
        transitions: 2_143_797,
        executions: Some(153_657_086_864),
        ends: 2_833,
        depth: 17,
        unfinished: None,
        found: None,
        replay: String::new(),
    }
}

pub(crate) fn failed_exploration() -> ExplorationAccount {
    let crash = ScheduleStep { text: "n1 crashes".into(), facts: vec![(NodeId(1), Fact::Crashed)] };
    let receipt = ScheduleStep { text: "n2 receives a vote from n1".into(), facts: Vec::new() };
    let steps = vec![receipt, crash];
    ExplorationAccount {
        mutant: Some("urb-early".into()),
        executions: None,
        found: Some(FoundSchedule { violation: violation(), steps, is_shortest: true }),
        replay: "seatrial explore uniform-broadcast --mutant urb-early".into(),
        ..exploration()
    }
}

pub(crate) fn trace() -> Vec<TraceLine> {
    let (n1, n2) = (NodeId(1), NodeId(2));
    let (from, to) = (Endpoint::Node(n1), Endpoint::Node(n2));
    let event =
        |step, what| TraceLine { at: moment(step, step * 250), what: TraceItem::Event(what) };
    let status = Status::new().with("role", "leader").with("term", 3);
    let fact = |step, node, fact| TraceLine {
        at: moment(step, step * 250),
        what: TraceItem::Fact(node, fact),
    };
    let op = OpEvent {
        process: Process(0),
        kind: OpKind::Info,
        f: Cow::Borrowed("cas"),
        key: Value::from("x"),
        value: Value::pair(2, 4),
        time: Instant::ZERO,
        error: Some("timeout\u{1b}[2J".into()),
    };
    vec![
        event(1, TraceEvent::Send { id: 7, from, to, text: "RequestVote term=3".into() }),
        fact(2, n1, Fact::Lead { term: 3 }),
        fact(2, n1, Fact::Append { index: 1, term: 3, digest: 0xbeef }),
        event(2, TraceEvent::Status { node: n1, status: status.into() }),
        event(3, TraceEvent::Drop { id: 7, from, to, cause: DropCause::Partition, fault: None }),
        event(4, TraceEvent::Timer { node: n2, text: "election".into() }),
        event(
            5,
            TraceEvent::Disk {
                node: n2,
                turn: DiskTurn::Once,
                text: "truncate log to 0 bytes".into(),
            },
        ),
        event(
            6,
            TraceEvent::Fault {
                node: Some(NodeId(2)),
                turn: FaultTurn::Once,
                text: "n2 crashed".into(),
            },
        ),
        event(
            7,
            TraceEvent::Deliver { id: 9, from: Endpoint::Client(0), to, text: "Cas x".into() },
        ),
        TraceLine { at: moment(8, 61_002), what: TraceItem::Op(op.into()) },
    ]
}
