//! A disk that keeps, at a crash, what was synced, and of the rest nothing, all, or all but the last bytes.

use std::collections::{BTreeMap, VecDeque};

use seatrial_node::{DiskError, DiskWrite, FileName, Storage, SyncToken};

type Files = BTreeMap<FileName, Vec<u8>>;

#[derive(Clone, Debug, Default)]
pub(super) struct TestDisk {
    /// What reads see.
    view: Files,
    /// What a crash leaves for certain.
    synced: Files,
    /// Renames that no completed sync covers yet.
    renames: Vec<(FileName, FileName)>,
    under_way: VecDeque<(SyncToken, FileName, Vec<u8>)>,
}

/// What a crash does to writes that no completed sync covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsynced {
    Lost,
    Kept,
    /// The last so many bytes of the log are lost, synced ones excepted.
    Torn(usize),
}

impl TestDisk {
    pub(super) fn write(&mut self, write: DiskWrite<'_>) {
        match write {
            DiskWrite::Append { file, bytes } => {
                self.view.entry(file).or_default().extend_from_slice(bytes);
            }
            DiskWrite::WriteAt { file, offset, bytes } => {
                let content = self.view.entry(file).or_default();
                let end = offset as usize + bytes.len();
                content.resize(content.len().max(end), 0);
                content[offset as usize..end].copy_from_slice(bytes);
            }
            DiskWrite::Truncate { file, len } => {
                self.view.entry(file).or_default().resize(len as usize, 0);
            }
            DiskWrite::Rename { from, to } => {
                if let Some(content) = self.view.remove(&from) {
                    self.view.insert(to, content);
                }
                self.renames.push((from, to));
            }
        }
    }

    pub(super) fn sync(&mut self, token: SyncToken, file: FileName) {
        let content = self.view.get(&file).cloned().unwrap_or_default();
        self.under_way.push_back((token, file, content));
    }

    /// Completes the oldest sync.
    pub(super) fn complete(&mut self) -> Option<SyncToken> {
        let (token, file, content) = self.under_way.pop_front()?;
        self.settle_renames(file);
        self.synced.insert(file, content);
        Some(token)
    }

    /// Fails the oldest sync.
    pub(super) fn fail(&mut self) -> Option<(SyncToken, DiskError)> {
        self.under_way.pop_front().map(|(token, ..)| (token, DiskError::SyncFailed))
    }

    pub(super) fn has_sync(&self) -> bool {
        !self.under_way.is_empty()
    }

    pub(super) fn crash(&mut self, unsynced: Unsynced) {
        match unsynced {
            Unsynced::Lost => self.view = self.synced.clone(),
            Unsynced::Kept => {}
            Unsynced::Torn(bytes) => {
                let log = FileName::new("log");
                let synced = self.synced.get(&log).map_or(0, Vec::len);
                let renamed = self.renames.iter().any(|(_, to)| *to == log);
                if let Some(content) = self.view.get_mut(&log).filter(|_| !renamed) {
                    let len = content.len();
                    content.truncate(len.saturating_sub(bytes).max(synced.min(len)));
                }
            }
        }
        self.synced = self.view.clone();
        self.renames.clear();
        self.under_way.clear();
    }

    /// Harms one of the files that are there, synced bytes included, as chance says: flips a bit, or loses a sector, which reads as zeros.
    pub(super) fn damage(&mut self, mut below: impl FnMut(u64) -> u64) {
        let files: Vec<FileName> = self
            .view
            .iter()
            .filter(|(_, content)| !content.is_empty())
            .map(|(file, _)| *file)
            .collect();
        if files.is_empty() {
            return;
        }
        let file = files[below(files.len() as u64) as usize];
        let place = below(self.view[&file].len() as u64) as usize;
        let (bit, loses_sector) = (below(8), below(3) == 0);
        for files in [&mut self.view, &mut self.synced] {
            let Some(content) = files.get_mut(&file) else { continue };
            let sector = place / 512 * 512;
            let end = content.len().min(sector + 512);
            match content.get_mut(place) {
                Some(_) if loses_sector => content[sector..end].fill(0),
                Some(byte) => *byte ^= 1 << bit,
                None => {}
            }
        }
    }

    /// How long this file is.
    pub(super) fn len_of(&self, name: &str) -> usize {
        self.view.get(&FileName::new(name)).map_or(0, Vec::len)
    }

    /// Flips a bit of the byte at this place.
    pub(super) fn flip(&mut self, name: &str, place: usize) {
        self.change(name, |content| content[place] ^= 4);
    }

    /// Cuts the file to this length.
    pub(super) fn cut(&mut self, name: &str, len: usize) {
        self.change(name, |content| content.truncate(len));
    }

    fn change(&mut self, name: &str, change: impl Fn(&mut Vec<u8>)) {
        for files in [&mut self.view, &mut self.synced] {
            change(files.get_mut(&FileName::new(name)).expect("the file is there"));
        }
    }

    fn settle_renames(&mut self, file: FileName) {
        let synced = &mut self.synced;
        self.renames.retain(|(from, to)| {
            if *to == file {
                synced.remove(from);
            }
            *to != file
        });
    }
}

impl Storage for TestDisk {
    fn len(&mut self, file: FileName) -> Result<Option<u64>, DiskError> {
        Ok(self.view.get(&file).map(|content| content.len() as u64))
    }

    fn read(&mut self, file: FileName, offset: u64, buffer: &mut [u8]) -> Result<usize, DiskError> {
        let content = self.view.get(&file).map_or(&[][..], Vec::as_slice);
        let rest = content.get(offset as usize..).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        buffer[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }
}
