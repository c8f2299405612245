//! By which directory each other member is known, so that one that comes back without what it has promised is not taken for the same.
//!
//! A member whose directory was lost begins like a new one: with an empty directory, and by its own lights it has promised nothing. The
//! others have met it before. Each keeps in `MET`, in its own directory, a line for each other member: its number, and the directories by which
//! it was known, the newest last. Another directory is let in only if it was begun with `--replaced-disk`, and one that it has replaced never
//! again. A member that has not met the other yet, or has lost its own directory, cannot tell.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use seatrial_node::NodeId;
use serde::{Deserialize, Serialize};

use super::DataDirError;
use super::directory::sync_folder;

/// The directory with which a member comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// A number that no other directory has, drawn when it was begun.
    pub directory: u64,
    /// Whether it was begun in place of another one, which is gone.
    pub anew: bool,
}

/// The directories of all members that were ever met.
#[derive(Debug, Default)]
pub(crate) struct Met {
    folder: PathBuf,
    homes: BTreeMap<u32, Vec<u64>>,
}

impl Met {
    /// Those that the directory tells of.
    ///
    /// # Errors
    /// Where it cannot be read, or makes no sense.
    pub(crate) fn read(folder: &Path) -> Result<Self, DataDirError> {
        let path = folder.join("MET");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(DataDirError::io(path, "read this file")(error)),
        };
        let line = |line: &str| {
            let mut numbers = line.split(' ').map(str::parse::<u64>);
            let member = numbers.next()?.ok()?.try_into().ok()?;
            Some((member, numbers.collect::<Result<Vec<u64>, _>>().ok()?))
        };
        let homes = text.lines().map(line).collect::<Option<BTreeMap<_, _>>>();
        let why = || "it is no list of members' directories".to_owned();
        let homes = homes.ok_or_else(|| DataDirError::Identity { path, why: why() })?;
        Ok(Self { folder: folder.to_owned(), homes })
    }

    /// Whether this member may come with this directory; one that is new is remembered, durably.
    ///
    /// # Errors
    /// Where it cannot be written down. It may come then, and is not remembered.
    pub(crate) fn meet(&mut self, member: NodeId, home: Home) -> io::Result<bool> {
        let known = self.homes.entry(member.0).or_default();
        if known.last() == Some(&home.directory) {
            return Ok(true);
        }
        let is_next = home.anew && !known.contains(&home.directory);
        if !(known.is_empty() || is_next) {
            return Ok(false);
        }
        known.push(home.directory);
        let written = self.write();
        if written.is_err() {
            self.homes.entry(member.0).or_default().pop();
        }
        written.map(|()| true)
    }

    /// Replaces the file as a whole.
    fn write(&self) -> io::Result<()> {
        let mut text = String::new();
        for (member, homes) in &self.homes {
            text.push_str(&member.to_string());
            for home in homes {
                text.push(' ');
                text.push_str(&home.to_string());
            }
            text.push('\n');
        }
        let new = self.folder.join("MET.new");
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, self.folder.join("MET"))?;
        sync_folder(&self.folder)
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn another_directory_is_let_in_only_in_place_of_the_last_and_no_former_one_again() {
        let folder = TempDir::new().expect("a folder");
        let mut met = Met::read(folder.path()).expect("nobody was met");
        let home = |directory, anew| Home { directory, anew };
        for (directory, anew, may_come) in [
            (7, false, true),
            (7, false, true),
            (8, false, false),
            (9, true, true),
            (7, false, false),
            (9, true, true),
            (10, true, true),
            (9, true, false),
        ] {
            let met_again = met.meet(NodeId(2), home(directory, anew)).expect("it is written");
            assert_eq!(met_again, may_come, "{directory}");
            met = Met::read(folder.path()).expect("what was written");
        }
        assert!(met.meet(NodeId(3), home(9, false)).expect("it is written"), "another member");
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        let folder = TempDir::new().expect("a folder");
        for bad in ["n2 7\n", "2 7 x\n", "2  7\n", "\n"] {
            fs::write(folder.path().join("MET"), bad).expect("room");
            let error = Met::read(folder.path()).expect_err(bad).to_string();
            assert!(error.contains("MET: it is no list of members' directories"), "{error}");
        }
    }
}
