//! What a node makes of its disk when it opens, and how it behaves while its log is damaged (protocol-aware recovery, after Alagappan et
//! al., FAST 2018).
//!
//! # What is found
//!
//! The log is *whole* where it reaches its [mark](crate::mark), and its snapshot reaches its base. Otherwise it is *damaged*, be it by a
//! flipped bit, a write that went astray or a sector that was lost: what is intact before the damage is kept, and the node *owes*
//! the last entry that the mark names. Term and vote are in the log and in the mark; the later of the two counts. Where both copies of
//! the mark are lost, nobody knows what the node has promised, and it does not open.
//!
//! # What a damaged node does
//!
//! It follows, acknowledges what its disk really has, and is filled up again by ordinary appends or a snapshot. It votes only for
//! candidates whose log is at least as up to date as what it owes, and never stands itself. When the last entry that its disk has is at
//! least as up to date as what it owes, it is whole again.
//!
//! # Why that is safe
//!
//! - *An acknowledgement counts only in its own term.* A leader commits by counting an entry of its own term (§5.4.2), so whoever has
//!   helped to commit it had an entry of that term as its last one. No acknowledgement leaves before a mark names what it is for. So the
//!   mark's last entry is at least as up to date as any committed entry that relies on this node. That it may name less than an
//!   earlier mark did, after a conflicting suffix was removed, is no harm: what a later leader removes is not committed.
//! - *Voting by what is owed is voting by the log that was lost.* The proof of leader completeness (§5.4.3) uses of a voter only that
//!   its last entry is at least as up to date as what it helped to commit; what it owes is just that.
//! - *A log whose last entry is that up to date is enough.* Let the log end with an entry of term U, and owe one of term T, and let e be
//!   a committed entry of term V that relies on this node, so V is at most T, and T at most U. If V is less than U, the leader of U had e,
//!   and by log matching this log has it. If V is U, then T is U, too, and as the log's last index is not below the one that is owed, the
//!   log has all that leader U had made up to there, e among it. That holds however the log came to be: by
//!   refilling, or because the damage was in something else, such as the record of a vote.
//! - *A later leader needs no rule of its own.* Each leader opens its term with an entry (§8). One of a later term than what is owed
//!   makes the log more up to date; a leader of the same term has made what is owed, and brings it.
//! - *A leader may still count what a node had acknowledged before the damage.* It is then committed with one copy less than it
//!   seems, but no leader can be elected without it: this node will not vote for it.
//!
//! Where as many nodes are damaged that no intact log is as up to date as what a majority owes, no leader is elected: the cluster waits
//! rather than lose what may be committed.

use seatrial_node::{Disk, Fact, Io, OpenError};

use crate::event::LogId;
use crate::log::Log;
use crate::mark::{Found, Mark};
use crate::mutant::planted;
use crate::node::Raft;
use crate::recall::Recall;
use crate::record::HardState;
use crate::settings::RaftConfig;
use crate::snapshot::{self, Snapshots};
use crate::storage::{LOG_FILE, Recovered};

/// What [`Node::open`](seatrial_node::Node::open) has found and [`Input::Start`](seatrial_node::Input::Start) must act on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Recovery {
    /// A crash had left a torn tail.
    torn: bool,
    /// The log's file is not what it should be: it is behind the snapshot, or damaged.
    rewrites: bool,
    damaged: bool,
    snapshot_damaged: bool,
}

/// What a node begins its life with.
pub(crate) struct Opened {
    pub(crate) hard: HardState,
    pub(crate) log: Log,
    pub(crate) owed: Option<LogId>,
    pub(crate) recall: Option<Recall>,
    /// Whose disk it is, where it says so.
    pub(crate) owner: Option<seatrial_node::NodeId>,
    pub(crate) recovery: Recovery,
}

impl Opened {
    /// Says what is damaged, and how it is repaired, to the people who run the node; and keeps it for them as it is, for what is intact behind
    /// the damage may be all that is left of something, where other members are damaged, too.
    ///
    /// # Errors
    /// Where the disk cannot keep it.
    pub(crate) fn tell(&self, disk: &mut Disk<'_>) -> Result<(), OpenError> {
        if self.recovery.damaged {
            let last = self.log.last_index();
            match self.owed {
                Some((term, index)) => disk.set_aside(
                    LOG_FILE,
                    format_args!(
                        "it ends with entry {last} and should reach entry {index} of term {term}: it is damaged, and is filled up by other members"
                    ),
                ),
                None => disk.set_aside(
                    LOG_FILE,
                    format_args!("it is damaged, though its {last} entries are all that was promised"),
                ),
            }?;
        }
        if self.recovery.snapshot_damaged {
            disk.set_aside(snapshot::FILE, format_args!("it is damaged, and is left out"))?;
        }
        Ok(())
    }
}

/// Puts together what is left of log, snapshot and mark.
///
/// # Errors
/// [`OpenError::Corrupt`] where it cannot be known what the node has promised.
pub(crate) fn put_together(
    config: &RaftConfig,
    recovered: Recovered,
    snapshots: &Snapshots,
    snapshot_damaged: bool,
) -> Result<Opened, OpenError> {
    let Recovered { hard, owner, owed: debt, mut log, torn, mark, whole } = recovered;
    let meta = snapshots.current().map(|snapshot| snapshot.meta).unwrap_or_default();
    let base = log.base();
    let reaches_base = base.index <= meta.index;
    log.follow(meta);
    let is_new = config.replaced_disk && !matches!(mark, Found::Mark(_));
    let mark = match mark {
        Found::Mark(mark) => Some(mark),
        // What was never marked was never promised.
        Found::Nothing => None,
        Found::Lost if is_new => None,
        Found::Lost => {
            let what = "mark: both copies are damaged, so what this node has promised is not known";
            return Err(OpenError::Corrupt(what.to_owned()));
        }
    };
    let damaged = !(whole && reaches_base);
    let owed = mark.and_then(|mark| owed(config, &mark, damaged, &log));
    let owed = owed.max(debt.filter(|debt| *debt > log.last_id()));
    Ok(Opened {
        hard: later(hard, mark.map(|mark| mark.hard).unwrap_or_default(), log.last_term()),
        log,
        owed,
        recall: is_new.then(Recall::default),
        owner: mark.map(|mark| mark.owner).or(owner),
        recovery: Recovery {
            torn: torn && !damaged,
            rewrites: damaged || base != meta,
            damaged: damaged && mark.is_some(),
            snapshot_damaged,
        },
    })
}

