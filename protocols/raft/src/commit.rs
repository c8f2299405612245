//! When an entry is committed, and how the parent gets it (paper §5.3, §5.4.2).

use std::sync::Arc;

use seatrial_node::{Fact, Io};

use crate::event::{Committed, Event};
use crate::message::Payload;
use crate::mutant::planted;
use crate::node::Raft;
use crate::role::Role;

impl Raft {
    /// The next committed entry that the parent has not had; each comes once in a life of the node, in order. The parent calls
    /// this in a loop after each input, applies what it gets, and announces [`Fact::Apply`].
    pub fn next_committed(&mut self) -> Option<Committed> {
        let known = self.log.last_index();
        let ready = if planted!(self.config, ApplyBeforeCommit) { known } else { self.commit };
        let ready = ready - u64::from(ready > 0 && planted!(self.config, LastNotApplied));
        if self.applied >= ready {
            return None;
        }
        let entry = self.log.entry(self.applied + 1)?;
        self.applied += 1;
        let command = match &entry.payload {
            Payload::Noop => None,
            Payload::Command(command) => Some(Arc::clone(command)),
        };
        Some(Committed { index: self.applied, term: entry.term, command })
    }

    /// As a leader, commits what a majority has on its disks (§5.3). An entry of an older term may be on a majority and yet be
    /// overwritten (§5.4.2, figure 8): it is committed along with one of the leader's own.
    pub(crate) fn advance_commit(&mut self, io: &mut Io<'_, Self>) {
        if self.role != Role::Leader {
            return;
        }
        let index = self.replicated(io);
        if index <= self.commit {
            return;
        }
        let counts = self.log.term(index) == Some(self.hard.term);
        if counts || planted!(self.config, CommitOldTerm) {
            if self.log.term(self.commit + 1) != Some(self.hard.term) {
                self.reached("entries of an older term were committed", io);
            }
            self.commit_to(index, io);
            self.begin_reads(io);
        }
    }

    /// The highest index that a majority has on its disks.
    fn replicated(&mut self, io: &mut Io<'_, Self>) -> u64 {
        let (me, peers) = (self.me, &self.peers);
        let persisted = if planted!(self.config, LeaderNotCounted) { 0 } else { self.persisted };
        let matched = |voter| match voter {
            voter if voter == me => persisted,
            voter => peers.iter().find(|peer| peer.id == voter).map_or(0, |peer| peer.matched),
        };
        if planted!(self.config, EqualMatchOnly) {
            return self.voters.equal_index(matched);
        }
        if planted!(self.config, CommitFallsBack) {
            let index = self.voters.equal_index(matched);
            return self.fall_back_to(index, io);
        }
        if planted!(self.config, HalfCommits) {
            return self.voters.reached_by(self.voters.half(), matched);
        }
        #[cfg(feature = "mutants")]
        if planted!(self.config, RankingNotSorted) {
            return self.voters.unsorted_index(matched);
        }
        self.voters.quorum_index(matched)
    }

    /// Takes back what was committed after this index, to hand it out again; of that bug only. Returns the index.
    fn fall_back_to(&mut self, index: u64, io: &mut Io<'_, Self>) -> u64 {
        if index < self.commit {
            self.commit = index.max(self.log.base().index);
            self.applied = self.applied.min(self.commit);
            self.tell(Fact::Commit { index: self.commit }, io);
        }
        index
    }

    /// Notes that the log is committed up to this index.
    pub(crate) fn commit_to(&mut self, index: u64, io: &mut Io<'_, Self>) {
        if index > self.commit {
            self.commit = index;
            self.incoming.take_if(|incoming| incoming.index() <= index);
            self.tell(Fact::Commit { index }, io);
            io.announce(Event::Committed { index });
        }
    }
}
