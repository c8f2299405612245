//! Why a command could not do what was asked: what, where, and what to do, in one text for a person.

use std::fmt;
use std::io;
use std::path::Path;

/// A command's failure.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    /// A failure that says so.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }

    /// A file could not be read or written: `FILE: cannot be read: …`.
    pub(crate) fn file(path: &Path, what: &str, error: &io::Error) -> Self {
        Self(format!("{}: {what}: {error}{}", path.display(), seatrial::remedy(error)))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<seatrial::ScenarioError> for Failure {
    fn from(error: seatrial::ScenarioError) -> Self {
        Self(error.to_string())
    }
}
