//! What a client asks of a service, and what it is answered.

use seatrial_node::NodeId;
use serde::{Deserialize, Serialize};

/// One attempt of a client to have something done, at any member.
///
/// An operation that was not answered, or answered without certainty, may be tried again, at the same or another member, with
/// the same `client` and `seq`: however many attempts of a command reach the log, it is applied once, and every attempt is
/// answered with the first output (Ongaro's thesis, §6.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request<C, Q> {
    /// Whose it is: the id of a session. Either made up by the client, unique for ever and with the top bit clear, or given by
    /// the service in answer to [`Op::Open`]. A client has one command under way at a time; one that wants more has more sessions.
    pub client: u64,
    /// Which of the client's commands it is: 1 for the first, and a higher one for each new command; gaps are fine. Queries
    /// may carry any number.
    pub seq: u64,
    /// What is to be done.
    pub op: Op<C, Q>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op<C, Q> {
    /// Change the state.
    Command(C),
    /// Look at it, linearizably.
    Query(Q),
    /// Begin a session under an id of the service's choosing; `client` and `seq` are not looked at. Such a session can be told
    /// from any other for ever, which one under a made-up id cannot; see [`Response::SessionExpired`].
    Open,
}

/// What a client is answered.
///
/// Answers other than the first three tell why nothing came of *this attempt*. All of them but one are *definite*: this attempt
/// had no effect and never will have. An operation has failed for certain only if each of its attempts was answered so; an
/// attempt that was never answered counts as [`Response::Unknown`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Response<O> {
    /// Done. For a command that was tried before, the output of the time when it was applied.
    Done(O),
    /// A session was begun, by [`Op::Open`].
    Opened {
        /// The id to use in its requests, from `seq` 1 on.
        client: u64,
    },
    /// **Not definite.** A command may have been applied, or may be applied at any later time. Try again with the same `client`
    /// and `seq` to find out. The leader lost its office, or did not answer in time.
    Unknown,
    /// Definite. This member passes nothing on; ask that one.
    Redirect {
        /// Who leads, as far as this member knows.
        leader: NodeId,
    },
    /// Definite. There is no leader, or the one asked was not it any more; ask again.
    Unavailable,
    /// Definite. The command is longer than [`MAX_COMMAND`](seatrial_raft::MAX_COMMAND) bytes in the log.
    TooLarge,
    /// Definite. This member, or the leader, has as much under way as it is configured to; ask again later.
    Busy,
    /// Definite for this attempt; whether an earlier one was applied, nobody knows any more. The session was dropped, because
    /// [`max_sessions`](crate::Config::max_sessions) others were active since its last command. Go on with a new session.
    ///
    /// Who is told: every client with an id from [`Op::Open`]. Where ids are made up, a session that was dropped looks like one
    /// that never was, so once any session was dropped, an unknown client with a `seq` other than 1 is told this, while `seq` 1
    /// begins a session. The one command that can be applied twice is therefore a client's first, tried again after so many
    /// other sessions were active; [`Op::Open`] closes that hole.
    SessionExpired,
    /// Definite for this attempt. The client has had a later command applied; this one's output, if it ever had one, is forgotten.
    Superseded,
    /// Definite. The log entry is not a command of this state machine: it was written by a member of another version.
    Unreadable,
}

impl<O> Response<O> {
    /// Whether it is certain that the attempt had no effect and never will have.
    pub const fn is_definite_failure(&self) -> bool {
        match self {
            Self::Done(_) | Self::Opened { .. } | Self::Unknown => false,
            Self::Redirect { .. }
            | Self::Unavailable
            | Self::TooLarge
            | Self::Busy
            | Self::SessionExpired
            | Self::Superseded
            | Self::Unreadable => true,
        }
    }

    /// The output, if it was done.
    pub fn done(self) -> Option<O> {
        match self {
            Self::Done(output) => Some(output),
            _ => None,
        }
    }
}
