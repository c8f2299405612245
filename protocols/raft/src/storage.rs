//! What the disk must have before a promise may leave the node.
//!
//! Term, vote and entries go to a write-ahead log. A reply that promises something of them is handed in here with the place
//! that the disk must have reached ([`Storage::promise`]), and leaves when it has. There is one sync of the log at a time: what is
//! written meanwhile goes with the next one.
//!
//! The disk *has* a place when the log is synced up to there and then a [mark](crate::mark) that says so. The two syncs follow each other:
//! if the mark could be there before the log, no crash in between could be told from damage, and a cluster whose members crash
//! together would have nobody left who may lead. While a mark is on its way, the log's next sync may be, too.
//!
//! # When a sync fails
//!
//! What a failed sync covered may be lost, and no later sync of that file tells. So nothing more is promised from that file: the
//! whole log is written again, from memory, to a new file, at each [`Timer::Storage`](crate::Timer) until the
//! disk has it; so is a mark whose sync has failed. Until then the node goes on, but acknowledges nothing, votes for nobody and counts for
//! nothing; its status says `disk=failed`.

use seatrial_node::{
    Disk, DiskError, Duration, FileName, Instant, Io, NodeId, OpenError, SyncToken,
};
use seatrial_wal::{Place, Position, Wal};

use crate::event::{LogId, SnapshotMeta};
use crate::log::Log;
use crate::mark::{Found, Mark, Marks};
use crate::message::{Entry, Message, Outcome};
use crate::node::Raft;
use crate::record::{HardState, Record, put_base, put_entry, put_hard};

pub(crate) const LOG_FILE: FileName = FileName::new("log");

/// The write-ahead log, and the promises that wait for it.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Storage {
    wal: Wal,
    marks: Marks,
    /// Which file the durable part of the log is in.
    generation: u64,
    /// From there on the log is in the file of that generation.
    rewritten: (Position, u64),
    /// How far the sync under way, if there is one, will make the log durable at least.
    asked: Position,
    /// How far the log was when a sync was asked for, and when; unknown of a rewrite, which is more than one.
    timed: Option<(Position, Instant)>,
    /// How long it took the last two times until the disk had what it was asked to keep.
    sync_times: [Duration; 2],
    /// Since when the disk has had something to keep and has not got any further.
    behind_since: Option<Instant>,
    hard_position: Position,
    /// How far the disk must have got for the log's base to be durable.
    base_position: Position,
    failed: bool,
    promises: Vec<Promise>,
    buffer: Vec<u8>,
}

#[derive(Clone, Debug, Hash)]
struct Promise {
    after: Position,
    to: NodeId,
    message: Message,
}

/// What a former life has left on the disk.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) hard: HardState,
    /// Whose log it is, where it says so.
    pub(crate) owner: Option<NodeId>,
    /// What the log owed when its file was begun, where that is newer than the mark.
    pub(crate) owed: Option<LogId>,
    pub(crate) log: Log,
    /// Whether a crash had left a part of a record at the end.
    pub(crate) torn: bool,
    pub(crate) mark: Found,
    /// Whether the log reaches its mark, where there is one; of a file newer than the mark, whether it has all that it was begun with.
    pub(crate) whole: bool,
}

/// What a completion has brought about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Step {
    Nothing,
    /// More of the log is synced; the mark is still to tell of it.
    Synced,
    /// The disk has more than before.
    Durable,
}

impl Storage {
    /// # Errors
    /// Where the disk fails, or holds what no node of this protocol has written.
    pub(crate) fn open(disk: &mut Disk<'_>) -> Result<(Self, Recovered), OpenError> {
        let (marks, mark) = Marks::open(disk)?;
        let place = match &mark {
            Found::Mark(mark) => mark.place,
            Found::Nothing | Found::Lost => Place::default(),
        };
        let (mut hard, mut owner, mut owed) = (HardState::default(), None, None);
        let (mut log, mut generation) = (Log::default(), 0);
        let mut position = Position(0);
        let (wal, found) = Wal::salvage(disk, LOG_FILE, place, |bytes| {
            position.0 += 1;
            match Record::decode(bytes)? {
                Record::Hard { hard: state, owner: node } => (hard, owner) = (state, Some(node)),
                Record::Base { meta, generation: file, owed: debt } => {
                    begin_log(&mut log, meta, position)?;
                    (generation, owed) = (file, debt);
                }
                Record::Entry { index, entry } => replay(&mut log, index, entry, position)?,
            }
            Ok(())
        })?;
        let torn = found.torn.is_some();
        let whole = match &mark {
            Found::Mark(mark) if generation == mark.generation => found.reached,
            Found::Mark(mark) => generation > mark.generation && found.sealed,
            Found::Nothing => true,
            Found::Lost => false,
        };
        let newest = if let Found::Mark(mark) = &mark { mark.generation } else { 0 };
        let owed = owed.filter(|_| generation > newest);
        let appended = wal.appended();
        let storage = Self {
            wal,
            marks,
            generation,
            rewritten: (Position(0), generation.max(newest)),
            asked: Position(0),
            timed: None,
            sync_times: [Duration::ZERO; 2],
            behind_since: None,
            hard_position: appended,
            base_position: appended,
            failed: false,
            promises: Vec::new(),
            buffer: Vec::new(),
        };
        Ok((storage, Recovered { hard, owner, owed, log, torn, mark, whole }))
    }

