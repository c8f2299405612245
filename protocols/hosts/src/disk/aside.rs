//! Copies of damaged files, kept beside them for the people who run a node: `raft+log.damaged-1` and so on.
//!
//! A node cuts off what is damaged and what follows it, and lets others fill up the rest. Where too many are damaged at once, what was
//! behind the damage may be all that is left. So a copy is there, and durable, before anything is cut. None is ever written over; the one
//! that there is already will do where the file is the same.

use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::directory::sync_folder;

/// Keeps a copy of this file, and returns where it is; `None` where there is no such file.
///
/// # Errors
/// Where the system refuses. Then there is none.
pub(super) fn keep(path: &Path) -> io::Result<Option<PathBuf>> {
    let mut original = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut number = 1_u64;
    let place = loop {
        let place = beside(path, &format!("damaged-{number}"));
        match is_same(path, &place) {
            Ok(true) => return Ok(Some(place)),
            Ok(false) => number += 1,
            Err(error) if error.kind() == ErrorKind::NotFound => break place,
            Err(error) => return Err(error),
        }
    };
    // A part of a copy never has the name of a whole one.
    let part = beside(path, "damaged.part");
    let written = File::create(&part).and_then(|mut copy| {
        io::copy(&mut original, &mut copy)?;
        copy.sync_all()
    });
    if let Err(error) = written.and_then(|()| fs::rename(&part, &place)) {
        // What is left of it only takes room.
        let _ = fs::remove_file(&part);
        return Err(error);
    }
    if let Some(folder) = path.parent() {
        sync_folder(folder)?;
    }
    Ok(Some(place))
}

/// The same path with a longer name.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(end);
    name.into()
}

/// Whether two files have the same bytes.
fn is_same(one: &Path, other: &Path) -> io::Result<bool> {
    let (one, other) = (File::open(one)?, File::open(other)?);
    if one.metadata()?.len() != other.metadata()?.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (BufReader::new(one).bytes(), BufReader::new(other).bytes());
    loop {
        match (one.next().transpose()?, other.next().transpose()?) {
            (None, None) => return Ok(true),
            (a, b) if a != b => return Ok(false),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_copy_is_kept_of_each_damage_and_none_is_written_over() {
        let folder = TempDir::new().expect("a folder");
        let log = folder.path().join("raft+log");
        assert_eq!(keep(&log).expect("there is nothing to keep"), None);
        let copy = |number: u32| folder.path().join(format!("raft+log.damaged-{number}"));
        for (content, number) in [("one", 1), ("one", 1), ("two", 2), ("one", 1), ("on", 3)] {
            fs::write(&log, content).expect("room");
            assert_eq!(keep(&log).expect("room"), Some(copy(number)), "{content}");
            assert_eq!(fs::read_to_string(copy(number)).expect("it is kept"), content);
        }
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 4);
    }
}
