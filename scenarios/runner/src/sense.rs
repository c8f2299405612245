//! Whether faults that somebody wrote make sense: those of a plan in a file, and those of a scenario's script.
//!
//! The world carries out whatever it is given, and what a seed draws may do nothing, or give way to another fault. In what a person wrote
//! that is a slip of the pen, so it is refused with the reason.

mod clash;
mod excess;

use seatrial_node::{Duration, NodeId};
use seatrial_sim::{Awaited, Fault, FaultPlan, PlannedFault, Target, When};

pub(crate) use self::clash::{clashes, down_by, stop_of, too_late};
pub(crate) use self::excess::{MOST_EFFECTS, excess};

use crate::marks;
use crate::registry::Protocol;
use crate::scenario::{Scenario, Zone, unknown};

/// The word to blame, and what is wrong.
pub(crate) type Slip = (String, String);

/// What faults are written for: the smallest world of a scenario.
pub(crate) struct Ground<'a> {
    scenario: &'a Scenario,
    protocol: &'a Protocol,
    members: Vec<NodeId>,
    zones: Vec<Zone>,
}

impl<'a> Ground<'a> {
    pub(crate) fn new(scenario: &'a Scenario, protocol: &'a Protocol) -> Self {
        let members: Vec<NodeId> = (0..scenario.cluster.nodes.least()).map(NodeId).collect();
        let zones = scenario.cluster.zones.as_ref();
        let zones = zones.map_or_else(Vec::new, |zones| zones.of(&members));
        Self { scenario, protocol, members, zones }
    }

    pub(crate) fn members(&self) -> &[NodeId] {
        &self.members
    }

    /// What is wrong with a fault by itself: whom it names is not there, or nothing could come of it.
    pub(crate) fn fault(&self, planned: &PlannedFault) -> Option<Slip> {
        let fault = &planned.fault;
        if fault.target() == Some(&Target::Role("any".to_owned())) {
            let what = "`any` is for what a seed draws; here it is written down, so name a node";
            return Some(("any".into(), what.to_owned()));
        }
        if let Some(Target::Role(role)) = fault.target()
            && let Some(what) = self.protocol.role_problem(role)
        {
            return Some((role.clone(), what));
        }
        if let Some(what) = fault.file().and_then(|file| self.protocol.file_problem(file)) {
            return Some(("file".into(), what));
        }
        if planned.lasts == Duration::ZERO && !fault.is_instant() {
            let (kind, at) = (fault.kind(), planned.at);
            let what = format!("the {kind} at {at} is over before it begins: let it last longer");
            return Some(("lasts".into(), what));
        }
        let slip = self.no_zone(fault).or_else(|| self.stranger(planned));
        let slip = slip.or_else(|| {
            let (field, what) = fault.moot()?;
            Some((field.to_owned(), format!("the {} at {}: {what}", fault.kind(), planned.at)))
        });
        let slip = slip.or_else(|| excess::endless(fault));
        let slip = slip.or_else(|| Some(("version".into(), self.scenario.unversed(fault)?)));
        slip.or_else(|| match fault {
            Fault::Corrupt { .. } if !self.protocol.has_wire() => {
                Some(("kind".into(), no_wire(self.protocol.name())))
            }
            _ => None,
        })
    }

    /// What is wrong with a fault that waits, or with what it waits for.
    pub(crate) fn awaited(&self, awaited: &Awaited) -> Option<Slip> {
        let when = match &awaited.when {
            When::Role(role) => self.protocol.role_problem(role),
            When::Reached { mark, .. } => marks::unreached(mark, self.scenario, self.protocol),
            When::Fact { .. } => None,
        };
        let never = || excess::never(&awaited.when, self.scenario.judge.event_limit);
        let slip = when.or_else(never).map(|what| ("when".to_owned(), what));
        slip.or_else(|| self.fault(&awaited.then)).or_else(|| {
            let alone = FaultPlan { awaited: vec![awaited.clone()], ..FaultPlan::calm() };
            let clients = self.scenario.clients.count.least();
            Some(("when".to_owned(), alone.problem(&self.members, clients)?))
        })
    }

