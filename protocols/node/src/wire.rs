//! Bytes for what crosses a real network or outlives a process.
//!
//! A simulated world moves values, so a node needs no codec to be tried. One that is to run on real sockets, or to put its own
//! values on its disk, has one.

use std::fmt;

/// A value with a form in bytes.
pub trait Wire: Sized {
    /// Appends the value's bytes.
    fn encode(&self, out: &mut Vec<u8>);

    /// Reads the value back from exactly these bytes. Never panics, whatever the bytes are.
    ///
    /// # Errors
    /// Where the bytes are not the form of any value.
    fn decode(bytes: &[u8]) -> Result<Self, WireError>;
}

/// Why bytes are not a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WireError {
    /// They were written by another version of the format.
    Version {
        /// The version found.
        found: u32,
        /// The version that can be read.
        expected: u32,
    },
    /// They end too early, go on too long, or hold an impossible value; the text says what.
    Malformed(String),
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { found, expected } => {
                write!(f, "version {found} of the format; this program reads version {expected}")
            }
            Self::Malformed(what) => write!(f, "malformed bytes: {what}"),
        }
    }
}

impl std::error::Error for WireError {}
