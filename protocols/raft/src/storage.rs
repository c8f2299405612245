//! What the disk must have before a promise may leave the node.
//!
//! Term, vote and entries go to a write-ahead log. A reply that promises something of them is handed in here with the place
//! that the disk must have reached ([`Storage::promise`]), and leaves when it has. There is one sync at a time: what is
//! written meanwhile goes with the next one.
//!
//! # When a sync fails
//!
//! What a failed sync covered may be lost, and no later sync of that file tells. So nothing more is promised from that file: the
//! whole log is written again, from memory, to a new file, at each [`Timer::Storage`](crate::Timer) until the
//! disk has it. Until then the node goes on, but acknowledges nothing, votes for nobody and counts for nothing; its status says
//! `disk=failed`.

use seatrial_node::{
    Disk, DiskError, Duration, FileName, Instant, Io, NodeId, OpenError, SyncToken,
};
use seatrial_wal::{Position, Wal};

use crate::event::SnapshotMeta;
use crate::log::Log;
use crate::message::{Entry, Message, Outcome};
use crate::node::Raft;
use crate::record::{HardState, Record, put_base, put_entry, put_hard};

const LOG_FILE: FileName = FileName::new("log");

/// The write-ahead log, and the promises that wait for it.
#[derive(Debug)]
pub(crate) struct Storage {
    wal: Wal,
    /// How far the sync under way, if there is one, will make the log durable at least.
    asked: Position,
    /// When that sync was asked for; unknown of a rewrite, which is more than one.
    asked_at: Option<Instant>,
    /// How long the last sync took.
    sync_time: Duration,
    hard_position: Position,
    failed: bool,
    promises: Vec<Promise>,
    buffer: Vec<u8>,
}

#[derive(Debug)]
struct Promise {
    after: Position,
    to: NodeId,
    message: Message,
}

/// What a former life has left on the disk.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    pub(crate) hard: HardState,
    pub(crate) log: Log,
    /// Whether a crash had left a part of a record at the end.
    pub(crate) torn: bool,
}

impl Storage {
    /// # Errors
    /// Where the disk fails, or holds what no node of this protocol has written.
    pub(crate) fn open(disk: &mut Disk<'_>) -> Result<(Self, Recovered), OpenError> {
        let mut recovered = Recovered::default();
        let mut position = Position(0);
        let (wal, found) = Wal::open(disk, LOG_FILE, |bytes| {
            position.0 += 1;
            recovered.replay(Record::decode(bytes)?, position)
        })?;
        recovered.torn = found.torn.is_some();
        let hard_position = wal.appended();
        let storage = Self {
            wal,
            asked: Position(0),
            asked_at: None,
            sync_time: Duration::ZERO,
            hard_position,
            failed: false,
            promises: Vec::new(),
            buffer: Vec::new(),
        };
        Ok((storage, recovered))
    }

    /// Cuts a torn tail off, and syncs what was recovered.
    pub(crate) fn start(&mut self, io: &mut Io<'_, Raft>) {
        self.wal.start(io);
        self.asked = self.wal.appended();
        self.asked_at = Some(io.now());
    }

    pub(crate) fn write_hard(&mut self, hard: HardState, io: &mut Io<'_, Raft>) {
        self.buffer.clear();
        put_hard(&mut self.buffer, hard);
        self.hard_position = self.wal.append(&self.buffer, io);
    }

    /// Writes the entry that is the log's last from now on.
    pub(crate) fn append(&mut self, index: u64, entry: &Entry, io: &mut Io<'_, Raft>) -> Position {
        self.buffer.clear();
        put_entry(&mut self.buffer, index, entry);
        self.wal.append(&self.buffer, io)
    }

    /// Writes everything again, to a file that holds nothing else: compaction, or the way back from a failed sync.
    pub(crate) fn rewrite(&mut self, hard: HardState, log: &Log, io: &mut Io<'_, Raft>) {
        let mut head = vec![Vec::new(), Vec::new()];
        put_base(&mut head[0], log.base());
        put_hard(&mut head[1], hard);
        let entries = log.iter().map(|(index, entry)| {
            let mut record = Vec::new();
            put_entry(&mut record, index, entry);
            record
        });
        self.asked = self.wal.rewrite(head.into_iter().chain(entries), io);
        self.asked_at = None;
        self.failed = false;
    }

    /// Asks for a sync of what was written, unless one is under way.
    pub(crate) fn flush(&mut self, io: &mut Io<'_, Raft>) {
        let under_way = self.asked > self.wal.durable();
        if !under_way && !self.failed && self.wal.appended() > self.wal.durable() {
            self.wal.sync(io);
            self.asked = self.wal.appended();
            self.asked_at = Some(io.now());
        }
    }

    /// Takes a completion; says whether more is durable than before.
    ///
    /// # Errors
    /// Where a sync of the log has failed: rewrite it.
    pub(crate) fn synced(
        &mut self,
        token: SyncToken,
        result: Result<(), DiskError>,
        io: &mut Io<'_, Raft>,
    ) -> Result<bool, DiskError> {
        let synced = self.wal.synced(token, result, io);
        self.failed |= synced.is_err();
        let further = synced?.is_some();
        if further && let Some(asked_at) = self.asked_at.take() {
            self.sync_time = io.now().since(asked_at);
        }
        Ok(further)
    }

    /// How long the disk took for the last sync of the log; zero where it has done none yet.
    pub(crate) fn sync_time(&self) -> Duration {
        self.sync_time
    }

    /// Whether the last attempt to make the log durable has failed.
    pub(crate) fn has_failed(&self) -> bool {
        self.failed
    }

    pub(crate) fn is_durable(&self, position: Position) -> bool {
        position <= self.wal.durable()
    }

    /// Whether the disk has the present term and vote.
    pub(crate) fn has_hard_state(&self) -> bool {
        self.is_durable(self.hard_position)
    }

    /// How far the disk must have got for the present term and vote to be durable.
    pub(crate) fn hard_position(&self) -> Position {
        self.hard_position
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
        let durable = self.wal.durable();
        for promise in self.promises.extract_if(.., |promise| promise.after <= durable) {
            io.send(promise.to, promise.message);
        }
    }

    /// Drops what was promised in a term that is over. Its entries may have been truncated since, and its votes count no more.
    pub(crate) fn forget_promises(&mut self) {
        self.promises.clear();
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

impl Recovered {
    fn replay(&mut self, record: Record, position: Position) -> Result<(), OpenError> {
        match record {
            Record::Hard(hard) => self.hard = hard,
            Record::Base(base) => {
                if position != Position(1) {
                    let at = position.0;
                    return Err(OpenError::Corrupt(format!("log: record {at} begins a new log")));
                }
                self.log.follow(SnapshotMeta { ..base });
            }
            Record::Entry { index, entry } => {
                let (base, last) = (self.log.base().index, self.log.last_index());
                if index <= base || index > last + 1 {
                    return Err(OpenError::Corrupt(format!(
                        "log: entry {index} cannot follow entries {} to {last}",
                        base + 1
                    )));
                }
                self.log.truncate(index);
                self.log.push(entry, position);
            }
        }
        Ok(())
    }
}
