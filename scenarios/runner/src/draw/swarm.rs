//! Swarm: each seed draws which kinds of fault are on, and how hard (Groce et al. 2012).
//!
//! A run in which everything goes wrong a little is much like the next one. Runs that lack some kinds and have others in plenty differ, and
//! reach what a mixture hides. Each kind has a site of its own, so that a kind that is added moves no choice of the others.

use seatrial_node::{Duration, NodeId, intern};
use seatrial_sim::{FaultKind, FaultPlan, Tape, WORLD};

use super::Drawing;
use super::plan::{self, Cluster, TROUBLE};
use crate::budget::{FaultBudget, Outside, Share};
use crate::faults::{Faults, How, KindInfo, kinds};
use crate::registry::Protocol;
use crate::scenario::{
    BuggifySpec, Choice, ClientSide, CrashStop, FaultSpec, Keep, Knob, Rate, Recurring, Scalar,
    Scenario,
};
use crate::sense::no_wire;

/// The kinds that may be on, and what each is like.
#[derive(Clone, Debug)]
pub(crate) struct Menu {
    /// All are on in every seed.
    every: bool,
    dishes: Vec<Dish>,
    /// The roles that faults may be aimed at, the one that matters most first.
    roles: Vec<&'static str>,
    /// What belongs to no kind.
    base: FaultSpec,
    /// Within what drawn plans stay, if they do.
    budget: Option<FaultBudget>,
    gone: Share,
}

#[derive(Clone, Debug)]
struct Dish {
    info: &'static KindInfo,
    site: &'static str,
    /// What the scenario itself says of the kind.
    own: Option<Own>,
}

#[derive(Clone, Debug)]
enum Own {
    Rate(Knob<Rate>),
    Recurring(Box<Recurring>),
    Stop(CrashStop),
    Buggify(BuggifySpec),
}

