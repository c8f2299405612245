//! Makes the runs of a scenario, one after the other, with memory that is used again.

use seatrial_checkers::Offer;
use seatrial_checkers::delivery::MESSAGES;
use seatrial_history::{
    Account, Evidence, Explanation, FaultCount, Judgement, Linearization, Outcome, SeedResult,
    Traffic, Verdict, Violation,
};
use seatrial_node::{Duration, NodeId};
use seatrial_search::{Recipe, Seen};
use seatrial_sim::{
    Choice, Count, Counts, Fault, FaultKind, Incident, Inside, Missed, PlannedFault, Setup, Stuck,
    Tape, Target, Wish,
};

use super::Prepared;
use crate::draw::{Drawn, describe_trouble};
use crate::faults::Faults;
use crate::hush;
use crate::judges::Judges;
use crate::record::Recorder;
use crate::registry::Settings;
use crate::scenario::words::counted;
use crate::stage::{Ear, RunEnd, Stage};
use crate::states::States;
use crate::strategy::Strategy;
use crate::tally::Tally;

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
    states: Option<States>,
    tape: Option<Tape>,
    last: Option<Last>,
}

/// The last run of a worker.
struct Last {
    seed: u64,
    drawn: Drawn,
    end: RunEnd,
    judgements: Vec<Judgement>,
    /// It had more trouble than is survived.
    outside: bool,
    /// In what, where it broke a property.
    excuses: Vec<String>,
    figures: Vec<Offer>,
}

impl<'p> Worker<'p> {
    pub(super) fn new(prepared: &'p Prepared, measuring: Measuring) -> Self {
        let judges = Judges::new(&prepared.scenario.judge, &prepared.protocol)
            .unwrap_or_else(|(_, what)| unreachable!("judges were found before: {what}"));
        let bounded =
            prepared.bounds.iter().any(|bound| judges.measures().all(|m| *m != bound.measure));
        let counting =
            bounded || measuring == Measuring::All && prepared.protocol.has_theory(&MESSAGES);
        let stage = prepared.protocol.stage(&prepared.scenario.workload.name, prepared.mutant);
        Self {
            prepared,
            stage: stage.expect("the workload was found when the scenario was prepared"),
            judges: if counting { judges.with_cost() } else { judges },
            tally: Tally::new(&prepared.scenario),
            states: None,
            tape: Some(Tape::seeded(0)),
            last: None,
        }
    }
}

