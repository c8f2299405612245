//! The order that is told of a history explains it, and is told wherever there is one.

use std::collections::BTreeMap;

use seatrial_history::{Completion, Operation, Verdict};

use super::super::{Linearization, Model, Options, check, linearizations};
use super::generate::{Chance, Shape, generate};
use super::reference;

#[test]
fn an_order_that_is_told_explains_the_history() {
    for model in Model::ALL {
        let mut chance = Chance(2000 + model as u64);
        let mut explained = 0;
        for round in 0..1500 {
            let shape = Shape {
                model,
                operations: 3 + chance.below(20) as usize,
                clients: 1 + chance.below(4),
                keys: 1 + chance.below(2),
                values: chance.below(4),
                unanswered: 100,
                lies: [0, 100][round % 2],
            };
            let history = generate(shape, &mut chance);
            let options = Options::default();
            let outcome = check(&history, model, &options).expect("of the model");
            let orders = linearizations(&history, model, &options).expect("of the model");
            let found = (orders.len(), outcome.verdict == Verdict::Holds);
            let objects = outcome.stats.objects;
            assert_eq!(found.0, objects - outcome.stats.violated, "{model}: {history:?}");
            assert_eq!(found.1, found.0 == objects);
            explained += found.0;
            let operations = history.operations().expect("well-formed");
            let operations: BTreeMap<usize, &Operation> =
                operations.iter().map(|operation| (operation.invoked_at, operation)).collect();
            for order in &orders {
                assert_explains(order, &operations, model);
            }
        }
        assert!(explained > 1000, "{model}: {explained} objects have an order");
    }
}

fn assert_explains(order: &Linearization, operations: &BTreeMap<usize, &Operation>, model: Model) {
    let of_order: Vec<&Operation> =
        order.steps.iter().map(|step| operations[&step.operation.invoked_at]).collect();
    assert!(reference::explains(&of_order, model), "{model}: {order:?}");
    // What was answered is in it, once.
    let about = |operation: &Operation| {
        operation.key == order.key
            && order.element.as_ref().is_none_or(|element| operation.arg == *element)
    };
    for operation in operations.values().filter(|operation| about(operation)) {
        let times = of_order.iter().filter(|other| std::ptr::eq(**other, *operation)).count();
        match operation.completed {
            Completion::Ok(_) => assert_eq!(times, 1, "{model}: {operation:?} in {order:?}"),
            Completion::Fail(_) | Completion::Unknown(_) => assert!(times <= 1),
        }
    }
}

#[test]
fn a_budget_that_does_not_suffice_leaves_the_order_out() {
    let shape = Shape {
        model: Model::Queue,
        operations: 200,
        clients: 8,
        keys: 1,
        values: 2,
        unanswered: 0,
        lies: 0,
    };
    let history = generate(shape, &mut Chance(7));
    let mut options = Options::default();
    assert_eq!(linearizations(&history, Model::Queue, &options).map(|orders| orders.len()), Ok(1));
    options.limits.steps = 10;
    assert_eq!(linearizations(&history, Model::Queue, &options).map(|orders| orders.len()), Ok(0));
}
