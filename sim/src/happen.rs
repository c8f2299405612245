//! One event happens: who it happens to, whether it gets there, and what it is to the node.

use std::fmt;

use seatrial_history::{DiskTurn, DropCause, Observer, TraceEvent};
use seatrial_node::{DiskError, Input, Instant, Node, ReadToken, SyncToken};

use crate::client::{ClientIo, Driver};
use crate::core::Core;
use crate::counts::FaultKind;
use crate::event::Event;
use crate::network::Stopped;
use crate::queue::Lane;
use crate::schedule::{Step, word_of};
use crate::timers::{Popped, TimerRef};
use crate::world::{Kind, World};

impl<N: Node> World<N> {
    /// One event.
    #[inline]
    pub(crate) fn happen<D: Driver<N>, O: Observer>(
        &mut self,
        slot: u32,
        driver: &mut D,
        observer: &mut O,
    ) {
        if self.core.odd > 0
            && let Some(node) = self.core.events.peek(slot).node()
            && self.divert(node, slot)
        {
            return;
        }
        match *self.core.events.peek(slot) {
            Event::Message { from, to, id, .. } => self.deliver(slot, from, to, id),
            Event::Timer { node, timer } => {
                self.core.events.release(slot);
                self.come_up(node, timer);
            }
            _ => self.happen_otherwise(slot, driver, observer),
        }
    }

    /// One event that is neither a message between nodes nor a timer.
    #[inline(never)]
    fn happen_otherwise<D: Driver<N>, O: Observer>(
        &mut self,
        slot: u32,
        driver: &mut D,
        observer: &mut O,
    ) {
        if self.core.rough && !self.gets_through(slot) {
            return;
        }
        self.happen_regardless(slot, driver, observer);
    }

    /// The same where nothing that faults do keeps it from happening.
    #[inline]
    pub(crate) fn happen_regardless<D: Driver<N>, O: Observer>(
        &mut self,
        slot: u32,
        driver: &mut D,
        observer: &mut O,
    ) {
        let event = *self.core.events.peek(slot);
        if let Event::Synced { node, .. } | Event::Read { node, .. } = event
            && self.core.bodies[node as usize].disk.trouble.any
            && self.core.stalls(node, slot)
        {
            return;
        }
        self.core.events.release(slot);
        match event {
            Event::Request { client, to, body, attempt, id, .. } => {
                let body = self.core.events.requests.take(body);
                if self.ask(client, to, attempt, id, body) {
                    observer.asked(self.core.moment(), self.core.members[to as usize]);
                }
            }
            Event::Answer { from, client, body, attempt, id, .. } => {
                let body = self.core.events.answers.take(body);
                let to = self.core.client_slot(client);
                self.count(Kind::Answer, from, to, attempt);
                let node = self.core.members[from as usize];
                if self.core.tracing {
                    let text =
                        self.core.pen.arrival(id, |out| (self.core.describe.response)(&body, out));
                    self.trace_delivery(id, from, to, text);
                }
                let io = &mut ClientIo { client, core: &mut self.core, observer };
                driver.answer(attempt, node, body, io);
            }
            Event::Wake { client, wish } => {
                if self.core.wanted(client, wish) {
                    if self.core.tracing {
                        self.core.note(Step::Wake { client }, "");
                    }
                    self.count(Kind::Wake, self.core.client_slot(client), 0, 0);
                    driver.wake(&mut ClientIo { client, core: &mut self.core, observer });
                }
            }
            Event::Synced { node, life, file, token, upto } => {
                self.synced(node, life, token, file, upto);
            }
            Event::Read { node, life, body, token } => {
                let read = self.core.events.reads.take(body);
                self.read(node, life, token, read);
            }
            Event::Depart { fault, from, to } => self.core.depart(fault as usize, from, to),
            Event::Fault { index } => self.fault(index as usize),
            Event::FaultOver { index } => self.fault_over(index as usize),
            Event::FaultTurn { index } => self.fault_turn(index as usize),
            Event::Gone => {}
            Event::Heal => {
                self.heal();
                self.flush(observer);
                observer.healed(self.core.moment());
                for client in 0..self.core.clients() {
                    driver.healed(&mut ClientIo { client, core: &mut self.core, observer });
                }
            }
            Event::Reopen { node } => self.reopen(node),
            Event::Message { .. } | Event::Timer { .. } => {
                unreachable!("messages and timers have their own way")
            }
            Event::Free { .. } => unreachable!("the queue names no free place"),
        }
    }

