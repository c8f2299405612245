//! A follower's side of AppendEntries (paper figure 2, "receiver implementation").

use seatrial_node::{Fact, Io, NodeId};

use crate::message::{Entry, Message, Outcome};
use crate::mutant::planted;
use crate::node::Raft;

impl Raft {
    pub(crate) fn on_append(
        &mut self,
        from: NodeId,
        prev: (u64, u64),
        leader_commit: u64,
        round: u64,
        entries: &[Entry],
        io: &mut Io<'_, Self>,
    ) {
        let (prev_index, prev_term) = prev;
        let base = self.log.base().index;
        // What the snapshot covers is committed, so the leader has it as this node has (§5.4.3).
        if prev_index >= base && self.log.term(prev_index) != Some(prev_term) {
            if planted!(self.config, RejectionCountsAsMatch) {
                return self.acknowledge(from, self.log.last_index(), round, io);
            }
            return self.reject(from, prev_index, round, io);
        }
        let verified = (prev_index.saturating_add(entries.len() as u64)).max(base);
        let covered = base.saturating_sub(prev_index).min(entries.len() as u64);
        if !self.append_missing(prev_index + covered, &entries[covered as usize..], io) {
            return;
        }
        self.commit_to(leader_commit.min(verified), io);
        let whole = planted!(self.config, LastIndexAcknowledged);
        let index = if whole { self.log.last_index() } else { verified };
        self.acknowledge(from, index, round, io);
    }

    /// Tells the leader, once the disk has it, that this log equals the leader's up to this index.
    pub(crate) fn acknowledge(
        &mut self,
        to: NodeId,
        index: u64,
        round: u64,
        io: &mut Io<'_, Self>,
    ) {
        if self.is_stuck(io) {
            return;
        }
        let entries = if index <= self.log.base().index {
            self.storage.base_position()
        } else {
            self.log.position(index)
        };
        let mut after = self.storage.hard_position().max(entries);
        if planted!(self.config, AckBeforeFsync) {
            after = seatrial_wal::Position(0);
        }
        let outcome = Outcome::Matched { index };
        let reply = Message::Appended { term: self.hard.term, round, outcome };
        self.storage.promise(after, to, reply, io);
    }

    /// Cuts the log off before this index. What was on its way to the disk for it no longer counts.
    pub(crate) fn truncate(&mut self, from: u64, io: &mut Io<'_, Self>) {
        if from > self.log.last_index() {
            return;
        }
        self.log.truncate(from);
        let last = self.log.last_index();
        self.synced = self.synced.min(last);
        self.persisted = self.persisted.min(last);
        self.told_persisted = self.told_persisted.min(last);
        self.tell(Fact::Truncate { from: last + 1 }, io);
    }

    /// Appends, after an entry at which both logs agree, what this log does not have (§5.3). Only an entry that conflicts, with
    /// the same index and another term, removes any: a late message is no reason to lose what a newer one has brought. Returns false
    /// where the leader contradicts what is committed, which no correct leader does (§5.4.3).
    fn append_missing(&mut self, prev: u64, entries: &[Entry], io: &mut Io<'_, Self>) -> bool {
        if planted!(self.config, TruncateAlways) {
            self.truncate(prev + 1, io);
        }
        let has = |(index, entry): &(u64, &Entry)| self.log.term(*index) == Some(entry.term);
        let same = (prev + 1..).zip(entries).take_while(has).count();
        let first = prev + 1 + same as u64;
        if same < entries.len() && first <= self.log.last_index() {
            if first <= self.commit {
                self.reached("a leader contradicted what is committed", io);
                return false;
            }
            self.truncate(first, io);
            self.reached("a conflicting suffix was truncated", io);
        }
        for entry in &entries[same..] {
            self.append_entry(entry.clone(), io);
        }
        true
    }

    /// Adds an entry to the log, in memory and on its way to the disk.
    pub(crate) fn append_entry(&mut self, entry: Entry, io: &mut Io<'_, Self>) -> u64 {
        let index = self.log.last_index() + 1;
        let position = self.storage.append(index, &entry, io);
        self.tell(Fact::Append { index, term: entry.term, digest: entry.payload.digest() }, io);
        self.log.push(entry, position)
    }

    /// Asks the leader to begin earlier: at the end of this log, or where the term begins that conflicts (§5.3, at its end).
    fn reject(&mut self, from: NodeId, prev_index: u64, round: u64, io: &mut Io<'_, Self>) {
        if self.is_stuck(io) {
            return;
        }
        let last = self.log.last_index();
        let hint = if prev_index > last {
            last + 1
        } else {
            self.log.first_of_term_at(prev_index).max(self.commit + 1)
        };
        let outcome = Outcome::Rejected { prev_index, hint: hint.min(prev_index) };
        let reply = Message::Appended { term: self.hard.term, round, outcome };
        self.storage.promise(self.storage.hard_position(), from, reply, io);
    }
}
