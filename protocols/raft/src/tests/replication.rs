//! Replication and commitment: paper §5.3, §5.4.2 and §8, thesis §10.2.1.

use seatrial_node::{DiskError, Fact, Input, Node, NodeId};

use super::bench::{Bench, append, config, entry, matched, rejected};
use crate::{Message, Outcome, RaftConfig, Timer};

/// The prev index and the number of entries of each AppendEntries to this node.
fn appends(sent: &[(NodeId, Message)], node: u32) -> Vec<(u64, usize)> {
    let appends = sent.iter().filter_map(|(to, message)| match message {
        Message::Append { prev_index, entries, .. } if to.0 == node => {
            Some((*prev_index, entries.len()))
        }
        _ => None,
    });
    appends.collect()
}

fn disk_failed(bench: &Bench) -> bool {
    bench.raft.status().is("disk", "failed")
}

#[test]
fn figure_2_entries_are_acknowledged_only_when_they_are_on_the_disk() {
    let mut bench = Bench::new(3, &config());
    bench.hear(1, append(1, (0, 0), 0, &[1, 1]));
    assert_eq!(bench.sent(), []);
    bench.sync();
    assert_eq!(bench.sent(), [(NodeId(1), matched(1, 0, 2))]);
}

#[test]
fn an_entry_that_comes_again_is_not_acknowledged_before_the_first_is_on_the_disk() {
    let mut bench = Bench::new(3, &config());
    bench.hear(1, append(1, (0, 0), 0, &[1]));
    bench.hear(1, append(1, (0, 0), 0, &[1]));
    bench.hear(1, append(1, (1, 1), 0, &[]));
    assert_eq!(bench.sent(), []);
    bench.sync();
    assert_eq!(bench.sent().len(), 1, "one acknowledgement says it all");
}

#[test]
fn an_acknowledgement_does_not_outlive_its_term() {
    let mut bench = Bench::new(3, &config());
    bench.hear(1, append(1, (0, 0), 0, &[1, 1]));
    bench.hear(2, append(2, (0, 0), 0, &[2]));
    bench.sync();
    assert_eq!(bench.sent(), [(NodeId(2), matched(2, 0, 1))]);
}

#[test]
fn section_5_3_only_an_entry_that_conflicts_removes_any() {
    let mut bench = Bench::new(3, &config());
    bench.hear(1, append(2, (0, 0), 0, &[1, 1, 2]));
    bench.sync();
    bench.forget();
    bench.hear(1, append(2, (0, 0), 0, &[1]));
    bench.hear(1, append(2, (1, 1), 0, &[]));
    assert_eq!(bench.raft.last_index(), 3, "late messages");
    bench.hear(1, append(2, (1, 1), 0, &[2]));
    assert_eq!(bench.raft.last_index(), 2);
    assert!(bench.facts().contains(&Fact::Truncate { from: 2 }));
    bench.sync();
    assert!(bench.facts().contains(&Fact::Persist { index: 2 }));
}

#[test]
fn section_5_3_a_follower_commits_no_further_than_the_message_verified() {
    let mut bench = Bench::new(3, &config());
    bench.hear(1, append(1, (0, 0), 0, &[1, 1, 1]));
    bench.hear(2, append(2, (1, 1), 3, &[]));
    assert_eq!(bench.raft.commit_index(), 1, "entries 2 and 3 may not be this leader's");
}

#[test]
fn section_5_3_a_rejection_names_the_first_index_of_the_conflicting_term() {
    let mut bench = Bench::new(3, &config());
    bench.hear(1, append(4, (0, 0), 0, &[1, 4, 4, 4]));
    bench.sync();
    bench.forget();
    for (prev, hint) in [((4, 5), 2), ((9, 5), 5)] {
        bench.hear(1, append(4, prev, 0, &[]));
        assert_eq!(bench.sent(), [(NodeId(1), rejected(4, prev.0, hint))]);
    }
}

#[test]
fn section_5_3_a_leader_commits_what_a_majority_has_on_its_disks_its_own_included() {
    let mut bench = Bench::leading(5, &config());
    bench.propose(b"a");
    assert_eq!(bench.sent().len(), 4, "it sends before its own disk has it (thesis 10.2.1)");
    bench.hear(1, matched(1, 0, 2));
    bench.hear(1, matched(1, 0, 2));
    bench.hear(2, matched(1, 0, 2));
    assert_eq!(bench.raft.commit_index(), 1, "two of five, and its own disk does not have it");
    bench.sync();
    assert_eq!(bench.raft.commit_index(), 2);
}