impl Worker<'_> {
    /// The same worker, which also works out the states that its runs come past.
    pub(crate) fn with_states(mut self) -> Self {
        self.states = Some(States::default());
        self
    }

    /// Makes one run.
    pub(crate) fn run(&mut self, seed: u64) {
        self.run_with(seed, None);
    }

    /// Makes one run and lets a recorder listen.
    pub(crate) fn run_with(&mut self, seed: u64, recorder: Option<&mut Recorder>) {
        self.run_by(seed, &self.prepared.recipe(seed), recorder);
    }

    /// Makes one run, judges nothing, and shows what is inside the nodes where it ends.
    pub(crate) fn look_inside(&mut self, seed: u64) -> Vec<(NodeId, Inside)> {
        let _ = self.make(seed, &self.prepared.recipe(seed), None);
        self.stage.inside()
    }

    fn make(
        &mut self,
        seed: u64,
        recipe: &Recipe,
        recorder: Option<&mut Recorder>,
    ) -> (Drawn, RunEnd) {
        let mut tape = self.tape.take().unwrap_or_else(|| Tape::seeded(0));
        tape.reseed(recipe.seed);
        self.prepared.bent.bend(&mut tape);
        tape.set_turns(&recipe.turns);
        let drawn = self.prepared.draw_by(recipe, &mut tape);
        let limit = self.prepared.limit(&drawn);
        self.judges.begin(&drawn.setup.members);
        self.tally.begin();
        if let Some(states) = &mut self.states {
            states.begin(&drawn.setup.members);
        }
        let (judges, tally) = (&mut self.judges, &mut self.tally);
        let fair = !drawn.course.is_led() || drawn.course.heals_afterwards();
        let heals = fair && !self.prepared.bent.endless;
        let mut ear = Ear { judges, tally, recorder, states: self.states.as_mut(), heals };
        let end = hush::hushed(|| self.stage.run(&drawn, limit, tape, &mut ear));
        let end = end.unwrap_or_else(|payload| hush::tell(format_args!("seed {seed}"), &*payload));
        self.tape = Some(self.stage.take_tape());
        (drawn, end)
    }

    /// Makes the run of this number by a recipe of its own.
    pub(crate) fn run_by(&mut self, seed: u64, recipe: &Recipe, recorder: Option<&mut Recorder>) {
        let (drawn, end) = self.make(seed, recipe, recorder);
        let has_end = (!drawn.course.is_led() || end.went_on) && !self.prepared.bent.endless;
        let mut judgements = self.judge(&end, has_end);
        let figures = self.figures(&drawn, &end);
        if end.incident.is_none() && !drawn.course.is_led() {
            let whole = self.judges.violation().is_none() && !end.cut_short;
            let offers = whole.then_some(figures.as_slice());
            let bounds = self.prepared.bounds.iter();
            judgements.extend(bounds.map(|bound| bound.judge(offers, end.end)));
        }
        let broken = judgements.iter().any(|judgement| judgement.verdict.violation().is_some());
        let mut excuses = match end.down.is_empty() || !end.went_on {
            true => self.prepared.excuses(&drawn.setup),
            false => self.prepared.excuses(&without(&drawn.setup, &end.down)),
        };
        let outside = !excuses.is_empty();
        if !broken {
            excuses.clear();
        }
        self.last = Some(Last { seed, drawn, end, judgements, outside, excuses, figures });
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

    /// A run that is led to its last step has no end: it is judged as far as it goes.
    fn judge(&mut self, end: &RunEnd, has_end: bool) -> Vec<Judgement> {
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
        judgements.extend(match has_end {
            true => self.judges.judge(end.end),
            false => self.judges.judge_beginning(end.end),
        });
        if let Some(stuck) = &end.stuck {
            let verdict = Verdict::Unknown { why: stuck.to_string() };
            judgements.push(Judgement { property: "the schedule".into(), verdict });
        }
        judgements.push(Judgement { property: "no panic".into(), verdict: Verdict::Holds });
        if end.cut_short {
            let why = format!("the run was ended after {}", counted(end.end.step, "event"));
            let verdict = Verdict::Unknown { why };
            judgements.push(Judgement { property: "the run ends".into(), verdict });
        }
        judgements
    }

    fn last(&self) -> &Last {
        self.last.as_ref().expect("a run was made")
    }

    /// Every word on the last run.
    pub(crate) fn judgements(&self) -> &[Judgement] {
        &self.last().judgements
    }

    /// The choices of the last run, where they were kept.
    pub(crate) fn recorded(&self) -> &[Choice] {
        self.tape.as_ref().map(Tape::recorded).unwrap_or_default()
    }

    /// The sites at which choices can be made in the last run.
    pub(crate) fn sites(&self) -> Vec<&'static str> {
        self.tape.as_ref().map(|tape| tape.sites().collect()).unwrap_or_default()
    }

    /// Where the schedule of the last run could not go on.
    pub(crate) fn stuck(&self) -> Option<&Stuck> {
        self.last().end.stuck.as_ref()
    }

    /// What was to be done by hand in the last run and could not.
    pub(crate) fn missed(&self) -> Option<&Missed> {
        self.last().end.missed.as_ref()
    }

    /// Who is down at the end of the last run.
    pub(crate) fn down(&self) -> &[NodeId] {
        &self.last().end.down
    }

    /// The last run as a schedule, where it was kept; handed over.
    pub(crate) fn take_wishes(&mut self) -> Vec<Wish> {
        self.last.as_mut().map(|last| std::mem::take(&mut last.end.wishes)).unwrap_or_default()
    }

    /// What the last run comes to.
    pub(crate) fn outcome(&self) -> Outcome {
        let of = |judgement: &Judgement| match judgement.verdict {
            Verdict::Holds => Outcome::Holds,
            Verdict::Unknown { .. } => Outcome::Unknown,
            Verdict::Violated(_) => Outcome::Violated,
        };
        let last = self.last();
        match last.judgements.iter().map(of).max().unwrap_or(Outcome::Holds) {
            Outcome::Violated if !last.excuses.is_empty() => Outcome::Excused,
            worst => worst,
        }
    }

    /// The last run in a line.
    pub(crate) fn result(&self) -> SeedResult {
        let last = self.last();
        let bad = last.judgements.iter().filter(|judgement| judgement.verdict != Verdict::Holds);
        SeedResult {
            seed: last.seed,
            strategy: None,
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

    /// Whether the last run had more trouble than the protocol promises to survive.
    pub(crate) fn is_outside(&self) -> bool {
        self.last().outside
    }

    /// The abstract states that the last run came past.
    pub(crate) fn states(&mut self) -> Vec<Seen> {
        self.states.as_mut().map(|states| states.found().to_vec()).unwrap_or_default()
    }

    /// What was measured in the last run, handed over.
    pub(crate) fn take_figures(&mut self) -> Vec<Offer> {
        self.last.as_mut().map(|last| std::mem::take(&mut last.figures)).unwrap_or_default()
    }

    /// Why the history of the last run fits no order, where it does not.
    pub(crate) fn explanation(&self) -> Option<&Explanation> {
        self.judges.explanation()
    }

    /// Orders that explain the history of the last run, object by object.
    pub(crate) fn linearizations(&self) -> Vec<Linearization> {
        self.judges.linearizations()
    }

    /// What the last run reached.
    pub(crate) fn reached(&mut self) -> Vec<(String, u64)> {
        self.tally.reached()
    }

    /// How many operations clients began in the last run.
    pub(crate) fn operations(&self) -> u64 {
        self.tally.begun()
    }

    /// The last run, told.
    pub(crate) fn account(&mut self) -> Account {
        let operations = self.tally.operations();
        let reached = self.tally.reached();
        let healed = self.tally.healed_at();
        let last = self.last();
        let scenario = &self.prepared.scenario;
        let mutant = self.prepared.mutant.map(|mutant| mutant.name.to_owned());
        let faults = match &self.prepared.faults {
            Faults::Scenario => String::new(),
            faults => format!(" --faults {faults}"),
        };
        let chosen = match last.drawn.setup.steering {
            Some(steering) if self.prepared.bent.steering.is_none() => {
                format!(" --strategy {}", Strategy::Steered(steering.strategy))
            }
            _ => String::new(),
        };
        let with = mutant.as_ref().map_or_else(String::new, |mutant| format!(" --mutant {mutant}"));
        Account {
            scenario: scenario.name.clone(),
            protocol: scenario.protocol.clone(),
            mutant,
            seed: last.seed,
            found_by: None,
            knobs: last.drawn.knobs.clone(),
            plan: describe_trouble(&last.drawn.setup),
            healed,
            end: last.end.end,
            faults: fault_counts(&last.end.counts),
            traffic: traffic(&last.end.counts),
            operations,
            reached,
            figures: last.figures.iter().filter_map(Offer::figure).collect(),
            excuses: last.excuses.clone(),
            notices: Vec::new(),
            judgements: last.judgements.clone(),
            hash: last.end.hash.to_string(),
            replay: format!(
                "seatrial run {} --seed {}{with}{faults}{chosen}",
                scenario.name, last.seed
            ),
            case: None,
        }
    }
}

/// A world in which these were gone for good: steps of a schedule have brought them down, and they do not come back.
fn without(setup: &Setup, down: &[NodeId]) -> Setup {
    let mut setup = setup.clone();
    let plan = &mut setup.plan;
    plan.heal_after = plan.heal_after.max(Duration::from_nanos(1));
    let is_left = |node: &NodeId| plan.core.as_ref().is_some_and(|core| !core.contains(node));
    let gone = down.iter().copied().filter(|node| !is_left(node)).map(|node| PlannedFault {
        at: Duration::ZERO,
        lasts: Duration::ZERO,
        fault: Fault::CrashStop { node: Target::Node(node) },
    });
    let gone: Vec<PlannedFault> = gone.collect();
    plan.faults.extend(gone);
    setup
}

fn incident_judgement(incident: &Incident) -> Judgement {
    let place = hush::place().map(|place| format!("raised at {place}"));
    let violation = Violation {
        property: incident.property(),
        source: "a promise of every node",
        explanation: incident.to_string(),
        at: Some(incident.at()),
        evidence: match incident {
            Incident::Panic { .. } => place.into_iter().map(Evidence::from).collect(),
            _ => Vec::new(),
        },
    };
    Judgement { property: incident.property().to_owned(), verdict: Verdict::Violated(violation) }
}

/// Faults of the kinds that were asked for.
pub(crate) fn fault_counts(counts: &Counts) -> Vec<FaultCount> {
    let asked = FaultKind::ALL.iter().filter(|kind| counts.of(**kind).asked > 0);
    asked.map(|kind| fault_count(*kind, counts)).collect()
}

/// One kind of fault, as accounts tell of it.
pub(crate) fn fault_count(kind: FaultKind, counts: &Counts) -> FaultCount {
    let Count { asked, bit, effect } = counts.of(kind);
    FaultCount { kind: kind.name().to_owned(), asked, bit, effect, seeds: None }
}

pub(crate) fn traffic(counts: &Counts) -> Traffic {
    Traffic { sent: counts.sent, delivered: counts.delivered, dropped: counts.dropped }
}
