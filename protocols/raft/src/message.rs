//! What members say to each other: the RPCs of the paper's figures 2 and 13, each as a request and a reply.
//!
//! Every message carries its sender's current term. Entries and snapshots are shared, not copied: a message is cheap to
//! move and to clone.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use seatrial_node::ShowBytes;

use crate::api::MAX_COMMAND;
use crate::codec;
use crate::digest::{self, mix};
use crate::event::SnapshotMeta;

/// What an entry of the log holds.
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Payload {
    /// Nothing: a leader opens its term with it, because it may commit older entries only along with one of its own (§5.4.2, §8).
    Noop,
    /// A command for the state machine.
    Command(Arc<[u8]>),
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Noop => f.write_str("Noop"),
            Self::Command(command) => f.debug_tuple("Command").field(&ShowBytes(command)).finish(),
        }
    }
}

impl Payload {
    /// The digest told in facts; zero for an entry without content.
    pub(crate) fn digest(&self) -> u64 {
        match self {
            Self::Noop => 0,
            Self::Command(command) => digest::of_bytes(command),
        }
    }

    /// How many bytes of content there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Noop => 0,
            Self::Command(command) => command.len(),
        }
    }
}

/// One entry of the log. Its index is its place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    /// The term of the leader that made it.
    pub term: u64,
    /// What it holds.
    pub payload: Payload,
}

/// The entries of one AppendEntries message, shared among the followers to which the same are sent. None of them: a heartbeat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Entries(Option<Arc<[Entry]>>);

impl Entries {
    /// No entries.
    pub const NONE: Self = Self(None);
}

impl Deref for Entries {
    type Target = [Entry];

    fn deref(&self) -> &[Entry] {
        self.0.as_deref().unwrap_or_default()
    }
}

impl FromIterator<Entry> for Entries {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let entries: Arc<[Entry]> = entries.into_iter().collect();
        Self(if entries.is_empty() { None } else { Some(entries) })
    }
}

/// A piece of a snapshot, sharing the whole that it was cut from.
#[derive(Clone)]
pub struct Chunk {
    whole: Arc<[u8]>,
    start: usize,
    end: usize,
}

impl Chunk {
    /// The piece of at most `len` bytes that begins at `start`; empty where the whole ends before that.
    pub fn cut(whole: &Arc<[u8]>, start: usize, len: usize) -> Self {
        let start = start.min(whole.len());
        let end = start.saturating_add(len).min(whole.len());
        Self { whole: Arc::clone(whole), start, end }
    }
}

impl Deref for Chunk {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.whole[self.start..self.end]
    }
}

/// Shows the piece, and not the whole that it shares.
impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Chunk").field(&ShowBytes(self)).finish()
    }
}

impl PartialEq for Chunk {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Chunk {}

impl Hash for Chunk {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

/// One piece of a snapshot, with what tells to which snapshot it belongs. All members' pieces of one snapshot fit together, if
/// the state was put into bytes in the same way: then the digests are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Piece {
    /// What the snapshot covers.
    pub meta: SnapshotMeta,
    /// The digest of the whole.
    pub digest: u64,
    /// How many bytes the whole has.
    pub size: u64,
    /// Where in the whole this piece begins.
    pub offset: u64,
    /// The piece.
    pub chunk: Chunk,
}

/// What one member says to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Message {
    /// RequestVote (§5.2), or the question of a pre-vote whether one would get it (thesis §9.6). The candidate is the sender.
    RequestVote {
        /// The candidate's term. In a pre-vote the term that it has, not the one that it would campaign in.
        term: u64,
        /// The index of the candidate's last entry.
        last_index: u64,
        /// The term of that entry.
        last_term: u64,
        /// Whether this is a pre-vote.
        pre_vote: bool,
    },
    /// The answer to [`Message::RequestVote`].
    Vote {
        /// The voter's term.
        term: u64,
        /// Whether the candidate has its vote.
        granted: bool,
        /// Whether a pre-vote is answered.
        pre_vote: bool,
    },
    /// AppendEntries (§5.3), with no entries as a heartbeat (§5.2). The leader is the sender.
    Append {
        /// The leader's term.
        term: u64,
        /// The index before the first entry.
        prev_index: u64,
        /// The term of the entry there.
        prev_term: u64,
        /// How far the leader's log is committed.
        commit: u64,
        /// The latest round of heartbeats that the leader has begun; a read waits for a majority to answer its round (thesis §6.4).
        round: u64,
        /// What to append.
        entries: Entries,
    },
    /// The answer to [`Message::Append`], or to the last piece of a snapshot, once what it says is durable.
    Appended {
        /// The follower's term.
        term: u64,
        /// The round that is answered.
        round: u64,
        /// What the follower has.
        outcome: Outcome,
    },
    /// A member whose disk was replaced asks what it may have promised. All others answer.
    Recall {
        /// The term that the member has, which means nothing.
        term: u64,
        /// Names the question in the answer.
        nonce: u64,
    },
    /// The answer to [`Message::Recall`], once it is durable.
    Recalled {
        /// The term of who answers.
        term: u64,
        /// The question.
        nonce: u64,
        /// The index of the last entry in the log of who answers, or of the one that it owes.
        last_index: u64,
        /// The term of that entry.
        last_term: u64,
    },
    /// InstallSnapshot (§7, figure 13).
    Snapshot {
        /// The leader's term.
        term: u64,
        /// The latest round of heartbeats.
        round: u64,
        /// What is sent of the snapshot.
        piece: Arc<Piece>,
    },
    /// The answer to [`Message::Snapshot`] while the snapshot is not complete.
    SnapshotReceived {
        /// The follower's term.
        term: u64,
        /// The round that is answered.
        round: u64,
        /// Which snapshot.
        index: u64,
        /// How many of its bytes the follower has: the next piece begins there.
        offset: u64,
    },
}

