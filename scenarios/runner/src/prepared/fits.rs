//! Whether a scenario fits its protocol and workload: what is wrong is told with the table and the key that say it.

use std::collections::BTreeMap;

use seatrial_checkers::linearizability::Model;
use seatrial_node::{Boot, Duration, NodeId, intern};
use seatrial_sim::{PlannedFault, Target};

use crate::faults::asked;
use crate::registry::{Protocol, Settings, WorkloadInfo};
use crate::scenario::{Choice, JudgeSpec, Knob, Scenario, Setting, target, unknown};
use crate::sense::{Ground, Slip, clashes, excess, no_wire, too_late};
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
            let has = if nodes == 1 { "n0".to_owned() } else { format!("n0 to n{}", nodes - 1) };
            Some(format!("there is no {node} in the smallest cluster, which has {has}"))
        }
        Target::Role(role) => protocol.role_problem(role),
        Target::Node(_) => None,
    };
    let faults = &scenario.faults;
    let phases = faults.phase.iter().map(|phase| ("faults.phase", phase));
    for (table, spec) in std::iter::once(("faults", faults)).chain(phases) {
        for (info, spec) in asked(spec) {
            let mut files = spec.file.iter().flat_map(Choice::values);
            if let Some(what) = files.find_map(|file| protocol.file_problem(file)) {
                return Err((table, info.key, what));
            }
        }
        let stop = spec.crash_stop.iter().map(|stop| ("crash_stop", &stop.target));
        let drawn = asked(spec).map(|(info, spec)| (info.key, &spec.target));
        for (key, targets) in drawn.chain(stop) {
            let mut targets = targets.values().iter().map(|text| target(text, || NodeId(0)));
            if let Some(what) = targets.find_map(|target| wrong(&target)) {
                return Err((table, key, what));
            }
        }
    }
    Ok(())
}

/// Whether what is written of faults one by one makes sense: the script, that of each phase, and what waits.
pub(super) fn written(
    scenario: &Scenario,
    protocol: &Protocol,
) -> Result<(), (&'static str, &'static str, String)> {
    let ground = Ground::new(scenario, protocol);
    let wrong = |entry: &str, (key, what): Slip| Err((intern(entry), intern(&key), what));
    let faults = &scenario.faults;
    let (longest, core) = (faults.longest(), faults.core.as_ref());
    let script = |table: &str, script: &[PlannedFault]| {
        let beyond = |planned| ground.fault(planned).or_else(|| excess(planned, longest, core));
        let slip = |(index, planned)| Some((index, beyond(planned)?));
        let by_itself = script.iter().enumerate().find_map(slip);
        let against = || {
            let clash = too_late(script).into_iter().chain(clashes(script)).next()?;
            let other = scenario.line(&format!("{table}[{}]", clash.other), "at");
            Some((clash.place, ("at".to_owned(), clash.told(other))))
        };
        let found = by_itself.or_else(against);
        found.map_or(Ok(()), |(index, slip)| wrong(&format!("{table}[{index}]"), slip))
    };
    script("faults.script", &faults.script)?;
    for (place, phase) in faults.phase.iter().enumerate() {
        script(&format!("faults.phase[{place}].script"), &phase.script)?;
    }
    if let Some((entry, what)) = gone_before(scenario) {
        return wrong(&entry, ("at".to_owned(), what));
    }
    for (index, awaited) in faults.awaited.iter().enumerate() {
        let beyond = || excess(&awaited.then, longest, core);
        if let Some(slip) = ground.awaited(awaited).or_else(beyond) {
            return wrong(&format!("faults.awaited[{index}]"), slip);
        }
    }
    Ok(())
}

/// A fault in the script of a phase whose node is gone since an earlier one: which, and why it is wrong.
fn gone_before(scenario: &Scenario) -> Option<(String, String)> {
    let (mut entries, mut all) = (Vec::new(), Vec::new());
    let mut begin = Duration::ZERO;
    for (place, phase) in scenario.faults.phase.iter().enumerate() {
        for (index, planned) in phase.script.iter().enumerate() {
            entries.push(format!("faults.phase[{place}].script[{index}]"));
            all.push(PlannedFault { at: begin + planned.at, ..planned.clone() });
        }
        begin = begin + phase.lasts.as_ref().map_or(Duration::ZERO, Knob::greatest);
    }
    let clash = too_late(&all).into_iter().next()?;
    let what = clash.told(scenario.line(&entries[clash.other], "at"));
    Some((entries.swap_remove(clash.place), what))
}

/// Whether messages have bytes that could change, where they are to.
pub(super) fn wire(
    scenario: &Scenario,
    protocol: &Protocol,
) -> Result<(), (&'static str, &'static str, String)> {
    let mut tables = std::iter::once(&scenario.faults).chain(&scenario.faults.phase);
    let table = tables.position(|faults| faults.corrupt.is_some());
    let table = match table {
        Some(0) => "faults",
        Some(_) => "faults.phase",
        None => return Ok(()),
    };
    if protocol.has_wire() {
        return Ok(());
    }
    Err((table, "corrupt", no_wire(protocol.name())))
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
