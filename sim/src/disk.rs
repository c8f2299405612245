//! One node's disk: what its files hold, and which part of that would survive a crash.
//!
//! A file has one content, that which a read sees. Beside it stands the list of changes that no sync has covered yet, each with
//! what it takes to undo it. A crash undoes them all, from the last to the first, and then does again whichever of them the tape
//! lets survive: whole, in part by 512-byte sectors, or not at all, each by itself, so that a later write may be there without an
//! earlier one. What faults do to a disk is in [`trouble`].

mod crash;
mod inside;
mod opening;
mod places;
#[cfg(test)]
mod tests;
mod trouble;

use seatrial_node::{DiskWrite, FileName};

pub(crate) use self::opening::Opening;
pub(crate) use self::trouble::{Trouble, Wrong};

/// The unit that a disk writes whole or not at all.
const SECTOR: u64 = 512;

#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct SimDisk {
    names: Vec<(FileName, u32)>,
    files: Vec<Vec<u8>>,
    /// Contents of no name, to be used again.
    spare: Vec<u32>,
    /// Those that are about to be.
    gone: Vec<u32>,
    unsynced: Vec<Unsynced>,
    changes: u64,
    pub(crate) trouble: Trouble,
}

/// A change that a crash may undo; the file is its content, whatever its name.
#[derive(Clone, Debug, Hash)]
struct Unsynced {
    number: u64,
    file: u32,
    undo: Undo,
    fate: Fate,
}

/// What a crash does to a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Fate {
    /// The tape says. A sync may yet make it last.
    Open,
    /// The tape says, whatever is synced later: the sync that should have covered it has failed.
    Forsaken,
    /// It lasts. It is kept only because it can be undone and done again in its place alone, behind one that is forsaken.
    Lasts,
}

#[derive(Clone, Debug, Hash)]
enum Undo {
    /// The file was made, under this name.
    Create { name: FileName },
    /// Bytes from `offset` to `end` were written; the file was `len` long, and held `before` where the write began.
    Write { offset: u64, end: u64, len: u64, before: Vec<u8> },
    /// The file was cut or filled up to `to`; what was cut off, and how long the file was.
    Truncate { to: u64, len: u64, cut: Vec<u8> },
    /// The file got another name; a file that had that name lost it.
    Rename { from: FileName, to: FileName, replaced: Option<u32> },
}

impl Undo {
    /// It changes what is in a file, and not how that is called.
    const fn is_data(&self) -> bool {
        matches!(self, Self::Write { .. } | Self::Truncate { .. })
    }
}

impl SimDisk {
    /// Forgets all files, keeping memory.
    pub(crate) fn reset(&mut self) {
        self.names.clear();
        self.unsynced.clear();
        self.spare.clear();
        self.spare.extend(0..self.files.len() as u32);
        self.changes = 0;
        self.trouble.reset();
    }

    /// Whether a write is not synced yet.
    pub(crate) fn is_writing(&self) -> bool {
        self.unsynced.iter().any(|change| !matches!(change.undo, Undo::Create { .. }))
    }

    /// Whether there is any file.
    pub(crate) fn has_files(&self) -> bool {
        !self.names.is_empty()
    }

    /// Carries out a change, which lasts once a sync covers it.
    pub(crate) fn write(&mut self, write: DiskWrite<'_>) {
        let (file, undo) = match write {
            DiskWrite::Append { file, bytes } => {
                let file = self.open(file);
                let end = self.files[file as usize].len() as u64;
                (file, self.put(file, end, bytes))
            }
            DiskWrite::WriteAt { file, offset, bytes } => {
                let file = self.open(file);
                (file, self.put(file, offset, bytes))
            }
            DiskWrite::Truncate { file, len } => {
                let file = self.open(file);
                (file, self.cut(file, len))
            }
            DiskWrite::Rename { from, to } => {
                let file = self.open(from);
                (file, self.rename(from, to))
            }
        };
        self.changes += 1;
        self.unsynced.push(Unsynced { number: self.changes, file, undo, fate: Fate::Open });
    }

