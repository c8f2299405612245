//! What all links have in common, and the two promises that layers above ask for by name.

use seatrial_node::{Announce, Fact, Io, Node, NodeId};

use crate::Payload;

/// A link that a parent layer sends through. The parent hands it the inputs that are its own (see [`Io::child`]) and takes from its
/// outbox what it has delivered.
pub trait Link<P: Payload>: Node<Event = Delivered<P>> {
    /// Sends a payload to a member, this node included.
    fn send(&mut self, to: NodeId, payload: P, io: &mut Io<'_, Self>);

    /// Whether it would take a payload to this member now. A link whose memory for that member is used up refuses, and counts, what it
    /// is given.
    fn has_room(&self, to: NodeId) -> bool {
        let _ = to;
        true
    }
}

/// A link that keeps the promises of a perfect point-to-point link (§2.4.4): reliable delivery (PL1), no duplication (PL2), no
/// creation (PL3). Layers that need it ask for it, so that a stack over a lesser link does not compile.
pub trait PerfectLink<P: Payload>: Link<P> {
    /// Which life of this node this is, from 1; always 1 for a link that does not count lives.
    fn life(&self) -> u32 {
        1
    }

    /// The latest life of that member that the link has heard of; zero before it has. Always 1 for a link that does not count lives.
    fn life_of(&self, member: NodeId) -> u32 {
        let _ = member;
        1
    }
}

/// A perfect link that also keeps FIFO delivery: what one member sends to another is delivered there in the order of sending.
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
