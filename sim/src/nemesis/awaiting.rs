//! Faults that wait for something: whether it has come is looked at wherever observers are told, and only while such faults wait.

use seatrial_history::FaultTurn;
use seatrial_node::{Instant, Node};

use super::Nemesis;
use crate::event::Event;
use crate::plan::{Awaited, When};
use crate::queue::Lane;
use crate::world::World;

/// A fault that waits.
#[derive(Clone, Debug)]
pub(super) struct Awaiting {
    /// Its place among all faults.
    fault: usize,
    when: When,
    /// How many times more it must be met.
    left: u32,
}

impl Nemesis {
    /// Puts faults that wait behind those that have a time.
    pub(super) fn await_all(&mut self, awaited: &[Awaited]) {
        self.awaiting.clear();
        for Awaited { when, then } in awaited {
            let (fault, when, left) = (self.faults.len(), when.clone(), when.times());
            self.awaiting.push(Awaiting { fault, when, left });
            self.faults.push(then.clone());
        }
    }

    /// Whether any fault waits.
    pub(crate) fn awaits(&self) -> bool {
        !self.awaiting.is_empty()
    }

    /// Whether any waits for what nodes show, which nobody tells.
    pub(crate) fn awaits_role(&self) -> bool {
        self.awaiting.iter().any(|awaiting| matches!(awaiting.when, When::Role(_)))
    }
}

impl<N: Node> World<N> {
    /// Looks whether what faults wait for has come: at the facts that observers are to be told now, and at what nodes show.
    #[cold]
    pub(crate) fn look_for_conditions(&mut self) {
        let mut place = 0;
        while let Some(awaiting) = self.nemesis.awaiting.get(place) {
            let come = match &awaiting.when {
                When::Role(role) => {
                    let shows = |node: &N| node.status().is("role", role);
                    u32::from(self.nodes.iter().flatten().any(shows))
                }
                when => {
                    let facts = self.core.facts.iter();
                    facts.filter(|(_, fact)| when.is_met_by(fact)).count() as u32
                }
            };
            let awaiting = &mut self.nemesis.awaiting[place];
            awaiting.left = awaiting.left.saturating_sub(come);
            match awaiting.left {
                0 => self.condition_is_met(place),
                _ => place += 1,
            }
        }
    }

    /// The fault begins, now or a while from now.
    fn condition_is_met(&mut self, place: usize) {
        let Awaiting { fault, when, .. } = self.nemesis.awaiting[place].clone();
        let planned = &self.nemesis.faults[fault];
        let (kind, after) = (planned.fault.kind(), planned.at);
        let healed = Instant::ZERO + self.nemesis.heal_after;
        let begin = self.core.now + planned.at;
        let (end, has_end) = (begin + planned.lasts, !planned.fault.is_instant());
        self.nemesis.awaiting.remove(place);
        if begin >= healed {
            self.core.counts.asked(kind);
            self.core.trace_fault(None, FaultTurn::Once, || {
                format!("{when}: too late for the {kind} {after} later")
            });
            return;
        }
        self.core
            .trace_fault(None, FaultTurn::Once, || format!("{when}: the {kind} begins in {after}"));
        let index = fault as u32;
        self.core.schedule(begin, Lane::Plan, Event::Fault { index });
        if end < healed && has_end {
            self.core.schedule(end, Lane::Plan, Event::FaultOver { index });
        }
    }

    /// What has not come until the world heals never does.
    pub(super) fn await_no_more(&mut self) {
        for awaiting in std::mem::take(&mut self.nemesis.awaiting) {
            let kind = self.nemesis.kind(awaiting.fault);
            self.core.counts.asked(kind);
            self.core.trace_fault(None, FaultTurn::Once, || {
                format!("the {kind} {} never began", awaiting.when)
            });
        }
    }
}
