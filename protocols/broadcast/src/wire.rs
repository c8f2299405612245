//! What broadcasts give to their links, as bytes, for hosts on real sockets: a kind, and what it has; numbers have their lowest byte first,
//! and a payload is whatever is left. The link's frame around it has the version.

use seatrial_node::{NodeId, Wire, WireError, WireReader};

use crate::{Frame, Mark, MessageId, Stream};

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
}