    /// Cuts a torn tail off, and syncs what was recovered.
    pub(crate) fn start(&mut self, io: &mut Io<'_, Raft>) {
        self.wal.start(io);
        self.asked = self.wal.appended();
        let has_something = self.asked > self.marks.covered();
        self.timed = has_something.then(|| (self.asked, io.now()));
        self.behind_since = has_something.then(|| io.now());
    }

    pub(crate) fn write_hard(&mut self, hard: HardState, io: &mut Io<'_, Raft>) {
        self.buffer.clear();
        put_hard(&mut self.buffer, hard, io.me());
        self.hard_position = self.wal.append(&self.buffer, io);
        self.behind_since.get_or_insert_with(|| io.now());
    }

    /// Writes the entry that is the log's last from now on.
    pub(crate) fn append(&mut self, index: u64, entry: &Entry, io: &mut Io<'_, Raft>) -> Position {
        self.buffer.clear();
        put_entry(&mut self.buffer, index, entry);
        self.behind_since.get_or_insert_with(|| io.now());
        self.wal.append(&self.buffer, io)
    }

    /// Writes everything again, to a file that holds nothing else: compaction, or the way back from a failed sync.
    pub(crate) fn rewrite(
        &mut self,
        hard: HardState,
        log: &Log,
        owed: Option<LogId>,
        io: &mut Io<'_, Raft>,
    ) {
        let generation = self.rewritten.1 + 1;
        let mut head = vec![Vec::new(), Vec::new()];
        put_base(&mut head[0], log.base(), generation, owed);
        put_hard(&mut head[1], hard, io.me());
        let entries = log.iter().map(|(index, entry)| {
            let mut record = Vec::new();
            put_entry(&mut record, index, entry);
            record
        });
        self.asked = self.wal.rewrite(head.into_iter().chain(entries), io);
        self.behind_since.get_or_insert_with(|| io.now());
        self.rewritten = (self.asked, generation);
        self.base_position = self.asked;
        self.timed = None;
        self.failed = false;
    }

    /// Tries again what the disk has refused.
    pub(crate) fn retry(
        &mut self,
        hard: HardState,
        log: &Log,
        owed: Option<LogId>,
        io: &mut Io<'_, Raft>,
    ) {
        if self.failed {
            self.rewrite(hard, log, owed, io);
        }
        self.marks.retry();
    }

    /// Whether more of the log is synced than the mark tells, and a mark can be written.
    pub(crate) fn wants_mark(&self) -> bool {
        self.wal.durable() > self.marks.covered() && self.marks.is_free()
    }

    /// Begins to write down that the log is synced as far as it is.
    pub(crate) fn write_mark(
        &mut self,
        owner: NodeId,
        hard: HardState,
        last: LogId,
        owed: Option<LogId>,
        io: &mut Io<'_, Raft>,
    ) {
        let (generation, place) = (self.generation, self.wal.durable_place());
        let mark = Mark { owner, generation, place, hard, last, owed };
        self.marks.write(&mark, self.wal.durable(), io);
    }

    /// Asks for a sync of what was written, unless one is under way.
    pub(crate) fn flush(&mut self, io: &mut Io<'_, Raft>) {
        let under_way = self.asked > self.wal.durable();
        if !under_way && !self.failed && self.wal.appended() > self.wal.durable() {
            self.wal.sync(io);
            self.asked = self.wal.appended();
            self.timed.get_or_insert_with(|| (self.asked, io.now()));
        }
    }

    /// Takes a completion.
    ///
    /// # Errors
    /// Where a sync of the log or of the mark has failed: [`Storage::retry`] later.
    pub(crate) fn synced(
        &mut self,
        token: SyncToken,
        result: Result<(), DiskError>,
        io: &mut Io<'_, Raft>,
    ) -> Result<Step, DiskError> {
        if self.marks.synced(token, result, io)? {
            if let Some((_, since)) =
                self.timed.take_if(|(position, _)| *position <= self.marks.covered())
            {
                self.sync_times = [io.now().since(since), self.sync_times[0]];
            }
            let is_behind = self.wal.appended() > self.marks.covered();
            self.behind_since = is_behind.then(|| io.now());
            return Ok(Step::Durable);
        }
        let synced = self.wal.synced(token, result, io);
        self.failed |= synced.is_err();
        if synced?.is_none() {
            return Ok(Step::Nothing);
        }
        if self.wal.durable() >= self.rewritten.0 {
            self.generation = self.rewritten.1;
        }
        Ok(Step::Synced)
    }

