//! Strategies choose what happens next: the same each time, within what the protocol survives, and to some use.

use std::sync::atomic::AtomicBool;

use seatrial::history::{HuntAccount, Outcome, SeedResult};
use seatrial::{Case, HuntOptions, Prepared, Registry, Strategy, hunt};

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
    let mut keep = |result: &SeedResult, _: &HuntAccount| results.push(result.clone());
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
    assert!(error.contains("promises a bound on time") && error.contains("random"), "{error}");
}
