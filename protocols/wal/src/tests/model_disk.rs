//! A disk in memory that knows what a crash may leave of it: the contract's words, as code.

use seatrial_node::{DiskError, DiskWrite, FileName, Storage, SyncToken};

/// What a disk keeps or loses as one.
pub(crate) const SECTOR: u64 = 512;

/// Named files, what of them lasts, and the changes that no sync has covered yet.
///
/// That a file exists lasts at once: to the log, a file without bytes is no different from none.
#[derive(Clone, Debug, Default)]
pub(crate) struct ModelDisk {
    files: Vec<File>,
    names: Vec<Name>,
    changes: Vec<Change>,
    syncs: Vec<Sync>,
    asked: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct File {
    /// As the running node sees it.
    now: Vec<u8>,
    /// What no crash can take.
    kept: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    name: FileName,
    now: Option<usize>,
    kept: Option<usize>,
}

/// A change that a crash may undo, or that came after such a one.
#[derive(Clone, Debug)]
struct Change {
    file: usize,
    what: What,
    fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// No sync has covered it.
    Open,
    /// A sync that should have covered it has failed: no later one does.
    GivenUp,
    /// A sync has covered it, but an earlier change, of its file or of names, is given up and has its place before it.
    Lasts,
}

#[derive(Clone, Debug)]
enum What {
    Write { offset: u64, bytes: Vec<u8> },
    Truncate { len: u64 },
    Rename { from: FileName, to: FileName },
}

#[derive(Clone, Debug)]
struct Sync {
    token: SyncToken,
    file: usize,
    /// How many of the changes at hand were asked for before it.
    covers: usize,
}

impl ModelDisk {
    /// A disk with one file, as a crash may have left it.
    pub(crate) fn with_file(name: FileName, bytes: Vec<u8>) -> Self {
        let file = File { now: bytes.clone(), kept: bytes };
        let name = Name { name, now: Some(0), kept: Some(0) };
        Self { files: vec![file], names: vec![name], ..Self::default() }
    }

    /// What the running node sees in a file.
    pub(crate) fn bytes(&self, name: FileName) -> &[u8] {
        self.find(name).map_or(&[], |file| &self.files[file].now)
    }

    /// Carries out one change, as seen by the running node. Whether it lasts is another matter.
    pub(crate) fn write(&mut self, write: DiskWrite<'_>) {
        let (file, what) = match write {
            DiskWrite::Append { file, bytes } => {
                let file = self.find_or_make(file);
                let offset = self.files[file].now.len() as u64;
                (file, What::Write { offset, bytes: bytes.to_vec() })
            }
            DiskWrite::WriteAt { file, offset, bytes } => {
                (self.find_or_make(file), What::Write { offset, bytes: bytes.to_vec() })
            }
            DiskWrite::Truncate { file, len } => (self.find_or_make(file), What::Truncate { len }),
            DiskWrite::Rename { from, to } => {
                let file = self.find(from).expect("a node renames a file that is there");
                (file, What::Rename { from, to })
            }
        };
        match &what {
            What::Rename { from, to } => {
                self.name(*from).now = None;
                self.name(*to).now = Some(file);
            }
            what => apply(&mut self.files[file].now, what, u64::MAX),
        }
        self.changes.push(Change { file, what, fate: Fate::Open });
    }

    /// Begins a sync.
    pub(crate) fn sync(&mut self, name: FileName) -> SyncToken {
        self.asked += 1;
        let token = SyncToken(self.asked);
        let file = self.find_or_make(name);
        self.syncs.push(Sync { token, file, covers: self.changes.len() });
        token
    }

    /// The sync that will be done next.
    pub(crate) fn next_sync(&self) -> Option<SyncToken> {
        self.syncs.first().map(|sync| sync.token)
    }

    /// Ends that sync: what it covers lasts, or, where it fails, may never last.
    pub(crate) fn end_sync(&mut self, result: Result<(), DiskError>) {
        let sync = self.syncs.remove(0);
        let changes = std::mem::take(&mut self.changes);
        let mut gone = Vec::new();
        let mut behind_given_up = false;
        for (i, mut change) in changes.into_iter().enumerate() {
            let related = change.file == sync.file || matches!(change.what, What::Rename { .. });
            behind_given_up |= related && change.fate == Fate::GivenUp;
            let covered = i < sync.covers && change.file == sync.file && change.fate == Fate::Open;
            if covered && result.is_ok() && !behind_given_up {
                self.keep(&change, u64::MAX);
                gone.push(i);
                continue;
            }
            if covered {
                change.fate = if result.is_ok() { Fate::Lasts } else { Fate::GivenUp };
            }
            self.changes.push(change);
        }
        for later in &mut self.syncs {
            later.covers -= gone.iter().filter(|i| **i < later.covers).count();
        }
    }

