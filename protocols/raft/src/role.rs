//! Follower, candidate, leader: the changes from one to another (paper figure 4).

use seatrial_node::{Fact, Io, NodeId};

use crate::event::Event;
use crate::message::{Entries, Payload};
use crate::mutant::planted;
use crate::node::{Raft, Timer};
use crate::progress::Progress;
use crate::recall::FORGOTTEN;
use crate::record::HardState;

/// What a member is in the current term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    Follower,
    /// Asks whether it could win an election (thesis §9.6).
    PreCandidate,
    Candidate,
    Leader,
}

impl Role {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Follower => "follower",
            Self::PreCandidate => "pre-candidate",
            Self::Candidate => "candidate",
            Self::Leader => "leader",
        }
    }
}

impl Raft {
    /// Follows, in this term or a newer one (§5.1).
    pub(crate) fn become_follower(
        &mut self,
        term: u64,
        leader: Option<NodeId>,
        io: &mut Io<'_, Self>,
    ) {
        assert!(term >= self.hard.term, "a term never goes back");
        let (old_term, old_role) = (self.hard.term, self.role);
        self.role = Role::Follower;
        self.leader = leader;
        if term > old_term {
            let vote = self.hard.vote.filter(|_| planted!(self.config, VoteNeverReset));
            self.adopt(HardState { term, vote }, io);
        }
        if old_role == Role::Leader {
            self.leave_office(old_term, io);
        }
        io.announce(Event::Following { term, leader });
    }

    /// Leads from now on. The first thing it does is to append an entry of its own term: only along with one may it commit what
    /// it has of older terms (§5.4.2, §8).
    pub(crate) fn become_leader(&mut self, io: &mut Io<'_, Self>) {
        assert_eq!(self.hard.vote, Some(self.me), "only a candidate of this term is elected");
        self.votes.clear();
        let term = self.hard.term;
        self.role = Role::Leader;
        self.leader = Some(self.me);
        let next = self.log.last_index() + 1;
        self.peers.clear();
        self.peers.extend(io.peers().map(|peer| Progress::new(peer, next)));
        self.incoming = None;
        self.lease.clear();
        self.begin_lease_round(io);
        self.tell(Fact::Lead { term }, io);
        io.announce(Event::Leading { term });
        if !self.peers.is_empty() {
            io.set_timer(Timer::Heartbeat, self.config.heartbeat_interval);
        }
        if self.config.check_quorum && !self.peers.is_empty() {
            io.set_timer(Timer::Election, self.config.election_timeout_max);
        } else {
            io.cancel_timer(&Timer::Election);
        }
        self.append_own(Payload::Noop, io);
    }

    /// Notes that a message has come from the leader of the current term. Returns whether this node follows it.
    pub(crate) fn hear_leader(&mut self, from: NodeId, io: &mut Io<'_, Self>) -> bool {
        if self.role == Role::Leader {
            // There is one leader a term (§5.2): this one. What else claims to be is not to be followed.
            return false;
        }
        if self.role != Role::Follower || self.leader != Some(from) {
            self.become_follower(self.hard.term, Some(from), io);
        }
        self.leader_heard = io.now();
        self.quiet_since = io.now();
        true
    }

    /// Takes on a term, and the vote given in it; on the disk, too.
    pub(crate) fn adopt(&mut self, hard: HardState, io: &mut Io<'_, Self>) {
        if hard.term != self.hard.term {
            let outlived = planted!(self.config, AckAfterTermChange);
            self.storage.forget_promises(outlived);
            self.votes.clear();
        }
        self.hard = hard;
        self.storage.write_hard(self.hard_record(), io);
    }

    /// The term and vote as they go to the disk.
    pub(crate) fn hard_record(&self) -> HardState {
        let mut record = self.hard;
        if planted!(self.config, VoteNotPersisted) {
            record.vote = None;
        }
        if planted!(self.config, TermNotPersisted) {
            record = HardState::default();
        }
        record
    }

    /// Tells observers of the term and the vote once the disk has them, so that no crash makes it untrue. The vote leaves now: the
    /// election timeout begins, and a candidate's own vote counts.
    pub(crate) fn settle_hard_state(&mut self, io: &mut Io<'_, Self>) {
        if self.told == self.hard || !self.storage.has_hard_state() {
            return;
        }
        self.tell_hard_state(io);
        if self.hard.vote.is_some() {
            self.quiet_since = io.now();
        }
        if self.role == Role::Candidate {
            self.count_vote(self.me, false, io);
        }
    }

    pub(crate) fn tell_hard_state(&mut self, io: &mut Io<'_, Self>) {
        let HardState { term, vote } = self.hard;
        if self.told.term != term {
            self.tell(Fact::Term { term }, io);
        }
        if let Some(candidate) = vote.filter(|candidate| *candidate != FORGOTTEN) {
            self.tell(Fact::Vote { term, candidate }, io);
        }
        self.told = self.hard;
    }

    fn leave_office(&mut self, term: u64, io: &mut Io<'_, Self>) {
        self.tell(Fact::StepDown { term }, io);
        if self.hard.term > term {
            self.reached("a leader was deposed", io);
        }
        if self.log.last_index() > self.commit {
            self.reached("a leader stepped down with uncommitted entries", io);
        }
        if planted!(self.config, StepDownDropsTail) {
            self.truncate(self.commit + 1, io);
        }
        self.lose_reads(io);
        self.lease.clear();
        self.peers.clear();
        self.batch = (0, Entries::NONE);
        io.cancel_timer(&Timer::Heartbeat);
        self.arm_election_timer(io);
    }
}
