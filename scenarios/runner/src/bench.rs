//! The bug-finding benchmark: every planted bug, hunted from many seeds by several strategies, under a menu of faults that knows nothing of
//! it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use seatrial_history::{Account, Campaigned, Small};
use seatrial_sim::Step;

use crate::case::Case;
use crate::faults::Faults;
use crate::hunt::{HuntOptions, hunt};
use crate::prepared::Prepared;
use crate::registry::{MutantInfo, Registry};
use crate::scenario::ScenarioError;
use crate::shrink::{ShrinkError, ShrinkOptions, shrink};
use crate::strategy::Strategy;

/// A planted bug, and where it is hunted.
#[derive(Clone, Debug)]
pub struct Bug {
    /// The bug; none for a control, in which nothing is to be found.
    pub mutant: Option<MutantInfo>,
    /// The scenario.
    pub scenario: String,
    /// Where trouble comes from.
    pub faults: Faults,
}

/// A campaign to be run.
#[derive(Clone, Copy, Debug)]
pub struct CampaignOptions {
    /// How runs are chosen.
    pub strategy: Strategy,
    /// Which of the campaigns it is, from 0: each has seeds of its own.
    pub campaign: u64,
    /// After how many runs it is given up.
    pub limit: u64,
    /// On how many threads; the result is the same.
    pub jobs: usize,
    /// Whether the run that fails is made small.
    pub shrink: bool,
}

/// Those that the usual scenario of their protocol does not show under all kinds of trouble, with the one that does. `None` where the trouble
/// is to be that of the scenario itself.
const ELSEWHERE: [(&str, &str, Option<&str>); 10] = [
    ("no-pre-vote", "raft-core", None),
    ("votes-of-others", "raft-core", None),
    ("last-not-applied", "raft-core", None),
    ("leader-not-counted", "raft-core", None),
    ("request-lost", "raft-core", None),
    ("equal-match-only", "raft-core", None),
    ("fixed-timeouts", "raft-core", None),
    ("ack-after-term-change", "raft-slow-disks", None),
    ("skewed-lease", "raft-kv-leases", None),
    ("unconfirmed-read", "raft-kv-reads", None),
];

/// How many events the shortest schedule has that shows a bug, among those that were written by hand: see `tests/schedules`.
pub const BY_HAND: [(&str, u64); 34] = [
    ("ack-after-term-change", 33),
    ("ack-before-fsync", 15),
    ("apply-before-commit", 24),
    ("causal-no-wait", 5),
    ("commit-falls-back", 20),
    ("commit-old-term", 57),
    ("fd-no-unsuspect", 4),
    ("fifo-gap", 5),
    ("fixed-timeouts", 5),
    ("half-commits", 13),
    ("heartbeat-counts-as-append", 16),
    ("heartbeat-underflow", 12),
    ("last-index-acknowledged", 31),
    ("last-not-applied", 12),
    ("leader-not-counted", 13),
    ("mislabelled-timer", 4),
    ("next-index-underflow", 21),
    ("no-client-dedup", 14),
    ("no-pre-vote", 11),
    ("no-up-to-date-check", 28),
    ("ranking-not-sorted", 33),
    ("rejection-counts-as-match", 47),
    ("request-lost", 14),
    ("snapshot-mislabelled", 43),
    ("stale-age", 43),
    ("stale-read", 36),
    ("step-down-drops-tail", 44),
    ("term-not-persisted", 19),
    ("truncate-always", 18),
    ("unconfirmed-read", 44),
    ("urb-early", 6),
    ("vote-never-reset", 13),
    ("vote-not-persisted", 19),
    ("votes-of-others", 5),
];

/// Seeds of two campaigns are so far apart that they have none in common.
const APART: u64 = 10_000_000_000;

/// All planted bugs, and after them each protocol that has some without one.
pub fn bugs(registry: &Registry) -> Vec<Bug> {
    let mut bugs = Vec::new();
    for protocol in registry.protocols() {
        let usual = |mutant| Bug {
            mutant,
            scenario: protocol.name().to_owned(),
            faults: Faults::Swarm { without: Vec::new() },
        };
        for mutant in protocol.mutants() {
            // The same code, under another protocol that was there before.
            let is_known = |bug: &Bug| {
                bug.mutant
                    .is_some_and(|known| known.name == mutant.name && known.about == mutant.about)
            };
            if bugs.iter().any(is_known) {
                continue;
            }
            let elsewhere = ELSEWHERE.iter().find(|(name, ..)| *name == mutant.name);
            let bug = usual(Some(*mutant));
            bugs.push(match elsewhere {
                Some((_, scenario, faults)) => Bug {
                    scenario: (*scenario).to_owned(),
                    faults: faults.and_then(|faults| faults.parse().ok()).unwrap_or_default(),
                    ..bug
                },
                None => bug,
            });
        }
    }
    let mut controls: Vec<Bug> = Vec::new();
    for bug in &bugs {
        if !controls.iter().any(|control| control.scenario == bug.scenario) {
            controls.push(Bug { mutant: None, ..bug.clone() });
        }
    }
    bugs.extend(controls);
    bugs
}

impl Bug {
    /// What a line of the benchmark says before anything is run.
    pub fn line(&self, options: &CampaignOptions) -> Campaigned {
        let info = self.mutant;
        Campaigned {
            id: info.map_or("control", |mutant| mutant.id).to_owned(),
            mutant: info.map(|mutant| mutant.name.to_owned()),
            class: info.map_or('C', |mutant| mutant.class),
            about: info.map_or("nothing is wrong", |mutant| mutant.about).to_owned(),
            scenario: self.scenario.clone(),
            faults: self.faults.to_string(),
            strategy: options.strategy.to_string(),
            campaign: options.campaign,
            first_seed: (options.campaign + 1) * APART,
            limit: options.limit,
            executions: 0,
            found: false,
            found_by: None,
            properties: Vec::new(),
            seconds: 0.0,
            shrunk: None,
        }
    }

