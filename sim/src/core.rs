//! All of a world but the nodes themselves: the clock, the queue, the tape, the network, timers and disks.
//!
//! It is apart from the nodes so that a node can be called while its effects go straight in here, without a buffer between.

mod slow;
mod stall;
mod travel;

use std::collections::VecDeque;

use seatrial_history::{DropCause, Endpoint, Moment, TraceEvent};
use seatrial_node::{Duration, Fact, Instant, Load, Node, NodeId, RequestToken};

use crate::buggify::Point;
use crate::clock::Clocks;
use crate::codec::Codec;
use crate::counts::Counts;
use crate::disk::SimDisk;
use crate::event::{Event, Events};
use crate::hash::RunHash;
use crate::latency::{Latency, Sampler};
use crate::network::{Cuts, Links, Troubles, Way};
use crate::plan::Rates;
use crate::queue::{Lane, Queue};
use crate::schedule::Journal;
use crate::tape::Tape;
use crate::telling::{Describe, Pen};
use crate::timers::{TimerRef, Timers};

pub(crate) use self::slow::Slow;

/// How a node is, apart from its own state.
#[derive(Clone, Debug)]
pub(crate) struct Body<T> {
    pub(crate) timers: Timers<T>,
    pub(crate) disk: SimDisk,
    /// When the disk has done all that it was asked.
    pub(crate) disk_free: Instant,
    /// When the node is told of the last of it: later, where the disk is slow.
    pub(crate) disk_told: Instant,
    /// Which life this is; 0 before the first.
    pub(crate) life: u32,
    /// It has opened and has not crashed since.
    pub(crate) up: bool,
    pub(crate) paused: bool,
    /// Events that wait for the node to go on.
    pub(crate) waiting: Vec<u32>,
    /// What makes the node slow, and the inputs that wait for their turn.
    pub(crate) slow: Option<Slow>,
    pub(crate) turns: VecDeque<u32>,
    /// Completions that wait for the disk to go on.
    pub(crate) stalled: Vec<u32>,
    /// Requests that may be answered: client and attempt.
    requests: Vec<(u32, u64)>,
    /// How much this life has asked of the disk.
    tokens: u64,
}

/// See the module.
#[derive(Clone)]
pub(crate) struct Core<N: Node> {
    pub(crate) members: Vec<NodeId>,
    pub(crate) now: Instant,
    pub(crate) step: u64,
    pub(crate) tape: Tape,
    pub(crate) queue: Queue,
    pub(crate) events: Events<N::Message, N::Request, N::Response>,
    pub(crate) links: Links,
    pub(crate) cuts: Cuts,
    pub(crate) troubles: Troubles,
    pub(crate) rates: Rates,
    /// Links do to messages what has to be looked at when they arrive; from the first such fault on, until the run ends.
    pub(crate) rough: bool,
    pub(crate) bodies: Vec<Body<N::Timer>>,
    pub(crate) clocks: Clocks,
    /// How many pauses, slow nodes and faults in wait there are, so that nobody looks while there is none.
    pub(crate) odd: u32,
    /// Fault points that nodes have come past.
    pub(crate) points: Vec<Point>,
    pub(crate) disk_times: DiskTimes,
    wishes: Vec<u32>,
    pub(crate) attempts: u64,
    pub(crate) tokens: u64,
    pub(crate) counts: Counts,
    pub(crate) hash: RunHash,
    /// Facts that observers have not been told yet.
    pub(crate) facts: Vec<(NodeId, Fact)>,
    /// An observer has been told something since the last look, or is to be told.
    pub(crate) heard: bool,
    /// What observers of the trace have not been told yet; filled only while tracing.
    pub(crate) trace: Vec<TraceEvent>,
    pub(crate) tracing: bool,
    /// Tracing, or about to break an input off: what is asked wherever a node is given an input.
    pub(crate) attended: bool,
    /// Messages that observers have not been told of yet: from whom, to whom, and at what cost; filled only while weighing.
    pub(crate) loads: Vec<(NodeId, NodeId, Load)>,
    pub(crate) weighing: bool,
    pub(crate) watched: bool,
    /// Watched or rough: what is asked wherever a message is sent.
    pub(crate) unusual: bool,
    pub(crate) describe: Describe<N>,
    pub(crate) pen: Pen,
    /// What happens as a schedule, where somebody keeps it; only while tracing.
    pub(crate) journal: Option<Journal>,
    pub(crate) codec: Option<Codec<N::Message>>,
    /// Memory for a message's bytes.
    pub(crate) frame: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct DiskTimes {
    pub(crate) write: Sampler,
    pub(crate) sync: Sampler,
    pub(crate) read: Sampler,
}

impl DiskTimes {
    fn new(write: Latency, sync: Latency, read: Latency) -> Self {
        let [write, sync, read] = [write, sync, read].map(Sampler::new);
        Self { write, sync, read }
    }
}

impl<N: Node> Core<N> {
    pub(crate) fn new() -> Self {
        let zero = Latency::constant(Duration::ZERO);
        Self {
            members: Vec::new(),
            now: Instant::ZERO,
            step: 0,
            tape: Tape::seeded(0),
            queue: Queue::new(),
            events: Events::new(),
            links: Links::new(0, zero, zero, &[]),
            cuts: Cuts::default(),
            troubles: Troubles::default(),
            rates: Rates::default(),
            rough: false,
            bodies: Vec::new(),
            clocks: Clocks::default(),
            odd: 0,
            points: Vec::new(),
            disk_times: DiskTimes::new(zero, zero, zero),
            wishes: Vec::new(),
            attempts: 0,
            tokens: 0,
            counts: Counts::default(),
            hash: RunHash::START,
            facts: Vec::new(),
            heard: false,
            trace: Vec::new(),
            tracing: false,
            attended: false,
            loads: Vec::new(),
            weighing: false,
            watched: false,
            unusual: false,
            describe: Describe::MUTE,
            pen: Pen::default(),
            journal: None,
            codec: None,
            frame: Vec::new(),
        }
    }

