//! The world: nodes, and the one loop that lets things happen to them.

mod reset;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use seatrial_history::{Moment, Observer};
use seatrial_node::{Disk, Fact, Input, Instant, Io, Node, NodeId, Status};

use crate::client::{ClientIo, Driver};
use crate::core::Core;
use crate::counts::Counts;
use crate::disk::Opening;
use crate::hash::RunHash;
use crate::incident::{Incident, Stop};
use crate::nemesis::Nemesis;
use crate::port::{BrokenPort, WorldPort};
use crate::tape::Tape;
use crate::touch::Hand;

/// A simulated world of nodes of one type.
///
/// A world is made once and [reset](World::reset) for every seed, so that its memory is reused.
///
/// ```
/// # use seatrial_node::{Disk, Duration, Input, Instant, Io, Node, NodeId, OpenError};
/// # struct Echo;
/// # impl Node for Echo {
/// #     type Config = (); type Message = u32; type Timer = (); type Request = (); type Response = (); type Event = ();
/// #     fn open(_: &(), _: &mut Disk<'_>) -> Result<Self, OpenError> { Ok(Self) }
/// #     fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
/// #         match input {
/// #             Input::Start if io.me() == NodeId(0) => io.send(NodeId(1), 7),
/// #             Input::Message { from, body } if io.me() == NodeId(1) => io.send(from, body),
/// #             _ => {}
/// #         }
/// #     }
/// # }
/// use seatrial_sim::{Setup, Stop, Tape, World};
///
/// let mut world: World<Echo> = World::new();
/// world.reset(&Setup::new(2), Tape::seeded(42), |_| ());
/// let stop = world.run(Instant::MAX, &mut (), &mut ());
/// assert!(matches!(stop, Stop::Idle));
/// assert_eq!(world.counts().delivered, 2);
/// ```
pub struct World<N: Node> {
    pub(crate) nodes: Vec<Option<N>>,
    configs: Vec<N::Config>,
    /// Those for other versions and other disks: the node, which it is for, in order.
    others: Vec<((u32, u32, bool), N::Config)>,
    /// What nodes see of who there is; apart from the core, which takes their effects meanwhile.
    roster: Vec<NodeId>,
    pub(crate) core: Core<N>,
    pub(crate) nemesis: Nemesis,
    pub(crate) hand: Hand,
    instant_limit: u64,
    pub(crate) event_limit: u64,
    /// After how many events to look up: the limit is reached, the tape turns, or something is done by hand.
    pause: u64,
    /// Since which step the clock has stood still.
    pub(crate) instant_began: u64,
    pub(crate) started: bool,
    /// Whose code runs at this moment.
    pub(crate) acting: Option<NodeId>,
    pub(crate) incident: Option<Incident>,
    pub(crate) shown: Vec<Option<Arc<Status>>>,
}

/// A world branches: its copy goes on from the same moment with the same chance, and neither feels the other. Only this asks of a
/// node that it can be cloned; a derived one would not know what else it has to ask for.
impl<N: Node + Clone> Clone for World<N>
where
    N::Config: Clone,
    N::Request: Clone,
    N::Response: Clone,
{
    fn clone(&self) -> Self {
        Self {
            nodes: self.nodes.clone(),
            configs: self.configs.clone(),
            others: self.others.clone(),
            roster: self.roster.clone(),
            core: self.core.clone(),
            nemesis: self.nemesis.clone(),
            hand: self.hand.clone(),
            instant_limit: self.instant_limit,
            event_limit: self.event_limit,
            pause: self.pause,
            instant_began: self.instant_began,
            started: self.started,
            acting: self.acting,
            incident: self.incident.clone(),
            shown: self.shown.clone(),
        }
    }
}

impl<N: Node> Default for World<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<N: Node> World<N> {
    /// A world without nodes.
    pub fn new() -> Self {
        Self {
            nodes: Vec::new(),
            configs: Vec::new(),
            others: Vec::new(),
            roster: Vec::new(),
            core: Core::new(),
            nemesis: Nemesis::default(),
            hand: Hand::default(),
            instant_limit: u64::MAX,
            event_limit: u64::MAX,
            pause: u64::MAX,
            instant_began: 0,
            started: false,
            acting: None,
            incident: None,
            shown: Vec::new(),
        }
    }

    /// Takes the tape back, to reseed it for the next run without allocating. The world must be reset before it runs again.
    pub fn take_tape(&mut self) -> Tape {
        std::mem::replace(&mut self.core.tape, Tape::seeded(0))
    }

    /// The tape, with all that has been chosen so far.
    pub fn tape(&self) -> &Tape {
        &self.core.tape
    }

