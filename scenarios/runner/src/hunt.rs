//! A hunt: many seeds of one scenario, on several threads.
//!
//! Whatever the number of threads, results are taken in the order of their seeds, so that a hunt that stops at its first failure
//! stops at the same one, and a file of results has the same bytes. What later runs learn from, they learn in this order, too.

mod supply;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use seatrial_checkers::{Figures, Offer};
use seatrial_history::{
    Account, FaultCount, FaultSeeds, HuntAccount, Outcome, SeedResult, Traffic,
};
use seatrial_node::Duration as VirtualDuration;
use seatrial_search::{Arm, Campaign, Recipe, Seen};
use seatrial_sim::{Counts, FaultKind};

use crate::prepared::{Measuring, Prepared, Recording, Worker, fault_count, traffic};
use crate::repeat::{DETERMINISM, DeterminismCheck};
use crate::states::Known;
use crate::strategy::{self, Strategy};
use supply::{Order, Supply};

/// How a hunt goes on and when it ends.
#[derive(Clone, Debug)]
pub struct HuntOptions {
    /// The seed to begin with.
    pub first_seed: u64,
    /// How many seeds; without end, if not said.
    pub seeds: Option<u64>,
    /// After which time no more seeds are begun.
    pub time_limit: Option<Duration>,
    /// How many threads; at least one.
    pub jobs: usize,
    /// Whether to end at the first failure.
    pub stop_at_first: bool,
    /// How many failures are kept with a full account.
    pub max_failures: usize,
    /// Which runs are made twice, to see that a seed gives one run.
    pub check: DeterminismCheck,
}

impl Default for HuntOptions {
    /// A thousand seeds from 0, on one thread, up to the first failure.
    fn default() -> Self {
        Self {
            first_seed: 0,
            seeds: Some(1_000),
            time_limit: None,
            jobs: 1,
            stop_at_first: true,
            max_failures: 10,
            check: DeterminismCheck::default(),
        }
    }
}

/// A hunt, told, and what it takes to make its runs again.
#[derive(Clone, Debug)]
pub struct Hunt {
    /// The hunt, told.
    pub account: HuntAccount,
    /// How the runs were made whose accounts are kept, where their seeds alone do not say so.
    recipes: BTreeMap<u64, Recipe>,
}

impl Hunt {
    /// Whether the run of this seed was made as it was because of what the hunt had seen before.
    pub(crate) fn is_chosen_by_others(&self, seed: u64) -> bool {
        self.recipes.contains_key(&seed)
    }

    /// The scenario as the run of this seed was made, which the hunt has kept an account of.
    pub fn prepared(&self, prepared: &Prepared, seed: u64) -> Prepared {
        let prepared = prepared.clone();
        match self.recipes.get(&seed) {
            Some(recipe) => prepared.made_by(recipe.clone()),
            None => prepared,
        }
    }
}

/// One seed's part of the whole.
struct Found {
    order: Order,
    result: SeedResult,
    counts: Counts,
    reached: Vec<(String, u64)>,
    figures: Vec<Offer>,
    states: Vec<Seen>,
    /// It had more trouble than is survived.
    outside: bool,
    /// It was run twice.
    repeated: bool,
    /// The same seed gave another run.
    differs: bool,
    /// And nothing else is wrong with it that is not excused.
    only_differs: bool,
}

/// Runs seeds until they are used up, the time is up, a failure is found, or somebody sets `stop`. `on_seed` is called on this thread,
/// in the order of seeds, with the totals so far.
pub fn hunt(
    prepared: &Prepared,
    options: &HuntOptions,
    stop: &AtomicBool,
    on_seed: &mut dyn FnMut(&SeedResult, &HuntAccount),
) -> Hunt {
    let campaign = Campaign::new(prepared.strategy().arms(prepared), options.first_seed);
    let supply = Supply::new(campaign, options, stop);
    let mut totals = Totals::new(prepared, options, supply.arms());
    std::thread::scope(|scope| {
        let (give, take) = sync_channel(1024);
        for _ in 0..options.jobs.max(1) {
            let (give, supply) = (give.clone(), &supply);
            scope.spawn(move || work(prepared, supply, options, &give));
        }
        drop(give);
        collect(&take, &supply, options, &mut totals, on_seed);
    });
    totals.refresh();
    totals.account.interrupted = stop.load(Ordering::Relaxed);
    Hunt { account: totals.account, recipes: totals.recipes }
}

