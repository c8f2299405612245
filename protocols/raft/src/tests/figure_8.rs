//! Figure 8 of the paper, step by step: an entry of an older term is on a majority of the disks, and is overwritten all the same.

use seatrial_node::Duration;

use super::disk::Unsynced;
use super::world::World;
use crate::RaftConfig;

/// Lets only these members run, each in a new life, until this one of them leads.
fn elect(world: &mut World, leader: u32, up: &[u32]) {
    for i in 0..world.members.len() as u32 {
        world.crash(i, Unsynced::Kept);
    }
    // What is under way is lost.
    world.run(Duration::from_millis(5));
    for i in up {
        let patience = Duration::from_millis(if *i == leader { 0 } else { 150 });
        world.seats[*i as usize].patience = Some(patience);
        world.restart(*i);
    }
    world.run_until("the election", |world| world.raft(leader).is_leader());
}

/// S1 to S5 are the nodes 0 to 4, and the entry of which the figure tells is the second one.
pub(super) fn figure_8(change: impl FnOnce(&mut RaftConfig)) -> World {
    let mut config =
        RaftConfig { pre_vote: false, max_entries_per_append: 1, ..RaftConfig::default() };
    change(&mut config);
    let mut world = World::new(5, 1, config);
    // (a) S1 leads, and replicates the entry to S2 only.
    elect(&mut world, 0, &[0, 1, 2, 3, 4]);
    world.run(Duration::from_millis(20));
    for other in [2, 3, 4] {
        world.crash(other, Unsynced::Kept);
    }
    world.propose(0, 2);
    world.run(Duration::from_millis(20));
    // (b) S5 is elected by S3, S4 and itself, and has another entry there.
    elect(&mut world, 4, &[2, 3, 4]);
    for other in [2, 3] {
        world.crash(other, Unsynced::Kept);
    }
    world.run(Duration::from_millis(5));
    // (c) S1 leads again, and replicates the entry to S3: now it is on a majority.
    elect(&mut world, 0, &[0, 1, 2]);
    world.run_until("the entry at S3", |world| world.raft(2).last_index() == 2);
    world.run(Duration::from_micros(1_500));
    let last: Vec<u64> = [0, 1, 2].map(|i| world.raft(i).last_index()).to_vec();
    assert_eq!(last, [3, 3, 2], "S3 has no entry of the new term yet");
    // (d) S5 is elected by S3, S4 and itself, and overwrites it.
    elect(&mut world, 4, &[2, 3, 4]);
    world.run(Duration::from_millis(50));
    world
}

#[test]
fn figure_8_an_entry_of_an_older_term_is_not_committed_by_counting_replicas() {
    let world = figure_8(|_| {});
    assert_eq!(world.judge.violations, [""; 0]);
    assert_eq!(world.raft(4).commit_index(), 3, "S5's entries are committed, and nothing else was");
}
