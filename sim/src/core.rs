//! All of a world but the nodes themselves: the clock, the queue, the tape, the network, timers and disks.
//!
//! It is apart from the nodes so that a node can be called while its effects go straight in here, without a buffer between.

use seatrial_history::{DropCause, Endpoint, Moment, TraceEvent};
use seatrial_node::{
    Announce, DiskError, DiskWrite, Duration, Fact, FileName, Instant, Node, NodeId, Port,
    ReadToken, RequestToken, SyncToken, WallTime,
};

use crate::counts::{Counts, FaultKind};
use crate::disk::SimDisk;
use crate::hash::RunHash;
use crate::latency::Latency;
use crate::network::{Cuts, Links};
use crate::plan::Rates;
use crate::queue::{Entry, Lane, Queue};
use crate::tape::{Site, Tape, site};
use crate::timers::{TimerRef, Timers};

/// Something that will happen.
#[derive(Clone, Debug)]
pub(crate) enum Event<M, Q, A> {
    /// No event: a free place, and the next one.
    Free {
        next: u32,
    },
    Message {
        from: u32,
        to: u32,
        id: u64,
        body: M,
    },
    Request {
        client: u32,
        to: u32,
        attempt: u64,
        id: u64,
        body: Q,
    },
    Answer {
        from: u32,
        client: u32,
        attempt: u64,
        id: u64,
        body: A,
    },
    Timer {
        node: u32,
        timer: TimerRef,
    },
    Wake {
        client: u32,
        wish: u32,
    },
    Synced {
        node: u32,
        life: u32,
        token: u64,
        file: u32,
        upto: u64,
    },
    Read {
        node: u32,
        life: u32,
        token: u64,
        bytes: Vec<u8>,
    },
    Fault {
        index: u32,
    },
    FaultOver {
        index: u32,
    },
    Heal,
}

impl<M, Q, A> Event<M, Q, A> {
    /// The node that it happens to.
    #[inline]
    pub(crate) fn node(&self) -> Option<u32> {
        match self {
            Self::Message { to: node, .. }
            | Self::Request { to: node, .. }
            | Self::Timer { node, .. }
            | Self::Synced { node, .. }
            | Self::Read { node, .. } => Some(*node),
            _ => None,
        }
    }
}

pub(crate) type EventOf<N> =
    Event<<N as Node>::Message, <N as Node>::Request, <N as Node>::Response>;

/// How a node is, apart from its own state.
#[derive(Clone, Debug)]
pub(crate) struct Body<T> {
    pub(crate) timers: Timers<T>,
    pub(crate) disk: SimDisk,
    /// When the disk has done all that it was asked.
    disk_free: Instant,
    /// Which life this is; 0 before the first.
    pub(crate) life: u32,
    pub(crate) paused: bool,
    /// Events that wait for the node to go on.
    pub(crate) waiting: Vec<u32>,
    /// Requests that may be answered: client and attempt.
    requests: Vec<(u32, u64)>,
}

/// See the module.
pub(crate) struct Core<N: Node> {
    pub(crate) members: Vec<NodeId>,
    /// The same once more, lent to a node while it acts.
    pub(crate) roster: Vec<NodeId>,
    pub(crate) now: Instant,
    pub(crate) step: u64,
    pub(crate) tape: Tape,
    pub(crate) queue: Queue,
    events: Vec<EventOf<N>>,
    free: u32,
    pub(crate) links: Links,
    pub(crate) cuts: Cuts,
    pub(crate) rates: Rates,
    pub(crate) bodies: Vec<Body<N::Timer>>,
    disk_times: DiskTimes,
    wishes: Vec<u32>,
    attempts: u64,
    tokens: u64,
    pub(crate) counts: Counts,
    pub(crate) hash: RunHash,
    /// Facts that observers have not been told yet.
    pub(crate) facts: Vec<(NodeId, Fact)>,
    /// An observer has been told something since the last look.
    pub(crate) heard: bool,
    /// What observers of the trace have not been told yet; filled only while tracing.
    pub(crate) trace: Vec<TraceEvent>,
    pub(crate) tracing: bool,
    pub(crate) describe: Option<Describe<N>>,
}

/// How to put a node's values into words. Functions and not bounds, so that a world asks nothing of a node that is not traced.
pub(crate) struct Describe<N: Node> {
    pub(crate) message: fn(&N::Message) -> String,
    pub(crate) request: fn(&N::Request) -> String,
    pub(crate) response: fn(&N::Response) -> String,
    pub(crate) timer: fn(&N::Timer) -> String,
}

impl<N: Node> Clone for Describe<N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N: Node> Copy for Describe<N> {}

#[derive(Clone, Copy, Debug)]
struct DiskTimes {
    write: Latency,
    sync: Latency,
    read: Latency,
}

