//! A scenario that has found its protocol, and runs of it.

mod bent;
mod bite;
mod fits;
mod plan_fits;
mod worker;

use std::fmt;
use std::sync::Arc;

use seatrial_history::{Account, Explanation, History, Linearization, TraceLine};
use seatrial_search::Recipe;
use seatrial_sim::{Afterwards, FaultKind, FaultPlan, Missed, Order, Setup, Stuck, Tape};

pub(crate) use self::bent::{Bent, Course};
pub(crate) use self::plan_fits::PlanSlip;
pub(crate) use self::worker::{Measuring, Worker, fault_count, traffic};
use crate::bounds::{self, Bound};
use crate::budget::FaultBudget;
use crate::draw::{Drawn, Menu, Trouble, draw};
use crate::faults::{self, Faults};
use crate::judges::Judges;
use crate::marks;
use crate::plan_file::PlanFile;
use crate::record::Recorder;
use crate::registry::{MutantInfo, Protocol, Registry};
use crate::scenario::{Scenario, ScenarioError};
use crate::stage::Ending;
use crate::strategy::{self, Strategy};
use crate::workload::Operations;

/// A scenario ready to run, any number of times and on any number of threads.
#[derive(Clone)]
pub struct Prepared {
    scenario: Scenario,
    protocol: Arc<Protocol>,
    mutant: Option<MutantInfo>,
    bounds: Vec<Bound>,
    faults: Faults,
    /// Those are drawn beyond the budget, too.
    beyond: bool,
    trouble: Trouble,
    strategy: Strategy,
    /// About how many events a run has, where a strategy has to know.
    events: u64,
    /// What is survived, the scenario's assumptions included.
    budget: FaultBudget,
    bent: Bent,
}

/// One run with all that happened in it.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The run, told.
    pub account: Account,
    /// All that happened, in order.
    pub trace: Vec<TraceLine>,
    /// What clients asked and were told.
    pub history: History,
    /// Why that fits no order, where it does not.
    pub explanation: Option<Explanation>,
    /// Orders that do explain it, one for each object that has one and for which the budget sufficed.
    pub linearizations: Vec<Linearization>,
}

/// Of how many seeds the world is looked at before any is run.
const SAMPLED: u64 = 32;

impl Prepared {
    /// Finds the scenario's protocol, workload, mutant and judges, and checks its settings.
    ///
    /// # Errors
    /// Where one of them does not exist or makes no sense.
    pub fn new(
        registry: &Registry,
        scenario: Scenario,
        mutant: Option<&str>,
    ) -> Result<Self, ScenarioError> {
        let prepared = Self::whatever_is_drawn(registry, scenario, mutant)?;
        // What is wrong with a world may lie in what is drawn.
        match (0..SAMPLED).find_map(|seed| prepared.setup(seed).check().err()) {
            None => Ok(prepared),
            Some(error) => {
                let what = format!("no world can be made of what is drawn here: {error}");
                Err(prepared.scenario.wrong("faults", "", what))
            }
        }
    }

