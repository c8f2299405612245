//! Messages as bytes, for networks.
//!
//! A message is a version, a kind and its fields in the order in which they are declared; numbers have their lowest byte first. Bytes of
//! another version or an unknown kind, that end too early or go on too long, are an error, which a host counts and drops. What a decoded
//! message says is for [`Message::is_sound`] to judge.

use std::sync::Arc;

use seatrial_node::{Wire, WireError};

use crate::codec::{Reader, put_u32, put_u64};
use crate::event::SnapshotMeta;
use crate::message::{Chunk, Entries, Entry, Message, Outcome, Payload, Piece};

const VERSION: u8 = 1;

const REQUEST_VOTE: u8 = 1;
const VOTE: u8 = 2;
const APPEND: u8 = 3;
const MATCHED: u8 = 4;
const REJECTED: u8 = 5;
const SNAPSHOT: u8 = 6;
const SNAPSHOT_RECEIVED: u8 = 7;
const RECALL: u8 = 8;
const RECALLED: u8 = 9;

const NOOP: u8 = 0;
const COMMAND: u8 = 1;

impl Wire for Message {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(VERSION);
        match self {
            Self::RequestVote { term, last_index, last_term, pre_vote } => {
                out.push(REQUEST_VOTE);
                put_all(out, &[*term, *last_index, *last_term]);
                out.push(u8::from(*pre_vote));
            }
            Self::Vote { term, granted, pre_vote } => {
                out.push(VOTE);
                put_u64(out, *term);
                out.extend([u8::from(*granted), u8::from(*pre_vote)]);
            }
            Self::Append { term, prev_index, prev_term, commit, round, entries } => {
                out.push(APPEND);
                put_all(out, &[*term, *prev_index, *prev_term, *commit, *round]);
                entries.iter().for_each(|entry| put_entry(out, entry));
            }
            Self::Appended { term, round, outcome: Outcome::Matched { index } } => {
                out.push(MATCHED);
                put_all(out, &[*term, *round, *index]);
            }
            Self::Appended { term, round, outcome: Outcome::Rejected { prev_index, hint } } => {
                out.push(REJECTED);
                put_all(out, &[*term, *round, *prev_index, *hint]);
            }
            Self::Recall { term, nonce } => {
                out.push(RECALL);
                put_all(out, &[*term, *nonce]);
            }
            Self::Recalled { term, nonce, last_index, last_term } => {
                out.push(RECALLED);
                put_all(out, &[*term, *nonce, *last_index, *last_term]);
            }
            Self::Snapshot { term, round, piece } => {
                let Piece { meta, digest, size, offset, chunk } = &**piece;
                out.push(SNAPSHOT);
                put_all(out, &[*term, *round, meta.index, meta.term, *digest, *size, *offset]);
                out.extend_from_slice(chunk);
            }
            Self::SnapshotReceived { term, round, index, offset } => {
                out.push(SNAPSHOT_RECEIVED);
                put_all(out, &[*term, *round, *index, *offset]);
            }
        }
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let reader = &mut Reader::new(bytes);
        let version = reader.u8()?;
        if version != VERSION {
            let (found, expected) = (u32::from(version), u32::from(VERSION));
            return Err(WireError::Version { found, expected });
        }
        let message = match reader.u8()? {
            REQUEST_VOTE => {
                let [term, last_index, last_term] = numbers(reader)?;
                Self::RequestVote { term, last_index, last_term, pre_vote: reader.bool()? }
            }
            VOTE => {
                let [term] = numbers(reader)?;
                Self::Vote { term, granted: reader.bool()?, pre_vote: reader.bool()? }
            }
            APPEND => {
                let [term, prev_index, prev_term, commit, round] = numbers(reader)?;
                let entries = entries(reader)?;
                Self::Append { term, prev_index, prev_term, commit, round, entries }
            }
            MATCHED => {
                let [term, round, index] = numbers(reader)?;
                Self::Appended { term, round, outcome: Outcome::Matched { index } }
            }
            REJECTED => {
                let [term, round, prev_index, hint] = numbers(reader)?;
                Self::Appended { term, round, outcome: Outcome::Rejected { prev_index, hint } }
            }
            SNAPSHOT => snapshot(reader)?,
            SNAPSHOT_RECEIVED => {
                let [term, round, index, offset] = numbers(reader)?;
                Self::SnapshotReceived { term, round, index, offset }
            }
            RECALL => {
                let [term, nonce] = numbers(reader)?;
                Self::Recall { term, nonce }
            }
            RECALLED => {
                let [term, nonce, last_index, last_term] = numbers(reader)?;
                Self::Recalled { term, nonce, last_index, last_term }
            }
            unknown => {
                let what = format!("a message of kind {unknown}; there are 1 to 9");
                return Err(WireError::Malformed(what));
            }
        };
        reader.end().map(|()| message)
    }
}

fn put_all(out: &mut Vec<u8>, numbers: &[u64]) {
    numbers.iter().for_each(|number| put_u64(out, *number));
}

fn put_entry(out: &mut Vec<u8>, entry: &Entry) {
    put_u64(out, entry.term);
    match &entry.payload {
        Payload::Noop => out.push(NOOP),
        Payload::Command(command) => {
            out.push(COMMAND);
            let len = u32::try_from(command.len()).expect("commands are shorter than MAX_COMMAND");
            put_u32(out, len);
            out.extend_from_slice(command);
        }
    }
}

