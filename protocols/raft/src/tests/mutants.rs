//! Every planted bug shows: the same trouble that the correct code survives breaks it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::figure_8::figure_8;
use super::random::{Harm, drawn, heal, trouble};
use crate::Mutant;

/// What the first seed finds that finds anything, and that seed.
pub(super) fn hunt(mutant: Mutant, seeds: u64) -> Option<(u64, String)> {
    (0..seeds).find_map(|seed| {
        let run = || {
            let mut world = drawn(seed, |config| config.mutant = Some(mutant));
            trouble(&mut world, 400, Harm::of(seed));
            heal(&mut world);
            world.judge.violations.first().cloned()
        };
        let found = catch_unwind(AssertUnwindSafe(run));
        found.unwrap_or_else(|_| Some("panic".to_owned())).map(|violation| (seed, violation))
    })
}

/// What the schedule of figure 8 shows.
fn follow_figure_8(mutant: Mutant) -> Option<String> {
    let world = figure_8(|config| config.mutant = Some(mutant));
    world.judge.violations.first().cloned()
}

/// Those that break no promise of figure 3 in this small world: they keep the cluster from serving, or take a parent or a schedule that it
/// has not. Whole scenarios find them (`tests/integration/finds_bugs.rs`), or a schedule shows them (`tests/schedules`).
const ELSEWHERE: [Mutant; 11] = [
    Mutant::NoPreVote,
    Mutant::VotesOfOthers,
    Mutant::LastNotApplied,
    Mutant::VoteNeverReset,
    Mutant::SnapshotMislabelled,
    Mutant::MislabelledTimer,
    Mutant::LeaderNotCounted,
    Mutant::EqualMatchOnly,
    Mutant::FixedTimeouts,
    Mutant::RankingNotSorted,
    Mutant::AckAfterTermChange,
];

#[test]
fn every_mutant_is_found() {
    for mutant in Mutant::ALL.iter().filter(|mutant| !ELSEWHERE.contains(mutant)) {
        let found = match mutant {
            // It takes a schedule that this small world seldom makes by chance.
            Mutant::CommitOldTerm => follow_figure_8(*mutant),
            _ => hunt(*mutant, 20_000).map(|(_, violation)| violation),
        };
        assert!(found.is_some(), "{} is not found", mutant.name());
    }
}

#[test]
fn figure_8_shows_the_mutant_that_commits_by_counting_replicas() {
    let found = follow_figure_8(Mutant::CommitOldTerm).expect("it is found");
    assert!(found.starts_with("leader completeness: n4 leads"), "{found}");
}
