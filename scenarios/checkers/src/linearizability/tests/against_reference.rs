//! Thousands of small random histories of each model, judged by every way of deciding and by the reference.

use seatrial_history::{History, Operation, Verdict};

use super::super::breadth::{Breadth, Progress};
use super::super::compile::{Part, compile};
use super::super::depth::Depth;
use super::super::machine::Machine;
use super::super::meter::Meter;
use super::super::race::{Decision, decide, search};
use super::super::space::Space;
use super::super::{CasFail, Model, Options, check};
use super::generate::{Chance, Shape, generate};
use super::reference;

/// What each way of deciding says of all parts together.
fn ways(parts: &[Part]) -> [(&'static str, bool); 4] {
    let every = |judge: &dyn Fn(&Part) -> bool| parts.iter().all(judge);
    let options = Options::default();
    let holds = |decision: Decision| match decision {
        Decision::Holds => true,
        Decision::Refuted(_) | Decision::Stuck { .. } => false,
        Decision::Unknown => panic!("undecided"),
    };
    let whole =
        |p: &Part| holds(decide(&p.problem.ops, &p.problem.tables, &mut Meter::new(&options)));
    let race =
        |p: &Part| holds(search(&p.problem.ops, &p.problem.tables, &mut Meter::new(&options)));
    let breadth = |p: &Part| {
        let (space, mut machine) = ready(p);
        won(Breadth::<1>::new(&space).run(&mut machine, u64::MAX / 2, &mut 0))
    };
    // With two words, for the wider masks to be tried too.
    let depth = |p: &Part| {
        let (space, mut machine) = ready(p);
        won(Depth::<2>::new(&space).run(&mut machine, u64::MAX / 2, &mut 0))
    };
    [
        ("monitors and searches", every(&whole)),
        ("searches", every(&race)),
        ("breadth first", every(&breadth)),
        ("depth first", every(&depth)),
    ]
}

fn ready(part: &Part) -> (Space, Machine) {
    let mut space = Space::new(&part.problem.ops, &part.problem.tables);
    let machine = std::mem::replace(&mut space.machine, Machine::Register);
    (space, machine)
}

fn won(progress: Progress) -> bool {
    assert_ne!(progress, Progress::Running);
    progress == Progress::Holds
}

fn compare(history: &History, model: Model, cas_fail: CasFail) -> bool {
    let expected = reference::linearizable(history, model, cas_fail);
    let options = Options { cas_fail, ..Options::default() };
    let spans = history.spans().expect("well-formed");
    let parts = compile(history, &spans, model, &options).expect("of the model");
    for (way, found) in ways(&parts) {
        assert_eq!(found, expected, "{model}, {way}, {cas_fail:?}:\n{}", shown(history));
    }
    expected
}

fn shown(history: &History) -> String {
    history.events.iter().map(|event| format!("{event}\n")).collect()
}

#[test]
fn every_way_of_deciding_agrees_with_the_reference() {
    for model in Model::ALL {
        let mut chance = Chance(model as u64);
        let (mut good, mut bad) = (0, 0);
        for round in 0..ROUNDS {
            let shape = Shape {
                model,
                operations: 2 + chance.below(6) as usize,
                clients: 1 + chance.below(4),
                keys: 1 + chance.below(2),
                values: chance.below(4),
                unanswered: [0, 100, 300][round % 3],
                lies: [0, 200, 500][round / 3 % 3],
            };
            let history = generate(shape, &mut chance);
            let cas_fail = if round % 2 == 0 { CasFail::Observed } else { CasFail::NoEffect };
            match compare(&history, model, cas_fail) {
                true => good += 1,
                false => bad += 1,
            }
        }
        assert!(good > ROUNDS / 10 && bad > ROUNDS / 100, "{model}: {good} good, {bad} bad");
    }
}

/// Histories of each model.
const ROUNDS: usize = 4000;

#[test]
fn what_is_told_of_a_violation_is_true() {
    for model in Model::ALL {
        let mut chance = Chance(1000 + model as u64);
        let mut violated = 0;
        for _ in 0..1500 {
            let shape = Shape {
                model,
                operations: 3 + chance.below(5) as usize,
                clients: 1 + chance.below(4),
                keys: 1,
                values: chance.below(4),
                unanswered: 100,
                lies: 300,
            };
            let history = generate(shape, &mut chance);
            let options = Options::default();
            let outcome = check(&history, model, &options).expect("of the model");
            let Some(explained) = outcome.explanation else {
                assert_eq!(outcome.verdict, Verdict::Holds);
                continue;
            };
            violated += 1;
            // Up to the first bad operation's completion it is violated, up to the event before it is not.
            let bad = explained.first_bad.completed_at.expect("it completed");
            let holds_if = |counts: &dyn Fn(&Operation, usize) -> bool| {
                reference::linearizable_if(&history, model, CasFail::Observed, counts)
            };
            let story = || {
                format!(
                    "{model}:\n{}\n{}",
                    shown(&history),
                    outcome.verdict.violation().expect("violated")
                )
            };
            assert!(!holds_if(&|_, event| event <= bad), "{}", story());
            // A set is judged element by element, so only its own element must be fine before.
            if model != Model::Set {
                assert!(holds_if(&|_, event| event < bad), "{}", story());
            }
            // The completions of the core contradict each other, whatever became of all other operations.
            let core: Vec<usize> = explained.core.iter().map(|op| op.invoked_at).collect();
            let in_core = |o: &Operation, event| event <= bad && core.contains(&o.invoked_at);
            assert!(!holds_if(&in_core), "{}", story());
            assert!(explained.core_is_minimal, "{}", story());
            assert!(!explained.core.is_empty() && !explained.sentence.is_empty(), "{}", story());
            // The same history gives the same words.
            assert_eq!(
                check(&history, model, &options).expect("again").explanation,
                Some(explained)
            );
        }
        assert!(violated > 20, "{model}: {violated} violated");
    }
}
