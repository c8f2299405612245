//! A log that is rewritten, crashed at every point of it: what is there is always what the log held at one position, and
//! never from before the last durable one.

use seatrial_node::DiskError;

use super::every_crash::for_each_crash;
use super::host::{Life, read_back};
use super::model_disk::ModelDisk;

/// What may happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Append,
    Sync,
    Rewrite,
    SyncEnds,
    SyncFails,
}

const STEPS: [Step; 5] = [Step::Append, Step::Sync, Step::Rewrite, Step::SyncEnds, Step::SyncFails];

/// How many steps a sequence has at most.
const DEPTH: usize = 9;

#[derive(Debug, Default, PartialEq, Eq)]
struct Cases {
    sequences: u64,
    crashes: u64,
}

#[test]
#[expect(clippy::print_stdout, reason = "the number of cases is for people, too")]
fn a_crash_at_any_point_of_a_rewrite_leaves_the_old_log_or_the_new_one() {
    let mut cases = Cases::default();
    go_on(&Life::first(), &[Vec::new()], &mut Vec::new(), &mut cases);
    println!("every rewrite: {cases:?}");
    assert_eq!(cases, Cases { sequences: 11_736, crashes: 158_033 });
}

/// Crashes here in every way, then goes on with every next step. `contents` is what the log holds at each position.
fn go_on(life: &Life, contents: &[Vec<Vec<u8>>], steps: &mut Vec<Step>, cases: &mut Cases) {
    cases.sequences += 1;
    let allowed = &contents[life.wal.durable().0 as usize..];
    for_each_crash(&life.disk, |ways, disk| {
        let (found, _) = read_back(disk).expect("a crash is no corruption");
        assert!(allowed.contains(&found), "after {steps:?}, crashed as {ways:?}: {found:?}");
        cases.crashes += 1;
        check_that_it_can_go_on(disk, found);
    });
    if steps.len() == DEPTH {
        return;
    }
    for step in STEPS {
        if !possible(step, life, steps) {
            continue;
        }
        let (mut life, mut contents) = (life.clone(), contents.to_vec());
        take(step, &mut life, &mut contents);
        steps.push(step);
        go_on(&life, &contents, steps, cases);
        steps.pop();
    }
}

/// Panics where a next life on this disk cannot append and rewrite.
fn check_that_it_can_go_on(disk: &ModelDisk, mut records: Vec<Vec<u8>>) {
    let (mut life, _) = Life::begin(disk.clone(), |_| Ok(())).expect("it was read just now");
    records.push(vec![100]);
    life.append(&[100]);
    life.sync();
    life.settle();
    assert_eq!(read_back(&mut life.disk).expect("no crash").0, records);
    records.remove(0);
    life.rewrite(&records);
    life.settle();
    assert_eq!(read_back(&mut life.disk).expect("no crash").0, records);
}

fn possible(step: Step, life: &Life, steps: &[Step]) -> bool {
    match step {
        Step::Append => steps.iter().filter(|taken| **taken == Step::Append).count() < 3,
        Step::Sync => steps.last() == Some(&Step::Append),
        Step::Rewrite => steps.iter().filter(|taken| **taken == Step::Rewrite).count() < 2,
        Step::SyncEnds => life.disk.next_sync().is_some(),
        Step::SyncFails => life.disk.next_sync().is_some() && !steps.contains(&step),
    }
}

fn take(step: Step, life: &mut Life, contents: &mut Vec<Vec<Vec<u8>>>) {
    let number = contents.len() as u8;
    let last = contents.last().expect("a log holds something at position 0").clone();
    match step {
        Step::Append => {
            let record = vec![number; 3];
            life.append(&record);
            contents.push([last, vec![record]].concat());
        }
        Step::Rewrite => {
            let records = vec![vec![number; 3]];
            life.rewrite(&records);
            contents.push(records);
        }
        Step::Sync => life.sync(),
        Step::SyncEnds => {
            let before = life.wal.durable();
            let told = life.end_sync(Ok(())).expect("it went well");
            assert_eq!(told.unwrap_or(before), life.wal.durable());
        }
        Step::SyncFails => {
            let before = life.wal.durable();
            // The log does not care for a sync that a rewrite has made pointless.
            let told = life.end_sync(Err(DiskError::SyncFailed));
            assert!(matches!(told, Err(DiskError::SyncFailed) | Ok(None)));
            assert_eq!(life.wal.durable(), before);
        }
    }
    assert_eq!(life.wal.appended().0 as usize + 1, contents.len());
}

#[test]
fn a_rewrite_during_which_records_are_appended_ends_durable_with_all_of_them() {
    let mut life = Life::first();
    life.append(b"old");
    life.sync();
    let rewritten = life.rewrite(&[b"a".to_vec(), b"b".to_vec()]);
    assert!(life.wal.is_rewriting());
    let appended = life.append(b"c");
    life.sync();
    assert_eq!(
        life.end_sync(Ok(())),
        Ok(None),
        "the sync of the old log promises nothing any more"
    );
    assert_eq!(life.end_sync(Ok(())), Ok(None), "the new file is not in its place yet");
    assert!(!life.wal.is_rewriting());
    assert!(life.wal.durable() < rewritten);
    assert_eq!(life.end_sync(Ok(())), Ok(Some(appended)));
    assert_eq!(read_back(&mut life.disk).expect("whole").0, [b"a", b"b", b"c"]);
}

#[test]
fn a_log_that_failed_to_sync_promises_nothing_until_it_is_rewritten() {
    let mut life = Life::first();
    life.append(b"a");
    life.sync();
    assert_eq!(life.end_sync(Err(DiskError::Full)), Err(DiskError::Full));
    life.append(b"b");
    life.sync();
    assert_eq!(life.disk.next_sync(), None, "a sync that cannot help is not asked for");
    let rewritten = life.rewrite(&[b"a".to_vec(), b"b".to_vec()]);
    life.settle();
    assert_eq!(life.wal.durable(), rewritten);
    assert_eq!(read_back(&mut life.disk).expect("whole").0, [b"a", b"b"]);
}
