//! What a test needs to drive a log: a node, a port onto the model disk, and short words for what is done.

use seatrial_node::{
    Disk, DiskError, DiskWrite, Duration, FileName, Input, Instant, Io, Node, NodeId, OpenError,
    Port, ReadToken, RequestToken, SyncToken, WallTime,
};

use super::model_disk::ModelDisk;
use crate::{Position, Recovered, Wal};

/// The log's file.
pub(crate) const LOG: FileName = FileName::new("log");

/// The node whose log it is; the test acts in its place.
pub(crate) struct Owner;

impl Node for Owner {
    type Config = ();
    type Message = ();
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open(_: &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self)
    }

    fn handle(&mut self, _: Input<Self>, _: &mut Io<'_, Self>) {}
}

/// A log and the disk under it.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) disk: ModelDisk,
    pub(crate) wal: Wal,
}

impl Life {
    /// Opens and starts the log that is on the disk, giving each record to `each`.
    pub(crate) fn begin(
        mut disk: ModelDisk,
        each: impl FnMut(&[u8]) -> Result<(), OpenError>,
    ) -> Result<(Self, Recovered), OpenError> {
        let (wal, recovered) = Wal::open(&mut Disk::new(&mut disk), LOG, each)?;
        let mut life = Self { disk, wal };
        life.io(Wal::start);
        Ok((life, recovered))
    }

    /// A life on an empty disk.
    pub(crate) fn first() -> Self {
        Self::begin(ModelDisk::default(), |_| Ok(())).expect("an empty disk is an empty log").0
    }

    pub(crate) fn append(&mut self, record: &[u8]) -> Position {
        self.io(|wal, io| wal.append(record, io))
    }

    pub(crate) fn sync(&mut self) {
        self.io(Wal::sync);
    }

    pub(crate) fn rewrite(&mut self, records: &[Vec<u8>]) -> Position {
        self.io(|wal, io| wal.rewrite(records, io))
    }

    /// Ends the next sync in that way and tells the log.
    pub(crate) fn end_sync(
        &mut self,
        result: Result<(), DiskError>,
    ) -> Result<Option<Position>, DiskError> {
        let token = self.disk.next_sync().expect("a sync is under way");
        self.disk.end_sync(result);
        self.io(|wal, io| wal.synced(token, result, io))
    }

    /// Ends all syncs well, those included that follow from them.
    pub(crate) fn settle(&mut self) {
        while self.disk.next_sync().is_some() {
            self.end_sync(Ok(())).expect("no sync has failed");
        }
    }

    fn io<R>(&mut self, act: impl FnOnce(&mut Wal, &mut Io<'_, Owner>) -> R) -> R {
        let mut io = Io::new(NodeId(0), Instant::ZERO, &[NodeId(0)], &mut self.disk);
        act(&mut self.wal, &mut io)
    }
}

/// The records that opening finds on this disk.
pub(crate) fn read_back(disk: &mut ModelDisk) -> Result<(Vec<Vec<u8>>, Recovered), OpenError> {
    let mut records = Vec::new();
    let (_, recovered) = Wal::open(&mut Disk::new(disk), LOG, |record| {
        records.push(record.to_vec());
        Ok(())
    })?;
    Ok((records, recovered))
}

impl Port<Owner> for ModelDisk {
    fn send(&mut self, _: NodeId, (): ()) {}

    fn set_timer(&mut self, (): (), _: Duration) {}

    fn cancel_timer(&mut self, (): &()) {}

    fn reply(&mut self, _: RequestToken, (): ()) {}

    fn write(&mut self, write: DiskWrite<'_>) {
        Self::write(self, write);
    }

    fn sync(&mut self, file: FileName) -> SyncToken {
        Self::sync(self, file)
    }

    fn read(&mut self, _: FileName, _: u64, _: usize) -> ReadToken {
        unreachable!("a log reads only while it opens")
    }

    fn announce(&mut self, (): ()) {}

    fn choose(&mut self, _: &'static str, _: u64) -> u64 {
        unreachable!("a log leaves nothing to chance")
    }

    fn wall(&mut self) -> WallTime {
        unreachable!("a log knows no time")
    }
}
