//! Two runs held against each other, and how likely a failure was, made up for tests.

use seatrial_history::{
    ChoiceApart, DifferenceAccount, LikelihoodAccount, LikelihoodPoint, Moment, Outcome, RunOfTwo,
    TurningEvent,
};
use seatrial_node::Instant;

pub(crate) fn difference() -> DifferenceAccount {
    let at = |step| Some(Moment { step, time: Instant::from_nanos(step * 1_000_000) });
    let failing = RunOfTwo {
        planned: vec!["33ms  crash of n2 for 5ms".into()],
        ..run("a.case", Outcome::Violated, &["election safety"])
    };
    let shows = |role: &str| Some(format!("role={role} term=3"));
    DifferenceAccount {
        runs: [failing, run("b.case", Outcome::Holds, &[])],
        knobs: vec![("clients.count".into(), [Some("2".into()), None])],
        choice: Some(ChoiceApart {
            site: "latency".into(),
            whose: "n1".into(),
            occurrence: 11,
            chosen: [(3, 1_000), (800, 1_000)],
        }),
        alike: 212,
        parts: [at(213), None],
        before: vec!["step 212 at 212ms: n0  timer Election".into()],
        after: [vec!["step 213 at 213ms: n1 => n0  deliver #4 Vote".into()], Vec::new()],
        nodes: vec![("n0".into(), [shows("leader"), shows("candidate")])],
        totals: vec![("lead".into(), [2, 1]), ("sent, but lost".into(), [0, 1_200])],
        planted: false,
        decisive: Some(vec!["crash of n2 at 33ms".into()]),
    }
}

fn run(file: &str, outcome: Outcome, broken: &[&str]) -> RunOfTwo {
    RunOfTwo {
        file: file.into(),
        scenario: "raft-kv".into(),
        mutant: Some("vote-not-persisted".into()),
        seed: 42,
        outcome,
        broken: broken.iter().map(ToString::to_string).collect(),
        events: 541,
        hash: "0011223344556677".into(),
        planned: Vec::new(),
        steering: None,
    }
}

pub(crate) fn point(step: u64, failed: u64) -> LikelihoodPoint {
    let time = Instant::from_nanos(step * 1_500_000);
    LikelihoodPoint { at: Moment { step, time }, failed, runs: 200 }
}

pub(crate) fn likelihood() -> LikelihoodAccount {
    let what = vec!["n1 -> n2  deliver #81 Vote { term: 3 }".to_owned()];
    let event = |before, after| TurningEvent { before, after, what: what.clone() };
    LikelihoodAccount {
        scenario: "raft-kv".into(),
        mutant: Some("vote-not-persisted".into()),
        seed: 42,
        property: "election safety".into(),
        failed: point(900, 200).at,
        points: vec![
            point(0, 3),
            point(299, 8),
            point(300, 120),
            point(599, 180),
            point(600, 197),
            point(900, 200),
        ],
        inevitable: Some(event(point(599, 180), point(600, 197))),
        turning: Some(event(point(299, 8), point(300, 120))),
        interrupted: false,
        runs: 200,
        replay: "seatrial replay raft-kv-42.case".into(),
    }
}