    /// A message is judged where it lies and then moved once, into its receiver's hands.
    #[inline]
    fn deliver(&mut self, slot: u32, from: u32, to: u32, id: u64) {
        if self.core.rough && !self.gets_through(slot) {
            return;
        }
        self.hand_over(slot, from, to, id);
    }

    /// The same where nothing that faults do to links keeps it back.
    #[inline(always)]
    pub(crate) fn hand_over(&mut self, slot: u32, from: u32, to: u32, id: u64) {
        if self.nodes[to as usize].is_none() {
            self.core.lose(id, from, to, DropCause::Down);
            drop(self.core.events.take_message(slot));
            return;
        }
        self.core.counts.delivered += 1;
        let message = self.core.events.peek_message(slot);
        let digest = N::digest(message);
        if self.core.tracing {
            let text = self.core.pen.arrival(id, |out| (self.core.describe.message)(message, out));
            self.trace_delivery(id, from, to, text);
        }
        self.count(Kind::Message, from, to, digest);
        let from = self.core.members[from as usize];
        let body = self.core.events.take_message(slot);
        self.handle(to, Input::Message { from, body });
    }

    /// A timer's entry in the queue has come up.
    #[inline]
    fn come_up(&mut self, node: u32, timer: TimerRef) {
        let core = &mut self.core;
        if core.clocks.skewed {
            return self.come_up_skewed(node, timer);
        }
        match core.bodies[node as usize].timers.pop(timer, core.now) {
            Popped::Stale => {}
            Popped::Later(due) => core.queue_timer(node, timer, due),
            Popped::Due(key) => self.fire(node, key),
        }
    }

    /// The same where the clock of the node may be wrong.
    #[cold]
    fn come_up_skewed(&mut self, node: u32, timer: TimerRef) {
        let core = &mut self.core;
        let shown = core.clocks.shows(node, core.now);
        match core.bodies[node as usize].timers.pop(timer, shown) {
            Popped::Stale => {}
            Popped::Later(due) => {
                let at = core.clocks.comes_to(node, due, core.now);
                let timers = &mut core.bodies[node as usize].timers;
                timers.put_off(timer, at.unwrap_or(Instant::MAX));
                if let Some(at) = at {
                    core.queue_timer(node, timer, at);
                }
            }
            Popped::Due(key) => self.fire(node, key),
        }
    }

    #[inline(always)]
    fn fire(&mut self, node: u32, key: N::Timer) {
        self.count(Kind::Timer, node, 0, 0);
        if self.core.tracing {
            self.trace_timer(node, &key);
        }
        self.handle(node, Input::Timer(key));
    }

    #[cold]
    fn trace_timer(&mut self, node: u32, key: &N::Timer) {
        let text = self.core.pen.write(|out| (self.core.describe.timer)(key, out));
        let node = self.core.members[node as usize];
        self.core.note(Step::Timer { node, word: word_of(&text).to_owned() }, &text);
        self.core.trace.push(TraceEvent::Timer { node, text });
    }

    /// Hands a node a request. Returns whether it is up.
    fn ask(&mut self, client: u32, to: u32, attempt: u64, id: u64, body: N::Request) -> bool {
        let from = self.core.client_slot(client);
        if self.nodes[to as usize].is_none() {
            self.core.lose(id, from, to, DropCause::Down);
            return false;
        }
        self.count(Kind::Request, from, to, attempt);
        if self.core.tracing {
            let text = self.core.pen.arrival(id, |out| (self.core.describe.request)(&body, out));
            self.trace_delivery(id, from, to, text);
        }
        let token = self.core.accept(to, client, attempt);
        self.handle(to, Input::Request { token, body });
        true
    }

