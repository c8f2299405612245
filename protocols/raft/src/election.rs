//! Elections (paper §5.2, §5.4.1), with pre-vote (thesis §9.6), nodes that stick to a leader they hear from (thesis §4.2.3), and
//! leaders that step down when they hear from no majority (thesis §6.2).

use seatrial_node::{Duration, Io, NodeId};

use crate::event::Event;
use crate::message::Message;
use crate::mutant::planted;
use crate::node::{Raft, Timer};
use crate::record::HardState;
use crate::role::Role;

impl Raft {
    /// Begins an election timeout, drawn anew.
    pub(crate) fn arm_election_timer(&mut self, io: &mut Io<'_, Self>) {
        let (min, max) = (self.config.election_timeout_min, self.config.election_timeout_max);
        let spread = max.saturating_sub(min).as_nanos().saturating_add(1);
        self.timeout = min + Duration::from_nanos(io.choose("election timeout", spread));
        self.quiet_since = io.now();
        io.set_timer(Timer::Election, self.timeout);
    }

    /// The timer is not set again at every message from the leader: it looks here how long ago the last one was.
    pub(crate) fn on_election_timer(&mut self, io: &mut Io<'_, Self>) {
        if self.role == Role::Leader {
            return self.check_quorum(io);
        }
        let due = self.quiet_since + self.timeout;
        if io.now() < due {
            return io.set_timer(Timer::Election, due - io.now());
        }
        // A candidate whose disk is slow has not begun yet, and one whose disk fails could not.
        let disk_is_late = !self.storage.is_durable(self.storage.hard_position());
        if self.storage.has_failed() || (self.role == Role::Candidate && disk_is_late) {
            return self.arm_election_timer(io);
        }
        if self.role == Role::Candidate {
            self.reached("an election had no winner", io);
        }
        self.start_election(io);
    }

    /// Campaigns for the next term, at once: votes for itself and asks for the others' votes once the disk has its own.
    pub(crate) fn campaign(&mut self, io: &mut Io<'_, Self>) {
        self.role = Role::Candidate;
        self.leader = None;
        self.tally.clear();
        self.adopt(HardState { term: self.hard.term + 1, vote: Some(self.me) }, io);
        self.ask_for_votes(false, io);
    }

    pub(crate) fn on_request_vote(
        &mut self,
        from: NodeId,
        term: u64,
        last: (u64, u64),
        pre_vote: bool,
        io: &mut Io<'_, Self>,
    ) {
        let sticks = self.has_leader(io);
        if sticks && self.config.check_quorum && !pre_vote {
            return;
        }
        if term > self.hard.term && !(sticks && pre_vote) {
            self.become_follower(term, None, io);
        }
        let current = term == self.hard.term && self.is_up_to_date(last);
        let granted = if pre_vote {
            current && !sticks
        } else {
            let free = self.hard.vote.is_none() && self.leader.is_none();
            current && (free || self.hard.vote == Some(from))
        };
        if granted && !pre_vote {
            self.quiet_since = io.now();
            if self.role == Role::PreCandidate {
                self.role = Role::Follower;
            }
            if self.hard.vote.is_none() {
                self.adopt(HardState { term, vote: Some(from) }, io);
            }
        }
        let reply = Message::Vote { term: self.hard.term, granted, pre_vote };
        self.storage.promise(self.storage.hard_position(), from, reply, io);
    }

    pub(crate) fn on_vote(
        &mut self,
        from: NodeId,
        granted: bool,
        pre_vote: bool,
        io: &mut Io<'_, Self>,
    ) {
        let asked = if pre_vote { Role::PreCandidate } else { Role::Candidate };
        if granted && self.role == asked {
            self.count_vote(from, io);
        }
    }

    pub(crate) fn count_vote(&mut self, voter: NodeId, io: &mut Io<'_, Self>) {
        self.tally.grant(voter);
        if self.tally.wins(&self.voters) {
            match self.role {
                Role::PreCandidate => self.campaign(io),
                Role::Candidate => self.become_leader(io),
                Role::Follower | Role::Leader => {}
            }
        }
    }

    fn start_election(&mut self, io: &mut Io<'_, Self>) {
        self.arm_election_timer(io);
        if self.leader.take().is_some() {
            io.announce(Event::Following { term: self.hard.term, leader: None });
        }
        if !self.config.pre_vote {
            return self.campaign(io);
        }
        self.role = Role::PreCandidate;
        self.tally.clear();
        self.tally.grant(self.me);
        self.ask_for_votes(true, io);
    }

    fn ask_for_votes(&mut self, pre_vote: bool, io: &mut Io<'_, Self>) {
        let (last_index, last_term) = (self.log.last_index(), self.log.last_term());
        let request =
            Message::RequestVote { term: self.hard.term, last_index, last_term, pre_vote };
        for peer in io.peers() {
            self.storage.promise(self.storage.hard_position(), peer, request.clone(), io);
        }
    }

    /// Whether this node leads, or has heard from its leader within the shortest election timeout.
    fn has_leader(&self, io: &Io<'_, Self>) -> bool {
        let recent = io.now().since(self.leader_heard) < self.config.election_timeout_min;
        self.role == Role::Leader || (self.leader.is_some() && recent)
    }

    /// Whether a log that ends with this term and index is at least as up-to-date as this node's (§5.4.1).
    fn is_up_to_date(&self, last: (u64, u64)) -> bool {
        if planted!(self.config, NoUpToDateCheck) {
            return true;
        }
        last >= (self.log.last_term(), self.log.last_index())
    }

    /// Steps down unless a majority has been heard from since the last look (thesis §6.2).
    fn check_quorum(&mut self, io: &mut Io<'_, Self>) {
        let heard = |voter| {
            voter == self.me || self.peers.iter().any(|peer| peer.id == voter && peer.heard)
        };
        if !self.voters.is_quorum(heard) {
            self.reached("a leader lost its quorum", io);
            return self.become_follower(self.hard.term, None, io);
        }
        for peer in &mut self.peers {
            peer.heard = false;
        }
        io.set_timer(Timer::Election, self.config.election_timeout_max);
    }
}
