//! What holds where messages are lost and doubled, members crash, and clients try again.

use seatrial_node::RequestToken;

use super::cluster::{Cluster, Net};
use super::{Ledger, Tally};
use crate::{Config, Event, Op, Response};

#[test]
fn a_command_whose_answer_was_lost_is_done_once_when_it_is_tried_again_elsewhere() {
    let mut cluster = Cluster::<Tally>::new(3, 2, Config::default());
    let leader = cluster.elect();
    cluster.run(200);
    cluster.net.lost_replies = 100;
    let lost = cluster.ask(leader, 1, 1, Op::Command(5));
    cluster.run(200);
    assert_eq!(cluster.take_reply(lost), None);
    cluster.net.lost_replies = 0;
    cluster.answer(leader, 2, 1, Op::Command(10));
    for at in 0..3 {
        assert_eq!(cluster.answer(at, 1, 1, Op::Command(5)), Response::Done(5));
    }
    assert_eq!(cluster.answer(0, 3, 1, Op::Query(())), Response::Done(15));
}

#[test]
fn what_was_answered_and_the_sessions_survive_a_crash_of_all_members() {
    for snapshot_every in [0, 1, 3] {
        let mut cluster =
            Cluster::<Tally>::new(3, 3, Config { snapshot_every, ..Config::default() });
        for seq in 1..=7 {
            assert_eq!(cluster.insist(0, 1, seq, Op::Command(1)), Response::Done(seq));
        }
        cluster.run(500);
        (0..3).for_each(|at| cluster.crash(at));
        (0..3).for_each(|at| cluster.start(at));
        assert_eq!(cluster.insist(1, 1, 7, Op::Command(1)), Response::Done(7));
        assert_eq!(cluster.insist(2, 1, 6, Op::Command(1)), Response::Superseded);
        assert_eq!(cluster.insist(2, 2, 1, Op::Query(())), Response::Done(7));
    }
}

#[test]
fn a_member_that_was_away_while_the_log_was_cut_gets_the_state_and_the_sessions() {
    let mut cluster =
        Cluster::<Tally>::new(3, 4, Config { snapshot_every: 4, ..Config::default() });
    let leader = cluster.elect();
    let away = (leader + 1) % 3;
    cluster.crash(away);
    for seq in 1..=30 {
        assert_eq!(cluster.insist(leader, 1, seq, Op::Command(1)), Response::Done(seq));
    }
    cluster.start(away);
    cluster.run(2_000);
    let restored = |(at, event): &(usize, Event)| {
        *at == away && matches!(event, Event::Restored { index } if *index > 20)
    };
    assert!(cluster.events.iter().any(restored));
    let snapshots: Vec<_> = cluster.nodes().map(|node| node.replica.snapshot()).collect();
    assert_eq!(snapshots[0], snapshots[1]);
    assert_eq!(snapshots[1], snapshots[2]);
}

/// Replaces the disk of the first follower, however often, under a leader that stays and of which nobody asks anything meanwhile.
#[test]
fn a_member_whose_disk_was_replaced_passes_on_what_it_is_asked_in_that_life_and_in_later_ones() {
    let mut cluster = Cluster::<Tally>::new(3, 6, Config::default());
    let leader = cluster.elect();
    let at = (leader + 1) % 3;
    let mut done = 0;
    let mut ask = |cluster: &mut Cluster<Tally>, why: &str| {
        cluster.run(500);
        done += 1;
        assert_eq!(cluster.answer(at, 1, done, Op::Command(1)), Response::Done(done), "{why}");
    };
    for life in 1..=3 {
        ask(&mut cluster, &format!("life {life} on the first disk"));
        cluster.crash(at);
        cluster.start(at);
    }
    for disk in 2..=6 {
        cluster.crash(at);
        cluster.replace_disk(at);
        cluster.start(at);
        ask(&mut cluster, &format!("disk {disk}"));
        cluster.crash(at);
        cluster.start(at);
        ask(&mut cluster, &format!("a later life on disk {disk}"));
    }
    assert_eq!(cluster.leader(), Some(leader));
}

