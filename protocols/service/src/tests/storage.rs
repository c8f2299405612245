//! A disk in memory: a crash takes everything that no completed sync covered.

use std::collections::BTreeMap;

use seatrial_node::{DiskError, DiskWrite, FileName, Storage, SyncToken};

type Files = BTreeMap<FileName, Vec<u8>>;

#[derive(Default)]
pub(super) struct MemoryDisk {
    files: Files,
    durable: Files,
    /// Names that a file had before it was renamed: they are gone once it is synced.
    former: BTreeMap<FileName, FileName>,
    syncs: BTreeMap<SyncToken, (FileName, Option<Vec<u8>>)>,
}

impl MemoryDisk {
    pub(super) fn write(&mut self, write: DiskWrite<'_>) {
        match write {
            DiskWrite::Append { file, bytes } => self.file(file).extend_from_slice(bytes),
            DiskWrite::WriteAt { file, offset, bytes } => {
                let (file, start) = (self.file(file), offset as usize);
                file.resize(file.len().max(start + bytes.len()), 0);
                file[start..start + bytes.len()].copy_from_slice(bytes);
            }
            DiskWrite::Truncate { file, len } => self.file(file).resize(len as usize, 0),
            DiskWrite::Rename { from, to } => {
                let bytes = self.files.remove(&from).unwrap_or_default();
                self.files.insert(to, bytes);
                self.former.insert(to, from);
            }
        }
    }

    pub(super) fn sync(&mut self, file: FileName, token: SyncToken) {
        self.syncs.insert(token, (file, self.files.get(&file).cloned()));
    }

    pub(super) fn complete(&mut self, token: SyncToken) {
        let Some((file, bytes)) = self.syncs.remove(&token) else { return };
        if let Some(former) = self.former.remove(&file) {
            self.durable.remove(&former);
        }
        if let Some(bytes) = bytes {
            self.durable.insert(file, bytes);
        }
    }

    pub(super) fn read(&self, file: FileName, offset: u64, len: usize) -> Vec<u8> {
        let bytes = self.files.get(&file).map_or(&[][..], Vec::as_slice);
        bytes.iter().skip(offset as usize).take(len).copied().collect()
    }

    pub(super) fn crash(&mut self) {
        self.files = self.durable.clone();
        self.former.clear();
        self.syncs.clear();
    }

    fn file(&mut self, file: FileName) -> &mut Vec<u8> {
        self.files.entry(file).or_default()
    }
}

impl Storage for MemoryDisk {
    fn len(&mut self, file: FileName) -> Result<Option<u64>, DiskError> {
        Ok(self.files.get(&file).map(|bytes| bytes.len() as u64))
    }

    fn read(&mut self, file: FileName, offset: u64, buffer: &mut [u8]) -> Result<usize, DiskError> {
        let bytes = Self::read(self, file, offset, buffer.len());
        buffer[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}
