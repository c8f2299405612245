//! Elections (paper §5.2, §5.4.1), with pre-vote (thesis §9.6), nodes that stick to a leader they hear from (thesis §4.2.3), and
//! leaders that step down when they hear from no majority (thesis §6.2).
//!
//! # Slow disks
//!
//! Raft makes progress where a round of messages, the syncs before the answers included, takes far less than the election timeout
//! (paper §5.6). A disk may be slower than the settings suppose, so three things keep elections going:
//!
//! - A node whose term and vote are not on its disk yet begins no election: its questions would wait for the disk. The
//!   election timeout of who votes, for itself or for another, begins when the vote is durable.
//! - An election takes two syncs, the candidate's and then the voters'. Election timeouts are stretched in proportion where that is
//!   more than the shortest of them.
//! - With pre-vote, voters with slow disks may elect a candidate with a fast one. A node whose vote is on its way to the disk answers
//!   no pre-votes, so nobody begins a new term meanwhile, and a candidate that asks for pre-votes again still counts the votes of its
//!   present term.
//!
//! A disk may also stand still. A leader whose disk does steps down, and a follower whose disk does falls silent until it goes on: were
//! it heard, a leader that needs it for its majority would stay, and commit nothing, while others could.

use seatrial_node::{Duration, Io, NodeId};

use crate::event::Event;
use crate::message::Message;
use crate::mutant::planted;
use crate::node::{Raft, Timer};
use crate::recall::FORGOTTEN;
use crate::record::HardState;
use crate::role::Role;
use crate::settings::RaftConfig;

/// A candidate's, and then the voters'.
const SYNCS_PER_ELECTION: u64 = 2;
/// By how much a slow disk stretches election timeouts at most.
const MOST_STRETCH: u64 = 32;

impl Raft {
    /// Begins an election timeout, drawn anew.
    pub(crate) fn arm_election_timer(&mut self, io: &mut Io<'_, Self>) {
        let (min, max) = (self.config.election_timeout_min, self.config.election_timeout_max);
        let spread = max.saturating_sub(min).as_nanos().saturating_add(1);
        let spread = if io.buggify("raft: shortest election timeout") { 1 } else { spread };
        self.timeout = min + Duration::from_nanos(io.choose("election timeout", spread));
        self.quiet_since = io.now();
        io.set_timer(Timer::Election, self.patience());
    }

    /// Draws the election timeout of this life once, to the millisecond; of that bug only.
    pub(crate) fn fix_timeouts(&mut self, io: &mut Io<'_, Self>) {
        let RaftConfig { election_timeout_min: min, election_timeout_max: max, .. } = self.config;
        let millis = max.saturating_sub(min).as_nanos() / 1_000_000 + 1;
        let timeout = min + Duration::from_millis(io.choose("fixed election timeout", millis));
        (self.config.election_timeout_min, self.config.election_timeout_max) = (timeout, timeout);
        self.config.heartbeat_interval = min;
    }

    /// The present election timeout: as it was drawn, times what two syncs take in terms of the shortest one. That factor is 1 on
    /// a disk that is fast enough, and bounded, so that a few stalls of the disk are no long absence.
    fn patience(&self) -> Duration {
        let syncs = self.storage.sync_time() * SYNCS_PER_ELECTION;
        let stretch = 1 + syncs.as_nanos() / self.config.election_timeout_min.as_nanos();
        self.timeout * stretch.min(MOST_STRETCH)
    }

