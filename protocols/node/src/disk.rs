//! A node's disk: named files of bytes, whose writes last only once a sync has said so.
//!
//! While a node opens, it reads through [`Disk`], at once. While it runs, it writes, syncs and reads through
//! [`Io`](crate::Io), and completions come back as inputs. What holds after a crash:
//!
//! - Everything that a completed, successful sync of a file covered is there.
//! - A write that no completed sync covered may be there whole, in part (any of its 512-byte sectors), or not at all, and may
//!   be there although an earlier unsynced write is not.
//! - A rename is atomic: afterwards the file is under the new name with what was synced, or under the old one as if never renamed.

use std::fmt;

use crate::NodeId;

/// The name of a file on a node's disk: up to [`FileName::MAX_LEN`] bytes of lower-case letters, digits, `-`, `_`, `.` and
/// `/`. It is stored in place, so that layers can prefix it without allocating.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName {
    len: u8,
    bytes: [u8; Self::MAX_LEN],
}

impl FileName {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 47;

    /// A name, checked when it is made.
    ///
    /// # Panics
    /// Where the name is empty, too long, or has other characters. Names are constants of a protocol, so in a `const` this
    /// is an error of compilation.
    pub const fn new(name: &str) -> Self {
        let source = name.as_bytes();
        assert!(!source.is_empty(), "a file name must not be empty");
        assert!(source.len() <= Self::MAX_LEN, "a file name has at most 47 bytes");
        let mut bytes = [0; Self::MAX_LEN];
        let mut i = 0;
        while i < source.len() {
            let byte = source[i];
            let allowed = matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/');
            assert!(
                allowed,
                "a file name has lower-case letters, digits, '-', '_', '.' and '/' only"
            );
            bytes[i] = byte;
            i += 1;
        }
        Self { len: source.len() as u8, bytes }
    }

    /// The same file in the folder of a child: `folder/name`. An empty folder changes nothing.
    ///
    /// # Panics
    /// Where the whole is longer than [`FileName::MAX_LEN`]: layers are nested too deeply for their names.
    #[must_use]
    pub fn within(self, folder: &str) -> Self {
        if folder.is_empty() {
            return self;
        }
        let len = folder.len() + 1 + usize::from(self.len);
        assert!(len <= Self::MAX_LEN, "{folder}/{self} is longer than {} bytes", Self::MAX_LEN);
        let mut bytes = [0; Self::MAX_LEN];
        bytes[..folder.len()].copy_from_slice(folder.as_bytes());
        bytes[folder.len()] = b'/';
        bytes[folder.len() + 1..len].copy_from_slice(&self.bytes[..usize::from(self.len)]);
        Self { len: len as u8, bytes }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..usize::from(self.len)]).unwrap_or_default()
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

/// Why a disk did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DiskError {
    /// The bytes cannot be read.
    Unreadable,
    /// There is no room for the write.
    Full,
    /// The sync failed. What it should have covered may or may not last, and a later sync that succeeds does not change that:
    /// the node must write it again or stop.
    SyncFailed,
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreadable => "the bytes cannot be read",
            Self::Full => "the disk is full",
            Self::SyncFailed => "the sync failed: what it covered may be lost",
        })
    }
}

impl std::error::Error for DiskError {}

/// One change to a file, as a node asks it of its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskWrite<'a> {
    /// Adds bytes at the end of the file, which is made if it does not exist.
    Append {
        /// The file to grow.
        file: FileName,
        /// What is added.
        bytes: &'a [u8],
    },
    /// Puts bytes at a place in the file, which grows as needed; a gap reads as zeros.
    WriteAt {
        /// The file to change.
        file: FileName,
        /// Where the first byte goes.
        offset: u64,
        /// What is put there.
        bytes: &'a [u8],
    },
    /// Cuts the file to this length, or fills it up with zeros.
    Truncate {
        /// The file to cut.
        file: FileName,
        /// Its length from now on.
        len: u64,
    },
    /// Gives the file another name; a file that had that name is gone.
    Rename {
        /// The name until now.
        from: FileName,
        /// The name from now on.
        to: FileName,
    },
}