    /// How long the disk takes for the log and its mark: the shorter of the last two times, so that one stall does not count; zero where
    /// it has done nothing yet.
    pub(crate) fn sync_time(&self) -> Duration {
        let [last, before] = self.sync_times;
        if before == Duration::ZERO { last } else { last.min(before) }
    }

    /// For how long the disk has not got any further with what it is to keep.
    pub(crate) fn stuck_for(&self, now: Instant) -> Duration {
        self.behind_since.map_or(Duration::ZERO, |since| now.since(since))
    }

    /// Whether the last attempt to make the log durable has failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed || self.marks.has_failed()
    }

    /// Whether the log is synced that far. Nothing may be promised of it before it [is durable](Storage::is_durable).
    pub(crate) fn is_synced(&self, position: Position) -> bool {
        position <= self.wal.durable()
    }

    /// Whether the disk has the log that far, and the mark that says so.
    pub(crate) fn is_durable(&self, position: Position) -> bool {
        position <= self.marks.covered()
    }

    /// Whether the disk has the present term and vote.
    pub(crate) fn has_hard_state(&self) -> bool {
        self.is_durable(self.hard_position)
    }

    /// How far the disk must have got for the present term and vote to be durable.
    pub(crate) fn hard_position(&self) -> Position {
        self.hard_position
    }

    /// How far the disk must have got for what the log follows, its snapshot, to be promised.
    pub(crate) fn base_position(&self) -> Position {
        self.base_position
    }

    /// Sends a message as soon as the disk has got that far; at once, if it has.
    pub(crate) fn promise(
        &mut self,
        after: Position,
        to: NodeId,
        message: Message,
        io: &mut Io<'_, Raft>,
    ) {
        if self.is_durable(after) {
            io.send(to, message);
        } else if !self.promises.iter_mut().any(|waiting| waiting.absorb(after, to, &message)) {
            self.promises.push(Promise { after, to, message });
        }
    }

    /// Sends what has waited for no more than the disk has now.
    pub(crate) fn keep_promises(&mut self, io: &mut Io<'_, Raft>) {
        let durable = self.marks.covered();
        for promise in self.promises.extract_if(.., |promise| promise.after <= durable) {
            io.send(promise.to, promise.message);
        }
    }

    /// Drops what was promised in a term that is over. Its entries may have been truncated since, and its votes count no more. With that
    /// bug planted, acknowledgements outlive the term.
    pub(crate) fn forget_promises(&mut self, acks_outlive: bool) {
        self.promises.retain(|promise| acks_outlive && promise.message.is_match());
    }

    /// Makes acknowledgements of older terms, which only a planted bug leaves, ones of this term to its leader.
    #[cfg(feature = "mutants")]
    pub(crate) fn renew_promises(&mut self, now: u64, leader: Option<NodeId>) {
        for promise in &mut self.promises {
            if let (Message::Appended { term, round, .. }, Some(leader)) =
                (&mut promise.message, leader)
                && *term < now
            {
                (*term, *round, promise.to) = (now, 0, leader);
            }
        }
    }
}

impl Promise {
    /// Lets one message stand for this one and a later one of its kind to the same member, if both wait for the same. So a slow
    /// disk holds back a bounded number of them, however often the others ask: of each kind, one for each member and each record
    /// of the log that is on its way to the disk.
    fn absorb(&mut self, after: Position, to: NodeId, later: &Message) -> bool {
        if (self.after, self.to, self.message.term()) != (after, to, later.term()) {
            return false;
        }
        match (&mut self.message, later) {
            (
                Message::Appended { round: held, outcome: Outcome::Matched { index: at }, .. },
                Message::Appended { round, outcome: Outcome::Matched { index }, .. },
            ) => {
                *held = (*held).max(*round);
                *at = (*at).max(*index);
                true
            }
            (held, later) if held.is_replaced_by(later) => {
                *held = later.clone();
                true
            }
            _ => false,
        }
    }
}

/// The log follows a snapshot: the first record of a log that was rewritten says so.
fn begin_log(log: &mut Log, meta: SnapshotMeta, position: Position) -> Result<(), OpenError> {
    if position != Position(1) {
        return Err(OpenError::Corrupt(format!("log: record {} begins a new log", position.0)));
    }
    log.follow(meta);
    Ok(())
}

fn replay(log: &mut Log, index: u64, entry: Entry, position: Position) -> Result<(), OpenError> {
    let (base, last) = (log.base().index, log.last_index());
    if index <= base || index > last + 1 {
        return Err(OpenError::Corrupt(format!(
            "log: entry {index} cannot follow entries {} to {last}",
            base + 1
        )));
    }
    log.truncate(index);
    log.push(entry, position);
    Ok(())
}
