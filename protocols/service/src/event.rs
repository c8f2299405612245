//! What a service tells its user and its observers.

use seatrial_node::{Announce, Fact, NodeId};

/// Something that has happened at this member, told in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// One of Raft's facts, for observers.
    Raft(Fact),
    /// This member leads from now on.
    Leading {
        /// The term in which it leads.
        term: u64,
    },
    /// This member follows from now on, or has learnt who leads.
    Following {
        /// The current term.
        term: u64,
        /// The leader of that term, once known.
        leader: Option<NodeId>,
    },
    /// The committed entry at this index has been applied; every entry is, also one that changes nothing.
    Applied {
        /// The index in the log.
        index: u64,
        /// The entry's digest, equal at all members and equal to that in its [`Fact::Append`].
        digest: u64,
    },
    /// The whole state was replaced by a snapshot that the leader sent.
    Restored {
        /// The last index that the snapshot covers.
        index: u64,
    },
    /// The leader's snapshot cannot be read: it was made by another version, or another state machine. This member takes no
    /// part any more until it is opened again.
    Halted {
        /// The last index that the snapshot covers.
        index: u64,
    },
}

impl Announce for Event {
    fn fact(&self) -> Option<Fact> {
        match self {
            Self::Raft(fact) => Some(*fact),
            Self::Applied { index, digest } => Some(Fact::Apply { index: *index, digest: *digest }),
            Self::Restored { .. } => Some(Fact::Reached { mark: "a snapshot was installed" }),
            Self::Halted { .. } => Some(Fact::Reached { mark: "a snapshot could not be read" }),
            Self::Leading { .. } | Self::Following { .. } => None,
        }
    }
}
