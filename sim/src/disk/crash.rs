//! What a crash leaves of what was not synced: each change whole, in part or not at all, as the tape says.

use super::{Fate, SECTOR, SimDisk, Undo, Unsynced};
use crate::counts::{Counts, FaultKind};
use crate::tape::{Tape, site};

impl SimDisk {
    /// The node has crashed: unsynced changes survive or not, as the tape says. Returns how many were open.
    pub(crate) fn crash(&mut self, node: u32, tape: &mut Tape, counts: &mut Counts) -> usize {
        let mut changes = std::mem::take(&mut self.unsynced);
        let redo: Vec<Vec<u8>> = changes.iter().rev().map(|change| self.undo(change)).collect();
        for (change, bytes) in changes.iter().zip(redo.iter().rev()) {
            if change.fate == Fate::Lasts {
                self.redo(change, bytes, |_| true);
                continue;
            }
            let creates = matches!(change.undo, Undo::Create { .. });
            if !creates {
                counts.asked(FaultKind::LostWrite);
            }
            let fate = tape.choose(site::CRASH_WRITE, node, 3);
            if fate > 0 && change.fate == Fate::Forsaken {
                self.trouble.damage();
            }
            match fate {
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
        self.trouble.crash();
        let (spare, names) = (&mut self.spare, &self.names);
        spare.clear();
        let named = |file: &u32| names.iter().any(|(_, of)| of == file);
        spare.extend((0..self.files.len() as u32).filter(|file| !named(file)));
        open
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
