//! A scenario that has found its protocol, and runs of it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use seatrial_checkers::Offer;
use seatrial_checkers::delivery::MESSAGES;
use seatrial_checkers::linearizability::Model;
use seatrial_history::{
    Account, FaultCount, History, Judgement, Outcome, SeedResult, TraceLine, Traffic, Verdict,
    Violation,
};
use seatrial_node::NodeId;
use seatrial_sim::{Counts, FaultKind, FaultPlan, Incident, Override, Tape, Target};

use crate::bounds::{self, Bound};
use crate::draw::{Drawn, describe_plan, draw};
use crate::hush;
use crate::judges::Judges;
use crate::record::Recorder;
use crate::registry::{MutantInfo, Protocol, Registry, Settings, WorkloadInfo};
use crate::scenario::{
    Choice, JudgeSpec, Recurring, Scenario, ScenarioError, Setting, target, unknown,
};
use crate::stage::{Ear, Limit, RunEnd, Stage};
use crate::tally::Tally;
use crate::workload::NONE;

/// A scenario ready to run, any number of times and on any number of threads.
#[derive(Clone)]
pub struct Prepared {
    scenario: Scenario,
    protocol: Arc<Protocol>,
    mutant: Option<MutantInfo>,
    bounds: Vec<Bound>,
    bent: Bent,
}

/// What a case file changes of a run beyond its seed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bent {
    pub(crate) plan: Option<FaultPlan>,
    pub(crate) choices: Vec<Override>,
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
}

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
        let wrong = |table, key| move |what| (table, key, what);
        let find = || {
            let protocol = registry.find(&scenario.protocol).map_err(wrong("", "protocol"))?;
            let workload = &scenario.workload.name;
            let workload = protocol.workload_info(workload).map_err(wrong("workload", "name"))?;
            check_mix(&scenario, workload).map_err(wrong("workload", "mix"))?;
            check_clients(&scenario, workload).map_err(wrong("clients", "count"))?;
            check_settings(&scenario, &protocol)?;
            check_targets(&scenario, &protocol)?;
            let judges = Judges::new(&scenario.judge, &protocol);
            let judges = judges.map_err(|(key, what)| ("judge", key, what))?;
            check_model(&scenario, workload).map_err(wrong("judge", "model"))?;
            let bounds = bounds::all(&scenario, &protocol, judges)?;
            Ok((protocol, bounds))
        };
        let found: Result<_, (&str, &str, String)> = find();
        let (protocol, bounds) =
            found.map_err(|(table, key, what)| scenario.wrong(table, key, what))?;
        // No line of the scenario names it.
        let mutant = mutant.map(|name| protocol.mutant(name)).transpose();
        let mutant = mutant.map_err(|what| ScenarioError::new(&scenario.name, what))?;
        let prepared = Self { scenario, protocol, mutant, bounds, bent: Bent::default() };
        Ok(prepared)
    }

    /// The same scenario, bent by a case file.
    pub(crate) fn bent(mut self, bent: Bent) -> Self {
        self.bent = bent;
        self
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The planted bug, if there is one.
    pub fn mutant(&self) -> Option<MutantInfo> {
        self.mutant
    }

    /// The plan that this seed draws.
    pub fn plan(&self, seed: u64) -> FaultPlan {
        self.drawn(&mut self.tape(seed)).setup.plan
    }

    /// Whether the plan fits the world that this seed draws; a sentence that says why, if not.
    pub(crate) fn check_plan(&self, seed: u64) -> Result<(), String> {
        let drawn = self.drawn(&mut self.tape(seed));
        let plan = &drawn.setup.plan;
        let misses = || plan.faults.iter().find_map(|planned| self.misses(planned.fault.target()?));
        let problem = plan.problem(&drawn.setup.members, drawn.setup.clients).or_else(misses);
        problem.map_or(Ok(()), |problem| Err(format!("the plan makes no sense: {problem}")))
    }

    /// What is wrong with a fault that is aimed at a role, if no node ever shows it.
    fn misses(&self, target: &Target) -> Option<String> {
        match target {
            Target::Role(role) => self.protocol.role_problem(role),
            Target::Node(_) => None,
        }
    }

    /// Choices that differ from what a seed gives.
    pub(crate) fn choices(&self) -> &[Override] {
        &self.bent.choices
    }

    /// Makes one run and tells of it, with all figures.
    pub fn run(&self, seed: u64) -> Account {
        let mut worker = self.worker(Measuring::All);
        worker.run(seed);
        worker.account()
    }

    /// Makes one run and keeps all that happens.
    pub fn record(&self, seed: u64) -> Recording {
        let mut worker = self.worker(Measuring::All);
        let mut recorder = Recorder::default();
        worker.run_with(seed, Some(&mut recorder));
        let account = worker.account();
        Recording { account, trace: recorder.trace, history: recorder.history }
    }

    /// Makes runs, one after the other, with memory that is used again.
    pub(crate) fn worker(&self, measuring: Measuring) -> Worker<'_> {
        let judges = Judges::new(&self.scenario.judge, &self.protocol)
            .unwrap_or_else(|(_, what)| unreachable!("judges were found before: {what}"));
        let bounded =
            self.bounds.iter().any(|bound| judges.measures().all(|m| *m != bound.measure));
        let counting =
            bounded || measuring == Measuring::All && self.protocol.has_theory(&MESSAGES);
        let stage = self.protocol.stage(&self.scenario.workload.name, self.mutant);
        Worker {
            prepared: self,
            stage: stage.expect("the workload was found when the scenario was prepared"),
            judges: if counting { judges.with_cost() } else { judges },
            tally: Tally::default(),
            tape: Some(Tape::seeded(0)),
            last: None,
        }
    }

    fn tape(&self, seed: u64) -> Tape {
        let mut tape = Tape::seeded(seed);
        tape.set_overrides(self.bent.choices.clone());
        tape
    }

    fn drawn(&self, tape: &mut Tape) -> Drawn {
        let mut drawn = draw(&self.scenario, tape);
        if let Some(plan) = &self.bent.plan {
            drawn.setup.plan.clone_from(plan);
        }
        drawn
    }

    /// How long a run may go on once the trouble is over.
    fn limit(&self, drawn: &Drawn) -> Limit {
        let judge = &self.scenario.judge;
        Limit { clients: judge.progress_within + drawn.clients.give_up * 2, settle: judge.settle }
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("scenario", &self.scenario.name).finish_non_exhaustive()
    }
}

