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

/// Nothing, in no bytes.
impl Wire for () {
    fn encode(&self, _: &mut Vec<u8>) {}

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        if bytes.is_empty() { Ok(()) } else { Err(length(bytes, 0)) }
    }
}

/// Eight bytes, the lowest first.
impl Wire for u64 {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        bytes.try_into().map(Self::from_le_bytes).map_err(|_| length(bytes, 8))
    }
}

/// Its UTF-8.
impl Wire for String {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let text = std::str::from_utf8(bytes);
        text.map(str::to_owned).map_err(|error| WireError::Malformed(error.to_string()))
    }
}

/// As they are.
impl Wire for Vec<u8> {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        Ok(bytes.to_vec())
    }
}

fn length(bytes: &[u8], expected: usize) -> WireError {
    WireError::Malformed(format!("{} bytes where there must be {expected}", bytes.len()))
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;

    fn comes_back<T: Wire + PartialEq + Debug>(value: T) {
        let mut bytes = Vec::new();
        value.encode(&mut bytes);
        assert_eq!(T::decode(&bytes), Ok(value));
    }

    #[test]
    fn what_is_written_is_read_back() {
        comes_back(());
        comes_back(u64::MAX - 2);
        comes_back("ahoy, \u{1f6a2}".to_owned());
        comes_back(vec![0_u8, 255, 7]);
    }

    #[test]
    fn bytes_of_no_value_are_an_error() {
        assert!(<()>::decode(&[0]).is_err());
        assert!(u64::decode(&[1; 7]).is_err() && u64::decode(&[1; 9]).is_err());
        assert!(String::decode(&[0xff]).is_err());
    }
}
