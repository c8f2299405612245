//! The clocks of one process, which move together: what every event of it is stamped with.

use seatrial_node::{Clock, Fact, NodeId, WallTime};

use crate::mutant::planted;
use crate::{HybridClock, HybridTime, LamportClock, StamperConfig, VectorClock};

/// What the clocks of a process show at an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// Its Lamport clock.
    pub lamport: u64,
    /// Its vector clock.
    pub vector: VectorClock,
    /// Its hybrid logical clock.
    pub hybrid: HybridTime,
}

/// The clocks, and how many events they have counted.
#[derive(Clone, Debug)]
pub(crate) struct Clocks {
    config: StamperConfig,
    me: NodeId,
    events: u64,
    lamport: LamportClock,
    vector: VectorClock,
    hybrid: HybridClock,
    /// What the wall clock showed at the latest event.
    wall: WallTime,
}

impl Clocks {
    pub(crate) fn new(config: StamperConfig, me: NodeId) -> Self {
        Self {
            me,
            events: 0,
            lamport: LamportClock::new(),
            vector: VectorClock::new(),
            hybrid: HybridClock::new(config.max_drift()),
            wall: WallTime::default(),
            config,
        }
    }

    /// An event of the process's own, such as the sending of a message. Returns its number.
    pub(crate) fn tick(&mut self, wall: WallTime) -> u64 {
        self.lamport.tick();
        self.vector.tick(self.me);
        self.hybrid.tick(self.hybrid_wall(wall));
        self.count(wall)
    }

    /// The receipt of a message that was sent at this stamp. `None` where no correct process has such a stamp; then nothing has happened.
    pub(crate) fn receive(&mut self, sent: &Stamp, wall: WallTime) -> Option<u64> {
        // Nobody knows more of this process's events than itself.
        if sent.vector.get(self.me) > self.vector.get(self.me) {
            return None;
        }
        let (mut lamport, mut hybrid) = (self.lamport, self.hybrid);
        lamport.receive(sent.lamport).ok()?;
        hybrid.receive(sent.hybrid, self.hybrid_wall(wall)).ok()?;
        if planted!(self.config, ReceiptWithoutMaximum) {
            lamport = self.lamport;
            lamport.tick();
        }
        if planted!(self.config, ReceiptWithoutTick) {
            lamport = self.lamport;
            if sent.lamport > lamport.time() {
                lamport.receive(sent.lamport - 1).ok()?;
            }
        }
        (self.lamport, self.hybrid) = (lamport, hybrid);
        if planted!(self.config, VectorOverwritten) {
            let own = self.vector.get(self.me);
            self.vector = sent.vector.clone();
            self.vector.merge(&[(self.me, own)].into_iter().collect());
        }
        self.vector.receive(self.me, &sent.vector);
        Some(self.count(wall))
    }

    /// What the clocks show.
    pub(crate) fn stamp(&self) -> Stamp {
        let mut hybrid = self.hybrid.latest();
        if planted!(self.config, HybridWithoutCount) {
            hybrid.count = 0;
        }
        Stamp { lamport: self.lamport.time(), vector: self.vector.clone(), hybrid }
    }

    /// The latest event's stamp as facts.
    pub(crate) fn tell(&self, mut tell: impl FnMut(Fact)) {
        let Self { me, events: event, .. } = *self;
        let Stamp { lamport, vector, hybrid } = self.stamp();
        let mut component = |clock, of, value| tell(Fact::Stamp { event, clock, of, value });
        component(Clock::Physical, me, self.wall.as_unix_nanos());
        component(Clock::Lamport, me, lamport);
        component(Clock::HybridTime, me, hybrid.wall.as_unix_nanos());
        component(Clock::HybridCount, me, u64::from(hybrid.count));
        for (of, value) in vector.iter() {
            component(Clock::Vector, of, value);
        }
    }

    pub(crate) const fn events(&self) -> u64 {
        self.events
    }

    fn count(&mut self, wall: WallTime) -> u64 {
        self.wall = wall;
        self.events = self.events.saturating_add(1);
        self.events
    }

    /// The reading that the hybrid clock is shown: the wall clock's.
    fn hybrid_wall(&self, wall: WallTime) -> WallTime {
        if planted!(self.config, HybridRunsAhead) {
            let next = self.hybrid.latest().wall.as_unix_nanos().saturating_add(1);
            return wall.max(WallTime::from_unix_nanos(next));
        }
        wall
    }
}