/// Every value that may be drawn for a setting is known to the protocol and makes sense to it.
fn check_settings<'s>(
    scenario: &'s Scenario,
    protocol: &Protocol,
) -> Result<(), (&'static str, &'s str, String)> {
    let table = "cluster.settings";
    let first =
        |(name, choice): (&String, &Choice<Setting>)| (name.clone(), choice.values()[0].clone());
    for (name, choice) in &scenario.cluster.settings {
        let known = protocol.settings().iter().map(|setting| setting.name);
        if !known.clone().any(|known| known == name) {
            let what = unknown(&format!("setting of {}", protocol.name()), name, known);
            return Err((table, name, what));
        }
        for value in choice.values() {
            let mut settings: BTreeMap<String, Setting> =
                scenario.cluster.settings.iter().map(first).collect();
            settings.insert(name.clone(), value.clone());
            let check = |settings: &BTreeMap<String, Setting>| {
                protocol.check(&scenario.workload.name, &Settings::new(settings.clone()))
            };
            let Err(what) = check(&settings) else {
                continue;
            };
            // They are checked together, for some must fit others; one that is wrong by itself is to blame.
            let alone = |(name, value): &(&String, &Setting)| {
                check(&BTreeMap::from([((*name).clone(), (*value).clone())])).is_err()
            };
            let blamed = settings.iter().find(alone).map_or(name, |(name, _)| name);
            let given = scenario.cluster.settings.get_key_value(blamed);
            return Err((table, given.map_or(name, |(name, _)| name), what));
        }
    }
    Ok(())
}

/// Whether every fault is aimed at somebody whom each cluster that may be drawn has, or at a role that nodes show.
fn check_targets(
    scenario: &Scenario,
    protocol: &Protocol,
) -> Result<(), (&'static str, &'static str, String)> {
    let nodes = scenario.cluster.nodes.least();
    let wrong = |target: &Target| match target {
        Target::Node(node) if node.0 >= nodes => {
            let last = nodes - 1;
            Some(format!("there is no {node} in the smallest cluster, which has n0 to n{last}"))
        }
        Target::Role(role) => protocol.role_problem(role),
        Target::Node(_) => None,
    };
    let faults = &scenario.faults;
    let of = |recurring: &'_ Option<Recurring>| recurring.as_ref().map(|spec| spec.target.clone());
    for (key, targets) in [
        ("crash", of(&faults.crash)),
        ("crash_stop", faults.crash_stop.as_ref().map(|spec| spec.target.clone())),
        ("pause", of(&faults.pause)),
        ("isolate", of(&faults.isolate)),
        ("one_way", of(&faults.one_way)),
    ] {
        let targets = targets.iter().flat_map(Choice::values);
        let mut targets = targets.map(|text| target(text, || NodeId(0)));
        if let Some(what) = targets.find_map(|target| wrong(&target)) {
            return Err(("faults", key, what));
        }
    }
    let scripted = faults.script.iter().filter_map(|planned| planned.fault.target());
    scripted.filter_map(wrong).next().map_or(Ok(()), |what| Err(("faults.script", "node", what)))
}