/// A message to oneself takes no link, but time passes all the same: a node that answers itself for ever is no livelock.
const LOOPBACK: Duration = Duration::from_micros(1);

const NO_EVENT: u32 = u32::MAX;

impl<N: Node> Core<N> {
    pub(crate) fn new() -> Self {
        let zero = Latency::constant(Duration::ZERO);
        Self {
            members: Vec::new(),
            roster: Vec::new(),
            now: Instant::ZERO,
            step: 0,
            tape: Tape::seeded(0),
            queue: Queue::new(),
            events: Vec::new(),
            free: NO_EVENT,
            links: Links::new(0, zero, zero, &[]),
            cuts: Cuts::default(),
            rates: Rates::default(),
            bodies: Vec::new(),
            disk_times: DiskTimes { write: zero, sync: zero, read: zero },
            wishes: Vec::new(),
            attempts: 0,
            tokens: 0,
            counts: Counts::default(),
            hash: RunHash::START,
            facts: Vec::new(),
            heard: false,
            trace: Vec::new(),
            tracing: false,
            describe: None,
        }
    }

    /// Begins another run, keeping memory.
    pub(crate) fn reset(&mut self, setup: &crate::Setup) {
        self.members.clone_from(&setup.members);
        self.roster.clone_from(&setup.members);
        self.now = Instant::ZERO;
        self.step = 0;
        self.queue.reset(setup.order);
        self.events.clear();
        self.free = NO_EVENT;
        let nodes = u32::try_from(setup.members.len()).expect("fewer than 2^32 nodes");
        self.links = Links::new(nodes, setup.latency, setup.client_latency, &setup.exceptions);
        self.cuts.reset(setup.members.len() + setup.clients as usize);
        self.rates = setup.plan.rates;
        self.disk_times =
            DiskTimes { write: setup.disk_write, sync: setup.disk_sync, read: setup.disk_read };
        self.bodies.resize_with(setup.members.len(), Body::new);
        for body in &mut self.bodies {
            body.reset();
        }
        self.wishes.clear();
        self.wishes.resize(setup.clients as usize, 0);
        self.attempts = 0;
        self.tokens = 0;
        self.counts = Counts::default();
        self.hash = RunHash::START;
        self.facts.clear();
        self.heard = false;
        self.trace.clear();
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
    #[inline]
    pub(crate) fn schedule(&mut self, time: Instant, lane: Lane, event: EventOf<N>) {
        let slot = self.keep(event);
        self.queue.push(time.as_nanos(), slot, lane);
    }

    #[inline]
    fn keep(&mut self, event: EventOf<N>) -> u32 {
        if self.free == NO_EVENT {
            let slot = self.events.len();
            assert!(slot < Entry::MAX_SLOTS, "more than 16 million events are pending");
            self.events.push(event);
            return slot as u32;
        }
        let slot = self.free;
        let place = &mut self.events[slot as usize];
        let Event::Free { next } = *place else {
            unreachable!("the list of free places names only free places");
        };
        self.free = next;
        *place = event;
        slot
    }

    #[inline]
    pub(crate) fn take(&mut self, slot: u32) -> EventOf<N> {
        let free = Event::Free { next: self.free };
        self.free = slot;
        std::mem::replace(&mut self.events[slot as usize], free)
    }

    #[inline]
    pub(crate) fn peek(&self, slot: u32) -> &EventOf<N> {
        &self.events[slot as usize]
    }

    /// Puts an event that was held up back into the queue, for now.
    pub(crate) fn requeue(&mut self, slot: u32) {
        self.queue.push(self.now.as_nanos(), slot, Lane::Free);
    }

    /// Sends a node's message to where it goes, once, twice or not at all.
    fn send(&mut self, from: u32, to: NodeId, body: N::Message) {
        self.counts.sent += 1;
        let Some(to) = self.slot(to) else {
            self.trace_lost(from, DropCause::NoReceiver, || Endpoint::Node(to));
            self.counts.dropped += 1;
            return;
        };
        let id = self.next_id();
        if self.tracing {
            let text = self.describe.map_or_else(String::new, |d| (d.message)(&body));
            self.trace_send(id, from, to, text);
        }
        if from == to {
            let event = Event::Message { from, to, id, body };
            self.schedule(self.now + LOOPBACK, Lane::Free, event);
            return;
        }
        let Some(arrival) = self.travel(from, to, id) else {
            return;
        };
        if self.rates.duplicate > 0 {
            self.counts.asked(FaultKind::Duplicate);
            if self.tape.chance(site::DUPLICATE, from, self.rates.duplicate) {
                self.duplicate(from, to, id, body.clone());
            }
        }
        self.schedule(arrival, Lane::Free, Event::Message { from, to, id, body });
    }

    #[cold]
    fn duplicate(&mut self, from: u32, to: u32, of: u64, body: N::Message) {
        self.counts.bit(FaultKind::Duplicate);
        let id = self.next_id();
        if self.tracing {
            self.trace.push(TraceEvent::Duplicate { id, of });
        }
        let latency = self.links.latency(from, to).sample(&mut self.tape, site::LATENCY, from);
        let event = Event::Message { from, to, id, body };
        self.schedule(self.now + latency, Lane::Free, event);
    }

    /// When something sent now would arrive, if the link does not lose it.
    #[inline]
    fn travel(&mut self, from: u32, to: u32, id: u64) -> Option<Instant> {
        if self.rates.loss > 0 {
            self.counts.asked(FaultKind::Loss);
            if self.tape.chance(site::LOSS, from, self.rates.loss) {
                self.counts.bit(FaultKind::Loss);
                self.lose(id, from, to, DropCause::Loss);
                return None;
            }
        }
        let latency = self.links.latency(from, to).sample(&mut self.tape, site::LATENCY, from);
        let arrival = self.now + latency;
        Some(if self.rates.reorder > 0 { self.hold_back(from, arrival) } else { arrival })
    }

    #[cold]
    fn hold_back(&mut self, from: u32, arrival: Instant) -> Instant {
        self.counts.asked(FaultKind::Reorder);
        if !self.tape.chance(site::REORDER, from, self.rates.reorder) {
            return arrival;
        }
        self.counts.bit(FaultKind::Reorder);
        let longest = self.rates.reorder_delay.as_nanos().max(1);
        arrival + Duration::from_nanos(self.tape.choose(site::REORDER_DELAY, from, longest) + 1)
    }

    /// Something does not arrive.
    #[cold]
    pub(crate) fn lose(&mut self, id: u64, from: u32, to: u32, cause: DropCause) {
        self.counts.dropped += 1;
        if self.tracing {
            let (from, to) = (self.endpoint(from), self.endpoint(to));
            self.trace.push(TraceEvent::Drop { id, from, to, cause });
        }
    }

    #[cold]
    fn trace_lost(&mut self, from: u32, cause: DropCause, to: impl FnOnce() -> Endpoint) {
        if self.tracing {
            let (id, from, to) = (self.next_id(), self.endpoint(from), to());
            self.trace.push(TraceEvent::Drop { id, from, to, cause });
        }
    }

    #[cold]
    fn trace_send(&mut self, id: u64, from: u32, to: u32, text: String) {
        let (from, to) = (self.endpoint(from), self.endpoint(to));
        self.trace.push(TraceEvent::Send { id, from, to, text });
    }

    /// Names of messages matter to a trace only.
    #[inline]
    fn next_id(&mut self) -> u64 {
        self.tokens += 1;
        self.tokens
    }

    pub(crate) fn request(&mut self, client: u32, to: NodeId, body: N::Request) -> u64 {
        self.attempts += 1;
        let attempt = self.attempts;
        let from = self.client_slot(client);
        let Some(to) = self.slot(to) else {
            self.trace_lost(from, DropCause::NoReceiver, || Endpoint::Node(to));
            return attempt;
        };
        let id = self.next_id();
        if self.tracing {
            let text = self.describe.map_or_else(String::new, |d| (d.request)(&body));
            self.trace_send(id, from, to, text);
        }
        if let Some(arrival) = self.travel(from, to, id) {
            let event = Event::Request { client, to, attempt, id, body };
            self.schedule(arrival, Lane::Free, event);
        }
        attempt
    }

    /// A request is with the node now, which may answer it.
    pub(crate) fn accept(&mut self, node: u32, client: u32, attempt: u64) -> RequestToken {
        self.bodies[node as usize].requests.push((client, attempt));
        RequestToken(attempt)
    }

    fn answer(&mut self, node: u32, token: RequestToken, body: N::Response) {
        let open = &mut self.bodies[node as usize].requests;
        let Some(place) = open.iter().position(|(_, attempt)| *attempt == token.0) else {
            return;
        };
        let (client, attempt) = open.swap_remove(place);
        let to = self.client_slot(client);
        let id = self.next_id();
        if self.tracing {
            let text = self.describe.map_or_else(String::new, |d| (d.response)(&body));
            self.trace_send(id, node, to, text);
        }
        if let Some(arrival) = self.travel(node, to, id) {
            let event = Event::Answer { from: node, client, attempt, id, body };
            self.schedule(arrival, Lane::Free, event);
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
        body.timers.clear();
        body.requests.clear();
        body.paused = false;
        body.disk_free = self.now;
        let waiting = std::mem::take(&mut body.waiting);
        let unsynced = body.disk.crash(node, &mut self.tape, &mut self.counts);
        for slot in waiting {
            self.drop_waiting(node, slot);
        }
        unsynced
    }

    /// What waited for a paused node that has crashed arrives nowhere.
    fn drop_waiting(&mut self, node: u32, slot: u32) {
        match self.take(slot) {
            Event::Message { from, id, .. } => self.lose(id, from, node, DropCause::Down),
            Event::Request { client, id, .. } => {
                self.lose(id, self.client_slot(client), node, DropCause::Down);
            }
            _ => {}
        }
    }

    /// Tells observers of a fact in the host's own name.
    pub(crate) fn tell(&mut self, node: u32, fact: Fact) {
        self.facts.push((self.members[node as usize], fact));
    }

    #[cold]
    pub(crate) fn trace_fault(&mut self, text: impl FnOnce() -> String) {
        if self.tracing {
            self.trace.push(TraceEvent::Fault { text: text() });
        }
    }
}

impl<T: Ord + Clone> Body<T> {
    fn new() -> Self {
        Self {
            timers: Timers::new(),
            disk: SimDisk::default(),
            disk_free: Instant::ZERO,
            life: 0,
            paused: false,
            waiting: Vec::new(),
            requests: Vec::new(),
        }
    }

    fn reset(&mut self) {
        self.timers.reset();
        self.disk.reset();
        self.disk_free = Instant::ZERO;
        self.life = 0;
        self.paused = false;
        self.waiting.clear();
        self.requests.clear();
    }
}

/// Where one node's effects go.
pub(crate) struct WorldPort<'a, N: Node> {
    pub(crate) core: &'a mut Core<N>,
    pub(crate) node: u32,
}

impl<N: Node> WorldPort<'_, N> {
    /// The disk does one thing after the other: when would it be done with this?
    fn disk_done(&mut self, time: Latency, at: Site) -> Instant {
        let core = &mut *self.core;
        let span = time.sample(&mut core.tape, at, self.node);
        let body = &mut core.bodies[self.node as usize];
        body.disk_free = body.disk_free.max(core.now) + span;
        body.disk_free
    }
}

