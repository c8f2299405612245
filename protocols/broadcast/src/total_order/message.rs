//! What members send each other, and the timers that they set, where a replicated log gives the order.

use std::fmt;
use std::sync::Arc;

use seatrial_node::ShowBytes;

/// What members send each other.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConsensusMessage {
    /// Of the replicated log.
    Raft(seatrial_raft::Message),
    /// A member asks the leader to give this entry a place.
    Ask(Arc<[u8]>),
    /// A member has delivered the log up to this index, and has it on its disk.
    Delivered {
        /// The index.
        index: u64,
    },
}

impl fmt::Debug for ConsensusMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Raft(message) => f.debug_tuple("Raft").field(message).finish(),
            Self::Ask(entry) => f.debug_tuple("Ask").field(&ShowBytes(entry)).finish(),
            Self::Delivered { index } => f.debug_struct("Delivered").field("index", index).finish(),
        }
    }
}

/// The timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConsensusTimer {
    /// Of the replicated log.
    Raft(seatrial_raft::Timer),
    /// Time to ask again.
    Retry,
    /// Time to tell the others how far this member has come.
    Report,
}
