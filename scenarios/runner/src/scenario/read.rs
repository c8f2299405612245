//! Reads and checks scenario files.

use std::path::Path;

use seatrial_node::{Duration, NodeId};
use seatrial_sim::{Fault, FaultKind, FaultPlan, Latency, Target};

use super::error::{nearest, unknown};
use super::words::counted;
use super::{
    Choice, FaultSpec, Knob, LibraryEntry, Origin, Rate, Scenario, ScenarioError, kind, phase,
    senseless, shape,
};
use crate::document::Document;
use crate::faults::{asked, asked_for};
use crate::files;

impl Scenario {
    /// The scenario of this name from a library, or else from the file of this path.
    pub(crate) fn find(
        library: &[LibraryEntry],
        name_or_path: &str,
    ) -> Result<Self, ScenarioError> {
        if let Some(entry) = library.iter().find(|entry| entry.name == name_or_path) {
            return Self::parse(entry.path, entry.text);
        }
        let path = Path::new(name_or_path);
        if !path.exists() {
            return Err(no_such_scenario(library, name_or_path));
        }
        Self::parse(name_or_path, &files::read(path)?)
    }

    /// Reads a scenario from text. `file` is what errors call it.
    ///
    /// # Errors
    /// Where the text is no TOML, has a field that a scenario has not, lacks one, or has a value that makes no sense.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        Document::Scenario.unless_other(file, text)?;
        if let Some((table, key, what)) = shape::check(text) {
            return Err(ScenarioError::new(file, what).at(text, table, key));
        }
        let mut scenario: Self =
            toml::from_str(text).map_err(|error| ScenarioError::from_toml(file, text, &error))?;
        scenario.origin = Origin { file: file.to_owned(), text: text.to_owned(), within: "" };
        let checked = scenario.check().and_then(|()| scenario.check_unphased(text));
        let checked = checked.and_then(|()| senseless::check(&scenario));
        checked.map_err(|(table, key, what)| scenario.wrong(table, key, what))?;
        Ok(scenario)
    }

    /// How long the trouble goes on is said once: neither beside phases nor in one, even where it is what nobody need say.
    fn check_unphased(&self, text: &str) -> Result<(), (&'static str, &'static str, String)> {
        let written: toml::Table = toml::from_str(text).unwrap_or_default();
        let faults = written.get("faults");
        let says = |table: &toml::Value| table.get("trouble").is_some();
        if faults.is_some_and(says) && !self.faults.phase.is_empty() {
            return Err(phase::twice());
        }
        let phases = faults.and_then(|faults| faults.get("phase")?.as_array());
        let phase = phases.and_then(|phases| phases.iter().position(says));
        phase.map_or(Ok(()), |place| {
            let name = self.faults.phase[place].name.as_deref().unwrap_or_default();
            Err(phase::of_the_whole("trouble", name))
        })
    }

    /// The scenario as text, complete, with every default written out.
    pub fn to_toml(&self) -> String {
        let whole = toml::to_string_pretty(self).expect("every scenario has a form in TOML");
        if self.faults.phase.is_empty() {
            return whole;
        }
        // Phases say how long the trouble lasts, each for itself.
        whole.split_inclusive('\n').filter(|line| !line.starts_with("trouble = ")).collect()
    }

    /// What reading alone does not see: which table, which key, what is wrong.
    pub(crate) fn check(&self) -> Result<(), (&'static str, &'static str, String)> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.name.is_empty() || !self.name.chars().all(plain) {
            let what = format!("the name {:?} has to be of a-z, 0-9 and -", self.name);
            return Err(("", "name", what));
        }
        if self.judge.checkers.is_empty() {
            return Err(("judge", "checkers", "nobody judges: name at least one checker".into()));
        }
        self.check_trouble()
    }

    /// Whether there are nodes, times are possible and scripted faults fit.
    pub(crate) fn check_trouble(&self) -> Result<(), (&'static str, &'static str, String)> {
        if self.cluster.nodes.least() == 0 {
            return Err(("cluster", "nodes", "a cluster has at least one node".into()));
        }
        let most = self.cluster.nodes.greatest();
        if most > MAX_NODES {
            let what = format!("{most} nodes; at most {MAX_NODES} can be simulated");
            return Err(("cluster", "nodes", what));
        }
        for (key, time) in [("timeout", &self.clients.timeout), ("give_up", &self.clients.give_up)]
        {
            if time.least() == Duration::ZERO {
                let what = format!("{key} may be no time at all: a client would never wait");
                return Err(("clients", key, what));
            }
        }
        let clients = self.clients.count.greatest();
        if clients > MAX_CLIENTS {
            let what = format!("{clients} clients; at most {MAX_CLIENTS} can be simulated");
            return Err(("clients", "count", what));
        }
        let keys = self.workload.keys.greatest();
        if keys > MAX_KEYS {
            return Err((
                "workload",
                "keys",
                format!("{keys} keys; there may be {MAX_KEYS} at most"),
            ));
        }
        if self.workload.keys.least() == 0 {
            let what = "there may be no key at all: a workload has at least one".into();
            return Err(("workload", "keys", what));
        }
        if let Some(what) = self.cluster.zones.as_ref().and_then(|zones| zones.problem(most)) {
            return Err(("cluster", "zones", what));
        }
        self.check_latencies()?;
        self.check_crash_stop()?;
        self.check_recurring()?;
        self.check_versions()?;
        self.check_synchrony()?;
        self.check_script()
    }

    /// Somebody may crash for good, and somebody is left.
    fn check_crash_stop(&self) -> Result<(), (&'static str, &'static str, String)> {
        let Some(stop) = &self.faults.crash_stop else {
            return Ok(());
        };
        let most = self.cluster.nodes.greatest();
        let keep = stop.keep.of(most);
        let what = if keep == 0 {
            "with keep = 0 all nodes may crash for good: keep one at least".to_owned()
        } else if keep >= most {
            let nodes = counted(most, "node");
            format!("keep = {keep} of {nodes} at most: nobody could crash; keep fewer")
        } else {
            return Ok(());
        };
        Err(("faults", "crash_stop", what))
    }

    /// What recurs is said to be so many times or every so often, and to last if it has an end; phases are phases and nothing else.
    fn check_recurring(&self) -> Result<(), (&'static str, &'static str, String)> {
        let faults = &self.faults;
        if faults.name.is_some() || faults.lasts.is_some() {
            let what = "only a phase has a name and a length: write them under [[faults.phase]]";
            let key = if faults.name.is_some() { "name" } else { "lasts" };
            return Err(("faults", key, what.to_owned()));
        }
        if !faults.phase.is_empty() && faults.trouble != FaultSpec::default().trouble {
            return Err(phase::twice());
        }
        let longest = faults.longest();
        if longest == Duration::ZERO && !asked_for(faults).is_empty() {
            let what =
                "the trouble is over before it begins, and faults are asked for: make it longer";
            return Err(("faults", "trouble", what.to_owned()));
        }
        kind::check("faults", faults, longest, &self.cluster)?;
        for (place, phase) in faults.phase.iter().enumerate() {
            let others = faults.phase[..place].iter();
            phase::check(phase, others)?;
            let longest = phase.lasts.as_ref().map_or(Duration::ZERO, Knob::greatest);
            kind::check("faults.phase", phase, longest, &self.cluster)?;
        }
        Ok(())
    }

    fn check_latencies(&self) -> Result<(), (&'static str, &'static str, String)> {
        let all: [(&str, &str, &Choice<Latency>); 5] = [
            ("network", "latency", &self.network.latency),
            ("network", "client_latency", &self.network.client_latency),
            ("disk", "write", &self.disk.write),
            ("disk", "sync", &self.disk.sync),
            ("disk", "read", &self.disk.read),
        ];
        for (table, key, latency) in all {
            if let Some(problem) = latency.values().iter().find_map(Latency::problem) {
                return Err((table, key, problem));
            }
        }
        Ok(())
    }

    /// What is said to keep a bound on time has nothing in it that breaks any bound.
    fn check_synchrony(&self) -> Result<(), (&'static str, &'static str, String)> {
        if !self.judge.synchronous {
            return Ok(());
        }
        let faults = &self.faults;
        let endless = |latency: &Latency| {
            matches!(latency, Latency::Exponential { .. } | Latency::Normal { .. })
        };
        let breaks = |fault: &Fault| {
            let harmless = [
                FaultKind::CrashStop,
                FaultKind::WallOffset,
                FaultKind::WallJump,
                FaultKind::WallStrobe,
            ];
            !harmless.contains(&fault.kind())
        };
        let breaking = [
            ("loss", faults.loss.greatest() > Rate(0)),
            ("reorder", faults.reorder.greatest() > Rate(0)),
            ("script", faults.script.iter().any(|planned| breaks(&planned.fault))),
            ("awaited", faults.awaited.iter().any(|awaited| breaks(&awaited.then.fault))),
            ("phase", !faults.phase.is_empty()),
            ("latency", self.network.latency.values().iter().any(endless)),
        ];
        let recurring = asked(faults).map(|(info, _)| (info.key, true));
        match breaking.into_iter().chain(recurring).find(|(_, breaks)| *breaks) {
            None => Ok(()),
            Some((name, _)) => Err((
                "judge",
                "synchronous",
                format!(
                    "runs are said to keep a bound on time, but `{name}` breaks any: leave one of the two out (of crashes, crash_stop \
                     breaks none)"
                ),
            )),
        }
    }

    /// A scripted fault must fit the smallest world that may be drawn.
    fn check_script(&self) -> Result<(), (&'static str, &'static str, String)> {
        let members: Vec<NodeId> = (0..self.cluster.nodes.least()).map(NodeId).collect();
        let trouble = self.faults.longest();
        if let Some(late) = self.faults.script.iter().find(|fault| fault.at >= trouble) {
            let what = format!(
                "a fault at {} would never be: the trouble is over after {trouble}; make it longer",
                late.at
            );
            return Err(("faults.script", "at", what));
        }
        if let Some(late) = self.faults.awaited.iter().find(|awaited| awaited.then.at >= trouble) {
            let what = format!(
                "a fault {} after what it waits for would never be: the trouble is over after {trouble}; make it longer",
                late.then.at
            );
            return Err(("faults.awaited", "at", what));
        }
        let core = FaultPlan { core: self.faults.core.clone(), ..FaultPlan::calm() };
        if let Some(problem) = core.problem(&members, 0) {
            return Err(("faults", "core", problem));
        }
        let plan = FaultPlan {
            heal_after: trouble,
            faults: self.faults.script.clone(),
            ..FaultPlan::calm()
        };
        let clients = self.clients.count.least();
        if let Some(problem) = plan.problem(&members, clients) {
            return Err(("faults.script", "kind", problem));
        }
        let plan = FaultPlan { awaited: self.faults.awaited.clone(), ..FaultPlan::calm() };
        if let Some(problem) = plan.problem(&members, clients) {
            return Err(("faults.awaited", "when", problem));
        }
        for phase in &self.faults.phase {
            let plan = FaultPlan { faults: phase.script.clone(), ..FaultPlan::calm() };
            if let Some(problem) = plan.problem(&members, clients) {
                return Err(("faults.phase.script", "kind", problem));
            }
        }
        Ok(())
    }
}

/// More would not fit the memory that a run should take.
const MAX_NODES: u32 = 10_000;
const MAX_CLIENTS: u32 = 10_000;
const MAX_KEYS: u32 = 1_000_000;

/// Whom a drawn fault is aimed at, from its text.
pub(crate) fn target(text: &str, any: impl FnOnce() -> NodeId) -> Target {
    match text {
        "any" => Target::Node(any()),
        text => text.parse().map_or_else(|_| Target::Role(text.to_owned()), Target::Node),
    }
}

fn no_such_scenario(library: &[LibraryEntry], name: &str) -> ScenarioError {
    let known = library.iter().map(|entry| entry.name);
    let what = match nearest(name, known.clone()) {
        Some(nearest) => format!("no such scenario or file; did you mean `{nearest}`?"),
        None => unknown("scenario or file", name, known),
    };
    ScenarioError::new(name, what)
}
