//! Reads under a lease (thesis §6.4.1), by clocks that are wrong within the declared bound.

use seatrial_node::{Duration, Input, NodeId};

use super::bench::{Bench, append, config, matched, request_vote};
use crate::{Event, Message, RaftConfig, Timer};

/// 150 ms, shortened by clocks that are wrong by up to a tenth: 150 * 0.9 / 1.1 = 122.7.
fn leases() -> RaftConfig {
    RaftConfig { read_lease: true, clock_error: 100_000, ..config() }
}

fn advance(bench: &mut Bench, micros: u64) {
    bench.probe.advance(Duration::from_micros(micros));
}

/// Whether a read asked now is answered at once.
fn reads_at_once(bench: &mut Bench) -> bool {
    bench.forget();
    bench.read();
    bench.events.iter().any(|event| matches!(event, Event::ReadReady { .. }))
}

/// A leader that begins a round now.
fn leader(config: &RaftConfig) -> Bench {
    let mut bench = Bench::leading(3, config);
    advance(&mut bench, 1_000_000);
    bench.tick();
    bench
}

#[test]
fn thesis_6_4_1_a_leader_reads_at_once_for_a_shortened_timeout_after_it_has_sent() {
    let mut bench = leader(&leases());
    advance(&mut bench, 20_000);
    assert!(!reads_at_once(&mut bench), "nobody has answered the round");
    bench.hear(1, matched(1, 2, 1));
    assert!(reads_at_once(&mut bench));
    advance(&mut bench, 102_000);
    assert!(reads_at_once(&mut bench), "122 ms after the round was sent");
    advance(&mut bench, 1_000);
    assert!(!reads_at_once(&mut bench), "123 ms");
}

#[test]
fn without_leases_no_clock_is_trusted() {
    let mut bench = leader(&config());
    bench.hear(1, matched(1, 2, 1));
    bench.hear(2, matched(1, 2, 1));
    assert!(!reads_at_once(&mut bench));
}

#[test]
fn a_late_answer_prolongs_no_lease_beyond_what_its_round_allows() {
    let mut bench = leader(&leases());
    advance(&mut bench, 130_000);
    bench.hear(1, matched(1, 2, 1));
    assert!(!reads_at_once(&mut bench), "the follower may have forgotten the leader by now");
}

#[test]
fn a_follower_that_backs_a_lease_votes_for_nobody_whatever_term_it_hears_of() {
    let mut bench = Bench::new(3, &leases());
    advance(&mut bench, 1_000_000);
    bench.hear(1, append(1, (0, 0), 0, &[]));
    bench.hear(2, Message::Vote { term: 7, granted: false, pre_vote: false });
    bench.sync();
    bench.forget();
    advance(&mut bench, 149_999);
    bench.hear(2, request_vote(8, 9, 1));
    bench.sync();
    assert_eq!(bench.sent(), [], "it follows nobody, but somebody may still read");
    advance(&mut bench, 1);
    bench.hear(2, request_vote(8, 9, 1));
    bench.sync();
    assert_eq!(bench.sent().len(), 1);
}

#[test]
fn a_node_that_has_just_started_may_have_backed_a_lease_in_its_former_life() {
    for (config, votes) in [(leases(), 0), (config(), 1)] {
        let mut bench = Bench::new(3, &config);
        advance(&mut bench, 149_999);
        bench.hear(2, request_vote(1, 0, 0));
        bench.sync();
        assert_eq!(bench.sent().len(), votes);
    }
}

/// How much true time passes between the moment at which a follower with a fast clock may vote for another, and the last at which the
/// leader with a slow clock reads at once; negative where there is such a time at which both are so. In microseconds.
fn margin(config: &RaftConfig) -> i64 {
    // Of a million, each clock is wrong by 100,000. Both begin when the leader sends, and what it sends arrives at once.
    let (fast, slow) = (1_100_000, 900_000);
    let mut follower = Bench::new(3, config);
    advance(&mut follower, 1_000_000);
    follower.hear(1, append(1, (0, 0), 0, &[]));
    follower.sync();
    follower.forget();
    let votes_at = (0..400_i64).find(|_| {
        advance(&mut follower, fast / 1_000);
        follower.hear(2, request_vote(2, 9, 9));
        follower.sync();
        !follower.sent().is_empty()
    });
    let mut leader = leader(config);
    leader.hear(1, matched(1, 2, 1));
    let reads_until = (0..400_i64).find(|_| {
        advance(&mut leader, slow / 1_000);
        !reads_at_once(&mut leader)
    });
    let found = "400 ms are more than an election timeout";
    (votes_at.expect(found) - reads_until.expect(found)) * 1_000
}

#[test]
fn no_clock_within_the_bound_lets_an_old_leader_read_when_a_new_one_may_be_elected() {
    assert!(margin(&leases()) >= 0);
}

#[cfg(feature = "mutants")]
#[test]
fn a_lease_without_a_margin_outlives_the_votes_that_back_it() {
    let mutant = Some(crate::Mutant::SkewedLease);
    assert!(margin(&RaftConfig { mutant, ..leases() }) < 0);
}

#[test]
fn a_leader_that_steps_down_and_leads_again_begins_without_a_lease() {
    let mut bench = leader(&leases());
    bench.hear(1, matched(1, 2, 1));
    assert!(reads_at_once(&mut bench));
    bench.hear(1, append(2, (1, 1), 1, &[]));
    bench.sync();
    advance(&mut bench, 1_000_000);
    bench.give(Input::Timer(Timer::Election));
    bench.sync();
    bench.hear(2, Message::Vote { term: 3, granted: true, pre_vote: false });
    bench.sync();
    assert_eq!(bench.raft.leader(), Some(NodeId(0)));
    assert!(!reads_at_once(&mut bench));
}
