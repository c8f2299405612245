//! The numbers of a member's lives, by which the requests that it has passed on in one are told from those of another.
//!
//! Lives are counted in a file: it grows by a byte with each, and the byte says whose the disk is. A disk that has replaced another does not
//! know how many lives there were before it, and a leader takes a lower number for a former life, whose requests nobody waits for. So
//! such a disk counts in an *era* of its own: the upper half of the number, drawn when it is first used. A leader keeps eras apart.
//!
//! A node is told for ever after that its disk was replaced. It means nothing where lives were counted from the first: then the disk is the
//! old one, and it was something else that was lost.

use seatrial_node::{Disk, FileName, Io, Node, NodeId, OpenError};

/// As many bytes as this node has had lives in which it could forward.
pub(crate) const LIVES: FileName = FileName::new("lives");

/// The same on a disk that has replaced another; the era comes first.
pub(crate) const NEW_LIVES: FileName = FileName::new("lives-anew");

/// The era's bytes, and the byte before them that says whose they are.
const HEAD: u64 = 1 + 4;

/// Eras are numbered from 1; no disk has era 0 but a member's first.
const ERAS: u64 = (1 << 31) - 1;

/// In which era a life is.
pub(crate) const fn era(life: u64) -> u32 {
    (life >> 32) as u32
}

/// What the disk knows of lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lives {
    /// So many, and none on another disk.
    First(u64),
    /// There were others on another disk. In this era there were so many.
    Anew { era: u32, lives: u64 },
    /// There were others on another disk, and none on this one.
    New,
}

impl Lives {
    /// # Errors
    /// Where the disk cannot tell, or tells of another node.
    pub(crate) fn open(disk: &mut Disk<'_>, replaced: bool) -> Result<Self, OpenError> {
        let first = count(disk, LIVES)?;
        if !replaced || first > 0 {
            return Ok(Self::First(first));
        }
        let lives = count(disk, NEW_LIVES)?.saturating_sub(HEAD);
        let mut head = [0; HEAD as usize];
        disk.read(NEW_LIVES, 0, &mut head)?;
        let [_, era @ ..] = head;
        match u32::from_le_bytes(era) & ERAS as u32 {
            // Damaged, or a crash has taken it before it was used: another one is as good.
            0 => Ok(Self::New),
            era => Ok(Self::Anew { era, lives }),
        }
    }

    /// Writes down that one more begins, and returns its number. It may be used once the [file](Lives::file) is synced.
    pub(crate) fn begin<N: Node>(&mut self, io: &mut Io<'_, N>) -> u64 {
        let owner = owner_byte(io.me());
        match self {
            Self::First(lives) => {
                io.append(LIVES, &[owner]);
                *lives += 1;
                *lives
            }
            Self::Anew { era, lives } => {
                io.append(NEW_LIVES, &[owner]);
                *lives += 1;
                (u64::from(*era) << 32) + *lives
            }
            Self::New => {
                let era = io.choose("era of a new disk", ERAS) as u32 + 1;
                let [a, b, c, d] = era.to_le_bytes();
                io.write_at(NEW_LIVES, 0, &[owner, a, b, c, d, owner]);
                *self = Self::Anew { era, lives: 1 };
                (u64::from(era) << 32) + 1
            }
        }
    }

    /// What is to be synced before a life's number is used.
    pub(crate) const fn file(&self) -> FileName {
        match self {
            Self::First(_) => LIVES,
            Self::Anew { .. } | Self::New => NEW_LIVES,
        }
    }
}

/// How many bytes the file has.
fn count(disk: &mut Disk<'_>, file: FileName) -> Result<u64, OpenError> {
    let mut first = [0];
    if let Some(me) = disk.owner()
        && disk.read(file, 0, &mut first)? == 1
        && ![0, owner_byte(me)].contains(&first[0])
    {
        return Err(OpenError::Corrupt(format!("{file}: this is not the disk of {me}")));
    }
    Ok(disk.len(file)?.unwrap_or(0))
}

/// Tells nodes of a cluster apart, as far as there are no more than 255 of them. A byte that was never synced may read as zero, which is
/// nobody's: then the disk does not say here whose it is.
const fn owner_byte(node: NodeId) -> u8 {
    (node.0 % 255) as u8 + 1
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use seatrial_node::{DiskError, Storage};

    use super::*;

    /// The disk of `n2`.
    #[derive(Default)]
    struct Files(BTreeMap<FileName, Vec<u8>>);

    impl Storage for Files {
        fn owner(&self) -> Option<NodeId> {
            Some(NodeId(2))
        }

        fn len(&mut self, file: FileName) -> Result<Option<u64>, DiskError> {
            Ok(self.0.get(&file).map(|bytes| bytes.len() as u64))
        }

        fn read(&mut self, file: FileName, at: u64, into: &mut [u8]) -> Result<usize, DiskError> {
            let bytes = self.0.get(&file).map_or(&[][..], Vec::as_slice);
            let bytes = &bytes[(at as usize).min(bytes.len())..];
            let len = bytes.len().min(into.len());
            into[..len].copy_from_slice(&bytes[..len]);
            Ok(len)
        }
    }

    fn open(files: &[(FileName, &[u8])], replaced: bool) -> Result<Lives, OpenError> {
        let files = files.iter().map(|(name, bytes)| (*name, bytes.to_vec())).collect();
        Lives::open(&mut Disk::new(&mut Files(files)), replaced)
    }

    const MINE: u8 = owner_byte(NodeId(2));

    #[test]
    fn lives_are_counted_on_and_a_new_disk_counts_in_an_era_of_its_own() {
        assert_eq!(open(&[], false), Ok(Lives::First(0)));
        assert_eq!(open(&[(LIVES, &[MINE; 4])], false), Ok(Lives::First(4)));
        assert_eq!(open(&[], true), Ok(Lives::New));
        let begun = [MINE, 7, 0, 0, 0, MINE, MINE];
        assert_eq!(open(&[(NEW_LIVES, &begun)], true), Ok(Lives::Anew { era: 7, lives: 2 }));
    }

    #[test]
    fn a_disk_that_has_lives_from_the_first_on_is_no_new_one() {
        assert_eq!(open(&[(LIVES, &[MINE; 4])], true), Ok(Lives::First(4)));
    }

    #[test]
    fn an_era_that_was_never_written_whole_is_drawn_again() {
        for begun in [&[MINE][..], &[MINE, 0, 0, 0, 0, 0]] {
            assert_eq!(open(&[(NEW_LIVES, begun)], true), Ok(Lives::New));
        }
    }

    #[test]
    fn a_disk_that_says_to_be_anothers_is_refused_and_one_that_does_not_say_is_not() {
        for file in [LIVES, NEW_LIVES] {
            let open = |byte| open(&[(file, &[byte])], true);
            assert!(open(MINE).is_ok() && open(0).is_ok());
            assert!(matches!(open(owner_byte(NodeId(1))), Err(OpenError::Corrupt(_))));
        }
    }
}
