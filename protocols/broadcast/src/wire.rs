//! What broadcasts give to their links, as bytes, for hosts on real sockets: a kind, and what it has; numbers have their lowest byte first,
//! and a payload is whatever is left. The link's frame around it has the version.

use seatrial_node::{NodeId, Wire, WireError, WireReader};

use crate::{Frame, Mark, MessageId, Part, Request, Response, Stream};

const DATA: u8 = 1;
const DELIVERED: u8 = 2;

impl<P: Wire> Wire for Frame<P> {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Data { id, payload } => {
                out.push(DATA);
                out.extend(id.origin.0.to_le_bytes());
                out.extend(id.number.to_le_bytes());
                payload.encode(out);
            }
            Self::Delivered(marks) => {
                out.push(DELIVERED);
                for Mark { stream, sequence } in marks.iter() {
                    out.extend(stream.origin.0.to_le_bytes());
                    out.extend(stream.life.to_le_bytes());
                    out.extend(sequence.to_le_bytes());
                }
            }
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        match reader.u8()? {
            DATA => {
                let id = MessageId { origin: NodeId(reader.u32()?), number: reader.u64()? };
                Ok(Self::Data { id, payload: P::decode(reader.rest())? })
            }
            DELIVERED => {
                reader.rest().chunks(MARK).map(mark).collect::<Result<_, _>>().map(Self::Delivered)
            }
            unknown => {
                let what = format!(
                    "a broadcast's frame of kind {unknown}; there are {DATA} and {DELIVERED}"
                );
                Err(WireError::Malformed(what))
            }
        }
    }
}

/// How many bytes a mark takes.
const MARK: usize = 12;

fn mark(bytes: &[u8]) -> Result<Mark, WireError> {
    let mut reader = WireReader::new(bytes);
    let stream = Stream { origin: NodeId(reader.u32()?), life: reader.u32()? };
    Ok(Mark { stream, sequence: reader.u32()? })
}

const BELOW: u8 = 1;
const DETECTOR: u8 = 2;

impl<A: Wire, B: Wire> Wire for Part<A, B> {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Below(body) => {
                out.push(BELOW);
                body.encode(out);
            }
            Self::Detector(body) => {
                out.push(DETECTOR);
                body.encode(out);
            }
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        match reader.u8()? {
            BELOW => A::decode(reader.rest()).map(Self::Below),
            DETECTOR => B::decode(reader.rest()).map(Self::Detector),
            unknown => {
                let what = format!("a part of kind {unknown}; there are {BELOW} and {DETECTOR}");
                Err(WireError::Malformed(what))
            }
        }
    }
}

/// The payload, as it is.
impl<P: Wire> Wire for Request<P> {
    fn encode(&self, out: &mut Vec<u8>) {
        let Self::Broadcast(payload) = self;
        payload.encode(out);
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        P::decode(bytes).map(Self::Broadcast)
    }
}

const SENT: u8 = 1;
const HERE: u8 = 2;
const BUSY: u8 = 3;
const STOPPED: u8 = 4;

impl Wire for Response {
    fn encode(&self, out: &mut Vec<u8>) {
        let (kind, id) = match self {
            Self::Sent(id) => (SENT, Some(id)),
            Self::Delivered(id) => (HERE, Some(id)),
            Self::Busy => (BUSY, None),
            Self::Stopped => (STOPPED, None),
        };
        out.push(kind);
        if let Some(id) = id {
            out.extend(id.origin.0.to_le_bytes());
            out.extend(id.number.to_le_bytes());
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        let kind = reader.u8()?;
        let mut id = || -> Result<MessageId, WireError> {
            Ok(MessageId { origin: NodeId(reader.u32()?), number: reader.u64()? })
        };
        let response = match kind {
            SENT => Self::Sent(id()?),
            HERE => Self::Delivered(id()?),
            BUSY => Self::Busy,
            STOPPED => Self::Stopped,
            unknown => {
                let what = format!("an answer of kind {unknown}; there are {SENT} to {STOPPED}");
                return Err(WireError::Malformed(what));
            }
        };
        reader.end().map(|()| response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Sent = Frame<u64>;

    #[test]
    fn every_frame_comes_back_from_its_bytes_and_none_from_fewer() {
        let id = MessageId::new(NodeId(3), 2, 1);
        let marks = [Mark { stream: id.stream(), sequence: 7 }; 2];
        for frame in [Sent::Data { id, payload: 7 }, Sent::Delivered(marks.into())] {
            let mut bytes = Vec::new();
            frame.encode(&mut bytes);
            assert_eq!(Sent::decode(&bytes), Ok(frame.clone()));
            assert!(Sent::decode(&bytes[..bytes.len() - 1]).is_err(), "{frame:?}");
            assert!(Sent::decode(&[]).is_err());
            bytes[0] = 9;
            let error = Sent::decode(&bytes).expect_err("no such kind").to_string();
            assert_eq!(error, "malformed bytes: a broadcast's frame of kind 9; there are 1 and 2");
        }
    }

    #[test]
    fn parts_requests_and_answers_come_back_from_their_bytes_and_none_from_fewer() {
        fn comes_back<T: Wire + PartialEq + std::fmt::Debug>(value: &T) {
            let mut bytes = Vec::new();
            value.encode(&mut bytes);
            assert_eq!(T::decode(&bytes).as_ref(), Ok(value));
            assert!(T::decode(&bytes[..bytes.len() - 1]).is_err(), "{value:?}");
            if bytes.len() > 8 {
                bytes[0] = 9;
                assert!(T::decode(&bytes).is_err(), "{value:?}");
            }
        }
        comes_back(&Part::<u64, u64>::Below(7));
        comes_back(&Part::<u64, u64>::Detector(7));
        let id = MessageId::new(NodeId(3), 2, 1);
        for answer in [Response::Sent(id), Response::Delivered(id), Response::Busy] {
            comes_back(&answer);
        }
        comes_back(&Response::Stopped);
        let mut bytes = Vec::new();
        Request::Broadcast("ahoy".to_owned()).encode(&mut bytes);
        assert_eq!(Request::decode(&bytes), Ok(Request::Broadcast("ahoy".to_owned())));
    }
}
