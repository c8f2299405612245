//! The log while a node runs: appends, syncs, and rewriting it to a shorter one.

use std::collections::VecDeque;

use seatrial_node::{Disk, DiskError, FileName, Io, Node, OpenError, SyncToken};

use crate::record::{Kind, encode};
use crate::recover::{Damage, End, Place, Recovered, recover};

/// A place in the log: how many records were recovered and appended up to there, a rewrite counting as one. Only grows within a
/// life of the node, rewrites included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

/// A write-ahead log in one file, with a second one beside it, `<file>.new`, while it is being rewritten.
///
/// A record is durable once [`Wal::durable`] has reached its position; until then a crash may take it.
#[derive(Clone, Debug, Hash)]
pub struct Wal {
    file: FileName,
    new_file: FileName,
    /// A rewrite that was not finished has left something there.
    new_file_used: bool,
    mode: Mode,
    /// The end of the file that is being appended to; its watermark is what is known to be synced of it.
    end: End,
    appended: Position,
    durable: Position,
    /// The end of the file as far as it is durable.
    durable_place: Place,
    syncs: VecDeque<Sync>,
    /// Records on their way to the disk. Empty between calls, unless appends wait.
    buffer: Vec<u8>,
}

/// What the log is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Mode {
    /// It is open and not started.
    Opened { torn: bool },
    /// The torn tail is being cut off. Appends wait in the buffer until that is synced, so that nothing of the tail can ever
    /// follow what is written in its place.
    Cutting { token: SyncToken, sync_wanted: bool },
    /// Appends go to the log's file.
    Ready,
    /// The second file has the whole content and is being synced. Appends go there, too. The rename follows, with a sync.
    Rewriting { token: SyncToken },
    /// A sync has failed: what is in the file is not known.
    Failed,
}

/// A sync under way, and what will be durable then.
#[derive(Clone, Copy, Debug, Hash)]
struct Sync {
    token: SyncToken,
    position: Position,
    place: Place,
}

/// How much a rewrite gathers before it writes.
const PIECE: usize = 64 << 10;

impl Wal {
    /// Opens the log and gives each record that it holds to `each`, oldest first. The file is read piece by piece and may be
    /// larger than memory. A file that does not exist is an empty log.
    ///
    /// # Errors
    /// Where the disk fails, where the file is corrupt (as the [crate's page](crate) defines it), and where `each` fails.
    /// `each` may have been given records before that.
    ///
    /// # Panics
    /// Where the name leaves no room for `.new` after it.
    pub fn open(
        disk: &mut Disk<'_>,
        file: FileName,
        each: impl FnMut(&[u8]) -> Result<(), OpenError>,
    ) -> Result<(Self, Recovered), OpenError> {
        Self::open_with(disk, file, Damage::Refuse, each)
    }

    /// Opens the log as [`Wal::open`] does, but never refuses it as corrupt: it returns the records before the first that is damaged,
    /// and cuts off the rest. Whether anything is lost by that, the owner tells by what it has written down elsewhere:
    /// [`Recovered::reached`] says whether the records go as far as this place, which [`Wal::durable_place`] has once named.
    ///
    /// # Errors
    /// Where the disk fails, and where `each` fails.
    ///
    /// # Panics
    /// As [`Wal::open`].
    pub fn salvage(
        disk: &mut Disk<'_>,
        file: FileName,
        place: Place,
        each: impl FnMut(&[u8]) -> Result<(), OpenError>,
    ) -> Result<(Self, Recovered), OpenError> {
        Self::open_with(disk, file, Damage::Salvage(place), each)
    }

    fn open_with(
        disk: &mut Disk<'_>,
        file: FileName,
        damage: Damage,
        each: impl FnMut(&[u8]) -> Result<(), OpenError>,
    ) -> Result<(Self, Recovered), OpenError> {
        let new_file = FileName::new(&format!("{file}.new"));
        let (recovered, end) = recover(disk, file, damage, each)?;
        let wal = Self {
            file,
            new_file,
            new_file_used: disk.len(new_file)?.is_some(),
            mode: Mode::Opened { torn: recovered.torn.is_some() },
            end,
            appended: Position(recovered.records),
            durable: Position(0),
            durable_place: Place::default(),
            syncs: VecDeque::new(),
            buffer: Vec::new(),
        };
        Ok((wal, recovered))
    }

