//! Looks at every announced fact for what Raft's figure 3 promises, and at reads for linearizability.

use std::collections::BTreeMap;

use seatrial_node::{Fact, NodeId};

use crate::{Committed, Event, ReadTicket};

type Read = (u32, u64, ReadTicket);

#[derive(Debug, Default)]
pub(super) struct Judge {
    /// What was found wrong, first things first.
    pub(super) violations: Vec<String>,
    /// How often each rare place was reached.
    pub(super) reached: BTreeMap<&'static str, u64>,
    nodes: Vec<Told>,
    leaders: BTreeMap<u64, u32>,
    votes: BTreeMap<(u32, u64), NodeId>,
    committed: BTreeMap<u64, (u64, u64)>,
    pub(super) highest_commit: u64,
    reads: BTreeMap<Read, u64>,
    pub(super) reads_done: u64,
}

/// What a node has told of itself.
#[derive(Clone, Debug, Default)]
struct Told {
    term: u64,
    commit: u64,
    persisted: u64,
    /// What was on its disk before that was damaged.
    pledged: u64,
    snapshot: u64,
    log: BTreeMap<u64, (u64, u64)>,
}

impl Judge {
    pub(super) fn new(count: usize) -> Self {
        Self { nodes: vec![Told::default(); count], ..Self::default() }
    }

    pub(super) fn started(&mut self, i: u32) {
        self.nodes[i as usize].commit = 0;
        self.nodes[i as usize].snapshot = 0;
    }

    /// This node's disk is damaged. What it had was on it when it said so.
    pub(super) fn damaged(&mut self, i: u32) {
        let told = &mut self.nodes[i as usize];
        told.pledged = told.pledged.max(told.persisted);
    }

    /// This node's disk is another one, and it remembers nothing.
    pub(super) fn replaced(&mut self, i: u32) {
        self.damaged(i);
        self.nodes[i as usize].term = 0;
        self.votes.retain(|(voter, _), _| *voter != i);
    }

    pub(super) fn read_asked(&mut self, read: Read) {
        self.reads.insert(read, self.highest_commit);
    }

    pub(super) fn event(&mut self, i: u32, life: u64, event: &Event) {
        match event {
            Event::Fact(fact) => self.fact(i, *fact),
            Event::ReadReady { ticket, index } => {
                self.reads_done += 1;
                if let Some(wanted) = self.reads.remove(&(i, life, *ticket)) {
                    self.require(*index >= wanted, || {
                        format!("stale read: n{i} read at {index}, {wanted} was committed before")
                    });
                }
            }
            _ => {}
        }
    }

    pub(super) fn applied(&mut self, i: u32, entry: &Committed) {
        let told = (entry.term, entry.digest());
        let first = *self.committed.entry(entry.index).or_insert(told);
        self.require(first == told, || {
            format!("state machine safety: n{i} applied {told:?} at {}, not {first:?}", entry.index)
        });
    }

    fn require(&mut self, holds: bool, violation: impl FnOnce() -> String) {
        if !holds {
            self.violations.push(violation());
        }
    }

    fn fact(&mut self, i: u32, fact: Fact) {
        let told = &mut self.nodes[i as usize];
        match fact {
            Fact::Term { term } => {
                let before = std::mem::replace(&mut told.term, term);
                self.require(term >= before, || format!("term of n{i} from {before} to {term}"));
            }
            Fact::Vote { term, candidate } => {
                let first = *self.votes.entry((i, term)).or_insert(candidate);
                self.require(first == candidate, || {
                    format!("one vote a term: n{i} voted {first} and {candidate} in {term}")
                });
            }
            Fact::Lead { term } => self.lead(i, term),
            Fact::Append { index, term, digest } => {
                let last = told.log.last_key_value().map_or(told.snapshot, |(last, _)| *last);
                told.log.insert(index, (term, digest));
                self.require(index == last + 1, || format!("gap: n{i} appended {index} to {last}"));
            }
            Fact::Truncate { from } => {
                told.log.split_off(&from);
                told.persisted = told.persisted.min(from - 1);
            }
            Fact::Persist { index } => told.persisted = index,
            Fact::Commit { index } => self.commit(i, index),
            Fact::Snapshot { index, .. } => {
                told.snapshot = index;
                told.persisted = told.persisted.max(index);
                told.log = told.log.split_off(&(index + 1));
            }
            Fact::Reached { mark } => *self.reached.entry(mark).or_default() += 1,
            _ => {}
        }
    }

    fn lead(&mut self, i: u32, term: u64) {
        let first = *self.leaders.entry(term).or_insert(i);
        self.require(first == i, || format!("election safety: n{first} and n{i} lead {term}"));
        let told = &self.nodes[i as usize];
        let missing = self.committed.iter().find(|(index, entry)| {
            entry.0 < term && **index > told.snapshot && told.log.get(index) != Some(entry)
        });
        let missing = missing.map(|(index, _)| *index);
        self.require(missing.is_none(), || {
            format!("leader completeness: n{i} leads {term} without {missing:?}")
        });
    }

    fn commit(&mut self, i: u32, index: u64) {
        let told = &mut self.nodes[i as usize];
        let before = std::mem::replace(&mut told.commit, index);
        let holders =
            self.nodes.iter().filter(|node| node.persisted.max(node.pledged) >= index).count();
        let majority = self.nodes.len() / 2 + 1;
        self.require(index > before, || format!("commit of n{i} from {before} to {index}"));
        if index > self.highest_commit {
            self.require(holders >= majority, || {
                format!("committed on a quorum: n{i} committed {index}, on {holders} disks")
            });
        }
        self.highest_commit = self.highest_commit.max(index);
        let log = &self.nodes[i as usize].log;
        let entries: Vec<_> = log.range(before + 1..=index).map(|(at, e)| (*at, *e)).collect();
        for (at, entry) in entries {
            let first = *self.committed.entry(at).or_insert(entry);
            self.require(first == entry, || {
                format!("n{i} committed {entry:?} at {at}, not {first:?}")
            });
        }
    }
}
