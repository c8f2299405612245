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
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Reads {
    tickets: u64,
    /// The latest round; a read waits for it only while `asked` is not empty.
    round: u64,
    /// The round that reads wait for.
    asked_round: u64,
    /// What these reads must reflect.
    index: u64,
    /// These reads.
    asked: Vec<ReadTicket>,
    /// The reads of a later round.
    waiting: Vec<ReadTicket>,
}

impl Reads {
    /// The round that messages to followers carry.
    pub(crate) fn round(&self) -> u64 {
        self.round
    }

    /// Begins the next round.
    pub(crate) fn next_round(&mut self) -> u64 {
        self.round += 1;
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
        if self.holds_lease(io) && self.has_committed_its_own() {
            io.announce(Event::ReadReady { ticket, index: self.commit });
            self.reached("a read was answered under a lease", io);
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
        if self.reads.waiting.is_empty()
            || !self.reads.asked.is_empty()
            || !self.has_committed_its_own()
        {
            return;
        }
        self.reads.asked_round = self.reads.next_round();
        self.reads.index = self.commit;
        std::mem::swap(&mut self.reads.waiting, &mut self.reads.asked);
        for i in 0..self.peers.len() {
            self.heartbeat(i, io);
        }
        self.confirm_reads(io);
    }

    fn has_committed_its_own(&self) -> bool {
        self.log.term(self.commit) == Some(self.hard.term)
    }

    /// Answers the reads under way, once a majority has answered their round.
    pub(crate) fn confirm_reads(&mut self, io: &mut Io<'_, Self>) {
        if self.reads.asked.is_empty() {
            return;
        }
        let (me, round, peers) = (self.me, self.reads.asked_round, &self.peers);
        let answered =
            |voter| voter == me || peers.iter().any(|peer| peer.id == voter && peer.round >= round);
        if !self.voters.is_quorum(answered) && !planted!(self.config, UnconfirmedRead) {
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
