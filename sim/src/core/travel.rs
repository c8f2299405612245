//! The way of what is sent: how long it is under way, what links and faults do to it, and what becomes of it when it is lost.

use seatrial_history::{DropCause, TraceEvent};
use seatrial_node::{Duration, Instant, Node, NodeId};

use super::Core;
use crate::counts::FaultKind;
use crate::event::{Event, Marks};
use crate::network::{Turn, Way};
use crate::queue::Lane;
use crate::tape::site;

/// A message to oneself takes no link, but time passes all the same: a node that answers itself for ever is no livelock.
const LOOPBACK: Duration = Duration::from_micros(1);

impl<N: Node> Core<N> {
    /// Sends a node's message to where it goes, once, twice or not at all.
    #[inline]
    pub(crate) fn send(&mut self, from: u32, to: NodeId, body: N::Message) {
        self.counts.sent += 1;
        // Named before it is known whether anybody is there: a trace must not shift the names of what follows.
        let id = self.next_id();
        let Some(to) = self.slot(to) else {
            self.trace_lost(id, from, to);
            self.counts.dropped += 1;
            return;
        };
        if self.unusual {
            return self.send_unusual(from, to, id, body);
        }
        if from == to {
            return self.post(self.now + LOOPBACK, from, to, id, body);
        }
        if let Some(arrival) = self.travel_as_usual(from, to, id) {
            self.post(arrival, from, to, id, body);
        }
    }

    /// The same where somebody watches, or links do more to messages than lose them now and then.
    #[cold]
    #[inline(never)]
    fn send_unusual(&mut self, from: u32, to: u32, id: u64, body: N::Message) {
        if self.watched {
            self.tell_sent(id, from, to, &body);
        }
        if from == to {
            return self.post(self.now + LOOPBACK, from, to, id, body);
        }
        let Some(Way { latency, marks }) = self.travel(from, to, id) else {
            return;
        };
        if self.rates.duplicate > 0 {
            self.counts.asked(FaultKind::Duplicate);
            if self.tape.chance(site::DUPLICATE, from, self.rates.duplicate) {
                self.duplicate(from, to, id, body.clone());
            }
        }
        let slot = self.events.keep_message(from, to, id, marks, body);
        self.launch(from, to, slot, latency);
    }

    #[cold]
    fn duplicate(&mut self, from: u32, to: u32, of: u64, body: N::Message) {
        self.counts.bit(FaultKind::Duplicate);
        let id = self.next_id();
        if self.tracing {
            self.note_copy(id, of);
            self.trace.push(TraceEvent::Duplicate { id, of });
        }
        let latency = self.links.latency(from, to).sample(&mut self.tape, site::LATENCY, from);
        let marks = Marks::of(FaultKind::Duplicate);
        let slot = self.events.keep_message(from, to, id, marks, body);
        self.launch(from, to, slot, latency);
    }

    /// Puts a message where the queue's entry will find it.
    #[inline(always)]
    fn post(&mut self, time: Instant, from: u32, to: u32, id: u64, body: N::Message) {
        let slot = self.events.keep_message(from, to, id, Marks::NONE, body);
        self.queue.push(time.as_nanos(), slot, Lane::To(to));
    }

    /// When something sent now would arrive, if the link does not lose it.
    #[inline(always)]
    fn travel_as_usual(&mut self, from: u32, to: u32, id: u64) -> Option<Instant> {
        if self.rates.loss > 0 {
            self.counts.asked(FaultKind::Loss);
            if self.tape.chance(site::LOSS, from, self.rates.loss) {
                self.counts.bit(FaultKind::Loss);
                self.lose_on_link(id, from, to, FaultKind::Loss);
                return None;
            }
        }
        let latency = self.links.latency(from, to).sample(&mut self.tape, site::LATENCY, from);
        Some(self.now + latency)
    }

    /// How something sent now goes its way, if the link does not lose it.
    #[inline]
    pub(super) fn travel(&mut self, from: u32, to: u32, id: u64) -> Option<Way> {
        let arrival = self.travel_as_usual(from, to, id)?;
        let mut way = Way { latency: arrival - self.now, marks: Marks::NONE };
        if self.rough && !self.go_through_trouble(from, to, id, &mut way) {
            return None;
        }
        Some(way)
    }

    /// What else faults do to something on its way. Whether it is still under way.
    #[cold]
    fn go_through_trouble(&mut self, from: u32, to: u32, id: u64, way: &mut Way) -> bool {
        if self.rates.reorder > 0 {
            self.hold_back(from, way);
        }
        let Self { troubles, tape, counts, .. } = self;
        match troubles.send((from, to), way, tape, counts) {
            Some(kind) => {
                self.lose_on_link(id, from, to, kind);
                false
            }
            None => true,
        }
    }

    fn hold_back(&mut self, from: u32, way: &mut Way) {
        self.counts.asked(FaultKind::Reorder);
        if !self.tape.chance(site::REORDER, from, self.rates.reorder) {
            return;
        }
        self.counts.bit(FaultKind::Reorder);
        way.marks.add(FaultKind::Reorder);
        let longest = self.rates.reorder_delay.as_nanos().max(1);
        way.lengthen(Duration::from_nanos(
            self.tape.choose(site::REORDER_DELAY, from, longest) + 1,
        ));
    }