    /// For each change, in how many ways a crash can leave it. Where there is more than one, way 0 is as if it had never been
    /// asked for; of a write, way `w` keeps the sectors whose bits are set in `w`.
    pub(crate) fn ways(&self) -> impl Iterator<Item = u64> {
        self.changes.iter().map(|change| match &change.what {
            _ if change.fate == Fate::Lasts => 1,
            What::Write { offset, bytes } => {
                let last = (offset + bytes.len() as u64 - 1) / SECTOR;
                1 << (last - offset / SECTOR + 1)
            }
            What::Truncate { .. } | What::Rename { .. } => 2,
        })
    }

    /// The disk after a crash that left each change in that way, carried out in that order.
    pub(crate) fn crashed(&self, ways: &[u64], order: impl Iterator<Item = usize>) -> Self {
        let mut disk = Self { changes: Vec::new(), syncs: Vec::new(), ..self.clone() };
        for i in order {
            let change = &self.changes[i];
            disk.keep(change, if change.fate == Fate::Lasts { u64::MAX } else { ways[i] });
        }
        for file in &mut disk.files {
            file.now.clone_from(&file.kept);
        }
        for name in &mut disk.names {
            name.now = name.kept;
        }
        disk
    }

    /// What such a crash leaves of the first file, where nothing was renamed. The buffer is for reuse.
    pub(crate) fn crashed_bytes(&self, ways: &[u64], order: &[usize], bytes: &mut Vec<u8>) {
        bytes.clear();
        bytes.extend(self.files.first().map_or(&[][..], |file| &file.kept));
        for i in order {
            apply(bytes, &self.changes[*i].what, ways[*i]);
        }
    }

    fn keep(&mut self, change: &Change, sectors: u64) {
        match &change.what {
            _ if sectors == 0 => {}
            What::Rename { from, to } => {
                self.name(*from).kept = None;
                self.name(*to).kept = Some(change.file);
            }
            what => apply(&mut self.files[change.file].kept, what, sectors),
        }
    }

    fn find(&self, name: FileName) -> Option<usize> {
        self.names.iter().find(|known| known.name == name)?.now
    }

    fn find_or_make(&mut self, name: FileName) -> usize {
        if let Some(file) = self.find(name) {
            return file;
        }
        self.files.push(File::default());
        let file = self.files.len() - 1;
        let name = self.name(name);
        name.now = Some(file);
        name.kept = name.kept.or(Some(file));
        file
    }

    fn name(&mut self, name: FileName) -> &mut Name {
        let place = self.names.iter().position(|known| known.name == name).unwrap_or_else(|| {
            self.names.push(Name { name, now: None, kept: None });
            self.names.len() - 1
        });
        &mut self.names[place]
    }
}

/// Changes a file's bytes; of a write, only those sectors.
fn apply(bytes: &mut Vec<u8>, what: &What, sectors: u64) {
    match what {
        What::Write { offset, bytes: written } => {
            let end = offset + written.len() as u64;
            let first = offset / SECTOR;
            for sector in first..=(end - 1) / SECTOR {
                if sectors >> (sector - first).min(63) & 1 == 0 {
                    continue;
                }
                let from = (sector * SECTOR).max(*offset);
                let to = ((sector + 1) * SECTOR).min(end);
                if bytes.len() < to as usize {
                    bytes.resize(to as usize, 0);
                }
                let piece = &written[(from - offset) as usize..(to - offset) as usize];
                bytes[from as usize..to as usize].copy_from_slice(piece);
            }
        }
        What::Truncate { len } => bytes.resize(*len as usize, 0),
        What::Rename { .. } => {}
    }
}

impl Storage for ModelDisk {
    fn len(&mut self, file: FileName) -> Result<Option<u64>, DiskError> {
        Ok(self.find(file).map(|file| self.files[file].now.len() as u64))
    }

    fn read(&mut self, file: FileName, offset: u64, buffer: &mut [u8]) -> Result<usize, DiskError> {
        let bytes = self.bytes(file).get(offset as usize..).unwrap_or_default();
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        Ok(count)
    }
}
