//! Whether a plan from a file fits a scenario, and agrees with itself.

use seatrial_node::{Duration, NodeId};
use seatrial_sim::{FaultPlan, Group, MILLION, PlannedFault, Target};

use super::PlanFile;
use crate::faults::{How, kinds};
use crate::registry::Protocol;
use crate::scenario::{Knob, Scenario, ScenarioError, Zone, unknown};

impl PlanFile {
    /// Holds the plan against the smallest world of this scenario.
    pub(crate) fn check(
        &self,
        scenario: &Scenario,
        protocol: &Protocol,
    ) -> Result<(), ScenarioError> {
        let members: Vec<NodeId> = (0..scenario.cluster.nodes.least()).map(NodeId).collect();
        let clients = scenario.clients.count.least();
        self.check_rates()?;
        for (index, planned) in self.plan.faults.iter().enumerate() {
            let wrong = |(key, what): (String, String)| Err(self.origin.wrong(index, &key, what));
            self.time(planned).map_or(Ok(()), wrong)?;
            let zones = scenario.cluster.zones.as_ref();
            let zones = zones.map_or_else(Vec::new, |zones| zones.of(&members));
            who(planned, protocol, &members, clients, &zones).map_or(Ok(()), wrong)?;
        }
        if let Some((index, what)) = contradictions(&self.plan).into_iter().next() {
            return Err(self.origin.wrong(index, "at", what));
        }
        match self.core(&members) {
            Some(what) => {
                Err(ScenarioError::new(&self.origin.file, what).at(&self.origin.text, "", "core"))
            }
            None => Ok(()),
        }
    }

    /// Lets a scenario have just so many of something, if it may have.
    pub(crate) fn pin(
        &self,
        name: &str,
        count: Option<u32>,
        knob: &mut Knob<u32>,
    ) -> Result<(), ScenarioError> {
        let Some(count) = count else { return Ok(()) };
        if !knob.may_be(count) {
            let what = format!("the scenario never has {count} {name}: change it there, or here");
            return Err(ScenarioError::new(&self.origin.file, what).at(
                &self.origin.text,
                "",
                name,
            ));
        }
        *knob = Knob::Fixed(count);
        Ok(())
    }

    fn check_rates(&self) -> Result<(), ScenarioError> {
        let rates = toml::Table::try_from(self.plan.rates).expect("rates are a table");
        let is_more = |value: &toml::Value| value.as_integer() > Some(i64::from(MILLION));
        let Some((name, rate)) = rates.iter().find(|(_, rate)| is_more(rate)) else {
            return Ok(());
        };
        let what = format!("{name} = {rate}: rates are parts in a million, so {MILLION} at most");
        Err(ScenarioError::new(&self.origin.file, what).at(&self.origin.text, "rates", name))
    }

    /// Whether it begins before the world heals, and ends after it begins, unless it happens at once.
    fn time(&self, planned: &PlannedFault) -> Option<(String, String)> {
        let (at, heal, kind) = (planned.at, self.plan.heal_after, planned.fault.kind());
        if at >= heal {
            let what = format!(
                "the {kind} begins at {at}, and the world has healed at {heal}: begin it sooner or heal later"
            );
            return Some(("at".into(), what));
        }
        (planned.lasts == Duration::ZERO && !planned.fault.is_instant()).then(|| {
            let what = format!("the {kind} at {at} is over before it begins: let it last longer");
            ("lasts".into(), what)
        })
    }

    /// What is wrong with who is healed.
    fn core(&self, members: &[NodeId]) -> Option<String> {
        let core = self.plan.core.as_ref()?;
        if core.is_empty() {
            return Some("nobody is in the core: name who is healed, or leave it out".into());
        }
        if let Some(stranger) = core.iter().find(|node| !members.contains(node)) {
            return Some(format!("the core names {stranger}, and {}", there_is(members)));
        }
        let stopped = |node: &&NodeId| stop_of(&self.plan, **node).is_some();
        let stopped = core.iter().find(stopped)?;
        Some(format!(
            "the core names {stopped}, which is stopped for good: take one of the two out"
        ))
    }
}

