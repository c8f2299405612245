//! From a scenario and a seed to one run: every knob is drawn, and so is the plan of trouble.

mod plan;
mod storm;
mod swarm;

use std::collections::BTreeMap;

use seatrial_node::Duration;
use seatrial_sim::{FaultPlan, Latency, Order, Rates, Setup, Steering, Tape, Turn};

pub(crate) use self::plan::Draft;
pub(crate) use self::swarm::Menu;
use crate::prepared::Course;
use crate::registry::Versions;
use crate::scenario::{Choice, FaultSpec, Knob, Rate, Scenario, Setting, Version};
use crate::strategy::Strategy;
use crate::workload::Operations;

/// One run, drawn but not yet made.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    /// Everything that was drawn or fixed, by its place in the scenario; what is about the trouble comes last.
    pub(crate) knobs: Vec<(String, String)>,
    /// How many of them are about the world, and not about its trouble.
    calm_knobs: usize,
    /// The world, its troubles included.
    pub(crate) setup: Setup,
    /// The protocol's settings.
    pub(crate) settings: BTreeMap<String, Setting>,
    /// What its other versions have otherwise.
    pub(crate) versions: Versions,
    /// What clients do.
    pub(crate) clients: ClientPlan,
    /// What decides what happens next.
    pub(crate) course: Course,
}

/// What the clients of one run do.
#[derive(Clone, Debug)]
pub(crate) struct ClientPlan {
    /// How many operations each does while there is trouble.
    pub(crate) operations: u32,
    /// As many as there is time for, instead.
    pub(crate) endless: bool,
    /// How long a client thinks before each.
    pub(crate) think: Knob<Duration>,
    /// How long it waits for an answer.
    pub(crate) timeout: Duration,
    /// How long it tries.
    pub(crate) give_up: Duration,
    /// How many objects the operations are about.
    pub(crate) keys: u32,
    /// Operations and how often each is done, relative to the others.
    pub(crate) mix: Vec<(String, u32)>,
    /// What they do, where it is not drawn.
    pub(crate) script: Option<Operations>,
}

/// Nobody does anything.
impl Default for ClientPlan {
    fn default() -> Self {
        let (operations, endless, keys, mix, script) = Default::default();
        let (timeout, give_up) = (Duration::ZERO, Duration::ZERO);
        Self {
            operations,
            endless,
            think: Knob::Fixed(Duration::ZERO),
            timeout,
            give_up,
            keys,
            mix,
            script,
        }
    }
}

/// Where the trouble of a run is drawn from.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// The scenario's own tables.
    Scenario,
    /// What may go wrong at all.
    Menu(Box<Menu>),
}

/// Draws a run, without trouble where there is nothing to draw it from. The tape goes on where this leaves it.
pub(crate) fn draw(scenario: &Scenario, trouble: Option<&Trouble>, tape: &mut Tape) -> Drawn {
    let mut drawing = Drawing::new(scenario, tape);
    let nodes = drawing.scalar("cluster.nodes", &scenario.cluster.nodes);
    let settings = draw_settings("settings", &scenario.cluster.settings, &mut drawing);
    let versions = draw_versions(scenario, &mut drawing);
    let count = drawing.scalar("clients.count", &scenario.clients.count);
    let clients = match count {
        0 if scenario.clients.count.greatest() == 0 => ClientPlan::default(),
        _ => draw_clients(scenario, &mut drawing),
    };
    let mut setup = Setup::new(nodes);
    setup.clients = count;
    draw_world(scenario, &mut drawing, &mut setup);
    setup.event_limit = scenario.judge.event_limit;
    let zones = scenario.cluster.zones.as_ref();
    let zones = zones.map_or_else(Vec::new, |zones| zones.of(&setup.members));
    let cluster = plan::Cluster { members: &setup.members, clients: count, zones: &zones };
    let calm_knobs = drawing.knobs.len();
    setup.plan = draw_plan(scenario, trouble, &cluster, &mut drawing);
    let (knobs, course) = (drawing.knobs, Course::default());
    Drawn { knobs, calm_knobs, setup, settings, versions, clients, course }
}

