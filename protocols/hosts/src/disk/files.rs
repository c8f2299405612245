//! The contract's disk on real files: writes, renames, reads and syncs as the operating system has them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::time::Duration;

use seatrial_node::{DiskError, DiskWrite, FileName, NodeId, Storage};
use tracing::{error, warn};

use super::DataDir;
use super::aside;
use super::directory::sync_folder;
use super::trouble::Trouble;

/// A node's files in its data directory.
#[derive(Debug)]
pub struct Files {
    folder: PathBuf,
    owner: NodeId,
    durable: bool,
    open: BTreeMap<FileName, File>,
    /// What a write to this file has failed with, to be told with its next sync.
    failed: BTreeMap<FileName, DiskError>,
    /// Names have come or gone that no sync of the folder has covered.
    names_changed: bool,
    trouble: Trouble,
    directory: DataDir,
}

impl Files {
    /// The files in this directory. Where `durable` is false a sync is said to be done at once, and a power failure may take anything.
    pub fn new(directory: DataDir, owner: NodeId, durable: bool) -> Self {
        Self {
            folder: directory.files(),
            owner,
            durable,
            open: BTreeMap::new(),
            failed: BTreeMap::new(),
            // A former life may have made names, too, and not lived to sync them.
            names_changed: true,
            trouble: Trouble::default(),
            directory,
        }
    }

    /// Does this. What fails is told with the next sync of the file, as the contract has it, and written to the log at once.
    pub(super) fn write(&mut self, write: &DiskWrite<'_>) {
        let (file, done) = match *write {
            DiskWrite::Append { file, bytes } => {
                let put = |open: &File| open.write_all_at(bytes, open.metadata()?.len());
                (file, self.opened(file).and_then(put))
            }
            DiskWrite::WriteAt { file, offset, bytes } => {
                (file, self.opened(file).and_then(|open| open.write_all_at(bytes, offset)))
            }
            DiskWrite::Truncate { file, len } => {
                (file, self.opened(file).and_then(|open| open.set_len(len)))
            }
            DiskWrite::Rename { from, to } => (to, self.rename(from, to)),
        };
        if let Err(error) = done {
            let path = self.path(file);
            self.trouble.failed(&path, format_args!("a write ({write})"), &error);
            let told = if is_full(&error) { DiskError::Full } else { DiskError::SyncFailed };
            self.failed.entry(file).or_insert(told);
        }
    }

    /// What a write to this file has failed with since this was asked last.
    pub(super) fn take_failure(&mut self, file: FileName) -> Option<DiskError> {
        self.failed.remove(&file)
    }

    /// A round of jobs is done; of the syncs in it, some failed or all are well. Returns how long the disk is to be left in peace.
    pub(super) fn after_round(&mut self, has_failed: bool, has_synced: bool) -> Duration {
        self.trouble.after(has_failed, has_synced)
    }

    /// Makes these files last, and all names in the folder, and has them missed from now on. Returns those of which it is not known.
    pub(super) fn sync(&mut self, files: &BTreeSet<FileName>) -> BTreeSet<FileName> {
        let mut failed = if self.durable { self.make_last(files) } else { BTreeSet::new() };
        let kept = files.difference(&failed).map(|file| on_disk(*file)).collect::<Vec<_>>();
        if let Err(error) = self.directory.names().add(&kept, self.durable) {
            self.trouble.failed(&self.folder, format_args!("a write (the list of files)"), &error);
            failed.extend(files);
        }
        failed
    }

    fn make_last(&mut self, files: &BTreeSet<FileName>) -> BTreeSet<FileName> {
        let mut failed = BTreeSet::new();
        for &file in files {
            // Of a file that is not there only its absence can last.
            if !self.open.contains_key(&file) && !self.path(file).exists() {
                continue;
            }
            if let Err(error) = self.opened(file).and_then(File::sync_data) {
                self.trouble.failed(&self.path(file), format_args!("a sync"), &error);
                failed.insert(file);
            }
        }
        if self.names_changed {
            match sync_folder(&self.folder) {
                Ok(()) => self.names_changed = false,
                Err(error) => {
                    self.trouble.failed(&self.folder, format_args!("a sync of the folder"), &error);
                    failed.extend(files);
                }
            }
        }
        failed
    }

