//! Facts in words, violations made of them, and how what must hold eventually is judged.

use seatrial_history::{Moment, Verdict, Violation};
use seatrial_node::Duration;

use super::Property;
use super::view::View;
use crate::several::{self, Line};

/// From when on what must hold eventually has to hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    /// When the world healed, if it has.
    pub(super) healed: Option<Moment>,
    /// How long after that, or after what it is owed for.
    pub(super) within: Duration,
}

/// Something that must come, since a moment.
pub(super) struct Debt {
    pub(super) since: Moment,
    pub(super) explanation: String,
    pub(super) evidence: Vec<Line>,
}

impl Due {
    /// Whether the time of what is owed since then is over.
    pub(super) fn is_over(&self, since: Moment, now: Moment) -> bool {
        self.healed.is_some_and(|healed| since.time.max(healed.time) + self.within <= now.time)
    }

    /// The word on a property of which this is still owed at the end.
    pub(super) fn judge(
        self,
        property: Property,
        debts: impl Iterator<Item = Debt>,
        end: Moment,
    ) -> Verdict {
        let first = debts.min_by_key(|debt| debt.since);
        match (first, self.healed) {
            (None, _) => Verdict::Holds,
            (Some(_), None) => {
                Verdict::Unknown { why: "the run ended before the world healed".into() }
            }
            (Some(debt), Some(healed)) if self.is_over(debt.since, end) => {
                let mut evidence = debt.evidence;
                evidence.push((healed, "the world heals".to_owned()));
                Verdict::Violated(violation(property, end, debt.explanation, evidence))
            }
            (Some(_), Some(_)) => {
                let within = self.within;
                let why = format!("the run ended before {within} had passed for all that is owed");
                Verdict::Unknown { why }
            }
        }
    }
}

/// A violation with what led to it, in order of time.
pub(super) fn violation(
    property: Property,
    at: Moment,
    explanation: String,
    evidence: Vec<Line>,
) -> Violation {
    several::violation((property.name(), property.source()), at, explanation, evidence)
}

impl View {
    /// When a process crashed last, if it did.
    pub(super) fn crash(&self, slot: usize) -> Option<Line> {
        let (_, at) = self.processes[slot].crashed?;
        Some((at, format!("{} crashes", self.node(slot))))
    }

    /// When a process came up, if that was after a crash.
    pub(super) fn start(&self, slot: usize) -> Option<Line> {
        let process = &self.processes[slot];
        process.crashed?;
        Some((process.up?, format!("{} starts again", process.node)))
    }

    /// Since when one suspects another, if it does.
    pub(super) fn suspicion(&self, by: usize, of: usize) -> Option<Line> {
        let at = self.opinion(by, of).suspected?;
        Some((at, format!("{} suspects {}", self.node(by), self.node(of))))
    }

    /// The last that one suspects besides another, which may be why it was wrong about that one, or was taken for dead itself.
    pub(super) fn other_suspicion(&self, by: usize, besides: usize) -> Option<Line> {
        let others = (0..self.processes.len()).filter(|of| *of != besides);
        others.filter_map(|of| self.suspicion(by, of)).max_by_key(|line| line.0)
    }

    /// Since when it trusts whom it trusts, if anybody.
    pub(super) fn trust(&self, by: usize) -> Option<Line> {
        let (leader, at) = self.processes[by].leader()?;
        Some((at, format!("{} trusts {}", self.node(by), self.node(leader))))
    }
}
