//! Whom a node probes, and whom it asks for help: the round-robin of §4.3 of the paper.

use seatrial_node::{Io, Node};

/// A probe under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Probing {
    pub(super) target: usize,
    pub(super) sequence: u64,
    pub(super) answered: bool,
}

/// All other members in random order, each probed once in every pass. The order is drawn as it is used, one choice a step, so that no
/// pass begins with a burst of work.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct RoundRobin {
    order: Vec<u32>,
    next: usize,
}

impl RoundRobin {
    /// The places `0..members` but for one's own.
    pub(super) fn new(members: usize, me: usize) -> Self {
        let order = (0..members).filter(|place| *place != me).map(|place| place as u32).collect();
        Self { order, next: 0 }
    }

    /// The next member that is eligible, if any is within a pass.
    pub(super) fn next<N: Node>(
        &mut self,
        eligible: impl Fn(usize) -> bool,
        io: &mut Io<'_, N>,
    ) -> Option<usize> {
        for _ in 0..self.order.len() {
            let left = self.order.len() - self.next;
            let drawn = self.next + io.choose("swim probe", left as u64) as usize;
            self.order.swap(self.next, drawn);
            let place = self.order[self.next] as usize;
            self.next = (self.next + 1) % self.order.len();
            if eligible(place) {
                return Some(place);
            }
        }
        None
    }

    /// A random member that is eligible, if any is: the first from a random place on.
    pub(super) fn any<N: Node>(
        &self,
        eligible: impl Fn(usize) -> bool,
        io: &mut Io<'_, N>,
    ) -> Option<usize> {
        if self.order.is_empty() {
            return None;
        }
        let first = io.choose("swim helper", self.order.len() as u64) as usize;
        let (before, from) = self.order.split_at(first);
        from.iter().chain(before).map(|place| *place as usize).find(|place| eligible(*place))
    }
}