/// What became of an AppendEntries message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The follower's log is on its disk and equals the leader's up to this index.
    Matched {
        /// The last such index that the message let the follower verify.
        index: u64,
    },
    /// The follower has no entry of that term at the message's `prev_index` (§5.3).
    Rejected {
        /// The `prev_index` that was rejected: tells a late answer from one that counts.
        prev_index: u64,
        /// The first index of the follower's conflicting term, or the end of its log: the leader goes on from there.
        hint: u64,
    },
}

impl Message {
    /// The sender's term.
    pub fn term(&self) -> u64 {
        match self {
            Self::RequestVote { term, .. }
            | Self::Vote { term, .. }
            | Self::Append { term, .. }
            | Self::Appended { term, .. }
            | Self::Recall { term, .. }
            | Self::Recalled { term, .. }
            | Self::Snapshot { term, .. }
            | Self::SnapshotReceived { term, .. } => *term,
        }
    }

    /// Whether a correct member may have sent this. What a broken one sends is dropped, so that no number overflows and every entry
    /// fits into a record of the disk.
    pub(crate) fn is_sound(&self) -> bool {
        const LIMIT: u64 = codec::LIMIT / 2;
        let own = self.term();
        let content = match self {
            Self::Append { entries, .. } => entries
                .iter()
                .all(|Entry { term, payload }| *term <= own && payload.len() <= MAX_COMMAND),
            Self::Snapshot { piece, .. } => {
                let Piece { meta, size, offset, chunk, .. } = &**piece;
                let end = offset.saturating_add(chunk.len() as u64);
                meta.index < LIMIT && meta.term <= own && end <= *size
            }
            Self::Recalled { last_index, last_term, .. } => {
                *last_index < LIMIT && *last_term <= own
            }
            _ => true,
        };
        own < LIMIT && content
    }

    /// Whether it acknowledges entries.
    pub(crate) fn is_match(&self) -> bool {
        matches!(self, Self::Appended { outcome: Outcome::Matched { .. }, .. })
    }

    /// Whether a later message, of the same term to the same member, says all that is still of use of this one.
    pub(crate) fn is_replaced_by(&self, later: &Self) -> bool {
        match (self, later) {
            (Self::RequestVote { pre_vote, .. }, Self::RequestVote { pre_vote: later, .. })
            | (Self::Vote { pre_vote, .. }, Self::Vote { pre_vote: later, .. }) => {
                pre_vote == later
            }
            (Self::SnapshotReceived { .. }, Self::SnapshotReceived { .. })
            | (Self::Recalled { .. }, Self::Recalled { .. }) => true,
            (Self::Appended { outcome, .. }, Self::Appended { outcome: later, .. }) => {
                let rejects = |outcome: &Outcome| matches!(outcome, Outcome::Rejected { .. });
                rejects(outcome) && rejects(later)
            }
            _ => false,
        }
    }

    /// A number that differs between messages of different content. Entries count with their number and terms: their content
    /// is told by facts.
    pub(crate) fn digest(&self) -> u64 {
        match self {
            Self::RequestVote { term, last_index, last_term, pre_vote } => {
                fold(1 + u64::from(*pre_vote), &[*term, *last_index, *last_term])
            }
            Self::Vote { term, granted, pre_vote } => {
                fold(3 + u64::from(*pre_vote), &[*term, u64::from(*granted)])
            }
            Self::Append { term, prev_index, prev_term, commit, round, entries } => {
                let last = entries.last().map_or(0, |entry| entry.term);
                let head = fold(5, &[*term, *prev_index, *prev_term, *commit]);
                fold(head, &[*round, entries.len() as u64, last])
            }
            Self::Appended { term, round, outcome: Outcome::Matched { index } } => {
                fold(6, &[*term, *round, *index])
            }
            Self::Appended { term, round, outcome: Outcome::Rejected { prev_index, hint } } => {
                fold(7, &[*term, *round, *prev_index, *hint])
            }
            Self::Recall { term, nonce } => fold(10, &[*term, *nonce]),
            Self::Recalled { term, nonce, last_index, last_term } => {
                fold(11, &[*term, *nonce, *last_index, *last_term])
            }
            Self::Snapshot { term, round, piece } => {
                let head = fold(8, &[*term, *round, piece.meta.index, piece.meta.term]);
                fold(head, &[piece.digest, piece.size, piece.offset, piece.chunk.len() as u64])
            }
            Self::SnapshotReceived { term, round, index, offset } => {
                fold(9, &[*term, *round, *index, *offset])
            }
        }
    }
}

fn fold(seed: u64, values: &[u64]) -> u64 {
    values.iter().fold(seed, |digest, value| mix(digest, *value))
}
