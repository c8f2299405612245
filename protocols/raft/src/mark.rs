//! The mark: what the node has come to rely on of its own log, beside the log.
//!
//! A log that has lost its end looks like one that was never longer. So, once a sync of the log is done and before anything is promised
//! of it, a small file is told: term, vote, the last entry, and the place that the log's file reaches, with the checksum that stands for
//! all before it. Only when that is durable do promises leave (see [`storage`](crate::storage)). A log that does not reach its mark is
//! damaged, whatever has damaged it; a torn tail, which no crash can put below a mark, is not.
//!
//! # The file
//!
//! Four sectors of 512 bytes: two copies of one mark and two of the next, in turn. A crash in the middle of writing a mark leaves the one
//! before it whole; of the two copies, damage, a lost write or a misdirected one takes one. Where both are damaged it is not known what
//! was promised, and opening fails. The file comes into being with four copies of its first mark, written elsewhere, synced and then
//! renamed, so that a sector that reads as zeros is always damage. Where there is no file, nothing was ever promised.

use seatrial_node::{Disk, DiskError, FileName, Io, NodeId, OpenError, SyncToken, WireError};
use seatrial_wal::{Place, Position};

use crate::codec::{Reader, put_node, put_u32, put_u64};
use crate::event::LogId;
use crate::node::Raft;
use crate::record::HardState;

const FILE: FileName = FileName::new("mark");
const NEW_FILE: FileName = FileName::new("mark.new");
const MAGIC: [u8; 8] = *b"SRaftMk1";
/// What a disk keeps or loses as one.
const SECTOR: u64 = 512;
/// Two marks in turn, two copies of each.
const SLOTS: u64 = 4;
/// The magic and the checksum.
const HEADER: usize = 8 + 4;
/// The longest mark, in bytes.
const SIZE: usize = HEADER + 8 + 4 + 8 + 8 + 4 + 8 + 5 + 16 + 1 + 16;

/// What a mark tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Mark {
    /// Whose disk it is.
    pub(crate) owner: NodeId,
    /// Which file the log is in: each rewrite begins another.
    pub(crate) generation: u64,
    /// How far that file is durable.
    pub(crate) place: Place,
    pub(crate) hard: HardState,
    /// The last entry there.
    pub(crate) last: LogId,
    /// What the log owes, where it had been damaged and is not repaired yet.
    pub(crate) owed: Option<LogId>,
}

/// Writes marks, one at a time.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Marks {
    /// The number of the mark written last.
    number: u64,
    job: Option<Job>,
    /// The last attempt has failed.
    failed: bool,
    /// There is no file, or what a failed sync has left in it is not known: the next mark goes into a new one.
    afresh: bool,
    /// The log up to here is what the durable mark tells of.
    covered: Position,
    buffer: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Hash)]
struct Job {
    token: SyncToken,
    covers: Position,
    /// Whether it is in the new file, which is still to be renamed.
    new_file: bool,
}

/// What the disk has of marks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// None was ever made durable.
    Nothing,
    /// The newest.
    Mark(Mark),
    /// There was one, and it is lost.
    Lost,
}

impl Marks {
    /// # Errors
    /// Where the disk cannot be read.
    pub(crate) fn open(disk: &mut Disk<'_>) -> Result<(Self, Found), OpenError> {
        if disk.len(FILE)?.is_none_or(|len| len == 0) {
            return Ok((Self { afresh: true, ..Self::default() }, Found::Nothing));
        }
        let mut file = [0; (SLOTS * SECTOR) as usize];
        disk.read(FILE, 0, &mut file)?;
        let slots: Vec<Slot> = file.chunks(SECTOR as usize).map(read_slot).collect();
        let (number, found) = newest([[slots[0], slots[2]], [slots[1], slots[3]]]);
        let afresh = found == Found::Lost;
        Ok((Self { number, afresh, ..Self::default() }, found))
    }

    /// Up to where the log may be relied on.
    pub(crate) fn covered(&self) -> Position {
        self.covered
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.failed
    }

    /// Whether a mark may be written now.
    pub(crate) fn is_free(&self) -> bool {
        self.job.is_none() && !self.failed
    }

    /// Lets the next mark go to a new file, after a sync that has failed.
    pub(crate) fn retry(&mut self) {
        self.failed = false;
    }

    /// Begins to make a mark durable that covers the log up to this position.
    pub(crate) fn write(&mut self, mark: &Mark, covers: Position, io: &mut Io<'_, Raft>) {
        let new_file = std::mem::take(&mut self.afresh);
        self.number += 1;
        let file = if new_file { NEW_FILE } else { FILE };
        encode(mark, self.number, &mut self.buffer);
        let slot = self.number % 2;
        if new_file {
            io.truncate(NEW_FILE, 0);
            io.write_at(file, (1 - slot) * SECTOR, &self.buffer);
            io.write_at(file, (3 - slot) * SECTOR, &self.buffer);
        }
        // Two writes: one that goes astray takes one of the copies with it.
        io.write_at(file, slot * SECTOR, &self.buffer);
        io.write_at(file, (slot + 2) * SECTOR, &self.buffer);
        self.job = Some(Job { token: io.sync(file), covers, new_file });
    }

