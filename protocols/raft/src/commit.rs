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
        let (me, persisted, peers) = (self.me, self.persisted, &self.peers);
        let index = self.voters.quorum_index(|voter| match voter {
            voter if voter == me => persisted,
            voter => peers.iter().find(|peer| peer.id == voter).map_or(0, |peer| peer.matched),
        });
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