    /// The timer is not set again at every message from the leader: it looks here how long ago the last one was.
    pub(crate) fn on_election_timer(&mut self, io: &mut Io<'_, Self>) {
        if self.role == Role::Leader {
            return self.check_quorum(io);
        }
        if self.recall.is_some() {
            return self.ask_to_recall(io);
        }
        let due = self.quiet_since + self.patience();
        if io.now() < due {
            return io.set_timer(Timer::Election, due - io.now());
        }
        if self.storage.has_failed() || !self.storage.has_hard_state() || self.is_damaged() {
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
        let sticks = self.spares_leaders() && (self.has_leader(io) || self.backs_a_lease(io));
        if sticks && self.config.check_quorum && !pre_vote {
            return;
        }
        if pre_vote && self.is_stuck(io) {
            // The vote that would follow could not be given.
            return;
        }
        if pre_vote && self.hard.vote.is_some() && !self.storage.has_hard_state() {
            // Its vote may make a leader as soon as it leaves; a pre-vote that left along with it would call that leader into question.
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
            current && (free || (self.hard.vote == Some(from) && from != FORGOTTEN))
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
        let asked = match self.role {
            Role::PreCandidate => pre_vote || self.votes.has(self.me),
            Role::Candidate => !pre_vote,
            Role::Follower | Role::Leader => false,
        };
        if granted && asked {
            self.count_vote(from, pre_vote, io);
        }
    }

    pub(crate) fn count_vote(&mut self, voter: NodeId, pre_vote: bool, io: &mut Io<'_, Self>) {
        let tally = if pre_vote { &mut self.pre_votes } else { &mut self.votes };
        tally.grant(voter);
        let wins = if planted!(self.config, VotesOfOthers) {
            self.voters.is_quorum(|voter| voter != self.me && tally.has(voter))
        } else {
            tally.wins(&self.voters)
        };
        match (wins, pre_vote) {
            (true, true) => self.campaign(io),
            (true, false) => self.become_leader(io),
            (false, _) => {}
        }
    }

    fn start_election(&mut self, io: &mut Io<'_, Self>) {
        self.arm_election_timer(io);
        if planted!(self.config, MislabelledTimer) {
            io.cancel_timer(&Timer::Election);
            io.set_timer(Timer::Heartbeat, self.patience());
        }
        if self.leader.take().is_some() {
            io.announce(Event::Following { term: self.hard.term, leader: None });
        }
        if !(self.config.pre_vote && self.spares_leaders()) {
            return self.campaign(io);
        }
        self.role = Role::PreCandidate;
        self.pre_votes.clear();
        self.pre_votes.grant(self.me);
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

    /// Whether a node asks before it stands, and sticks to a leader that it hears from.
    fn spares_leaders(&self) -> bool {
        !planted!(self.config, NoPreVote)
    }

    /// Whether this node leads, or has heard from its leader within the shortest election timeout.
    fn has_leader(&self, io: &Io<'_, Self>) -> bool {
        let recent = io.now().since(self.leader_heard) < self.config.election_timeout_min;
        self.role == Role::Leader || (self.leader.is_some() && recent)
    }

    /// Whether a log that ends with this term and index is at least as up-to-date as this node's (§5.4.1), as that was promised.
    fn is_up_to_date(&self, last: (u64, u64)) -> bool {
        if planted!(self.config, NoUpToDateCheck) {
            return true;
        }
        if planted!(self.config, PromiseForgotten) {
            return last >= self.log.last_id();
        }
        if planted!(self.config, StaleAge) {
            let head = self.log.last_index();
            let age = self.log.term(head.saturating_sub(1)).unwrap_or(0);
            return last.0 >= age && last.1 >= head;
        }
        last >= self.promised()
    }

    /// Whether this node's disk has stood still for so long that it is as good as gone: such a node leads nobody, and what it says would only
    /// keep alive a leader who cannot commit without it.
    pub(crate) fn is_stuck(&self, io: &Io<'_, Self>) -> bool {
        self.storage.stuck_for(io.now()) > self.patience() && !self.voters.is_only(self.me)
    }

    /// Steps down unless a majority has been heard from since the last look (thesis §6.2), and its own disk has kept pace: a leader whose
    /// disk is full or stands still would be heard for ever, and short of one copy of each entry.
    fn check_quorum(&mut self, io: &mut Io<'_, Self>) {
        if !self.config.check_quorum {
            return;
        }
        let heard = |voter| {
            voter == self.me || self.peers.iter().any(|peer| peer.id == voter && peer.heard)
        };
        if !self.voters.is_quorum(heard) {
            self.reached("a leader lost its quorum", io);
            return self.become_follower(self.hard.term, None, io);
        }
        if self.is_stuck(io) {
            self.reached("a leader's disk was stuck", io);
            return self.become_follower(self.hard.term, None, io);
        }
        for peer in &mut self.peers {
            peer.heard = false;
        }
        io.set_timer(Timer::Election, self.config.election_timeout_max);
    }
}