/// Whether there are no clients, where they would have nothing to ask.
fn check_clients(scenario: &Scenario, workload: WorkloadInfo) -> Result<(), String> {
    if workload == NONE && scenario.clients.count.greatest() > 0 {
        let protocol = &scenario.protocol;
        return Err(format!("clients have nothing to ask of {protocol}: write count = 0"));
    }
    Ok(())
}

/// Whether the workload knows every operation that is to be mixed in.
fn check_mix(scenario: &Scenario, workload: WorkloadInfo) -> Result<(), String> {
    let known = workload.operations;
    let strange = scenario.workload.mix.keys().find(|name| !known.contains(&name.as_str()));
    let what = || format!("operation of the workload {}", workload.name);
    strange.map_or(Ok(()), |name| Err(unknown(&what(), name, known.iter().copied())))
}

/// Whether the model knows every operation that clients may do.
fn check_model(scenario: &Scenario, workload: WorkloadInfo) -> Result<(), String> {
    let JudgeSpec { checkers, model, .. } = &scenario.judge;
    let Some(model) = model.as_ref().filter(|_| checkers.iter().any(|c| c == "linearizability"))
    else {
        return Ok(());
    };
    let Ok(model) = model.parse::<Model>() else {
        return Ok(()); // The judges have said so.
    };
    let mix = &scenario.workload.mix;
    let is_done = |f: &&&str| mix.is_empty() || mix.get(**f).is_some_and(|weight| *weight > 0);
    let mut done = workload.operations.iter().filter(is_done);
    let Some(f) = done.find(|f| !model.operations().contains(f)) else {
        return Ok(());
    };
    let fits = |known: &&Model| workload.operations.iter().all(|f| known.operations().contains(f));
    let better = Model::ALL.iter().find(fits);
    let better = better.map_or_else(String::new, |known| format!("; {known} fits the workload"));
    Err(format!("the model {model} does not know `{f}`, which clients do{better}"))
}

/// What is measured in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measuring {
    /// All that can be.
    All,
    /// What is bounded, and what costs nothing.
    Bounded,
}

/// Makes runs of one scenario on one thread.
pub(crate) struct Worker<'p> {
    prepared: &'p Prepared,
    stage: Box<dyn Stage>,
    judges: Judges,
    tally: Tally,
    tape: Option<Tape>,
    last: Option<Last>,
}

/// The last run of a worker.
struct Last {
    seed: u64,
    drawn: Drawn,
    end: RunEnd,
    judgements: Vec<Judgement>,
    figures: Vec<Offer>,
}