    /// What a sync of this file that is asked for now will cover: this content, and changes up to this number.
    pub(crate) fn sync_point(&mut self, file: FileName) -> (u32, u64) {
        (self.open(file), self.changes)
    }

    /// A sync is done: what it covers is there for good.
    pub(crate) fn synced(&mut self, file: u32, upto: u64) {
        let covered = |change: &Unsynced| change.file == file && change.number <= upto;
        for place in 0..self.unsynced.len() {
            if let Undo::Rename { replaced: Some(replaced), .. } = self.unsynced[place].undo
                && covered(&self.unsynced[place])
            {
                self.gone.push(replaced);
            }
        }
        // No crash brings back what a synced rename has replaced, nor what was still to be written there.
        let gone = &self.gone;
        let mut behind = false;
        self.unsynced.retain_mut(|change| {
            let (mine, data) = (change.file == file, change.undo.is_data());
            behind |= mine && change.fate == Fate::Forsaken;
            if mine && change.number <= upto && change.fate == Fate::Open {
                change.fate = Fate::Lasts;
            }
            // What lasts and is another file's is here only because it is behind one that is forsaken.
            let kept = change.fate != Fate::Lasts || data && (behind || !mine);
            kept && !gone.contains(&change.file)
        });
        self.spare.append(&mut self.gone);
    }

    /// Reads into the buffer as far as the file reaches.
    pub(crate) fn read_at(&self, file: FileName, offset: u64, buffer: &mut [u8]) -> usize {
        let Some(content) = self.find(file).map(|file| &self.files[file as usize]) else {
            return 0;
        };
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(content.len());
        let count = buffer.len().min(content.len() - start);
        buffer[..count].copy_from_slice(&content[start..start + count]);
        count
    }

    /// How long a file is, if there is one.
    pub(crate) fn len(&self, file: FileName) -> Option<u64> {
        self.find(file).map(|file| self.files[file as usize].len() as u64)
    }

    fn find(&self, name: FileName) -> Option<u32> {
        self.names.iter().find(|(known, _)| *known == name).map(|(_, file)| *file)
    }

    /// The file of this name, made if there is none.
    fn open(&mut self, name: FileName) -> u32 {
        if let Some(file) = self.find(name) {
            return file;
        }
        let file = self.spare.pop().unwrap_or_else(|| {
            self.files.push(Vec::new());
            self.files.len() as u32 - 1
        });
        self.files[file as usize].clear();
        self.trouble.forget(file);
        self.names.push((name, file));
        self.changes += 1;
        let undo = Undo::Create { name };
        self.unsynced.push(Unsynced { number: self.changes, file, undo, fate: Fate::Open });
        file
    }

    fn put(&mut self, file: u32, offset: u64, bytes: &[u8]) -> Undo {
        let content = &mut self.files[file as usize];
        let len = content.len() as u64;
        let end = offset + bytes.len() as u64;
        let (from, to) = (offset.min(len) as usize, end.min(len) as usize);
        let before = content[from..to].to_vec();
        if end > len {
            content.resize(end as usize, 0);
        }
        content[offset as usize..end as usize].copy_from_slice(bytes);
        Undo::Write { offset, end, len, before }
    }

    fn cut(&mut self, file: u32, to: u64) -> Undo {
        let content = &mut self.files[file as usize];
        let len = content.len() as u64;
        let cut = content.get(to as usize..).unwrap_or_default().to_vec();
        content.resize(to as usize, 0);
        Undo::Truncate { to, len, cut }
    }

    fn rename(&mut self, from: FileName, to: FileName) -> Undo {
        let replaced = self.find(to).filter(|_| from != to);
        if let Some(replaced) = replaced {
            self.names.retain(|(_, file)| *file != replaced);
        }
        for (name, _) in self.names.iter_mut().filter(|(name, _)| *name == from) {
            *name = to;
        }
        Undo::Rename { from, to, replaced }
    }
}