/// Whether everybody whom a fault names is there: the word to blame, and what is wrong.
fn who(
    planned: &PlannedFault,
    protocol: &Protocol,
    members: &[NodeId],
    clients: u32,
    zones: &[Zone],
) -> Option<(String, String)> {
    if let Some(Target::Role(role)) = planned.fault.target()
        && let Some(what) = protocol.role_problem(role)
    {
        return Some((role.clone(), what));
    }
    let table = toml::Table::try_from(&planned.fault).expect("every fault is a table");
    if let Some(zone) = table.get("zone").and_then(toml::Value::as_str) {
        let known = zones.iter().map(|(name, _)| name.as_str());
        let is_node = zones.is_empty() && zone.parse::<NodeId>().is_ok();
        if !is_node && !known.clone().any(|known| known == zone) {
            return Some((zone.to_owned(), unknown("zone", zone, known)));
        }
    }
    let alone = FaultPlan { faults: vec![planned.clone()], ..FaultPlan::calm() };
    let mut problem = alone.problem(members, clients)?;
    let mut words = problem.split_whitespace();
    let stranger =
        words.rfind(|word| word.parse::<NodeId>().is_ok()).unwrap_or_default().to_owned();
    if problem.contains("there is no n") {
        problem = format!("{problem}: {}", there_is(members));
    }
    Some((stranger, problem))
}

fn there_is(members: &[NodeId]) -> String {
    match members {
        [] => "there is nobody".to_owned(),
        [only] => format!("there is only {only}"),
        [first, .., last] => {
            format!("there is {first} to {last}; `nodes = {}` makes it one more", members.len() + 1)
        }
    }
}

/// Faults of nodes that are gone by then, by their places: with a sentence each. Faults that overlap are none: a node that is down crashes
/// no more, cuts add up.
fn contradictions(plan: &FaultPlan) -> Vec<(usize, String)> {
    let contradicts = |(index, planned): (usize, &PlannedFault)| {
        let Some(Target::Node(node)) = planned.fault.target() else { return None };
        let (place, stopped) = stop_of(plan, *node)?;
        let (kind, at) = (planned.fault.kind(), planned.at);
        let later = (stopped, place) < (at, index) && place != index;
        (later && kind.group() != Group::Network).then(|| {
            let what = format!(
                "the {kind} of {node} at {at} contradicts its crash-stop at {stopped}: it is gone by then; take one of the two out"
            );
            (index, what)
        })
    };
    plan.faults.iter().enumerate().filter_map(contradicts).collect()
}

/// When this node is first stopped for good, and by which fault.
fn stop_of(plan: &FaultPlan, node: NodeId) -> Option<(usize, Duration)> {
    let stops = |(index, planned): (usize, &PlannedFault)| {
        let is = planned.fault.is_for_ever() && planned.fault.target() == Some(&Target::Node(node));
        is.then_some((index, planned.at))
    };
    plan.faults.iter().enumerate().filter_map(stops).min_by_key(|(index, at)| (*at, *index))
}

/// Takes out of a drawn plan what a reader would refuse, and says what that was.
pub(super) fn take_out_contradictions(plan: &mut FaultPlan) -> Vec<String> {
    // What a burst drew for a time after the healing never begins anyway.
    let heal_after = plan.heal_after;
    plan.faults.retain(|planned| planned.at < heal_after);
    let mut left_out = Vec::new();
    for (index, _) in contradictions(plan).into_iter().rev() {
        let PlannedFault { at, fault, .. } = plan.faults.remove(index);
        left_out.push(format!("{} of {fault} at {at}", fault.kind()));
    }
    left_out.reverse();
    left_out
}

/// What is wrong with a kind of fault that a plan names, if anything.
pub(super) fn no_kind(name: &str) -> Option<String> {
    let planned = kinds().filter(|info| matches!(info.how, How::Recurring { .. } | How::Special));
    let known = planned.map(|info| info.kind.name());
    if known.clone().any(|known| known == name) {
        return None;
    }
    let other = kinds().find(|info| info.kind.name() == name);
    Some(match other.map(|info| info.how) {
        Some(How::Follows(kind)) => {
            format!("a {name} is no fault by itself: it comes with a {kind}")
        }
        Some(_) => format!("{name} is a rate: write it under [rates], in parts of a million"),
        None => unknown("kind of fault", name, known),
    })
}

pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// The key of a line.
pub(super) fn named(line: &str) -> &str {
    line.split('=').next().unwrap_or_default().trim()
}