    /// Begins the log's work; call it at [`Input::Start`](seatrial_node::Input::Start), before anything else.
    ///
    /// It cuts off a torn tail. It also syncs what was recovered: a process that died may have left it in the machine's
    /// memory, where reading finds it and a power failure still takes it. So recovered records, too, are durable only when
    /// [`Wal::durable`] says so.
    pub fn start<N: Node>(&mut self, io: &mut Io<'_, N>) {
        let Mode::Opened { torn } = self.mode else {
            panic!("a log is started once, not in {:?}", self.mode)
        };
        self.mode = Mode::Ready;
        if torn {
            io.truncate(self.file, self.end.offset);
            let token = self.ask_sync(io);
            self.mode = Mode::Cutting { token, sync_wanted: false };
        } else if self.appended > self.durable {
            self.ask_sync(io);
        }
    }

    /// Adds a record at the end. Lasts once [`Wal::durable`] has reached the position returned; ask for that with [`Wal::sync`].
    ///
    /// # Panics
    /// Where the record is longer than [`MAX_RECORD`](crate::MAX_RECORD), or the log is not started.
    pub fn append<N: Node>(&mut self, record: &[u8], io: &mut Io<'_, N>) -> Position {
        self.appended.0 += 1;
        let offset = self.end.offset;
        match self.mode {
            Mode::Opened { .. } => panic!("a log is started before it is appended to"),
            Mode::Cutting { .. } => self.encode(Kind::Record, record, self.end.watermark),
            Mode::Ready | Mode::Rewriting { .. } => {
                self.encode(Kind::Record, record, self.end.watermark);
                io.write_at(self.target(), offset, &self.buffer);
                self.buffer.clear();
            }
            Mode::Failed => {}
        }
        self.appended
    }

    /// Asks the disk to make everything appended so far last. Nothing happens where it is asked for already, or has failed.
    pub fn sync<N: Node>(&mut self, io: &mut Io<'_, N>) {
        let asked = self.syncs.back().map_or(self.durable, |last| last.position);
        match &mut self.mode {
            Mode::Opened { .. } => panic!("a log is started before it is synced"),
            Mode::Cutting { sync_wanted, .. } => *sync_wanted = true,
            Mode::Ready if asked < self.appended => {
                self.ask_sync(io);
            }
            // The sync that follows the rename covers all.
            Mode::Ready | Mode::Rewriting { .. } | Mode::Failed => {}
        }
    }

    /// Takes the completion of a sync; pass every [`Input::Synced`](seatrial_node::Input::Synced) on. Returns the position up
    /// to which the log is durable now, where that is further than before.
    ///
    /// # Errors
    /// Where a sync of this log has failed. Nothing becomes durable any more, and further syncs do nothing: stop the node, or
    /// [`Wal::rewrite`] the log from memory.
    pub fn synced<N: Node>(
        &mut self,
        token: SyncToken,
        result: Result<(), DiskError>,
        io: &mut Io<'_, N>,
    ) -> Result<Option<Position>, DiskError> {
        let rewritten = self.mode == Mode::Rewriting { token };
        let place = self.syncs.iter().position(|sync| sync.token == token);
        if !rewritten && place.is_none() {
            return Ok(None);
        }
        if let Err(error) = result {
            self.mode = Mode::Failed;
            self.syncs.clear();
            self.buffer.clear();
            return Err(error);
        }
        if rewritten {
            io.rename(self.new_file, self.file);
            self.new_file_used = false;
            self.mode = Mode::Ready;
            self.ask_sync(io);
        }
        let Some(sync) = place.and_then(|place| self.syncs.drain(..=place).next_back()) else {
            return Ok(None);
        };
        self.end.watermark = self.end.watermark.max(sync.place.offset);
        self.durable_place = sync.place;
        if let Mode::Cutting { token: cut, sync_wanted } = self.mode
            && cut == token
        {
            self.write_waiting(sync.place.offset, sync_wanted, io);
        }
        let further = sync.position > self.durable;
        self.durable = self.durable.max(sync.position);
        Ok(further.then_some(self.durable))
    }

