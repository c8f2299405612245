//! Whether a scenario fits its protocol and workload: what is wrong is told with the table and the key that say it.

use std::collections::BTreeMap;

use seatrial_checkers::linearizability::Model;
use seatrial_node::{Boot, NodeId};
use seatrial_sim::{Fault, PlannedFault, Target, When};

use crate::faults::asked;
use crate::intern::intern;
use crate::registry::{Protocol, Settings, WorkloadInfo};
use crate::scenario::{Choice, JudgeSpec, Scenario, Setting, target, unknown};
use crate::workload::NONE;

/// Every value that may be drawn for a setting is known to the protocol and makes sense to it, in every version.
pub(super) fn settings<'s>(
    scenario: &'s Scenario,
    protocol: &Protocol,
) -> Result<(), (&'static str, &'s str, String)> {
    let cluster = &scenario.cluster;
    let fits = SettingsFit { scenario, protocol, boot: Boot::first(NodeId(0)) };
    fits.check("cluster.settings", &BTreeMap::new(), &cluster.settings)?;
    for (version, settings) in &cluster.versions {
        let boot = Boot { version: version.number(), ..fits.boot };
        let table = intern(&format!("cluster.versions.{version}"));
        SettingsFit { boot, ..fits }.check(table, &firsts(&cluster.settings), settings)?;
    }
    Ok(())
}

/// Of each setting the first value that may be drawn.
fn firsts(settings: &BTreeMap<String, Choice<Setting>>) -> BTreeMap<String, Setting> {
    let first =
        |(name, choice): (&String, &Choice<Setting>)| (name.clone(), choice.values()[0].clone());
    settings.iter().map(first).collect()
}

/// Asks the protocol whether settings make sense.
#[derive(Clone, Copy)]
struct SettingsFit<'s> {
    scenario: &'s Scenario,
    protocol: &'s Protocol,
    boot: Boot,
}

impl SettingsFit<'_> {
    /// These settings over those others.
    fn check<'s>(
        &self,
        table: &'static str,
        others: &BTreeMap<String, Setting>,
        settings: &'s BTreeMap<String, Choice<Setting>>,
    ) -> Result<(), (&'static str, &'s str, String)> {
        for (name, choice) in settings {
            let known = self.protocol.settings().iter().map(|setting| setting.name);
            if !known.clone().any(|known| known == name) {
                let what = unknown(&format!("setting of {}", self.protocol.name()), name, known);
                return Err((table, name, what));
            }
            for value in choice.values() {
                let mut together = others.clone();
                together.extend(firsts(settings));
                together.insert(name.clone(), value.clone());
                let Err(what) = self.ask(&together) else {
                    continue;
                };
                // They are checked together, for some must fit others; one that is wrong by itself is to blame.
                let alone = |(name, value): &(&String, &Setting)| {
                    self.ask(&BTreeMap::from([((*name).clone(), (*value).clone())])).is_err()
                };
                let blamed = together.iter().find(alone).map_or(name, |(name, _)| name);
                let given = settings.get_key_value(blamed);
                return Err((table, given.map_or(name, |(name, _)| name), what));
            }
        }
        Ok(())
    }

    fn ask(&self, values: &BTreeMap<String, Setting>) -> Result<(), String> {
        let settings = Settings::new(values.clone()).at(self.boot, &BTreeMap::new());
        self.protocol.check(&self.scenario.workload.name, &settings)
    }
}

/// Whether every fault is aimed at somebody whom each cluster that may be drawn has, or at a role that nodes show.
pub(super) fn targets(
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
    let phases = faults.phase.iter().map(|phase| ("faults.phase", phase));
    for (table, spec) in std::iter::once(("faults", faults)).chain(phases) {
        let stop = spec.crash_stop.iter().map(|stop| ("crash_stop", &stop.target));
        let drawn = asked(spec).map(|(info, spec)| (info.key, &spec.target));
        for (key, targets) in drawn.chain(stop) {
            let mut targets = targets.values().iter().map(|text| target(text, || NodeId(0)));
            if let Some(what) = targets.find_map(|target| wrong(&target)) {
                return Err((table, key, what));
            }
        }
    }
    for awaited in &faults.awaited {
        let role = match &awaited.when {
            When::Role(role) => protocol.role_problem(role),
            _ => None,
        };
        let problems = [("when", role), ("node", awaited.then.fault.target().and_then(wrong))];
        for (key, problem) in problems {
            if let Some(what) = problem {
                return Err(("faults.awaited", key, what));
            }
        }
    }
    let scripted = faults.script.iter().filter_map(|planned| planned.fault.target());
    scripted.filter_map(wrong).next().map_or(Ok(()), |what| Err(("faults.script", "node", what)))
}

/// Whether messages have bytes that could change, where they are to.
pub(super) fn wire(
    scenario: &Scenario,
    protocol: &Protocol,
) -> Result<(), (&'static str, &'static str, String)> {
    let is_corrupt = |planned: &PlannedFault| matches!(planned.fault, Fault::Corrupt { .. });
    let place = match &scenario.faults {
        faults if faults.corrupt.is_some() => ("faults", "corrupt"),
        faults if faults.script.iter().any(is_corrupt) => ("faults.script", "kind"),
        _ => return Ok(()),
    };
    if protocol.has_wire() {
        return Ok(());
    }
    let name = protocol.name();
    let what = format!("messages of {name} have no form in bytes that could change: leave it out");
    Err((place.0, place.1, what))
}

/// Whether there are no clients, where they would have nothing to ask.
pub(super) fn clients(scenario: &Scenario, workload: WorkloadInfo) -> Result<(), String> {
    if workload == NONE && scenario.clients.count.greatest() > 0 {
        let protocol = &scenario.protocol;
        return Err(format!("clients have nothing to ask of {protocol}: write count = 0"));
    }
    Ok(())
}

/// Whether the workload knows every operation that is to be mixed in.
pub(super) fn mix(scenario: &Scenario, workload: WorkloadInfo) -> Result<(), String> {
    let known = workload.operations;
    let strange = scenario.workload.mix.keys().find(|name| !known.contains(&name.as_str()));
    let what = || format!("operation of the workload {}", workload.name);
    strange.map_or(Ok(()), |name| Err(unknown(&what(), name, known.iter().copied())))
}

/// Whether the model knows every operation that clients may do.
pub(super) fn model(scenario: &Scenario, workload: WorkloadInfo) -> Result<(), String> {
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