/// Draws the trouble of a run; none, where there is nothing to draw it from.
fn draw_plan(
    scenario: &Scenario,
    trouble: Option<&Trouble>,
    cluster: &plan::Cluster<'_>,
    drawing: &mut Drawing<'_>,
) -> FaultPlan {
    match trouble {
        Some(Trouble::Scenario) => plan::draw(&scenario.faults, "faults", cluster, drawing),
        Some(Trouble::Menu(menu)) => menu.draw(cluster, drawing),
        None => FaultPlan::default(),
    }
}

impl Drawn {
    /// Lets a strategy choose what happens next.
    pub(crate) fn steer(&mut self, steering: Option<Steering>) {
        if let Some(Steering { strategy, slack, .. }) = &steering {
            self.knobs.push(("strategy".to_owned(), Strategy::Steered(*strategy).to_string()));
            self.knobs.push(("strategy.slack".to_owned(), slack.to_string()));
        }
        self.setup.steering = steering;
    }

    /// Tells that other seeds take over on the way.
    pub(crate) fn turn(&mut self, turns: &[Turn]) {
        if !turns.is_empty() {
            let told = turns.iter().map(|turn| format!("{} from step {}", turn.seed, turn.step));
            let told: Vec<String> = told.collect();
            self.knobs.push(("other seeds".to_owned(), told.join(", ")));
        }
    }

    /// Puts a plan in the place of the one that was drawn. Where it is another, so are the knobs of the trouble: those of the plan are told.
    pub(crate) fn bend(&mut self, plan: &FaultPlan) {
        if self.setup.plan == *plan {
            return;
        }
        self.knobs.truncate(self.calm_knobs);
        self.knobs.push(("plan.heal_after".to_owned(), plan.heal_after.to_string()));
        let Rates { loss, duplicate, reorder, reorder_delay, buggify } = plan.rates;
        let delay = if reorder > 0 { reorder_delay } else { Duration::ZERO };
        let rate = |parts| Rate(parts).to_string();
        for (name, is_on, value) in [
            ("loss", loss > 0, rate(loss)),
            ("duplicate", duplicate > 0, rate(duplicate)),
            ("reorder", reorder > 0, rate(reorder)),
            ("reorder_delay", delay > Duration::ZERO, delay.to_string()),
            ("buggify.sites", !buggify.is_off(), rate(buggify.sites)),
            ("buggify.fires", !buggify.is_off(), rate(buggify.fires)),
        ] {
            if is_on {
                self.knobs.push((format!("plan.rates.{name}"), value));
            }
        }
        self.setup.plan.clone_from(plan);
    }
}

fn draw_settings(
    table: &str,
    settings: &BTreeMap<String, Choice<Setting>>,
    drawing: &mut Drawing<'_>,
) -> BTreeMap<String, Setting> {
    let draw = |(name, choice): (&String, &Choice<Setting>)| {
        let place = format!("{table}.{name}");
        (name.clone(), drawing.choice(&place, choice, ToString::to_string).clone())
    };
    settings.iter().map(draw).collect()
}

fn draw_versions(scenario: &Scenario, drawing: &mut Drawing<'_>) -> Versions {
    let versions = scenario.cluster.versions.iter();
    let draw = |(version, settings): (&Version, &BTreeMap<String, Choice<Setting>>)| {
        (version.number(), draw_settings(&format!("versions.{version}"), settings, drawing))
    };
    versions.map(draw).collect()
}

fn draw_clients(scenario: &Scenario, drawing: &mut Drawing<'_>) -> ClientPlan {
    let spec = &scenario.clients;
    ClientPlan {
        operations: drawing.scalar("clients.operations", &spec.operations),
        endless: false,
        think: spec.think.clone(),
        timeout: drawing.scalar("clients.timeout", &spec.timeout),
        give_up: drawing.scalar("clients.give_up", &spec.give_up),
        keys: drawing.scalar("workload.keys", &scenario.workload.keys),
        mix: scenario.workload.mix.iter().map(|(f, weight)| (f.clone(), *weight)).collect(),
        script: None,
    }
}

