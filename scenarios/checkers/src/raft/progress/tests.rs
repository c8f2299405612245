//! What progress after healing is judged by: histories that owe it, and those that excuse its want.

use seatrial_history::{Process, Value};

use super::super::script::{A, B};
use super::*;

/// What may happen.
enum Event {
    Fact(NodeId, Fact),
    Op(&'static str, OpKind),
    Asked(NodeId),
    Healed,
}

use Event::{Asked, Healed, Op};

fn lead(node: NodeId, term: u64) -> Event {
    Event::Fact(node, Fact::Lead { term })
}

fn commit(node: NodeId, index: u64) -> Event {
    Event::Fact(node, Fact::Commit { index })
}

fn at(millis: u64) -> Moment {
    Moment { step: millis, time: Instant::ZERO + Duration::from_millis(millis) }
}

/// The verdict with a bound of 100 ms on an execution that ended then. Times are in milliseconds.
fn verdict(end: u64, events: &[(u64, Event)]) -> Verdict {
    let mut checker = Progress::within(Duration::from_millis(100)).counting(&["write"]);
    checker.begin(&Cluster::default());
    for (millis, event) in events {
        match event {
            Event::Fact(node, fact) => checker.fact(at(*millis), *node, fact),
            Healed => checker.healed(at(*millis)),
            Asked(node) => checker.asked(at(*millis), *node),
            Op(f, kind) => checker.op(at(*millis), &op(f, *kind)),
        }
    }
    checker.verdict(at(end))
}

fn op(f: &'static str, kind: OpKind) -> OpEvent {
    let (process, time) = (Process(0), Instant::ZERO);
    let (key, value) = (Value::Null, Value::Null);
    OpEvent { process, kind, f: f.into(), key, value, time, error: None }
}

fn violated(end: u64, events: &[(u64, Event)]) -> Violation {
    let verdict = verdict(end, events);
    verdict.violation().unwrap_or_else(|| panic!("{verdict:?}")).clone()
}

fn unknown(end: u64, events: &[(u64, Event)]) -> String {
    match verdict(end, events) {
        Verdict::Unknown { why } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_leader_and_a_commit_or_a_write_in_time_hold() {
    let events = [(10, Healed), (60, lead(A, 2)), (110, commit(A, 1))];
    assert_eq!(verdict(110, &events), Verdict::Holds);
    let events = [(5, lead(A, 1)), (10, Healed), (20, Op("write", OpKind::Ok))];
    assert_eq!(verdict(30, &events), Verdict::Holds, "it has led all along");
    let events = [(10, Healed), (60, lead(A, 2)), (70, commit(A, 1)), (400, commit(A, 2))];
    assert_eq!(verdict(500, &events), Verdict::Holds);
}

#[test]
fn no_leader_in_time_is_a_violation() {
    let crashed = Event::Fact(A, Fact::Crashed);
    let events = [(5, lead(A, 1)), (6, commit(A, 3)), (7, crashed), (10, Healed)];
    let violation = violated(110, &events);
    assert_eq!(violation.explanation, "no node led within 100ms after all faults were over.");
    assert_eq!(violation.evidence.len(), 3);
}

#[test]
fn a_leader_that_serves_nobody_in_time_is_a_violation() {
    let events = [
        (6, commit(B, 3)),
        (10, Healed),
        (20, lead(A, 4)),
        (30, commit(A, 3)),
        (40, Op("write", OpKind::Info)),
        (50, Op("read", OpKind::Ok)),
        (111, commit(A, 4)),
    ];
    let violation = violated(300, &events);
    assert_eq!(
        violation.explanation,
        "n0 led term 4, but nothing was newly committed and no client's operation succeeded within 100ms after all \
         faults were over."
    );
    assert_eq!(violation.at, Some(at(111)), "the first event that came too late");
    assert_eq!(violation.evidence.len(), 4);
}

#[test]
fn an_execution_that_ended_before_the_time_was_up_is_unknown() {
    let why = unknown(109, &[(10, Healed), (20, lead(A, 4))]);
    assert!(why.starts_with("the execution ended 99ms after"), "{why}");
    let why = unknown(500, &[(20, lead(A, 4)), (30, commit(A, 1))]);
    assert_eq!(why, "the execution ended before all faults were over");
}

#[test]
fn only_the_core_makes_progress_and_who_waits_for_what_is_said() {
    let c = NodeId(2);
    let mut checker = Progress::within(Duration::from_millis(100));
    checker.begin(&Cluster { members: vec![A, B, c] });
    let told = [
        (5, c, Fact::Lead { term: 3 }),
        (6, A, Fact::Term { term: 4 }),
        (6, A, Fact::Vote { term: 4, candidate: A }),
        (6, A, Fact::Commit { index: 7 }),
        (7, B, Fact::Crashed),
        (8, B, Fact::Refused),
        (9, c, Fact::Abandoned),
        (9, c, Fact::StillBroken { fault: "disk-full", toward: None }),
        (9, c, Fact::StillBroken { fault: "isolate", toward: Some(A) }),
    ];
    for (millis, node, fact) in told {
        checker.fact(at(millis), node, &fact);
    }
    checker.healed(at(10));
    checker.fact(at(20), c, &Fact::Commit { index: 9 });
    let verdict = checker.verdict(at(200));
    let violation = verdict.violation().expect("a commit outside the core is none");
    let said = &violation.evidence[violation.evidence.len() - 3..];
    let said: Vec<&str> = said.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(
        said,
        [
            "n0 stands for term 4 and waits for votes of 1 of 2 others (in the core and up: nobody); its last commit is 7, \
             at 6ms",
            "n1 is down: it does not open over its disk",
            "n2 is outside the core and is up; still broken: disk-full, isolate toward n0",
        ]
    );
    checker.begin(&Cluster { members: vec![A, B, c] });
    checker.fact(at(5), A, &Fact::Lead { term: 3 });
    checker.fact(at(9), c, &Fact::Abandoned);
    checker.healed(at(10));
    checker.fact(at(20), c, &Fact::Commit { index: 9 });
    checker.fact(at(30), B, &Fact::Commit { index: 9 });
    assert_eq!(checker.verdict(at(200)), Verdict::Holds, "within the core it is one");
}

#[test]
fn who_had_a_leader_all_along_and_is_asked_for_nothing_owes_nothing() {
    let quiet = [(5, lead(A, 1)), (6, commit(A, 3)), (10, Healed)];
    assert_eq!(
        unknown(200, &quiet),
        "it had a leader all along, and nobody asked anybody who was up for anything"
    );
    let owes = |more: (u64, Event)| {
        let events = [(5, lead(A, 1)), (6, commit(A, 3)), (10, Healed), more];
        violated(200, &events)
    };
    owes((20, Op("write", OpKind::Invoke)));
    owes((20, Event::Fact(A, Fact::Crashed)));
    owes((20, lead(B, 2)));
    let asked = [(5, lead(A, 1)), (6, Op("write", OpKind::Invoke)), (10, Healed)];
    violated(200, &asked);
    let answered = [
        (5, lead(A, 1)),
        (6, Op("write", OpKind::Invoke)),
        (8, Op("write", OpKind::Ok)),
        (10, Healed),
    ];
    unknown(200, &answered);
}

#[test]
fn a_request_that_reaches_nobody_is_not_owed_an_answer() {
    let begun = || vec![(3, Asked(A)), (5, lead(A, 1)), (6, commit(A, 3))];
    let then = |more: Vec<(u64, Event)>| begun().into_iter().chain(more).collect::<Vec<_>>();
    let asks = || (20, Op("write", OpKind::Invoke));
    unknown(200, &then(vec![(10, Healed), asks()]));
    unknown(200, &then(vec![(7, Op("write", OpKind::Invoke)), (10, Healed)]));
    violated(200, &then(vec![(10, Healed), asks(), (30, Asked(B))]));
    violated(200, &then(vec![(7, Op("write", OpKind::Invoke)), (8, Asked(B)), (10, Healed)]));
    let elsewhere = [
        (7, Op("write", OpKind::Invoke)),
        (8, Asked(B)),
        (8, Op("write", OpKind::Ok)),
        (9, Op("write", OpKind::Invoke)),
        (10, Healed),
    ];
    unknown(200, &then(elsewhere.into()));
    let mut checker = Progress::within(Duration::from_millis(100));
    checker.begin(&Cluster { members: vec![A, B, NodeId(2)] });
    checker.asked(at(3), A);
    checker.fact(at(5), A, &Fact::Lead { term: 1 });
    checker.fact(at(9), B, &Fact::Abandoned);
    checker.healed(at(10));
    checker.op(at(20), &op("write", OpKind::Invoke));
    checker.asked(at(30), B);
    assert!(checker.verdict(at(200)).violation().is_none(), "n1 is outside the core");
}

/// The verdict on a cluster whose client asks in vain, where this was told before only n0 and n1 were healed.
fn in_vain(told: &[(NodeId, Fact)]) -> Verdict {
    in_vain_led_until(110, told)
}

/// The same where n2, if it leads, steps down at this time. Until 110 ms something should have been done.
fn in_vain_led_until(ends: u64, told: &[(NodeId, Fact)]) -> Verdict {
    let mut checker = Progress::within(Duration::from_millis(100));
    checker.begin(&Cluster { members: vec![A, B, NodeId(2)] });
    for (node, fact) in told {
        checker.fact(at(5), *node, fact);
    }
    checker.healed(at(10));
    checker.op(at(20), &op("write", OpKind::Invoke));
    if ends < 110 {
        checker.fact(at(ends), NodeId(2), &Fact::StepDown { term: 3 });
    }
    checker.op(at(300), &op("write", OpKind::Info));
    checker.fact(at(310), NodeId(2), &Fact::Crashed);
    checker.verdict(at(400))
}

#[test]
fn a_leader_outside_that_a_part_of_the_core_hears_excuses_the_rest() {
    let c = NodeId(2);
    let leads = (c, Fact::Lead { term: 3 });
    let outside = (c, Fact::Abandoned);
    let toward = |from, to| (from, Fact::StillBroken { fault: "ring", toward: Some(to) });
    for cut in [toward(c, A), toward(A, c)] {
        let verdict = in_vain(&[leads, outside, cut]);
        let Verdict::Unknown { why } = verdict else { panic!("{verdict:?}") };
        assert!(
            why.starts_with("n2, outside the core and cut off from a part of it, led term 3"),
            "{why}"
        );
    }
    let is_violated = |told: &[_]| in_vain(told).violation().is_some();
    assert!(is_violated(&[leads, outside]), "all hear it");
    assert!(is_violated(&[outside, toward(c, A)]), "it does not lead");
    let later = (B, Fact::Term { term: 4 });
    assert!(is_violated(&[leads, outside, toward(c, A), later]), "it is out of date");
}

#[test]
fn a_slow_leader_outside_excuses_the_core_until_long_after_it_stepped_down() {
    let c = NodeId(2);
    let still = |fault| (c, Fact::StillBroken { fault, toward: None });
    let told = [(c, Fact::Lead { term: 3 }), (c, Fact::Abandoned), still("slow-cpu")];
    for ends in [110, 61] {
        let verdict = in_vain_led_until(ends, &told);
        let Verdict::Unknown { why } = verdict else { panic!("{verdict:?}") };
        assert!(why.starts_with("n2, outside the core and slow, led term 3"), "{why}");
    }
    let in_time = in_vain_led_until(60, &told);
    assert!(in_time.violation().is_some(), "half of the time was left: {in_time:?}");
    let [leads, outside, _] = told;
    assert!(
        in_vain(&[leads, outside, still("slow-disk")]).violation().is_some(),
        "heard, and asked"
    );
    let healed = in_vain(&[leads, still("slow-cpu")]);
    assert!(healed.violation().is_some(), "who is of the core is slow no more: {healed:?}");
}

#[test]
fn it_is_done_once_both_were_seen_and_forgets_that_for_the_next_execution() {
    let mut checker = Progress::within(Duration::from_millis(100));
    checker.healed(at(10));
    checker.fact(at(20), A, &Fact::Lead { term: 1 });
    assert!(!checker.done() && checker.awaits(at(20).time));
    checker.op(at(30), &op("read", OpKind::Ok));
    assert!(checker.done(), "any operation counts where none are named");
    assert!(!checker.awaits(at(20).time));
    checker.begin(&Cluster::default());
    assert!(!checker.done());
}