    fn synced(&mut self, node: u32, life: u32, token: u64, file: u32, upto: u64) {
        let body = &mut self.core.bodies[node as usize];
        if body.life != life || self.nodes[node as usize].is_none() {
            return;
        }
        let covered = self.core.tracing.then(|| body.disk.covered(file, upto));
        let result = match body.disk.trouble.any {
            true => body.disk.synced_in_trouble(file, upto, &mut self.core.counts),
            false => {
                body.disk.synced(file, upto);
                Ok(())
            }
        };
        self.count(Kind::Synced, node, 0, result.map_or_else(failure, |()| 0));
        if let Some(covered) = covered {
            self.trace_completion(node, token, format_args!("synced {covered}"), result.err());
        }
        self.handle(node, Input::Synced { token: SyncToken(token), result });
    }

    fn read(&mut self, node: u32, life: u32, token: u64, result: Result<Vec<u8>, DiskError>) {
        if self.core.bodies[node as usize].life != life || self.nodes[node as usize].is_none() {
            return;
        }
        let content = result.as_ref().map_or_else(|error| failure(*error), |b| b.len() as u64);
        self.count(Kind::Read, node, 0, content);
        if self.core.tracing {
            let read =
                result.as_ref().map_or_else(|_| String::new(), |b| format!(" {} bytes", b.len()));
            let error = result.as_ref().err().copied();
            self.trace_completion(node, token, format_args!("read{read}"), error);
        }
        self.handle(node, Input::Read { token: ReadToken(token), result });
    }

    #[cold]
    fn trace_completion(
        &mut self,
        node: u32,
        token: u64,
        done: fmt::Arguments<'_>,
        error: Option<DiskError>,
    ) {
        self.core.note(Step::Disk { node: self.core.members[node as usize] }, "");
        let turn = DiskTurn::Done(token);
        match error {
            None => self.core.trace_disk(node, turn, done),
            Some(error) => self.core.trace_disk(node, turn, format_args!("not {done}: {error}")),
        }
    }

    /// Whether faults let what has come up to its receiver's door go in; what they do not is dropped, or comes again later. Anything
    /// that no link carries goes in.
    #[cold]
    fn gets_through(&mut self, slot: u32) -> bool {
        let Some((_, from, to, marks)) = self.core.under_way(slot) else {
            return true;
        };
        if marks.is_lost() {
            self.core.discard(slot, DropCause::Reset);
            return false;
        }
        let Core { troubles, counts, now, .. } = &mut self.core;
        if let Some((until, kind)) = troubles.held((from, to), *now, counts) {
            self.core.mark(slot, kind);
            self.core.queue.push(until.as_nanos(), slot, Lane::To(to));
            return false;
        }
        if self.core.cuts.block(from, to) {
            self.stopped(from, to);
            self.core.discard(slot, DropCause::Partition);
            return false;
        }
        if marks.is_corrupt() {
            self.refuse(slot, from, to);
            return false;
        }
        if self.core.is_there(to) {
            for kind in marks.kinds() {
                self.core.counts.effect(kind);
            }
        }
        true
    }

    fn stopped(&mut self, from: u32, to: u32) {
        let was_there = self.core.is_there(to);
        let Core { cuts, counts, .. } = &mut self.core;
        let nemesis = &self.nemesis;
        cuts.stopped((from, to), was_there, |fault, what| match what {
            Stopped::Something => counts.bit(nemesis.kind(fault)),
            Stopped::Missed => counts.effect(nemesis.kind(fault)),
        });
    }

    /// Something unusual may be about the node that an event is for. Whether the event has to wait.
    #[cold]
    fn divert(&mut self, node: u32, slot: u32) -> bool {
        if self.core.bodies[node as usize].paused {
            self.hold_up(node, slot);
            return true;
        }
        if self.nodes[node as usize].is_some() && self.core.waits_for_turn(node, slot) {
            return true;
        }
        self.crash_while_writing(node);
        false
    }

    /// A paused node gets nothing; it waits until the node goes on.
    fn hold_up(&mut self, node: u32, slot: u32) {
        if self.core.hold_turn(node, slot) {
            return;
        }
        if self.core.bodies[node as usize].waiting.is_empty() {
            self.core.counts.bit(FaultKind::Pause);
        }
        self.core.counts.effect(FaultKind::Pause);
        self.core.bodies[node as usize].waiting.push(slot);
    }
}

/// A failed completion in the run hash: no read has as many bytes.
fn failure(error: DiskError) -> u64 {
    u64::MAX
        - match error {
            DiskError::Unreadable => 0,
            DiskError::Full => 1,
            DiskError::SyncFailed => 2,
            _ => 3,
        }
}
