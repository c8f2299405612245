//! Makes the runs, and says whether they fail in the same way.

use std::collections::BTreeSet;

use seatrial_history::{Outcome, Signature, Violation};
use seatrial_node::{Duration, NodeId};
use seatrial_search::Subject;
use seatrial_sim::{Choice, FaultKind, FaultPlan, Override, Rates, Step, WORLD, Wish};

use super::courses::{self, Route};
use super::pin;
use super::{REPLAYS, ShrinkError};
use crate::case::Case;
use crate::prepared::{Course, Measuring, Prepared, Worker};
use crate::registry::Registry;
use crate::scenario::{Scenario, ScenarioError};

/// A run that fails in the way that is looked for.
pub(super) struct Run {
    pub(super) violation: Violation,
    pub(super) events: u64,
    /// How many operations clients began.
    pub(super) operations: u64,
    pub(super) hash: String,
    /// The sites at which it made choices.
    pub(super) sites: Vec<String>,
    /// What happened, where it was led.
    pub(super) wishes: Option<Vec<Wish>>,
}

/// Makes runs of what is left of a case.
#[derive(Clone)]
pub(super) struct Oracle<'r> {
    registry: &'r Registry,
    case: Case,
    signature: Signature,
    outcome: Outcome,
    /// Led runs must pass without the planted bug: the protocol relies on time, and a schedule may break it all by itself.
    controlled: bool,
    /// What is looked for must never happen, so that no fair end is needed to show it: no run that is led has one.
    never: bool,
}

impl<'r> Oracle<'r> {
    pub(super) fn new(registry: &'r Registry, case: Case) -> Self {
        let signature = Signature { property: String::new(), kind: String::new() };
        Self {
            registry,
            case,
            signature,
            outcome: Outcome::Violated,
            controlled: false,
            never: false,
        }
    }

    /// The same, where it is known whether what is looked for must never happen.
    #[cfg(feature = "proptest")]
    pub(super) fn never(self, never: bool) -> Self {
        Self { never, ..self }
    }

    /// Whether what is looked for must never happen. Otherwise it is something that must happen and does not.
    #[cfg(feature = "proptest")]
    pub(super) const fn must_never_happen(&self) -> bool {
        self.never
    }

    pub(super) const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Whether a run, of whichever scenario, fails in the same way.
    pub(super) fn fails_alike(&self, worker: &Worker<'_>) -> bool {
        worker.outcome() == self.outcome && self.signature.find(worker.judgements()).is_some()
    }

    /// What the runs are of.
    pub(super) const fn scenario(&self) -> &Scenario {
        &self.case.scenario
    }

    /// The same of another scenario.
    pub(super) fn pinned(&self, scenario: Scenario) -> Self {
        let case = Case { scenario, ..self.case.clone() };
        Self { case, ..self.clone() }
    }

    /// The run as it was given: it says in which way the others have to fail. Nothing, where it does not fail.
    pub(super) fn first(&mut self, subject: &Subject) -> Option<Run> {
        let prepared = self.prepare(subject, false)?;
        let mut worker = prepared.worker(Measuring::Bounded);
        worker.run(self.case.seed);
        self.outcome = worker.outcome();
        self.signature = Signature::first(worker.judgements())?;
        self.never = !ends_with_healing(subject) && self.shows_on_the_way(&prepared);
        self.judge(subject)
    }

    /// Makes a run. Nothing, where it does not fail in the same way, or where no run can be made.
    pub(super) fn judge(&self, subject: &Subject) -> Option<Run> {
        let prepared = self.prepare(subject, subject.schedule.is_none())?;
        let is_led = subject.schedule.is_some();
        let mut worker = prepared.worker(Measuring::Bounded);
        worker.run(self.case.seed);
        if worker.outcome() != self.outcome || worker.missed().is_some() {
            return None;
        }
        let violation = self.signature.find(worker.judgements())?.clone();
        let result = worker.result();
        let sites: BTreeSet<&str> = worker.recorded().iter().map(|choice| choice.site).collect();
        let sites = sites.into_iter().map(str::to_owned).collect();
        let wishes = is_led.then(|| worker.take_wishes());
        if is_led && self.controlled && !self.passes_without_bug(subject) {
            return None;
        }
        let operations = worker.operations();
        Some(Run { violation, events: result.events, operations, hash: result.hash, sites, wishes })
    }

