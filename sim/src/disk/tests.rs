//! What a disk keeps, loses and gives back, write by write.

use super::*;
use crate::counts::Counts;
use crate::tape::Tape;

const LOG: FileName = FileName::new("log");
const NEW: FileName = FileName::new("log.new");

/// A choice of [`site::CRASH_WRITE`].
const WHOLE: u64 = 0;
const ABSENT: u64 = 1;
const TORN: u64 = 2;

fn append(disk: &mut SimDisk, file: FileName, bytes: &[u8]) {
    disk.write(DiskWrite::Append { file, bytes });
}

fn sync(disk: &mut SimDisk, file: FileName) {
    let (file, upto) = disk.sync_point(file);
    disk.synced(file, upto);
}

/// Crashes; the choices are for changes in order, the making of a file included.
fn crash(disk: &mut SimDisk, choices: &[u64]) {
    disk.crash(0, &mut Tape::scripted(choices.to_vec()), &mut Counts::default());
}

fn content(disk: &SimDisk, file: FileName) -> Option<Vec<u8>> {
    disk.find(file).map(|file| disk.files[file as usize].clone())
}

#[test]
fn a_crash_keeps_what_was_synced_and_may_lose_the_rest() {
    let mut disk = SimDisk::default();
    append(&mut disk, LOG, b"one");
    sync(&mut disk, LOG);
    append(&mut disk, LOG, b"two");
    crash(&mut disk, &[ABSENT]);
    assert_eq!(content(&disk, LOG).as_deref(), Some(&b"one"[..]));
}

#[test]
fn a_later_write_may_survive_without_an_earlier_one() {
    let mut disk = SimDisk::default();
    append(&mut disk, LOG, b"aa");
    append(&mut disk, LOG, b"bb");
    crash(&mut disk, &[WHOLE, ABSENT, WHOLE]);
    assert_eq!(content(&disk, LOG).as_deref(), Some(&b"\0\0bb"[..]));
}

#[test]
fn a_torn_write_keeps_some_of_its_sectors() {
    let mut disk = SimDisk::default();
    append(&mut disk, LOG, &[7; 1_500]);
    crash(&mut disk, &[WHOLE, TORN, 1, 0, 1]);
    let mut torn = vec![0; 512];
    torn.extend([7; 512]);
    assert_eq!(content(&disk, LOG), Some(torn));
}

#[test]
fn an_overwrite_that_is_lost_gives_back_what_was_there() {
    let mut disk = SimDisk::default();
    append(&mut disk, LOG, b"abcdef");
    sync(&mut disk, LOG);
    disk.write(DiskWrite::WriteAt { file: LOG, offset: 4, bytes: b"XYZ" });
    disk.write(DiskWrite::Truncate { file: LOG, len: 2 });
    disk.write(DiskWrite::Truncate { file: LOG, len: 9 });
    crash(&mut disk, &[ABSENT, ABSENT, ABSENT]);
    assert_eq!(content(&disk, LOG).as_deref(), Some(&b"abcdef"[..]));
}

#[test]
fn a_rename_is_whole_or_not_at_all() {
    let build = || {
        let mut disk = SimDisk::default();
        append(&mut disk, LOG, b"old");
        append(&mut disk, NEW, b"new");
        sync(&mut disk, LOG);
        sync(&mut disk, NEW);
        disk.write(DiskWrite::Rename { from: NEW, to: LOG });
        disk
    };
    let mut kept = build();
    crash(&mut kept, &[WHOLE]);
    assert_eq!(content(&kept, LOG).as_deref(), Some(&b"new"[..]));
    assert_eq!(content(&kept, NEW), None);
    let mut lost = build();
    crash(&mut lost, &[ABSENT]);
    assert_eq!(content(&lost, LOG).as_deref(), Some(&b"old"[..]));
    assert_eq!(content(&lost, NEW).as_deref(), Some(&b"new"[..]));
}

#[test]
fn a_sync_covers_what_was_asked_for_before_it_and_only_its_file() {
    let mut disk = SimDisk::default();
    append(&mut disk, LOG, b"a");
    append(&mut disk, NEW, b"x");
    let (file, upto) = disk.sync_point(LOG);
    append(&mut disk, LOG, b"b");
    disk.synced(file, upto);
    crash(&mut disk, &[ABSENT, ABSENT, ABSENT]);
    assert_eq!(content(&disk, LOG).as_deref(), Some(&b"a"[..]));
    assert_eq!(content(&disk, NEW), None, "it was never there");
}

#[test]
fn a_name_given_away_and_taken_again_goes_back_to_its_first_file() {
    let mut disk = SimDisk::default();
    append(&mut disk, LOG, b"old");
    append(&mut disk, NEW, b"new");
    sync(&mut disk, LOG);
    sync(&mut disk, NEW);
    disk.write(DiskWrite::Rename { from: NEW, to: LOG });
    append(&mut disk, NEW, b"newer");
    crash(&mut disk, &[ABSENT, WHOLE, WHOLE]);
    assert_eq!(content(&disk, LOG).as_deref(), Some(&b"old"[..]));
    assert_eq!(content(&disk, NEW).as_deref(), Some(&b"new"[..]));
    assert_eq!(disk.names.len(), 2, "{:?}", disk.names);
}

#[test]
fn what_a_rename_replaces_is_used_again_once_it_is_synced() {
    let mut disk = SimDisk::default();
    for round in 0..100_u8 {
        append(&mut disk, LOG, b"not synced");
        append(&mut disk, NEW, &[round; 100]);
        sync(&mut disk, NEW);
        disk.write(DiskWrite::Rename { from: NEW, to: LOG });
        sync(&mut disk, LOG);
        assert_eq!(content(&disk, LOG), Some(vec![round; 100]));
    }
    assert!(disk.files.len() <= 3, "{} contents are kept", disk.files.len());
    assert!(disk.unsynced.is_empty(), "{:?}", disk.unsynced);
}

#[test]
fn a_reset_disk_is_empty() {
    let mut disk = SimDisk::default();
    append(&mut disk, LOG, b"a");
    disk.reset();
    assert_eq!(disk.len(LOG), None);
    append(&mut disk, LOG, b"b");
    let mut buffer = [0; 8];
    assert_eq!(disk.read_at(LOG, 0, &mut buffer), 1);
    assert_eq!(buffer[0], b'b');
}
