//! A hunt: many seeds of one scenario, on several threads.
//!
//! Whatever the number of threads, results are taken in the order of their seeds, so that a hunt that stops at its first failure
//! stops at the same one, and a file of results has the same bytes. What later runs learn from, they learn in this order, too.

mod line;
mod supply;
mod ways;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use seatrial_checkers::{Figures, Offer};
use seatrial_history::{
    Account, FaultCount, FaultSeeds, HuntAccount, Outcome, SeedResult, Signature, Traffic, Twice,
};
use seatrial_node::Duration as VirtualDuration;
use seatrial_search::{Arm, Campaign, Recipe, Seen};
use seatrial_sim::{Counts, FaultKind};

use crate::prepared::{Measuring, Prepared, Recording, Worker, fault_count, traffic};
use crate::repeat::{DETERMINISM, DeterminismCheck};
use crate::states::Known;
use crate::strategy::{self, Strategy};
pub use line::Ran;
use supply::{Order, Supply};
use ways::{Made, Ways};

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
    /// How many failures are kept with a full account, beside the first and the smallest of each way to fail.
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
    /// The way in which it failed, and what was said of it.
    failed: Option<(Signature, String)>,
    /// How long it took.
    wall: Duration,
    /// It was run twice.
    twice: Option<Twice>,
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
    on_seed: &mut dyn FnMut(&Ran<'_>, &HuntAccount),
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
    totals.keep_smallest();
    totals.refresh();
    totals.account.interrupted = stop.load(Ordering::Relaxed);
    Hunt { account: totals.account, recipes: totals.recipes }
}

fn work(prepared: &Prepared, supply: &Supply<'_>, options: &HuntOptions, give: &SyncSender<Found>) {
    let mut worker = prepared.worker(Measuring::Bounded).with_states();
    while let Some(order) = supply.next() {
        let begun = Instant::now();
        worker.run_by(order.number, &order.recipe, None);
        let wall = begun.elapsed();
        let mut found = found(&mut worker, order, wall);
        found.twice = options.check.wants(&found.result, options.first_seed);
        if found.twice.is_some() && !prepared.repeats(&found.result, &found.order.recipe) {
            found.is_another_run();
        }
        if give.send(found).is_err() {
            return;
        }
    }
}

fn found(worker: &mut Worker<'_>, order: Order, wall: Duration) -> Found {
    let (reached, figures, states) = (worker.reached(), worker.take_figures(), worker.states());
    let failed = Signature::first(worker.judgements()).and_then(|signature| {
        let violation = signature.find(worker.judgements())?;
        Some((signature.clone(), violation.explanation.clone()))
    });
    Found {
        order,
        result: worker.result(),
        counts: worker.counts().clone(),
        reached,
        figures,
        states,
        outside: worker.is_outside(),
        failed,
        wall,
        twice: None,
        differs: false,
        only_differs: false,
    }
}

impl Found {
    /// The same seed has given another run, which nothing excuses.
    fn is_another_run(&mut self) {
        self.differs = true;
        self.only_differs = self.result.outcome != Outcome::Violated;
        if self.only_differs {
            let signature = Signature { property: DETERMINISM.to_owned(), kind: String::new() };
            self.failed = Some((signature, "the same seed gave another run".to_owned()));
        }
        self.result.outcome = Outcome::Violated;
        self.result.properties.insert(0, DETERMINISM.to_owned());
    }
}

/// Takes results in the order of seeds.
fn collect(
    take: &Receiver<Found>,
    supply: &Supply<'_>,
    options: &HuntOptions,
    totals: &mut Totals<'_>,
    on_seed: &mut dyn FnMut(&Ran<'_>, &HuntAccount),
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
            totals.add(&mut found, fresh);
            if totals.account.seeds.is_multiple_of(REFRESH) {
                totals.refresh();
            }
            on_seed(&Ran::new(&found, totals.states.told()), &totals.account);
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
    ways: Ways,
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
            ways: Ways::default(),
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
    fn add(&mut self, found: &mut Found, fresh: u64) {
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
        account.repeated += u64::from(found.twice.is_some());
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
        self.keep(found);
    }

    /// Keeps the account of a run that does not hold, where it is one of the first, or the first of its way to fail.
    fn keep(&mut self, found: &mut Found) {
        let account = &mut self.account;
        let (kept, is_new) = match found.result.outcome {
            Outcome::Holds => return,
            Outcome::Unknown => (&mut account.unknown_runs, false),
            Outcome::Violated => (&mut account.failures, self.ways.add(found)),
            Outcome::Excused => (&mut account.excused_runs, false),
        };
        if kept.len() >= self.max_failures && !is_new {
            return;
        }
        let made = Made::of(found);
        let told = again(self.prepared, &made);
        if found.result.outcome != Outcome::Violated && told.outcome() == Outcome::Violated {
            match found.result.outcome {
                Outcome::Excused => account.excused -= 1,
                _ => account.unknown -= 1,
            }
            found.is_another_run();
            account.violated += 1;
            account.unrepeated += 1;
            account.failures.push(told);
        } else {
            kept.push(told);
        }
        self.remember(&made);
    }

    /// Keeps the accounts of the smallest run of each way to fail.
    fn keep_smallest(&mut self) {
        for made in std::mem::take(&mut self.ways).smallest() {
            let failures = &mut self.account.failures;
            if failures.iter().all(|account| account.seed != made.result.seed) {
                failures.push(again(self.prepared, &made));
                self.remember(&made);
            }
        }
        self.account.failures.sort_by_key(|account| account.seed);
    }

    /// Remembers how a run was made, where its seed alone does not say so.
    fn remember(&mut self, made: &Made) {
        if made.recipe != self.prepared.recipe(made.result.seed) {
            self.recipes.insert(made.result.seed, made.recipe.clone());
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
fn again(prepared: &Prepared, made: &Made) -> Account {
    let prepared = prepared.clone().made_by(made.recipe.clone());
    let Recording { mut account, .. } = prepared.record(made.result.seed);
    account.found_by.clone_from(&made.result.strategy);
    if made.differs || account.hash != made.result.hash {
        prepared.tell_apart(&made.result.hash, &mut account);
    }
    account
}
