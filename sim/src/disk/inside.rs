//! What is on a disk, for somebody who looks.

use super::{Fate, SimDisk, Undo};
use crate::inspect::{Change, FileInside};

impl SimDisk {
    /// All files by name, each with what a crash may undo.
    pub(crate) fn inside(&self) -> Vec<FileInside> {
        let mut files: Vec<FileInside> = (self.names.iter())
            .map(|(name, file)| {
                let open = self.unsynced.iter();
                let open = open.filter(|change| change.file == *file && change.fate != Fate::Lasts);
                FileInside {
                    name: *name,
                    content: self.files[*file as usize].clone(),
                    unsynced: open.map(|change| change.undo.told()).collect(),
                }
            })
            .collect();
        files.sort_by_key(|file| file.name);
        files
    }
}

impl Undo {
    /// The change that it takes back.
    const fn told(&self) -> Change {
        match self {
            Self::Create { .. } => Change::Made,
            Self::Write { offset, end, .. } => Change::Written { from: *offset, to: *end },
            Self::Truncate { to, len, .. } => Change::Resized { from: *len, to: *to },
            Self::Rename { from, .. } => Change::Renamed { from: *from },
        }
    }
}
