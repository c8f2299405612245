//! Heartbeats as bytes, for hosts on real sockets: a version, a kind, and the round with its lowest byte first.

use seatrial_node::{Wire, WireError, WireReader};

use crate::Heartbeat;

const VERSION: u8 = 1;

const REQUEST: u8 = 1;
const REPLY: u8 = 2;

impl Wire for Heartbeat {
    fn encode(&self, out: &mut Vec<u8>) {
        let (kind, round) = match self {
            Self::Request { round } => (REQUEST, round),
            Self::Reply { round } => (REPLY, round),
        };
        out.extend([VERSION, kind]);
        out.extend(round.to_le_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = WireReader::new(bytes);
        let version = reader.u8()?;
        if version != VERSION {
            let (found, expected) = (u32::from(version), u32::from(VERSION));
            return Err(WireError::Version { found, expected });
        }
        let (kind, round) = (reader.u8()?, reader.u64()?);
        reader.end()?;
        match kind {
            REQUEST => Ok(Self::Request { round }),
            REPLY => Ok(Self::Reply { round }),
            unknown => {
                let what =
                    format!("a heartbeat of kind {unknown}; there are {REQUEST} and {REPLY}");
                Err(WireError::Malformed(what))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heartbeat_comes_back_from_exactly_its_bytes_and_from_no_others() {
        for beat in [Heartbeat::Request { round: 7 }, Heartbeat::Reply { round: u64::MAX }] {
            let mut bytes = Vec::new();
            beat.encode(&mut bytes);
            assert_eq!(Heartbeat::decode(&bytes), Ok(beat));
            for len in 0..bytes.len() {
                assert!(Heartbeat::decode(&bytes[..len]).is_err(), "{len} bytes");
            }
            bytes.push(0);
            assert!(Heartbeat::decode(&bytes).is_err(), "a byte too many");
            bytes.pop();
            bytes[1] = 9;
            let error = Heartbeat::decode(&bytes).expect_err("no such kind").to_string();
            assert_eq!(error, "malformed bytes: a heartbeat of kind 9; there are 1 and 2");
            bytes[0] = 2;
            let error = Heartbeat::decode(&bytes).expect_err("no such version");
            assert_eq!(error, WireError::Version { found: 2, expected: 1 });
        }
    }
}
