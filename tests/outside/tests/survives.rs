//! The mark under trouble, as property tests.

use seatrial::node::Duration;
use seatrial::{FaultBudget, Trial};
use tidemark::{Config, NeverFalls, RaisesAndReads, Tidemark};

/// What every test of this file puts a node through.
fn judged(trial: Trial<Tidemark>) -> Trial<Tidemark> {
    trial
        .nodes(3)
        .clients(3, RaisesAndReads::default)
        .judge("never-falls", NeverFalls::default)
        .answers_within(Duration::from_secs(2))
}

#[seatrial::test(seeds = 300)]
fn the_mark_never_falls(trial: Trial<Tidemark>) {
    judged(trial).loss("10%").duplicates("10%").crashes(3).partitions(1).run();
}

#[seatrial::test(seeds = 300, faults = "swarm", jobs = 2)]
fn the_mark_never_falls_whatever_the_trouble(trial: Trial<Tidemark>) -> Trial<Tidemark> {
    judged(trial).survives(FaultBudget::default())
}

fn hasty() -> Config {
    Config { hasty: true }
}

#[seatrial::test(seeds = 300, config = hasty)]
#[should_panic(expected = "the mark never falls is violated")]
fn a_mark_that_is_acknowledged_too_early_falls(trial: Trial<Tidemark>) {
    judged(trial).crashes(6).run();
}

#[seatrial::test]
#[should_panic(expected = "the trial was never run")]
fn a_trial_that_is_not_run_is_no_test(trial: Trial<Tidemark>) {
    let _ = judged(trial);
}