#[test]
fn however_often_messages_are_delivered_a_request_makes_one_log_entry() {
    let mut cluster = Cluster::<Tally>::new(3, 5, Config::default());
    cluster.net.duplication = 100;
    let leader = cluster.elect();
    cluster.run(200);
    for seq in 1..=40 {
        let at = seq as usize % 3;
        assert_eq!(cluster.answer(at, 1, seq, Op::Command(1)), Response::Done(seq));
    }
    cluster.run(500);
    let first = cluster.events.iter().filter(|(_, event)| matches!(event, Event::Leading { .. }));
    let entries = first.count() as u64 + 40;
    assert_eq!(cluster.node(leader).expect("it runs").applied(), entries);
}

#[test]
fn a_leader_that_is_cut_off_does_not_say_that_a_proposal_has_failed() {
    let mut cluster = Cluster::<Tally>::new(3, 6, Config::default());
    let leader = cluster.elect();
    cluster.run(200);
    cluster.net.cut_off.insert(leader);
    assert_eq!(cluster.answer(leader, 1, 1, Op::Command(5)), Response::Unknown);
    let query = cluster.answer(leader, 1, 0, Op::Query(()));
    assert_eq!(query, Response::Unavailable, "a query has no effect in any case");
}

#[test]
fn a_request_whose_leader_has_crashed_is_given_up_when_there_is_another() {
    let mut cluster = Cluster::<Tally>::new(3, 7, Config::default());
    let leader = cluster.elect();
    cluster.run(200);
    let member = (leader + 1) % 3;
    cluster.crash(leader);
    assert_eq!(cluster.answer(member, 1, 1, Op::Command(5)), Response::Unknown);
    assert_eq!(cluster.insist(member, 1, 1, Op::Command(5)), Response::Done(5));
}

/// A client that does one operation after another, and tries each until it is done or patience ends.
struct Client {
    session: Option<u64>,
    seq: u64,
    attempt: Option<(RequestToken, u64)>,
    id: u64,
    attempts: u64,
    all_failed: bool,
}

/// What the clients of a run were told.
#[derive(Default)]
struct Told {
    done: Vec<u64>,
    failed: Vec<u64>,
    unknown: usize,
    repeated: usize,
}

struct Chaos {
    cluster: Cluster<Ledger>,
    clients: Vec<Client>,
    told: Told,
    next_id: u64,
    opens: bool,
}

impl Chaos {
    fn new(seed: u64, mut config: Config) -> Self {
        let opens = seed % 2 == 1;
        config.snapshot_every = [0, 1, 7][seed as usize % 3];
        if opens {
            config.max_sessions = 3;
        }
        let mut cluster = Cluster::new(3 + (seed % 4) as u32, seed, config);
        cluster.net = Net { loss: 8, duplication: 20, lost_replies: 10, ..Net::default() };
        let client = |number: u64| Client {
            session: (!opens).then_some(number),
            seq: 0,
            attempt: None,
            id: 0,
            attempts: 0,
            all_failed: true,
        };
        let clients = (1..=4).map(client).collect();
        Self { cluster, clients, told: Told::default(), next_id: 0, opens }
    }

    fn run(mut self, rounds: u64) -> (Told, Vec<(u64, u64)>) {
        let members = self.cluster.nodes().count();
        let mut down = None;
        for _ in 0..rounds {
            self.cluster.run(20);
            for number in 0..self.clients.len() {
                self.step(number, members);
            }
            match self.cluster.draw(60) {
                0 => {
                    let at = self.cluster.draw(members as u64) as usize;
                    down.replace(at).into_iter().for_each(|other| self.cluster.start(other));
                    self.cluster.crash(at);
                }
                1 => down.take().into_iter().for_each(|at| self.cluster.start(at)),
                2 => {
                    let at = self.cluster.draw(members as u64) as usize;
                    self.cluster.net.cut_off = [at].into();
                }
                3 | 4 => self.cluster.net.cut_off.clear(),
                _ => {}
            }
        }
        self.cluster.net = Net::default();
        down.into_iter().for_each(|at| self.cluster.start(at));
        self.cluster.run(5_000);
        let counts = (1..=self.next_id).map(|id| {
            let count = self.cluster.insist(0, 99, 0, Op::Query(id)).done();
            (id, count.expect("a healed cluster answers"))
        });
        let counts = counts.collect();
        let snapshots: Vec<_> = self.cluster.nodes().map(|node| node.replica.snapshot()).collect();
        assert!(snapshots.windows(2).all(|pair| pair[0] == pair[1]), "members differ");
        (self.told, counts)
    }

