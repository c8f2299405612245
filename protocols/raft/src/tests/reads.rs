//! Reads: thesis §6.4.

use super::bench::{Bench, append, config, matched};
use crate::{Event, Message, ReadTicket};

fn answers(bench: &mut Bench) -> Vec<(u64, Option<u64>)> {
    let answers = bench.events.drain(..).filter_map(|event| match event {
        Event::ReadReady { ticket: ReadTicket(ticket), index } => Some((ticket, Some(index))),
        Event::ReadLost { ticket: ReadTicket(ticket) } => Some((ticket, None)),
        _ => None,
    });
    answers.collect()
}

#[test]
fn thesis_6_4_a_read_waits_for_a_majority_to_answer_a_round_that_began_after_it() {
    let mut bench = Bench::leading(5, &config());
    bench.read();
    bench.hear(1, matched(1, 0, 1));
    bench.hear(2, matched(1, 0, 1));
    assert_eq!(answers(&mut bench), [], "these answer an earlier round");
    bench.hear(1, matched(1, 1, 1));
    bench.hear(1, matched(1, 1, 1));
    assert_eq!(answers(&mut bench), []);
    bench.hear(2, matched(1, 1, 1));
    assert_eq!(answers(&mut bench), [(1, Some(1))]);
}

#[test]
fn reads_that_come_during_a_round_share_the_next_one() {
    let mut bench = Bench::leading(3, &config());
    bench.read();
    let heartbeats = bench.sent().len();
    bench.read();
    bench.read();
    assert_eq!((heartbeats, bench.sent().len()), (2, 0));
    bench.hear(1, matched(1, 1, 1));
    assert_eq!(answers(&mut bench), [(1, Some(1))]);
    bench.hear(1, matched(1, 1, 1));
    assert_eq!(answers(&mut bench), [], "the round before theirs");
    bench.hear(2, matched(1, 2, 1));
    assert_eq!(answers(&mut bench), [(2, Some(1)), (3, Some(1))]);
}

#[test]
fn thesis_6_4_a_new_leader_answers_no_read_before_it_has_committed_an_entry_of_its_own() {
    let mut bench = Bench::new(3, &config());
    bench.hear(1, append(1, (0, 0), 1, &[1, 1]));
    bench.sync();
    bench.campaign();
    bench.hear(2, Message::Vote { term: 2, granted: true, pre_vote: false });
    bench.sync();
    assert_eq!((bench.raft.commit_index(), bench.raft.last_index()), (1, 3));
    bench.read();
    bench.hear(2, matched(2, 9, 0));
    assert_eq!(answers(&mut bench), [], "entry 2 may have been answered to a client");
    bench.hear(2, matched(2, 0, 3));
    bench.hear(2, matched(2, 10, 3));
    assert_eq!(answers(&mut bench), [(1, Some(3))]);
}

#[test]
fn a_leader_that_is_deposed_loses_its_reads() {
    let mut bench = Bench::leading(3, &config());
    bench.read();
    bench.read();
    bench.hear(1, append(2, (1, 1), 1, &[]));
    assert_eq!(answers(&mut bench), [(1, None), (2, None)]);
    bench.probe.act(&mut bench.raft, |raft, io| {
        assert!(raft.read_index(io).is_err());
    });
}

#[test]
fn a_round_that_is_lost_is_asked_again_with_the_next_heartbeat() {
    let mut bench = Bench::leading(3, &config());
    bench.read();
    bench.forget();
    bench.tick();
    let rounds: Vec<u64> = bench
        .sent()
        .iter()
        .filter_map(|(_, message)| match message {
            Message::Append { round, .. } => Some(*round),
            _ => None,
        })
        .collect();
    assert_eq!(rounds, [1, 1]);
}
