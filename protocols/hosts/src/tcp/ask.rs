//! What a client and a member say to each other, once they have met: requests with numbers, and answers with the same numbers.

use seatrial_node::{Wire, WireError, WireReader};

const REQUEST: u8 = 1;
const STATUS: u8 = 2;
const REFUSED: u8 = 3;

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// A request of the protocol that is served, in its own form.
    Request {
        /// The client's number for it.
        number: u64,
        /// What is asked.
        body: Vec<u8>,
    },
    /// What an observer may see of the node.
    Status {
        /// The client's number for it.
        number: u64,
    },
}

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The protocol's answer, in its own form.
    Answer {
        /// Which request it answers.
        number: u64,
        /// The answer.
        body: Vec<u8>,
    },
    /// The node's status: names and values, a line each.
    Status {
        /// Which request it answers.
        number: u64,
        /// The lines.
        text: String,
    },
    /// The host did not give the request to the node, and never will.
    Refused {
        /// Which request it answers.
        number: u64,
        /// Why.
        why: String,
    },
}

fn put(out: &mut Vec<u8>, kind: u8, number: u64, rest: &[u8]) {
    out.push(kind);
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(rest);
}

/// Appends an answer whose own form `body` appends.
pub(crate) fn put_answer(out: &mut Vec<u8>, number: u64, body: &impl Wire) {
    put(out, REQUEST, number, &[]);
    body.encode(out);
}

fn text(bytes: &[u8]) -> Result<String, WireError> {
    String::decode(bytes)
}

fn unknown<T>(kind: u8) -> Result<T, WireError> {
    Err(WireError::Malformed(format!("kind {kind}; there are {REQUEST} to {REFUSED}")))
}

impl Wire for Ask {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Request { number, body } => put(out, REQUEST, *number, body),
            Self::Status { number } => put(out, STATUS, *number, &[]),
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        let (kind, number) = (reader.u8()?, reader.u64()?);
        match kind {
            REQUEST => Ok(Self::Request { number, body: reader.rest().to_vec() }),
            STATUS => reader.end().map(|()| Self::Status { number }),
            other => unknown(other),
        }
    }
}

impl Wire for Told {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Answer { number, body } => put(out, REQUEST, *number, body),
            Self::Status { number, text } => put(out, STATUS, *number, text.as_bytes()),
            Self::Refused { number, why } => put(out, REFUSED, *number, why.as_bytes()),
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        let (kind, number) = (reader.u8()?, reader.u64()?);
        let rest = reader.rest();
        match kind {
            REQUEST => Ok(Self::Answer { number, body: rest.to_vec() }),
            STATUS => Ok(Self::Status { number, text: text(rest)? }),
            REFUSED => Ok(Self::Refused { number, why: text(rest)? }),
            other => unknown(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn comes_back<T: Wire + Clone + PartialEq + std::fmt::Debug>(value: &T) {
        let mut bytes = Vec::new();
        value.encode(&mut bytes);
        assert_eq!(T::decode(&bytes).as_ref(), Ok(value));
    }

    proptest! {
        #[test]
        fn what_is_said_comes_back_from_its_bytes(
            number in any::<u64>(), body in any::<Vec<u8>>(), text in any::<String>(),
        ) {
            comes_back(&Ask::Request { number, body: body.clone() });
            comes_back(&Ask::Status { number });
            comes_back(&Told::Answer { number, body });
            comes_back(&Told::Status { number, text: text.clone() });
            comes_back(&Told::Refused { number, why: text });
        }

        #[test]
        fn no_bytes_make_decoding_panic(kind in 0_u8..5, rest in any::<Vec<u8>>()) {
            let bytes = [&[kind], &rest[..]].concat();
            let known = |last| (REQUEST..=last).contains(&kind) && rest.len() >= 8;
            prop_assert!(Ask::decode(&bytes).is_err() || known(STATUS));
            prop_assert!(Told::decode(&bytes).is_err() || known(REFUSED));
        }
    }
}
