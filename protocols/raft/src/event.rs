//! What Raft tells its parent layer, and the small values that its public methods speak in.

use std::sync::Arc;

use seatrial_node::{Announce, Fact, NodeId};

/// A place in the replicated log, as [`Raft::propose`](crate::Raft::propose) names it. If another leader's entry is
/// committed at this index, its term differs, and the proposal is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The term in which the entry was proposed.
    pub term: u64,
    /// Its index; the first entry of a log has index 1.
    pub index: u64,
}

/// The term and the index of a log's last entry. Of two logs, the one whose last entry is greater in this order is more up to date
/// (§5.4.1).
pub(crate) type LogId = (u64, u64);

/// Names one linearizable read, from [`Raft::read_index`](crate::Raft::read_index) to [`Event::ReadReady`] or
/// [`Event::ReadLost`]. Unique within one life of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReadTicket(pub u64);

/// The refusal of a node that does not lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NotLeader {
    /// Who leads, as far as this node knows.
    pub leader: Option<NodeId>,
}

/// A committed entry, as [`Raft::next_committed`](crate::Raft::next_committed) hands it to the state machine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Committed {
    /// Its index in the log.
    pub index: u64,
    /// The term in which it was proposed.
    pub term: u64,
    /// What to apply; `None` is the entry with which a leader opens its term (paper §8) and changes no state.
    pub command: Option<Arc<[u8]>>,
}

impl Committed {
    /// The digest of the entry, equal to that in its [`Fact::Append`]; the parent announces it in [`Fact::Apply`].
    pub fn digest(&self) -> u64 {
        self.command.as_deref().map_or(0, crate::digest::of_bytes)
    }
}

/// What a snapshot covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SnapshotMeta {
    /// The last index whose effect is in the snapshot.
    pub index: u64,
    /// The term of the entry at that index.
    pub term: u64,
}

/// Something that has happened in Raft, told in the order in which it happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// For observers; the parent announces it as its own.
    Fact(Fact),
    /// This node leads from now on. It can be asked to [`propose`](crate::Raft::propose).
    Leading {
        /// The term in which it leads.
        term: u64,
    },
    /// This node follows from now on, or has learnt who leads. Proposals whose entries are not yet committed may be lost.
    Following {
        /// The current term.
        term: u64,
        /// The leader of that term, once known.
        leader: Option<NodeId>,
    },
    /// Entries up to this index are committed: take them with [`next_committed`](crate::Raft::next_committed).
    Committed {
        /// The last committed index.
        index: u64,
    },
    /// A read may be answered from the state machine as soon as that has applied everything up to this index (thesis §6.4).
    ReadReady {
        /// The read.
        ticket: ReadTicket,
        /// The index that the answer must reflect.
        index: u64,
    },
    /// The node has lost its leadership before it could confirm the read; ask the new leader.
    ReadLost {
        /// The read.
        ticket: ReadTicket,
    },
    /// A snapshot has arrived from the leader and is durable: the parent replaces its whole state by it. The entries that follow
    /// come from [`next_committed`](crate::Raft::next_committed), from `index + 1` on.
    Restore {
        /// The last index that the snapshot covers.
        index: u64,
        /// The term of the entry at that index.
        term: u64,
        /// What a parent, here or at another node, once gave to [`compact`](crate::Raft::compact).
        snapshot: Arc<[u8]>,
    },
}

impl Announce for Event {
    fn fact(&self) -> Option<Fact> {
        match self {
            Self::Fact(fact) => Some(*fact),
            _ => None,
        }
    }
}
