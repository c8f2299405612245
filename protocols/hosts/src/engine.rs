//! What every host does with a node: one input at a time, timers, tokens, and effects to where they belong.
//!
//! A host brings a [`Carrier`], which knows how messages and answers travel, and calls [`Engine::turn`] whenever something has happened.

use std::collections::VecDeque;
use std::io;
use std::time::{Instant as Clock, SystemTime, UNIX_EPOCH};

use seatrial_node::{
    Announce, Disk, DiskWrite, Duration, Fact, FileName, Input, Instant, Io, Node, NodeId,
    OpenError, Port, ReadToken, RequestToken, Storage, SyncToken, WallTime,
};
use tracing::{debug, info};

use crate::chance;
use crate::disk::{Done, Job};
use crate::facts::FactLog;
use crate::timers::Timers;

/// How messages and answers leave a node. Each call only enqueues.
pub(crate) trait Carrier<N: Node> {
    /// To another member; what a node sends itself never comes here.
    fn send(&mut self, to: NodeId, body: N::Message);

    /// To the client that asked.
    fn reply(&mut self, to: RequestToken, body: N::Response);
}

/// Who a node is, and what its tokens begin with.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) me: NodeId,
    /// In ascending order, `me` among them.
    pub(crate) members: Vec<NodeId>,
    /// Differs between lives of a node.
    pub(crate) number: u64,
}

/// A node while it lives.
pub(crate) struct Engine<N: Node> {
    node: N,
    life: Life,
    inputs: VecDeque<Input<N>>,
    hands: Hands<N>,
}

/// What a node has set and asked for.
struct Hands<N: Node> {
    me: NodeId,
    started: Clock,
    now: Instant,
    timers: Timers<N::Timer>,
    jobs: Vec<Job>,
    /// Sent to itself.
    own: Vec<N::Message>,
    requests: u64,
    disk_tokens: u64,
    /// Syncs and reads that are under way.
    waiting: usize,
    facts: Option<FactLog>,
}

/// How many inputs are handled before what came of them is sent off and others get a turn.
const BATCH: usize = 1_024;

/// How many bits of a request's token count the requests of one life.
const LIFE_BITS: u32 = 40;

impl<N: Node> Engine<N> {
    /// Begins a life of the node.
    ///
    /// # Errors
    /// Where the node does not open.
    pub(crate) fn open(
        life: Life,
        config: &N::Config,
        storage: &mut dyn Storage,
    ) -> Result<Self, OpenError> {
        let node = N::open(config, &mut Disk::new(storage))?;
        let hands = Hands {
            me: life.me,
            started: Clock::now(),
            now: Instant::ZERO,
            timers: Timers::new(),
            jobs: Vec::new(),
            own: Vec::new(),
            requests: life.number << LIFE_BITS,
            disk_tokens: 0,
            waiting: 0,
            facts: None,
        };
        Ok(Self { node, life, inputs: VecDeque::from([Input::Start]), hands })
    }

    /// Has the node's facts written there, from the beginning of this life on.
    pub(crate) fn announce_to(&mut self, mut facts: FactLog) {
        facts.announce(&Fact::Started { life: self.life.number });
        self.hands.facts = Some(facts);
    }

    pub(crate) fn node(&self) -> &N {
        &self.node
    }

    pub(crate) const fn life(&self) -> &Life {
        &self.life
    }

    /// Another member's message has arrived.
    pub(crate) fn message(&mut self, from: NodeId, body: N::Message) {
        self.inputs.push_back(Input::Message { from, body });
    }

    /// A client asks something.
    pub(crate) fn request(&mut self, body: N::Request) -> RequestToken {
        self.hands.requests += 1;
        let token = RequestToken(self.hands.requests);
        self.inputs.push_back(Input::Request { token, body });
        token
    }

    /// The disk has done something.
    pub(crate) fn done(&mut self, done: Done) {
        self.hands.waiting -= 1;
        self.inputs.push_back(match done {
            Done::Synced { token, result } => Input::Synced { token, result },
            Done::Read { token, result } => Input::Read { token, result },
        });
    }

