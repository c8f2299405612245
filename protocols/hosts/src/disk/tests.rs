//! The disk against the system: what lasts, what is refused, and what is told when it fails.

mod journal;
mod killed;
mod refused;
mod told;

use std::collections::VecDeque;
use std::fs;
use std::os::unix::fs::symlink;

use seatrial_node::{DiskError, FileName, NodeId, ReadToken, Storage, SyncToken};
use tempfile::TempDir;

use super::keeper::perform;
use super::*;

const LOG: FileName = FileName::new("raft/log");
const NEW: FileName = FileName::new("raft/log.new");
const ME: Owner<'_> = Owner { cluster: "harbour", protocol: "journal", node: NodeId(1) };

fn files(folder: &TempDir) -> Files {
    let directory = DataDir::open(folder.path(), &ME, false).expect("nobody else has it");
    Files::new(directory, ME.node, true)
}

fn append(file: FileName, text: &str) -> Job {
    Job::Append { file, bytes: text.into() }
}

const fn sync(file: FileName, token: u64) -> Job {
    Job::Sync { file, token: SyncToken(token) }
}

const fn read(token: u64) -> Job {
    Job::Read { file: LOG, offset: 0, len: 100, token: ReadToken(token) }
}

const fn synced(token: u64, result: Result<(), DiskError>) -> Done {
    Done::Synced { token: SyncToken(token), result }
}

fn was_read(token: u64, text: &str) -> Done {
    Done::Read { token: ReadToken(token), result: Ok(text.into()) }
}

#[test]
fn everything_is_done_and_told_in_the_order_in_which_it_was_asked() {
    let folder = TempDir::new().expect("a folder");
    let mut files = files(&folder);
    let done = perform(
        &mut files,
        vec![
            append(LOG, "one"),
            sync(LOG, 1),
            read(2),
            Job::WriteAt { file: LOG, offset: 5, bytes: b"two".into() },
            read(3),
            Job::Truncate { file: LOG, len: 4 },
            sync(LOG, 4),
            append(NEW, "new"),
            sync(NEW, 5),
            Job::Rename { from: NEW, to: LOG },
            append(LOG, "er"),
            sync(LOG, 6),
            read(7),
        ],
    );
    let expected = [
        synced(1, Ok(())),
        was_read(2, "one"),
        was_read(3, "one\0\0two"),
        synced(4, Ok(())),
        synced(5, Ok(())),
        synced(6, Ok(())),
        was_read(7, "newer"),
    ];
    assert_eq!(done, expected);
    assert_eq!(files.len(NEW), Ok(None));
    drop(files);
    assert_eq!(fs::read(folder.path().join("files/raft+log")).expect("it is there"), b"newer");
}

#[test]
fn a_file_of_a_former_life_takes_the_place_of_one_that_is_open() {
    let folder = TempDir::new().expect("a folder");
    perform(&mut files(&folder), vec![append(NEW, "new"), sync(NEW, 1)]);
    let mut files = files(&folder);
    let rename = Job::Rename { from: NEW, to: LOG };
    let done = perform(&mut files, vec![append(LOG, "old"), rename, append(LOG, "er"), read(2)]);
    assert_eq!(done, [was_read(2, "newer")]);
}

#[test]
fn a_full_disk_is_told_with_the_next_sync_of_that_file_and_of_no_other() {
    let folder = TempDir::new().expect("a folder");
    let mut files = files(&folder);
    symlink("/dev/full", folder.path().join("files/raft+log")).expect("a link");
    let jobs = vec![
        append(NEW, "fits"),
        append(LOG, "does not"),
        sync(NEW, 1),
        sync(LOG, 2),
        Job::Rename { from: FileName::new("nothing"), to: NEW },
        sync(NEW, 3),
    ];
    let done = perform(&mut files, jobs);
    let told = [(1, Ok(())), (2, Err(DiskError::Full)), (3, Err(DiskError::SyncFailed))];
    assert_eq!(done, told.map(|(token, result)| synced(token, result)));
}

#[test]
fn a_sync_that_the_system_refuses_is_told_as_failed() {
    let folder = TempDir::new().expect("a folder");
    let mut files = files(&folder);
    // It takes everything and cannot be synced.
    symlink("/dev/null", folder.path().join("files/raft+log")).expect("a link");
    let done = perform(&mut files, vec![append(NEW, "a"), sync(NEW, 1), sync(LOG, 2)]);
    assert_eq!(done, [synced(1, Ok(())), synced(2, Err(DiskError::SyncFailed))]);
}

#[test]
fn the_thread_finishes_what_it_was_given_before_it_is_let_go() {
    let folder = TempDir::new().expect("a folder");
    let (way, told) = std::sync::mpsc::channel();
    let tell = move |done| way.send(done).expect("the test listens");
    let keeper = Keeper::start(files(&folder), tell).expect("a thread");
    for token in 0..50 {
        keeper.ask(vec![append(LOG, "x"), sync(LOG, token)]);
    }
    drop(keeper);
    let done: VecDeque<Done> = told.try_iter().flatten().collect();
    assert_eq!(done, (0..50).map(|token| synced(token, Ok(()))).collect::<VecDeque<_>>());
    assert_eq!(files(&folder).len(LOG), Ok(Some(50)));
}

#[test]
fn a_file_that_was_never_written_is_not_made_by_looking_at_it_or_syncing_it() {
    let folder = TempDir::new().expect("a folder");
    let mut files = files(&folder);
    assert_eq!(files.len(LOG), Ok(None));
    assert_eq!(files.read(LOG, 7, &mut [0; 9]), Ok(0));
    assert_eq!(
        perform(&mut files, vec![sync(LOG, 1), read(2)]),
        [synced(1, Ok(())), was_read(2, "")]
    );
    assert_eq!(files.len(LOG), Ok(None));
}
