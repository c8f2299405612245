//! The node: its state (figure 2), and where each input goes.

use seatrial_node::{
    Disk, Duration, Fact, Input, Instant, Io, Node, NodeId, OpenError, Status, SyncToken,
};

use crate::configuration::{Configuration, Tally};
use crate::event::{Event, LogId};
use crate::install::Incoming;
use crate::lease::Lease;
use crate::log::Log;
use crate::message::{Entries, Message, Outcome};
use crate::mutant::planted;
use crate::progress::Progress;
use crate::read::Reads;
use crate::recall::Recall;
use crate::record::HardState;
use crate::recovery::{Opened, Recovery, put_together};
use crate::role::Role;
use crate::settings::RaftConfig;
use crate::snapshot::Snapshots;
use crate::storage::{Step, Storage};

/// Clients do not speak to Raft but to the layer above it: there is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Never {}

/// Raft's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// An election timeout (§5.2); for a leader, the time to look whether a majority still answers.
    Election,
    /// The time for a leader's heartbeats.
    Heartbeat,
    /// The time to try again what the disk has refused.
    Storage,
}

/// A member of a Raft cluster. The [crate's page](crate) tells how to own one.
#[derive(Clone, Debug, Hash)]
pub struct Raft {
    pub(crate) config: RaftConfig,
    pub(crate) me: NodeId,
    pub(crate) voters: Configuration,

    /// `currentTerm` and `votedFor`.
    pub(crate) hard: HardState,
    /// What observers have been told of the former.
    pub(crate) told: HardState,
    /// `log[]`, what follows the snapshot of it.
    pub(crate) log: Log,
    pub(crate) storage: Storage,
    pub(crate) snapshots: Snapshots,
    /// A snapshot of which pieces are still to come.
    pub(crate) incoming: Option<Incoming>,
    /// The log is synced up to here; the mark may not tell so yet.
    pub(crate) synced: u64,
    /// The log is on the disk up to here, and the mark tells so.
    pub(crate) persisted: u64,
    /// What observers have been told of the former.
    pub(crate) told_persisted: u64,
    /// What opening has found, until observers are told.
    pub(crate) recovery: Recovery,
    /// The last entry that a damaged log had promised and has not got back yet.
    pub(crate) owed: Option<LogId>,
    /// What others have answered, of a node whose disk was replaced and that does not know yet what it has promised.
    pub(crate) recall: Option<Recall>,
    /// Whose disk it is, where the disk says so.
    pub(crate) owner: Option<NodeId>,
    /// The disk is another node's: this one takes no part.
    pub(crate) refused: bool,

    /// `commitIndex`.
    pub(crate) commit: u64,
    /// `lastApplied`: the parent has been given the log up to here.
    pub(crate) applied: u64,

    pub(crate) role: Role,
    /// The leader of the current term, once known.
    pub(crate) leader: Option<NodeId>,
    /// The present election timeout.
    pub(crate) timeout: Duration,
    /// Since when nothing has happened that puts the next election off (§5.2).
    pub(crate) quiet_since: Instant,
    /// When the leader was last heard from.
    pub(crate) leader_heard: Instant,
    /// The votes for this node in its present term, its own first. Empty where it has not campaigned in this term in this life,
    /// and where it has led already: nobody leads a term twice.
    pub(crate) votes: Tally,
    /// The pre-votes for the next one.
    pub(crate) pre_votes: Tally,

    /// `nextIndex[]` and `matchIndex[]`, of a leader.
    pub(crate) peers: Vec<Progress>,
    /// The entries that were sent last and their first index: other followers mostly get the same.
    pub(crate) batch: (u64, Entries),
    pub(crate) reads: Reads,
    pub(crate) lease: Lease,
}

impl Node for Raft {
    type Config = RaftConfig;
    type Message = Message;
    type Timer = Timer;
    type Request = Never;
    type Response = ();
    type Event = Event;