#[test]
fn section_5_3_match_indices_never_go_back() {
    let mut bench = Bench::leading(3, &config());
    bench.propose(b"a");
    bench.propose(b"b");
    bench.sync();
    bench.hear(1, matched(1, 0, 3));
    bench.hear(1, matched(1, 0, 2));
    bench.hear(1, rejected(1, 1, 1));
    bench.forget();
    bench.propose(b"c");
    assert_eq!(appends(&bench.sent(), 1), [(3, 1)], "as if the late answers had not come");
    assert_eq!(bench.raft.commit_index(), 3);
}

#[test]
fn section_5_4_2_an_entry_of_an_older_term_is_committed_only_with_one_of_the_leaders() {
    let config = RaftConfig { max_entries_per_append: 1, ..config() };
    let mut bench = Bench::new(3, &config);
    bench.hear(1, append(1, (0, 0), 0, &[1]));
    bench.sync();
    bench.campaign();
    bench.hear(2, Message::Vote { term: 2, granted: true, pre_vote: false });
    bench.sync();
    assert_eq!(appends(&bench.sent(), 2), [(1, 1)], "the opening entry goes first, alone (8)");
    bench.hear(2, rejected(2, 1, 1));
    assert_eq!(appends(&bench.sent(), 2), [(0, 1)], "then what is before it");
    bench.hear(2, matched(2, 0, 1));
    assert_eq!(bench.raft.commit_index(), 0, "entry 1 is on a majority, as in figure 8 (c)");
    bench.hear(2, matched(2, 0, 2));
    assert_eq!(bench.raft.commit_index(), 2);
}

#[test]
fn thesis_10_2_1_a_window_bounds_what_is_under_way() {
    let config = RaftConfig { max_inflight_appends: 3, ..config() };
    let mut bench = Bench::leading(3, &config);
    for command in 0..9 {
        bench.propose(&[command]);
    }
    assert_eq!(appends(&bench.sent(), 1), [(1, 1), (2, 1), (3, 1)]);
    bench.hear(1, matched(1, 0, 3));
    assert_eq!(appends(&bench.sent(), 1), [(4, 6)], "what has waited goes as one");
}

#[test]
fn what_stays_unanswered_is_sent_again() {
    let mut bench = Bench::leading(3, &config());
    bench.propose(b"a");
    bench.forget();
    bench.tick();
    assert_eq!(appends(&bench.sent(), 1), [(1, 0)], "it may still be under way: a heartbeat");
    bench.tick();
    assert_eq!(appends(&bench.sent(), 1), [(1, 1), (1, 0)], "a disk may be slow: a heartbeat too");
    bench.hear(1, matched(1, 0, 1));
    assert_eq!(appends(&bench.sent(), 1), [], "the heartbeat is answered; the entry is under way");
    bench.propose(b"b");
    assert_eq!(appends(&bench.sent(), 1), [(2, 1)], "the next one follows it");
}

#[test]
fn one_message_that_was_overtaken_is_not_yet_a_lost_one() {
    let mut bench = Bench::leading(3, &config());
    for command in [b"a", b"b", b"c"] {
        bench.propose(command);
    }
    bench.forget();
    bench.hear(1, rejected(1, 2, 2));
    assert_eq!(bench.sent(), []);
    bench.hear(1, rejected(1, 3, 2));
    assert_eq!(appends(&bench.sent(), 1), [(1, 3)]);
}

#[test]
fn a_follower_whose_disk_fails_acknowledges_nothing_until_all_is_written_again() {
    let mut bench = Bench::new(3, &config());
    bench.hear(1, append(1, (0, 0), 0, &[1]));
    bench.sync_one(Err(DiskError::SyncFailed));
    bench.hear(1, append(1, (0, 0), 0, &[1]));
    bench.sync();
    assert_eq!(bench.sent(), []);
    assert!(disk_failed(&bench));
    bench.give(Input::Timer(Timer::Storage));
    bench.sync_one(Err(DiskError::Full));
    assert_eq!(bench.sent(), []);
    bench.give(Input::Timer(Timer::Storage));
    bench.sync();
    assert_eq!(bench.sent(), [(NodeId(1), matched(1, 0, 1))]);
    assert!(!disk_failed(&bench));
}

#[test]
fn followers_share_the_entries_of_one_message() {
    let mut bench = Bench::leading(3, &config());
    bench.propose(b"a");
    let sent = bench.sent();
    let entries: Vec<*const crate::Entry> = sent
        .iter()
        .filter_map(|(_, message)| match message {
            Message::Append { entries, .. } => entries.first().map(std::ptr::from_ref),
            _ => None,
        })
        .collect();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0], entries[1]);
    assert_eq!(entry(1, b"a").payload.digest(), crate::digest::of_bytes(b"a"));
    let answer = Outcome::Matched { index: 2 };
    assert_ne!(
        Message::Appended { term: 1, round: 0, outcome: answer }.digest(),
        sent[0].1.digest()
    );
}
