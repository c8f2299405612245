//! Snapshots on their way: made by the parent, sent to followers that are too far behind, received from the leader (paper §7,
//! thesis §5).
//!
//! A leader sends one piece at a time and goes on with where the follower is, which it hears with each answer. A follower keeps the
//! pieces that it has when the leader changes: another member's snapshot with the same digest goes on where the first one
//! stopped. The last piece is acknowledged as entries are, once the snapshot is durable.

use std::sync::Arc;

use seatrial_node::{Fact, Io, NodeId};

use crate::event::{Event, SnapshotMeta};
use crate::message::{Chunk, Message, Piece};
use crate::mutant::planted;
use crate::node::Raft;
use crate::progress::Flow;
use crate::role::Role;
use crate::snapshot::{Origin, Snapshot};

/// A snapshot of which pieces are still to come.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Incoming {
    meta: SnapshotMeta,
    digest: u64,
    size: u64,
    data: Vec<u8>,
}

impl Incoming {
    /// The last index that the snapshot covers.
    pub(crate) fn index(&self) -> u64 {
        self.meta.index
    }
}

impl Raft {
    /// Takes the parent's state as of `index`, in a form that another member's parent can restore. When that is durable, the log up
    /// to `index` goes. Ignored where `index` has not been handed out by [`Raft::next_committed`], or a snapshot as
    /// new is there or on its way.
    pub fn compact(&mut self, index: u64, snapshot: Vec<u8>, io: &mut Io<'_, Self>) {
        if index > self.applied || index <= self.snapshots.newest_index() {
            return;
        }
        let is_off = index < self.commit && planted!(self.config, SnapshotMislabelled);
        let index = index + u64::from(is_off);
        if let Some(term) = self.log.term(index) {
            let snapshot = Snapshot::new(SnapshotMeta { index, term }, snapshot);
            self.snapshots.write(snapshot, Origin::Made, io);
        }
    }

    /// A snapshot is durable. The log goes on from there (figure 13, steps 6 to 8).
    pub(crate) fn follow_snapshot(&mut self, origin: Origin, io: &mut Io<'_, Self>) {
        let Some(snapshot) = self.snapshots.current() else { return };
        let (meta, digest, data) = (snapshot.meta, snapshot.digest, Arc::clone(&snapshot.data));
        let SnapshotMeta { index, term } = meta;
        let last = self.log.last_index();
        let kept = self.log.follow(meta);
        if !kept && self.role == Role::Leader {
            // It leads without what is committed, which no correct election brings about (§5.4.3).
            self.become_follower(self.hard.term, None, io);
        }
        self.tell(Fact::Snapshot { index, term, digest }, io);
        if !kept && last > index {
            self.tell(Fact::Truncate { from: index + 1 }, io);
        }
        let (synced, durable) = if kept { (self.synced, self.persisted) } else { (index, index) };
        (self.synced, self.persisted) = (synced.max(index), durable.max(index));
        self.told_persisted = self.told_persisted.min(self.log.last_index());
        self.storage.rewrite(self.hard_record(), &self.log, self.owed, io);
        self.tell_persisted(io);
        self.mend(io);
        self.commit_to(index, io);
        if index > self.applied {
            self.applied = index;
            io.announce(Event::Restore { index, term, snapshot: data });
            self.reached("a snapshot was installed", io);
        }
        if let (Origin::Received, Role::Follower, Some(leader)) = (origin, self.role, self.leader) {
            self.acknowledge(leader, index, 0, io);
        }
    }

    /// As a follower, takes one piece.
    pub(crate) fn on_piece(
        &mut self,
        from: NodeId,
        round: u64,
        piece: &Piece,
        io: &mut Io<'_, Self>,
    ) {
        let meta = piece.meta;
        if meta.index <= self.commit {
            return self.acknowledge(from, meta.index, round, io);
        }
        if self.is_stuck(io) {
            return;
        }
        let offset = if meta.index <= self.snapshots.newest_index() {
            // Complete, and on its way to the disk.
            piece.size
        } else {
            self.add_piece(piece, io)
        };
        let reply =
            Message::SnapshotReceived { term: self.hard.term, round, index: meta.index, offset };
        self.storage.promise(self.storage.hard_position(), from, reply, io);
    }

    /// As a leader, goes on with where the follower is.
    pub(crate) fn on_piece_received(
        &mut self,
        from: NodeId,
        round: u64,
        index: u64,
        offset: u64,
        io: &mut Io<'_, Self>,
    ) {
        let Some(i) = self.hear_follower(from, round) else { return };
        if self.peers[i].received(index, offset) {
            self.send_piece(i, io);
        }
        self.prolong_lease(io);
        self.confirm_reads(io);
    }

    /// As a leader, begins to send the snapshot to a follower that lacks what the log no longer has.
    pub(crate) fn begin_snapshot(&mut self, i: usize, io: &mut Io<'_, Self>) {
        let Some(snapshot) = self.snapshots.current() else { return };
        self.peers[i].send_snapshot(snapshot.clone());
        self.send_piece(i, io);
    }

    pub(crate) fn send_piece(&self, i: usize, io: &mut Io<'_, Self>) {
        let peer = &self.peers[i];
        let Flow::Snapshot { snapshot, acked } = &peer.flow else { return };
        let chunk = Chunk::cut(&snapshot.data, *acked as usize, self.config.snapshot_chunk_bytes);
        let piece = Arc::new(Piece {
            meta: snapshot.meta,
            digest: snapshot.digest,
            size: snapshot.data.len() as u64,
            offset: *acked,
            chunk,
        });
        let round = self.reads.round();
        io.send(peer.id, Message::Snapshot { term: self.hard.term, round, piece });
    }

    /// Adds a piece to what has come of its snapshot, and returns how many bytes have.
    fn add_piece(&mut self, piece: &Piece, io: &mut Io<'_, Self>) -> u64 {
        let Piece { meta, digest, size, .. } = *piece;
        let held = self.incoming.take().filter(|incoming| {
            (incoming.meta, incoming.digest, incoming.size) == (meta, digest, size)
        });
        let mut incoming = held.unwrap_or(Incoming { meta, digest, size, data: Vec::new() });
        let have = incoming.data.len() as u64;
        if piece.offset == have && have + piece.chunk.len() as u64 <= size {
            incoming.data.extend_from_slice(&piece.chunk);
        }
        let have = incoming.data.len() as u64;
        if have < size {
            self.incoming = Some(incoming);
            return have;
        }
        let snapshot = Snapshot::new(meta, incoming.data);
        if snapshot.digest != digest {
            // Pieces that do not belong together: from the start again.
            return 0;
        }
        self.snapshots.write(snapshot, Origin::Received, io);
        size
    }
}