/// Says what is done, without the bytes: `append 24 bytes to log`.
impl fmt::Display for DiskWrite<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Append { file, bytes } => write!(f, "append {} bytes to {file}", bytes.len()),
            Self::WriteAt { file, offset, bytes } => {
                write!(f, "write {} bytes at {offset} of {file}", bytes.len())
            }
            Self::Truncate { file, len } => write!(f, "truncate {file} to {len} bytes"),
            Self::Rename { from, to } => write!(f, "rename {from} to {to}"),
        }
    }
}

impl DiskWrite<'_> {
    /// The same change by a child whose files are in this folder.
    #[must_use]
    pub(crate) fn within(self, folder: &str) -> Self {
        match self {
            Self::Append { file, bytes } => Self::Append { file: file.within(folder), bytes },
            Self::WriteAt { file, offset, bytes } => {
                Self::WriteAt { file: file.within(folder), offset, bytes }
            }
            Self::Truncate { file, len } => Self::Truncate { file: file.within(folder), len },
            Self::Rename { from, to } => {
                Self::Rename { from: from.within(folder), to: to.within(folder) }
            }
        }
    }
}

/// What a host implements to let a node read while it opens.
pub trait Storage {
    /// How many bytes the file has; `None` where there is no such file.
    ///
    /// # Errors
    /// Where the disk cannot tell.
    fn len(&mut self, file: FileName) -> Result<Option<u64>, DiskError>;

    /// Fills the buffer from that place in the file, as far as the file reaches, and returns how many bytes that was.
    ///
    /// # Errors
    /// Where the bytes cannot be read. What the buffer holds then is of no meaning.
    fn read(&mut self, file: FileName, offset: u64, buffer: &mut [u8]) -> Result<usize, DiskError>;

    /// The node that is being opened, where the host says so. A node that writes its name on its disk can tell by this that it was
    /// given another's, and refuse it.
    fn owner(&self) -> Option<NodeId> {
        None
    }

    /// Is told what is not as it should be with a file, and what the node makes of it, for the people who run it. Nothing that the node
    /// does depends on who listens.
    fn notice(&mut self, file: FileName, what: fmt::Arguments<'_>) {
        let _ = (file, what);
    }

    /// Keeps a copy of a file, as it is now, for the people who run the node: it is damaged, and what is damaged of it is about to go. Returns
    /// where the copy is, in the host's words; `None` where there is no such file, or where the host has no people. The node never sees it.
    ///
    /// # Errors
    /// Where the copy cannot be made.
    fn set_aside(&mut self, file: FileName) -> Result<Option<String>, DiskError> {
        let _ = file;
        Ok(None)
    }
}

/// The disk as an opening node sees it: files that a former life has left behind, to be read piece by piece.
pub struct Disk<'a> {
    storage: &'a mut dyn Storage,
    folder: FolderPath,
}

impl<'a> Disk<'a> {
    /// A host's storage, as the outermost layer of a node sees it.
    pub fn new(storage: &'a mut dyn Storage) -> Self {
        Self { storage, folder: FolderPath::ROOT }
    }