    /// A run of a subject. What it does is kept, or it is performed as far as it can be.
    pub(super) fn prepare(&self, subject: &Subject, kept: bool) -> Option<Prepared> {
        let mut case = pin::case(&self.case, subject);
        case.schedule = None;
        let course = match &subject.schedule {
            Some(wishes) if self.never && ends_with_healing(subject) => {
                let led = wishes[..wishes.len() - 1].into();
                Course::Wishes(led, subject.at_once.clone())
            }
            Some(wishes) => Course::Wishes(wishes.as_slice().into(), subject.at_once.clone()),
            None => Course::ByTime { kept },
        };
        let (prepared, _) = case.get_ready(self.registry).ok()?;
        Some(prepared.on_course(course))
    }

    /// Whether the run can become a schedule. One of a protocol that relies on messages and timers being in time would be broken by a schedule
    /// though it is not to blame; where a bug was planted, runs without it tell.
    pub(super) fn may_be_led(&mut self) -> bool {
        let Ok((prepared, _)) = self.case.clone().prepare(self.registry) else {
            return false;
        };
        self.controlled = !prepared.bears_delays();
        !self.controlled || self.case.mutant.is_some()
    }

    fn passes_without_bug(&self, subject: &Subject) -> bool {
        let case = Case { mutant: None, ..self.case.clone() };
        let control = Self { case, ..self.clone() };
        let Some(prepared) = control.prepare(subject, false) else {
            return false;
        };
        let mut worker = prepared.worker(Measuring::Bounded);
        worker.run(self.case.seed);
        worker.outcome() != self.outcome
    }

    /// The run as schedules, the likeliest to be short first: by the simplest choices of the nodes, or by those that they made; with what was
    /// not synced when nodes crashed, or without it; with all disks done at once, or all but those of nodes that crash, or none. Where time
    /// decides, only the very run will do: with all its trouble and every choice that was made in it, of which most go later.
    pub(super) fn led(&self, subject: &Subject) -> Vec<Subject> {
        let Some(prepared) = self.prepare(subject, true) else {
            return Vec::new();
        };
        let mut worker = prepared.worker(Measuring::Bounded);
        worker.run(self.case.seed);
        let exact: Vec<Override> =
            overrides(worker.recorded(), |choice| choice.value > 0).collect();
        let made = |choice: &Choice| choice.value > 0 && is_made_by_somebody(choice);
        let choices: Vec<Override> = overrides(worker.recorded(), made).collect();
        let gone = if prepared.recovers() { worker.down().to_vec() } else { Vec::new() };
        let happened = worker.take_wishes();
        let routes = match self.never {
            true => vec![Route { wishes: happened, plan: subject.plan.clone() }],
            false => courses::fair(subject, &happened, &gone),
        };
        routes.iter().flat_map(|route| ways(subject, route, (&exact, &choices))).collect()
    }

    /// Whether a run breaks something that must never happen, and not only what is to happen some day.
    fn shows_on_the_way(&self, prepared: &Prepared) -> bool {
        let endless = prepared.clone().without_end();
        let mut worker = endless.worker(Measuring::Bounded);
        worker.run(self.case.seed);
        self.signature.find(worker.judgements()).is_some()
    }

    /// The same run with the choices of clients and nodes written down, so that they are the same when others are gone.
    pub(super) fn with_choices(&self, subject: &Subject) -> Option<Subject> {
        let prepared = self.prepare(subject, true)?;
        let mut worker = prepared.worker(Measuring::Bounded);
        worker.run(self.case.seed);
        let choices = overrides(worker.recorded(), is_made_by_somebody).collect();
        Some(Subject { choices, ..subject.clone() })
    }

    /// The case of the smallest run, as its file will be read.
    pub(super) fn finish(&self, best: &Subject) -> Option<(Case, Run)> {
        let mut run = self.judge(best)?;
        let case = pin::case(&self.case, best);
        let (prepared, seed) = self.reread(&case).ok()?;
        let mut worker = prepared.worker(Measuring::Bounded);
        worker.run(seed);
        run.violation = self.signature.find(worker.judgements())?.clone();
        let result = worker.result();
        (run.events, run.hash) = (result.events, result.hash);
        run.operations = worker.operations();
        let hash = Some(run.hash.clone());
        Some((Case { hash, ..case }, run))
    }

    fn reread(&self, case: &Case) -> Result<(Prepared, u64), ScenarioError> {
        Case::parse(case.file(), &case.to_toml())?.prepare(self.registry)
    }