    fn step(&mut self, number: usize, members: usize) {
        let at = self.cluster.draw(members as u64) as usize;
        let now = self.cluster.now;
        let client = &mut self.clients[number];
        let answer = match client.attempt {
            Some((token, deadline)) => match self.cluster.take_reply(token) {
                None if now < deadline => return,
                answer => answer,
            },
            None => Some(Response::Unavailable),
        };
        let is_waiting = client.attempt.take().is_some();
        match answer {
            Some(Response::Opened { client: session }) => {
                client.session = Some(session);
                client.seq = 0;
            }
            Some(Response::Done(times)) => {
                assert!(times > 0);
                self.told.repeated += usize::from(times > 1);
                self.told.done.push(client.id);
                client.attempts = 0;
            }
            Some(answer) if client.session.is_some() && is_waiting && client.attempts > 0 => {
                client.all_failed &= answer.is_definite_failure();
                if answer == Response::SessionExpired {
                    client.session = None;
                    client.attempts = 9;
                }
            }
            None if client.attempts > 0 => client.all_failed = false,
            _ => {}
        }
        if client.attempts >= 5 {
            match client.all_failed {
                true => self.told.failed.push(client.id),
                false => self.told.unknown += 1,
            }
            client.attempts = 0;
        }
        self.attempt(number, at);
    }

    fn attempt(&mut self, number: usize, at: usize) {
        let client = &mut self.clients[number];
        let deadline = self.cluster.now + 600_000_000;
        let Some(session) = client.session else {
            assert!(self.opens);
            client.attempt = Some((self.cluster.ask(at, 0, 0, Op::Open), deadline));
            return;
        };
        if client.attempts == 0 {
            self.next_id += 1;
            client.id = self.next_id;
            client.seq += 1;
            client.all_failed = true;
        }
        client.attempts += 1;
        let token = self.cluster.ask(at, session, client.seq, Op::Command(client.id));
        client.attempt = Some((token, deadline));
    }
}

#[test]
fn nothing_is_done_twice_and_no_client_is_told_a_lie() {
    let (mut done, mut failed, mut unknown) = (0, 0, 0);
    for seed in 0..40 {
        let (told, counts) = Chaos::new(seed, Config::default()).run(600);
        let count = |id: &u64| counts[*id as usize - 1].1;
        for (id, count) in &counts {
            assert!(*count <= 1, "seed {seed}: command {id} was applied {count} times");
        }
        for id in &told.done {
            assert_eq!(count(id), 1, "seed {seed}: command {id} was answered, and is lost");
        }
        for id in &told.failed {
            assert_eq!(count(id), 0, "seed {seed}: command {id} had failed, and was applied");
        }
        done += told.done.len();
        failed += told.failed.len();
        unknown += told.unknown;
    }
    assert!(done > 2_000 && failed > 20 && unknown > 20, "{done} {failed} {unknown}");
}

#[cfg(feature = "mutants")]
#[test]
fn without_dedup_some_command_is_done_twice() {
    let mutant = Some(crate::Mutant::NoClientDedup);
    let config = Config { mutant, ..Config::default() };
    let found = (0..10).any(|seed| {
        let (_, counts) = Chaos::new(2 * seed, config.clone()).run(300);
        counts.iter().any(|(_, count)| *count > 1)
    });
    assert!(found);
}

#[cfg(feature = "mutants")]
#[test]
fn a_bug_planted_in_raft_reaches_it() {
    let first = seatrial_raft::Mutant::ALL[0];
    let config = Config { mutant: Some(crate::Mutant::Raft(first)), ..Config::default() };
    assert_eq!(config.raft().mutant, Some(first));
    let names: std::collections::BTreeSet<_> = crate::Mutant::all().map(|m| m.name()).collect();
    assert_eq!(names.len(), seatrial_raft::Mutant::ALL.len() + 2, "no two have one name");
    assert_eq!(crate::Mutant::NoClientDedup.id(), "O14");
}