fn draw_world(scenario: &Scenario, drawing: &mut Drawing<'_>, setup: &mut Setup) {
    let (network, disk) = (&scenario.network, &scenario.disk);
    setup.latency = drawing.latency("network.latency", &network.latency);
    setup.client_latency = drawing.latency("network.client_latency", &network.client_latency);
    setup.disk_write = drawing.latency("disk.write", &disk.write);
    setup.disk_sync = drawing.latency("disk.sync", &disk.sync);
    setup.disk_read = drawing.latency("disk.read", &disk.read);
    setup.order = network.order;
    if network.order == Order::Chosen {
        drawing.note("network.order", "chosen");
    }
}

/// A drawing under way.
pub(crate) struct Drawing<'a> {
    pub(crate) tape: &'a mut Tape,
    /// As which versions nodes can run, the first first.
    pub(crate) versions: Vec<u32>,
    knobs: Vec<(String, String)>,
}

impl<'a> Drawing<'a> {
    /// One of this scenario, of which nothing is drawn yet.
    fn new(scenario: &Scenario, tape: &'a mut Tape) -> Self {
        let others = scenario.cluster.versions.keys().map(|version| version.number());
        Self { tape, versions: [1].into_iter().chain(others).collect(), knobs: Vec::new() }
    }
}

impl Drawing<'_> {
    /// Draws a value and notes it.
    pub(crate) fn scalar<T: crate::scenario::Scalar + ToString>(
        &mut self,
        place: &str,
        knob: &Knob<T>,
    ) -> T {
        let value = knob.draw(place, self.tape);
        self.note(place, value.to_string());
        value
    }

    /// Draws one of several and notes it.
    pub(crate) fn choice<'c, T>(
        &mut self,
        place: &str,
        choice: &'c Choice<T>,
        show: impl Fn(&T) -> String,
    ) -> &'c T {
        let value = choice.draw(place, self.tape);
        self.note(place, show(value));
        value
    }

    fn latency(&mut self, place: &str, choice: &Choice<Latency>) -> Latency {
        *self.choice(place, choice, show_latency)
    }

    /// Forgets what was noted of places that begin so.
    fn forget(&mut self, table: &str) {
        self.knobs.retain(|(place, _)| !place.starts_with(table));
    }

    fn note(&mut self, place: &str, value: impl Into<String>) {
        self.knobs.push((place.to_owned(), value.into()));
    }
}

fn show_latency(latency: &Latency) -> String {
    match latency {
        Latency::Constant { time } => time.to_string(),
        Latency::Uniform { min, max } => format!("{min} to {max}"),
        Latency::Exponential { min, mean } => {
            format!("{min} and an exponential tail of mean {mean}")
        }
        Latency::Normal { mean, deviation, min } => {
            format!("normal about {mean}, deviation {deviation}, at least {min}")
        }
        Latency::TwoMode { min, max, slow_rate, slow_min, slow_max } => {
            let rate = Rate(*slow_rate);
            format!("{min} to {max}, in {rate} of cases {slow_min} to {slow_max}")
        }
    }
}

/// As many nodes as most scenarios have at least.
const SMALL: u32 = 3;

/// What a small cluster with two clients would draw of this, for examples.
pub(crate) fn plan_of(spec: &FaultSpec) -> FaultPlan {
    let (mut tape, members) = (Tape::seeded(0), Setup::new(SMALL).members);
    let mut drawing = Drawing { tape: &mut tape, versions: vec![2], knobs: Vec::new() };
    let cluster = plan::Cluster { members: &members, clients: 2, zones: &[] };
    plan::draw(spec, "faults", &cluster, &mut drawing)
}

/// The plan in words, a line each, in order of time.
pub(crate) fn describe_plan(plan: &FaultPlan) -> Vec<String> {
    plan::describe(plan)
}

/// The same with what was done by hand.
pub(crate) fn describe_trouble(setup: &Setup) -> Vec<String> {
    let by_hand = setup.touches.iter().map(|touch| format!("by hand, {touch}"));
    describe_plan(&setup.plan).into_iter().chain(by_hand).collect()
}

#[cfg(test)]
mod tests;
