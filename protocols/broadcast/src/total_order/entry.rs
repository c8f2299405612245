//! The bytes of what goes into the replicated log, and of the snapshots that take its place.
//!
//! | entry | | snapshot | |
//! |---|---|---|---|
//! | 0 | [`WHOLE`] or [`VOID`] | 0..4 | [`VERSION`] |
//! | 1..5 | the origin | 4..8 | how many streams |
//! | 5..13 | the message's number | each: | origin, life, mark, how many are beyond, and these, in four bytes each |
//! | 13.. | the payload's own form | | |
//!
//! Numbers have their lowest byte first.

use std::sync::Arc;

use seatrial_links::Payload;
use seatrial_node::{NodeId, Wire, WireError};
use seatrial_raft::MAX_COMMAND;

use crate::seen::{Mark, Seen};
use crate::{MessageId, Stream};

/// A message.
const WHOLE: u8 = 1;
/// The place of a message that was too long for the log. It is delivered to nobody.
const VOID: u8 = 2;
const HEADER: usize = 1 + 4 + 8;
/// The form of snapshots, to be told from later ones.
const VERSION: u32 = 1;

/// The entry of a message, and whether the log can hold it. If not, the entry only takes the message's place.
pub(super) fn encode<P: Payload + Wire>(id: MessageId, payload: &P) -> (Arc<[u8]>, bool) {
    let mut bytes = vec![WHOLE];
    bytes.extend_from_slice(&id.origin.0.to_le_bytes());
    bytes.extend_from_slice(&id.number.to_le_bytes());
    payload.encode(&mut bytes);
    let fits = bytes.len() <= MAX_COMMAND;
    if !fits {
        bytes.truncate(HEADER);
        bytes[0] = VOID;
    }
    (bytes.into(), fits)
}

/// The name of the message in an entry.
pub(super) fn name(entry: &[u8]) -> Option<MessageId> {
    let header = entry.get(..HEADER).filter(|_| entry.len() <= MAX_COMMAND)?;
    let is_known = matches!(header[0], WHOLE | VOID);
    let origin = u32::from_le_bytes(header[1..5].try_into().ok()?);
    let number = u64::from_le_bytes(header[5..].try_into().ok()?);
    is_known.then_some(MessageId { origin: NodeId(origin), number })
}

/// What the message in an entry says, if it says something.
pub(super) fn payload<P: Wire>(entry: &[u8]) -> Option<Result<P, WireError>> {
    let is_whole = entry.first() == Some(&WHOLE);
    is_whole.then(|| P::decode(entry.get(HEADER..).unwrap_or_default()))
}

/// A snapshot: which messages have had their place. Equal for equal sets.
pub(super) fn encode_seen(seen: &Seen) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut put = |number: u32| bytes.extend_from_slice(&number.to_le_bytes());
    let tracks = seen.tracks();
    put(VERSION);
    put(tracks.len() as u32);
    for (mark, beyond) in tracks {
        let Mark { stream, sequence } = mark;
        [stream.origin.0, stream.life, sequence, beyond.len() as u32]
            .into_iter()
            .for_each(&mut put);
        beyond.iter().copied().for_each(&mut put);
    }
    bytes
}

/// Reads a snapshot.
pub(super) fn decode_seen(bytes: &[u8]) -> Result<Seen, WireError> {
    let malformed = |what: &str| WireError::Malformed(what.to_owned());
    let mut words = bytes.chunks(4).map(|word| word.try_into().map(u32::from_le_bytes));
    let mut next = || {
        let word = words.next().ok_or_else(|| malformed("it ends too early"))?;
        word.map_err(|_| malformed("it ends within a number"))
    };
    let found = next()?;
    if found != VERSION {
        return Err(WireError::Version { found, expected: VERSION });
    }
    let mut seen = Seen::default();
    for _ in 0..next()? {
        let stream = Stream { origin: NodeId(next()?), life: next()? };
        let mark = Mark { stream, sequence: next()? };
        let beyond = (0..next()?).map(|_| next()).collect::<Result<Vec<u32>, _>>()?;
        if !seen.push_track(mark, beyond) {
            return Err(malformed("streams that no member can have had"));
        }
    }
    if words.next().is_some() {
        return Err(malformed("it goes on after its end"));
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(life: u32, sequence: u32) -> MessageId {
        MessageId::new(NodeId(3), life, sequence)
    }

    #[test]
    fn an_entry_is_read_back_as_it_was_written() {
        let (entry, fits) = encode(id(2, 7), &"ahoy".to_owned());
        assert!(fits);
        assert_eq!(name(&entry), Some(id(2, 7)));
        assert_eq!(payload::<String>(&entry), Some(Ok("ahoy".to_owned())));
        assert!(payload::<u64>(&entry).is_some_and(|payload| payload.is_err()));
    }

    #[test]
    fn a_message_too_long_for_the_log_leaves_its_place_empty() {
        let (entry, fits) = encode(id(2, 7), &vec![0_u8; MAX_COMMAND]);
        assert!(!fits);
        assert_eq!(name(&entry), Some(id(2, 7)));
        assert_eq!(payload::<Vec<u8>>(&entry), None);
    }

    #[test]
    fn bytes_that_are_no_entry_have_no_name() {
        for bytes in [&[][..], &[WHOLE; HEADER - 1], &[0; HEADER], &[9; HEADER + 4]] {
            assert_eq!(name(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn a_snapshot_is_read_back_as_it_was_written() {
        let mut seen = Seen::default();
        for id in [id(1, 1), id(1, 2), id(2, 2), id(2, 5), MessageId::new(NodeId(9), 1, 1)] {
            seen.insert(id);
        }
        let bytes = encode_seen(&seen);
        let back = decode_seen(&bytes).expect("a snapshot");
        assert_eq!(encode_seen(&back), bytes);
        assert!(back.contains(id(2, 5)) && !back.contains(id(2, 4)) && !back.contains(id(1, 3)));
    }

    #[test]
    fn bytes_that_are_no_snapshot_are_refused() {
        let mut seen = Seen::default();
        (1..=3).for_each(|life| _ = seen.insert(id(life, 2)));
        let good = encode_seen(&seen);
        for len in 0..good.len() {
            assert!(decode_seen(&good[..len]).is_err(), "{len} bytes");
        }
        assert!(decode_seen(&[&good[..], &[0]].concat()).is_err());
        for place in 0..good.len() {
            let mut bytes = good.clone();
            bytes[place] ^= 0xff;
            let _ = decode_seen(&bytes);
        }
        let mut older = good.clone();
        older[0] = 0;
        assert_eq!(decode_seen(&older).err(), Some(WireError::Version { found: 0, expected: 1 }));
    }
}
