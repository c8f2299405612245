//! What members of a service say to each other, and the timers that they set.

use std::fmt;
use std::sync::Arc;

use seatrial_node::{NodeId, RequestToken, ShowBytes};

use crate::{ForwardId, Response};

/// What one member says to another. `Q` and `O` are the state machine's queries and outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message<Q, O> {
    /// Raft's own.
    Raft(seatrial_raft::Message),
    /// To the leader: do this for a client of mine.
    Forward {
        /// Names the request in the answer.
        id: ForwardId,
        /// The term in which the receiver leads, as far as the sender knows. It is not to be done in any other.
        term: u64,
        /// What is to be done.
        job: Job<Q>,
    },
    /// The answer to [`Message::Forward`].
    Forwarded {
        /// Which one is answered.
        id: ForwardId,
        /// For the client.
        response: Response<O>,
    },
}

/// A request on its way to where it can be done.
#[derive(Clone, PartialEq, Eq)]
pub enum Job<Q> {
    /// Put this entry into the log.
    Command(Arc<[u8]>),
    /// Answer this from the state.
    Query(Q),
}

impl<Q: fmt::Debug> fmt::Debug for Job<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(command) => f.debug_tuple("Command").field(&ShowBytes(command)).finish(),
            Self::Query(query) => f.debug_tuple("Query").field(query).finish(),
        }
    }
}

impl<Q> Job<Q> {
    /// The most that may be said when it is not known what became of it: a query has no effect in any case.
    pub(crate) const fn lost<O>(&self) -> Response<O> {
        lost(self.is_command())
    }

    pub(crate) const fn is_command(&self) -> bool {
        matches!(self, Self::Command(_))
    }
}

/// [`Job::lost`] of a job that is no longer at hand.
pub(crate) const fn lost<O>(is_command: bool) -> Response<O> {
    if is_command { Response::Unknown } else { Response::Unavailable }
}

impl<Q, O> Message<Q, O> {
    /// A number that differs between messages of different content; see [`Node::digest`](seatrial_node::Node::digest). Of a
    /// request it takes the name only: its content is told by facts.
    pub(crate) fn digest(&self) -> u64 {
        match self {
            Self::Raft(message) => <seatrial_raft::Raft as seatrial_node::Node>::digest(message),
            Self::Forward { id, term, job } => {
                let kind = if job.is_command() { COMMAND } else { QUERY };
                mix(mix(mix(kind, id.life), id.number), *term)
            }
            Self::Forwarded { id, .. } => mix(mix(ANSWER, id.life), id.number),
        }
    }
}

// Where the digests of the kinds of messages begin: any three numbers that are far apart.
const COMMAND: u64 = 0x243f_6a88_85a3_08d3;
const QUERY: u64 = 0x1319_8a2e_0370_7344;
const ANSWER: u64 = 0xa409_3822_299f_31d0;

const fn mix(digest: u64, value: u64) -> u64 {
    let folded = (digest ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    folded ^ (folded >> 29)
}

/// Names the timers of a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// One of Raft's.
    Raft(seatrial_raft::Timer),
    /// The oldest request that waits for a leader has waited long enough.
    Parked,
    /// The oldest request that was forwarded has waited long enough.
    Forwarded,
}

/// Who waits for what becomes of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiter {
    /// A client of this member.
    Local(RequestToken),
    /// A client of another member, which has forwarded the request.
    Remote { origin: NodeId, id: ForwardId },
}
