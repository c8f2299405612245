//! Places on a disk that a fault may strike: bytes that no crash could touch.

use seatrial_node::FileName;

use super::{Fate, SECTOR, SimDisk, Undo};
use crate::tape::Tape;

/// Where a fault strikes: a file's name and content, and from where to where its settled bytes go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) name: FileName,
    pub(super) file: u32,
    pub(super) at: u64,
    pub(super) end: u64,
}

/// From the first byte to the one after the last.
type Range = (u64, u64);

impl SimDisk {
    /// The files with any settled byte, by name.
    pub(crate) fn settled_files(&self) -> Vec<FileName> {
        let settled = self.names.iter().filter(|(_, file)| !self.settled(*file).is_empty());
        let mut files: Vec<FileName> = settled.map(|(name, _)| *name).collect();
        files.sort_unstable();
        files
    }

    /// A settled byte of a file whose name begins like this, by chance: first the file, then the byte.
    pub(super) fn place(&self, like: &str, node: u32, tape: &mut Tape) -> Option<Place> {
        let of = |(name, file): &(FileName, u32)| (*name, *file, self.settled(*file));
        let named = self.names.iter().filter(|(name, _)| name.as_str().starts_with(like));
        let files: Vec<(FileName, u32, Vec<Range>)> =
            named.map(of).filter(|(.., ranges)| !ranges.is_empty()).collect();
        if files.is_empty() {
            return None;
        }
        let site = tape.site("disk fault: file");
        let (name, file, ranges) = &files[tape.choose(site, node, files.len() as u64) as usize];
        let all: u64 = ranges.iter().map(|(from, to)| to - from).sum();
        let site = tape.site("disk fault: byte");
        let mut left = tape.choose(site, node, all);
        for (from, to) in ranges {
            if left < to - from {
                return Some(Place { name: *name, file: *file, at: from + left, end: *to });
            }
            left -= to - from;
        }
        unreachable!("a byte was chosen below the number of all bytes")
    }

    /// The same, moved to where its sector begins, as far as that is settled.
    pub(super) fn sector(&self, like: &str, node: u32, tape: &mut Tape) -> Option<Place> {
        let place = self.place(like, node, tape)?;
        let ranges = self.settled(place.file);
        let range = ranges.iter().find(|(from, to)| (*from..*to).contains(&place.at));
        let from = range.map_or(place.at, |(from, _)| *from);
        Some(Place { at: (place.at / SECTOR * SECTOR).max(from), ..place })
    }

    /// The parts of a content that no crash can touch, in order.
    fn settled(&self, file: u32) -> Vec<Range> {
        let len = self.files[file as usize].len() as u64;
        let mut ranges = vec![(0, len)];
        for change in &self.unsynced {
            if change.file != file || change.fate == Fate::Lasts {
                continue;
            }
            let (from, to) = match &change.undo {
                Undo::Create { .. } => (0, len),
                Undo::Write { offset, end, len, .. } => (*offset.min(len), *end),
                Undo::Truncate { to, len: before, .. } => (*to.min(before), len),
                Undo::Rename { .. } => continue,
            };
            let outside = |(a, b): Range| [(a, b.min(from)), (a.max(to), b)];
            ranges = ranges.into_iter().flat_map(outside).filter(|(a, b)| a < b).collect();
        }
        ranges.retain(|(a, b)| a < b);
        ranges
    }
}