    /// How many of so many replays give the same run.
    pub(super) fn replay(&self, case: &Case, run: &Run) -> Result<u32, ShrinkError> {
        let (prepared, seed) = self.reread(case)?;
        let same = |_: &u32| {
            let mut worker = prepared.worker(Measuring::Bounded);
            worker.run(seed);
            worker.result().hash == run.hash && self.signature.find(worker.judgements()).is_some()
        };
        Ok((0..REPLAYS).filter(same).count() as u32)
    }
}

/// Whether a schedule leads to where the world heals, and time goes on from there.
fn ends_with_healing(subject: &Subject) -> bool {
    let last = subject.schedule.as_ref().and_then(|wishes| wishes.last());
    last.is_some_and(|wish| wish.step == Step::Heal)
}

/// One course as schedules.
fn ways(
    subject: &Subject,
    Route { wishes, plan }: &Route,
    (exact, choices): (&[Override], &[Override]),
) -> Vec<Subject> {
    let begun = planned(plan, wishes);
    let asked = |choice: &&Override| choice.source != WORLD && choice.source >= subject.nodes;
    let clients: Vec<Override> = choices.iter().filter(asked).cloned().collect();
    let led = |losing, choices: &[Override], at_once: &[NodeId]| Subject {
        plan: begun.clone(),
        choices: choices.to_vec(),
        simple: Vec::new(),
        schedule: Some(wishes.iter().map(|wish| with_losses(wish, losing)).collect()),
        at_once: at_once.to_vec(),
        ..subject.clone()
    };
    let all: Vec<NodeId> = (0..subject.nodes).map(NodeId).collect();
    let crashes = |node: &NodeId| {
        wishes.iter().any(|w| matches!(&w.step, Step::Crash { node: of, .. } if of == node))
    };
    let steady: Vec<NodeId> = all.iter().copied().filter(|node| !crashes(node)).collect();
    let mut ways = Vec::new();
    for choices in [clients.as_slice(), choices] {
        for losing in [false, true] {
            ways.extend([&all, &steady, &Vec::new()].map(|disks| led(losing, choices, disks)));
        }
    }
    ways.push(Subject { plan: plan.clone(), ..led(false, exact, &[]) });
    ways
}

/// Sites whose choices a schedule makes itself: when things happen, in which order, and what does not arrive.
const MADE_BY_A_SCHEDULE: [&str; 19] = [
    "tie",
    "latency",
    "latency mode",
    "loss",
    "duplicate",
    "reorder",
    "reorder delay",
    "disk write time",
    "disk sync time",
    "disk read time",
    "schedule",
    "loss burst",
    "loss burst: loss",
    "slow tail",
    "slow tail time",
    "throttle: eviction",
    "corruption",
    "corruption: byte",
    "corruption: bits",
];

/// Whether a client or a node has made it, or a disk when its node crashed.
fn is_made_by_somebody(choice: &Choice) -> bool {
    !MADE_BY_A_SCHEDULE.contains(&choice.site)
}

/// The choices of a run that are wanted.
fn overrides(
    recorded: &[Choice],
    is_wanted: impl Fn(&Choice) -> bool,
) -> impl Iterator<Item = Override> {
    let kept = recorded.iter().filter(move |choice| is_wanted(choice));
    kept.map(|choice| Override {
        site: choice.site.into(),
        source: choice.source,
        occurrence: choice.occurrence,
        value: choice.value,
    })
}

/// What of a plan is begun by steps: the rest has left its mark on what happens.
fn planned(plan: &FaultPlan, wishes: &[Wish]) -> FaultPlan {
    let begun = |kind: FaultKind| {
        wishes.iter().any(|wish| matches!(&wish.step, Step::Begin { kind: of, .. } if *of == kind))
    };
    let mut left = plan.clone();
    left.rates = Rates { buggify: plan.rates.buggify, ..Rates::default() };
    left.faults.retain(|planned| begun(planned.fault.kind()));
    left.awaited.retain(|awaited| begun(awaited.then.fault.kind()));
    if left.faults.is_empty() && left.awaited.is_empty() {
        left.heal_after = Duration::ZERO;
    }
    left
}

fn with_losses(wish: &Wish, losing: bool) -> Wish {
    let mut wish = wish.clone();
    if let Step::Crash { losing: flag, .. } = &mut wish.step {
        *flag = losing;
    }
    wish
}