    /// Runs a campaign. Nothing, where the strategy is none for this scenario, or somebody has set `stop`.
    ///
    /// # Errors
    /// Where the scenario makes no sense, or its failing run cannot be made again.
    pub fn hunt(
        &self,
        registry: &Registry,
        options: &CampaignOptions,
        stop: &AtomicBool,
    ) -> Result<Option<Campaigned>, ShrinkError> {
        let scenario = registry.scenario(&self.scenario)?;
        let prepared = Prepared::new(registry, scenario, self.mutant.map(|mutant| mutant.name))?;
        let wrong = |what| ScenarioError::new(&self.scenario, what);
        let prepared = prepared.with_faults(self.faults.clone(), false).map_err(wrong)?;
        let Ok(prepared) = prepared.with_strategy(options.strategy) else { return Ok(None) };
        let line = self.line(options);
        let hunting = HuntOptions {
            first_seed: line.first_seed,
            seeds: Some(options.limit),
            jobs: options.jobs,
            max_failures: 1,
            ..HuntOptions::default()
        };
        let begun = Instant::now();
        let hunted = hunt(&prepared, &hunting, stop, &mut |_, _| {});
        let seconds = begun.elapsed().as_secs_f64();
        if hunted.account.interrupted {
            return Ok(None);
        }
        let executions = hunted.account.seeds;
        let Some(first) = hunted.account.failures.first() else {
            return Ok(Some(Campaigned { executions, seconds, ..line }));
        };
        let made = hunted.prepared(&prepared, first.seed);
        let shrunk = match options.shrink {
            true => small(registry, &made, first, options.jobs, stop)?,
            false => None,
        };
        // What was cut short is not the smallest: it is made small again when the benchmark goes on.
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let broken = first.judgements.iter().filter(|j| j.verdict.violation().is_some());
        Ok(Some(Campaigned {
            executions,
            seconds,
            found: true,
            found_by: first.found_by.clone(),
            properties: broken.map(|judgement| judgement.property.clone()).collect(),
            shrunk,
            ..line
        }))
    }
}

/// Makes a failing run small. One that does not stay as it is when it is run again, as with a bug in determinism, is not.
fn small(
    registry: &Registry,
    made: &Prepared,
    first: &Account,
    jobs: usize,
    stop: &AtomicBool,
) -> Result<Option<Small>, ShrinkError> {
    let case = Case::new(made, first.seed, Some(first.hash.clone()));
    let begun = Instant::now();
    let options = ShrinkOptions { jobs, ..ShrinkOptions::default() };
    let shrunk = match shrink(registry, case, &options, stop, &mut |_| {}) {
        Ok(shrunk) => shrunk,
        Err(ShrinkError::Passes { .. } | ShrinkError::Unsteady { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let schedule = shrunk.case.schedule.as_ref();
    let acts = |step: &&Step| !matches!(step, Step::Wake { .. });
    let length = schedule.map(|schedule| schedule.steps.iter().filter(acts).count() as u64);
    let by_hand = BY_HAND.iter().find(|(name, _)| made.mutant().is_some_and(|m| m.name == *name));
    Ok(Some(Small {
        rule: format!("{}, {}", shrunk.violation.property, shrunk.violation.source),
        explanation: shrunk.violation.explanation.clone(),
        events: shrunk.before.events,
        steps: schedule.map(|schedule| schedule.steps.iter().map(ToString::to_string).collect()),
        length: length.unwrap_or(shrunk.after.events),
        by_hand: by_hand.filter(|_| length.is_some()).map(|(_, events)| *events),
        bytes: shrunk.after.bytes,
        runs: shrunk.runs,
        seconds: begun.elapsed().as_secs_f64(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bug_is_hunted_in_a_scenario_that_there_is() {
        let registry = Registry::ours();
        let bugs = bugs(&registry);
        for bug in &bugs {
            let scenario = registry.scenario(&bug.scenario).expect(&bug.scenario);
            let mutant = bug.mutant.map(|mutant| mutant.name);
            Prepared::new(&registry, scenario, mutant).expect(&bug.scenario);
        }
        for (name, ..) in ELSEWHERE {
            let is_known = |bug: &Bug| bug.mutant.is_some_and(|mutant| mutant.name == name);
            assert!(bugs.iter().any(is_known), "{name}");
        }
        assert!(bugs.iter().any(|bug| bug.mutant.is_none() && bug.scenario == "raft-kv"));
    }

    #[test]
    fn a_campaign_finds_a_bug_makes_it_small_and_gives_the_same_line_again() {
        let registry = Registry::ours();
        let found = |bug: &&Bug| bug.mutant.is_some_and(|mutant| mutant.id == "E1");
        let bugs = bugs(&registry);
        let echo = bugs.iter().find(found).expect("it is there");
        let strategy = Strategy::Portfolio;
        let options =
            |jobs| CampaignOptions { strategy, campaign: 1, limit: 1_000, jobs, shrink: true };
        let hunt = |jobs| {
            let told = echo.hunt(&registry, &options(jobs), &AtomicBool::new(false));
            let told = told.expect("it can be hunted").expect("nobody stops it");
            let small = told.shrunk.map(|small| Small { seconds: 0.0, ..small });
            Campaigned { seconds: 0.0, shrunk: small, ..told }
        };
        let one = hunt(1);
        assert!(one.found && one.is_same(&echo.line(&options(1))), "{one:#?}");
        assert!(one.shrunk.as_ref().is_some_and(|small| small.length < 15), "{one:#?}");
        assert_eq!(hunt(3), one);
    }
}