fn work(prepared: &Prepared, supply: &Supply<'_>, options: &HuntOptions, give: &SyncSender<Found>) {
    let mut worker = prepared.worker(Measuring::Bounded).with_states();
    while let Some(order) = supply.next() {
        worker.run_by(order.number, &order.recipe, None);
        let mut found = found(&mut worker, order);
        found.repeated = options.check.wants(&found.result, options.first_seed);
        if found.repeated && !prepared.repeats(&found.result, &found.order.recipe) {
            found.differs = true;
            found.only_differs = found.result.outcome != Outcome::Violated;
            found.result.outcome = Outcome::Violated;
            found.result.properties.insert(0, DETERMINISM.to_owned());
        }
        if give.send(found).is_err() {
            return;
        }
    }
}

fn found(worker: &mut Worker<'_>, order: Order) -> Found {
    let (reached, figures, states) = (worker.reached(), worker.take_figures(), worker.states());
    let (result, counts) = (worker.result(), worker.counts().clone());
    let (outside, repeated, differs, only_differs) = (worker.is_outside(), false, false, false);
    Found {
        order,
        result,
        counts,
        reached,
        figures,
        states,
        outside,
        repeated,
        differs,
        only_differs,
    }
}

/// Takes results in the order of seeds.
fn collect(
    take: &Receiver<Found>,
    supply: &Supply<'_>,
    options: &HuntOptions,
    totals: &mut Totals<'_>,
    on_seed: &mut dyn FnMut(&SeedResult, &HuntAccount),
) {
    let mut early = BTreeMap::new();
    let mut expected = options.first_seed;
    for found in take {
        early.insert(found.result.seed, found);
        while let Some(mut found) = early.remove(&expected) {
            expected += 1;
            let failed = found.result.outcome == Outcome::Violated;
            if supply.arms().len() > 1 {
                let arm = supply.arms()[found.order.arm];
                found.result.strategy = Some(strategy::of_arm(arm).to_string());
            }
            let fresh = supply.told(&found.order, &found.states, found.result.events);
            totals.add(&found, fresh);
            if totals.account.seeds.is_multiple_of(REFRESH) {
                totals.refresh();
            }
            on_seed(&found.result, &totals.account);
            if failed && options.stop_at_first {
                supply.close();
                return;
            }
        }
    }
}

/// The sums of a hunt.
struct Totals<'p> {
    prepared: &'p Prepared,
    max_failures: usize,
    counts: Counts,
    /// In how many seeds each kind of fault was on, bit, and had an effect.
    seeds: Vec<(FaultKind, FaultSeeds)>,
    /// The kinds that the scenario asks for, whatever the seeds draw.
    wanted: Vec<FaultKind>,
    reached: BTreeMap<String, u64>,
    figures: Figures,
    states: Known,
    account: HuntAccount,
    recipes: BTreeMap<u64, Recipe>,
}

impl<'p> Totals<'p> {
    fn new(prepared: &'p Prepared, options: &HuntOptions, arms: &[Arm]) -> Self {
        let (actors, events) = (prepared.actors(), prepared.usual_events());
        let plain = prepared.strategy() == Strategy::Random;
        let arms = arms.iter().filter(|_| !plain);
        let account = HuntAccount {
            scenario: prepared.scenario().name.clone(),
            protocol: prepared.scenario().protocol.clone(),
            mutant: prepared.mutant().map(|mutant| mutant.name.to_owned()),
            strategies: arms.map(|arm| strategy::info(*arm, actors, events)).collect(),
            first_seed: options.first_seed,
            seeds: 0,
            asked: options.seeds,
            violated: 0,
            outside: 0,
            excused: 0,
            repeated: 0,
            unrepeated: 0,
            unknown: 0,
            events: 0,
            virtual_time: VirtualDuration::ZERO,
            faults: Vec::new(),
            traffic: Traffic::default(),
            reached: Vec::new(),
            states: None,
            figures: Vec::new(),
            failures: Vec::new(),
            unknown_runs: Vec::new(),
            excused_runs: Vec::new(),
            interrupted: false,
        };
        let expected = prepared.expected_marks().into_iter().map(|mark| (mark, 0));
        Self {
            prepared,
            max_failures: options.max_failures,
            counts: Counts::default(),
            seeds: FaultKind::ALL.map(|kind| (kind, FaultSeeds::default())).into(),
            wanted: prepared.wanted_kinds(),
            reached: expected.collect(),
            figures: Figures::default(),
            states: Known::default(),
            account,
            recipes: BTreeMap::new(),
        }
    }

