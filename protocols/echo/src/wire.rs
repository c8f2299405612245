//! Messages as bytes, for networks: a version, a kind, the request's number, and the text.

use seatrial_node::{RequestToken, Wire, WireError, WireReader};

use crate::Message;

const VERSION: u8 = 1;

const SAY: u8 = 1;
const SAID: u8 = 2;

impl Wire for Message {
    fn encode(&self, out: &mut Vec<u8>) {
        let (kind, token, text) = match self {
            Self::Say { token, text } => (SAY, token, text),
            Self::Said { token, text } => (SAID, token, text),
        };
        out.extend([VERSION, kind]);
        out.extend(token.0.to_le_bytes());
        out.extend(text.as_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        let version = reader.u8()?;
        if version != VERSION {
            let (found, expected) = (u32::from(version), u32::from(VERSION));
            return Err(WireError::Version { found, expected });
        }
        let (kind, token) = (reader.u8()?, RequestToken(reader.u64()?));
        let text = String::decode(reader.rest())?.into();
        match kind {
            SAY => Ok(Self::Say { token, text }),
            SAID => Ok(Self::Said { token, text }),
            unknown => {
                let what = format!("a message of kind {unknown}; there are {SAY} and {SAID}");
                Err(WireError::Malformed(what))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(message: &Message) -> Vec<u8> {
        let mut bytes = Vec::new();
        message.encode(&mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn every_message_comes_back_from_its_bytes(token: u64, text: String) {
            let (token, text) = (RequestToken(token), std::sync::Arc::from(text));
            let say = Message::Say { token, text: std::sync::Arc::clone(&text) };
            for message in [say, Message::Said { token, text }] {
                prop_assert_eq!(Message::decode(&encoded(&message)), Ok(message));
            }
        }

        #[test]
        fn no_bytes_make_decoding_panic_and_what_is_read_is_all_there_was(bytes: Vec<u8>, kind in 0_u8..4) {
            for bytes in [bytes.clone(), [vec![VERSION, kind], bytes].concat()] {
                if let Ok(message) = Message::decode(&bytes) {
                    prop_assert_eq!(encoded(&message), bytes);
                }
            }
        }
    }

    #[test]
    fn another_version_and_an_unknown_kind_are_refused_by_name() {
        let error = Message::decode(&[9]).expect_err("of another version");
        assert_eq!(error, WireError::Version { found: 9, expected: 1 });
        let error = Message::decode(&[1, 3, 0, 0, 0, 0, 0, 0, 0, 0]).expect_err("no such kind");
        assert_eq!(error.to_string(), "malformed bytes: a message of kind 3; there are 1 and 2");
    }
}