    /// Replaces the whole log, everything appended so far included, by these records: compaction, or a fresh start after a
    /// failed sync. A crash leaves the old log or the new one, never a mixture, and never one without a durable record.
    ///
    /// Syncs itself. Until the position returned is durable, nothing that was not durable before is; appends meanwhile follow
    /// the new records.
    ///
    /// # Panics
    /// As [`Wal::append`].
    pub fn rewrite<N: Node>(
        &mut self,
        records: impl IntoIterator<Item = impl AsRef<[u8]>>,
        io: &mut Io<'_, N>,
    ) -> Position {
        assert!(
            !matches!(self.mode, Mode::Opened { .. }),
            "a log is started before it is rewritten"
        );
        if std::mem::replace(&mut self.new_file_used, true) {
            io.truncate(self.new_file, 0);
        }
        self.syncs.clear();
        self.buffer.clear();
        self.end = End::default();
        let mut written = 0;
        for record in records {
            // Under the log's name nobody sees the file before it is synced.
            self.encode(Kind::Record, record.as_ref(), self.end.offset);
            if self.buffer.len() >= PIECE {
                io.write_at(self.new_file, written, &self.buffer);
                self.buffer.clear();
                written = self.end.offset;
            }
        }
        self.encode(Kind::Seal, &[], self.end.offset);
        io.write_at(self.new_file, written, &self.buffer);
        self.buffer.clear();
        self.end.watermark = self.end.offset;
        self.mode = Mode::Rewriting { token: io.sync(self.new_file) };
        self.appended.0 += 1;
        self.appended
    }

    /// Everything up to this position survives a crash.
    pub const fn durable(&self) -> Position {
        self.durable
    }

    /// The end of the file as far as it was durable at [`Wal::durable`]. All that is in the log's file up to there has been synced; a
    /// rewrite begins another file, in which other places count.
    pub const fn durable_place(&self) -> Place {
        self.durable_place
    }

    /// The position of the record appended last.
    pub const fn appended(&self) -> Position {
        self.appended
    }

    /// How long the file is, headers included: what decides when a rewrite pays.
    pub const fn len(&self) -> u64 {
        self.end.offset
    }

    /// Whether the file holds nothing.
    pub const fn is_empty(&self) -> bool {
        self.end.offset == 0
    }

    /// Whether a rewrite is under way that no rename has followed yet.
    pub const fn is_rewriting(&self) -> bool {
        matches!(self.mode, Mode::Rewriting { .. })
    }

    fn target(&self) -> FileName {
        if self.is_rewriting() { self.new_file } else { self.file }
    }

    /// Puts a record at the end of the buffer and moves the end of the file behind it.
    fn encode(&mut self, kind: Kind, content: &[u8], watermark: u64) {
        let before = self.buffer.len();
        let End { offset, checksum, .. } = self.end;
        self.end.checksum = encode(kind, content, offset, checksum, watermark, &mut self.buffer);
        self.end.offset += (self.buffer.len() - before) as u64;
    }

    /// Asks to sync the log's file, as far as it is appended to.
    fn ask_sync<N: Node>(&mut self, io: &mut Io<'_, N>) -> SyncToken {
        let token = io.sync(self.file);
        let place = self.end.place();
        self.syncs.push_back(Sync { token, position: self.appended, place });
        token
    }

    /// The tail is cut off for good: writes what was appended since, from there on.
    fn write_waiting<N: Node>(&mut self, cut: u64, sync_wanted: bool, io: &mut Io<'_, N>) {
        self.mode = Mode::Ready;
        if !self.buffer.is_empty() {
            io.write_at(self.file, cut, &self.buffer);
            self.buffer.clear();
        }
        if sync_wanted {
            self.ask_sync(io);
        }
    }
}
