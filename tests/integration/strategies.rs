//! Strategies choose what happens next: the same each time, within what the protocol survives, and to some use.

use std::sync::atomic::AtomicBool;

use seatrial::history::{Account, HuntAccount, Outcome, SeedResult};
use seatrial::{Case, HuntOptions, Prepared, Ran, Registry, ShrinkOptions, Strategy, hunt, shrink};

const ALL: [&str; 5] = ["pct:2", "pct:3", "pctcp:3", "delay:3", "pos"];

fn prepared(scenario: &str, mutant: Option<&str>, strategy: &str) -> Prepared {
    let ours = Registry::ours();
    let scenario = ours.scenario(scenario).expect("it is in the library");
    let prepared = Prepared::new(&ours, scenario, mutant).expect("it makes sense");
    prepared.with_strategy(strategy.parse().expect(strategy)).expect("it bears it")
}

fn results(prepared: &Prepared, seeds: u64, jobs: usize, stop_at_first: bool) -> Vec<SeedResult> {
    let options = HuntOptions { seeds: Some(seeds), jobs, stop_at_first, ..HuntOptions::default() };
    let mut results = Vec::new();
    let mut keep = |ran: &Ran<'_>, _: &HuntAccount| results.push(ran.result().clone());
    hunt(prepared, &options, &AtomicBool::new(false), &mut keep);
    results
}

#[test]
fn a_strategy_gives_the_same_runs_each_time_and_others_than_time_alone() {
    let plain = results(&prepared("raft-kv", None, "random"), 20, 1, false);
    for strategy in ALL {
        let one = results(&prepared("raft-kv", None, strategy), 20, 1, false);
        let two = results(&prepared("raft-kv", None, strategy), 20, 2, false);
        assert_eq!(one, two, "{strategy}");
        // A delay may fall beyond the end of its run.
        let other = one.iter().zip(&plain).filter(|(one, plain)| one.hash != plain.hash);
        assert!(other.count() > 15, "{strategy}");
    }
}

#[test]
fn correct_protocols_hold_whatever_the_strategy() {
    for (scenario, seeds) in [("raft-kv", 60), ("echo", 100), ("uniform-broadcast", 40)] {
        for strategy in ALL {
            let results = results(&prepared(scenario, None, strategy), seeds, 1, false);
            let bad = results.iter().find(|result| result.outcome != Outcome::Holds);
            assert_eq!(bad, None, "{scenario} with {strategy}");
        }
    }
}

#[test]
fn each_strategy_finds_a_planted_bug_and_its_case_gives_the_same_run() {
    for strategy in ALL {
        let prepared = prepared("raft-kv", Some("vote-not-persisted"), strategy);
        let results = results(&prepared, 300, 1, true);
        let found = results.last().expect("seeds were run");
        assert_eq!(found.outcome, Outcome::Violated, "{strategy} found nothing");
        let case = Case::new(&prepared, found.seed, Some(found.hash.clone())).to_toml();
        assert!(case.contains("steering = {"), "{case}");
        let case = Case::parse("the.case", &case).expect("it can be read");
        let (again, seed) = case.prepare(&Registry::ours()).expect("it makes sense");
        assert_eq!(again.run(seed).hash, found.hash, "{strategy}");
    }
}

#[test]
fn a_scenario_that_promises_a_bound_on_time_bears_no_strategy_that_breaks_it() {
    let ours = Registry::ours();
    let scenario = ours.scenario("perfect-failure-detector").expect("it is in the library");
    let prepared = Prepared::new(&ours, scenario, None).expect("it makes sense");
    let random = prepared.clone().with_strategy(Strategy::Random);
    assert!(random.is_ok());
    let error = prepared.with_strategy("pct:3".parse().expect("a strategy"));
    let error = error.expect_err("it is synchronous");
    assert!(error.contains("under a bound on time") && error.contains("random"), "{error}");
}

#[test]
fn what_is_chosen_by_former_runs_is_the_same_on_any_number_of_threads() {
    for strategy in ["guided", "portfolio"] {
        let prepared = prepared("raft-kv", None, strategy);
        let one = results(&prepared, 200, 1, false);
        for jobs in [2, 5] {
            assert_eq!(results(&prepared, 200, jobs, false), one, "{strategy} on {jobs}");
        }
        let bad = one.iter().find(|result| result.outcome != Outcome::Holds);
        assert_eq!(bad, None, "{strategy}");
        let named = one.iter().filter(|result| result.strategy.is_some()).count();
        assert_eq!(named, if strategy == "portfolio" { 200 } else { 0 });
    }
}

#[test]
fn a_guided_failure_is_kept_in_a_case_that_gives_the_same_run_and_shrinks() {
    let ours = Registry::ours();
    let prepared = prepared("raft-kv", Some("vote-not-persisted"), "guided");
    let options = HuntOptions {
        seeds: Some(1_000),
        jobs: 2,
        stop_at_first: false,
        max_failures: 50,
        ..HuntOptions::default()
    };
    let hunted = hunt(&prepared, &options, &AtomicBool::new(false), &mut |_, _| {});
    let kept = |run: &Account| {
        let case =
            Case::new(&hunted.prepared(&prepared, run.seed), run.seed, Some(run.hash.clone()));
        (!case.turns.is_empty()).then_some(case)
    };
    let case = hunted.account.failures.iter().find_map(kept).expect("one goes on from another");
    assert!(hunted.account.violated >= 5, "{}", hunted.account.violated);
    let text = case.to_toml();
    assert!(text.contains("turns = ["), "{text}");
    let case = Case::parse("the.case", &text).expect("it can be read");
    let (again, seed) = case.clone().prepare(&ours).expect("it makes sense");
    assert_eq!(Some(again.run(seed).hash), case.hash);
    let options = ShrinkOptions { jobs: 2, elsewhere: false, ..ShrinkOptions::default() };
    let shrunk = shrink(&ours, case, &options, &AtomicBool::new(false), &mut |_| {});
    let shrunk = shrunk.expect("it fails the same way");
    assert!(shrunk.after.steps.is_some_and(|steps| steps < 60), "{:?}", shrunk.after);
    assert!(shrunk.case.turns.is_empty(), "its steps say all: {:?}", shrunk.case.turns);
}

#[test]
fn a_portfolio_of_a_synchronous_protocol_leaves_out_what_it_does_not_bear() {
    let prepared = prepared("perfect-failure-detector", None, "portfolio");
    let results = results(&prepared, 150, 2, false);
    let by = |name: &str| results.iter().filter(|r| r.strategy.as_deref() == Some(name)).count();
    assert_eq!(by("random") + by("guided"), 150);
    assert!(by("guided") > 10, "{}", by("guided"));
    assert!(results.iter().all(|result| result.outcome == Outcome::Holds));
}
