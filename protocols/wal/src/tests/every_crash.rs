//! Every sequence of up to six writes, with syncs at every place, crashed in every way that the contract allows.
//!
//! A crash point is the end of a sequence: a crash in the middle of a longer one is the end of a shorter one, and a sync under
//! way promises no more than none. Each write that no sync has covered keeps any subset of its sectors, so it is whole, torn or
//! absent, and the disk may have carried the writes out in any order.

use super::host::{LOG, Life, read_back};
use super::model_disk::{ModelDisk, SECTOR};

/// The sizes of records. The second spans sectors.
const SIZES: [usize; 2] = [5, SECTOR as usize + 88];

/// What was written in one life or two, and how much of it must be there.
#[derive(Clone, Default)]
struct Written {
    records: Vec<Vec<u8>>,
    synced: usize,
}

impl Written {
    /// Panics where these are not the records written, up to one that comes after all that were synced.
    fn check(&self, found: &[Vec<u8>]) {
        assert!(found.len() >= self.synced, "a synced record is gone: {found:?}");
        assert!(self.records.starts_with(found), "not what was written: {found:?}");
    }
}

/// How many cases were tried.
#[derive(Debug, Default, PartialEq, Eq)]
struct Cases {
    sequences: u64,
    crashes: u64,
    orders: u64,
    torn_tails: u64,
    second_crashes: u64,
}

#[test]
#[expect(clippy::print_stdout, reason = "the number of cases is for people, too")]
fn every_crash_of_up_to_six_writes_leaves_a_prefix_that_holds_all_that_was_synced() {
    let mut cases = Cases::default();
    first_life(&Life::first(), &Written::default(), false, &mut cases);
    println!("every crash: {cases:?}");
    let expected = Cases {
        sequences: 5_461,
        crashes: 134_065,
        orders: 8_883_033,
        torn_tails: 123_270,
        second_crashes: 1_493_044,
    };
    assert_eq!(cases, expected);
}

/// Crashes this life here in every way, then goes on with every next step.
fn first_life(life: &Life, written: &Written, just_synced: bool, cases: &mut Cases) {
    cases.sequences += 1;
    for_each_crash(&life.disk, |ways, disk| {
        cases.crashes += 1;
        cases.orders += check_orders(&life.disk, ways, disk);
        let (found, recovered) = read_back(disk).expect("a crash is no corruption");
        written.check(&found);
        cases.torn_tails += u64::from(recovered.torn.is_some());
        cases.second_crashes += second_life(disk, found, &written.records);
    });
    if written.synced < written.records.len() && !just_synced {
        let (mut life, mut written) = (life.clone(), written.clone());
        life.sync();
        life.settle();
        written.synced = written.records.len();
        assert_eq!(life.wal.durable(), life.wal.appended());
        first_life(&life, &written, true, cases);
    }
    if written.records.len() < 6 {
        for size in SIZES {
            let (mut life, mut written) = (life.clone(), written.clone());
            let record = vec![1 + written.records.len() as u8; size];
            life.append(&record);
            written.records.push(record);
            first_life(&life, &written, false, cases);
        }
    }
}

/// Recovers, writes on, and crashes again in every way, at every point. The first record written on is the very one that was
/// lost, so that whatever followed that one on the disk would fit behind it. Returns the number of crashes.
fn second_life(disk: &ModelDisk, found: Vec<Vec<u8>>, before: &[Vec<u8>]) -> u64 {
    let (mut life, _) = Life::begin(disk.clone(), |_| Ok(())).expect("it was read just now");
    let mut written = Written { synced: found.len(), records: found };
    let mut crashes = check_crashes(&life, &written);
    let lost = before.get(written.records.len()).cloned();
    for record in [lost.unwrap_or_else(|| vec![101; SIZES[0]]), vec![102; SIZES[0]]] {
        life.append(&record);
        written.records.push(record);
        crashes += check_crashes(&life, &written);
    }
    life.sync();
    while life.disk.next_sync().is_some() {
        life.end_sync(Ok(())).expect("no sync fails here");
        written.synced = life.wal.durable().0 as usize;
        crashes += check_crashes(&life, &written);
    }
    assert_eq!(written.synced, written.records.len());
    crashes
}

fn check_crashes(life: &Life, written: &Written) -> u64 {
    let mut crashes = 0;
    for_each_crash(&life.disk, |_, disk| {
        crashes += 1;
        written.check(&read_back(disk).expect("a crash is no corruption").0);
    });
    crashes
}

/// Calls with every choice of a way for each change, and with the disk that it leaves.
pub(crate) fn for_each_crash(disk: &ModelDisk, mut each: impl FnMut(&[u64], &mut ModelDisk)) {
    let limits: Vec<u64> = disk.ways().collect();
    let mut ways = vec![0; limits.len()];
    loop {
        each(&ways, &mut disk.crashed(&ways, 0..ways.len()));
        let Some(place) = (0..ways.len()).find(|i| ways[*i] + 1 < limits[*i]) else { return };
        ways[..place].fill(0);
        ways[place] += 1;
    }
}

/// Panics where some order of carrying out the changes leaves another file; returns the number of orders.
fn check_orders(disk: &ModelDisk, ways: &[u64], expected: &ModelDisk) -> u64 {
    let mut survivors: Vec<usize> = (0..ways.len()).filter(|i| ways[*i] > 0).collect();
    let (mut orders, mut bytes) = (0, Vec::new());
    permute(&mut survivors, 0, &mut |order| {
        orders += 1;
        disk.crashed_bytes(ways, order, &mut bytes);
        assert_eq!(bytes, expected.bytes(LOG), "the order of {ways:?} matters");
    });
    orders
}

fn permute(items: &mut [usize], fixed: usize, each: &mut impl FnMut(&[usize])) {
    if fixed + 1 >= items.len() {
        return each(items);
    }
    for i in fixed..items.len() {
        items.swap(fixed, i);
        permute(items, fixed + 1, each);
        items.swap(fixed, i);
    }
}
