//! Whether a plan from a file fits a scenario, and agrees with itself.

use seatrial_node::NodeId;
use seatrial_sim::{FaultKind, FaultPlan, MILLION, PlannedFault};

use super::PlanFile;
use crate::faults::{How, KindInfo, kinds};
use crate::prepared::PlanSlip;
use crate::registry::Protocol;
use crate::scenario::words::counted;
use crate::scenario::{Knob, Scenario, ScenarioError, nearest, unknown};
use crate::sense::{Ground, Slip, clashes, excess, stop_of, there_is, too_late};

impl PlanFile {
    /// Holds the plan against the smallest world of this scenario.
    pub(crate) fn check(
        &self,
        scenario: &Scenario,
        protocol: &Protocol,
    ) -> Result<(), ScenarioError> {
        if !self.scenario.is_empty() && self.scenario != scenario.name {
            let (wanted, run) = (&self.scenario, &scenario.name);
            let meant = nearest(wanted, [run.as_str()]);
            let meant = meant.map_or_else(String::new, |meant| format!("did you mean `{meant}`? "));
            let what = format!(
                "the plan is for the scenario {wanted}, and {run} is run: {meant}run that one, or change the line, or leave it out"
            );
            return Err(self.origin.wrong("", "scenario", what));
        }
        let ground = Ground::new(scenario, protocol);
        self.check_rates()?;
        for (index, planned) in self.plan.faults.iter().enumerate() {
            let slip = self.time(planned).or_else(|| ground.fault(planned));
            self.held(&format!("faults[{index}]"), slip)?;
        }
        for (index, awaited) in self.plan.awaited.iter().enumerate() {
            self.held(&format!("awaited[{index}]"), ground.awaited(awaited))?;
        }
        if !self.overlaps {
            self.check_sober()?;
        }
        match self.core(ground.members()) {
            Some(what) => Err(self.origin.wrong("", "core", what)),
            None => Ok(()),
        }
    }

