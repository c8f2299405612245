//! A world step by step: somebody outside says what happens next.
//!
//! A search tries everything that may happen, in every order, so it needs to see what may, to let one of these things happen, and to tell
//! whether two worlds are in the same state. The world must have been reset with [`Order::Chosen`](crate::Order::Chosen), without clients
//! and without faults: who asks and who crashes is a step, too.
//!
//! A delivery takes no time here, and neither does a disk: the clock moves when a timer comes due, and not back. So two deliveries to
//! different nodes leave the same world in either order, unless a clock that moved between them shows.

use std::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use seatrial_history::{DropCause, Observer};
use seatrial_node::{Input, Instant, Node, NodeId, RequestToken};

use crate::event::Event;
use crate::incident::Incident;
use crate::queue::Lane;
use crate::world::{Kind, World};

/// One thing that may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Enabled {
    /// Names it: whatever else happens, no other event of this world gets this number.
    pub number: u64,
    /// What it is.
    pub what: Happening,
}

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Happening {
    /// A message arrives.
    Message {
        /// Who sent it.
        from: NodeId,
        /// Who receives it.
        to: NodeId,
    },
    /// The next timer of a node comes due, or one of those that are due at the same time.
    Timer {
        /// Whose.
        node: NodeId,
    },
    /// A disk is done with the first thing that it has to do.
    Disk {
        /// Whose.
        node: NodeId,
    },
}

impl<N: Node> World<N> {
    /// All nodes start, and nothing else happens.
    ///
    /// # Errors
    /// Where a node cannot open, or panics.
    ///
    /// # Panics
    /// Where the world has begun, or its setup has clients, faults or an order of its own.
    pub fn begin<O: Observer>(&mut self, observer: &mut O) -> Result<(), Incident> {
        assert!(!self.started, "the world has begun");
        assert!(self.core.clients() == 0, "who asks is a step, not a client");
        assert!(!self.nemesis.has_faults(), "who crashes is a step, not a fault of a plan");
        let _ = self.core.queue.pending();
        self.started = true;
        self.guard(observer, |world, _| {
            for node in 0..world.nodes.len() as u32 {
                world.boot(node);
            }
        })
    }

    /// Adds all that may happen next, in the order in which it was asked for.
    pub fn enabled(&self, into: &mut Vec<Enabled>) {
        for (number, slot, lane) in self.core.queue.pending() {
            let what = match *self.core.events.peek(slot) {
                Event::Message { from, to, .. } => {
                    let [from, to] = [from, to].map(|slot| self.core.members[slot as usize]);
                    Happening::Message { from, to }
                }
                Event::Timer { node, timer } => {
                    let timers = &self.core.bodies[node as usize].timers;
                    let first = timers.pending().map(|(_, due)| due).min();
                    if timers.due(timer).is_none_or(|due| Some(due) != first) {
                        continue;
                    }
                    Happening::Timer { node: self.core.members[node as usize] }
                }
                _ => {
                    let Lane::Disk(node) = lane else { continue };
                    if !self.leads(number, lane) {
                        continue;
                    }
                    Happening::Disk { node: self.core.members[node as usize] }
                }
            };
            into.push(Enabled { number, what });
        }
    }

    /// Lets one of the enabled things happen.
    ///
    /// # Errors
    /// Where it makes a node panic.
    ///
    /// # Panics
    /// Where nothing of this number is pending.
    pub fn let_happen<O: Observer>(
        &mut self,
        number: u64,
        observer: &mut O,
    ) -> Result<(), Incident> {
        let taken = self.core.queue.take(number);
        let (_, slot) = taken.expect("only what is enabled can happen");
        if let Event::Timer { node, timer } = *self.core.events.peek(slot)
            && let Some(due) = self.core.bodies[node as usize].timers.due(timer)
        {
            self.core.now = self.core.now.max(due);
        }
        self.guard(observer, |world, observer| world.happen(slot, &mut (), observer))
    }

    /// Lets somebody ask a node, if it is up. Nobody hears the answer.
    ///
    /// # Errors
    /// Where it makes the node panic.
    pub fn request<O: Observer>(
        &mut self,
        node: NodeId,
        token: RequestToken,
        body: N::Request,
        observer: &mut O,
    ) -> Result<(), Incident> {
        let Some(slot) = self.core.slot(node) else { return Ok(()) };
        self.guard(observer, |world, _| {
            world.count(Kind::Request, slot, slot, token.0);
            world.handle(slot, Input::Request { token, body });
        })
    }

    /// Hands a node, if it is up, a message that never was under way.
    ///
    /// # Errors
    /// Where it makes the node panic.
    pub fn hand<O: Observer>(
        &mut self,
        from: NodeId,
        to: NodeId,
        body: N::Message,
        observer: &mut O,
    ) -> Result<(), Incident> {
        let (Some(source), Some(slot)) = (self.core.slot(from), self.core.slot(to)) else {
            return Ok(());
        };
        self.guard(observer, |world, _| {
            world.count(Kind::Message, source, slot, N::digest(&body));
            world.handle(slot, Input::Message { from, body });
        })
    }

