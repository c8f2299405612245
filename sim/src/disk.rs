//! One node's disk: what its files hold, and which part of that would survive a crash.
//!
//! A file has one content, that which a read sees. Beside it stands the list of changes that no sync has covered yet, each with
//! what it takes to undo it. A crash undoes them all, from the last to the first, and then does again whichever of them the tape
//! lets survive: whole, in part by 512-byte sectors, or not at all, each by itself, so that a later write may be there without an
//! earlier one.

use seatrial_node::{DiskError, DiskWrite, FileName, Storage};

use crate::counts::{Counts, FaultKind};
use crate::tape::{Tape, site};

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
}

/// A change that a crash may undo; the file is its content, whatever its name.
#[derive(Clone, Debug, Hash)]
struct Unsynced {
    number: u64,
    file: u32,
    undo: Undo,
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

impl SimDisk {
    /// Forgets all files, keeping memory.
    pub(crate) fn reset(&mut self) {
        self.names.clear();
        self.unsynced.clear();
        self.spare.clear();
        self.spare.extend(0..self.files.len() as u32);
        self.changes = 0;
    }

    /// Whether a write is not synced yet.
    pub(crate) fn is_writing(&self) -> bool {
        self.unsynced.iter().any(|change| !matches!(change.undo, Undo::Create { .. }))
    }

    /// Whether there is any file.
    pub(crate) fn has_files(&self) -> bool {
        !self.names.is_empty()
    }

    /// Goes back to a former copy of this disk; nothing is to be done where nothing has changed since.
    pub(crate) fn go_back_to(&mut self, former: &Self) {
        let state =
            |disk: &Self| (disk.changes, disk.unsynced.len(), disk.names.len(), disk.files.len());
        if state(self) != state(former) {
            self.clone_from(former);
        }
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
        self.unsynced.push(Unsynced { number: self.changes, file, undo });
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
        self.unsynced.retain(|change| !covered(change) && !gone.contains(&change.file));
        self.spare.append(&mut self.gone);
    }

    /// The node has crashed: unsynced changes survive or not, as the tape says. Returns how many were open.
    pub(crate) fn crash(&mut self, node: u32, tape: &mut Tape, counts: &mut Counts) -> usize {
        let mut changes = std::mem::take(&mut self.unsynced);
        let redo: Vec<Vec<u8>> = changes.iter().rev().map(|change| self.undo(change)).collect();
        for (change, bytes) in changes.iter().zip(redo.iter().rev()) {
            let creates = matches!(change.undo, Undo::Create { .. });
            if !creates {
                counts.asked(FaultKind::LostWrite);
            }
            match tape.choose(site::CRASH_WRITE, node, 3) {
                0 => self.redo(change, bytes, |_| true),
                _ if creates => {}
                1 => lost(counts),
                _ if matches!(change.undo, Undo::Write { .. }) => {
                    counts.asked(FaultKind::TornWrite);
                    counts.bit(FaultKind::TornWrite);
                    counts.effect(FaultKind::TornWrite);
                    self.redo(change, bytes, |_| tape.choose(site::CRASH_SECTOR, node, 2) == 0);
                }
                _ => lost(counts),
            }
        }
        let open = changes.len();
        changes.clear();
        self.unsynced = changes;
        let (spare, names) = (&mut self.spare, &self.names);
        spare.clear();
        let named = |file: &u32| names.iter().any(|(_, of)| of == file);
        spare.extend((0..self.files.len() as u32).filter(|file| !named(file)));
        open
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
        self.names.push((name, file));
        self.changes += 1;
        let undo = Undo::Create { name };
        self.unsynced.push(Unsynced { number: self.changes, file, undo });
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

    /// Takes a change back; changes after it have been taken back already. Returns the bytes that it had written.
    fn undo(&mut self, change: &Unsynced) -> Vec<u8> {
        let content = &mut self.files[change.file as usize];
        match &change.undo {
            Undo::Create { .. } => {
                self.names.retain(|(_, file)| *file != change.file);
                Vec::new()
            }
            Undo::Write { offset, end, len, before } => {
                let bytes = content[*offset as usize..*end as usize].to_vec();
                content.truncate(*len as usize);
                let from = (*offset).min(*len) as usize;
                content[from..from + before.len()].copy_from_slice(before);
                bytes
            }
            Undo::Truncate { to, len, cut } => {
                content.resize((*len).min(*to) as usize, 0);
                content.extend_from_slice(cut);
                content.resize(*len as usize, 0);
                Vec::new()
            }
            Undo::Rename { from, to, replaced } => {
                for (name, _) in self.names.iter_mut().filter(|(_, file)| *file == change.file) {
                    *name = *from;
                }
                self.names.extend(replaced.map(|file| (*to, file)));
                Vec::new()
            }
        }
    }

    /// Does a change again, of a write only the sectors that are kept.
    fn redo(&mut self, change: &Unsynced, bytes: &[u8], mut kept: impl FnMut(u64) -> bool) {
        match &change.undo {
            Undo::Create { name } => {
                // A rename that did not survive may have given the name back to another file.
                if self.find(*name).is_none() {
                    self.names.push((*name, change.file));
                }
            }
            Undo::Write { offset, end, .. } => {
                let mut at = *offset;
                while at < *end {
                    let next = (at / SECTOR + 1) * SECTOR;
                    let to = next.min(*end);
                    if kept(at / SECTOR) {
                        let part = &bytes[(at - offset) as usize..(to - offset) as usize];
                        self.put(change.file, at, part);
                    }
                    at = to;
                }
            }
            Undo::Truncate { to, .. } => {
                self.cut(change.file, *to);
            }
            Undo::Rename { from, to, .. } => {
                // An earlier rename that did not survive may have left the file under another name.
                if self.find(*from) == Some(change.file) {
                    self.rename(*from, *to);
                }
            }
        }
    }
}

fn lost(counts: &mut Counts) {
    counts.bit(FaultKind::LostWrite);
    counts.effect(FaultKind::LostWrite);
}

/// What an opening node reads.
impl Storage for SimDisk {
    fn len(&mut self, file: FileName) -> Result<Option<u64>, DiskError> {
        Ok(self.find(file).map(|file| self.files[file as usize].len() as u64))
    }