impl<N: Node> Port<N> for WorldPort<'_, N> {
    #[inline]
    fn send(&mut self, to: NodeId, body: N::Message) {
        self.core.send(self.node, to, body);
    }

    #[inline]
    fn set_timer(&mut self, key: N::Timer, after: Duration) {
        let due = self.core.now + after;
        if let Some(timer) = self.core.bodies[self.node as usize].timers.set(key, due) {
            self.core.queue_timer(self.node, timer, due);
        }
    }

    fn cancel_timer(&mut self, key: &N::Timer) {
        self.core.bodies[self.node as usize].timers.cancel(key);
    }

    fn reply(&mut self, to: RequestToken, body: N::Response) {
        self.core.answer(self.node, to, body);
    }

    fn write(&mut self, write: DiskWrite<'_>) {
        self.disk_done(self.core.disk_times.write, site::DISK_WRITE);
        self.core.bodies[self.node as usize].disk.write(write);
    }

    fn sync(&mut self, file: FileName) -> SyncToken {
        let done = self.disk_done(self.core.disk_times.sync, site::DISK_SYNC);
        let token = self.core.next_id();
        let body = &mut self.core.bodies[self.node as usize];
        let (file, upto) = body.disk.sync_point(file);
        let event = Event::Synced { node: self.node, life: body.life, token, file, upto };
        self.core.schedule(done, Lane::Disk(self.node), event);
        SyncToken(token)
    }

    fn read(&mut self, file: FileName, offset: u64, len: usize) -> ReadToken {
        let done = self.disk_done(self.core.disk_times.read, site::DISK_READ);
        let token = self.core.next_id();
        let body = &mut self.core.bodies[self.node as usize];
        let mut bytes = vec![0; len];
        let count = body.disk.read_at(file, offset, &mut bytes);
        bytes.truncate(count);
        let event = Event::Read { node: self.node, life: body.life, token, bytes };
        self.core.schedule(done, Lane::Disk(self.node), event);
        ReadToken(token)
    }

    fn announce(&mut self, event: N::Event) {
        if let Some(fact) = event.fact() {
            self.core.tell(self.node, fact);
        }
    }

    fn choose(&mut self, site: &'static str, bound: u64) -> u64 {
        let site = self.core.tape.site(site);
        self.core.tape.choose(site, self.node, bound)
    }

    /// The wall clock shows the world's time, counted from 2020-01-01T00:00:00Z.
    fn wall(&mut self) -> WallTime {
        WallTime::from_unix_nanos(1_577_836_800_000_000_000 + self.core.now.as_nanos())
    }
}

/// No disk of this world fails a sync yet refuses a read; the result's type is the contract's.
pub(crate) const SYNCED: Result<(), DiskError> = Ok(());
