//! Which kinds of fault were asked for and never bit, so that nothing has been proved of them.

use seatrial_history::FaultCount;
use seatrial_sim::FaultKind;

use super::Prepared;
use crate::faults::{Faults, KindInfo, kinds};

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
                    let (asked, why) = (count.asked, info.why_no_bite());
                    let late = if self.awaits(kind) {
                        "; where it waits for something, that may never have come"
                    } else {
                        ""
                    };
                    Some(format!("{kind} (asked {asked} times, never bit): {why}{late}"))
                }
                // One run need not draw all that its scenario has; what was named, it has to.
                None if !matches!(self.faults, Faults::These(_)) || !wanted.contains(&kind) => None,
                _ => Some(format!("{kind} (never drawn): {}", self.why_never_drawn(kind))),
            }
        };
        kinds().filter(|info| info.follows().is_none()).filter_map(tell).collect()
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