    /// Lets the node handle what has come and what is due, up to a batch. Returns whether there is more to do at once.
    pub(crate) fn turn(&mut self, carrier: &mut impl Carrier<N>) -> bool {
        let due = self.hands.clock();
        for _ in 0..BATCH {
            let timer = self.hands.timers.take_due(due).map(Input::Timer);
            let Some(input) = timer.or_else(|| self.inputs.pop_front()) else { return false };
            self.hands.now = self.hands.clock();
            self.handle(input, carrier);
        }
        true
    }

    fn handle(&mut self, input: Input<N>, carrier: &mut impl Carrier<N>) {
        let Self { node, life, hands, inputs } = self;
        let now = hands.now;
        let mut port = Bound { hands, carrier };
        node.handle(input, &mut Io::new(life.me, now, &life.members, &mut port));
        let from = life.me;
        inputs.extend(hands.own.drain(..).map(|body| Input::Message { from, body }));
    }

    /// Writes what the node has announced, where somebody wants it. To be done before anything that came of the same turn leaves.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn write_facts(&mut self) -> io::Result<()> {
        self.hands.facts.as_mut().map_or(Ok(()), FactLog::write)
    }

    /// What the node has asked of its disk since this was asked last.
    pub(crate) fn take_jobs(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.hands.jobs)
    }

    /// How long until the next timer is due.
    pub(crate) fn until_due(&self) -> Option<std::time::Duration> {
        let next = self.hands.timers.next()?;
        let now = self.hands.clock();
        Some(if next > now { next.since(now).into() } else { std::time::Duration::ZERO })
    }

    /// Whether neither the node nor its disk has anything to do.
    pub(crate) fn is_settled(&self) -> bool {
        self.inputs.is_empty() && self.hands.waiting == 0
    }
}

impl<N: Node> Hands<N> {
    fn clock(&self) -> Instant {
        Instant::ZERO + Duration::from(self.started.elapsed())
    }

    fn disk_token(&mut self) -> u64 {
        self.disk_tokens += 1;
        self.waiting += 1;
        self.disk_tokens
    }
}

/// A node's hands while it handles one input.
struct Bound<'a, N: Node, C> {
    hands: &'a mut Hands<N>,
    carrier: &'a mut C,
}

impl<N: Node, C: Carrier<N>> Port<N> for Bound<'_, N, C> {
    fn send(&mut self, to: NodeId, body: N::Message) {
        if to == self.hands.me {
            self.hands.own.push(body);
        } else {
            self.carrier.send(to, body);
        }
    }

    fn set_timer(&mut self, key: N::Timer, after: Duration) {
        let at = self.hands.now + after;
        self.hands.timers.set(key, at);
    }

    fn cancel_timer(&mut self, key: &N::Timer) {
        self.hands.timers.cancel(key);
    }

    fn reply(&mut self, to: RequestToken, body: N::Response) {
        self.carrier.reply(to, body);
    }

    fn write(&mut self, write: DiskWrite<'_>) {
        // A log that grows record by record is one write of the system for all that a batch adds.
        if !self.hands.jobs.last_mut().is_some_and(|last| last.takes_in(&write)) {
            self.hands.jobs.push(write.into());
        }
    }

    fn sync(&mut self, file: FileName) -> SyncToken {
        let token = SyncToken(self.hands.disk_token());
        self.hands.jobs.push(Job::Sync { file, token });
        token
    }

    fn read(&mut self, file: FileName, offset: u64, len: usize) -> ReadToken {
        let token = ReadToken(self.hands.disk_token());
        self.hands.jobs.push(Job::Read { file, offset, len, token });
        token
    }

    fn announce(&mut self, event: N::Event) {
        let fact = event.fact();
        if let (Some(facts), Some(fact)) = (&mut self.hands.facts, &fact) {
            facts.announce(fact);
        }
        match fact {
            Some(fact @ (Fact::Lead { .. } | Fact::StepDown { .. })) => info!(?fact, "announced"),
            Some(fact) => debug!(?fact, "announced"),
            None => {}
        }
    }

    fn choose(&mut self, _: &'static str, bound: u64) -> u64 {
        chance::choose(bound)
    }

    fn wall(&mut self) -> WallTime {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        WallTime::from_unix_nanos(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests;
