//! What all links have in common, and the two promises that layers above ask for by name.

use seatrial_node::{Announce, Fact, Io, Node, NodeId};

use crate::Payload;

/// A link that a parent layer sends through. The parent hands it the inputs that are its own (see [`Io::child`]) and takes from its
/// outbox what it has delivered.
pub trait Link<P: Payload>: Node<Event = Delivered<P>> {
    /// Sends a payload to a member, this node included.
    fn send(&mut self, to: NodeId, payload: P, io: &mut Io<'_, Self>);
}

/// A link that keeps the promises of a perfect point-to-point link (§2.4.4): reliable delivery (PL1), no duplication (PL2), no
/// creation (PL3). Layers that need it ask for it, so that a stack over a lesser link does not compile.
pub trait PerfectLink<P: Payload>: Link<P> {}

/// A perfect link that also delivers in the order in which was sent (§2.4.7, FFL4/FIFO delivery).
pub trait FifoLink<P: Payload>: PerfectLink<P> {}

/// A link's event: a payload that has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivered<P> {
    /// Who sent it.
    pub from: NodeId,
    /// What it sent.
    pub payload: P,
}

impl<P> Announce for Delivered<P> {
    fn fact(&self) -> Option<Fact> {
        None
    }
}
