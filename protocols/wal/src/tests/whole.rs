//! What holds without any crash in the middle, and what the log promises when.

use seatrial_node::{Disk, DiskError, FileName, OpenError, Storage};

use super::host::{LOG, Life, read_back};
use super::model_disk::ModelDisk;
use crate::{Position, TornTail, Wal};

#[test]
fn a_log_larger_than_a_piece_is_read_back_whole() {
    let records: Vec<Vec<u8>> = (0..400_usize).map(|i| vec![i as u8; i * i % 3_000]).collect();
    let mut life = Life::first();
    for record in &records {
        life.append(record);
    }
    life.append(&vec![7; 200_000]);
    let (mut found, recovered) = read_back(&mut life.disk).expect("whole");
    assert_eq!(found.pop().expect("the long one"), vec![7; 200_000]);
    assert_eq!(found, records);
    assert_eq!(recovered.records, 401);
    assert_eq!(recovered.bytes, life.disk.bytes(LOG).len() as u64);
    assert_eq!(recovered.torn, None);
}

#[test]
fn a_rewrite_larger_than_a_piece_is_read_back_whole() {
    let records: Vec<Vec<u8>> = (0..100_usize).map(|i| vec![i as u8; 2_000]).collect();
    let mut life = Life::first();
    life.append(b"old");
    life.rewrite(&records);
    life.settle();
    assert_eq!(read_back(&mut life.disk).expect("whole").0, records);
    assert_eq!(life.wal.len(), life.disk.bytes(LOG).len() as u64);
}

#[test]
fn a_damaged_record_is_found_out_from_a_record_many_pieces_away() {
    let mut life = Life::first();
    life.append(b"first");
    life.append(&vec![7; 300_000]);
    life.sync();
    life.settle();
    life.append(b"last");
    let mut bytes = life.disk.bytes(LOG).to_vec();
    bytes[24] ^= 1;
    let found = read_back(&mut ModelDisk::with_file(LOG, bytes));
    assert!(matches!(found, Err(OpenError::Corrupt(_))));
}

#[test]
fn durable_follows_the_syncs_in_order() {
    let mut life = Life::first();
    assert_eq!(life.append(b"a"), Position(1));
    life.sync();
    assert_eq!(life.append(b"b"), Position(2));
    life.sync();
    life.sync();
    assert_eq!(life.wal.durable(), Position(0));
    assert_eq!(life.end_sync(Ok(())), Ok(Some(Position(1))));
    assert_eq!(life.end_sync(Ok(())), Ok(Some(Position(2))));
    assert_eq!(life.disk.next_sync(), None, "nothing new: the third sync was not asked for");
}

#[test]
fn what_is_recovered_is_durable_once_it_is_synced_again() {
    let mut life = Life::first();
    life.append(b"a");
    let (mut life, recovered) = Life::begin(life.disk, |_| Ok(())).expect("whole");
    assert_eq!(recovered.records, 1);
    assert_eq!(life.wal.durable(), Position(0));
    assert_eq!(life.end_sync(Ok(())), Ok(Some(Position(1))));
}

#[test]
fn a_torn_tail_is_reported_and_cut_off_before_anything_takes_its_place() {
    let mut life = Life::first();
    life.append(b"a");
    let end = life.disk.bytes(LOG).len();
    life.append(b"bcd");
    let bytes = life.disk.bytes(LOG)[..end + 26].to_vec();
    let (mut life, recovered) =
        Life::begin(ModelDisk::with_file(LOG, bytes), |_| Ok(())).expect("a torn tail");
    assert_eq!(recovered.torn, Some(TornTail { offset: end as u64, len: 26 }));
    assert_eq!(life.disk.bytes(LOG).len(), end);
    life.append(b"e");
    life.sync();
    assert_eq!(life.disk.bytes(LOG).len(), end, "it waits");
    assert_eq!(life.end_sync(Ok(())), Ok(Some(Position(1))));
    assert_eq!(life.end_sync(Ok(())), Ok(Some(Position(2))));
    assert_eq!(read_back(&mut life.disk).expect("whole").0, [b"a", b"e"]);
}

#[test]
fn a_log_whose_cut_failed_can_still_be_rewritten() {
    let torn = ModelDisk::with_file(LOG, vec![0; 40]);
    let (mut life, _) = Life::begin(torn, |_| Ok(())).expect("a torn tail");
    life.append(b"a");
    assert_eq!(life.end_sync(Err(DiskError::SyncFailed)), Err(DiskError::SyncFailed));
    life.rewrite(&[b"a".to_vec()]);
    life.settle();
    assert_eq!(read_back(&mut life.disk).expect("whole").0, [b"a"]);
}

#[test]
fn opening_fails_where_the_reader_of_records_or_the_disk_does() {
    let mut life = Life::first();
    life.append(b"a");
    let refuse = |_: &[u8]| Err(OpenError::Corrupt("not mine".into()));
    let refused = Wal::open(&mut Disk::new(&mut life.disk), LOG, refuse).map(|_| ());
    assert_eq!(refused, Err(OpenError::Corrupt("not mine".into())));
    let unreadable = Wal::open(&mut Disk::new(&mut Unreadable), LOG, |_| Ok(())).map(|_| ());
    assert_eq!(unreadable, Err(OpenError::Disk(DiskError::Unreadable)));
}

struct Unreadable;

impl Storage for Unreadable {
    fn len(&mut self, _: FileName) -> Result<Option<u64>, DiskError> {
        Ok(Some(100))
    }

    fn read(&mut self, _: FileName, _: u64, _: &mut [u8]) -> Result<usize, DiskError> {
        Err(DiskError::Unreadable)
    }
}