impl Menu {
    /// What is to be drawn from, where that is wanted, in this scenario of this protocol, within this budget.
    ///
    /// # Errors
    /// Where a kind was asked for by name that the protocol does not survive.
    pub(crate) fn new(
        scenario: &Scenario,
        wanted: &Faults,
        protocol: &Protocol,
        budget: FaultBudget,
        beyond: bool,
    ) -> Result<Self, String> {
        let spec = &scenario.faults;
        let on = |kind: FaultKind| match wanted {
            Faults::Swarm { without } => !without.contains(&kind),
            Faults::These(these) => these.contains(&kind),
            Faults::Scenario | Faults::Nothing => false,
        };
        // Nothing comes of an upgrade where there is one version only, nor of changed bytes where messages have none.
        let idle = |kind: FaultKind| match kind {
            FaultKind::Upgrade if scenario.cluster.versions.is_empty() => Some(format!(
                "there is nothing to upgrade to: [cluster.versions.2] in the scenario {} would say what version 2 has otherwise",
                scenario.name
            )),
            FaultKind::Corrupt if !protocol.has_wire() => Some(no_wire(protocol.name())),
            _ => None,
        };
        let wished = |info: &&KindInfo| on(info.kind) && !matches!(info.how, How::Follows(_));
        let served = |info: &&KindInfo| wished(info) && idle(info.kind).is_none();
        let survived = |info: &&KindInfo| beyond || budget.survives(info.kind);
        let dish = |info: &'static KindInfo| Dish {
            info,
            site: intern(&format!("swarm.{}", info.key)),
            own: own(info, spec),
        };
        let dishes: Vec<Dish> = kinds().filter(served).filter(survived).map(dish).collect();
        if dishes.is_empty() && matches!(wanted, Faults::These(_)) {
            // A kind that is not survived can be drawn all the same, one of which nothing comes cannot.
            let idle: Vec<String> = kinds().filter(wished).filter_map(|i| idle(i.kind)).collect();
            if beyond || idle.len() == kinds().filter(wished).count() {
                return Err(idle.join("; "));
            }
            return Err(format!(
                "{} does not promise to survive {wanted}: --beyond-budget draws it all the same",
                scenario.protocol
            ));
        }
        let script = spec.script.iter().filter(|planned| on(planned.fault.kind())).cloned();
        let base = FaultSpec {
            trouble: spec.trouble.clone(),
            reorder_delay: spec.reorder_delay.clone(),
            burst: spec.burst.clone(),
            clients: spec.clients.clone(),
            script: script.collect(),
            ..FaultSpec::default()
        };
        Ok(Self {
            every: matches!(wanted, Faults::These(_)),
            dishes,
            roles: protocol.roles.unwrap_or_default().to_vec(),
            base,
            gone: if beyond { Share::AllBut(1) } else { budget.gone },
            budget: (!beyond).then_some(budget),
        })
    }

    /// Draws a plan.
    pub(super) fn draw(&self, cluster: &Cluster<'_>, drawing: &mut Drawing<'_>) -> FaultPlan {
        let trouble = self.base.trouble.draw(TROUBLE, drawing.tape);
        let mut spec = FaultSpec { trouble: Knob::Fixed(trouble), ..self.base.clone() };
        self.season(&mut spec, trouble, drawing.tape);
        let few = !self.every && below(drawing.tape, FEW, 2) == 1;
        let mut on = Vec::new();
        for dish in self.pick(few, drawing.tape) {
            on.push(dish.info.kind.name());
            self.serve(dish, few, &mut spec, cluster.members.len() as u32, drawing.tape);
        }
        drawing.note("swarm", if on.is_empty() { "nothing".to_owned() } else { on.join(", ") });
        let mut plan = plan::draw(&spec, "swarm", cluster, drawing);
        if !plan.has_trouble() {
            drawing.forget("swarm.");
        }
        let Some(budget) = &self.budget else { return plan };
        budget.trim(&mut plan, cluster.members);
        // Where nothing goes wrong, there is nothing to heal.
        if !self.every && plan.has_trouble() {
            plan.core = draw_core(budget, &plan, cluster.members, drawing.tape);
        }
        plan
    }

    /// Keeps a plan that was put together from several within what is survived. Who was to be left out of its core goes by what the
    /// first of them did; where that leaves too many out, everybody is healed.
    pub(super) fn keep_within(&self, plan: &mut FaultPlan, members: &[NodeId]) {
        let Some(budget) = &self.budget else { return };
        budget.trim(plan, members);
        if plan.core.is_some() && !budget.excesses(plan, members).is_empty() {
            plan.core = None;
        }
    }

    /// Which kinds are on: each or not by the toss of a coin, or only a few, so that nothing else keeps them from being met at their worst.
    fn pick(&self, few: bool, tape: &mut Tape) -> Vec<&Dish> {
        if !few {
            let on = |dish: &&Dish| self.every || below(tape, dish.site, 2) == 1;
            return self.dishes.iter().filter(on).collect();
        }
        let mut left: Vec<&Dish> = self.dishes.iter().collect();
        let count = (1 + below(tape, FEW, MOST_OF_FEW) as usize).min(left.len());
        (0..count).map(|_| left.remove(below(tape, FEW, left.len() as u64) as usize)).collect()
    }

    /// Bursts, and where clients are, where the scenario says nothing of them.
    fn season(&self, spec: &mut FaultSpec, trouble: Duration, tape: &mut Tape) {
        if self.every {
            return;
        }
        if spec.burst == Knob::Fixed(Duration::ZERO) && below(tape, "swarm.bursts", 2) == 1 {
            spec.burst = Knob::Fixed(trouble / 16);
        }
        if spec.clients == Choice::Fixed(ClientSide::Anywhere) {
            use ClientSide::{Anywhere, Majority, Minority, Split};
            spec.clients = Choice::OneOf(vec![Anywhere, Majority, Minority, Split]);
        }
    }

    /// Puts a kind that is on into what is drawn from.
    fn serve(&self, dish: &Dish, few: bool, spec: &mut FaultSpec, nodes: u32, tape: &mut Tape) {
        match (&dish.own, dish.info.how) {
            (Some(Own::Rate(rate)), How::Steady { put, .. }) => put(spec, rate.clone()),
            (Some(Own::Recurring(own)), How::Recurring { put, .. }) => put(spec, (**own).clone()),
            (Some(Own::Stop(stop)), _) => spec.crash_stop = Some(stop.clone()),
            (Some(Own::Buggify(buggify)), _) => spec.buggify = Some(buggify.clone()),
            (_, how) => {
                let trouble = spec.trouble.greatest();
                Self::put_usual(dish.info, spec, trouble, nodes);
                if let How::Recurring { get, put, .. } = how
                    && let Some(mut usual) = get(spec).cloned()
                {
                    match few {
                        true => split(&mut usual, 1 << below(tape, dish.site, 4)),
                        false => weigh(&mut usual, below(tape, dish.site, 3)),
                    }
                    self.aim(&mut usual, dish.site, tape);
                    put(spec, usual);
                }
                if let Some(stop) = &mut spec.crash_stop
                    && dish.info.kind == FaultKind::CrashStop
                {
                    let most = self.gone.of(nodes);
                    stop.keep = Keep::Nodes(nodes - most);
                    stop.count = Knob::Between { min: 1, max: most.max(1) };
                }
            }
        }
    }

    /// Asks for a kind as is usual; says whether it can be asked for.
    pub(crate) fn put_usual(
        info: &KindInfo,
        spec: &mut FaultSpec,
        trouble: Duration,
        nodes: u32,
    ) -> bool {
        match info.how {
            How::Steady { put, usual } => {
                put(spec, Knob::OneOf(usual.iter().copied().map(Rate).collect()));
            }
            How::Recurring { put, usual, .. } => put(spec, usual(trouble)),
            How::Special if info.kind == FaultKind::CrashStop => {
                let most = Share::Minority.of(nodes).max(1);
                spec.crash_stop = Some(CrashStop {
                    count: Knob::Between { min: 1, max: most },
                    keep: Keep::Majority,
                    target: Choice::Fixed("any".to_owned()),
                });
            }
            How::Special if info.kind == FaultKind::Buggify => {
                spec.buggify = Some(BuggifySpec::default());
            }
            How::Special | How::Follows(_) => return false,
        }
        true
    }

    /// In one of four plans a kind is aimed, now and then, at a role: mostly at the first that the protocol names.
    fn aim(&self, usual: &mut Recurring, site: &'static str, tape: &mut Tape) {
        if self.roles.is_empty() || below(tape, site, 4) != 3 {
            return;
        }
        let role = match below(tape, site, 2) {
            0 => 0,
            _ => below(tape, site, self.roles.len() as u64) as usize,
        };
        let [any, role] = ["any", self.roles[role]].map(str::to_owned);
        usual.target = Choice::OneOf(vec![any, role]);
    }
}