    /// The same without a look at worlds that are drawn: for a run whose trouble is given, and looked at by itself.
    ///
    /// # Errors
    /// As [`Prepared::new`].
    pub(crate) fn whatever_is_drawn(
        registry: &Registry,
        scenario: Scenario,
        mutant: Option<&str>,
    ) -> Result<Self, ScenarioError> {
        let wrong = |table, key| move |what| (table, key, what);
        let find = || {
            let protocol = registry.find(&scenario.protocol).map_err(wrong("", "protocol"))?;
            let workload = &scenario.workload.name;
            let workload = protocol.workload_info(workload).map_err(wrong("workload", "name"))?;
            fits::mix(&scenario, workload).map_err(wrong("workload", "mix"))?;
            fits::clients(&scenario, workload).map_err(wrong("clients", "count"))?;
            fits::settings(&scenario, &protocol)?;
            fits::targets(&scenario, &protocol)?;
            fits::written(&scenario, &protocol)?;
            fits::wire(&scenario, &protocol)?;
            let judges = Judges::new(&scenario.judge, &protocol);
            let judges = judges.map_err(|(key, what)| ("judge", key, what))?;
            fits::model(&scenario, workload).map_err(wrong("judge", "model"))?;
            marks::check(&scenario, &protocol).map_err(wrong("judge", "reached"))?;
            let bounds = bounds::all(&scenario, &protocol, judges)?;
            Ok((protocol, bounds))
        };
        let found: Result<_, (&str, &str, String)> = find();
        let (protocol, bounds) =
            found.map_err(|(table, key, what)| scenario.wrong(table, key, what))?;
        // No line of the scenario names it.
        let mutant = mutant.map(|name| protocol.mutant(name)).transpose();
        let mutant = mutant.map_err(|what| ScenarioError::new(&scenario.name, what))?;
        let budget = protocol.budget_in(&scenario.cluster);
        let budget = if scenario.judge.synchronous { budget.synchronous() } else { budget };
        let (faults, trouble, bent) = (Faults::Scenario, Trouble::Scenario, Bent::default());
        Ok(Self {
            scenario,
            protocol,
            mutant,
            bounds,
            faults,
            beyond: false,
            trouble,
            strategy: Strategy::Random,
            events: 0,
            budget,
            bent,
        })
    }

    /// The same scenario with trouble from elsewhere, drawn within what the protocol promises to survive or, where asked for, beyond.
    ///
    /// # Errors
    /// Where only kinds are asked for that the protocol does not survive.
    pub fn with_faults(mut self, faults: Faults, beyond: bool) -> Result<Self, String> {
        self.trouble = match &faults {
            Faults::Scenario => Trouble::Scenario,
            _ => {
                let (protocol, budget) = (&self.protocol, self.budget.clone());
                let menu = Menu::new(&self.scenario, &faults, protocol, budget, beyond)?;
                Trouble::Menu(Box::new(menu))
            }
        };
        self.faults = faults;
        self.beyond = beyond;
        Ok(self)
    }

    /// The same scenario, whose runs are chosen so. To see how long runs are, a few are made.
    ///
    /// # Errors
    /// Where the scenario promises that everything is in time, and this would break it.
    pub fn with_strategy(mut self, strategy: Strategy) -> Result<Self, String> {
        self.events = strategy.measure(&self)?;
        self.strategy = strategy;
        Ok(self)
    }

    /// The same scenario, of which every run is made by this recipe.
    pub(crate) fn made_by(mut self, recipe: Recipe) -> Self {
        self.bent.recipe = Some(recipe);
        self
    }

    /// How the run of this seed is made.
    pub(crate) fn recipe(&self, seed: u64) -> Recipe {
        let plain = || Recipe::plain(seed, self.strategy.order());
        self.bent.recipe.clone().unwrap_or_else(plain)
    }

    /// How its runs are chosen.
    pub const fn strategy(&self) -> Strategy {
        self.strategy
    }

    /// About how many events a run has.
    pub(crate) const fn usual_events(&self) -> u64 {
        self.events
    }

    /// How many nodes and clients there are at most.
    pub(crate) fn actors(&self) -> u64 {
        let (nodes, clients) = (&self.scenario.cluster.nodes, &self.scenario.clients.count);
        u64::from(nodes.greatest()) + u64::from(clients.greatest())
    }

    /// The same scenario with the trouble of this file in every run, in a world as large as the file says.
    ///
    /// # Errors
    /// Where the plan does not fit the scenario, or contradicts itself.
    pub fn with_plan(mut self, file: &PlanFile) -> Result<Self, ScenarioError> {
        let cluster = &mut self.scenario.cluster.nodes;
        file.pin("nodes", file.nodes, cluster)?;
        file.pin("clients", file.clients, &mut self.scenario.clients.count)?;
        file.check(&self.scenario, &self.protocol)?;
        self.bent.plan = Some(file.plan.clone());
        self.check_plan(0).map_err(|slip| file.wrong(slip))?;
        Ok(self)
    }