    fn no_zone(&self, fault: &Fault) -> Option<Slip> {
        let Fault::CrashZone { zone, .. } = fault else { return None };
        let known = self.zones.iter().map(|(name, _)| name.as_str());
        let is_node = self.zones.is_empty() && zone.parse::<NodeId>().is_ok();
        let is_there = is_node || known.clone().any(|known| known == zone);
        (!is_there).then(|| (zone.clone(), unknown("zone", zone, known)))
    }

    /// What the world itself would refuse.
    fn stranger(&self, planned: &PlannedFault) -> Option<Slip> {
        let alone = FaultPlan { faults: vec![planned.clone()], ..FaultPlan::calm() };
        let clients = self.scenario.clients.count.least();
        let mut problem = alone.problem(&self.members, clients)?;
        let mut words = problem.split_whitespace();
        let stranger =
            words.rfind(|word| word.parse::<NodeId>().is_ok()).unwrap_or_default().to_owned();
        if problem.contains("there is no n") {
            problem = format!("{problem}; {}", there_is(&self.members));
        }
        Some((stranger, problem))
    }
}

/// Why the bytes of messages cannot change.
pub(crate) fn no_wire(protocol: &str) -> String {
    format!("messages of {protocol} have no form in bytes that could change: leave it out")
}

/// `there is n0 to n2: …`.
pub(crate) fn there_is(members: &[NodeId]) -> String {
    match members {
        [] => "there is nobody".to_owned(),
        [only] => format!("there is only {only}"),
        [first, .., last] => {
            format!("there is {first} to {last}: name one of them, or have more `nodes`")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Fault {
        toml::from_str(text).expect(text)
    }

    #[test]
    fn what_does_nothing_in_any_world_says_which_field_is_to_blame() {
        for (text, field) in [
            ("kind = 'partition'\ngroups = [['n0'], []]", "groups"),
            ("kind = 'one-way'\nfrom = []\nto = ['n1']", "from"),
            ("kind = 'one-way'\nfrom = ['n0']\nto = []", "to"),
            ("kind = 'one-way'\nfrom = ['n0']\nto = ['n0']", "to"),
            ("kind = 'clog'\nfrom = ['c0']\nto = ['c1']", "to"),
            ("kind = 'ring'\norder = ['n0', 'n1']", "order"),
            ("kind = 'bridge'\nnode = 'n0'\nleft = ['n0']\nright = ['n1']", "left"),
            ("kind = 'loss-burst'\nenter = 0\nleave = 1\nrate = 1", "enter"),
            ("kind = 'loss-burst'\nenter = 1\nleave = 1\nrate = 0", "rate"),
            ("kind = 'slow-tail'\nrate = 0\nby = '1s'", "rate"),
            ("kind = 'corrupt'\nrate = 0", "rate"),
            ("kind = 'clock-drift'\nnode = 'n0'\nrate = 0", "rate"),
            ("kind = 'wall-offset'\nnode = 'n0'\nby = '0s'", "by"),
            ("kind = 'wall-jump'\nnode = 'n0'\nby = '0s'", "by"),
            ("kind = 'wall-strobe'\nnode = 'n0'\nby = '0s'\nperiod = '1s'", "by"),
            ("kind = 'slow-disk'\nnode = 'n0'\nby = '0s'", "by"),
            ("kind = 'read-error'\nnode = 'n0'\nrate = 0", "rate"),
            ("kind = 'reset'\nnode = 'n0'\npeers = ['n1', 'n0']", "peers"),
            ("kind = 'reset'\nnode = 'n0'\npeers = ['n1', 'n1']", "peers"),
            ("kind = 'isolate'\nnode = 'n0'\nclients = ['n1']", "clients"),
            ("kind = 'cut-clients'\nclients = ['c0', 'c0']", "clients"),
            ("kind = 'corrupt'\nrate = 1\nfrom = ['c0']", "from"),
            ("kind = 'corrupt'\nrate = 1\nto = ['c0']", "to"),
            ("kind = 'slow-link'\nby = '1s'\nto = ['n1', 'n1']", "to"),
            ("kind = 'read-error'\nnode = 'n0'\nfile = 'Log 1'", "file"),
        ] {
            assert_eq!(read(text).moot().map(|(field, _)| field), Some(field), "{text}");
        }
        for text in [
            "kind = 'one-way'\nfrom = ['n0', 'n1']\nto = ['n0', 'n1']",
            "kind = 'clog'",
            "kind = 'clog'\nfrom = ['c0']\nto = ['n1']",
            "kind = 'bridge'\nnode = 'leader'\nleft = ['n0']\nright = ['n1']",
            "kind = 'bit-rot'\nnode = 'n0'\nfile = 'log'",
        ] {
            assert_eq!(read(text).moot(), None, "{text}");
        }
    }

    /// What is said of the library's raft-kv with this in its faults.
    fn refused(faults: &str) -> String {
        let entry = crate::LIBRARY.iter().find(|entry| entry.name == "raft-kv");
        let text = entry.expect("it is in the library").text.trim_end();
        let lines = text.lines().count() + 1;
        let text = format!("{text}\n\n{faults}\n");
        let prepared = Scenario::parse("kv.toml", &text)
            .and_then(|scenario| crate::Prepared::new(&crate::Registry::ours(), scenario, None));
        let error = prepared.expect_err(faults).to_string();
        let (line, what) =
            error.strip_prefix("kv.toml:").and_then(|e| e.split_once(": ")).expect(&error);
        let line: usize = line.parse().expect("it names a line");
        format!("{}: {what}", line - lines)
    }

    #[test]
    fn a_script_is_held_to_what_a_plan_is_held_to_at_the_line_of_the_fault() {
        let fault = |at: u32, rest: &str| format!("[[faults.script]]\nat = '{at}ms'\n{rest}\n");
        let stop = fault(1, "kind = 'crash-stop'\nnode = 'n0'");
        let crash = "lasts = '5ms'\nkind = 'crash'\nnode = 'n0'";
        let said = refused(&(stop + &fault(2, crash)));
        assert!(said.starts_with("6: the crash of n0 at 2ms contradicts"), "{said}");
        let pause = "lasts = '5ms'\nkind = 'pause'\nnode = 'n0'";
        let stands = format!("{pause}\nclock = 'stands'");
        let said = refused(&(fault(1, pause) + &fault(2, &stands)));
        assert!(said.starts_with("7: the pause at 2ms contradicts"), "{said}");
        let said = refused(&(fault(1, crash) + &fault(2, crash)));
        assert!(said.starts_with("7: the crash at 2ms repeats the crash at 1ms (line "), "{said}");
        assert!(said.ends_with("take one of the two out, or let it begin when the other is over"));
        let looped =
            "lasts = '5ms'\nkind = 'crash-loop'\nnode = 'n0'\nup_for = '1h'\ndown_for = '1ms'";
        let said = refused(&fault(1, looped));
        assert!(said.starts_with("6: up_for = \"3600s\": the trouble is over after"), "{said}");
        let drift = "lasts = '5ms'\nkind = 'clock-drift'\nnode = 'n0'\nrate = 0";
        let said = refused(&(fault(1, crash) + &fault(2, drift)));
        assert!(said.starts_with("11: the clock-drift at 2ms: rate = 0"), "{said}");
    }

    #[test]
    fn a_mark_that_no_node_announces_is_no_condition() {
        let awaited = |mark: &str| {
            let crash = "kind = 'crash'\nnode = 'n0'\nlasts = '5ms'";
            refused(&format!("[[faults.awaited]]\nwhen = {{ reached = '{mark}' }}\n{crash}"))
        };
        let said = awaited("a-snapshot-was-instaled");
        assert!(said.starts_with("2: ") && said.contains("`a snapshot was installed`?"), "{said}");
        let said = awaited("a leader crashed");
        assert!(said.contains("told from facts"), "{said}");
    }

    #[test]
    fn a_kind_of_which_nothing_comes_is_told_so_and_not_to_be_beyond_the_budget() {
        let asked = |name: &str, kind: &str, beyond| {
            let scenario = crate::Registry::ours().scenario(name).expect("it is in the library");
            let prepared = crate::Prepared::new(&crate::Registry::ours(), scenario, None);
            let faults = kind.parse().expect("a kind");
            prepared.expect("it makes sense").with_faults(faults, beyond).expect_err(kind)
        };
        for beyond in [false, true] {
            let said = asked("raft-kv", "upgrade", beyond);
            assert!(said.contains("nothing to upgrade to: [cluster.versions.2]"), "{said}");
        }
    }
}