    fn open(config: &RaftConfig, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        config.validate()?;
        let (storage, recovered) = Storage::open(disk)?;
        let (snapshots, damaged) = Snapshots::open(disk)?;
        let opened = put_together(config, recovered, &snapshots, damaged)?;
        opened.tell(disk)?;
        let Opened { hard, log, owed, recall, owner, recovery } = opened;
        if let (Some(me), Some(owner)) = (disk.owner(), owner)
            && me != owner
        {
            return Err(OpenError::Corrupt(format!(
                "this is the disk of {owner}, and not of {me}"
            )));
        }
        let base = log.base().index;
        Ok(Self {
            config: config.clone(),
            me: NodeId(0),
            voters: Configuration::default(),
            hard,
            told: HardState::default(),
            synced: base,
            persisted: base,
            told_persisted: base,
            commit: base,
            applied: base,
            log,
            storage,
            snapshots,
            incoming: None,
            recovery,
            owed,
            recall,
            owner,
            refused: false,
            role: Role::Follower,
            leader: None,
            timeout: config.election_timeout_max,
            quiet_since: Instant::ZERO,
            leader_heard: Instant::ZERO,
            votes: Tally::default(),
            pre_votes: Tally::default(),
            peers: Vec::new(),
            batch: (0, Entries::NONE),
            reads: Reads::default(),
            lease: Lease::default(),
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if self.refused {
            return;
        }
        match input {
            Input::Start => self.start(io),
            Input::Message { from, body } => self.receive(from, body, io),
            Input::Timer(Timer::Election) => self.on_election_timer(io),
            Input::Timer(Timer::Heartbeat) => self.on_heartbeat_timer(io),
            Input::Timer(Timer::Storage) => self.on_storage_timer(io),
            Input::Synced { token, result } => self.on_synced(token, result, io),
            _ => {}
        }
        if !self.refused {
            self.settle(io);
        }
    }

    /// How it stands with this node's part of the cluster; see the fields of figure 2. `recovering` is what keeps it from taking its full
    /// part: `log`, damaged and not repaired yet; `disk`, replaced, and others have not all answered what it may have promised; `foreign`, the
    /// disk of another node; or `no`.
    fn status(&self) -> Status {
        let status = Status::new()
            .with("role", self.role.name())
            .with("term", self.hard.term)
            .with("leader", self.leader)
            .with("commit", self.commit)
            .with("last", self.log.last_index())
            .with("last_term", self.log.last_term())
            .with("snapshot", self.log.base().index)
            .with("disk", if self.storage.has_failed() { "failed" } else { "ok" })
            .with("recovering", self.recovering());
        match self.waits_for() {
            Some(what) => status.with(Status::WAITS_FOR, what),
            None => status,
        }
    }

    fn digest(message: &Message) -> u64 {
        message.digest()
    }
}

impl Raft {
    pub(crate) fn tell(&self, fact: Fact, io: &mut Io<'_, Self>) {
        io.announce(Event::Fact(fact));
    }

    pub(crate) fn reached(&self, mark: &'static str, io: &mut Io<'_, Self>) {
        io.announce(Event::Fact(Fact::Reached { mark }));
    }

    fn start(&mut self, io: &mut Io<'_, Self>) {
        self.me = io.me();
        if self.owner.is_some_and(|owner| owner != self.me) {
            self.refused = true;
            return self.reached("a disk of another node was refused", io);
        }
        self.voters = Configuration::new(io.members());
        if planted!(self.config, FixedTimeouts) {
            self.fix_timeouts(io);
        }
        (self.quiet_since, self.leader_heard) = (io.now(), io.now());
        self.storage.start(io);
        self.tell_recovered(io);
        io.announce(Event::Following { term: self.hard.term, leader: None });
        if self.recall.is_some() {
            self.begin_recall(io);
        } else if self.voters.is_only(self.me) && !self.is_damaged() {
            self.campaign(io);
        } else if self.voters.contains(self.me) {
            self.arm_election_timer(io);
        }
    }

    fn receive(&mut self, from: NodeId, message: Message, io: &mut Io<'_, Self>) {
        if from == self.me || !self.voters.contains(from) || !message.is_sound() {
            return;
        }
        match message {
            Message::Recalled { term, nonce, last_index, last_term } => {
                return self.on_recalled(from, nonce, (term, (last_term, last_index)), io);
            }
            _ if self.recall.is_some() => return,
            Message::Recall { nonce, .. } => return self.on_recall(from, nonce, io),
            Message::RequestVote { term, last_index, last_term, pre_vote } => {
                return self.on_request_vote(from, term, (last_term, last_index), pre_vote, io);
            }
            _ => {}
        }
        let term = message.term();
        if term < self.hard.term {
            return self.refuse_old_leader(from, &message, io);
        }
        if term > self.hard.term {
            self.become_follower(term, None, io);
        }
        match message {
            Message::RequestVote { .. } | Message::Recall { .. } | Message::Recalled { .. } => {}
            Message::Vote { granted, pre_vote, .. } => self.on_vote(from, granted, pre_vote, io),
            Message::Append { prev_index, prev_term, commit, round, entries, .. } => {
                if self.hear_leader(from, io) {
                    self.on_append(from, (prev_index, prev_term), commit, round, &entries, io);
                }
            }
            Message::Appended { round, outcome, .. } => self.on_appended(from, round, outcome, io),
            Message::Snapshot { round, piece, .. } => {
                if self.hear_leader(from, io) {
                    self.on_piece(from, round, &piece, io);
                }
            }
            Message::SnapshotReceived { round, index, offset, .. } => {
                self.on_piece_received(from, round, index, offset, io);
            }
        }
    }

    /// Tells a leader of an older term that its term is over (§5.1). Other messages of older terms are answered by silence.
    fn refuse_old_leader(&mut self, from: NodeId, message: &Message, io: &mut Io<'_, Self>) {
        if let Message::Append { .. } | Message::Snapshot { .. } = message {
            let outcome = Outcome::Rejected { prev_index: 0, hint: 0 };
            let refusal = Message::Appended { term: self.hard.term, round: 0, outcome };
            self.storage.promise(self.storage.hard_position(), from, refusal, io);
        }
    }

    fn on_synced(
        &mut self,
        token: SyncToken,
        result: Result<(), seatrial_node::DiskError>,
        io: &mut Io<'_, Self>,
    ) {
        match self.storage.synced(token, result, io) {
            Ok(Step::Durable) => {
                self.after_durable(io);
                self.write_mark(io);
            }
            Ok(Step::Synced) => self.after_sync(io),
            Ok(Step::Nothing) => {}
            Err(_) => self.retry_storage_later(io),
        }
        match self.snapshots.synced(token, result, io) {
            Ok(Some(origin)) => self.follow_snapshot(origin, io),
            Ok(None) => {}
            Err(_) => self.retry_storage_later(io),
        }
    }

    /// More of the log is on the disk than before: tells of it, keeps promises, and counts it (§5.3).
    fn after_durable(&mut self, io: &mut Io<'_, Self>) {
        self.settle_hard_state(io);
        while self.persisted < self.log.last_index()
            && self.storage.is_durable(self.log.position(self.persisted + 1))
        {
            self.persisted += 1;
        }
        self.tell_persisted(io);
        self.mend(io);
        #[cfg(feature = "mutants")]
        self.storage.renew_promises(self.hard.term, self.leader);
        self.storage.keep_promises(io);
        self.advance_commit(io);
    }

    pub(crate) fn tell_persisted(&mut self, io: &mut Io<'_, Self>) {
        if self.persisted > self.told_persisted {
            self.told_persisted = self.persisted;
            self.tell(Fact::Persist { index: self.persisted }, io);
        }
    }

    fn retry_storage_later(&mut self, io: &mut Io<'_, Self>) {
        self.reached("a sync failed", io);
        io.set_timer(Timer::Storage, self.config.heartbeat_interval);
    }

    fn on_storage_timer(&mut self, io: &mut Io<'_, Self>) {
        if self.storage.has_failed() {
            self.storage.retry(self.hard_record(), &self.log, self.owed, io);
            self.write_mark(io);
            self.reached("what a failed sync covered was written again", io);
        }
        self.snapshots.retry(io);
    }

    /// What every input and every call by the parent ends with.
    pub(crate) fn settle(&mut self, io: &mut Io<'_, Self>) {
        if self.told != self.hard {
            self.settle_hard_state(io);
        }
        self.storage.flush(io);
    }
}
