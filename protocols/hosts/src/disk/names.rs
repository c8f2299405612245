//! The names of the files that have to be there: each that a node was told to have synced. One that was taken away is missed by its name.
//!
//! A node cannot miss them all by itself. Raft's mark says what is promised of the log, and a log without a mark is one of which nothing was
//! promised yet; whether there was a mark, only who keeps the folder knows.
//!
//! The names stand in `STAMP`, a line each, which is replaced whole and before the node hears of the sync. A file that is to take another's
//! place, `log.new`, is not among them: it comes and goes.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::directory::sync_folder;

pub(super) const STAMP: &str = "STAMP";
const NEW: &str = "STAMP.new";

/// The names of the files in this folder that have to be there.
#[derive(Debug)]
pub(super) struct Names {
    folder: PathBuf,
    listed: BTreeSet<String>,
}

impl Names {
    /// None yet.
    pub(super) fn none(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), listed: BTreeSet::new() }
    }

    /// What the folder's list says, where there is one.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn read(folder: &Path) -> io::Result<Option<Self>> {
        match fs::read_to_string(folder.join(STAMP)) {
            Ok(text) => {
                let listed = text.lines().map(str::to_owned).collect();
                Ok(Some(Self { folder: folder.to_owned(), listed }))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether this is a file of the node's, and not the list.
    pub(super) fn is_of_node(name: &str) -> bool {
        name != STAMP && name != NEW
    }

    /// The first that is not there.
    pub(super) fn missing(&self) -> Option<&str> {
        self.listed.iter().map(String::as_str).find(|name| !self.is_there(name))
    }

    /// Lists those of these names that are there and not listed. Where `durable` is false, a power failure may take that back.
    ///
    /// # Errors
    /// Where it cannot be written; they are not listed then.
    pub(super) fn add(&mut self, names: &[String], durable: bool) -> io::Result<()> {
        let is_new = |name: &&String| {
            !self.listed.contains(*name) && !name.ends_with(".new") && self.is_there(name)
        };
        let mut listed: BTreeSet<String> = names.iter().filter(is_new).cloned().collect();
        if listed.is_empty() {
            return Ok(());
        }
        listed.extend(self.listed.iter().cloned());
        self.replace(listed, durable)
    }

    /// Takes a name out that is about to go.
    ///
    /// # Errors
    /// As [`Names::add`].
    pub(super) fn remove(&mut self, name: &str, durable: bool) -> io::Result<()> {
        if !self.listed.contains(name) {
            return Ok(());
        }
        let left = self.listed.iter().filter(|listed| *listed != name).cloned().collect();
        self.replace(left, durable)
    }

    /// Writes the list of those that are there.
    ///
    /// # Errors
    /// As [`Names::add`].
    pub(super) fn forget_missing(&mut self) -> io::Result<()> {
        let there = self.listed.iter().filter(|name| self.is_there(name)).cloned().collect();
        self.replace(there, true)
    }

    fn is_there(&self, name: &str) -> bool {
        self.folder.join(name).exists()
    }

    fn replace(&mut self, listed: BTreeSet<String>, durable: bool) -> io::Result<()> {
        let text: String = listed.iter().map(|name| format!("{name}\n")).collect();
        let new = self.folder.join(NEW);
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        if durable {
            file.sync_all()?;
        }
        fs::rename(&new, self.folder.join(STAMP))?;
        if durable {
            sync_folder(&self.folder)?;
        }
        self.listed = listed;
        Ok(())
    }
}
