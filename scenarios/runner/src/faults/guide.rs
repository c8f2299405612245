//! What users read of a kind of fault: how it is asked for, with an example.

use seatrial_node::Duration;
use seatrial_sim::{FaultKind, FaultPlan, Rates};
use serde::Serialize;

use super::{COMMON, How, KindInfo, KnobInfo};
use crate::draw::{Menu, plan_of};
use crate::scenario::{BuggifySpec, FaultSpec, Knob, Rate, Recurring};

impl KindInfo {
    /// How it is asked for, in a word or two.
    pub fn form(&self) -> &'static str {
        match self.how {
            How::Steady { .. } => "rate",
            How::Recurring { .. } => "recurs",
            How::Special => "special",
            How::Follows(_) => "follows",
        }
    }

    /// Its knobs: those of all that recur, where it does, and its own.
    pub fn all_knobs(&self) -> impl Iterator<Item = &'static KnobInfo> {
        let common: &[KnobInfo] = match self.how {
            How::Recurring { .. } => &COMMON,
            _ => &[],
        };
        common.iter().chain(self.knobs)
    }

    /// How often and for how long swarm draws it, where it draws as is usual; nothing, where it does not draw it by itself.
    pub fn usual(&self) -> Option<String> {
        match self.how {
            How::Steady { usual, .. } => {
                let rates: Vec<String> = usual.iter().map(|rate| Rate(*rate).to_string()).collect();
                Some(format!("one of {}", rates.join(", ")))
            }
            How::Recurring { usual, .. } => {
                let Recurring { count, lasts, .. } = usual(SECOND);
                let count = count.map_or_else(String::new, |count| match count {
                    Knob::Between { min: 1, max: 1 } => "once".to_owned(),
                    count => format!("{count} times"),
                });
                let lasts = (lasts.greatest() > Duration::ZERO)
                    .then(|| format!(", for {lasts} each, in a second of trouble"));
                Some(count + &lasts.unwrap_or_default())
            }
            How::Special if self.kind == FaultKind::CrashStop => Some("a minority at most".into()),
            How::Special => {
                let BuggifySpec { sites, fires } = BuggifySpec::default();
                Some(format!("{sites} of the points, {fires} of the time"))
            }
            How::Follows(_) => None,
        }
    }

    /// How a scenario asks for it as swarm does, as TOML; nothing, where it comes with another kind.
    pub fn scenario_example(&self) -> Option<String> {
        let (spec, calm) = (self.alone()?, FaultSpec::default());
        let table = |spec: &FaultSpec| toml::Table::try_from(spec).expect("faults are a table");
        let calm = table(&calm);
        let mut text = "[faults]".to_owned();
        for (key, value) in table(&spec).iter().filter(|(key, value)| calm.get(*key) != Some(value))
        {
            text.push_str(&format!("\n{key} = {value}"));
        }
        if self.kind == FaultKind::Upgrade {
            text.push_str("\n\n[cluster.versions.2]\n# what version 2 has otherwise, as in [cluster.settings]");
        }
        Some(text)
    }

    /// How a plan has it, as TOML; nothing, where it comes with another kind.
    pub fn plan_example(&self) -> Option<String> {
        let FaultPlan { rates, mut faults, .. } = plan_of(&self.alone()?);
        faults.truncate(1);
        let text = match faults.is_empty() {
            false => toml::to_string(&Faults { faults }),
            true => toml::to_string(&Steady { rates }),
        };
        let text = text.expect("a plan is a table");
        // Of the rates only this one is of interest.
        let kept = |line: &&str| !line.ends_with("= 0") && !line.starts_with("reorder_delay");
        let mut text = text.lines().filter(kept).collect::<Vec<_>>().join("\n");
        if self.kind == FaultKind::Upgrade {
            text.push_str("  # as [cluster.versions.2] of the scenario says");
        }
        Some(text)
    }

    /// Trouble of a second with only this kind in it, as swarm asks for it.
    fn alone(&self) -> Option<FaultSpec> {
        let mut spec = FaultSpec { trouble: Knob::Fixed(SECOND), ..FaultSpec::default() };
        Menu::put_usual(self, &mut spec, SECOND, 3).then_some(spec)
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[derive(Serialize)]
struct Faults {
    faults: Vec<seatrial_sim::PlannedFault>,
}

#[derive(Serialize)]
struct Steady {
    rates: Rates,
}

#[cfg(test)]
mod tests {
    use crate::faults::kinds;
    use crate::{LIBRARY, PlanFile, Prepared, Registry, Scenario};

    /// The library's raft-kv with these faults in place of its own.
    fn with_faults(faults: &str) -> Scenario {
        let entry = LIBRARY.iter().find(|entry| entry.name == "raft-kv");
        let text = entry.expect("it is in the library").text;
        let (before, rest) = text.split_once("\n[faults]").expect("it has faults");
        let after = rest.split_once("\n[").map_or_else(String::new, |(_, rest)| format!("[{rest}"));
        let text = format!("{before}\n{after}\n\n{faults}\n");
        Scenario::parse("kv.toml", &text).unwrap_or_else(|error| panic!("{error}\n{faults}"))
    }

    #[test]
    fn every_example_can_be_pasted_into_a_usual_scenario_and_into_a_plan_for_it() {
        for info in kinds().filter(|info| info.follows().is_none()) {
            let faults = info.scenario_example().expect("it can be asked for");
            let mut scenario = with_faults(&faults);
            scenario.cluster.nodes = crate::scenario::Knob::Fixed(3);
            let prepared = Prepared::new(&Registry::ours(), scenario, None);
            let prepared = prepared.unwrap_or_else(|error| panic!("{error}\n{faults}"));
            let kind = info.kind.name();
            let drawn = (0..20).any(|seed| prepared.plan(seed).has_trouble());
            assert!(drawn, "{kind}: nothing comes of it");
            let plan = info.plan_example().expect("it can be planned");
            let plan = format!("seatrial_plan = 1\nnodes = 3\nheal_after = '1s'\n\n{plan}\n");
            let read = PlanFile::parse("plan.toml", &plan);
            let read = read.unwrap_or_else(|error| panic!("{error}\n{plan}"));
            let fits = prepared.with_plan(&read);
            fits.unwrap_or_else(|error| panic!("{error}\n{plan}"));
        }
    }
}
