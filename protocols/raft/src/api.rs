//! What the parent layer may ask and see.

use std::sync::Arc;

use seatrial_node::{Io, NodeId};

use crate::event::{NotLeader, Position, SnapshotMeta};
use crate::message::Payload;
use crate::node::Raft;
use crate::role::Role;

/// The longest command that may be proposed, in bytes: what fits into a record of the write-ahead log.
pub const MAX_COMMAND: usize = seatrial_wal::MAX_RECORD - 64;

impl Raft {
    /// Appends a command to the leader's log and begins to replicate it. It is committed if [`Raft::next_committed`] brings an entry
    /// at this index with this term; if it brings one with another term there, it is lost.
    ///
    /// # Errors
    /// Where this node does not lead.
    ///
    /// # Panics
    /// Where the command is longer than [`MAX_COMMAND`]: the parent refuses those.
    pub fn propose(
        &mut self,
        command: Arc<[u8]>,
        io: &mut Io<'_, Self>,
    ) -> Result<Position, NotLeader> {
        if self.role != Role::Leader {
            return Err(NotLeader { leader: self.leader });
        }
        assert!(command.len() <= MAX_COMMAND, "a command has at most {MAX_COMMAND} bytes");
        let index = self.append_own(Payload::Command(command), io);
        self.settle(io);
        Ok(Position { term: self.hard.term, index })
    }

    /// Who leads the current term, as far as this node knows; itself, where it leads.
    pub fn leader(&self) -> Option<NodeId> {
        self.leader
    }

    /// Whether this node leads, as far as it knows.
    pub fn is_leader(&self) -> bool {
        self.role == Role::Leader
    }

    /// `"follower"`, `"pre-candidate"`, `"candidate"` or `"leader"`.
    pub fn role(&self) -> &'static str {
        self.role.name()
    }

    /// The current term (§5.1).
    pub fn term(&self) -> u64 {
        self.hard.term
    }

    /// The highest index known to be committed.
    pub fn commit_index(&self) -> u64 {
        self.commit
    }

    /// The log is on this node's own disk up to and including this index.
    pub fn persisted_index(&self) -> u64 {
        self.persisted
    }

    /// The last index that [`Raft::next_committed`] has handed out or a snapshot has covered.
    pub fn last_applied(&self) -> u64 {
        self.applied
    }

    /// The index of the log's last entry.
    pub fn last_index(&self) -> u64 {
        self.log.last_index()
    }

    /// How many entries the log holds in memory: those that follow the snapshot.
    pub fn log_len(&self) -> usize {
        self.log.len()
    }

    /// How many bytes the commands of those entries have.
    pub fn log_bytes(&self) -> u64 {
        self.log.bytes()
    }

    /// The newest durable snapshot. After [`Node::open`](seatrial_node::Node::open) the parent restores its state from it, before
    /// it applies anything.
    pub fn snapshot(&self) -> Option<(&SnapshotMeta, &[u8])> {
        self.snapshots.current().map(|snapshot| (&snapshot.meta, &*snapshot.data))
    }
}
