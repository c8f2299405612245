//! What checks cost, in steps and bytes: counted, so that a pruning that no longer prunes is noticed on any machine.

use super::super::{Limits, Model, Options, Outcome, check};
use super::generate::{Chance, Shape, generate};
use seatrial_history::Verdict;

fn cost(shape: Shape, seed: u64) -> Outcome {
    let history = generate(shape, &mut Chance(seed));
    check(&history, shape.model, &Options::default()).expect("of the model")
}

fn shape(model: Model, operations: usize, clients: u64) -> Shape {
    Shape { model, operations, clients, keys: 1, values: 0, unanswered: 0, lies: 0 }
}

#[test]
fn a_register_of_ten_thousand_unique_writes_is_decided_in_a_sweep() {
    let good = cost(shape(Model::Register, 10_000, 10), 1);
    assert_eq!(good.verdict, Verdict::Holds);
    assert!(good.stats.steps < 5_000, "{:?}", good.stats);
    let bad = cost(Shape { lies: 1, ..shape(Model::Register, 10_000, 10) }, 1);
    assert!(bad.stats.steps < 300_000, "{:?}", bad.stats);
    let explained = bad.explanation.expect("a stale read");
    assert!(explained.core_is_minimal && explained.core.len() <= 6, "{explained:?}");
    assert!(!explained.partial.is_empty() && !explained.states.is_empty());
}

#[test]
fn a_thousand_operations_of_twenty_clients_with_unanswered_ones_are_decided_quickly() {
    for model in [Model::Register, Model::CasRegister, Model::Counter] {
        for values in [0, 5] {
            let outcome = cost(Shape { values, unanswered: 20, ..shape(model, 1000, 20) }, 1);
            assert_eq!(outcome.verdict, Verdict::Holds, "{model} {values}");
            assert!(outcome.stats.steps < 2_000_000, "{model} {values}: {:?}", outcome.stats);
        }
    }
}

#[test]
fn lists_maps_queues_and_sets_cost_little_more_than_reading_them() {
    let cases = [
        shape(Model::AppendList, 2_000, 10),
        Shape { keys: 16, values: 5, ..shape(Model::Kv, 10_000, 10) },
        shape(Model::Queue, 10_000, 10),
        Shape { unanswered: 20, ..shape(Model::Queue, 1_000, 10) },
        Shape { values: 50, ..shape(Model::Set, 10_000, 10) },
    ];
    for shape in cases {
        let outcome = cost(shape, 2);
        assert_eq!(outcome.verdict, Verdict::Holds, "{}", shape.model);
        assert!(outcome.stats.steps < 100_000, "{}: {:?}", shape.model, outcome.stats);
    }
}

#[test]
fn violations_of_unambiguous_histories_shrink_to_six_operations_or_fewer() {
    for model in [Model::Register, Model::Kv, Model::Queue, Model::AppendList] {
        let mut violated = 0;
        for seed in 0..20 {
            let shape = Shape { lies: 10, ..shape(model, 300, 8) };
            let Some(explained) = cost(shape, seed).explanation else { continue };
            violated += 1;
            let core: Vec<_> = explained.core.iter().map(|op| &op.text).collect();
            if model != Model::Kv {
                assert!(core.len() <= 6, "{model}: {core:#?}");
            }
            assert!(explained.core_is_minimal, "{model}: {core:#?}");
        }
        assert!(violated > 5, "{model}: {violated} violated");
    }
}

#[test]
fn an_execution_of_a_hunt_costs_a_few_hundred_steps() {
    for seed in 0..50 {
        let shape = Shape { keys: 3, unanswered: 20, ..shape(Model::Kv, 120, 5) };
        let history = generate(shape, &mut Chance(seed));
        let options = Options { limits: Limits::HASTY, ..Options::default() };
        let outcome = check(&history, Model::Kv, &options).expect("of the model");
        assert_eq!(outcome.verdict, Verdict::Holds);
        assert!(outcome.stats.steps < 3_000, "{:?}", outcome.stats);
    }
}
