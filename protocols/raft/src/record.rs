//! The records of the write-ahead log: what a node must still know after a crash (figure 2, "persistent state").
//!
//! An entry's record says its index, and replaces every earlier entry at that index or above: a truncation and what takes its
//! place are one write, so no crash can come between them.

use std::sync::Arc;

use seatrial_node::{NodeId, OpenError, WireError};

use crate::codec::{Reader, put_node, put_u32, put_u64};
use crate::event::{LogId, SnapshotMeta};
use crate::message::{Entry, Payload};

/// The current term, and the vote given in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct HardState {
    pub(crate) term: u64,
    pub(crate) vote: Option<NodeId>,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Record {
    /// The term and the vote from now on, and whose they are: no disk makes another member's promises its own.
    Hard { hard: HardState, owner: NodeId },
    /// The log begins after this index. Comes before any entry: the log is rewritten when it is compacted, and each rewrite makes a file
    /// of the next generation. A file that does not begin with this record is the first one, of generation 0.
    /// What the log owed when it was rewritten is with it: no mark may know of the new file yet, and the old one is gone.
    Base { meta: SnapshotMeta, generation: u64, owed: Option<LogId> },
    /// The log's last entry from now on.
    Entry { index: u64, entry: Entry },
}

const HARD: u8 = 1;
const BASE: u8 = 2;
const NOOP: u8 = 3;
const COMMAND: u8 = 4;

pub(crate) fn put_hard(out: &mut Vec<u8>, hard: HardState, owner: NodeId) {
    out.push(HARD);
    put_u32(out, owner.0);
    put_u64(out, hard.term);
    put_node(out, hard.vote);
}

pub(crate) fn put_base(
    out: &mut Vec<u8>,
    base: SnapshotMeta,
    generation: u64,
    owed: Option<LogId>,
) {
    out.push(BASE);
    put_u64(out, base.index);
    put_u64(out, base.term);
    put_u64(out, generation);
    out.push(u8::from(owed.is_some()));
    let (term, index) = owed.unwrap_or_default();
    put_u64(out, term);
    put_u64(out, index);
}

pub(crate) fn put_entry(out: &mut Vec<u8>, index: u64, entry: &Entry) {
    let (kind, content): (u8, &[u8]) = match &entry.payload {
        Payload::Noop => (NOOP, &[]),
        Payload::Command(command) => (COMMAND, command),
    };
    out.push(kind);
    put_u64(out, index);
    put_u64(out, entry.term);
    out.extend_from_slice(content);
}

impl Record {
    /// Reads one record.
    ///
    /// # Errors
    /// [`OpenError::Corrupt`] where the bytes are none. The log's checksums held, so no accident has made them: another
    /// program has.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, OpenError> {
        decode(bytes).map_err(|error| OpenError::Corrupt(format!("a record of the log: {error}")))
    }
}

fn decode(bytes: &[u8]) -> Result<Record, WireError> {
    let mut reader = Reader::new(bytes);
    let kind = reader.u8()?;
    let record = match kind {
        HARD => {
            let owner = NodeId(reader.u32()?);
            let hard = HardState { term: reader.count()?, vote: reader.node()? };
            Record::Hard { hard, owner }
        }
        BASE => {
            let meta = SnapshotMeta { index: reader.count()?, term: reader.count()? };
            let (generation, is_owed) = (reader.count()?, reader.bool()?);
            let owed = (reader.count()?, reader.count()?);
            Record::Base { meta, generation, owed: is_owed.then_some(owed) }
        }
        NOOP | COMMAND => {
            let (index, term) = (reader.count()?, reader.count()?);
            let payload = match kind {
                NOOP => Payload::Noop,
                _ => Payload::Command(Arc::from(reader.rest())),
            };
            Record::Entry { index, entry: Entry { term, payload } }
        }
        other => return Err(WireError::Malformed(format!("unknown kind {other}"))),
    };
    reader.end()?;
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<(Vec<u8>, Record)> {
        let hard = HardState { term: 7, vote: Some(NodeId(2)) };
        let base = SnapshotMeta { index: 5, term: 3 };
        let noop = Entry { term: 7, payload: Payload::Noop };
        let command = Entry { term: 7, payload: Payload::Command(Arc::from(*b"set")) };
        let mut all = vec![
            (Vec::new(), Record::Hard { hard, owner: NodeId(1) }),
            (Vec::new(), Record::Base { meta: base, generation: 4, owed: Some((3, 9)) }),
            (Vec::new(), Record::Entry { index: 6, entry: noop.clone() }),
            (Vec::new(), Record::Entry { index: 7, entry: command.clone() }),
        ];
        put_hard(&mut all[0].0, hard, NodeId(1));
        put_base(&mut all[1].0, base, 4, Some((3, 9)));
        put_entry(&mut all[2].0, 6, &noop);
        put_entry(&mut all[3].0, 7, &command);
        all
    }

    #[test]
    fn each_record_is_read_as_it_was_written() {
        for (bytes, record) in all() {
            assert_eq!(Record::decode(&bytes), Ok(record));
        }
    }

    #[test]
    fn bytes_that_are_no_record_are_refused_and_never_panic() {
        assert!(matches!(Record::decode(&[]), Err(OpenError::Corrupt(_))));
        assert!(matches!(Record::decode(&[99, 1, 2]), Err(OpenError::Corrupt(_))));
        for (mut bytes, record) in all() {
            let is_command =
                matches!(&record, Record::Entry { entry, .. } if entry.payload != Payload::Noop);
            for cut in 0..bytes.len().min(17) {
                let error = Record::decode(&bytes[..cut]).expect_err("half a record");
                assert!(matches!(error, OpenError::Corrupt(_)), "{record:?} cut to {cut} bytes");
            }
            bytes.push(0);
            assert!(is_command || Record::decode(&bytes).is_err(), "{record:?} and one byte more");
        }
    }
}
