//! One node on a bench: the test plays everybody else, and the disk.

use std::sync::Arc;

use seatrial_node::{
    Announce, Disk, DiskError, Duration, Effect, Fact, Input, NoStorage, Node, NodeId, Probe,
    SyncToken,
};

use crate::{Entries, Entry, Event, Message, Outcome, Payload, Raft, RaftConfig, Timer};

pub(super) const LATER: Duration = Duration::from_secs(1);

/// Node 0 of a cluster, whose disk completes a sync when the test says so.
pub(super) struct Bench {
    pub(super) raft: Raft,
    pub(super) probe: Probe<Raft>,
    syncs: Vec<SyncToken>,
    pub(super) sent: Vec<(NodeId, Message)>,
    pub(super) events: Vec<Event>,
    pub(super) timers: Vec<(Timer, Duration)>,
}

pub(super) fn config() -> RaftConfig {
    RaftConfig { pre_vote: false, ..RaftConfig::default() }
}

pub(super) fn entry(term: u64, command: &[u8]) -> Entry {
    Entry { term, payload: Payload::Command(Arc::from(command)) }
}

pub(super) fn append(term: u64, prev: (u64, u64), commit: u64, terms: &[u64]) -> Message {
    let entries: Entries = terms.iter().map(|term| entry(*term, b"x")).collect();
    Message::Append { term, prev_index: prev.0, prev_term: prev.1, commit, round: 0, entries }
}

pub(super) fn matched(term: u64, round: u64, index: u64) -> Message {
    Message::Appended { term, round, outcome: Outcome::Matched { index } }
}

pub(super) fn rejected(term: u64, prev_index: u64, hint: u64) -> Message {
    Message::Appended { term, round: 0, outcome: Outcome::Rejected { prev_index, hint } }
}

pub(super) fn request_vote(term: u64, last_index: u64, last_term: u64) -> Message {
    Message::RequestVote { term, last_index, last_term, pre_vote: false }
}

impl Bench {
    pub(super) fn new(count: u32, config: &RaftConfig) -> Self {
        let members: Vec<NodeId> = (0..count).map(NodeId).collect();
        let raft = Raft::open(config, &mut Disk::new(&mut NoStorage)).expect("an empty disk");
        let mut bench = Self {
            raft,
            probe: Probe::new(NodeId(0), &members),
            syncs: Vec::new(),
            sent: Vec::new(),
            events: Vec::new(),
            timers: Vec::new(),
        };
        bench.give(Input::Start);
        bench
    }

    /// A leader of term 1 whose first entry all have, and which has nothing under way.
    pub(super) fn leading(count: u32, config: &RaftConfig) -> Self {
        let mut bench = Self::new(count, config);
        bench.campaign();
        for voter in 1..count {
            bench.hear(voter, Message::Vote { term: 1, granted: true, pre_vote: false });
        }
        bench.sync();
        for follower in 1..count {
            bench.hear(follower, matched(1, 0, 1));
        }
        assert_eq!((bench.raft.role(), bench.raft.commit_index()), ("leader", 1));
        bench.forget();
        bench
    }

    /// Lets the election timeout pass, and the disk keep up.
    pub(super) fn campaign(&mut self) {
        self.probe.advance(LATER);
        self.give(Input::Timer(Timer::Election));
        self.sync();
    }

    pub(super) fn hear(&mut self, from: u32, body: Message) {
        self.give(Input::Message { from: NodeId(from), body });
    }

    pub(super) fn tick(&mut self) {
        self.give(Input::Timer(Timer::Heartbeat));
    }

    pub(super) fn propose(&mut self, command: &[u8]) {
        let command = Arc::from(command);
        let effects = self.probe.act(&mut self.raft, |raft, io| {
            raft.propose(command, io).expect("it leads");
        });
        self.take(effects);
    }

    pub(super) fn read(&mut self) {
        let effects = self.probe.act(&mut self.raft, |raft, io| {
            raft.read_index(io).expect("it leads");
        });
        self.take(effects);
    }

    /// Completes all syncs, and those that they lead to.
    pub(super) fn sync(&mut self) {
        while self.sync_one(Ok(())) {}
    }

    pub(super) fn sync_one(&mut self, result: Result<(), DiskError>) -> bool {
        if self.syncs.is_empty() {
            return false;
        }
        let token = self.syncs.remove(0);
        self.give(Input::Synced { token, result });
        true
    }

    pub(super) fn give(&mut self, input: Input<Raft>) {
        let effects = self.probe.handle(&mut self.raft, input);
        self.take(effects);
    }

    /// What was sent since the last look.
    pub(super) fn sent(&mut self) -> Vec<(NodeId, Message)> {
        std::mem::take(&mut self.sent)
    }

    pub(super) fn forget(&mut self) {
        self.sent.clear();
        self.events.clear();
        self.timers.clear();
    }

    /// The facts announced since the last look.
    pub(super) fn facts(&mut self) -> Vec<Fact> {
        let facts = self.events.iter().filter_map(Announce::fact).collect();
        self.events.clear();
        facts
    }

    fn take(&mut self, effects: Vec<Effect<Raft>>) {
        for effect in effects {
            match effect {
                Effect::Send { to, body } => self.sent.push((to, body)),
                Effect::Sync { token, .. } => self.syncs.push(token),
                Effect::Announce(event) => self.events.push(event),
                Effect::SetTimer { key, after } => self.timers.push((key, after)),
                _ => {}
            }
        }
    }
}
