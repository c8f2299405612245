//! A leader's side of AppendEntries (paper §5.3): sends what followers lack, ahead of their answers and of its own disk
//! (thesis §10.2.1).

use seatrial_node::{Io, NodeId};

use crate::message::{Entries, Entry, Message, Outcome, Payload};
use crate::mutant::planted;
use crate::node::{Raft, Timer};
use crate::progress::Flow;
use crate::role::Role;

impl Raft {
    /// Appends an entry of this leader's, and sends it to all that are not behind. Returns its index.
    pub(crate) fn append_own(&mut self, payload: Payload, io: &mut Io<'_, Self>) -> u64 {
        assert_eq!(self.role, Role::Leader, "only a leader makes entries");
        let index = self.append_entry(Entry { term: self.hard.term, payload }, io);
        for i in 0..self.peers.len() {
            self.replicate(i, io);
        }
        index
    }

    pub(crate) fn on_appended(
        &mut self,
        from: NodeId,
        round: u64,
        outcome: Outcome,
        io: &mut Io<'_, Self>,
    ) {
        let Some(i) = self.hear_follower(from, round) else { return };
        match outcome {
            Outcome::Matched { index } => self.on_matched(i, index, io),
            Outcome::Rejected { prev_index, hint } => self.on_rejected(i, prev_index, hint, io),
        }
        self.prolong_lease(io);
        self.confirm_reads(io);
    }

    /// Notes that a follower has answered a round of heartbeats, one that has begun; its place among the peers, where this node leads.
    pub(crate) fn hear_follower(&mut self, from: NodeId, round: u64) -> Option<usize> {
        if self.role != Role::Leader {
            return None;
        }
        let i = self.peers.iter().position(|peer| peer.id == from)?;
        let peer = &mut self.peers[i];
        peer.heard = true;
        peer.round = peer.round.max(round.min(self.reads.round()));
        Some(i)
    }

    /// Sends a heartbeat (§5.2), and again what has stayed unanswered. Entries are answered when they are on the follower's disk,
    /// a heartbeat at once: it shows, to both sides, that the other one is there while a slow disk is at work. So is a piece of a
    /// snapshot, which takes its place.
    pub(crate) fn on_heartbeat_timer(&mut self, io: &mut Io<'_, Self>) {
        if self.role != Role::Leader {
            return;
        }
        io.set_timer(Timer::Heartbeat, self.config.heartbeat_interval);
        self.begin_lease_round(io);
        for i in 0..self.peers.len() {
            let lost = self.peers[i].tick();
            if lost && matches!(self.peers[i].flow, Flow::Snapshot { .. }) {
                self.send_piece(i, io);
                continue;
            }
            if lost {
                self.replicate(i, io);
            }
            if !io.buggify("raft: a heartbeat left out") {
                self.heartbeat(i, io);
            }
        }
        self.begin_reads(io);
    }

    /// An AppendEntries message without entries. It follows what the follower is known to have, so that it is never rejected and
    /// brings the commit index along.
    pub(crate) fn heartbeat(&self, i: usize, io: &mut Io<'_, Self>) {
        let peer = &self.peers[i];
        let counts_back = planted!(self.config, HeartbeatUnderflow);
        assert!(peer.matched > 0 || !counts_back, "there is no entry before the first one");
        let prev_term = self.log.term(peer.matched);
        let (prev_index, prev_term) = prev_term.map_or((0, 0), |term| (peer.matched, term));
        let heartbeat = Message::Append {
            term: self.hard.term,
            prev_index,
            prev_term,
            commit: self.commit.min(prev_index),
            round: self.reads.round(),
            entries: Entries::NONE,
        };
        io.send(peer.id, heartbeat);
    }

    /// Sends what this follower lacks, as much as may be under way.
    pub(crate) fn replicate(&mut self, i: usize, io: &mut Io<'_, Self>) {
        let last = self.log.last_index();
        while self.peers[i].may_append(self.config.max_inflight_appends) {
            let (next, matched) = (self.peers[i].next, self.peers[i].matched);
            assert!(next > matched, "next index {next} is not above match index {matched}");
            if next > last {
                break;
            }
            let Some(prev_term) = self.log.term(next - 1) else {
                return self.begin_snapshot(i, io);
            };
            let upto = if io.buggify("raft: one entry to a message") { next } else { last };
            let entries = self.batch_from(next, upto);
            self.peers[i].appended(next - 1 + entries.len() as u64);
            let append = Message::Append {
                term: self.hard.term,
                prev_index: next - 1,
                prev_term,
                commit: self.commit,
                round: self.reads.round(),
                entries,
            };
            io.send(self.peers[i].id, append);
        }
    }

    fn on_matched(&mut self, i: usize, index: u64, io: &mut Io<'_, Self>) {
        let last = self.log.last_index();
        let index = if planted!(self.config, HeartbeatCountsAsAppend) { last } else { index };
        if self.peers[i].match_to(index.min(last)) {
            self.advance_commit(io);
        }
        self.replicate(i, io);
    }

    fn on_rejected(&mut self, i: usize, prev_index: u64, hint: u64, io: &mut Io<'_, Self>) {
        let peer = &mut self.peers[i];
        let again = if planted!(self.config, NextIndexUnderflow) {
            peer.next = peer.next.wrapping_sub(1);
            peer.flow = Flow::Probe { under_way: None };
            true
        } else {
            peer.reject(prev_index, hint)
        };
        if again {
            self.replicate(i, io);
        }
    }

    /// The entries of one message, from `first` on. Most followers get the same ones: they share them.
    fn batch_from(&mut self, first: u64, last: u64) -> Entries {
        let most = self.config.max_entries_per_append as u64;
        let last = last.min(first.saturating_add(most - 1));
        let held = self.batch.0 == first && self.batch.1.len() as u64 == last - first + 1;
        if !held {
            self.batch = (first, self.log.range(first, last).cloned().collect());
        }
        self.batch.1.clone()
    }
}
