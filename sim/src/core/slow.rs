//! A node that takes time for each input: inputs wait for their turn, in the order in which they came.
//!
//! Only the first of them is in the queue of the world, for the time when the node is done with it. So the node is as fast as ever once
//! nothing makes it slow any more, however many wait.

use seatrial_history::DropCause;
use seatrial_node::{Duration, Node};

use super::Core;
use crate::counts::FaultKind;
use crate::event::Event;
use crate::queue::Lane;

/// What makes a node slow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slow {
    /// The fault of the plan; none, where that is over and inputs still wait.
    pub(crate) by: Option<usize>,
    /// How long an input takes.
    pub(crate) takes: Duration,
    /// It has held something up.
    bit: bool,
    /// The first input that waits is in the queue; otherwise it waits for a pause to end.
    queued: bool,
}

impl<N: Node> Core<N> {
    /// A node is slow from now on. One that is so already, stays as it is.
    pub(crate) fn slow_down(&mut self, node: u32, by: usize, takes: Duration) {
        let body = &mut self.bodies[node as usize];
        match &mut body.slow {
            Some(slow) if slow.by.is_some() => {}
            Some(slow) => *slow = Slow { by: Some(by), takes, bit: false, ..*slow },
            None => {
                body.slow = Some(Slow { by: Some(by), takes, bit: false, queued: false });
                self.odd += 1;
            }
        }
    }

    /// Which fault makes the node slow.
    pub(crate) fn slowed_by(&self, node: u32) -> Option<usize> {
        self.bodies[node as usize].slow.and_then(|slow| slow.by)
    }

    /// Nothing makes the node slow any more; what waits keeps its order.
    pub(crate) fn speed_up(&mut self, node: u32) {
        let body = &mut self.bodies[node as usize];
        let Some(slow) = &mut body.slow else { return };
        slow.by = None;
        slow.takes = Duration::ZERO;
        self.forget_slow(node);
    }

    /// Whether an event has to wait for its turn. Otherwise its turn is now.
    pub(crate) fn waits_for_turn(&mut self, node: u32, slot: u32) -> bool {
        let body = &mut self.bodies[node as usize];
        let Some(slow) = &mut body.slow else { return false };
        if body.turns.front() == Some(&slot) {
            body.turns.pop_front();
            slow.queued = false;
            self.queue_turn(node);
            self.forget_slow(node);
            return false;
        }
        if !self.is_input(node, slot) {
            return false;
        }
        let body = &mut self.bodies[node as usize];
        body.turns.push_back(slot);
        self.counts.effect(FaultKind::SlowCpu);
        if let Some(slow) = &mut body.slow
            && slow.by.is_some()
            && !std::mem::replace(&mut slow.bit, true)
        {
            self.counts.bit(FaultKind::SlowCpu);
        }
        self.queue_turn(node);
        true
    }

    /// A pause has come before the turn of an input: whether this is such a one, which stays where it is.
    pub(crate) fn hold_turn(&mut self, node: u32, slot: u32) -> bool {
        let body = &mut self.bodies[node as usize];
        let is_turn = body.turns.front() == Some(&slot);
        if let Some(slow) = &mut body.slow
            && is_turn
        {
            slow.queued = false;
        }
        is_turn
    }

    /// Puts the first input that waits into the queue, unless it is there.
    pub(crate) fn queue_turn(&mut self, node: u32) {
        let body = &mut self.bodies[node as usize];
        let (Some(slow), Some(slot)) = (&mut body.slow, body.turns.front()) else {
            return;
        };
        if !std::mem::replace(&mut slow.queued, true) {
            let done = self.now + slow.takes;
            self.queue.push(done.as_nanos(), *slot, Lane::To(node));
        }
    }

    /// What waits for its turn at a node that has crashed arrives nowhere.
    pub(super) fn drop_turns(&mut self, node: u32) {
        let body = &mut self.bodies[node as usize];
        let in_queue = body.slow.as_mut().is_some_and(|slow| std::mem::take(&mut slow.queued));
        let turns = std::mem::take(&mut body.turns);
        for (place, slot) in turns.into_iter().enumerate() {
            match place {
                0 if in_queue => self.lose_input(slot, DropCause::Down),
                _ => self.discard(slot, DropCause::Down),
            }
        }
        self.forget_slow(node);
    }

    /// Nothing makes the node slow, and nothing waits.
    fn forget_slow(&mut self, node: u32) {
        let body = &mut self.bodies[node as usize];
        if body.turns.is_empty() && body.slow.is_some_and(|slow| slow.by.is_none()) {
            body.slow = None;
            self.odd -= 1;
        }
    }

    /// Whether the node would be given anything for this event, as things are: what would come to nothing takes no time.
    fn is_input(&self, node: u32, slot: u32) -> bool {
        let body = &self.bodies[node as usize];
        match *self.events.peek(slot) {
            Event::Timer { timer, .. } => body.timers.due(timer).is_some_and(|due| due <= self.now),
            Event::Synced { life, .. } | Event::Read { life, .. } => body.life == life,
            Event::Message { from, .. } => !self.cuts.block(from, node),
            Event::Request { client, .. } => !self.cuts.block(self.client_slot(client), node),
            _ => false,
        }
    }
}
