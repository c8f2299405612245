//! Messages that no correct member sends: a node neither panics nor gives up what is committed.

use std::sync::Arc;

use seatrial_node::Input;

use super::bench::{Bench, LATER, append, config, entry, matched, rejected, request_vote};
use crate::event::SnapshotMeta;
use crate::{Chunk, Entry, MAX_COMMAND, Message, Outcome, Piece, Timer};

#[test]
fn messages_of_strangers_and_of_the_node_itself_are_ignored() {
    let mut bench = Bench::new(3, &config());
    for from in [0, 7] {
        bench.hear(from, append(9, (0, 0), 0, &[9]));
        assert_eq!((bench.raft.term(), bench.raft.last_index()), (0, 0));
    }
}

#[test]
fn a_leader_survives_answers_that_make_no_sense() {
    let mut bench = Bench::leading(3, &config());
    bench.propose(b"a");
    bench.hear(1, matched(1, u64::MAX, u64::MAX));
    bench.hear(2, rejected(1, u64::MAX, u64::MAX));
    bench.hear(2, rejected(1, 0, 0));
    bench.hear(1, Message::SnapshotReceived { term: 1, round: 0, index: 9, offset: u64::MAX });
    bench.hear(1, append(1, (0, 0), 0, &[1]));
    bench.tick();
    bench.tick();
    bench.hear(2, rejected(1, u64::MAX, u64::MAX));
    assert_eq!(bench.raft.role(), "leader");
}

#[test]
fn a_follower_survives_messages_that_make_no_sense() {
    let mut bench = Bench::new(3, &config());
    bench.hear(1, append(1, (0, 0), 1, &[1]));
    bench.hear(1, append(1, (u64::MAX, u64::MAX), u64::MAX, &[1]));
    bench.hear(1, append(1, (u64::MAX, 0), u64::MAX, &[]));
    bench.hear(1, append(2, (0, 0), u64::MAX, &[2]));
    assert_eq!(bench.raft.commit_index(), 1);
    let first = bench.raft.next_committed().map(|committed| committed.term);
    assert_eq!(first, Some(1), "what is committed stays, whatever a leader says");
}

#[test]
fn a_term_from_which_there_is_no_next_one_is_not_adopted() {
    let mut bench = Bench::new(3, &config());
    for term in [u64::MAX, u64::MAX - 1, 1 << 62] {
        bench.hear(1, request_vote(term, 0, 0));
        bench.hear(1, append(term, (0, 0), 0, &[]));
        bench.hear(1, append(1, (0, 0), 0, &[term]));
    }
    assert_eq!((bench.raft.term(), bench.raft.last_index()), (0, 0));
    bench.campaign();
    assert_eq!(bench.raft.term(), 1);
}

#[test]
fn an_entry_too_long_for_the_disk_is_dropped() {
    let mut bench = Bench::new(3, &config());
    let long = entry(1, &vec![7; MAX_COMMAND + 1]);
    let entries = [long].into_iter().collect();
    let (term, prev_index, prev_term, commit, round) = (1, 0, 0, 0, 0);
    bench.hear(1, Message::Append { term, prev_index, prev_term, commit, round, entries });
    assert_eq!(bench.raft.last_index(), 0);
}

/// Numbers around those that count, and around the ends of all there are.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }

    fn next(&mut self) -> u64 {
        let far = [u64::MAX, 1 << 63, 1 << 62, 1 << 61, 1 << 32];
        match self.below(4) {
            0 => far[self.below(5) as usize].wrapping_sub(self.below(3)),
            _ => self.below(6),
        }
    }

    fn entry(&mut self) -> Entry {
        entry(self.next(), b"nonsense")
    }

    fn message(&mut self) -> Message {
        let (term, round, index) = (self.next(), self.next(), self.next());
        let (commit, offset, last_term) = (self.next(), self.next(), self.next());
        let pre_vote = self.below(2) == 0;
        match self.below(7) {
            0 => Message::RequestVote { term, last_index: index, last_term, pre_vote },
            1 => Message::Vote { term, granted: self.below(4) > 0, pre_vote },
            2 => {
                let entries = (0..self.below(4)).map(|_| self.entry()).collect();
                let (prev_index, prev_term) = (index, last_term);
                Message::Append { term, prev_index, prev_term, commit, round, entries }
            }
            3 => Message::Appended { term, round, outcome: Outcome::Matched { index } },
            4 => {
                let outcome = Outcome::Rejected { prev_index: index, hint: offset };
                Message::Appended { term, round, outcome }
            }
            5 => {
                let whole: Arc<[u8]> = vec![7; self.below(5) as usize].into();
                let chunk = Chunk::cut(&whole, 0, 9);
                let (digest, size) = (crate::digest::of_bytes(&whole), self.next());
                let meta = SnapshotMeta { index, term: last_term };
                let piece = Arc::new(Piece { meta, digest, size, offset, chunk });
                Message::Snapshot { term, round, piece }
            }
            _ => Message::SnapshotReceived { term, round, index, offset },
        }
    }
}

#[test]
fn no_message_makes_a_node_panic_whatever_its_role() {
    for seed in 1..2_000 {
        let mut numbers = Numbers(seed);
        let mut bench = match seed % 3 {
            0 => Bench::new(3, &config()),
            1 => Bench::leading(3, &config()),
            _ => Bench::leading(3, &crate::RaftConfig { max_inflight_appends: 1, ..config() }),
        };
        for _ in 0..60 {
            let message = numbers.message();
            bench.hear(1 + numbers.below(2) as u32, message);
            match numbers.below(12) {
                0 => bench.sync(),
                1 => bench.tick(),
                2 => bench.campaign(),
                3 => bench.probe.advance(LATER),
                4 if bench.raft.is_leader() => bench.propose(b"sense"),
                5 => drop(std::iter::from_fn(|| bench.raft.next_committed()).count()),
                _ => {}
            }
        }
        bench.give(Input::Timer(Timer::Storage));
        bench.sync();
    }
}