    /// Lets everything happen until this time, or until there is a reason to stop. Can be called again to go on.
    pub fn run<D: Driver<N>, O: Observer>(
        &mut self,
        until: Instant,
        driver: &mut D,
        observer: &mut O,
    ) -> Stop {
        if let Some(incident) = &self.incident {
            return Stop::Broken(incident.clone());
        }
        self.listen(observer);
        let went = catch_unwind(AssertUnwindSafe(|| self.run_until(until, driver, observer)));
        let stop = went.unwrap_or_else(|payload| {
            // Only a node's own panic is the node's fault.
            let Some(node) = self.acting.take() else {
                resume_unwind(payload);
            };
            self.incident = Some(Incident::panic(node, &*payload, self.core.moment()));
            Stop::Done
        });
        self.flush(observer);
        match &self.incident {
            Some(incident) => Stop::Broken(incident.clone()),
            None => stop,
        }
    }

    /// The time by the world's own clock.
    pub fn now(&self) -> Instant {
        self.core.now
    }

    /// How many events have happened, and what the time is.
    pub fn moment(&self) -> Moment {
        self.core.moment()
    }

    /// How many events are still to happen.
    pub fn pending(&self) -> usize {
        self.core.queue.len()
    }

    /// The hash of all that has happened.
    pub fn hash(&self) -> RunHash {
        self.core.hash
    }

    /// What became of the faults, and what the network did.
    pub fn counts(&self) -> &Counts {
        &self.core.counts
    }

    /// The nodes, in ascending order.
    pub fn members(&self) -> &[NodeId] {
        &self.core.members
    }

    /// A node, if it is up.
    pub fn node(&self, id: NodeId) -> Option<&N> {
        self.nodes[self.core.slot(id)? as usize].as_ref()
    }

    /// The timers of a node that are set, with the times when they are due by its own clock.
    pub fn timers(&self, id: NodeId) -> impl Iterator<Item = (&N::Timer, Instant)> {
        let body = self.core.slot(id).map(|slot| &self.core.bodies[slot as usize]);
        body.into_iter().flat_map(|body| body.timers.pending())
    }

    fn run_until<D: Driver<N>, O: Observer>(
        &mut self,
        until: Instant,
        driver: &mut D,
        observer: &mut O,
    ) -> Stop {
        if !self.started {
            self.start(driver, observer);
        }
        loop {
            if self.core.heard {
                self.flush(observer);
                if observer.done() {
                    return Stop::Done;
                }
                if self.incident.is_some() {
                    return Stop::Events;
                }
            }
            if self.core.step >= self.pause {
                if !self.goes_on() {
                    return Stop::Events;
                }
                if self.is_to_be_touched() {
                    self.touch(driver, observer);
                    continue;
                }
            }
            let core = &mut self.core;
            let Some((time, slot)) = core.queue.pop(until.as_nanos(), &mut core.tape) else {
                if core.queue.len() == 0 {
                    return Stop::Idle;
                }
                core.now = core.now.max(until);
                return Stop::Time;
            };
            let time = Instant::from_nanos(time);
            if time > core.now {
                core.now = time;
                self.instant_began = core.step;
            } else if core.step - self.instant_began > self.instant_limit {
                let (events, at) = (core.step - self.instant_began, core.moment());
                self.break_off(Incident::Livelock { events, at });
            }
            self.happen(slot, driver, observer);
        }
    }

    /// Takes the turns of the tape that are due, and says whether there may be more events.
    #[cold]
    fn goes_on(&mut self) -> bool {
        self.core.tape.turn(self.core.step);
        let next = self.core.tape.next_turn().into_iter().chain(self.hand.next()).min();
        self.pause = next.map_or(self.event_limit, |next| next.min(self.event_limit));
        self.core.step < self.event_limit
    }

    /// Something must not have happened: nothing more does.
    #[cold]
    pub(crate) fn break_off(&mut self, incident: Incident) {
        self.incident = Some(incident);
        self.core.heard = true;
    }

    /// Every node and every client begins.
    #[cold]
    pub(crate) fn start<D: Driver<N>, O: Observer>(&mut self, driver: &mut D, observer: &mut O) {
        self.started = true;
        self.schedule_faults();
        for node in 0..self.nodes.len() as u32 {
            self.boot(node);
        }
        for client in 0..self.core.clients() {
            driver.start(&mut ClientIo { client, core: &mut self.core, observer });
        }
    }

