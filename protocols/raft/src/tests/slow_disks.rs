//! Disks slower than the election timeout: elections come to an end, and leaders stay.

use std::sync::Arc;

use seatrial_node::{Duration, Input, NodeId};

use super::bench::{Bench, append, config, matched, rejected, request_vote};
use super::world::World;
use crate::message::{Chunk, Piece};
use crate::snapshot::Snapshot;
use crate::{Message, RaftConfig, SnapshotMeta, Timer};

const fn vote(term: u64, pre_vote: bool) -> Message {
    Message::Vote { term, granted: true, pre_vote }
}

const fn asks_pre_vote(term: u64) -> Message {
    Message::RequestVote { term, last_index: 0, last_term: 0, pre_vote: true }
}

/// Lets the election timer come up after this time.
fn wait(bench: &mut Bench, millis: u64) {
    bench.probe.advance(Duration::from_millis(millis));
    bench.give(Input::Timer(Timer::Election));
}

/// The cluster of this size, all of whose syncs take 700 to 900 ms.
fn slow(count: u32, seed: u64, config: RaftConfig) -> World {
    let mut world = World::new(count, seed, config);
    world.sync_time = (700_000, 900_000);
    world
}

#[test]
fn a_disk_slower_than_the_election_timeout_does_not_keep_a_node_from_leading() {
    for seed in 0..50 {
        let mut world = slow(3 + (seed % 3) as u32, seed, RaftConfig::default());
        world.run_until("a leader", |world| world.leader().is_some());
    }
    // Without pre-vote more elections are split: their candidates do not ask each other first.
    let elected = |seed| {
        let mut world = slow(3, seed, RaftConfig { pre_vote: false, ..RaftConfig::default() });
        world.run(Duration::from_secs(40));
        world.leader().is_some()
    };
    assert!((0..50).filter(|seed| elected(*seed)).count() >= 45);
}

#[test]
fn a_leader_stays_while_all_appends_wait_for_disks_slower_than_the_election_timeout() {
    for seed in 0..10 {
        let mut world = slow(3, seed, RaftConfig::default());
        world.run_until("a leader", |world| world.leader().is_some());
        let leader = world.leader().expect("there is one now");
        let term = world.raft(leader).term();
        for command in 0..100 {
            world.propose(leader, command);
            world.run(Duration::from_millis(100));
        }
        world.run(Duration::from_secs(3));
        assert_eq!((world.leader(), world.raft(leader).term()), (Some(leader), term));
        assert_eq!(world.raft(leader).commit_index(), 101, "the opening entry, and all commands");
        assert_eq!(world.judge.violations, [""; 0]);
    }
}

#[test]
fn voters_with_slow_disks_elect_a_candidate_with_a_fast_one() {
    for seed in 0..30 {
        let mut world = slow(5, seed, RaftConfig::default());
        for fast in [0, 1] {
            world.seats[fast].sync_time = Some((100, 100));
        }
        world.run(Duration::from_secs(8));
        assert!(world.leader().is_some(), "seed {seed}");
    }
}

#[test]
fn a_node_whose_vote_is_on_its_way_to_the_disk_answers_no_pre_votes() {
    let mut bench = Bench::new(3, &RaftConfig::default());
    bench.hear(1, request_vote(1, 0, 0));
    bench.hear(2, asks_pre_vote(1));
    bench.sync();
    assert_eq!(bench.sent(), [(NodeId(1), vote(1, false))]);
    bench.hear(2, asks_pre_vote(1));
    assert_eq!(bench.sent(), [(NodeId(2), vote(1, true))]);
}

#[test]
fn a_candidates_election_timeout_begins_when_its_vote_is_on_its_disk() {
    let mut bench = Bench::new(3, &config());
    wait(&mut bench, 1_000);
    wait(&mut bench, 1_000);
    assert_eq!((bench.raft.role(), bench.raft.term()), ("candidate", 1), "it has asked nobody yet");
    bench.sync();
    wait(&mut bench, 100);
    assert_eq!(bench.raft.term(), 1);
    wait(&mut bench, 10_000);
    assert_eq!(bench.raft.term(), 2);
}

#[test]
fn a_voters_election_timeout_begins_when_its_vote_is_on_its_disk() {
    let mut bench = Bench::new(3, &config());
    bench.hear(1, request_vote(1, 0, 0));
    wait(&mut bench, 1_000);
    assert_eq!(bench.raft.role(), "follower", "nobody has its vote yet");
    bench.sync();
    wait(&mut bench, 100);
    assert_eq!(bench.raft.role(), "follower");
    wait(&mut bench, 10_000);
    assert_eq!(bench.raft.role(), "candidate");
}

/// The election timeout of a node whose disk has taken so many milliseconds for what it had to keep.
fn timeout_after(syncs: &[u64]) -> u64 {
    let mut bench = Bench::new(3, &config());
    for (term, sync) in (1..).zip(syncs) {
        bench.hear(1, request_vote(term, 0, 0));
        bench.probe.advance(Duration::from_millis(*sync));
        bench.sync();
    }
    bench.forget();
    bench.probe.script(&[0]);
    wait(&mut bench, 10_000);
    let [(Timer::Election, timeout)] = bench.timers[..] else { panic!("{:?}", bench.timers) };
    timeout.as_nanos() / 1_000_000
}