fn numbers<const N: usize>(reader: &mut Reader<'_>) -> Result<[u64; N], WireError> {
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = reader.u64()?;
    }
    Ok(numbers)
}

/// As many entries as there are bytes for.
fn entries(reader: &mut Reader<'_>) -> Result<Entries, WireError> {
    let mut entries = Vec::new();
    while !reader.is_empty() {
        let term = reader.u64()?;
        let payload = match reader.u8()? {
            NOOP => Payload::Noop,
            COMMAND => {
                let len = reader.u32()? as usize;
                Payload::Command(Arc::from(reader.bytes(len)?))
            }
            unknown => {
                let what = format!("an entry of kind {unknown}; there are 0 and 1");
                return Err(WireError::Malformed(what));
            }
        };
        entries.push(Entry { term, payload });
    }
    Ok(entries.into_iter().collect())
}

fn snapshot(reader: &mut Reader<'_>) -> Result<Message, WireError> {
    let [term, round, index, last, digest, size, offset] = numbers(reader)?;
    let whole: Arc<[u8]> = Arc::from(reader.rest());
    let chunk = Chunk::cut(&whole, 0, whole.len());
    let meta = SnapshotMeta { index, term: last };
    let piece = Arc::new(Piece { meta, digest, size, offset, chunk });
    Ok(Message::Snapshot { term, round, piece })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn messages() -> impl Strategy<Value = Message> {
        let n = any::<u64>;
        let payload = prop_oneof![
            Just(Payload::Noop),
            prop::collection::vec(any::<u8>(), 0..40).prop_map(|c| Payload::Command(c.into())),
        ];
        let entry = (n(), payload).prop_map(|(term, payload)| Entry { term, payload });
        let entries = prop::collection::vec(entry, 0..5).prop_map(Entries::from_iter);
        let chunk = (prop::collection::vec(any::<u8>(), 0..60), 0_usize..20);
        let chunk = chunk.prop_map(|(whole, start)| Chunk::cut(&whole.into(), start, 30));
        prop_oneof![
            (n(), n(), n(), any::<bool>()).prop_map(|(term, last_index, last_term, pre_vote)| {
                Message::RequestVote { term, last_index, last_term, pre_vote }
            }),
            (n(), any::<bool>(), any::<bool>())
                .prop_map(|(term, granted, pre_vote)| Message::Vote { term, granted, pre_vote }),
            (n(), n(), n(), n(), n(), entries).prop_map(
                |(term, prev_index, prev_term, commit, round, entries)| {
                    Message::Append { term, prev_index, prev_term, commit, round, entries }
                }
            ),
            (n(), n(), n()).prop_map(|(term, round, index)| Message::Appended {
                term,
                round,
                outcome: Outcome::Matched { index }
            }),
            (n(), n(), n(), n()).prop_map(|(term, round, prev_index, hint)| Message::Appended {
                term,
                round,
                outcome: Outcome::Rejected { prev_index, hint }
            }),
            (n(), n(), n(), n(), n(), chunk).prop_map(
                |(term, round, index, digest, size, chunk)| {
                    let meta = SnapshotMeta { index, term: round };
                    let piece = Piece { meta, digest, size, offset: index, chunk };
                    Message::Snapshot { term, round, piece: Arc::new(piece) }
                }
            ),
            (n(), n(), n(), n()).prop_map(|(term, round, index, offset)| {
                Message::SnapshotReceived { term, round, index, offset }
            }),
            (n(), n()).prop_map(|(term, nonce)| Message::Recall { term, nonce }),
            (n(), n(), n(), n()).prop_map(|(term, nonce, last_index, last_term)| {
                Message::Recalled { term, nonce, last_index, last_term }
            }),
        ]
    }

    fn encoded(message: &Message) -> Vec<u8> {
        let mut bytes = Vec::new();
        message.encode(&mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn every_message_comes_back_from_its_bytes(message in messages()) {
            prop_assert_eq!(Message::decode(&encoded(&message)), Ok(message));
        }

        #[test]
        fn no_bytes_make_decoding_panic_and_what_is_read_is_all_there_was(
            kind in 0_u8..9, mut bytes in prop::collection::vec(any::<u8>(), 0..120),
        ) {
            bytes.splice(0..0, [VERSION, kind]);
            if let Ok(message) = Message::decode(&bytes) {
                prop_assert_eq!(encoded(&message), bytes);
            }
        }

        #[test]
        fn a_message_cut_short_or_changed_is_read_as_another_or_refused(
            message in messages(), place in any::<prop::sample::Index>(), pattern in 1_u8..,
        ) {
            let mut bytes = encoded(&message);
            let place = place.index(bytes.len());
            bytes[place] ^= pattern;
            prop_assert_ne!(Message::decode(&bytes), Ok(message.clone()));
            prop_assert_ne!(Message::decode(&bytes[..place]), Ok(message));
        }
    }

    #[test]
    fn another_version_and_an_unknown_kind_are_refused_by_name() {
        let error = Message::decode(&[9, 1]).expect_err("of another version");
        assert_eq!(error, WireError::Version { found: 9, expected: 1 });
        let error = Message::decode(&[1, 10]).expect_err("no such kind").to_string();
        assert_eq!(error, "malformed bytes: a message of kind 10; there are 1 to 9");
    }
}