/// Half as many for half as long, or as is usual, or twice as many for twice as long.
fn weigh(usual: &mut Recurring, weight: u64) {
    let scaled = |value: u64| match weight {
        0 => value / 2,
        1 => value,
        _ => value * 2,
    };
    if let Some(Knob::Between { min, max }) = &mut usual.count {
        *max = u32::from_units(scaled(max.to_units())).max(*min);
    }
    if let Knob::Between { min, max } = &mut usual.lasts {
        *max = Duration::from_units(scaled(max.to_units())).max(*min);
    }
}

/// So many times as many, each for so much less time.
fn split(usual: &mut Recurring, parts: u64) {
    if let Some(Knob::Between { max, .. }) = &mut usual.count {
        *max = u32::from_units(max.to_units() * parts);
    }
    if let Knob::Between { min, max } = &mut usual.lasts {
        *min = Duration::from_units(min.to_units() / parts);
        *max = Duration::from_units(max.to_units() / parts);
    }
}

/// Who is healed in the end: in half of the plans not everybody, but a quorum.
fn draw_core(
    budget: &FaultBudget,
    plan: &FaultPlan,
    members: &[NodeId],
    tape: &mut Tape,
) -> Option<Vec<NodeId>> {
    if below(tape, CORE, 2) == 0 {
        return None;
    }
    let Outside { most, first, gone } = budget.outside(plan, members);
    let outside = first.len() as u32;
    // A core that leaves out nobody but those who are gone is none.
    let more = u32::from(outside == gone);
    let room = most.checked_sub(outside + more)?;
    let mut core: Vec<NodeId> = members.iter().copied().filter(|n| !first.contains(n)).collect();
    for _ in 0..u64::from(more) + below(tape, CORE, u64::from(room) + 1) {
        let left_out = below(tape, CORE, core.len() as u64) as usize;
        core.remove(left_out);
    }
    (!core.is_empty()).then_some(core)
}

const CORE: &str = "swarm.core";
const FEW: &str = "swarm.few";
/// How many kinds are on at most where only a few are.
const MOST_OF_FEW: u64 = 3;

/// What the scenario says of a kind, where it says anything: a kind that is on happens, so none is none.
fn own(info: &KindInfo, spec: &FaultSpec) -> Option<Own> {
    match info.how {
        How::Steady { .. } => {
            let table = toml::Table::try_from(spec).expect("faults are a table");
            let rate: Knob<Rate> = table.get(info.key)?.clone().try_into().ok()?;
            some(rate, Rate(1)).map(Own::Rate)
        }
        How::Recurring { get, .. } => {
            let mut own = get(spec)?.clone();
            if let Some(count) = own.count {
                own.count = Some(some(count, 1)?);
            }
            Some(Own::Recurring(Box::new(own)))
        }
        How::Special if info.kind == FaultKind::Buggify => spec.buggify.clone().map(Own::Buggify),
        How::Special => {
            let mut own = spec.crash_stop.clone().filter(|_| info.kind == FaultKind::CrashStop)?;
            own.count = some(own.count, 1)?;
            Some(Own::Stop(own))
        }
        How::Follows(_) => None,
    }
}

/// The same knob without its zeros; nothing, where nothing is left.
fn some<T: Scalar>(knob: Knob<T>, least: T) -> Option<Knob<T>> {
    match knob {
        _ if knob.greatest() < least => None,
        Knob::OneOf(values) => {
            Some(Knob::OneOf(values.into_iter().filter(|value| *value >= least).collect()))
        }
        Knob::Between { min, max } => Some(Knob::Between { min: min.max(least), max }),
        fixed @ Knob::Fixed(_) => Some(fixed),
    }
}

fn below(tape: &mut Tape, site: &'static str, bound: u64) -> u64 {
    let site = tape.site(site);
    tape.choose(site, WORLD, bound)
}