    /// Brings the tables up to date.
    fn refresh(&mut self) {
        let account = &mut self.account;
        let there =
            |(kind, seeds): &&(FaultKind, FaultSeeds)| seeds.on > 0 || self.wanted.contains(kind);
        let tell = |(kind, seeds): &(FaultKind, FaultSeeds)| FaultCount {
            seeds: Some(*seeds),
            ..fault_count(*kind, &self.counts)
        };
        account.faults = self.seeds.iter().filter(there).map(tell).collect();
        account.traffic = traffic(&self.counts);
        account.reached = self.reached.iter().map(|(mark, runs)| (mark.clone(), *runs)).collect();
        account.figures = self.figures.figures();
        account.states = Some(self.states.curve());
    }

    /// Takes a run, which was the first in so many states.
    fn add(&mut self, found: &Found, fresh: u64) {
        self.add_faults(&found.counts);
        for (mark, _) in &found.reached {
            match self.reached.get_mut(mark) {
                Some(runs) => *runs += 1,
                None => drop(self.reached.insert(mark.clone(), 1)),
            }
        }
        found.figures.iter().for_each(|offer| self.figures.add(offer));
        self.states.add(&found.states);
        let account = &mut self.account;
        if let Some(strategy) = account.strategies.get_mut(found.order.arm) {
            strategy.runs += 1;
            strategy.states += fresh;
            strategy.violated += u64::from(found.result.outcome == Outcome::Violated);
        }
        account.seeds += 1;
        account.outside += u64::from(found.outside);
        account.repeated += u64::from(found.repeated);
        account.events += found.result.events;
        account.virtual_time = account.virtual_time + found.result.virtual_time;
        match found.result.outcome {
            Outcome::Holds => {}
            Outcome::Unknown => account.unknown += 1,
            Outcome::Violated => {
                account.violated += 1;
                account.unrepeated += u64::from(found.only_differs);
            }
            Outcome::Excused => account.excused += 1,
        }
        let kept = match found.result.outcome {
            Outcome::Holds => return,
            Outcome::Unknown => &mut account.unknown_runs,
            Outcome::Violated => &mut account.failures,
            Outcome::Excused => &mut account.excused_runs,
        };
        if kept.len() >= self.max_failures {
            return;
        }
        let told = again(self.prepared, found);
        if found.order.recipe != self.prepared.recipe(found.result.seed) {
            self.recipes.insert(found.result.seed, found.order.recipe.clone());
        }
        if found.result.outcome != Outcome::Violated && told.outcome() == Outcome::Violated {
            // It does not repeat itself, which nothing excuses.
            match found.result.outcome {
                Outcome::Excused => account.excused -= 1,
                _ => account.unknown -= 1,
            }
            account.violated += 1;
            account.unrepeated += 1;
            account.failures.push(told);
        } else {
            kept.push(told);
        }
    }

    fn add_faults(&mut self, counts: &Counts) {
        self.counts.add(counts);
        for (kind, seeds) in &mut self.seeds {
            let count = counts.of(*kind);
            seeds.on += u64::from(count.asked > 0);
            seeds.bit += u64::from(count.bit > 0);
            seeds.effect += u64::from(count.effect > 0);
        }
    }
}

/// After how many seeds the tables that a live view shows are brought up to date: making them costs more than a short run.
const REFRESH: u64 = 64;

/// Makes a failing run once more, with the recorder on. Where what made it has given two runs, that is told too.
fn again(prepared: &Prepared, found: &Found) -> Account {
    let prepared = prepared.clone().made_by(found.order.recipe.clone());
    let Recording { mut account, .. } = prepared.record(found.result.seed);
    account.found_by.clone_from(&found.result.strategy);
    if found.differs || account.hash != found.result.hash {
        prepared.tell_apart(&found.result.hash, &mut account);
    }
    account
}
