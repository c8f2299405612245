//! What a disk keeps, loses and gives back, write by write.

use seatrial_node::DiskError;

use super::*;
use crate::counts::{Counts, FaultKind};
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
fn what_a_sync_makes_last_is_said_of_the_changes_that_it_covers() {
    let mut disk = SimDisk::default();
    let covered = |disk: &mut SimDisk, file| {
        let (file, upto) = disk.sync_point(file);
        disk.covered(file, upto)
    };
    append(&mut disk, LOG, b"one");
    let (log, upto) = disk.sync_point(LOG);
    append(&mut disk, LOG, b"two");
    assert_eq!(disk.covered(log, upto), "log, bytes 0 to 3 and its name", "asked for before");
    disk.synced(log, upto);
    append(&mut disk, LOG, b"three");
    disk.write(DiskWrite::Truncate { file: LOG, len: 5 });
    assert_eq!(covered(&mut disk, LOG), "log, bytes 3 to 11 and its length of 5");
    sync(&mut disk, LOG);
    assert_eq!(covered(&mut disk, LOG), "log, where nothing was new");
    append(&mut disk, NEW, b"four");
    let (new, upto) = disk.sync_point(NEW);
    disk.write(DiskWrite::Rename { from: LOG, to: NEW });
    let said = disk.covered(new, upto);
    assert_eq!(said, "a file that has no name, bytes 0 to 4 and its name");
    assert_eq!(covered(&mut disk, NEW), "log.new, its name");
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

/// A sync of this file fails.
fn fail(disk: &mut SimDisk, file: FileName) {
    let wrong = Wrong::FailsSync { file: String::new() };
    disk.trouble.begin(0, FaultKind::SyncFailure, wrong);
    let (content, upto) = disk.sync_point(file);
    let told = disk.synced_in_trouble(content, upto, &mut Counts::default());
    assert_eq!(told, Err(DiskError::SyncFailed));
    disk.trouble.end(0);
}

#[test]
fn what_a_failed_sync_covered_may_be_lost_whatever_is_synced_later() {
    let build = || {
        let mut disk = SimDisk::default();
        append(&mut disk, LOG, b"one");
        sync(&mut disk, LOG);
        append(&mut disk, LOG, b"two");
        fail(&mut disk, LOG);
        append(&mut disk, LOG, b"three");
        let (content, upto) = disk.sync_point(LOG);
        let told = disk.synced_in_trouble(content, upto, &mut Counts::default());
        assert_eq!(told, Ok(()), "it fails once");
        append(&mut disk, LOG, b"four");
        assert_eq!(content_of(&disk), b"onetwothreefour", "reads see all of it");
        disk
    };
    let mut lost = build();
    crash(&mut lost, &[ABSENT, ABSENT]);
    assert_eq!(content_of(&lost), b"one\0\0\0three");
    assert!(lost.trouble.is_damaged());
    let mut kept = build();
    crash(&mut kept, &[WHOLE, WHOLE]);
    assert_eq!(content_of(&kept), b"onetwothreefour");
    assert!(!kept.trouble.is_damaged());
}

#[test]
fn what_is_synced_behind_a_failed_sync_lasts_whatever_else_is_synced() {
    let mut disk = SimDisk::default();
    disk.write(DiskWrite::Truncate { file: LOG, len: 0 });
    fail(&mut disk, LOG);
    append(&mut disk, LOG, b"whole");
    sync(&mut disk, LOG);
    append(&mut disk, NEW, b"other");
    sync(&mut disk, NEW);
    crash(&mut disk, &[ABSENT]);
    assert_eq!(content_of(&disk), b"whole");
}

#[test]
fn a_file_that_is_written_anew_and_renamed_is_free_of_a_failed_sync() {
    let mut disk = SimDisk::default();
    append(&mut disk, LOG, b"one");
    fail(&mut disk, LOG);
    append(&mut disk, NEW, b"new");
    sync(&mut disk, NEW);
    disk.write(DiskWrite::Rename { from: NEW, to: LOG });
    sync(&mut disk, LOG);
    assert!(disk.unsynced.is_empty(), "{:?}", disk.unsynced);
    crash(&mut disk, &[]);
    assert_eq!(content_of(&disk), b"new");
}

#[test]
fn rot_strikes_what_no_crash_could_touch_and_nothing_else() {
    let mut disk = SimDisk::default();
    append(&mut disk, LOG, b"safe");
    assert_eq!(disk.rot("", 0, &mut Tape::seeded(1)), None, "nothing is synced");
    sync(&mut disk, LOG);
    append(&mut disk, LOG, b"open");
    disk.write(DiskWrite::WriteAt { file: LOG, offset: 1, bytes: b"u" });
    assert_eq!(disk.rot("vote", 0, &mut Tape::seeded(1)), None, "it is aimed at another file");
    let mut struck = Vec::new();
    for seed in 0..100 {
        struck.extend(disk.clone().rot("lo", 0, &mut Tape::seeded(seed)).map(|(_, at)| at));
    }
    struck.sort_unstable();
    struck.dedup();
    assert_eq!(struck, [0, 2, 3]);
    let (_, at) = disk.rot("", 0, &mut Tape::seeded(1)).expect("there is something");
    let was = b"sufeopen"[at as usize];
    let flipped = content_of(&disk)[at as usize] ^ was;
    assert_eq!(flipped.count_ones(), 1);
    crash(&mut disk, &[ABSENT, ABSENT]);
    assert_eq!(content_of(&disk)[at as usize] ^ b"safe"[at as usize], flipped, "it stays");
}

#[test]
fn a_misdirected_write_leaves_its_place_as_it_was_and_hits_another() {
    let mut disk = SimDisk::default();
    append(&mut disk, NEW, &[1; 1_024]);
    sync(&mut disk, NEW);
    disk.trouble.begin(0, FaultKind::MisdirectedWrite, Wrong::Misdirects { file: "log".into() });
    let (tape, counts) = (&mut Tape::seeded(1), &mut Counts::default());
    let write = DiskWrite::Append { file: LOG, bytes: &[7; 100] };
    let told = disk.write_in_trouble(write, 0, tape, counts).expect("it strikes");
    assert_eq!(content(&disk, LOG), Some(vec![0; 100]), "{told}");
    let hit = content(&disk, NEW).expect("it is there");
    assert_eq!((hit.len(), hit.iter().filter(|byte| **byte == 7).count()), (1_024, 100));
    assert!([0, 512].contains(&hit.iter().position(|byte| *byte == 7).expect("it is hit")));
    let again = disk.write_in_trouble(write, 0, tape, counts);
    assert_eq!((again, counts.of(FaultKind::MisdirectedWrite).bit), (None, 1), "it strikes once");
}

#[test]
fn a_full_disk_grows_no_file_and_says_so_once_with_the_sync() {
    let mut disk = SimDisk::default();
    append(&mut disk, LOG, b"one");
    disk.trouble.begin(0, FaultKind::DiskFull, Wrong::Full);
    let (tape, counts) = (&mut Tape::seeded(1), &mut Counts::default());
    let grow = DiskWrite::Append { file: LOG, bytes: b"two" };
    assert!(disk.write_in_trouble(grow, 0, tape, counts).is_some());
    let within = DiskWrite::WriteAt { file: LOG, offset: 0, bytes: b"O" };
    assert_eq!(disk.write_in_trouble(within, 0, tape, counts), None);
    disk.trouble.end(0);
    assert_eq!(content_of(&disk), b"One");
    let (content, upto) = disk.sync_point(LOG);
    assert_eq!(disk.synced_in_trouble(content, upto, counts), Err(DiskError::Full));
    assert_eq!(disk.synced_in_trouble(content, upto, counts), Ok(()));
}

fn content_of(disk: &SimDisk) -> Vec<u8> {
    content(disk, LOG).expect("it is there")
}
