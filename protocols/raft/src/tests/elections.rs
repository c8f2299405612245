//! Elections: paper §5.2 and §5.4.1, thesis §4.2.3, §6.2 and §9.6.

use seatrial_node::{Duration, Input, NodeId};

use super::bench::{Bench, append, config, request_vote};
use super::world::World;
use crate::{Message, RaftConfig, Timer};

const VOTE: Message = Message::Vote { term: 1, granted: true, pre_vote: false };

fn granted(sent: &[(NodeId, Message)]) -> Vec<bool> {
    let votes = sent.iter().filter_map(|(_, message)| match message {
        Message::Vote { granted, .. } => Some(*granted),
        _ => None,
    });
    votes.collect()
}

#[test]
fn section_5_2_each_election_timeout_is_drawn_anew() {
    let mut bench = Bench::new(3, &config());
    bench.timers.clear();
    for (choice, millis) in [(0, 150), (150_000_000, 300), (7_000_000, 157)] {
        bench.probe.script(&[choice]);
        bench.campaign();
        assert!(bench.timers.contains(&(Timer::Election, Duration::from_millis(millis))));
        bench.timers.clear();
    }
}

#[test]
fn section_5_2_an_election_is_put_off_by_what_the_leader_sends() {
    let mut bench = Bench::new(3, &config());
    bench.probe.advance(Duration::from_millis(100));
    bench.hear(1, append(1, (0, 0), 0, &[]));
    bench.timers.clear();
    bench.probe.advance(Duration::from_millis(50));
    bench.give(Input::Timer(Timer::Election));
    assert_eq!(bench.raft.role(), "follower");
    assert_eq!(bench.timers, [(Timer::Election, Duration::from_millis(100))], "what is left of it");
}

#[test]
fn figure_2_a_candidate_asks_for_votes_only_when_its_own_is_on_its_disk() {
    let mut bench = Bench::new(3, &config());
    bench.probe.advance(Duration::from_secs(1));
    bench.give(Input::Timer(Timer::Election));
    assert_eq!(bench.raft.role(), "candidate");
    assert_eq!(bench.sent(), []);
    bench.sync();
    let to: Vec<NodeId> = bench.sent().iter().map(|(to, _)| *to).collect();
    assert_eq!(to, [NodeId(1), NodeId(2)]);
}

#[test]
fn figure_2_a_vote_leaves_only_when_it_is_on_the_disk() {
    let mut bench = Bench::new(3, &config());
    bench.hear(1, request_vote(1, 0, 0));
    assert_eq!(bench.sent(), []);
    bench.sync();
    assert_eq!(bench.sent(), [(NodeId(1), VOTE)]);
}

#[test]
fn section_5_2_a_node_votes_once_a_term_first_come_first_served() {
    let mut bench = Bench::new(3, &config());
    for (candidate, term, vote) in [(1, 1, true), (2, 1, false), (1, 1, true), (2, 2, true)] {
        bench.hear(candidate, request_vote(term, 0, 0));
        bench.sync();
        assert_eq!(granted(&bench.sent()), [vote], "n{candidate} in term {term}");
    }
}

#[test]
fn section_5_2_votes_are_counted_by_voter_and_in_their_own_term_only() {
    let mut bench = Bench::new(5, &config());
    bench.campaign();
    bench.hear(1, VOTE);
    bench.hear(1, VOTE);
    bench.hear(9, VOTE);
    assert_eq!(bench.raft.role(), "candidate", "one vote came twice, another from a stranger");
    bench.campaign();
    bench.hear(2, VOTE);
    bench.hear(3, VOTE);
    assert_eq!(bench.raft.role(), "candidate", "these votes were given in the term before");
}

#[test]
fn section_5_4_1_a_vote_needs_a_log_at_least_as_up_to_date() {
    let mut bench = Bench::new(3, &config());
    bench.hear(1, append(3, (0, 0), 0, &[1, 3, 3]));
    bench.sync();
    bench.forget();
    let cases = [((3, 2), false), ((9, 2), false), ((2, 3), false), ((3, 3), true), ((1, 4), true)];
    for (term, ((last_index, last_term), vote)) in (4..).zip(cases) {
        bench.probe.advance(Duration::from_secs(1));
        bench.hear(2, request_vote(term, last_index, last_term));
        bench.sync();
        assert_eq!(granted(&bench.sent()), [vote], "a log that ends {last_index} in {last_term}");
    }
}

