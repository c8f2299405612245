//! The world lets things be done to it by hand. All of it is off the way of a world that nobody touches.

use seatrial_history::{DropCause, Endpoint, Observer, TraceEvent};
use seatrial_node::{Duration, Instant, Node, NodeId};

use super::{Deed, Missed, Touch};
use crate::client::Driver;
use crate::counts::FaultKind;
use crate::event::{Event, Marks};
use crate::plan::{Fault, FaultPlan, PlannedFault, Target};
use crate::queue::Lane;
use crate::tape::site;
use crate::world::{Kind, World};

/// The fate of a write that is lost, at the site that asks for it.
const LOST: u64 = 1;

impl<N: Node> World<N> {
    /// The first of the setup's touches that could not be done, or that was never reached.
    pub fn missed(&self) -> Option<Missed> {
        let hand = &self.hand;
        hand.missed.clone().or_else(|| {
            let events = self.core.step;
            let why = format!("the run is over after {events} events");
            (hand.tried < hand.touches.len()).then_some(Missed { index: hand.tried, why })
        })
    }

    /// Whether something is to be done by hand now.
    pub(crate) fn is_to_be_touched(&self) -> bool {
        self.hand.next().is_some_and(|after| after <= self.core.step)
    }

    /// Does the next thing that is to be done by hand.
    #[cold]
    pub(crate) fn touch<D: Driver<N>, O: Observer>(&mut self, driver: &mut D, observer: &mut O) {
        let index = self.hand.tried;
        let Touch { deed, .. } = self.hand.touches[index].clone();
        self.hand.tried += 1;
        // Whoever listens hears of it at once, even where nothing comes of it.
        self.core.heard = true;
        let done = match &deed {
            Deed::Drop { name } => self.drop_by_hand(*name),
            Deed::Delay { name, until } => self.delay_by_hand(*name, *until),
            Deed::Deliver { name } => self.arrivable(*name).map(|slot| {
                let moved = self.move_out(slot);
                self.note_hand(&deed);
                self.arrive(moved, driver, observer);
            }),
            Deed::Duplicate { name } => self.duplicate_by_hand(*name, &deed),
            Deed::Crash { node, losing } => self.crash_by_hand(*node, *losing, &deed),
            Deed::Restart { node } => self.restart_by_hand(*node, &deed),
            Deed::Cut { these, those } => self.cut_by_hand(these, those, &deed),
            Deed::Heal => {
                self.note_hand(&deed);
                self.count(Kind::FaultOver, self.nodes.len() as u32, 0, 0);
                self.mend_links();
                self.start_nodes();
                Ok(())
            }
        };
        if let Err(why) = done {
            self.hand.missed.get_or_insert(Missed { index, why });
        }
    }

    fn note_hand(&mut self, deed: &Deed) {
        if self.core.tracing {
            self.core.trace.push(TraceEvent::Note { text: format!("by hand: {deed}").into() });
        }
    }

    /// Where that is which is under way under a name.
    fn find_named(&self, name: u64) -> Result<u32, String> {
        let core = &self.core;
        let is_meant =
            |slot: &u32| core.under_way(*slot).is_some_and(|u| u.0 == name && !u.3.is_lost());
        let found = core.events.slots().find(is_meant);
        found.ok_or_else(|| format!("nothing of the name #{name} is under way"))
    }

    /// The same, where its receiver can take it now.
    fn arrivable(&self, name: u64) -> Result<u32, String> {
        let slot = self.find_named(name)?;
        let to = self.core.under_way(slot).map_or(0, |under_way| under_way.2);
        let stands = self.core.bodies.get(to as usize).is_some_and(|body| body.paused);
        match self.core.is_there(to) {
            _ if stands => Err(format!("{} stands still", self.core.endpoint(to))),
            true => Ok(slot),
            false => Err(format!("{} is down", self.core.endpoint(to))),
        }
    }