    /// Where the trouble comes from.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The kinds that every hunt is to see bite: those that the scenario asks for, or those that were named in its place. Of a swarm and a
    /// plan that was read, only what they bring can be told.
    pub(crate) fn wanted_kinds(&self) -> Vec<FaultKind> {
        match &self.faults {
            _ if self.bent.plan.is_some() => Vec::new(),
            Faults::Scenario => faults::asked_for(&self.scenario.faults),
            Faults::These(kinds) => kinds.clone(),
            Faults::Nothing | Faults::Swarm { .. } => Vec::new(),
        }
    }

    /// Whether that was asked to go beyond what the protocol promises to survive.
    pub(crate) const fn is_beyond_budget(&self) -> bool {
        self.beyond
    }

    /// What in this plan is more than the protocol promises to survive: which fault, when, and what it is too much of. A protocol that
    /// declares no budget is excused of nothing that its scenario asks for.
    pub(crate) fn excuses(&self, setup: &Setup) -> Vec<String> {
        if self.protocol.budget.is_none() && self.faults == Faults::Scenario {
            return Vec::new();
        }
        let excesses = self.budget.excesses(&setup.plan, &setup.members);
        excesses.iter().map(ToString::to_string).collect()
    }

    /// The same scenario with this plan in every run.
    ///
    /// # Errors
    /// Where the plan does not fit.
    pub(crate) fn planned(mut self, plan: FaultPlan) -> Result<Self, String> {
        self.bent.plan = Some(plan);
        self.check_plan(0).map_err(|slip| slip.what)?;
        Ok(self)
    }

    /// The same scenario, whose clients ask this, where somebody says so.
    pub(crate) fn asked(mut self, operations: Option<Operations>) -> Self {
        self.bent.operations = operations;
        self
    }

    /// The same scenario, bent by a case file.
    pub(crate) fn bent(mut self, bent: Bent) -> Self {
        self.bent = bent;
        self
    }

    /// The same runs, decided so.
    pub(crate) fn on_course(mut self, course: Course) -> Self {
        self.bent.course = course;
        self
    }

    /// Whether what it promises bears messages and timers that are late, as a strategy, or a schedule, makes them.
    pub(crate) fn bears_delays(&self) -> bool {
        let late = [FaultKind::SlowLink, FaultKind::Pause];
        !self.scenario.judge.synchronous && late.iter().all(|kind| self.survives(*kind))
    }

    /// Whether a node that has crashed takes part again once it has restarted.
    pub(crate) const fn recovers(&self) -> bool {
        self.budget.recovers
    }

