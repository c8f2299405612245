//! Why a data directory cannot be used, with what to do about it.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a data directory cannot be used. Nothing in it has been changed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DataDirError {
    /// Another process serves it.
    #[error(
        "{}: another process serves this directory{}; stop it first, or give this one a directory of its own",
        path.display(),
        if holder.is_empty() { String::new() } else { format!(" (process {holder})") }
    )]
    Locked {
        /// The directory.
        path: PathBuf,
        /// The number of the process that has it, as far as it is known.
        holder: String,
    },
    /// The operating system refuses something.
    #[error("{}: cannot {what}: {error}; {}", path.display(), advice(error))]
    Io {
        /// What was to be read or written.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// What the system says.
        error: io::Error,
    },
    /// It holds the files of another node, cluster or protocol.
    #[error(
        "{}: this directory belongs to {field} {found}, not to {expected}; look at `data` in the cluster file",
        path.display()
    )]
    Foreign {
        /// The file that says whose it is.
        path: PathBuf,
        /// What differs.
        field: &'static str,
        /// What the directory says.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// The node has lived here, and its files are gone, and with them what it had promised.
    #[error(
        "{}: the node has lived here ({lives} so far), and its files are gone: put them back, or start it with --replaced-disk, so that \
         it promises nothing before the others have told it what it may have promised",
        path.display()
    )]
    Gone {
        /// The folder of the files.
        path: PathBuf,
        /// How many lives have begun.
        lives: u64,
    },
    /// The node has lived here, and one of its files is gone, and with it some of what it had promised.
    #[error(
        "{}: this file was there and is gone, and the others are not to be trusted without it: put it back, or start the node with \
         --replaced-disk, so that it promises nothing before the others have told it what it may have promised",
        path.display()
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// There are files, and nothing says whose.
    #[error(
        "{}: there are files of a node, and no IDENTITY that says whose: put it back, or take the directory away and start the node \
         with --replaced-disk",
        path.display()
    )]
    Nameless {
        /// The directory.
        path: PathBuf,
    },
    /// The file that says whose it is makes no sense.
    #[error(
        "{}: {why}; the directory is damaged: take it away and start the node with --replaced-disk",
        path.display()
    )]
    Identity {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
}

/// What an operator can do about an error of the system.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on that disk",
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only: mount it for writing",
        io::ErrorKind::PermissionDenied => "give this user the right to write there",
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "something else has that name"
        }
        io::ErrorKind::NotFound => "a folder above it cannot be made there",
        _ => "look at the disk",
    }
}

impl DataDirError {
    pub(super) fn io(path: impl Into<PathBuf>, what: &'static str) -> impl Fn(io::Error) -> Self {
        let path = path.into();
        move |error| Self::Io { path: path.clone(), what, error }
    }
}
