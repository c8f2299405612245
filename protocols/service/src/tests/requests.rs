//! What clients are answered where little goes wrong.

use seatrial_node::{Duration, Input, Node, NodeId, Probe, RequestToken};
use seatrial_raft::Event as RaftEvent;

use super::Tally;
use super::cluster::Cluster;
use crate::{Config, Event, Op, Request, Response, Service};

fn cluster(members: u32, config: Config) -> Cluster<Tally> {
    Cluster::new(members, 1, config)
}

fn other_than(leader: usize) -> usize {
    (leader + 1) % 3
}

#[test]
fn a_single_member_does_what_it_is_asked() {
    let mut cluster = cluster(1, Config::default());
    assert_eq!(cluster.answer(0, 1, 1, Op::Command(5)), Response::Done(5));
    assert_eq!(cluster.answer(0, 1, 2, Op::Query(())), Response::Done(5));
}

#[test]
fn every_member_takes_requests_and_sees_what_was_answered_before() {
    let mut cluster = cluster(3, Config::default());
    for seq in 1..=12 {
        let at = seq as usize % 3;
        assert_eq!(cluster.insist(at, 1, seq, Op::Command(1)), Response::Done(seq));
        assert_eq!(cluster.insist((at + 1) % 3, 2, seq, Op::Query(())), Response::Done(seq));
    }
}

#[test]
fn a_member_that_does_not_forward_names_the_leader() {
    let mut cluster = cluster(3, Config { forward: false, ..Config::default() });
    let leader = cluster.elect();
    cluster.run(200);
    let redirect = Response::Redirect { leader: NodeId(leader as u32) };
    assert_eq!(cluster.answer(other_than(leader), 1, 1, Op::Command(5)), redirect);
    assert_eq!(cluster.answer(other_than(leader), 1, 1, Op::Query(())), redirect);
    assert_eq!(cluster.answer(leader, 1, 1, Op::Command(5)), Response::Done(5));
}

#[test]
fn a_request_without_a_leader_waits_for_so_long_and_is_then_refused() {
    let wait = Duration::from_millis(700);
    let mut cluster = cluster(3, Config { leader_wait: wait, ..Config::default() });
    cluster.crash(1);
    cluster.crash(2);
    let began = cluster.now;
    assert_eq!(cluster.answer(0, 1, 1, Op::Command(5)), Response::Unavailable);
    assert_eq!(cluster.now - began, wait.as_nanos());
}

#[test]
fn a_request_that_waits_for_a_leader_is_done_once_there_is_one() {
    let wait = Duration::from_secs(10);
    let mut cluster = cluster(3, Config { leader_wait: wait, ..Config::default() });
    let asked: Vec<_> = (0..3).map(|at| cluster.ask(at, at as u64, 1, Op::Command(1))).collect();
    cluster.run(3_000);
    let mut answers: Vec<_> = asked.iter().map(|token| cluster.take_reply(*token)).collect();
    answers.sort_by_key(|answer| answer.clone().and_then(Response::done));
    assert_eq!(answers, [1, 2, 3].map(|total| Some(Response::Done(total))));
}

#[test]
fn more_requests_than_configured_are_refused_as_busy() {
    let mut cluster = cluster(3, Config { max_in_flight: 2, ..Config::default() });
    let leader = cluster.elect();
    cluster.run(200);
    for at in [leader, other_than(leader)] {
        let asked: Vec<_> =
            (0..3).map(|i| cluster.ask(at, 10 * at as u64 + i, 1, Op::Command(1))).collect();
        cluster.run(500);
        let busy = asked.iter().filter(|t| cluster.take_reply(**t) == Some(Response::Busy));
        assert_eq!(busy.count(), 1);
    }
}

#[test]
fn a_session_given_by_the_service_takes_commands_until_it_is_dropped() {
    let mut cluster = cluster(3, Config { max_sessions: 2, ..Config::default() });
    let Response::Opened { client } = cluster.answer(0, 0, 0, Op::Open) else {
        panic!("a session begins");
    };
    assert_eq!(cluster.answer(1, client, 1, Op::Command(5)), Response::Done(5));
    assert_eq!(cluster.answer(2, client, 1, Op::Command(5)), Response::Done(5));
    cluster.answer(0, 1, 1, Op::Command(1));
    cluster.answer(0, 2, 1, Op::Command(1));
    assert_eq!(cluster.answer(1, client, 1, Op::Command(5)), Response::SessionExpired);
    assert_eq!(cluster.answer(1, 0, 0, Op::Query(())), Response::Done(7));
}

#[test]
fn a_command_that_is_too_long_for_the_log_is_refused() {
    let mut cluster = Cluster::<Text>::new(1, 1, Config::default());
    let long = "x".repeat(seatrial_raft::MAX_COMMAND);
    assert_eq!(cluster.answer(0, 1, 1, Op::Command(long)), Response::TooLarge);
    assert_eq!(cluster.answer(0, 1, 1, Op::Command("x".into())), Response::Done(()));
}

#[test]
fn a_member_whose_leader_sends_a_snapshot_that_cannot_be_read_takes_no_part_any_more() {
    let mut probe = Probe::<Service<Tally>>::new(NodeId(0), &[NodeId(0), NodeId(1)]);
    let mut disk = seatrial_node::NoStorage;
    let mut service = Service::open(&Config::default(), &mut seatrial_node::Disk::new(&mut disk))
        .expect("an empty disk");
    let effects = probe.act(&mut service, |service, io| {
        let snapshot = [7, 7, 7].into();
        service.heard.events.push(RaftEvent::Restore { index: 9, term: 1, snapshot });
        service.settle(io);
    });
    assert!(format!("{effects:?}").contains("Halted { index: 9 }"));
    let body = Request { client: 1, seq: 1, op: Op::Command(1) };
    let effects = probe.handle(&mut service, Input::Request { token: RequestToken(1), body });
    assert_eq!(format!("{effects:?}"), "[reply to request 1: Unavailable]");
    assert!(service.status().value("halted").is_some());
}

#[test]
fn the_user_is_told_who_leads_and_every_index_applied() {
    let mut cluster = cluster(3, Config::default());
    cluster.answer(0, 1, 1, Op::Command(5));
    cluster.run(500);
    let leader = cluster.elect();
    let term = cluster.node(leader).expect("it runs").raft().term();
    let name = Some(NodeId(leader as u32));
    assert!(cluster.events.contains(&(leader, Event::Leading { term })));
    for at in (0..3).filter(|at| *at != leader) {
        assert!(cluster.events.contains(&(at, Event::Following { term, leader: name })));
    }
    for at in 0..3 {
        let applied: Vec<u64> = cluster
            .events
            .iter()
            .filter_map(|(who, event)| match event {
                Event::Applied { index, .. } if *who == at => Some(*index),
                _ => None,
            })
            .collect();
        assert_eq!(applied, [1, 2], "the leader's first entry, and the command");
    }
    let status = cluster.node(0).expect("it runs").status();
    assert_eq!(status.value("applied"), Some(&2_u64.into()));
    assert_eq!(status.value("sessions"), Some(&1_u64.into()));
    assert_eq!(status.value("pending"), Some(&0_u64.into()));
}

/// Takes texts, and forgets them.
#[derive(Debug, Default)]
struct Text;

impl crate::StateMachine for Text {
    type Command = String;
    type Query = ();
    type Output = ();

    fn apply(&mut self, _: String) {}

    fn query(&self, (): &()) {}

    fn snapshot(&self) -> Vec<u8> {
        Vec::new()
    }

    fn restore(_: &[u8]) -> Result<Self, seatrial_node::WireError> {
        Ok(Self)
    }
}
