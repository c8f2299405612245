//! The links' messages as bytes, for hosts on real sockets.
//!
//! A frame is a version, a kind, the two lives that it is between, and what its kind has; numbers have their lowest byte first. A payload
//! is whatever is left. Bytes of another version, of an unknown kind, or of a wrong length are an error, which a host counts and drops.

use seatrial_node::{Wire, WireError, WireReader};

use crate::{Body, Frame, Letter, Numbered};

const VERSION: u8 = 1;

const HELLO: u8 = 1;
const WELCOME: u8 = 2;
const DATA: u8 = 3;
const ARRIVED: u8 = 4;

impl<P: Wire> Wire for Frame<P> {
    fn encode(&self, out: &mut Vec<u8>) {
        let kind = match &self.body {
            Body::Hello => HELLO,
            Body::Welcome => WELCOME,
            Body::Data { .. } => DATA,
            Body::Arrived { .. } => ARRIVED,
        };
        out.extend([VERSION, kind]);
        out.extend(self.life.to_le_bytes());
        out.extend(self.to.to_le_bytes());
        match &self.body {
            Body::Hello | Body::Welcome => {}
            Body::Data { number, payload } => {
                out.extend(number.to_le_bytes());
                payload.encode(out);
            }
            Body::Arrived { up_to, beyond } => {
                out.extend(up_to.to_le_bytes());
                out.extend(beyond.to_le_bytes());
            }
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        let version = reader.u8()?;
        if version != VERSION {
            let (found, expected) = (u32::from(version), u32::from(VERSION));
            return Err(WireError::Version { found, expected });
        }
        let (kind, life, to) = (reader.u8()?, reader.u32()?, reader.u32()?);
        let body = match kind {
            HELLO => Body::Hello,
            WELCOME => Body::Welcome,
            DATA => Body::Data { number: reader.u64()?, payload: P::decode(reader.rest())? },
            ARRIVED => Body::Arrived { up_to: reader.u64()?, beyond: reader.u64()? },
            unknown => {
                let what = format!("a frame of kind {unknown}; there are {HELLO} to {ARRIVED}");
                return Err(WireError::Malformed(what));
            }
        };
        reader.end().map(|()| Self { life, to, body })
    }
}

impl Wire for Letter {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend(self.number.to_le_bytes());
        out.extend(self.text.as_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        let number = reader.u64()?;
        Ok(Self { number, text: String::decode(reader.rest())?.into() })
    }
}

impl<P: Wire> Wire for Numbered<P> {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend(self.life.to_le_bytes());
        out.extend(self.to.to_le_bytes());
        out.extend(self.first.to_le_bytes());
        out.extend(self.number.to_le_bytes());
        self.payload.encode(out);
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        let (life, to) = (reader.u32()?, reader.u32()?);
        let (first, number) = (reader.u64()?, reader.u64()?);
        Ok(Self { life, to, first, number, payload: P::decode(reader.rest())? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Sent = Frame<Numbered<Letter>>;

    fn frames() -> [Sent; 4] {
        let payload = Numbered {
            life: 2,
            to: u32::MAX,
            first: 3,
            number: u64::MAX,
            payload: Letter { number: 4, text: "ahoy".into() },
        };
        [
            Body::Hello,
            Body::Welcome,
            Body::Data { number: 5, payload },
            Body::Arrived { up_to: 6, beyond: 7 },
        ]
        .map(|body| Frame { life: 8, to: 9, body })
    }

    fn encoded(frame: &Sent) -> Vec<u8> {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        bytes
    }

    #[test]
    fn every_frame_comes_back_from_its_bytes() {
        for frame in frames() {
            assert_eq!(Sent::decode(&encoded(&frame)), Ok(frame));
        }
    }

    #[test]
    fn a_frame_of_an_unknown_kind_or_version_is_refused_by_name() {
        let mut bytes = encoded(&frames()[0]);
        bytes[1] = 9;
        let error = Sent::decode(&bytes).expect_err("no such kind").to_string();
        assert_eq!(error, "malformed bytes: a frame of kind 9; there are 1 to 4");
        bytes[0] = 7;
        let error = Sent::decode(&bytes).expect_err("no such version");
        assert_eq!(error, WireError::Version { found: 7, expected: 1 });
    }

    #[test]
    fn bytes_cut_short_or_changed_anywhere_never_panic() {
        for frame in frames() {
            let bytes = encoded(&frame);
            for len in 0..bytes.len().min(10) {
                assert!(Sent::decode(&bytes[..len]).is_err(), "{len} bytes of {frame:?}");
            }
            for place in 0..bytes.len() {
                for value in [0, 1, 0x7f, 0x80, 0xff] {
                    let mut changed = bytes.clone();
                    changed[place] = value;
                    _ = Sent::decode(&changed);
                    _ = Sent::decode(&changed[..place]);
                }
            }
        }
        let mut longer = encoded(&frames()[3]);
        longer.push(0);
        assert!(Sent::decode(&longer).is_err(), "a byte too many");
    }
}
