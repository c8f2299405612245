//! What was acknowledged is there, whoever is killed and however often.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use seatrial_counter::{Add, CounterState, Read, Sum};
use seatrial_hosts::ClusterFile;
use seatrial_kv::{Command, KvState, Output, Query};
use seatrial_server::ServiceClient;

use super::support::{Cluster, PATIENCE};

const CLIENTS: u64 = 4;

/// Lets clients work in threads, and kills the leader and starts it again whenever so much more has been acknowledged.
fn under_kills(
    cluster: &mut Cluster,
    kills: u64,
    each: u64,
    work: impl Fn(&ClusterFile, u64, &AtomicU64) + Sync,
) {
    let (file, acknowledged, work) = (cluster.file(), AtomicU64::new(0), &work);
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let (file, acknowledged) = (&file, &acknowledged);
            scope.spawn(move || work(file, client, acknowledged));
        }
        for kill in 1..=kills {
            let begun = Instant::now();
            while acknowledged.load(SeqCst) < kill * each {
                assert!(begun.elapsed() < PATIENCE, "nothing goes on after {} kills", kill - 1);
                thread::sleep(Duration::from_millis(5));
            }
            let leader = cluster.leader();
            cluster.kill(leader);
            // The others are to notice before it is back, most times.
            thread::sleep(Duration::from_millis(300 * kill % 1_000));
            cluster.start(leader);
        }
    });
}

#[test]
fn a_thousand_acknowledged_writes_survive_repeated_kills_of_the_leader() {
    const EACH: u64 = 250;
    let mut cluster = Cluster::started("raft-kv");
    under_kills(&mut cluster, 6, 150, |file, client, acknowledged| {
        let mut map = ServiceClient::<KvState>::of(file, "raft-kv", PATIENCE).expect("a client");
        for number in 0..EACH {
            let (key, value) = (format!("{client}-{number}"), format!("value {number}"));
            let write = Command::Write { key, value: value.as_str().into() };
            assert_eq!(map.command(write), Ok(Output::Written));
            acknowledged.fetch_add(1, SeqCst);
        }
    });
    // All at once, as when the power fails.
    for id in 1..=3 {
        cluster.kill(id);
    }
    for id in 1..=3 {
        cluster.start(id);
    }
    let mut map = ServiceClient::<KvState>::of(&cluster.file(), "raft-kv", PATIENCE);
    let map = map.as_mut().expect("a client");
    for client in 0..CLIENTS {
        for number in 0..EACH {
            let read = map.query(Query { key: format!("{client}-{number}") });
            let expected = Output::Value(format!("value {number}").as_str().into());
            assert_eq!(read, Ok(expected), "{client}-{number}");
        }
    }
}

#[test]
fn acknowledged_increments_are_counted_exactly_under_kills_of_the_leader() {
    const EACH: u64 = 100;
    let mut cluster = Cluster::started("counter");
    under_kills(&mut cluster, 3, 90, |file, _, acknowledged| {
        let counter = ServiceClient::<CounterState>::of(file, "counter", PATIENCE);
        let mut counter = counter.expect("a client");
        let mut last = 0;
        for _ in 0..EACH {
            let sum = counter.command(Add(1)).expect("a majority lives");
            let Sum::Total(total) = sum else { panic!("a counter with room for more") };
            assert!(total > last, "{total} after {last}: a counter that goes back");
            last = total;
            acknowledged.fetch_add(1, SeqCst);
        }
    });
    let mut counter = ServiceClient::<CounterState>::of(&cluster.file(), "counter", PATIENCE);
    let total = counter.as_mut().expect("a client").query(Read);
    assert_eq!(total, Ok(Sum::Total((CLIENTS * EACH) as i64)));
}

#[test]
fn a_member_that_is_asked_to_stop_answers_what_is_under_way_and_ends_well() {
    let mut cluster = Cluster::started("counter");
    cluster.leader();
    let (file, done) = (cluster.file(), AtomicU64::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            let counter = ServiceClient::<CounterState>::of(&file, "counter", PATIENCE);
            let mut counter = counter.expect("a client");
            for _ in 0..60 {
                counter.command(Add(1)).expect("two of three live");
                done.fetch_add(1, SeqCst);
            }
        });
        while done.load(SeqCst) < 10 {
            thread::sleep(Duration::from_millis(2));
        }
        let leader = cluster.leader();
        assert_eq!(cluster.stop(leader).code(), Some(0), "{}", cluster.log(leader));
        assert!(cluster.log(leader).contains("stopped"));
        cluster.start(leader);
    });
}
