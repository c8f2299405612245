//! Which kinds of fault were asked for and never bit, so that nothing has been proved of them.

use seatrial_history::FaultCount;
use seatrial_sim::{FaultKind, PlannedFault};

use super::Prepared;
use crate::faults::{Faults, KindInfo, kinds, takes_down, wants_its_node_up};
use crate::scenario::words::counted;
use crate::sense::down_by;

impl Prepared {
    /// The kinds that somebody asked for and that never took hold of anything in what these counts are of: a line for each, with why that
    /// may be and what to do about it. What only follows another kind, as lost writes follow a crash, nobody asked for.
    pub fn toothless(&self, counts: &[FaultCount]) -> Vec<String> {
        let wanted = self.wanted_kinds();
        let tell = |info: &KindInfo| {
            let kind = info.kind;
            match counts.iter().find(|count| count.kind == kind.name()) {
                Some(count) if count.bit > 0 => None,
                Some(count) if count.asked > 0 => {
                    let why = self.why_no_bite(info, counts);
                    let late = if self.awaits(kind) {
                        "; where it waits for something, that may never have come"
                    } else {
                        ""
                    };
                    let asked = counted(count.asked, "time");
                    Some(format!("{kind} (asked {asked}, never bit): {why}{late}"))
                }
                // One run need not draw all that its scenario has; what was named, it has to.
                None if !matches!(self.faults, Faults::These(_)) || !wanted.contains(&kind) => None,
                _ => Some(format!("{kind} (never drawn): {}", self.why_never_drawn(kind))),
            }
        };
        kinds().filter(|info| info.follows().is_none()).filter_map(tell).collect()
    }

    /// Why a kind that was asked for took hold of nothing: what is usual of it, but for nodes that were down.
    fn why_no_bite(&self, info: &KindInfo, counts: &[FaultCount]) -> String {
        let usual = info.why_no_bite();
        if !wants_its_node_up(info.kind) {
            return usual.to_owned();
        }
        if let Some(plan) = &self.bent.plan {
            let alike = |planned: &&PlannedFault| planned.fault.kind() == info.kind;
            let mut all = plan.faults.iter().filter(alike).map(|one| down_by(&plan.faults, one));
            let Some(Some((node, by))) = all.next() else { return usual.to_owned() };
            if !all.all(|other| other.is_some()) {
                return usual.to_owned();
            }
            let (kind, at) = (by.fault.kind(), by.at);
            return format!(
                "{node} was down all the while, by the {kind} at {at}: let it begin when the node is up"
            );
        }
        let bit = |count: &FaultCount| count.bit > 0;
        let crashes = kinds().filter(|info| takes_down(info.kind)).map(|info| info.kind.name());
        let fallen = crashes.clone().any(|name| counts.iter().any(|c| c.kind == name && bit(c)));
        let down = if fallen { "; or its node was down then: ask for fewer crashes" } else { "" };
        format!("{usual}{down}")
    }

    /// Whether a fault of this kind begins on a condition.
    fn awaits(&self, kind: FaultKind) -> bool {
        let awaited = match &self.bent.plan {
            Some(plan) => &plan.awaited,
            None => &self.scenario.faults.awaited,
        };
        awaited.iter().any(|awaited| awaited.then.fault.kind() == kind)
    }

    fn why_never_drawn(&self, kind: FaultKind) -> String {
        let protocol = &self.scenario.protocol;
        let is_listed = matches!(self.faults, Faults::These(_));
        match kind {
            FaultKind::Upgrade if self.scenario.cluster.versions.is_empty() => {
                "there is one version only: say in [cluster.versions.2] what another has otherwise, or leave it out"
                    .to_owned()
            }
            FaultKind::Corrupt if !self.protocol.has_wire() => {
                format!("the messages of {protocol} have no form in bytes here: leave it out")
            }
            kind if is_listed && !self.beyond && !self.budget.survives(kind) => format!(
                "{protocol} does not promise to survive it: add --beyond-budget, or leave it out"
            ),
            _ => "no seed drew it: run more seeds, ask for it more often, or leave it out".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use seatrial_history::FaultCount;

    use crate::{PlanFile, Prepared, Registry};

    fn count(kind: &str, asked: u64, bit: u64) -> FaultCount {
        FaultCount { kind: kind.into(), asked, bit, effect: bit, seeds: None }
    }

    fn prepared() -> Prepared {
        let scenario = Registry::ours().scenario("raft-kv").expect("it is in the library");
        Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense")
    }

    /// What is said of a plan with a crash of n1 for so many milliseconds from 100 on, and a pause of it from 200 to 300.
    fn planned(lasts: u32) -> String {
        let text = format!(
            "seatrial_plan = 1\nheal_after = '1s'\n[[faults]]\nat = '100ms'\nlasts = '{lasts}ms'\nkind = 'crash'\nnode = 'n1'\n\
             [[faults]]\nat = '200ms'\nlasts = '100ms'\nkind = 'pause'\nnode = 'n1'\n"
        );
        let plan = PlanFile::parse("plan.toml", &text).expect("it can be read");
        let prepared = prepared().with_plan(&plan).expect("it fits");
        let run = prepared.run(3);
        prepared.toothless(&run.faults).join("\n")
    }

    #[test]
    fn of_a_node_that_is_down_all_the_while_it_is_told_so() {
        let said = planned(500);
        let why =
            "pause (asked 1 time, never bit): n1 was down all the while, by the crash at 100ms";
        assert!(said.contains(why), "{said}");
        assert_eq!(planned(20), "", "it is up again, and the pause bites");
    }

    #[test]
    fn where_crashes_have_bitten_a_node_may_have_been_down() {
        let may = "; or its node was down then: ask for fewer crashes";
        let said = |counts: &[FaultCount]| prepared().toothless(counts).join("\n");
        assert!(said(&[count("crash", 3, 3), count("pause", 2, 0)]).contains(may));
        assert!(!said(&[count("crash", 3, 0), count("pause", 2, 0)]).contains(may), "no crash bit");
        assert!(!said(&[count("crash", 3, 3), count("loss", 2, 0)]).contains(may), "no node's");
    }
}