    /// The same disk as a child sees it that runs in this folder; the name is the one given to [`Io::child`](crate::Io::child).
    pub fn child(&mut self, folder: &str) -> Disk<'_> {
        Disk { folder: self.folder.join(folder), storage: &mut *self.storage }
    }

    /// How many bytes the file has; `None` where there is no such file.
    ///
    /// # Errors
    /// Where the disk cannot tell.
    pub fn len(&mut self, file: FileName) -> Result<Option<u64>, DiskError> {
        self.storage.len(self.folder.file(file))
    }

    /// Fills the buffer from that place in the file, as far as the file reaches, and returns how many bytes that was. A file
    /// that does not exist reads as empty.
    ///
    /// # Errors
    /// Where the bytes cannot be read.
    pub fn read(
        &mut self,
        file: FileName,
        offset: u64,
        buffer: &mut [u8],
    ) -> Result<usize, DiskError> {
        self.storage.read(self.folder.file(file), offset, buffer)
    }

    /// The node that is being opened, where the host says so: whose disk this ought to be, not whose it is. A disk that was put
    /// into another machine holds a node's files all the same.
    pub fn owner(&self) -> Option<NodeId> {
        self.storage.owner()
    }

    /// Tells the people who run the node what is not as it should be with a file, and what the node makes of it.
    pub fn notice(&mut self, file: FileName, what: fmt::Arguments<'_>) {
        self.storage.notice(self.folder.file(file), what);
    }

    /// Keeps a copy of a damaged file, as it is now, for the people who run the node, and tells them where, and what the node makes of the
    /// damage.
    ///
    /// # Errors
    /// Where the copy cannot be made: then the node had better not open, and so not touch the file.
    pub fn set_aside(&mut self, file: FileName, what: fmt::Arguments<'_>) -> Result<(), DiskError> {
        match self.storage.set_aside(self.folder.file(file))? {
            Some(copy) => self.notice(file, format_args!("{what}; it is kept as it was in {copy}")),
            None => self.notice(file, what),
        }
        Ok(())
    }
}

impl fmt::Debug for Disk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("folder", &self.folder.0).finish_non_exhaustive()
    }
}

/// The folder of a layer within its node's disk.
#[derive(Clone, Copy)]
pub(crate) struct FolderPath(Option<FileName>);

impl FolderPath {
    pub(crate) const ROOT: Self = Self(None);

    pub(crate) fn join(self, folder: &str) -> Self {
        match (self.0, folder.is_empty()) {
            (_, true) => self,
            (None, false) => Self(Some(FileName::new(folder))),
            (Some(above), false) => Self(Some(FileName::new(folder).within(above.as_str()))),
        }
    }

    pub(crate) fn file(self, file: FileName) -> FileName {
        match self.0 {
            None => file,
            Some(folder) => file.within(folder.as_str()),
        }
    }
}

/// An empty disk, for nodes that keep nothing and for tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoStorage;

impl Storage for NoStorage {
    fn len(&mut self, _: FileName) -> Result<Option<u64>, DiskError> {
        Ok(None)
    }

    fn read(&mut self, _: FileName, _: u64, _: &mut [u8]) -> Result<usize, DiskError> {
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_and_can_be_moved_into_folders() {
        let name = FileName::new("log-01");
        assert_eq!(name.as_str(), "log-01");
        assert_eq!(name.within("raft").within("orders").as_str(), "orders/raft/log-01");
        assert_eq!(name.within(""), name);
    }

    #[test]
    fn nested_folders_name_the_outermost_first() {
        let path = FolderPath::ROOT.join("orders").join("").join("raft");
        assert_eq!(path.file(FileName::new("log")).as_str(), "orders/raft/log");
    }

    #[test]
    fn every_layer_sees_who_is_being_opened_where_the_host_says_so() {
        struct Of(NodeId);
        impl Storage for Of {
            fn len(&mut self, _: FileName) -> Result<Option<u64>, DiskError> {
                Ok(None)
            }

            fn read(&mut self, _: FileName, _: u64, _: &mut [u8]) -> Result<usize, DiskError> {
                Ok(0)
            }

            fn owner(&self) -> Option<NodeId> {
                Some(self.0)
            }
        }
        let mut disk = Of(NodeId(3));
        assert_eq!(Disk::new(&mut disk).child("raft").owner(), Some(NodeId(3)));
        assert_eq!(Disk::new(&mut NoStorage).owner(), None);
    }

    #[test]
    #[should_panic(expected = "lower-case letters")]
    fn a_name_with_other_characters_is_refused() {
        FileName::new("Log 1");
    }

    #[test]
    #[should_panic(expected = "longer than 47 bytes")]
    fn folders_nested_too_deeply_are_refused() {
        let _ = FileName::new("a-name-of-twenty-six-bytes").within("a-folder-of-twenty-six-byte");
    }
}
