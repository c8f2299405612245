//! What all broadcasts have in common, and the promises that layers above ask for by name.

use std::fmt;

use seatrial_detectors::Suspicion;
use seatrial_links::Payload;
use seatrial_node::{Announce, Fact, Io, MessageNumber, Node, NodeId};

/// A broadcast that a parent layer, or a user, broadcasts through. It delivers to every member, the sender included.
pub trait Broadcast<P: Payload>: Node<Event = BroadcastEvent<P>> {
    /// Broadcasts a payload, and says by which name it will be delivered.
    fn broadcast(&mut self, payload: P, io: &mut Io<'_, Self>) -> MessageId;

    /// Which life of this node this is, from 1, as far as its disk tells.
    fn life(&self) -> u32;
}

/// A broadcast that keeps RB1 to RB4 (§3.3): whatever one correct member delivers, all deliver.
pub trait ReliableBroadcast<P: Payload>: Broadcast<P> {}

/// A broadcast that keeps URB1 to URB4 (§3.4): whatever any member delivers, a crashed one included, all correct ones deliver.
pub trait UniformBroadcast<P: Payload>: ReliableBroadcast<P> {}

/// A uniform broadcast that also keeps uniform total order (UTOB5, §6.1.3): if any two members, crashed ones included, deliver the same
/// two messages, they deliver them in the same order. With URB4 it follows that what one member has delivered is a beginning of what
/// another has.
pub trait TotalOrderBroadcast<P: Payload>: UniformBroadcast<P> {}

/// Names a message for ever: no two broadcasts have the same name, not even in two lives of their origin.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId {
    /// Who broadcast it.
    pub origin: NodeId,
    /// Which of its messages: the origin's life in the upper 32 bits, its number in that life, from 1, in the lower ones.
    pub number: u64,
}

/// `n1:2`, or `n1:3/2` in the third life of `n1`: as short as a trace wants it.
impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.origin, MessageNumber(self.number))
    }
}

impl MessageId {
    /// The name of the `sequence`-th message of this life of `origin`, both from 1.
    pub const fn new(origin: NodeId, life: u32, sequence: u32) -> Self {
        Self { origin, number: (life as u64) << 32 | sequence as u64 }
    }

    /// In which life of its origin it was broadcast, from 1.
    pub const fn life(self) -> u32 {
        (self.number >> 32) as u32
    }

    /// Which message of that life it is, from 1.
    pub const fn sequence(self) -> u32 {
        self.number as u32
    }

    /// All messages of that life of that origin.
    pub const fn stream(self) -> Stream {
        Stream { origin: self.origin, life: self.life() }
    }
}

/// All messages that a member broadcasts in one of its lives.
///
/// The book's processes crash once and for all. A member that starts again is another process of the book, so whatever is promised
/// of "a process" is promised of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stream {
    /// Who broadcasts.
    pub origin: NodeId,
    /// Which of its lives it is, from 1.
    pub life: u32,
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
    /// The failure detector beneath has changed its mind.
    Suspicion(Suspicion),
    /// This member was so far behind that the others have forgotten what it lacks. It goes on after that, as if it had crashed and
    /// started again here: whoever keeps a state of what is delivered begins anew. Of broadcasts that bound what they keep.
    Skipped {
        /// Which of its own messages were among what it has skipped: the others deliver them.
        own: Vec<MessageId>,
    },
    /// Something that a layer beneath has told of, for observers.
    Fact(Fact),
}

/// The mark of a member that has fallen too far behind.
pub const SKIPPED: &str = "a member skipped messages that the others had forgotten";

impl<P> BroadcastEvent<P> {
    /// The same news for a layer above, whose payload is another; none where it is of a message.
    pub(crate) fn pass_up<Q>(self) -> Option<BroadcastEvent<Q>> {
        Some(match self {
            Self::Broadcast { .. } | Self::Deliver { .. } => return None,
            Self::Suspicion(suspicion) => BroadcastEvent::Suspicion(suspicion),
            Self::Skipped { own } => BroadcastEvent::Skipped { own },
            Self::Fact(fact) => BroadcastEvent::Fact(fact),
        })
    }
}

impl<P> From<Suspicion> for BroadcastEvent<P> {
    fn from(suspicion: Suspicion) -> Self {
        Self::Suspicion(suspicion)
    }
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
            Self::Suspicion(suspicion) => return suspicion.fact(),
            Self::Skipped { .. } => Fact::Reached { mark: SKIPPED },
            Self::Fact(fact) => *fact,
        })
    }
}
