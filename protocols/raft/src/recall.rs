//! A disk that was replaced by an empty one: the node asks what it may have promised, before it promises anything again.
//!
//! A node that has lost its disk has lost its votes and what it has acknowledged. Only the operator knows that
//! ([`RaftConfig::replaced_disk`](crate::RaftConfig::replaced_disk)). Such a node asks *all* other members for their terms and their last
//! entries, twice: each must have answered the first round before the second begins. It adopts the highest term, as one in which it has
//! voted, and owes the most up-to-date entry. When its disk has that, it is a [damaged](crate::recovery) node like others. Until then it
//! neither votes nor acknowledges nor answers such a question itself.
//!
//! # Why that is safe
//!
//! - *Votes.* Whom this node has voted for had the term of the election on its disk before it asked for the vote. It is among those
//!   that answer, and its term has not gone back. So every term in which this node may have voted is at most the one it adopts; in that one
//!   it votes for nobody. A majority would not do: the candidate may be outside it.
//! - *Acknowledgements.* Let an entry be committed with the help of what this node acknowledged before it lost its disk, by leader L.
//!   Either L answers the first round while it still leads that term: then the entry is in its log, for it had been sent
//!   before it could be acknowledged, and L answers when its own disk has it. Or L no longer leads then: so it had committed the entry
//!   before, and a majority had it on their disks. One of them is another member; in the second round it answers with a log, or with
//!   what it owes, at least as up to date. One round would not do: a member might answer before it gets the entry, and L, having committed
//!   it, lose it in a crash before it answers.
//! - *Leases.* It votes for nobody within the shortest election timeout of its start, as after any restart.
//!
//! Of two nodes that ask at the same time, neither answers: who has lost its memory cannot vouch for another. They wait for the
//! operator.

use seatrial_node::{Io, NodeId};

use crate::event::LogId;
use crate::message::Message;
use crate::mutant::planted;
use crate::node::{Raft, Timer};
use crate::record::HardState;

/// What stands for the receiver of a vote that nobody remembers.
pub(crate) const FORGOTTEN: NodeId = NodeId(u32::MAX);
/// How often everybody is asked.
const ROUNDS: u64 = 2;

/// What was answered so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Recall {
    /// Tells the answers to this question from those to an earlier one.
    nonce: u64,
    rounds_done: u64,
    answered: Vec<NodeId>,
    term: u64,
    last: LogId,
}

impl Recall {
    /// Whether this member has answered in this round.
    pub(crate) fn has_answered(&self, peer: NodeId) -> bool {
        self.answered.contains(&peer)
    }
}

impl Raft {
    /// Asks all others for the first time. Where there is none, it waits for ever: nobody can know.
    pub(crate) fn begin_recall(&mut self, io: &mut Io<'_, Self>) {
        let nonce = io.choose("recall", 1 << 40) * ROUNDS;
        let (term, last) = (self.hard.term, self.log.last_id());
        self.recall = Some(Recall { nonce, rounds_done: 0, answered: Vec::new(), term, last });
        self.ask_to_recall(io);
    }

    /// Asks those that have not answered yet; they may be down, so it asks again later.
    pub(crate) fn ask_to_recall(&self, io: &mut Io<'_, Self>) {
        let Some(recall) = &self.recall else { return };
        let message = Message::Recall { term: self.hard.term, nonce: recall.nonce };
        for peer in io.peers().filter(|peer| !recall.has_answered(*peer)) {
            io.send(peer, message.clone());
        }
        io.set_timer(Timer::Election, self.config.heartbeat_interval);
    }

    /// Another member has lost its disk. What it once acknowledged it has no more.
    pub(crate) fn on_recall(&mut self, from: NodeId, nonce: u64, io: &mut Io<'_, Self>) {
        let last = self.log.last_index();
        if let Some(peer) = self.peers.iter_mut().find(|peer| peer.id == from) {
            peer.has_lost_its_log(last);
        }
        let (last_term, last_index) = self.promised();
        let term = self.hard.term;
        let reply = Message::Recalled { term, nonce, last_index, last_term };
        let log = self.log.position(self.log.last_index());
        let after = log.max(self.storage.base_position()).max(self.storage.hard_position());
        self.storage.promise(after, from, reply, io);
    }

    pub(crate) fn on_recalled(
        &mut self,
        from: NodeId,
        nonce: u64,
        (term, last): (u64, LogId),
        io: &mut Io<'_, Self>,
    ) {
        let Some(recall) = self.recall.as_mut().filter(|recall| recall.nonce == nonce) else {
            return;
        };
        if !recall.has_answered(from) {
            recall.answered.push(from);
        }
        recall.term = recall.term.max(term);
        recall.last = recall.last.max(last);
        let answered = recall.answered.len();
        let all = if planted!(self.config, RecallMajority) {
            answered >= self.voters.majority() - 1
        } else {
            answered + 1 >= io.members().len()
        };
        if !all {
            return;
        }
        recall.rounds_done += 1;
        recall.nonce += 1;
        recall.answered.clear();
        if recall.rounds_done < ROUNDS {
            return self.ask_to_recall(io);
        }
        let (term, last) = (recall.term, recall.last);
        self.recall = None;
        self.owed = Some(last).filter(|last| *last > self.log.last_id());
        self.adopt(HardState { term, vote: Some(FORGOTTEN) }, io);
        self.write_mark(io);
        self.reached("a replaced disk was told what it may have promised", io);
        self.arm_election_timer(io);
    }
}