    /// Lets an event go its way, as soon as the link has room for it.
    #[inline]
    pub(super) fn launch(&mut self, from: u32, to: u32, slot: u32, latency: Duration) {
        if self.rough && !self.has_its_turn(from, to, slot, latency) {
            return;
        }
        self.queue.push((self.now + latency).as_nanos(), slot, Lane::To(to));
    }

    #[cold]
    fn has_its_turn(&mut self, from: u32, to: u32, slot: u32, latency: Duration) -> bool {
        let Self { troubles, tape, counts, .. } = self;
        match troubles.take_turn((from, to), (slot, latency), self.now, tape, counts) {
            Turn::Now => true,
            Turn::Waits { fault, wake_at, evicted } => {
                self.mark(slot, FaultKind::Throttle);
                if let Some(time) = wake_at {
                    let event = Event::Depart { fault: fault as u32, from, to };
                    self.schedule(time, Lane::Free, event);
                }
                if let Some(slot) = evicted {
                    if self.is_there(to) {
                        self.counts.effect(FaultKind::Throttle);
                    }
                    self.discard(slot, DropCause::Evicted);
                }
                false
            }
        }
    }

    /// A link of limited bandwidth is free for the next.
    #[cold]
    pub(crate) fn depart(&mut self, fault: usize, from: u32, to: u32) {
        let next = self.troubles.next_turn(fault, (from, to), self.now);
        let Some(((slot, latency), wake_at)) = next else { return };
        self.queue.push((self.now + latency).as_nanos(), slot, Lane::To(to));
        if let Some(time) = wake_at {
            self.schedule(time, Lane::Free, Event::Depart { fault: fault as u32, from, to });
        }
    }

    /// From here on in this run what arrives is looked at for what faults have done to it.
    pub(crate) fn roughen(&mut self) {
        self.rough = true;
        self.unusual = true;
    }

    /// What that fault did to messages under way is over.
    pub(crate) fn end_trouble(&mut self, fault: usize) {
        for (slot, latency) in self.troubles.end(fault) {
            self.queue.push((self.now + latency).as_nanos(), slot, Lane::Free);
        }
    }

    pub(crate) fn mark(&mut self, slot: u32, kind: FaultKind) {
        if let Some(marks) = self.events.marks(slot) {
            marks.add(kind);
        }
    }

    /// Whether whoever is in this slot is there to miss or to get something. Clients always are.
    pub(crate) fn is_there(&self, slot: u32) -> bool {
        self.bodies.get(slot as usize).is_none_or(|body| body.up)
    }

    /// A link has lost something.
    #[cold]
    fn lose_on_link(&mut self, id: u64, from: u32, to: u32, kind: FaultKind) {
        if self.is_there(to) {
            self.counts.effect(kind);
        }
        self.lose(id, from, to, DropCause::Loss);
    }

    /// Something does not arrive.
    #[cold]
    pub(crate) fn lose(&mut self, id: u64, from: u32, to: u32, cause: DropCause) {
        self.counts.dropped += 1;
        if self.tracing {
            let is_cut = cause == DropCause::Partition;
            let fault = self.cuts.blocking(from, to).filter(|_| is_cut).map(|fault| fault as u32);
            let (from, to) = (self.endpoint(from), self.endpoint(to));
            self.pen.forget(id);
            self.trace.push(TraceEvent::Drop { id, from, to, cause, fault });
        }
    }

    /// Something that is under way arrives nowhere: its place is free again.
    pub(crate) fn discard(&mut self, slot: u32, cause: DropCause) {
        self.lose_input(slot, cause);
        self.events.release(slot);
    }

    /// The same for what the queue still names.
    pub(crate) fn lose_input(&mut self, slot: u32, cause: DropCause) {
        if let Some((id, from, to, marks)) = self.under_way(slot)
            && !marks.is_lost()
        {
            self.lose(id, from, to, cause);
        }
        match *self.events.peek(slot) {
            Event::Request { body, .. } => drop(self.events.requests.take(body)),
            Event::Answer { body, .. } => drop(self.events.answers.take(body)),
            Event::Read { body, .. } => drop(self.events.reads.take(body)),
            _ => {}
        }
        self.events.bury(slot);
    }

    /// What is under way there, if anything is: its name, whose it is, for whom, and what has been done to it.
    pub(crate) fn under_way(&self, slot: u32) -> Option<(u64, u32, u32, Marks)> {
        match *self.events.peek(slot) {
            Event::Message { from, to, id, marks } => Some((id, from, to, marks)),
            Event::Request { client, to, id, marks, .. } => {
                Some((id, self.client_slot(client), to, marks))
            }
            Event::Answer { from, client, id, marks, .. } => {
                Some((id, from, self.client_slot(client), marks))
            }
            _ => None,
        }
    }
}