    /// Takes a completion; says whether more is covered than before.
    ///
    /// # Errors
    /// Where the disk has refused.
    pub(crate) fn synced(
        &mut self,
        token: SyncToken,
        result: Result<(), DiskError>,
        io: &mut Io<'_, Raft>,
    ) -> Result<bool, DiskError> {
        let Some(job) = self.job.take_if(|job| job.token == token) else { return Ok(false) };
        if let Err(error) = result {
            (self.failed, self.afresh) = (true, true);
            return Err(error);
        }
        if job.new_file {
            io.rename(NEW_FILE, FILE);
            self.job = Some(Job { token: io.sync(FILE), new_file: false, ..job });
            return Ok(false);
        }
        self.covered = self.covered.max(job.covers);
        Ok(true)
    }
}

/// What one sector holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Slot {
    Damaged,
    Whole { number: u64, mark: Mark },
}

impl Slot {
    fn number(&self) -> u64 {
        if let Self::Whole { number, .. } = self { *number } else { 0 }
    }
}

/// The newest mark of two pairs of copies, and its number.
fn newest(pairs: [[Slot; 2]; 2]) -> (u64, Found) {
    // What both copies have told before they were damaged may be newer than all that is left.
    let lost = pairs.contains(&[Slot::Damaged; 2]);
    match pairs.into_iter().flatten().max_by_key(Slot::number) {
        Some(Slot::Whole { number, mark }) if !lost => (number, Found::Mark(mark)),
        best => (best.as_ref().map_or(0, Slot::number), Found::Lost),
    }
}

fn encode(mark: &Mark, number: u64, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&MAGIC);
    put_u32(out, 0);
    put_u64(out, number);
    put_u32(out, mark.owner.0);
    put_u64(out, mark.generation);
    put_u64(out, mark.place.offset);
    put_u32(out, mark.place.checksum);
    put_u64(out, mark.hard.term);
    put_node(out, mark.hard.vote);
    let owed = mark.owed.unwrap_or_default();
    out.push(u8::from(mark.owed.is_some()));
    for (term, index) in [mark.last, owed] {
        put_u64(out, term);
        put_u64(out, index);
    }
    let checksum = crc32fast::hash(&out[HEADER..]);
    out[MAGIC.len()..HEADER].copy_from_slice(&checksum.to_le_bytes());
}

fn read_slot(sector: &[u8]) -> Slot {
    decode(&sector[..SIZE]).unwrap_or(Slot::Damaged)
}

fn decode(bytes: &[u8]) -> Result<Slot, WireError> {
    let mut reader = Reader::new(bytes);
    let (magic, expected) = (reader.bytes(MAGIC.len())?, reader.u32()?);
    if magic != MAGIC || crc32fast::hash(&bytes[HEADER..]) != expected {
        return Err(WireError::Malformed("it is no mark".to_owned()));
    }
    let number = reader.u64()?;
    let (owner, generation) = (NodeId(reader.u32()?), reader.u64()?);
    let place = Place { offset: reader.u64()?, checksum: reader.u32()? };
    let hard = HardState { term: reader.count()?, vote: reader.node()? };
    let is_owed = reader.bool()?;
    let last = (reader.count()?, reader.count()?);
    let owed = (reader.count()?, reader.count()?);
    let owed = is_owed.then_some(owed);
    Ok(Slot::Whole { number, mark: Mark { owner, generation, place, hard, last, owed } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(index: u64) -> Mark {
        let place = Place { offset: 100 * index, checksum: 7 };
        let hard = HardState { term: 3, vote: Some(NodeId(2)) };
        let owed = index.is_multiple_of(2).then_some((9, index));
        Mark { owner: NodeId(1), generation: 4, place, hard, last: (3, index), owed }
    }

    fn sector(index: u64) -> Vec<u8> {
        let mut sector = Vec::new();
        encode(&mark(index), index, &mut sector);
        assert_eq!(sector.len(), SIZE);
        sector.resize(SECTOR as usize, 0);
        sector
    }

    fn whole(index: u64) -> Slot {
        read_slot(&sector(index))
    }

    #[test]
    fn a_mark_is_read_as_it_was_written_and_no_damaged_one_is() {
        for index in [1, 2] {
            assert_eq!(whole(index), Slot::Whole { number: index, mark: mark(index) });
            for place in 0..SIZE {
                let mut damaged = sector(index);
                damaged[place] ^= 0x10;
                assert_eq!(read_slot(&damaged), Slot::Damaged, "byte {place}");
            }
        }
        assert_eq!(read_slot(&[0; 512]), Slot::Damaged, "a lost sector");
    }

    #[test]
    fn one_copy_of_two_may_be_lost_or_stay_as_it_was() {
        for bad in [Slot::Damaged, whole(2)] {
            for pair in [[bad, whole(4)], [whole(4), bad]] {
                let newest_is_4 = (4, Found::Mark(mark(4)));
                assert_eq!(newest([pair, [whole(3); 2]]), newest_is_4, "{pair:?}");
                assert_eq!(newest([[whole(3); 2], pair]), newest_is_4, "{pair:?}");
            }
        }
    }

    #[test]
    fn where_both_copies_are_damaged_nobody_knows_what_was_promised() {
        assert_eq!(newest([[Slot::Damaged; 2], [whole(3); 2]]).1, Found::Lost);
        assert_eq!(newest([[Slot::Damaged; 2]; 2]).1, Found::Lost);
    }
}