    /// Begins another run, keeping memory.
    pub(crate) fn reset(&mut self, setup: &crate::Setup) {
        self.members.clone_from(&setup.members);
        self.now = Instant::ZERO;
        self.step = 0;
        match setup.steering {
            None => self.queue.reset(setup.order, setup.latency.usually_below().as_nanos()),
            Some(steering) => self.queue.reset_steered(steering, setup.plan.heal_after.as_nanos()),
        }
        self.events.reset();
        let nodes = u32::try_from(setup.members.len()).expect("fewer than 2^32 nodes");
        self.links = Links::new(nodes, setup.latency, setup.client_latency, &setup.exceptions);
        self.cuts.reset(setup.members.len() + setup.clients as usize);
        self.troubles.clear();
        self.rates = setup.plan.rates;
        self.rough = self.rates.duplicate > 0 || self.rates.reorder > 0;
        self.unusual = self.watched || self.rough;
        self.disk_times = DiskTimes::new(setup.disk_write, setup.disk_sync, setup.disk_read);
        self.bodies.resize_with(setup.members.len(), Body::new);
        for body in &mut self.bodies {
            body.reset();
        }
        self.clocks.reset(setup.members.len());
        self.odd = 0;
        self.points.clear();
        self.wishes.clear();
        self.wishes.resize(setup.clients as usize, 0);
        self.attempts = 0;
        self.tokens = 0;
        self.counts = Counts::default();
        self.hash = RunHash::START;
        self.facts.clear();
        self.heard = false;
        self.trace.clear();
        self.pen.clear();
        if let Some(journal) = &mut self.journal {
            journal.clear();
        }
        self.loads.clear();
    }

    pub(crate) fn moment(&self) -> Moment {
        Moment { step: self.step, time: self.now }
    }

    /// The slot of a node: names are usually positions, but need not be.
    #[inline]
    pub(crate) fn slot(&self, node: NodeId) -> Option<u32> {
        if self.members.get(node.0 as usize) == Some(&node) {
            return Some(node.0);
        }
        self.members.binary_search(&node).ok().map(|slot| slot as u32)
    }

    pub(crate) fn clients(&self) -> u32 {
        self.wishes.len() as u32
    }

    pub(crate) fn client_slot(&self, client: u32) -> u32 {
        self.members.len() as u32 + client
    }

    pub(crate) fn endpoint(&self, slot: u32) -> Endpoint {
        match self.members.get(slot as usize) {
            Some(node) => Endpoint::Node(*node),
            None => Endpoint::Client(slot - self.members.len() as u32),
        }
    }

    /// Puts an event where the queue's entry will find it.
    #[inline(always)]
    pub(crate) fn schedule(&mut self, time: Instant, lane: Lane, event: Event) {
        let slot = self.events.keep(event);
        self.queue.push(time.as_nanos(), slot, lane);
    }

    /// Puts an event that was held up back into the queue, for now.
    pub(crate) fn requeue(&mut self, slot: u32) {
        self.queue.push(self.now.as_nanos(), slot, Lane::Free);
    }

    /// A name for a message, a sync or a read.
    #[inline]
    pub(crate) fn next_id(&mut self) -> u64 {
        self.tokens += 1;
        self.tokens
    }

