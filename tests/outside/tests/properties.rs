//! The mark under trouble, drawn and shrunk by proptest.

use proptest::prelude::*;
use seatrial::proptest::{plans, trials, workloads};
use seatrial::sim::FaultPlan;
use seatrial::{Op, Operations, Trial, try_regression};
use tidemark::{Config, NeverFalls, RaisesAndReads, Tidemark};

fn trial(hasty: bool) -> Trial<Tidemark> {
    let config = if hasty { || Config { hasty: true } } else { Config::default };
    Trial::new(config)
        .nodes(3)
        .clients(3, RaisesAndReads::default)
        .crashes(6)
        .partitions(1)
        .judge("never-falls", NeverFalls::default)
}

fn op() -> impl Strategy<Value = Op> + Clone {
    prop_oneof![Just(Op::bare("read")), (1..100_i64).prop_map(|mark| Op::new("raise", mark))]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_mark_never_falls(run in trials(trial(false))) {
        let account = run.check()?;
        prop_assert!(account.end.step > 0);
    }

    #[test]
    fn nobody_is_told_less_than_what_was_raised_before(plan in plans(trial(false)), asked in workloads(op(), 3, 6)) {
        let failed = trial(false).plan(plan).operations(asked).seeds(1).check();
        prop_assert!(failed.is_ok(), "{}", failed.unwrap_err());
    }
}

/// What proptest comes to where the test fails, with its own shrinking by ours underneath.
fn found<S: Strategy>(strategy: &S, test: impl Fn(S::Value) -> bool) -> S::Value
where
    S::Value: Clone,
{
    let config = ProptestConfig {
        cases: 3_000,
        max_shrink_iters: 100_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let outcome = runner.run(strategy, |value| match test(value) {
        true => Ok(()),
        false => Err(TestCaseError::fail("it fails")),
    });
    match outcome {
        Err(proptest::test_runner::TestError::Fail(_, value)) => value,
        other => panic!("nothing was found: {:?}", other.err()),
    }
}

#[test]
fn a_failing_run_comes_back_small_and_replays_from_its_text() {
    let run = found(&trials(trial(true)), |run| run.check().is_ok());
    let case = run.case();
    let steps = case.schedule.as_ref().map(|schedule| schedule.steps.len());
    assert!(steps.is_some_and(|steps| steps < 60), "{run:?}");
    let account = run.check().expect_err("it still fails");
    assert!(account.to_string().contains("the mark never falls"), "{account}");
}

#[test]
fn a_failing_plan_comes_back_with_the_faults_that_matter() {
    let fails = |plan: &FaultPlan| !trial(true).plan(plan.clone()).seeds(40).check().is_ok();
    let plan = found(&plans(trial(true)), |plan| !fails(&plan));
    assert!(fails(&plan));
    for index in 0..plan.faults.len() {
        let mut without = plan.clone();
        without.faults.remove(index);
        assert!(!fails(&without), "it fails without {:?}, too", plan.faults[index]);
    }
}

#[test]
fn what_clients_ask_is_what_is_written() {
    let asked = Operations::new(vec![vec![Op::new("raise", 7)], vec![Op::bare("read")]]);
    assert_eq!(asked.clients(), 2);
    let passed = trial(false).operations(asked).seeds(20).run();
    assert_eq!(passed.runs, 20);
    assert!(try_regression(&tidemark::registry(), "no case").is_err());
}