    /// Whether the protocol promises to survive this kind of fault.
    pub(crate) fn survives(&self, kind: FaultKind) -> bool {
        self.budget.survives(kind)
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The protocol.
    pub(crate) fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// Where its trouble is drawn from.
    pub(crate) const fn trouble(&self) -> &Trouble {
        &self.trouble
    }

    /// The planted bug, if there is one.
    pub fn mutant(&self) -> Option<MutantInfo> {
        self.mutant
    }

    /// The marks that a hunt should reach: those that the scenario names, or else those that the protocol expects.
    pub fn expected_marks(&self) -> Vec<String> {
        marks::expected(&self.scenario, &self.protocol)
    }

    /// The plan that this seed draws.
    pub fn plan(&self, seed: u64) -> FaultPlan {
        self.setup(seed).plan
    }

    /// The world that this seed draws, its plan included.
    pub(crate) fn setup(&self, seed: u64) -> Setup {
        self.drawn(seed).setup
    }

    /// What a case file changes of the runs.
    pub(crate) const fn bends(&self) -> &Bent {
        &self.bent
    }

    /// The same runs, broken off after so many events.
    pub(crate) fn broken_off(mut self, until: u64) -> Self {
        self.bent.until = Some(until);
        self
    }

    /// The same runs, judged as if they had no end, and nothing were to happen some day.
    pub(crate) fn without_end(mut self) -> Self {
        self.bent.endless = true;
        self
    }

    /// Performs the schedule, where there is one, and says where it cannot go on.
    pub(crate) fn check_schedule(&self, seed: u64) -> Option<Stuck> {
        let Course::Schedule(_) = self.bent.course else {
            return None;
        };
        let mut worker = self.worker(Measuring::Bounded);
        worker.run(seed);
        worker.stuck().cloned()
    }

    /// Makes the run, where something is done to it by hand, and says what could not be done.
    pub(crate) fn check_touches(&self, seed: u64) -> Option<Missed> {
        if self.bent.touches.is_empty() {
            return None;
        }
        let mut worker = self.worker(Measuring::Bounded);
        worker.run(seed);
        worker.missed().cloned()
    }

    /// Makes one run and tells of it, with all figures.
    pub fn run(&self, seed: u64) -> Account {
        let mut worker = self.worker(Measuring::All);
        worker.run(seed);
        worker.account()
    }

    /// Makes one run and keeps all that happens.
    pub fn record(&self, seed: u64) -> Recording {
        self.record_by(seed, &mut Recorder::default())
    }

    /// The same, by a recorder of one's own, whose trace and history are taken.
    pub(crate) fn record_by(&self, seed: u64, recorder: &mut Recorder) -> Recording {
        let mut worker = self.worker(Measuring::All);
        worker.run_with(seed, Some(recorder));
        let (trace, history) =
            (std::mem::take(&mut recorder.trace), std::mem::take(&mut recorder.history));
        let explanation = worker.explanation().cloned();
        let linearizations = worker.linearizations();
        Recording { account: worker.account(), trace, history, explanation, linearizations }
    }

    /// Makes runs, one after the other, with memory that is used again.
    pub(crate) fn worker(&self, measuring: Measuring) -> Worker<'_> {
        Worker::new(self, measuring)
    }

    /// The world that this seed draws, without its trouble.
    fn calm(&self, seed: u64) -> Setup {
        let mut tape = Tape::seeded(self.recipe(seed).seed);
        self.bent.bend(&mut tape);
        draw(&self.scenario, None, &mut tape).setup
    }

    /// All that this seed draws before anything happens.
    pub(crate) fn drawn(&self, seed: u64) -> Drawn {
        let recipe = self.recipe(seed);
        let mut tape = Tape::seeded(recipe.seed);
        self.bent.bend(&mut tape);
        self.draw_by(&recipe, &mut tape)
    }

    /// The same by a recipe, from its tape, which goes on where this leaves it.
    pub(crate) fn draw_by(&self, recipe: &Recipe, tape: &mut Tape) -> Drawn {
        // A schedule has its own plan, and leaves nothing of the trouble to chance.
        let is_given = self.bent.plan.is_some() && self.bent.course.is_led();
        let trouble = (!is_given).then_some(&self.trouble);
        let mut drawn = draw(&self.scenario, trouble, tape);
        match &self.bent.plan {
            Some(plan) => drawn.bend(plan),
            None => drawn.strike(&self.scenario, &self.trouble, &recipe.storms),
        }
        if self.bent.course.is_led() {
            drawn.setup.order = Order::Chosen;
        }
        drawn.clients.script.clone_from(&self.bent.operations);
        if !self.bent.course.is_led() {
            let steered =
                || Some(strategy::steering(recipe.order?, self.events, &drawn.setup, tape));
            let steering = self.bent.steering.or_else(steered);
            drawn.steer(steering);
            drawn.turn(&recipe.turns);
        }
        drawn.setup.touches.clone_from(&self.bent.touches);
        if let Some(until) = self.bent.until {
            drawn.setup.event_limit = drawn.setup.event_limit.min(until);
        }
        drawn.course = self.bent.course.clone();
        drawn
    }

    /// How long a run may go on once the trouble is over.
    fn limit(&self, drawn: &Drawn) -> Ending {
        let judge = &self.scenario.judge;
        let last = drawn.clients.give_up;
        let (loses, restarts) = (self.survives(FaultKind::Loss), self.recovers());
        let afterwards = Afterwards { loses, restarts };
        let clients = judge.progress_within + last * 2;
        Ending { clients, last, settle: judge.settle, afterwards }
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("scenario", &self.scenario.name).finish_non_exhaustive()
    }
}