#[test]
fn thesis_4_2_3_a_node_that_hears_from_its_leader_ignores_candidates() {
    let mut bench = Bench::new(3, &config());
    bench.hear(1, append(1, (0, 0), 0, &[]));
    bench.sync();
    bench.forget();
    bench.probe.advance(Duration::from_millis(149));
    bench.hear(2, request_vote(9, 0, 0));
    assert_eq!((bench.raft.term(), bench.sent()), (1, vec![]));
    bench.probe.advance(Duration::from_millis(1));
    bench.hear(2, request_vote(9, 0, 0));
    bench.sync();
    assert_eq!(granted(&bench.sent()), [true]);
}

#[test]
fn thesis_9_6_a_pre_vote_changes_no_term_and_is_refused_while_there_is_a_leader() {
    let asks = |term| Message::RequestVote { term, last_index: 5, last_term: 1, pre_vote: true };
    let mut bench = Bench::new(3, &RaftConfig::default());
    bench.hear(1, append(1, (0, 0), 0, &[]));
    bench.sync();
    bench.forget();
    bench.hear(2, asks(1));
    assert_eq!(granted(&bench.sent()), [false]);
    bench.probe.advance(Duration::from_secs(1));
    bench.hear(2, asks(1));
    assert_eq!(granted(&bench.sent()), [true]);
    assert_eq!(bench.raft.term(), 1);
    bench.hear(2, asks(0));
    assert_eq!(granted(&bench.sent()), [false], "it would campaign in a term that is over");
}

#[test]
fn thesis_9_6_a_node_that_was_cut_off_does_not_disturb_the_cluster_when_it_returns() {
    let mut world = World::new(3, 1, RaftConfig::default());
    world.run(Duration::from_secs(1));
    let leader = world.leader().expect("a leader");
    let (cut, term) = ((leader + 1) % 3, world.raft(leader).term());
    world.isolate(cut);
    world.run(Duration::from_secs(5));
    assert_eq!(world.raft(cut).role(), "pre-candidate");
    world.heal();
    world.run(Duration::from_secs(1));
    assert_eq!((world.leader(), world.raft(leader).term()), (Some(leader), term));
    assert_eq!(world.raft(cut).leader(), Some(NodeId(leader)));
}

#[test]
fn thesis_6_2_a_leader_that_hears_from_no_majority_steps_down() {
    for (check_quorum, role) in [(true, "follower"), (false, "leader")] {
        let mut bench = Bench::leading(3, &RaftConfig { check_quorum, ..config() });
        bench.give(Input::Timer(Timer::Election));
        assert_eq!(bench.raft.role(), "leader", "it was heard a moment ago");
        bench.give(Input::Timer(Timer::Election));
        assert_eq!(bench.raft.role(), role);
    }
}

#[test]
fn one_node_alone_leads_at_once() {
    let mut world = World::new(1, 1, RaftConfig::default());
    world.run(Duration::from_millis(1));
    assert_eq!(world.leader(), Some(0));
    world.propose(0, 7);
    world.read(0);
    world.run(Duration::from_secs(3_600));
    assert_eq!((world.raft(0).commit_index(), world.judge.reads_done, world.sent), (2, 1, 0));
    assert_eq!(world.judge.violations, [""; 0]);
}

#[test]
fn half_of_an_even_cluster_elects_nobody() {
    let mut world = World::new(4, 1, RaftConfig { pre_vote: false, ..RaftConfig::default() });
    for (a, b) in [(0, 2), (0, 3), (1, 2), (1, 3)] {
        world.cut.extend([(a, b), (b, a)]);
    }
    world.run(Duration::from_secs(5));
    assert_eq!(world.leader(), None);
    world.heal();
    world.run(Duration::from_secs(3));
    assert!(world.leader().is_some());
}
