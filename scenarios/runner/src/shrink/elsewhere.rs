//! The same failure in a smaller world. A run with five nodes and four clients that fails within its first second can seldom be cut down to
//! what three nodes and one client need: too much in it hangs together. Where some other seed fails in the same way in such a world, its
//! run is short from the outset.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use seatrial_history::SeedResult;

use super::oracle::Oracle;
use super::{Budget, ShrinkProgress, pin};
use crate::case::Case;
use crate::faults::Faults;
use crate::hunt::{HuntOptions, hunt};
use crate::prepared::{Measuring, Prepared};
use crate::registry::Registry;
use crate::repeat::DeterminismCheck;
use crate::scenario::Knob;
use crate::strategy::Strategy;

/// How large a world is that is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
struct World {
    nodes: u32,
    clients: u32,
    /// No client does more.
    operations: u32,
    /// How many seeds are run in it.
    seeds: u64,
}

/// The smallest worlds first.
const WORLDS: [World; 7] = [
    world(1, 1, 3),
    world(2, 1, 3),
    world(3, 1, 3),
    world(3, 2, 3),
    world(4, 1, 3),
    world(5, 1, 3),
    world(5, 2, 3),
];
/// Where those have next to none. A bug that shows with many nodes now and then, and seldom with three, is worth some patience: what more
/// nodes do cannot be left out of a run without them.
const LARGER: [World; 3] =
    [World { seeds: 10_000, ..world(3, 2, 8) }, world(4, 2, 8), world(5, 2, 8)];

/// A run that took more events than these to fail cannot well be made small by itself. Where chance alone finds none in the smaller worlds, a
/// portfolio of strategies looks in these, under whatever trouble the protocol survives, until one has some.
const LONG: u64 = 500;
const DEEPER: [World; 2] =
    [World { seeds: 20_000, ..world(3, 2, 8) }, World { seeds: 20_000, ..world(3, 4, 16) }];
const ENOUGH_OF_DEEPER: usize = 2;

const fn world(nodes: u32, clients: u32, operations: u32) -> World {
    World { nodes, clients, operations, seeds: 1_000 }
}

/// How many runs that fail are enough: of one world, of all the small ones, and of the larger ones. Of the same number, those of the smallest
/// world that has some become the shortest.
const ENOUGH_OF_ONE: usize = 4;
const ENOUGH: usize = 8;
const ENOUGH_OF_LARGER: usize = 2;

