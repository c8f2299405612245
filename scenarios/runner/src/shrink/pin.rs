//! What the seed drew, written down: the scenario of one run, and what of it can be less.

use std::collections::BTreeMap;

use seatrial_node::Duration;
use seatrial_search::{Dial, Subject};
use seatrial_sim::{Schedule, Wish};

use crate::case::Case;
use crate::draw::Drawn;
use crate::scenario::{Choice, FaultSpec, Knob, Origin, Scenario, Setting};

const OPERATIONS: &str = "operations";
const KEYS: &str = "keys";
const SETTLE: &str = "settle";

/// The same scenario, in which nothing is left to draw but the times that clients think. The trouble is the plan's to say.
pub(super) fn scenario(scenario: &Scenario, drawn: &Drawn) -> Scenario {
    let mut pinned = scenario.clone();
    // Lines of the text say nothing about what is not in it.
    pinned.origin = Origin::default();
    let fixed = |settings: &BTreeMap<String, Setting>| -> BTreeMap<String, Choice<Setting>> {
        settings.iter().map(|(name, value)| (name.clone(), Choice::Fixed(value.clone()))).collect()
    };
    let setup = &drawn.setup;
    pinned.cluster.nodes = Knob::Fixed(setup.members.len() as u32);
    pinned.cluster.settings = fixed(&drawn.settings);
    for (version, settings) in &mut pinned.cluster.versions {
        if let Some(drawn) = drawn.versions.get(&version.number()) {
            *settings = fixed(drawn);
        }
    }
    pinned.clients.count = Knob::Fixed(setup.clients);
    if setup.clients > 0 {
        let (clients, plan) = (&mut pinned.clients, &drawn.clients);
        clients.operations = Knob::Fixed(plan.operations);
        clients.timeout = Knob::Fixed(plan.timeout);
        clients.give_up = Knob::Fixed(plan.give_up);
        pinned.workload.keys = Knob::Fixed(plan.keys);
    }
    pinned.network.latency = Choice::Fixed(setup.latency);
    pinned.network.client_latency = Choice::Fixed(setup.client_latency);
    pinned.disk.write = Choice::Fixed(setup.disk_write);
    pinned.disk.sync = Choice::Fixed(setup.disk_sync);
    pinned.disk.read = Choice::Fixed(setup.disk_read);
    pinned.faults = FaultSpec::default();
    pinned
}

/// What of a run can be less.
pub(super) fn subject(case: &Case, drawn: &Drawn) -> Subject {
    let dial = |name: &str, value, least| Dial { name: name.to_owned(), value, least };
    let mut dials = vec![dial(SETTLE, case.scenario.judge.settle.as_nanos(), 0)];
    if drawn.setup.clients > 0 {
        dials.push(dial(OPERATIONS, u64::from(drawn.clients.operations), 0));
        dials.push(dial(KEYS, u64::from(drawn.clients.keys), 1));
    }
    Subject {
        nodes: drawn.setup.members.len() as u32,
        clients: drawn.setup.clients,
        plan: drawn.setup.plan.clone(),
        choices: case.choices.clone(),
        simple: case.simple.clone(),
        dials,
        schedule: case
            .schedule
            .as_ref()
            .map(|all| all.steps.iter().cloned().map(Wish::by_the_letter).collect()),
        at_once: Vec::new(),
    }
}

/// The case that a subject stands for: of this one, with what has been left out.
pub(super) fn case(base: &Case, subject: &Subject) -> Case {
    let mut case = base.clone();
    let scenario = &mut case.scenario;
    let number = |name: &str| subject.dial(name).and_then(|value| u32::try_from(value).ok());
    turn(&mut scenario.cluster.nodes, Some(subject.nodes));
    turn(&mut scenario.clients.count, Some(subject.clients));
    if subject.clients > 0 {
        turn(&mut scenario.clients.operations, number(OPERATIONS));
    }
    turn(&mut scenario.workload.keys, number(KEYS));
    if let Some(settle) = subject.dial(SETTLE) {
        scenario.judge.settle = Duration::from_nanos(settle);
    }
    case.plan = subject.plan.clone();
    case.choices = subject.choices.clone();
    case.simple = subject.simple.clone();
    if subject.schedule.is_some() {
        case.steering = None;
        if base.schedule.is_none() {
            // The schedule has what was done by hand in it, and what other seeds decided.
            case.touches.clear();
            case.turns.clear();
        }
    }
    case.schedule = subject.schedule.as_ref().map(|wishes| {
        let steps = wishes.iter().map(|wish| wish.step.clone()).collect();
        Schedule { steps }
    });
    case.hash = None;
    case
}

/// Only a knob that is pinned can be turned: another would draw, and be another choice.
fn turn(knob: &mut Knob<u32>, to: Option<u32>) {
    if let (Knob::Fixed(value), Some(to)) = (knob, to) {
        *value = to;
    }
}
