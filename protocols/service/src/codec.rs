//! Bytes of what outlives a process: commands in the log, snapshots, and messages on a real wire.
//!
//! The form is postcard's (<https://postcard.jamesmunns.com>): compact, stable, and canonical for ordered collections.

use std::sync::Arc;

use seatrial_node::WireError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The byte form of a value: equal values of ordered collections have equal bytes.
///
/// # Panics
/// Where the type's own `Serialize` fails, which a state machine's types must not; see [`StateMachine`](crate::StateMachine).
pub fn encode<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_into(value, &mut bytes);
    bytes
}

/// Reads a value back from exactly these bytes.
///
/// # Errors
/// Where the bytes are not the form of any value, or go on after it. Never panics.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, WireError> {
    let (value, rest) = decode_prefix(bytes)?;
    match rest.len() {
        0 => Ok(value),
        extra => Err(WireError::Malformed(format!("{extra} bytes after the end of the value"))),
    }
}

/// Appends the byte form of a value.
pub(crate) fn encode_into<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    let bytes = postcard::to_extend(value, std::mem::take(out));
    *out = bytes.expect("a vector takes all bytes, and a state machine's types serialise");
}

/// Reads a value from the beginning of the bytes, and returns what follows it.
pub(crate) fn decode_prefix<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, &[u8]), WireError> {
    postcard::take_from_bytes(bytes).map_err(|error| {
        WireError::Malformed(match error {
            postcard::Error::DeserializeUnexpectedEnd => "they end within the value".to_owned(),
            // The codec's own words tell of its ways, and not of the value.
            _ => "they are no such value".to_owned(),
        })
    })
}

/// What a log entry of the service says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Entry<C> {
    /// A command of a session.
    Command {
        /// Whose.
        client: u64,
        /// Which of that client's.
        seq: u64,
        /// What to apply.
        command: C,
    },
    /// Opens a session under a new client id.
    Open,
}

impl<C: Serialize> Entry<C> {
    /// The entry as the log holds it. `scratch` is memory to reuse.
    pub(crate) fn to_shared(&self, scratch: &mut Vec<u8>) -> Arc<[u8]> {
        scratch.clear();
        encode_into(self, scratch);
        Arc::from(scratch.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_log_entry_is_read_back_as_it_was_written() {
        let entry = Entry::Command { client: 7, seq: 300, command: "set".to_owned() };
        let bytes = entry.to_shared(&mut vec![1, 2, 3]);
        assert_eq!(decode::<Entry<String>>(&bytes), Ok(entry));
        assert_eq!(bytes.len(), 1 + 1 + 2 + 4);
    }

    #[test]
    fn bytes_after_the_end_are_an_error() {
        let mut bytes = encode(&5_u64);
        bytes.push(0);
        assert!(
            matches!(decode::<u64>(&bytes), Err(WireError::Malformed(why)) if why.starts_with("1 "))
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_decoding_an_entry_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(entry) = decode::<Entry<String>>(&bytes) {
                prop_assert_eq!(decode(&encode(&entry)), Ok(entry));
            }
        }
    }
}