    /// Opens a node with what is on its disk and lets it start.
    pub(crate) fn boot(&mut self, node: u32) {
        let id = self.core.members[node as usize];
        if self.waits_for_disk(node) {
            return;
        }
        let body = &mut self.core.bodies[node as usize];
        body.life += 1;
        let life = u64::from(body.life);
        self.core.trace_strike(id, || format!("{id} starts, life {life}"));
        self.count(Kind::Boot, node, 0, life);
        self.acting = Some(id);
        let config = match self.nemesis.other_life(node) {
            None => &self.configs[node as usize],
            Some((version, replaced)) => {
                let place = self.others.binary_search_by_key(&(node, version, replaced), |o| o.0);
                &self.others[place.expect("the plan has said which lives there may be")].1
            }
        };
        let Core { bodies, tape, counts, .. } = &mut self.core;
        let disk = &mut bodies[node as usize].disk;
        let mut disk = Opening { disk, owner: id, node, tape, counts };
        let opened = N::open(config, &mut Disk::new(&mut disk));
        self.acting = None;
        if let Err(error) = &opened
            && self.excuses(node, error)
        {
            self.refused(node, error);
            return;
        }
        if self.core.bodies[node as usize].disk.trouble.is_damaged() {
            self.core.tell(node, Fact::DiskDamaged);
        }
        self.core.tell(node, Fact::Started { life });
        match opened {
            Ok(state) => {
                self.nodes[node as usize] = Some(state);
                self.core.bodies[node as usize].up = true;
                self.handle(node, Input::Start);
            }
            Err(error) => {
                let at = self.core.moment();
                self.break_off(Incident::OpenFailed { node: id, error, at });
            }
        }
    }

    /// Lets a node that is up handle one input.
    ///
    /// Inlined always, so that the input is made where the node takes it.
    #[inline(always)]
    pub(crate) fn handle(&mut self, node: u32, input: Input<N>) {
        if self.core.attended {
            return self.handle_attended(node, input);
        }
        let Some(state) = &mut self.nodes[node as usize] else {
            return;
        };
        let id = self.core.members[node as usize];
        self.acting = Some(id);
        let now = self.core.now_at(node);
        let mut port = WorldPort { core: &mut self.core, node };
        state.handle(input, &mut Io::new(id, now, &self.roster, &mut port));
        self.acting = None;
    }

    /// The same where somebody looks at what the node shows, or waits for it to be midway through an input.
    #[cold]
    #[inline(never)]
    fn handle_attended(&mut self, node: u32, input: Input<N>) {
        let midway = self.waits_midway(node);
        let Some(state) = &mut self.nodes[node as usize] else {
            return;
        };
        let id = self.core.members[node as usize];
        self.acting = Some(id);
        let now = self.core.now_at(node);
        let port = WorldPort { core: &mut self.core, node };
        let mut port = BrokenPort::new(port, midway.map(|(_, after)| after));
        state.handle(input, &mut Io::new(id, now, &self.roster, &mut port));
        self.acting = None;
        let broke_off = port.broke_off();
        if self.core.tracing {
            self.trace_status(node);
        }
        if let Some((fault, _)) = midway.filter(|_| broke_off) {
            self.strike(fault, node);
        }
    }

    /// One more event has happened: counts it and takes it into the hash.
    #[inline]
    pub(crate) fn count(&mut self, kind: Kind, from: u32, to: u32, content: u64) {
        let core = &mut self.core;
        core.step += 1;
        let what = (kind as u64) << 56 | u64::from(from) << 28 | u64::from(to);
        core.hash.mix(what, core.now.as_nanos(), content);
    }

    /// Tells the observer what it has not heard yet.
    pub(crate) fn flush<O: Observer>(&mut self, observer: &mut O) {
        if self.nemesis.awaits() {
            self.look_for_conditions();
        }
        let at = self.core.moment();
        for event in self.core.trace.drain(..) {
            observer.trace(at, &event);
        }
        for (from, to, load) in self.core.loads.drain(..) {
            observer.sent(at, from, to, load);
        }
        for (node, fact) in self.core.facts.drain(..) {
            observer.fact(at, node, &fact);
        }
        if self.core.tracing {
            observer.stepped(at, self.core.hash.as_u64());
        }
        self.core.heard = self.core.tracing || self.nemesis.awaits_role();
    }
}

/// Kinds of events, as the run hash knows them: the numbers are part of what a seed means.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Message = 1,
    Timer = 2,
    Request = 3,
    Answer = 4,
    Wake = 5,
    Synced = 6,
    Read = 7,
    Boot = 8,
    Fault = 9,
    FaultOver = 10,
    Heal = 11,
}

impl<N: Node> fmt::Debug for World<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("members", &self.core.members)
            .field("at", &self.core.moment())
            .field("pending", &self.core.queue.len())
            .finish_non_exhaustive()
    }
}
