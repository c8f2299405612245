//! Snapshots on the disk (paper §7), made here or received: each is written to a file of its own, synced, and only then renamed over
//! the one before. So there is a whole one under the name at any time, and it is durable before the log lets go of what
//! it covers.

use std::sync::Arc;

use seatrial_node::{Disk, DiskError, FileName, Io, OpenError, SyncToken, WireError};

use crate::codec::{Reader, put_u32, put_u64};
use crate::digest;
use crate::event::SnapshotMeta;
use crate::node::Raft;

pub(crate) const FILE: FileName = FileName::new("snapshot");
const NEW_FILE: FileName = FileName::new("snapshot.new");
const MAGIC: [u8; 8] = *b"SRaftSn1";
/// The magic, index, term, size and checksum.
const HEADER: usize = 8 + 8 + 8 + 8 + 4;

/// One snapshot, in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Snapshot {
    pub(crate) meta: SnapshotMeta,
    pub(crate) data: Arc<[u8]>,
    pub(crate) digest: u64,
}

impl Snapshot {
    pub(crate) fn new(meta: SnapshotMeta, data: Vec<u8>) -> Self {
        let digest = digest::of_bytes(&data);
        Self { meta, data: data.into(), digest }
    }
}

/// The durable snapshot, and the one that is on its way to the disk.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Snapshots {
    current: Option<Snapshot>,
    job: Option<Job>,
    /// Follows the job; the newest only.
    next: Option<(Snapshot, Origin)>,
}

/// Where a snapshot comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Origin {
    /// This node's state.
    Made,
    /// The leader.
    Received,
}

#[derive(Clone, Debug, Hash)]
struct Job {
    snapshot: Snapshot,
    origin: Origin,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stage {
    Writing(SyncToken),
    Renaming(SyncToken),
    Failed,
}

impl Snapshots {
    /// Reads the snapshot, if there is one; says too whether there was one that is damaged.
    ///
    /// # Errors
    /// Where the disk fails.
    pub(crate) fn open(disk: &mut Disk<'_>) -> Result<(Self, bool), OpenError> {
        let Some(len) = disk.len(FILE)? else { return Ok((Self::default(), false)) };
        let corrupt = |_| OpenError::Corrupt(format!("snapshot: {len} bytes are too many"));
        let mut bytes = vec![0; usize::try_from(len).map_err(corrupt)?];
        let read = disk.read(FILE, 0, &mut bytes)?;
        bytes.truncate(read);
        let current = decode(&bytes).ok();
        let damaged = current.is_none();
        Ok((Self { current, ..Self::default() }, damaged))
    }

    /// The snapshot that is durable.
    pub(crate) fn current(&self) -> Option<&Snapshot> {
        self.current.as_ref()
    }

    /// The highest index of any snapshot, durable or on its way.
    pub(crate) fn newest_index(&self) -> u64 {
        let current = self.current.as_ref().map_or(0, |snapshot| snapshot.meta.index);
        let job = self.job.as_ref().map_or(0, |job| job.snapshot.meta.index);
        let next = self.next.as_ref().map_or(0, |(snapshot, _)| snapshot.meta.index);
        current.max(job).max(next)
    }

    /// Begins to write a snapshot, or queues it behind the one that is being written.
    pub(crate) fn write(&mut self, snapshot: Snapshot, origin: Origin, io: &mut Io<'_, Raft>) {
        if self.job.is_some() {
            self.next = Some((snapshot, origin));
        } else {
            self.begin(snapshot, origin, io);
        }
    }

    /// Takes a completion. Returns where the snapshot came from that is durable now.
    ///
    /// # Errors
    /// Where the disk has refused; [`Snapshots::retry`] later.
    pub(crate) fn synced(
        &mut self,
        token: SyncToken,
        result: Result<(), DiskError>,
        io: &mut Io<'_, Raft>,
    ) -> Result<Option<Origin>, DiskError> {
        let Some(job) = &mut self.job else { return Ok(None) };
        if job.stage != Stage::Writing(token) && job.stage != Stage::Renaming(token) {
            return Ok(None);
        }
        if let Err(error) = result {
            job.stage = Stage::Failed;
            return Err(error);
        }
        if job.stage == Stage::Writing(token) {
            io.rename(NEW_FILE, FILE);
            job.stage = Stage::Renaming(io.sync(FILE));
            return Ok(None);
        }
        let done = self.job.take().map(|job| {
            self.current = Some(job.snapshot);
            job.origin
        });
        if let Some((snapshot, origin)) = self.next.take() {
            self.begin(snapshot, origin, io);
        }
        Ok(done)
    }

    /// Writes again what the disk has refused.
    pub(crate) fn retry(&mut self, io: &mut Io<'_, Raft>) {
        if let Some(job) = self.job.take_if(|job| job.stage == Stage::Failed) {
            let (snapshot, origin) = self.next.take().unwrap_or((job.snapshot, job.origin));
            self.begin(snapshot, origin, io);
        }
    }

    fn begin(&mut self, snapshot: Snapshot, origin: Origin, io: &mut Io<'_, Raft>) {
        io.truncate(NEW_FILE, 0);
        io.write_at(NEW_FILE, 0, &header(&snapshot));
        io.write_at(NEW_FILE, HEADER as u64, &snapshot.data);
        let stage = Stage::Writing(io.sync(NEW_FILE));
        self.job = Some(Job { snapshot, origin, stage });
    }
}

fn header(snapshot: &Snapshot) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    put_u64(&mut header, snapshot.meta.index);
    put_u64(&mut header, snapshot.meta.term);
    put_u64(&mut header, snapshot.data.len() as u64);
    let checksum = checksum(&header, &snapshot.data);
    put_u32(&mut header, checksum);
    header
}

fn checksum(header: &[u8], data: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header);
    hasher.update(data);
    hasher.finalize()
}

fn decode(bytes: &[u8]) -> Result<Snapshot, WireError> {
    let malformed = |what: &str| Err(WireError::Malformed(what.to_owned()));
    let mut reader = Reader::new(bytes);
    if reader.bytes(MAGIC.len())? != MAGIC {
        return malformed("it does not begin as a snapshot does");
    }
    let meta = SnapshotMeta { index: reader.count()?, term: reader.count()? };
    let (size, expected) = (reader.u64()?, reader.u32()?);
    let data = reader.rest();
    if data.len() as u64 != size {
        return malformed("its length is not what its header says");
    }
    if checksum(&bytes[..HEADER - 4], data) != expected {
        return malformed("its checksum does not hold");
    }
    Ok(Snapshot::new(meta, data.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(snapshot: &Snapshot) -> Vec<u8> {
        let mut bytes = header(snapshot);
        bytes.extend_from_slice(&snapshot.data);
        bytes
    }

    #[test]
    fn a_snapshot_is_read_as_it_was_written() {
        for data in [Vec::new(), b"state".to_vec()] {
            let snapshot = Snapshot::new(SnapshotMeta { index: 9, term: 2 }, data);
            assert_eq!(decode(&file(&snapshot)), Ok(snapshot));
        }
    }

    #[test]
    fn a_snapshot_that_is_damaged_anywhere_is_refused() {
        let whole = file(&Snapshot::new(SnapshotMeta { index: 9, term: 2 }, b"state".to_vec()));
        for place in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] ^= 0x40;
            assert!(decode(&damaged).is_err(), "byte {place}");
            assert!(decode(&whole[..place]).is_err(), "cut to {place} bytes");
        }
    }
}
