//! The same failure in a smaller world. A run with five nodes and four clients that fails within its first second can seldom be cut down to
//! what three nodes and one client need: too much in it hangs together. Where some other seed fails in the same way in such a world, its
//! run is short from the outset.

use super::oracle::Oracle;
use super::{Budget, ShrinkProgress, pin};
use crate::case::Case;
use crate::faults::Faults;
use crate::hunt::{HuntOptions, hunt};
use crate::prepared::Prepared;
use crate::registry::Registry;
use crate::repeat::DeterminismCheck;
use crate::scenario::Knob;

/// Nodes and clients of the worlds that are looked at.
const WORLDS: [(u32, u32); 6] = [(2, 1), (3, 1), (3, 2), (4, 1), (5, 1), (5, 2)];
/// Clients do no more operations each.
const OPERATIONS: u32 = 3;
/// How many seeds are run in each.
const SEEDS: u64 = 1_000;
/// How many runs that fail are enough.
const ENOUGH: usize = 3;

/// Runs that fail in the same way as this one in smaller worlds, the shortest first. None, where more than a seed decides about it: what somebody wrote by hand
/// is to stay.
pub(super) fn elsewhere(
    registry: &Registry,
    case: &Case,
    budget: &Budget<'_>,
    progress: &mut dyn FnMut(ShrinkProgress<'_>),
) -> Vec<Case> {
    let Some(here) = Here::of(registry, case) else { return Vec::new() };
    let mut worlds: Vec<(u32, u32)> = WORLDS
        .into_iter()
        .filter(|(nodes, _)| *nodes <= here.nodes)
        .map(|(nodes, clients)| (nodes, clients.min(here.clients)))
        .collect();
    worlds.dedup();
    let mut found = Vec::new();
    for world in worlds {
        if found.len() == ENOUGH {
            break;
        }
        let layer = "smaller worlds";
        progress(ShrinkProgress { runs: budget.runs, layer, faults: 0, steps: None });
        found.extend(here.look(registry, case, world, budget));
    }
    found.sort_by_key(|(events, _)| *events);
    found.into_iter().map(|(_, case)| case).collect()
}

/// The run that is to be made small.
struct Here<'r> {
    oracle: Oracle<'r>,
    faults: Faults,
    nodes: u32,
    clients: u32,
}

impl<'r> Here<'r> {
    /// Nothing, where the run does not fail, or where anything but its seed makes it what it is.
    fn of(registry: &'r Registry, case: &Case) -> Option<Self> {
        let given = case.schedule.is_some() || case.operations.is_some() || case.steering.is_some();
        if given || !case.choices.is_empty() || !case.simple.is_empty() {
            return None;
        }
        let faults = case.faults.as_deref().map_or(Ok(Faults::Scenario), str::parse).ok()?;
        let (prepared, seed) = case.clone().prepare(registry).ok()?;
        let subject = pin::subject(case, &prepared.drawn(seed));
        let anew = Prepared::new(registry, case.scenario.clone(), case.mutant.as_deref()).ok()?;
        let anew = anew.with_faults(faults.clone(), case.beyond_budget).ok()?;
        // Another plan than its seed draws was written by somebody.
        if case.turns.is_empty() && anew.plan(case.seed) != case.plan {
            return None;
        }
        let mut oracle = Oracle::new(registry, case.clone());
        oracle.first(&subject)?;
        Some(Self { oracle, faults, nodes: subject.nodes, clients: subject.clients })
    }

    /// The first run of a smaller world that fails, if it does so in the same way, and how many events it has.
    fn look(
        &self,
        registry: &Registry,
        case: &Case,
        (nodes, clients): (u32, u32),
        budget: &Budget<'_>,
    ) -> Option<(u64, Case)> {
        let mut scenario = case.scenario.clone();
        scenario.cluster.nodes = Knob::Fixed(nodes);
        scenario.clients.count = Knob::Fixed(clients);
        let most = scenario.clients.operations.greatest().min(OPERATIONS);
        scenario.clients.operations = Knob::Between { min: most.min(1), max: most };
        let prepared = Prepared::new(registry, scenario, case.mutant.as_deref()).ok()?;
        let prepared = prepared.with_faults(self.faults.clone(), case.beyond_budget).ok()?;
        let options = HuntOptions {
            first_seed: case.seed.wrapping_add(1),
            seeds: Some(SEEDS),
            jobs: budget.options.jobs,
            check: DeterminismCheck::Failing,
            ..HuntOptions::default()
        };
        let hunted = hunt(&prepared, &options, budget.stop, &mut |_, _| ());
        let failure = hunted.account.failures.first()?;
        let other = Case::new(&prepared, failure.seed, Some(failure.hash.clone()));
        let signature = self.oracle.signature();
        signature.find(&failure.judgements)?;
        Some((failure.end.step, other))
    }
}