    /// Whether no fault contradicts or repeats another, or is less than it says, as those may that a seed draws.
    fn check_sober(&self) -> Result<(), ScenarioError> {
        const DRAWN: &str = "as in plans that a seed drew, `overlaps = true` lets it be";
        let FaultPlan { faults, awaited, heal_after, core, .. } = &self.plan;
        let name = |index: usize| format!("faults[{index}]");
        if let Some(clash) = too_late(faults).into_iter().chain(clashes(faults)).next() {
            let what = clash.told(self.origin.line(&name(clash.other), "at"));
            let slip = ("at".to_owned(), format!("{what}; {DRAWN}"));
            return self.held(&name(clash.place), Some(slip));
        }
        let timed = faults.iter().enumerate().map(|(index, fault)| (name(index), fault));
        let waiting = awaited.iter().enumerate();
        let waiting = waiting.map(|(index, all)| (format!("awaited[{index}]"), &all.then));
        for (entry, planned) in timed.chain(waiting) {
            let slip = excess(planned, *heal_after, core.as_ref());
            self.held(&entry, slip.map(|(key, what)| (key, format!("{what}; {DRAWN}"))))?;
        }
        Ok(())
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
            let many = counted(count, name.trim_end_matches('s'));
            let what = format!("the scenario never has {many}: change it there, or here");
            return Err(self.origin.wrong("", name, what));
        }
        *knob = Knob::Fixed(count);
        Ok(())
    }

    /// The same error, where the plan was read.
    pub(crate) fn wrong(&self, slip: PlanSlip) -> ScenarioError {
        self.origin.wrong(&slip.table, &slip.key, slip.what)
    }

    /// Whether a reader would take it for a slip of the pen, were it not drawn so.
    pub(super) fn has_overlaps(plan: &FaultPlan) -> bool {
        let waiting = plan.awaited.iter().map(|awaited| &awaited.then);
        let mut all = plan.faults.iter().chain(waiting);
        !clashes(&plan.faults).is_empty()
            || !too_late(&plan.faults).is_empty()
            || all.any(|planned| excess(planned, plan.heal_after, plan.core.as_ref()).is_some())
    }

    fn check_rates(&self) -> Result<(), ScenarioError> {
        let rates = toml::Table::try_from(self.plan.rates).expect("rates are a table");
        let buggify = rates.get("buggify").and_then(toml::Value::as_table);
        let tables = [("rates", Some(&rates)), ("rates.buggify", buggify)];
        for (table, rates) in tables.iter().filter_map(|(table, rates)| Some((*table, (*rates)?))) {
            let is_more = |value: &toml::Value| value.as_integer() > Some(i64::from(MILLION));
            if let Some((name, rate)) = rates.iter().find(|(_, rate)| is_more(rate)) {
                let what =
                    format!("{name} = {rate}: rates are parts in a million, so {MILLION} at most");
                return Err(self.origin.wrong(table, name, what));
            }
        }
        Ok(())
    }

    /// No error, where there is no slip.
    fn held(&self, entry: &str, slip: Option<Slip>) -> Result<(), ScenarioError> {
        slip.map_or(Ok(()), |(key, what)| Err(self.origin.wrong(entry, &key, what)))
    }

    /// Whether it begins before the world heals.
    fn time(&self, planned: &PlannedFault) -> Option<(String, String)> {
        let (at, heal, kind) = (planned.at, self.plan.heal_after, planned.fault.kind());
        (at >= heal).then(|| {
            let what = format!(
                "the {kind} begins at {at}, and the world has healed at {heal}: begin it sooner or heal later"
            );
            ("at".into(), what)
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
        let stopped = |node: &&NodeId| stop_of(&self.plan.faults, **node).is_some();
        let stopped = core.iter().find(stopped)?;
        Some(format!(
            "the core names {stopped}, which is stopped for good: take one of the two out"
        ))
    }
}

/// Takes out of a drawn plan what a reader would refuse and the world lets pass, and says what that was and why.
pub(super) fn take_out_idle(plan: &mut FaultPlan) -> Vec<String> {
    // What a burst drew for a time after the healing never begins anyway.
    let heal_after = plan.heal_after;
    plan.faults.retain(|planned| planned.at < heal_after);
    let moot = |(index, planned): (usize, &PlannedFault)| planned.fault.moot().map(|_| index);
    let idle: Vec<usize> = plan.faults.iter().enumerate().filter_map(moot).collect();
    let mut left_out = Vec::new();
    for index in idle.into_iter().rev() {
        let PlannedFault { at, fault, .. } = plan.faults.remove(index);
        left_out
            .push(format!("left out, for it does nothing: {} of {fault} at {at}", fault.kind()));
    }
    left_out.reverse();
    left_out
}

/// What is wrong with a kind of fault that a plan names, if anything.
pub(super) fn no_kind(name: &str) -> Option<String> {
    let is_rate = |info: &&KindInfo| {
        matches!(info.how, How::Steady { .. }) || info.kind == FaultKind::Buggify
    };
    let follows = |info: &&KindInfo| matches!(info.how, How::Follows(_));
    let planned = kinds().filter(|info| !is_rate(info) && !follows(info));
    let known = planned.map(|info| info.kind.name());
    if known.clone().any(|known| known == name) {
        return None;
    }
    let other = kinds().find(|info| info.kind.name() == name);
    Some(match other.map(|info| info.how) {
        Some(How::Follows(kind)) => {
            format!("a {name} is no fault by itself: it comes with a {kind}")
        }
        Some(How::Special) => format!(
            "{name} is given by two rates: write `sites` and `fires` under [rates.{name}], in parts of a million"
        ),
        Some(_) => format!("{name} is a rate: write it under [rates], in parts of a million"),
        None => unknown("kind of fault", name, known),
    })
}