#[test]
fn election_timeouts_are_stretched_in_proportion_to_slow_syncs_within_bounds() {
    for (sync, timeout) in [(74, 150), (75, 300), (800, 1_650), (60_000, 4_800)] {
        assert_eq!(timeout_after(&[sync, sync]), timeout, "a sync takes {sync} ms");
    }
}

#[test]
fn a_leader_whose_disk_is_stuck_steps_down_though_all_hear_it() {
    for (check_quorum, works, role) in
        [(true, false, "follower"), (true, true, "leader"), (false, false, "leader")]
    {
        let mut bench = Bench::leading(3, &RaftConfig { check_quorum, ..config() });
        for index in 2..12 {
            bench.propose(b"something");
            if works {
                bench.sync();
            }
            for follower in [1, 2] {
                bench.hear(follower, matched(1, 0, index));
            }
            wait(&mut bench, 100);
            if bench.raft.role() == "follower" {
                break;
            }
        }
        assert_eq!(
            bench.raft.role(),
            role,
            "it looks for a quorum: {check_quorum}, its disk works: {works}"
        );
    }
}

#[test]
fn one_stall_of_the_disk_stretches_no_election_timeout() {
    assert_eq!(timeout_after(&[10, 800]), 150);
    assert_eq!(timeout_after(&[800, 10]), 150);
}

#[test]
fn a_candidate_that_asks_for_pre_votes_again_still_counts_the_votes_of_its_term() {
    let mut bench = Bench::new(3, &RaftConfig::default());
    wait(&mut bench, 1_000);
    bench.hear(1, vote(0, true));
    bench.sync();
    wait(&mut bench, 1_000);
    assert_eq!((bench.raft.role(), bench.raft.term()), ("pre-candidate", 1));
    bench.hear(2, vote(1, false));
    assert_eq!((bench.raft.role(), bench.raft.leader()), ("leader", Some(NodeId(0))));
}

#[test]
fn nobody_leads_a_term_twice() {
    let mut bench = Bench::new(5, &RaftConfig::default());
    wait(&mut bench, 1_000);
    for voter in [1, 2] {
        bench.hear(voter, vote(0, true));
    }
    bench.sync();
    for voter in [1, 2] {
        bench.hear(voter, vote(1, false));
    }
    assert_eq!(bench.raft.role(), "leader");
    bench.give(Input::Timer(Timer::Election));
    bench.give(Input::Timer(Timer::Election));
    bench.sync();
    wait(&mut bench, 1_000);
    assert_eq!((bench.raft.role(), bench.raft.term()), ("pre-candidate", 1));
    for voter in [1, 2, 3, 4] {
        bench.hear(voter, vote(1, false));
    }
    assert_eq!(bench.raft.role(), "pre-candidate", "late votes");
}

#[test]
fn what_waits_for_the_disk_is_bounded_however_often_the_others_ask() {
    let mut bench = Bench::new(3, &RaftConfig::default());
    bench.hear(1, request_vote(1, 0, 0));
    for round in 0..100 {
        bench.hear(1, request_vote(1, 0, 0));
        bench.hear(2, request_vote(1, 0, 0));
        bench.hear(2, asks_pre_vote(1));
        bench.hear(1, append(1, (7 + round, 1), 0, &[]));
        bench.hear(1, append(1, (0, 0), 0, &[1]));
    }
    assert_eq!(bench.sent(), []);
    bench.sync();
    let sent = bench.sent();
    assert_eq!(sent.len(), 4, "two votes, a rejection, an acknowledgement: {sent:?}");
    assert!(sent.contains(&(NodeId(1), vote(1, false))));
    assert!(sent.contains(&(NodeId(1), rejected(1, 106, 2))), "the last one");
}

#[test]
fn a_follower_whose_disk_is_stuck_falls_silent_until_it_goes_on() {
    let heartbeat = || append(1, (0, 0), 0, &[]);
    let piece = || {
        let meta = SnapshotMeta { index: 9, term: 1 };
        let snapshot = Snapshot::new(meta, vec![7; 20]);
        let chunk = Chunk::cut(&snapshot.data, 0, 10);
        let digest = snapshot.digest;
        let piece = Piece { meta, digest, size: 20, offset: 0, chunk };
        Message::Snapshot { term: 1, round: 0, piece: Arc::new(piece) }
    };
    let answers = |bench: &mut Bench, body: Message| {
        bench.forget();
        bench.hear(1, body);
        bench.sent().len()
    };
    let mut bench = Bench::new(3, &config());
    bench.hear(1, append(1, (0, 0), 0, &[]));
    bench.sync();
    bench.hear(1, append(1, (0, 0), 0, &[1]));
    bench.probe.advance(Duration::from_millis(100));
    for (body, says) in [(heartbeat(), "a heartbeat"), (piece(), "a piece")] {
        assert_eq!(answers(&mut bench, body), 1, "a disk at work: {says} is answered");
    }
    bench.probe.advance(Duration::from_secs(10));
    let far = append(1, (8, 1), 0, &[]);
    for (body, says) in [
        (heartbeat(), "a heartbeat"),
        (piece(), "a piece"),
        (far.clone(), "what does not fit"),
        (asks_pre_vote(1), "a pre-vote"),
    ] {
        assert_eq!(answers(&mut bench, body), 0, "a disk that is stuck: {says} is not answered");
    }
    bench.sync();
    for (body, says) in [(heartbeat(), "a heartbeat"), (far, "what does not fit")] {
        assert_eq!(answers(&mut bench, body), 1, "a disk that goes on: {says} is answered");
    }
}