/// Runs that fail in the same way as this one in smaller worlds, the shortest first; of a run whose events a strategy orders, runs that none
/// does. None, where more than a seed decides about it: what somebody wrote by hand is to stay.
pub(super) fn elsewhere(
    registry: &Registry,
    case: &Case,
    budget: &Budget<'_>,
    progress: &mut dyn FnMut(ShrinkProgress<'_>),
) -> Vec<Case> {
    let Some(here) = Here::of(registry, case) else { return Vec::new() };
    let mut found = Vec::new();
    for (worlds, enough) in [(WORLDS.as_slice(), ENOUGH), (LARGER.as_slice(), ENOUGH_OF_LARGER)] {
        let mut worlds: Vec<World> = worlds.iter().filter_map(|world| here.fit(*world)).collect();
        worlds.dedup();
        for world in worlds {
            if found.len() >= enough {
                break;
            }
            let layer = "smaller worlds";
            progress(ShrinkProgress { runs: budget.runs, layer, faults: 0, steps: None });
            found.extend(here.look(registry, case, world, budget));
        }
    }
    if found.is_empty() && here.events > LONG {
        let layer = "smaller worlds";
        progress(ShrinkProgress { runs: budget.runs, layer, faults: 0, steps: None });
        let mut worlds = DEEPER.iter().filter_map(|world| here.fit(*world));
        let runs = worlds.find_map(|world| here.look_deeper(registry, case, world, budget));
        found.extend(runs.into_iter().flatten());
        if !found.is_empty() {
            // Those are rare, and not always the better ones.
            found.push((here.events, case.clone()));
        }
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
    /// How many events it has.
    events: u64,
}

impl<'r> Here<'r> {
    /// Nothing, where the run does not fail, or where anything but its seed makes it what it is.
    fn of(registry: &'r Registry, case: &Case) -> Option<Self> {
        let given = case.schedule.is_some() || case.operations.is_some();
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
        let events = oracle.first(&subject)?.events;
        Some(Self { oracle, faults, nodes: subject.nodes, clients: subject.clients, events })
    }

    /// The first runs of a smaller world that fail in the same way, and how many events they have.
    fn look(
        &self,
        registry: &Registry,
        case: &Case,
        world: World,
        budget: &Budget<'_>,
    ) -> Vec<(u64, Case)> {
        let prepared = self.prepare(registry, case, world, self.faults.clone());
        let Some(prepared) = prepared else { return Vec::new() };
        let first = case.seed.wrapping_add(1);
        let seeds = world.seeds.min(budget.options.max_runs);
        let (next, found) = (AtomicU64::new(0), Mutex::new(Vec::new()));
        let found = || found.lock().unwrap_or_else(PoisonError::into_inner);
        let work = || {
            let mut worker = prepared.worker(Measuring::Bounded);
            // Whoever has taken a seed runs it: of those before the last one that is found, none is left out.
            while !budget.stop.load(Ordering::Relaxed) && found().len() < ENOUGH_OF_ONE {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= seeds {
                    return;
                }
                let seed = first.wrapping_add(place);
                worker.run(seed);
                if self.oracle.fails_alike(&worker) {
                    let SeedResult { events, hash, .. } = worker.result();
                    found().push((place, events, Case::new(&prepared, seed, Some(hash))));
                }
            }
        };
        std::thread::scope(|scope| {
            (0..budget.options.jobs.max(1)).for_each(|_| drop(scope.spawn(work)));
        });
        let mut found = std::mem::take(&mut *found());
        found.sort_by_key(|(place, ..)| *place);
        found.truncate(ENOUGH_OF_ONE);
        found.into_iter().map(|(_, events, case)| (events, case)).collect()
    }

    /// Runs of a smaller world that strategies find which learn from what former runs have shown, and how many events they have. Nothing,
    /// where they find none.
    fn look_deeper(
        &self,
        registry: &Registry,
        case: &Case,
        world: World,
        budget: &Budget<'_>,
    ) -> Option<Vec<(u64, Case)>> {
        let faults = match &self.faults {
            Faults::Scenario => Faults::Swarm { without: Vec::new() },
            faults => faults.clone(),
        };
        let prepared = self.prepare(registry, case, world, faults)?;
        let prepared = prepared.with_strategy(Strategy::Portfolio).ok()?;
        let mut found = Vec::new();
        let (mut first_seed, mut left) =
            (case.seed.wrapping_add(1), world.seeds.min(budget.options.max_runs));
        while left > 0 && found.len() < ENOUGH_OF_DEEPER {
            let jobs = budget.options.jobs;
            let check = DeterminismCheck::Failing;
            let seeds = Some(left);
            let options = HuntOptions { first_seed, seeds, jobs, check, ..HuntOptions::default() };
            let hunted = hunt(&prepared, &options, budget.stop, &mut |_, _| ());
            let Some(failure) = hunted.account.failures.first() else { break };
            // Other ways to fail may be more frequent.
            if self.oracle.signature().find(&failure.judgements).is_some() {
                let made = hunted.prepared(&prepared, failure.seed);
                let other = Case::new(&made, failure.seed, Some(failure.hash.clone()));
                found.push((failure.end.step, other));
            }
            let seen = failure.seed.wrapping_sub(first_seed).saturating_add(1);
            left = left.saturating_sub(seen);
            first_seed = failure.seed.wrapping_add(1);
        }
        (!found.is_empty()).then_some(found)
    }

    /// That world, if it has no more nodes than this one, with no more clients.
    fn fit(&self, world: World) -> Option<World> {
        let clients = world.clients.min(self.clients);
        (world.nodes <= self.nodes).then_some(World { clients, ..world })
    }

    /// The same scenario in a smaller world.
    fn prepare(
        &self,
        registry: &Registry,
        case: &Case,
        world: World,
        faults: Faults,
    ) -> Option<Prepared> {
        let mut scenario = case.scenario.clone();
        scenario.cluster.nodes = Knob::Fixed(world.nodes);
        scenario.clients.count = Knob::Fixed(world.clients);
        let most = scenario.clients.operations.greatest().min(world.operations);
        scenario.clients.operations = Knob::Between { min: most.min(1), max: most };
        let prepared = Prepared::new(registry, scenario, case.mutant.as_deref()).ok()?;
        prepared.with_faults(faults, case.beyond_budget).ok()
    }
}