    fn read(&mut self, file: FileName, offset: u64, buffer: &mut [u8]) -> Result<usize, DiskError> {
        Ok(self.read_at(file, offset, buffer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: FileName = FileName::new("log");
    const NEW: FileName = FileName::new("log.new");

    /// A choice of [`site::CRASH_WRITE`].
    const WHOLE: u64 = 0;
    const ABSENT: u64 = 1;
    const TORN: u64 = 2;

    fn append(disk: &mut SimDisk, file: FileName, bytes: &[u8]) {
        disk.write(DiskWrite::Append { file, bytes });
    }

    fn sync(disk: &mut SimDisk, file: FileName) {
        let (file, upto) = disk.sync_point(file);
        disk.synced(file, upto);
    }

    /// Crashes; the choices are for changes in order, the making of a file included.
    fn crash(disk: &mut SimDisk, choices: &[u64]) {
        disk.crash(0, &mut Tape::scripted(choices.to_vec()), &mut Counts::default());
    }

    fn content(disk: &SimDisk, file: FileName) -> Option<Vec<u8>> {
        disk.find(file).map(|file| disk.files[file as usize].clone())
    }

    #[test]
    fn a_crash_keeps_what_was_synced_and_may_lose_the_rest() {
        let mut disk = SimDisk::default();
        append(&mut disk, LOG, b"one");
        sync(&mut disk, LOG);
        append(&mut disk, LOG, b"two");
        crash(&mut disk, &[ABSENT]);
        assert_eq!(content(&disk, LOG).as_deref(), Some(&b"one"[..]));
    }

    #[test]
    fn a_later_write_may_survive_without_an_earlier_one() {
        let mut disk = SimDisk::default();
        append(&mut disk, LOG, b"aa");
        append(&mut disk, LOG, b"bb");
        crash(&mut disk, &[WHOLE, ABSENT, WHOLE]);
        assert_eq!(content(&disk, LOG).as_deref(), Some(&b"\0\0bb"[..]));
    }

    #[test]
    fn a_torn_write_keeps_some_of_its_sectors() {
        let mut disk = SimDisk::default();
        append(&mut disk, LOG, &[7; 1_500]);
        crash(&mut disk, &[WHOLE, TORN, 1, 0, 1]);
        let mut torn = vec![0; 512];
        torn.extend([7; 512]);
        assert_eq!(content(&disk, LOG), Some(torn));
    }

    #[test]
    fn an_overwrite_that_is_lost_gives_back_what_was_there() {
        let mut disk = SimDisk::default();
        append(&mut disk, LOG, b"abcdef");
        sync(&mut disk, LOG);
        disk.write(DiskWrite::WriteAt { file: LOG, offset: 4, bytes: b"XYZ" });
        disk.write(DiskWrite::Truncate { file: LOG, len: 2 });
        disk.write(DiskWrite::Truncate { file: LOG, len: 9 });
        crash(&mut disk, &[ABSENT, ABSENT, ABSENT]);
        assert_eq!(content(&disk, LOG).as_deref(), Some(&b"abcdef"[..]));
    }

    #[test]
    fn a_rename_is_whole_or_not_at_all() {
        let build = || {
            let mut disk = SimDisk::default();
            append(&mut disk, LOG, b"old");
            append(&mut disk, NEW, b"new");
            sync(&mut disk, LOG);
            sync(&mut disk, NEW);
            disk.write(DiskWrite::Rename { from: NEW, to: LOG });
            disk
        };
        let mut kept = build();
        crash(&mut kept, &[WHOLE]);
        assert_eq!(content(&kept, LOG).as_deref(), Some(&b"new"[..]));
        assert_eq!(content(&kept, NEW), None);
        let mut lost = build();
        crash(&mut lost, &[ABSENT]);
        assert_eq!(content(&lost, LOG).as_deref(), Some(&b"old"[..]));
        assert_eq!(content(&lost, NEW).as_deref(), Some(&b"new"[..]));
    }

    #[test]
    fn a_sync_covers_what_was_asked_for_before_it_and_only_its_file() {
        let mut disk = SimDisk::default();
        append(&mut disk, LOG, b"a");
        append(&mut disk, NEW, b"x");
        let (file, upto) = disk.sync_point(LOG);
        append(&mut disk, LOG, b"b");
        disk.synced(file, upto);
        crash(&mut disk, &[ABSENT, ABSENT, ABSENT]);
        assert_eq!(content(&disk, LOG).as_deref(), Some(&b"a"[..]));
        assert_eq!(content(&disk, NEW), None, "it was never there");
    }

    #[test]
    fn a_name_given_away_and_taken_again_goes_back_to_its_first_file() {
        let mut disk = SimDisk::default();
        append(&mut disk, LOG, b"old");
        append(&mut disk, NEW, b"new");
        sync(&mut disk, LOG);
        sync(&mut disk, NEW);
        disk.write(DiskWrite::Rename { from: NEW, to: LOG });
        append(&mut disk, NEW, b"newer");
        crash(&mut disk, &[ABSENT, WHOLE, WHOLE]);
        assert_eq!(content(&disk, LOG).as_deref(), Some(&b"old"[..]));
        assert_eq!(content(&disk, NEW).as_deref(), Some(&b"new"[..]));
        assert_eq!(disk.names.len(), 2, "{:?}", disk.names);
    }

    #[test]
    fn what_a_rename_replaces_is_used_again_once_it_is_synced() {
        let mut disk = SimDisk::default();
        for round in 0..100_u8 {
            append(&mut disk, LOG, b"not synced");
            append(&mut disk, NEW, &[round; 100]);
            sync(&mut disk, NEW);
            disk.write(DiskWrite::Rename { from: NEW, to: LOG });
            sync(&mut disk, LOG);
            assert_eq!(content(&disk, LOG), Some(vec![round; 100]));
        }
        assert!(disk.files.len() <= 3, "{} contents are kept", disk.files.len());
        assert!(disk.unsynced.is_empty(), "{:?}", disk.unsynced);
    }

    #[test]
    fn a_reset_disk_is_empty() {
        let mut disk = SimDisk::default();
        append(&mut disk, LOG, b"a");
        disk.reset();
        assert_eq!(disk.len(LOG), Ok(None));
        append(&mut disk, LOG, b"b");
        let mut buffer = [0; 8];
        assert_eq!(disk.read_at(LOG, 0, &mut buffer), 1);
        assert_eq!(buffer[0], b'b');
    }
}