/// What the log lacks of what was promised.
fn owed(config: &RaftConfig, mark: &Mark, damaged: bool, log: &Log) -> Option<LogId> {
    if planted!(config, ShortLogTrusted) {
        return None;
    }
    let lost = damaged.then_some(mark.last);
    mark.owed.max(lost).filter(|owed| *owed > log.last_id())
}

/// The later of what the log and the mark know of term and vote. No entry of a term comes before that term.
fn later(log: HardState, mark: HardState, last_term: u64) -> HardState {
    let term = log.term.max(mark.term).max(last_term);
    let vote_of = |hard: HardState| hard.vote.filter(|_| hard.term == term);
    HardState { term, vote: vote_of(log).or_else(|| vote_of(mark)) }
}

impl Raft {
    /// Tells observers what the disk still had: all that they need to know of this node, whatever they knew of its former lives. A vote that
    /// no mark tells of yet was never given: it is told when it is.
    pub(crate) fn tell_recovered(&mut self, io: &mut Io<'_, Self>) {
        if let Some(snapshot) = self.snapshots.current() {
            let (index, term, digest) = (snapshot.meta.index, snapshot.meta.term, snapshot.digest);
            self.tell(Fact::Snapshot { index, term, digest }, io);
        }
        self.tell(Fact::Truncate { from: self.log.base().index + 1 }, io);
        for (index, entry) in self.log.iter() {
            let digest = entry.payload.digest();
            self.tell(Fact::Append { index, term: entry.term, digest }, io);
        }
        self.told_persisted = self.log.last_index();
        self.tell(Fact::Persist { index: self.told_persisted }, io);
        if self.storage.has_hard_state() {
            self.tell_hard_state(io);
        }
        let Recovery { torn, rewrites, damaged, snapshot_damaged } =
            std::mem::take(&mut self.recovery);
        if torn {
            self.reached("a torn tail was cut off", io);
        }
        if damaged {
            self.reached("a damaged log was found", io);
        }
        if snapshot_damaged {
            self.reached("a damaged snapshot was found", io);
        }
        if rewrites {
            self.storage.rewrite(self.hard_record(), &self.log, self.owed, io);
        }
        if rewrites && !damaged {
            self.reached("a log was found behind its snapshot", io);
        }
    }

    /// What keeps this node from taking its full part, in a word.
    pub(crate) fn recovering(&self) -> &'static str {
        match (self.refused, &self.recall, self.owed) {
            (true, ..) => "foreign",
            (false, Some(_), _) => "disk",
            (false, None, Some(_)) => "log",
            (false, None, None) => "no",
        }
    }

    /// What has to come before it does, for people.
    pub(crate) fn waits_for(&self) -> Option<String> {
        if self.refused {
            return Some("its own disk in place of this one, which is another node's".to_owned());
        }
        if let Some(recall) = &self.recall {
            let silent = self.voters.others(self.me).filter(|peer| !recall.has_answered(*peer));
            let silent: Vec<String> = silent.map(|peer| peer.to_string()).collect();
            return Some(match silent.as_slice() {
                [] => "others who could tell what it may have promised: there are none".to_owned(),
                silent => format!("{} to tell what it may have promised", silent.join(", ")),
            });
        }
        let (term, index) = self.owed?;
        Some(format!("a leader whose log reaches entry {index} of term {term}"))
    }

    /// Whether the log has lost, or may have lost, what was promised of it.
    pub(crate) fn is_damaged(&self) -> bool {
        self.owed.is_some()
    }

    /// The log as it counts where logs are compared: with what it owes.
    pub(crate) fn promised(&self) -> LogId {
        self.owed.unwrap_or_default().max(self.log.last_id())
    }

    /// The disk has more of the log than before, or the log follows another snapshot: the log is whole again if that is all it owes.
    pub(crate) fn mend(&mut self, io: &mut Io<'_, Self>) {
        let Some(owed) = self.owed else { return };
        let term = self.log.term(self.persisted).unwrap_or(0);
        if (term, self.persisted) >= owed {
            self.owed = None;
            self.reached("a damaged log was repaired from the peers", io);
        }
    }

    /// The log is synced further than before: notes how far, and lets the mark tell of it.
    pub(crate) fn after_sync(&mut self, io: &mut Io<'_, Self>) {
        while self.synced < self.log.last_index()
            && self.storage.is_synced(self.log.position(self.synced + 1))
        {
            self.synced += 1;
        }
        self.write_mark(io);
    }

    /// Writes down how far the log is synced, unless that is being done or known already.
    pub(crate) fn write_mark(&mut self, io: &mut Io<'_, Self>) {
        // A mark says what the node has promised, and a node that still asks does not know.
        if self.recall.is_none() && self.storage.wants_mark() {
            let last = (self.log.term(self.synced).unwrap_or(0), self.synced);
            self.storage.write_mark(self.me, self.hard_record(), last, self.owed, io);
        }
    }
}