    /// A name for a sync or a read among those of this life of the node. It is the node's own, so that it shows nothing of what others do.
    pub(crate) fn next_token(&mut self, node: u32) -> u64 {
        let _ = self.next_id();
        let body = &mut self.bodies[node as usize];
        body.tokens += 1;
        body.tokens
    }

    pub(crate) fn request(&mut self, client: u32, to: NodeId, body: N::Request) -> u64 {
        self.attempts += 1;
        let attempt = self.attempts;
        let from = self.client_slot(client);
        let id = self.next_id();
        let Some(to) = self.slot(to) else {
            self.trace_lost(id, from, to);
            return attempt;
        };
        if self.tracing {
            let text = self.pen.write(|out| (self.describe.request)(&body, out));
            self.trace_send(id, from, to, text);
        }
        if let Some(Way { latency, marks }) = self.travel(from, to, id) {
            let body = self.events.requests.keep(body);
            let event = Event::Request { client, to, body, attempt, id, marks };
            let slot = self.events.keep(event);
            self.launch(from, to, slot, latency);
        }
        attempt
    }

    /// A request is with the node now, which may answer it.
    pub(crate) fn accept(&mut self, node: u32, client: u32, attempt: u64) -> RequestToken {
        self.bodies[node as usize].requests.push((client, attempt));
        RequestToken(attempt)
    }

    pub(crate) fn answer(&mut self, node: u32, token: RequestToken, body: N::Response) {
        let open = &mut self.bodies[node as usize].requests;
        let Some(place) = open.iter().position(|(_, attempt)| *attempt == token.0) else {
            return;
        };
        let (client, attempt) = open.swap_remove(place);
        let to = self.client_slot(client);
        let id = self.next_id();
        if self.tracing {
            let text = self.pen.write(|out| (self.describe.response)(&body, out));
            self.trace_send(id, node, to, text);
        }
        if let Some(Way { latency, marks }) = self.travel(node, to, id) {
            let body = self.events.answers.keep(body);
            let event = Event::Answer { from: node, client, body, attempt, id, marks };
            let slot = self.events.keep(event);
            self.launch(node, to, slot, latency);
        }
    }

    pub(crate) fn sleep(&mut self, client: u32, span: Duration) {
        let wish = &mut self.wishes[client as usize];
        *wish = wish.wrapping_add(1);
        let event = Event::Wake { client, wish: *wish };
        self.schedule(self.now + span, Lane::Clock(self.client_slot(client)), event);
    }

    /// Whether this wake-up is what the client last wished for.
    pub(crate) fn wanted(&self, client: u32, wish: u32) -> bool {
        self.wishes[client as usize] == wish
    }

    pub(crate) fn queue_timer(&mut self, node: u32, timer: TimerRef, due: Instant) {
        self.schedule(due, Lane::Clock(node), Event::Timer { node, timer });
    }

    /// All that a crash does to a node but dropping its state. Returns how many writes were not synced.
    pub(crate) fn crash(&mut self, node: u32) -> usize {
        let body = &mut self.bodies[node as usize];
        body.up = false;
        body.timers.clear();
        body.requests.clear();
        body.tokens = 0;
        self.odd -= u32::from(std::mem::take(&mut body.paused));
        body.disk_free = self.now;
        body.disk_told = self.now;
        let mut waiting = std::mem::take(&mut body.waiting);
        waiting.append(&mut body.stalled);
        let unsynced = body.disk.crash(node, &mut self.tape, &mut self.counts);
        for slot in waiting {
            self.discard(slot, DropCause::Down);
        }
        self.drop_turns(node);
        unsynced
    }

    /// Tells observers of a fact in the host's own name.
    pub(crate) fn tell(&mut self, node: u32, fact: Fact) {
        self.facts.push((self.members[node as usize], fact));
        self.heard = true;
    }
}

impl<T: Ord + Clone> Body<T> {
    fn new() -> Self {
        Self {
            timers: Timers::new(),
            disk: SimDisk::default(),
            disk_free: Instant::ZERO,
            disk_told: Instant::ZERO,
            life: 0,
            up: false,
            paused: false,
            waiting: Vec::new(),
            slow: None,
            turns: VecDeque::new(),
            stalled: Vec::new(),
            requests: Vec::new(),
            tokens: 0,
        }
    }

    fn reset(&mut self) {
        self.timers.reset();
        self.disk.reset();
        self.disk_free = Instant::ZERO;
        self.disk_told = Instant::ZERO;
        self.life = 0;
        self.up = false;
        self.paused = false;
        self.waiting.clear();
        self.slow = None;
        self.turns.clear();
        self.stalled.clear();
        self.requests.clear();
        self.tokens = 0;
    }
}
