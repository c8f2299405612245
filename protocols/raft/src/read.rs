//! Linearizable reads without writing to the log (thesis §6.4, "ReadIndex").
//!
//! A leader notes its commit index, and then makes sure that it still is the leader: a majority must answer a round of
//! heartbeats that began after the read was asked. Rounds are numbered and answers carry the number, so a late answer to an
//! earlier round confirms nothing. Reads that come while a round is under way share the next one.

use seatrial_node::Io;

use crate::event::{Event, NotLeader, ReadTicket};
use crate::mutant::planted;
use crate::node::Raft;
use crate::role::Role;

/// A leader's reads.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    tickets: u64,
    /// The latest round; a read waits for it only while `asked` is not empty.
    round: u64,
    /// What the reads of the latest round must reflect.
    index: u64,
    /// The reads of the latest round.
    asked: Vec<ReadTicket>,
    /// The reads of the next one.
    waiting: Vec<ReadTicket>,
}

impl Reads {
    /// The round that messages to followers carry.
    pub(crate) fn round(&self) -> u64 {
        self.round
    }
}

impl Raft {
    /// Asks for a linearizable read. [`Event::ReadReady`] tells from which index on the state may be read, or
    /// [`Event::ReadLost`] that the node no longer leads; in a cluster of one node, it does so before this returns.
    ///
    /// # Errors
    /// Where this node does not lead.
    pub fn read_index(&mut self, io: &mut Io<'_, Self>) -> Result<ReadTicket, NotLeader> {
        if self.role != Role::Leader {
            return Err(NotLeader { leader: self.leader });
        }
        self.reads.tickets += 1;
        let ticket = ReadTicket(self.reads.tickets);
        if planted!(self.config, StaleRead) {
            io.announce(Event::ReadReady { ticket, index: self.commit });
            return Ok(ticket);
        }
        self.reads.waiting.push(ticket);
        self.begin_reads(io);
        self.settle(io);
        Ok(ticket)
    }

    /// Begins a round for the reads that wait for one. Until the leader has committed an entry of its own term, its commit index may
    /// be behind what its predecessor has answered, and no read begins (thesis §6.4, step 1).
    pub(crate) fn begin_reads(&mut self, io: &mut Io<'_, Self>) {
        let own_committed = self.log.term(self.commit) == Some(self.hard.term);
        if self.reads.waiting.is_empty() || !self.reads.asked.is_empty() || !own_committed {
            return;
        }
        self.reads.round += 1;
        self.reads.index = self.commit;
        std::mem::swap(&mut self.reads.waiting, &mut self.reads.asked);
        for i in 0..self.peers.len() {
            self.heartbeat(i, io);
        }
        self.confirm_reads(io);
    }

    /// Answers the reads of the latest round, once a majority has answered it.
    pub(crate) fn confirm_reads(&mut self, io: &mut Io<'_, Self>) {
        if self.reads.asked.is_empty() {
            return;
        }
        let (me, round, peers) = (self.me, self.reads.round, &self.peers);
        let answered =
            |voter| voter == me || peers.iter().any(|peer| peer.id == voter && peer.round >= round);
        if !self.voters.is_quorum(answered) {
            return;
        }
        let index = self.reads.index;
        for ticket in self.reads.asked.drain(..) {
            io.announce(Event::ReadReady { ticket, index });
        }
        self.begin_reads(io);
    }

    /// The node no longer leads: its reads are lost.
    pub(crate) fn lose_reads(&mut self, io: &mut Io<'_, Self>) {
        let reads = &mut self.reads;
        for ticket in reads.asked.drain(..).chain(reads.waiting.drain(..)) {
            io.announce(Event::ReadLost { ticket });
        }
    }
}