impl Worker<'_> {
    /// Makes one run.
    pub(crate) fn run(&mut self, seed: u64) {
        self.run_with(seed, None);
    }

    /// Makes one run and lets a recorder listen.
    pub(crate) fn run_with(&mut self, seed: u64, recorder: Option<&mut Recorder>) {
        let mut tape = self.tape.take().unwrap_or_else(|| Tape::seeded(0));
        tape.reseed(seed);
        tape.set_overrides(self.prepared.bent.choices.clone());
        let drawn = self.prepared.drawn(&mut tape);
        let limit = self.prepared.limit(&drawn);
        self.judges.begin(&drawn.setup.members);
        self.tally.begin();
        let mut ear = Ear { judges: &mut self.judges, tally: &mut self.tally, recorder };
        let end = hush::hushed(|| self.stage.run(&drawn, limit, tape, &mut ear));
        let end = end.unwrap_or_else(|payload| hush::tell(format_args!("seed {seed}"), &*payload));
        self.tape = Some(self.stage.take_tape());
        let mut judgements = self.judge(&end);
        let figures = self.figures(&drawn, &end);
        if end.incident.is_none() {
            let whole = self.judges.violation().is_none() && !end.cut_short;
            let offers = whole.then_some(figures.as_slice());
            let bounds = self.prepared.bounds.iter();
            judgements.extend(bounds.map(|bound| bound.judge(offers, end.end)));
        }
        self.last = Some(Last { seed, drawn, end, judgements, figures });
    }

    /// What was measured, beside what theory says.
    fn figures(&mut self, drawn: &Drawn, end: &RunEnd) -> Vec<Offer> {
        let mut offers = self.judges.figures(end.end);
        if !offers.is_empty() {
            let nodes = drawn.setup.members.len() as u64;
            let settings = Settings::new(drawn.settings.clone());
            for offer in offers.iter_mut().filter(|offer| offer.theory.is_none()) {
                offer.theory = self.prepared.protocol.theory(offer.measure, nodes, &settings);
            }
        }
        offers
    }

    fn judge(&mut self, end: &RunEnd) -> Vec<Judgement> {
        let mut judgements = Vec::new();
        if let Some(incident) = &end.incident {
            judgements.push(incident_judgement(incident));
            // What a run that broke off would have come to, nobody knows; what it has shown so far, counts.
            judgements.extend(
                self.judges
                    .judge(end.end)
                    .into_iter()
                    .filter(|judgement| judgement.verdict.violation().is_some()),
            );
            return judgements;
        }
        judgements.extend(self.judges.judge(end.end));
        judgements.push(Judgement { property: "no panic".into(), verdict: Verdict::Holds });
        if end.cut_short {
            let why = format!("the run was ended after {} events", end.end.step);
            let verdict = Verdict::Unknown { why };
            judgements.push(Judgement { property: "the run ends".into(), verdict });
        }
        judgements
    }

    fn last(&self) -> &Last {
        self.last.as_ref().expect("a run was made")
    }

    /// What the last run comes to.
    pub(crate) fn outcome(&self) -> Outcome {
        let of = |judgement: &Judgement| match judgement.verdict {
            Verdict::Holds => Outcome::Holds,
            Verdict::Unknown { .. } => Outcome::Unknown,
            Verdict::Violated(_) => Outcome::Violated,
        };
        self.last().judgements.iter().map(of).max().unwrap_or(Outcome::Holds)
    }

    /// The last run in a line.
    pub(crate) fn result(&self) -> SeedResult {
        let last = self.last();
        let bad = last.judgements.iter().filter(|judgement| judgement.verdict != Verdict::Holds);
        SeedResult {
            seed: last.seed,
            outcome: self.outcome(),
            properties: bad.map(|judgement| judgement.property.clone()).collect(),
            events: last.end.end.step,
            virtual_time: last.end.end.time - seatrial_node::Instant::ZERO,
            hash: last.end.hash.to_string(),
        }
    }

    /// What the faults of the last run did.
    pub(crate) fn counts(&self) -> &Counts {
        &self.last().end.counts
    }

    /// What was measured in the last run, handed over.
    pub(crate) fn take_figures(&mut self) -> Vec<Offer> {
        self.last.as_mut().map(|last| std::mem::take(&mut last.figures)).unwrap_or_default()
    }

    /// What the last run reached.
    pub(crate) fn reached(&mut self) -> Vec<(String, u64)> {
        self.tally.reached()
    }

    /// The last run, told.
    pub(crate) fn account(&mut self) -> Account {
        let operations = self.tally.operations();
        let reached = self.tally.reached();
        let healed = self.tally.healed_at();
        let last = self.last();
        let scenario = &self.prepared.scenario;
        let mutant = self.prepared.mutant.map(|mutant| mutant.name.to_owned());
        let with = mutant.as_ref().map_or_else(String::new, |mutant| format!(" --mutant {mutant}"));
        Account {
            scenario: scenario.name.clone(),
            protocol: scenario.protocol.clone(),
            mutant,
            seed: last.seed,
            knobs: last.drawn.knobs.clone(),
            plan: describe_plan(&last.drawn.setup.plan),
            healed,
            end: last.end.end,
            faults: fault_counts(&last.end.counts),
            traffic: traffic(&last.end.counts),
            operations,
            reached,
            figures: last.figures.iter().filter_map(Offer::figure).collect(),
            judgements: last.judgements.clone(),
            hash: last.end.hash.to_string(),
            replay: format!("seatrial run {} --seed {}{with}", scenario.name, last.seed),
            case: None,
        }
    }
}

fn incident_judgement(incident: &Incident) -> Judgement {
    let place = hush::place().map(|place| format!("raised at {place}"));
    let violation = Violation {
        property: incident.property(),
        source: "a promise of every node",
        explanation: incident.to_string(),
        at: Some(incident.at()),
        evidence: match incident {
            Incident::Panic { .. } => place.into_iter().collect(),
            _ => Vec::new(),
        },
    };
    Judgement { property: incident.property().to_owned(), verdict: Verdict::Violated(violation) }
}

/// Faults of the kinds that were asked for.
pub(crate) fn fault_counts(counts: &Counts) -> Vec<FaultCount> {
    let count = |kind: &FaultKind| {
        let count = counts.of(*kind);
        FaultCount { kind: kind.name().to_owned(), asked: count.asked, bit: count.bit }
    };
    FaultKind::ALL.iter().map(count).filter(|count| count.asked > 0).collect()
}

pub(crate) fn traffic(counts: &Counts) -> Traffic {
    Traffic { sent: counts.sent, delivered: counts.delivered, dropped: counts.dropped }
}
