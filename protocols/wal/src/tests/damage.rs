//! Damage that no crash does: below the watermark it is corruption, behind it looks like a torn tail, and nothing that was
//! not written is ever returned.

use seatrial_node::OpenError;

use super::host::{LOG, Life, read_back};
use super::model_disk::ModelDisk;

/// Opens a log with these bytes.
fn open(bytes: Vec<u8>) -> Result<Vec<Vec<u8>>, OpenError> {
    read_back(&mut ModelDisk::with_file(LOG, bytes)).map(|(records, _)| records)
}

/// The offset that the error names as damaged.
fn damaged(error: &OpenError) -> u64 {
    let OpenError::Corrupt(what) = error else { panic!("not corruption: {error}") };
    let offset = what.split("offset ").nth(1).and_then(|rest| rest.split(' ').next());
    offset.and_then(|offset| offset.parse().ok()).unwrap_or_else(|| panic!("no offset in {what}"))
}

/// Six records, synced after each but the last two.
fn log() -> (Vec<u8>, Vec<Vec<u8>>, usize) {
    let mut life = Life::first();
    let records: Vec<Vec<u8>> = (1..=6).map(|i| vec![i; 7 * usize::from(i)]).collect();
    let mut synced = 0;
    for (i, record) in records.iter().enumerate() {
        life.append(record);
        if i < 4 {
            life.sync();
            life.settle();
            synced = life.disk.bytes(LOG).len();
        }
    }
    (life.disk.bytes(LOG).to_vec(), records, synced)
}

#[test]
fn a_flipped_bit_below_the_watermark_is_corruption_and_behind_it_a_torn_tail() {
    let (whole, records, synced) = log();
    let mut corrupt = 0;
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        match open(bytes) {
            Ok(found) => {
                assert!(bit / 8 >= synced, "bit {bit} was synced and is lost silently");
                assert!(found.len() >= 4 && records.starts_with(&found));
            }
            Err(error) => {
                corrupt += 1;
                assert!(bit / 8 < synced, "bit {bit} was not synced: {error}");
                assert!(damaged(&error) <= bit as u64 / 8);
            }
        }
    }
    assert_eq!(corrupt, synced * 8);
}

#[test]
fn a_hole_below_the_watermark_is_corruption() {
    let (whole, _, synced) = log();
    for start in 0..synced {
        let mut bytes = whole.clone();
        bytes[start..synced].fill(0);
        let found = open(bytes).expect_err("synced bytes are gone");
        assert!(damaged(&found) <= start as u64);
    }
}

#[test]
fn a_file_that_has_lost_its_end_reads_as_a_shorter_log() {
    let (whole, records, _) = log();
    for len in 0..whole.len() {
        let found = open(whole[..len].to_vec()).expect("no byte that is left tells");
        assert!(found.len() < 6 && records.starts_with(&found));
    }
}

#[test]
fn all_of_a_rewritten_log_is_under_the_watermark() {
    let records: Vec<Vec<u8>> = (1..=4).map(|i| vec![i; 30]).collect();
    let mut life = Life::first();
    life.rewrite(&records);
    life.settle();
    let whole = life.disk.bytes(LOG).to_vec();
    let seal = whole.len() - crate::record::HEADER;
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        match open(bytes) {
            Ok(found) => assert!(bit / 8 >= seal && found == records, "only the seal may go"),
            Err(error) => assert!(bit / 8 < seal && damaged(&error) <= bit as u64 / 8),
        }
    }
}

#[test]
fn a_record_that_holds_another_log_accuses_nothing() {
    let (inner, _, _) = log();
    let mut life = Life::first();
    life.append(&[1; 40]);
    life.append(&inner);
    let mut bytes = life.disk.bytes(LOG).to_vec();
    bytes[3] ^= 1;
    assert_eq!(open(bytes), Ok(Vec::new()), "nothing was synced, so this is a torn tail");
}

#[test]
fn a_record_does_not_follow_one_that_it_was_not_written_behind() {
    let log = |first: &[u8]| {
        let mut life = Life::first();
        life.append(first);
        life.append(b"second");
        life.disk.bytes(LOG).to_vec()
    };
    let (one, other) = (log(b"cut off"), log(b"written"));
    let first = crate::record::HEADER + 7;
    let spliced = [&other[..first], &one[first..]].concat();
    assert_eq!(open(spliced), Ok(vec![b"written".to_vec()]));
}