    /// A part of a file, as long as it reaches.
    pub(super) fn read_part(
        &mut self,
        file: FileName,
        offset: u64,
        len: usize,
    ) -> Result<Vec<u8>, DiskError> {
        let rest = self.len(file)?.unwrap_or(0).saturating_sub(offset);
        let len = usize::try_from(rest).map_or(len, |rest| rest.min(len));
        let mut bytes = vec![0; len];
        let read = self.read(file, offset, &mut bytes)?;
        bytes.truncate(read);
        Ok(bytes)
    }

    /// The open file of that name, which is made where there is none.
    fn opened(&mut self, file: FileName) -> io::Result<&File> {
        if !self.open.contains_key(&file) {
            let path = self.path(file);
            self.names_changed |= !path.exists();
            let mut options = OpenOptions::new();
            let options = options.read(true).write(true).create(true).truncate(false);
            self.open.insert(file, options.open(path)?);
        }
        Ok(&self.open[&file])
    }

    fn rename(&mut self, from: FileName, to: FileName) -> io::Result<()> {
        // First: a name that is listed and gone is one that was taken away.
        self.directory.names().remove(&on_disk(from), self.durable)?;
        fs::rename(self.path(from), self.path(to))?;
        self.names_changed = true;
        self.open.remove(&to);
        self.failed.remove(&to);
        if let Some(open) = self.open.remove(&from) {
            self.open.insert(to, open);
        }
        if let Some(failure) = self.failed.remove(&from) {
            self.failed.insert(to, failure);
        }
        Ok(())
    }

    fn path(&self, file: FileName) -> PathBuf {
        self.folder.join(on_disk(file))
    }

    fn unreadable(&self, file: FileName, error: &io::Error) -> DiskError {
        error!(path = %self.path(file).display(), %error, "a read failed");
        DiskError::Unreadable
    }
}

impl Storage for Files {
    fn len(&mut self, file: FileName) -> Result<Option<u64>, DiskError> {
        match fs::metadata(self.path(file)) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.unreadable(file, &error)),
        }
    }

    fn read(&mut self, file: FileName, offset: u64, buffer: &mut [u8]) -> Result<usize, DiskError> {
        if self.len(file)?.is_none() {
            return Ok(0);
        }
        let mut fill = || {
            let open = self.opened(file)?;
            let mut read = 0;
            while read < buffer.len() {
                match open.read_at(&mut buffer[read..], offset + read as u64) {
                    Ok(0) => break,
                    Ok(count) => read += count,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(read)
        };
        fill().map_err(|error| self.unreadable(file, &error))
    }

    fn owner(&self) -> Option<NodeId> {
        Some(self.owner)
    }

    fn notice(&mut self, file: FileName, what: std::fmt::Arguments<'_>) {
        warn!(path = %self.path(file).display(), "{what}");
    }

    fn set_aside(&mut self, file: FileName) -> Result<Option<String>, DiskError> {
        let path = self.path(file);
        let kept = aside::keep(&path).map_err(|error| {
            let path = path.display();
            error!(%path, %error, "this file is damaged, and a copy of it cannot be kept");
            if is_full(&error) { DiskError::Full } else { DiskError::Unreadable }
        })?;
        Ok(kept.map(|copy| copy.display().to_string()))
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// The name that a file has in the folder.
fn on_disk(file: FileName) -> String {
    let name = file.as_str().replace('/', "+");
    // `.` and `..` are no files; `=` is in no name.
    if name.starts_with('.') { format!("={name}") } else { name }
}
