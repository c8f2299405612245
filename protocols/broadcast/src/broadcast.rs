//! What all broadcasts have in common, and the promises that layers above ask for by name.

use seatrial_links::Payload;
use seatrial_node::{Announce, Fact, Io, Node, NodeId};

/// A broadcast that a parent layer, or a user, broadcasts through. It delivers to every member, the sender included.
pub trait Broadcast<P: Payload>: Node<Event = BroadcastEvent<P>> {
    /// Broadcasts a payload, and says by which name it will be delivered.
    fn broadcast(&mut self, payload: P, io: &mut Io<'_, Self>) -> MessageId;
}

/// A broadcast that keeps RB1 to RB4 (§3.3): whatever one correct member delivers, all deliver.
pub trait ReliableBroadcast<P: Payload>: Broadcast<P> {}

/// A broadcast that keeps URB1 to URB4 (§3.4): whatever any member delivers, a crashed one included, all correct ones deliver.
pub trait UniformBroadcast<P: Payload>: ReliableBroadcast<P> {}

/// Names a message for ever: no two broadcasts have the same name, not even in two lives of their origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// Who broadcast it.
    pub origin: NodeId,
    /// Which of its messages: the origin's life in the upper 32 bits, its number in that life, from 1, in the lower ones.
    pub number: u64,
}

/// A broadcast's event.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BroadcastEvent<P> {
    /// This member has broadcast a message.
    Broadcast {
        /// Its name.
        id: MessageId,
        /// Its content's digest.
        digest: u64,
    },
    /// This member delivers a message.
    Deliver {
        /// Its name.
        id: MessageId,
        /// What it says.
        payload: P,
    },
}

impl<P: Payload> Announce for BroadcastEvent<P> {
    fn fact(&self) -> Option<Fact> {
        Some(match self {
            Self::Broadcast { id, digest } => {
                Fact::Broadcast { message: id.number, digest: *digest }
            }
            Self::Deliver { id, payload } => {
                Fact::Deliver { origin: id.origin, message: id.number, digest: payload.digest() }
            }
        })
    }
}
