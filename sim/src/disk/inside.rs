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

    /// What of this content a sync that is done now makes last, in words: `log, bytes 64 to 112`.
    pub(crate) fn covered(&self, file: u32, upto: u64) -> String {
        let changes = self.unsynced.iter().filter(|change| {
            change.file == file && change.number <= upto && change.fate == Fate::Open
        });
        let (mut written, mut length, mut name) = (None::<(u64, u64)>, None, false);
        for change in changes {
            match change.undo {
                Undo::Write { offset, end, .. } => {
                    let (from, to) = written.unwrap_or((offset, end));
                    written = Some((from.min(offset), to.max(end)));
                }
                Undo::Truncate { to, .. } => length = Some(to),
                Undo::Create { .. } | Undo::Rename { .. } => name = true,
            }
        }
        let parts = [
            written.map(|(from, to)| format!("bytes {from} to {to}")),
            length.map(|length| format!("its length of {length}")),
            name.then(|| "its name".to_owned()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let known = self.names.iter().find(|(_, content)| *content == file);
        let known = known.map_or_else(|| "a file that has no name".to_owned(), |k| k.0.to_string());
        match parts.as_slice() {
            [] => format!("{known}, where nothing was new"),
            parts => format!("{known}, {}", parts.join(" and ")),
        }
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
