//! Damaged logs, replaced disks and disks of others: nothing that was promised is forgotten.

use seatrial_node::{Duration, Node, NodeId, Status};

use super::disk::Unsynced;
use super::world::World;
use crate::RaftConfig;

/// A calm cluster of three that has committed so many commands; who leads, and who does not.
fn settled(commands: u64) -> (World, u32, u32) {
    let mut world = World::new(3, 7, RaftConfig::default());
    world.run(Duration::from_secs(1));
    let leader = world.leader().expect("a leader");
    for command in 0..commands {
        world.propose(leader, command);
        world.run(Duration::from_millis(20));
    }
    world.run(Duration::from_millis(200));
    (world, leader, (leader + 1) % 3)
}

fn recovering(world: &World, i: u32) -> &'static str {
    world.raft(i).recovering()
}

fn well(world: &mut World) {
    world.heal();
    for i in 0..3 {
        if world.seats[i as usize].raft.is_none() {
            world.restart(i);
        }
    }
    world.run(Duration::from_secs(3));
    let leader = world.leader().expect("a leader");
    world.propose(leader, 99);
    world.run(Duration::from_millis(300));
    let state = world.seats[0].state;
    assert!(world.seats.iter().all(|seat| seat.state == state), "states differ");
    assert!((0..3).all(|i| recovering(world, i) == "no"));
    assert_eq!(world.judge.violations, [""; 0]);
}

#[test]
fn every_flipped_bit_of_a_synced_log_is_found_and_repaired_from_the_peers() {
    let (world, _, follower) = settled(3);
    let last = world.raft(follower).last_index();
    let size = world.seats[follower as usize].disk.len_of("log");
    drop(world);
    for place in (0..size).step_by(7) {
        let (mut world, ..) = settled(3);
        world.crash(follower, Unsynced::Lost);
        world.judge.damaged(follower);
        world.seats[follower as usize].disk.flip("log", place);
        world.isolate(follower);
        world.restart(follower);
        let raft = world.raft(follower);
        let whole = raft.last_index() == last;
        assert!(whole || recovering(&world, follower) == "log", "byte {place}: a shorter log");
        world.run(Duration::from_secs(2));
        assert!(
            whole || world.raft(follower).role() == "follower",
            "byte {place}: it never stands"
        );
        well(&mut world);
    }
}

#[test]
fn a_log_that_has_lost_its_end_is_no_shorter_log() {
    let (mut world, _, follower) = settled(3);
    world.crash(follower, Unsynced::Lost);
    world.judge.damaged(follower);
    let size = world.seats[follower as usize].disk.len_of("log");
    world.seats[follower as usize].disk.cut("log", size / 2);
    world.isolate(follower);
    world.restart(follower);
    assert_eq!(recovering(&world, follower), "log");
    let waits = world.raft(follower).waits_for().expect("it waits");
    assert_eq!(waits, "a leader whose log reaches entry 4 of term 1");
    well(&mut world);
    assert!((0..3).all(|i| world.raft(i).status().value(Status::WAITS_FOR).is_none()));
    assert!(world.judge.reached.contains_key("a damaged log was repaired from the peers"));
}

#[test]
fn a_damaged_node_helps_no_candidate_that_lacks_what_it_had_promised() {
    let (mut world, leader, follower) = settled(1);
    let behind = 3 - leader - follower;
    world.isolate(behind);
    world.propose(leader, 5);
    world.run(Duration::from_millis(100));
    world.crash(follower, Unsynced::Lost);
    world.judge.damaged(follower);
    let size = world.seats[follower as usize].disk.len_of("log");
    world.seats[follower as usize].disk.cut("log", size - 1);
    world.crash(leader, Unsynced::Lost);
    world.heal();
    world.restart(follower);
    world.run(Duration::from_secs(5));
    assert_eq!(world.leader(), None, "who has it is down, and who had it knows that it had");
    well(&mut world);
}

