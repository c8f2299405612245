//! How likely failures of Raft were.

use super::*;
use crate::hunt::{HuntOptions, hunt};
use crate::strategy::Strategy;

/// A run of Raft that forgets for whom it voted, which fails late and not in every run.
fn failing(registry: &Registry, strategy: Strategy) -> Case {
    let scenario = registry.scenario("raft-kv").expect("it is there");
    let prepared = Prepared::new(registry, scenario, Some("vote-not-persisted"));
    let prepared = prepared.expect("it can be run").with_strategy(strategy).expect("it can be");
    let options = HuntOptions { first_seed: 70, jobs: 2, ..HuntOptions::default() };
    let hunted = hunt(&prepared, &options, &AtomicBool::new(false), &mut |_, _| {});
    let first = hunted.account.failures.first().expect("it is found");
    let made = hunted.prepared(&prepared, first.seed);
    Case::new(&made, first.seed, Some(first.hash.clone()))
}

fn told(case: Case, jobs: usize) -> LikelihoodAccount {
    let options = LikelihoodOptions { points: 6, runs: 20, jobs };
    let (stop, mut made) = (AtomicBool::new(false), 0);
    let told = likelihood(&Registry::ours(), case, &options, &stop, &mut |runs| made = runs);
    assert!(made >= 7 * 20, "{made}");
    told.expect("it fails")
}

#[test]
fn a_failure_is_likelier_the_nearer_it_is_and_certain_where_it_happens() {
    for strategy in [Strategy::Random, Strategy::Guided] {
        let case = failing(&Registry::ours(), strategy);
        let account = told(case.clone(), 1);
        let (first, last) = (account.points[0], account.points[account.points.len() - 1]);
        assert!(first.failed < first.runs / 2, "{account:#?}");
        assert_eq!((last.at.step, last.failed), (account.failed.step, last.runs));
        let inevitable = account.inevitable.as_ref().expect("in the end it was");
        assert_eq!(inevitable.before.at.step + 1, inevitable.after.at.step);
        assert!(inevitable.before.failed < inevitable.after.failed, "{inevitable:#?}");
        assert_eq!(told(case, 3), account, "on three threads");
    }
}

#[test]
fn what_was_stopped_says_nothing_of_what_nobody_looked_at() {
    let case = failing(&Registry::ours(), Strategy::Random);
    let options = LikelihoodOptions { points: 6, runs: 20, jobs: 1 };
    let stop = AtomicBool::new(false);
    let mut look = |runs| stop.store(runs >= 40, Ordering::Relaxed);
    let account = likelihood(&Registry::ours(), case, &options, &stop, &mut look);
    let account = account.expect("it fails");
    assert!(account.interrupted && account.points.len() == 2, "{account:#?}");
    assert!(account.inevitable.is_none() && account.turning.is_none(), "{account:#?}");
}

#[test]
fn a_case_that_passes_and_one_that_leaves_nothing_to_chance_are_refused() {
    let registry = Registry::ours();
    let refused = |case: Case| {
        let (options, stop) = (LikelihoodOptions::default(), AtomicBool::new(false));
        let error = likelihood(&registry, case, &options, &stop, &mut |_| {});
        error.expect_err("it is refused").to_string()
    };
    let case = failing(&registry, Strategy::Random);
    let mended = Case { mutant: None, ..case.clone() };
    assert!(refused(mended).contains("breaks no property"));
    let led = Case { schedule: Some(Default::default()), ..case };
    assert!(refused(led).contains("leaves nothing to chance"));
}