    /// Takes a node down, if it is up, with all that is under way to it; of what was not synced chance decides. What it has sent stays under
    /// way.
    pub fn kill<O: Observer>(&mut self, node: NodeId, observer: &mut O) {
        let Some(slot) = self.core.slot(node).filter(|_| self.node(node).is_some()) else { return };
        self.count(Kind::Fault, slot, 0, 0);
        self.bring_down(slot);
        let doomed: Vec<u64> = (self.core.queue.pending())
            .filter(|(_, place, _)| self.core.events.peek(*place).node() == Some(slot))
            .map(|(number, ..)| number)
            .collect();
        for number in doomed {
            self.remove(number, DropCause::Down);
        }
        self.flush(observer);
    }

    /// Starts a node that is down over what its disk still holds.
    ///
    /// # Errors
    /// Where it cannot open, or panics.
    pub fn start_again<O: Observer>(
        &mut self,
        node: NodeId,
        observer: &mut O,
    ) -> Result<(), Incident> {
        let Some(slot) = self.core.slot(node).filter(|_| self.node(node).is_none()) else {
            return Ok(());
        };
        self.guard(observer, |world, _| world.boot(slot))
    }

    /// Lets the clock show this, forwards or back: for somebody who keeps worlds that have become alike at different times as one.
    pub fn turn_clock_to(&mut self, now: Instant) {
        self.core.now = now;
    }

    /// Lets a message that is under way be lost, if there is one of this number.
    pub fn lose(&mut self, number: u64) {
        let is_message = |event: &Event| matches!(event, Event::Message { .. });
        let mut pending = self.core.queue.pending();
        let found = pending.find(|entry| entry.0 == number).map(|(_, slot, _)| slot);
        drop(pending);
        if found.is_some_and(|slot| is_message(self.core.events.peek(slot))) {
            self.remove(number, DropCause::Loss);
        }
    }

    /// The messages that are under way, with the numbers of their deliveries, the last one first; only those of a number above this
    /// one.
    pub fn messages(&self, above: u64) -> impl Iterator<Item = (u64, NodeId, NodeId, &N::Message)> {
        let recent = self.core.queue.pending().rev().take_while(move |entry| entry.0 > above);
        recent.filter_map(|(number, slot, _)| {
            let Event::Message { from, to, .. } = *self.core.events.peek(slot) else {
                return None;
            };
            let [from, to] = [from, to].map(|slot| self.core.members[slot as usize]);
            Some((number, from, to, self.core.events.peek_message(slot)))
        })
    }

    /// Says what chance will decide: these values, then zero for ever, whatever is asked. The
    /// [tape](World::tape) tells what [was](crate::Tape::recorded).
    pub fn script(&mut self, values: Vec<u64>) {
        self.core.tape.rescript(values);
    }

    /// Whether no event of the same lane was asked for before this one.
    fn leads(&self, number: u64, lane: Lane) -> bool {
        !self.core.queue.pending().any(|(other, _, of)| of == lane && other < number)
    }

    /// Makes nothing of a pending event.
    fn remove(&mut self, number: u64, cause: DropCause) {
        let (_, place) = self.core.queue.take(number).expect("it is pending");
        self.core.discard(place, cause);
    }

    /// Lets nodes act, and sees whether one panics.
    fn guard<O: Observer>(
        &mut self,
        observer: &mut O,
        act: impl FnOnce(&mut Self, &mut O),
    ) -> Result<(), Incident> {
        self.core.tracing = observer.wants_trace();
        self.attend();
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| act(self, observer))) {
            // Only a node's own panic is the node's fault.
            let Some(node) = self.acting.take() else {
                resume_unwind(payload);
            };
            self.incident = Some(Incident::panic(node, &*payload, self.core.moment()));
        }
        self.flush(observer);
        self.incident.clone().map_or(Ok(()), Err)
    }
}

impl<N> World<N>
where
    N: Node + Hash,
    N::Timer: Hash,
{
    /// Hashes all that is at one node: its state, its timers, its disk and what that has to do. Not the clock, which is the world's, and
    /// not what is under way.
    pub fn hash_node<H: Hasher>(&self, node: NodeId, hasher: &mut H) {
        let Some(slot) = self.core.slot(node) else { return };
        let state = &self.nodes[slot as usize];
        state.hash(hasher);
        if state.is_none() {
            return;
        }
        let body = &self.core.bodies[slot as usize];
        for (key, due) in body.timers.pending() {
            (key, due.as_nanos()).hash(hasher);
        }
        body.disk.hash(hasher);
        for (_, place, lane) in self.core.queue.pending() {
            if lane != Lane::Disk(slot) {
                continue;
            }
            match *self.core.events.peek(place) {
                Event::Synced { file, token, upto, .. } => (file, token, upto).hash(hasher),
                Event::Read { body, token, .. } => {
                    (self.core.events.reads.peek(body), token).hash(hasher);
                }
                _ => {}
            }
        }
    }

    /// Hashes what is on the disk of a node: all that matters of one that is down and may start again.
    pub fn hash_disk<H: Hasher>(&self, node: NodeId, hasher: &mut H) {
        if let Some(slot) = self.core.slot(node) {
            self.core.bodies[slot as usize].disk.hash(hasher);
        }
    }
}

#[cfg(test)]
mod tests;