    /// Takes what is under way out of wherever it waits, to another place. Whoever still names the old one finds nothing there.
    fn move_out(&mut self, slot: u32) -> u32 {
        let event = *self.core.events.peek(slot);
        let moved = match event {
            Event::Message { from, to, id, .. } => {
                let body = self.core.events.peek_message(slot).clone();
                self.core.events.keep_message(from, to, id, Marks::NONE, body)
            }
            Event::Request { client, to, body, attempt, id, .. } => {
                let marks = Marks::NONE;
                self.core.events.keep(Event::Request { client, to, body, attempt, id, marks })
            }
            Event::Answer { from, client, body, attempt, id, .. } => {
                let marks = Marks::NONE;
                self.core.events.keep(Event::Answer { from, client, body, attempt, id, marks })
            }
            _ => unreachable!("only what is under way has a name"),
        };
        self.core.events.bury(slot);
        moved
    }

    fn drop_by_hand(&mut self, name: u64) -> Result<(), String> {
        let slot = self.find_named(name)?;
        self.note_hand(&Deed::Drop { name });
        self.count(Kind::Fault, 0, 0, name);
        self.core.lose_input(slot, DropCause::Loss);
        Ok(())
    }

    fn delay_by_hand(&mut self, name: u64, until: Instant) -> Result<(), String> {
        let slot = self.find_named(name)?;
        if self.core.queue.is_chosen() {
            return Err("a schedule leads this run, and there nothing comes by time".to_owned());
        }
        self.note_hand(&Deed::Delay { name, until });
        self.count(Kind::Fault, 1, 0, name);
        let moved = self.move_out(slot);
        self.core.queue.push(self.core.now.max(until).as_nanos(), moved, Lane::Free);
        Ok(())
    }

    fn duplicate_by_hand(&mut self, name: u64, deed: &Deed) -> Result<(), String> {
        let slot = self.arrivable(name)?;
        let Event::Message { from, to, id, .. } = *self.core.events.peek(slot) else {
            return Err(format!(
                "#{name} goes to or from a client; only nodes' messages have copies"
            ));
        };
        self.note_hand(deed);
        self.core.counts.asked(FaultKind::Duplicate);
        self.core.counts.bit(FaultKind::Duplicate);
        let body = self.core.events.peek_message(slot).clone();
        let copy = self.core.events.keep_message(from, to, id, Marks::NONE, body);
        self.hand_over(copy, from, to, id);
        Ok(())
    }

    fn arrive<D: Driver<N>, O: Observer>(&mut self, slot: u32, driver: &mut D, observer: &mut O) {
        match *self.core.events.peek(slot) {
            Event::Message { from, to, id, .. } => self.hand_over(slot, from, to, id),
            _ => self.happen_regardless(slot, driver, observer),
        }
    }

    fn crash_by_hand(&mut self, node: NodeId, losing: bool, deed: &Deed) -> Result<(), String> {
        if self.node(node).is_none() {
            return Err(self.absent(node));
        }
        self.note_hand(deed);
        self.core.tape.insist(losing.then_some((site::CRASH_WRITE, LOST)));
        self.strike_by_hand(self.planned_now(Fault::Crash { node: Target::Node(node) }));
        self.core.tape.insist(None);
        Ok(())
    }

    fn restart_by_hand(&mut self, node: NodeId, deed: &Deed) -> Result<(), String> {
        let Some(slot) = self.core.slot(node) else { return Err(self.absent(node)) };
        if self.node(node).is_some() {
            return Err(format!("{node} is up"));
        }
        self.note_hand(deed);
        self.count(Kind::FaultOver, slot, 0, 0);
        self.come_back(slot as usize);
        Ok(())
    }

    fn cut_by_hand(
        &mut self,
        these: &[Endpoint],
        those: &[Endpoint],
        deed: &Deed,
    ) -> Result<(), String> {
        let fault = Fault::Partition { groups: vec![these.to_vec(), those.to_vec()] };
        let planned = self.planned_now(fault);
        let plan = FaultPlan { faults: vec![planned.clone()], ..FaultPlan::calm() };
        if let Some(problem) = plan.problem(&self.core.members, self.core.clients()) {
            return Err(problem);
        }
        self.note_hand(deed);
        self.strike_by_hand(planned);
        Ok(())
    }

    /// A fault that begins now, and lasts until the world heals.
    fn planned_now(&self, fault: Fault) -> PlannedFault {
        let at = Duration::from_nanos(self.core.now.as_nanos());
        PlannedFault { at, lasts: Duration::MAX, fault }
    }

    /// A fault that is in no plan begins, and ends as one of the plan's would.
    fn strike_by_hand(&mut self, planned: PlannedFault) {
        let index = self.nemesis.add(planned);
        self.fault(index);
    }
}
