//! Bytes for what crosses a real network or outlives a process.
//!
//! A simulated world moves values, so a node needs no codec to be tried. One that is to run on real sockets, or to put its own
//! values on its disk, has one.

use std::fmt;
use std::sync::Arc;

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

/// Reads a value's bytes from the front, for [`Wire::decode`]. What is not there is an error, never a panic.
///
/// ```
/// use seatrial_node::WireReader;
///
/// let mut reader = WireReader::new(&[7, 1, 0, 0, 0, 104, 105]);
/// assert_eq!(reader.u8(), Ok(7));
/// assert_eq!(reader.u32(), Ok(1));
/// assert_eq!(reader.rest(), b"hi");
/// assert!(reader.u64().expect_err("nothing is left").to_string().contains("8 bytes wanted, 0 left"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WireReader<'a> {
    left: &'a [u8],
}

impl<'a> WireReader<'a> {
    /// Reads these bytes.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes }
    }

    /// The next byte.
    ///
    /// # Errors
    /// Where there is none.
    pub fn u8(&mut self) -> Result<u8, WireError> {
        self.take().map(u8::from_le_bytes)
    }

    /// The next four bytes as a number, the lowest first.
    ///
    /// # Errors
    /// Where there are fewer.
    pub fn u32(&mut self) -> Result<u32, WireError> {
        self.take().map(u32::from_le_bytes)
    }

    /// The next eight bytes as a number, the lowest first.
    ///
    /// # Errors
    /// Where there are fewer.
    pub fn u64(&mut self) -> Result<u64, WireError> {
        self.take().map(u64::from_le_bytes)
    }

    /// All bytes that are left.
    pub const fn rest(&mut self) -> &'a [u8] {
        let rest = self.left;
        self.left = &[];
        rest
    }

    /// Holds that nothing is left.
    ///
    /// # Errors
    /// Where something is.
    pub fn end(self) -> Result<(), WireError> {
        match self.left.len() {
            0 => Ok(()),
            more => Err(WireError::Malformed(format!("{more} bytes too many"))),
        }
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let Some((bytes, left)) = self.left.split_first_chunk() else {
            let left = self.left.len();
            return Err(WireError::Malformed(format!("{N} bytes wanted, {left} left")));
        };
        self.left = left;
        Ok(*bytes)
    }
}

/// Nothing, in no bytes.
impl Wire for () {
    fn encode(&self, _: &mut Vec<u8>) {}

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        WireReader::new(bytes).end()
    }
}

/// Eight bytes, the lowest first.
impl Wire for u64 {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        let number = reader.u64()?;
        reader.end().map(|()| number)
    }
}

/// As they are.
impl Wire for Vec<u8> {
    fn encode(&self, out: &mut Self) {
        out.extend_from_slice(self);
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        Ok(bytes.to_vec())
    }
}

/// Its UTF-8.
impl Wire for String {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let text = std::str::from_utf8(bytes);
        text.map(Self::from).map_err(|error| WireError::Malformed(format!("no text: {error}")))
    }
}

/// Its UTF-8.
impl Wire for Arc<str> {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        String::decode(bytes).map(Self::from)
    }
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
    /// They were changed on the way.
    Checksum {
        /// The checksum of the bytes that are there.
        found: u32,
        /// The checksum that was sent with them.
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
            Self::Checksum { found, expected } => {
                write!(
                    f,
                    "the checksum is {found:08x}, {expected:08x} was sent: changed on the way"
                )
            }
            Self::Malformed(what) => write!(f, "malformed bytes: {what}"),
        }
    }
}

impl std::error::Error for WireError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values_come_back_from_exactly_their_bytes() {
        let mut bytes = Vec::new();
        7_u64.encode(&mut bytes);
        assert_eq!(u64::decode(&bytes), Ok(7));
        bytes.push(0);
        assert_eq!(u64::decode(&bytes), Err(WireError::Malformed("1 bytes too many".into())));
        assert!(u64::decode(&bytes[..7]).is_err());
        assert!(<()>::decode(&[]).is_ok() && <()>::decode(&[0]).is_err());
        assert_eq!(String::decode("ahoy".as_bytes()), Ok("ahoy".into()));
        assert_eq!(Arc::<str>::decode("ahoy".as_bytes()), Ok("ahoy".into()));
        assert!(String::decode(&[0xff]).is_err_and(|error| error.to_string().contains("no text")));
    }
}