#[test]
fn a_replaced_disk_is_filled_only_after_all_others_have_said_what_it_may_have_promised() {
    let (mut world, leader, follower) = settled(3);
    let other = 3 - leader - follower;
    world.crash(follower, Unsynced::Lost);
    world.replace_disk(follower);
    world.crash(other, Unsynced::Lost);
    world.restart(follower);
    world.run(Duration::from_secs(2));
    let raft = world.raft(follower);
    assert_eq!((recovering(&world, follower), raft.last_index(), raft.term()), ("disk", 0, 0));
    let waits = format!("{} to tell what it may have promised", NodeId(other));
    assert!(raft.status().is(Status::WAITS_FOR, &waits), "{}", raft.status());
    world.restart(other);
    well(&mut world);
    assert!(world.judge.reached.contains_key("a replaced disk was told what it may have promised"));
}

#[test]
fn a_replaced_disk_is_filled_up_though_no_client_writes() {
    for snapshot_every in [0, 2] {
        let (mut world, leader, follower) = settled(0);
        world.snapshot_every = snapshot_every;
        for command in 0..7 {
            world.propose(leader, command);
            world.run(Duration::from_millis(20));
        }
        let commit = world.raft(leader).commit_index();
        world.crash(follower, Unsynced::Lost);
        world.replace_disk(follower);
        world.restart(follower);
        world.run(Duration::from_secs(2));
        assert_eq!(world.leader(), Some(leader), "nothing else brings it an entry");
        let raft = world.raft(follower);
        let found = (recovering(&world, follower), raft.last_index(), raft.commit_index());
        assert_eq!(found, ("no", commit, commit), "a snapshot every {snapshot_every}");
        well(&mut world);
    }
}

#[test]
fn a_lone_node_whose_disk_was_replaced_or_damaged_waits_and_loses_nothing_in_silence() {
    let mut world = World::new(1, 1, RaftConfig::default());
    world.run(Duration::from_secs(1));
    world.propose(0, 1);
    world.run(Duration::from_secs(1));
    world.crash(0, Unsynced::Lost);
    let mut replaced = world;
    replaced.replace_disk(0);
    replaced.restart(0);
    replaced.run(Duration::from_secs(2));
    assert_eq!((replaced.leader(), recovering(&replaced, 0)), (None, "disk"));
}

#[test]
fn the_disk_of_another_node_is_refused() {
    let (mut world, leader, follower) = settled(3);
    for i in [leader, follower] {
        world.crash(i, Unsynced::Lost);
    }
    let (a, b) = (leader as usize, follower as usize);
    let disk = world.seats[a].disk.clone();
    world.seats[a].disk = std::mem::replace(&mut world.seats[b].disk, disk);
    for i in [leader, follower] {
        world.restart(i);
        assert_eq!(recovering(&world, i), "foreign");
    }
    world.run(Duration::from_secs(2));
    assert_eq!(world.leader(), None, "one of three takes part");
    for i in [leader, follower] {
        world.crash(i, Unsynced::Lost);
    }
    let disk = world.seats[a].disk.clone();
    world.seats[a].disk = std::mem::replace(&mut world.seats[b].disk, disk);
    well(&mut world);
}

#[test]
fn a_mark_with_both_copies_damaged_is_refused_unless_the_operator_says_that_the_disk_is_gone() {
    let (mut world, _, follower) = settled(3);
    world.crash(follower, Unsynced::Lost);
    for slot in 0..4 {
        world.seats[follower as usize].disk.flip("mark", slot * 512 + 30);
    }
    let seat = &mut world.seats[follower as usize];
    let refused = seat.opens(&world.config).expect_err("nobody knows what it has promised");
    assert!(refused.to_string().contains("mark: both copies are damaged"), "{refused}");
    world.judge.replaced(follower);
    world.seats[follower as usize].replaced = true;
    well(&mut world);
    assert_eq!(world.raft(follower).leader(), world.leader().map(NodeId));
}
