//! FIFO delivery over a perfect link: numbers at the sender, waiting at the receiver.

use std::collections::BTreeMap;
use std::fmt;

use seatrial_node::{Disk, Input, Io, Load, Node, NodeId, OpenError, Outbox, Status};

use crate::fair_loss::is_member;
use crate::mutant::planted;
use crate::payload::mix;
use crate::{Delivered, FifoConfig, FifoLink, Link, Payload, PerfectLink};

/// Delivers what one member sends to another in the order of sending, and keeps what the perfect link below keeps.
///
/// Payloads to a member are numbered. A receiver delivers the next number of each sender, and lets later ones wait, at most
/// [`FifoConfig::hold`] for each sender; the perfect link's window keeps them fewer.
///
/// # Lives
///
/// A receiver that has crashed must not wait for what its former life was sent. So a payload names the life of the receiver that it is
/// meant for, as far as the sender knows it, and the number at which the payloads for that life begin. What is meant for a former life
/// is dropped and counted as `stale`; see [`Perfect`](crate::Perfect) for what a crash costs below.
pub struct Fifo<P: Payload, L: PerfectLink<Numbered<P>>> {
    config: Settings,
    link: L,
    heard: Outbox<L>,
    /// Memory for the events being handled.
    spare: Vec<Delivered<Numbered<P>>>,
    outgoing: BTreeMap<NodeId, Outgoing>,
    incoming: BTreeMap<NodeId, Incoming<P>>,
    stale: u64,
    overflow: u64,
    refused: u64,
}

/// A payload with its place among those of its sender to its receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered<P> {
    /// The life of the sender.
    pub life: u32,
    /// The life of the receiver that it is meant for; zero where the sender knew of none.
    pub to: u32,
    /// The number of the first payload that was meant for that life.
    pub first: u64,
    /// Its own number, from 1.
    pub number: u64,
    /// The payload.
    pub payload: P,
}

impl<P: Payload> Payload for Numbered<P> {
    fn digest(&self) -> u64 {
        let lives = u64::from(self.life) << 32 | u64::from(self.to);
        mix([lives, self.first, self.number, self.payload.digest()])
    }

    fn load(&self) -> Load {
        self.payload.load().within(4 + 4 + 8 + 8)
    }
}

/// The link's own settings, without those of the link below.
#[derive(Clone, Copy, Debug)]
struct Settings {
    hold: usize,
    #[cfg(feature = "mutants")]
    mutant: Option<crate::Mutant>,
}

/// Where the payloads to one member are.
#[derive(Clone, Copy, Debug, Default)]
struct Outgoing {
    /// Its life that the last one was meant for.
    to: u32,
    /// The number of the first one for that life.
    first: u64,
    /// The number of the last one.
    last: u64,
}

/// What has come from one member.
#[derive(Clone, Debug)]
struct Incoming<P> {
    /// Its life.
    life: u32,
    /// The number that is delivered next.
    next: u64,
    /// What came before its turn.
    waiting: BTreeMap<u64, P>,
}

impl<P: Payload, L: PerfectLink<Numbered<P>>> Node for Fifo<P, L> {
    type Config = FifoConfig<L::Config>;
    type Message = L::Message;
    type Timer = L::Timer;
    type Request = ();
    type Response = ();
    type Event = Delivered<P>;

    fn open(config: &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        config.validate()?;
        Ok(Self {
            config: Settings {
                hold: config.hold,
                #[cfg(feature = "mutants")]
                mutant: config.mutant,
            },
            link: L::open(&config.link, &mut disk.child("link"))?,
            heard: Outbox::new(),
            spare: Vec::new(),
            outgoing: BTreeMap::new(),
            incoming: BTreeMap::new(),
            stale: 0,
            overflow: 0,
            refused: 0,
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        let input = match input {
            Input::Start => Input::Start,
            Input::Message { from, body } => Input::Message { from, body },
            Input::Timer(timer) => Input::Timer(timer),
            Input::Synced { token, result } => Input::Synced { token, result },
            Input::Read { token, result } => Input::Read { token, result },
            _ => return,
        };
        let Self { link, heard, .. } = self;
        io.child("link", |m| m, |t| t, heard, |io| link.handle(input, io));
        self.settle(io);
    }

    /// The status of the link below, and `waiting`: payloads that came before their turn; `fifo_stale`, those dropped because they were
    /// meant for a former life or came after their turn; `fifo_overflow`, those dropped because too many waited; `fifo_refused`, those
    /// for which the link below had no room.
    fn status(&self) -> Status {
        let waiting: usize = self.incoming.values().map(|incoming| incoming.waiting.len()).sum();
        self.link
            .status()
            .with("waiting", waiting as u64)
            .with("fifo_stale", self.stale)
            .with("fifo_overflow", self.overflow)
            .with("fifo_refused", self.refused)
    }

    fn digest(message: &L::Message) -> u64 {
        L::digest(message)
    }

    fn load(message: &L::Message) -> Load {
        L::load(message)
    }
}

impl<P: Payload, L: PerfectLink<Numbered<P>>> Link<P> for Fifo<P, L> {
    fn send(&mut self, to: NodeId, payload: P, io: &mut Io<'_, Self>) {
        // A number that the link below then refuses would be waited for in vain.
        if !is_member(to, io) || !self.link.has_room(to) {
            self.refused += 1;
            return;
        }
        let (life, theirs) = (self.link.life(), self.link.life_of(to));
        let Outgoing { to: for_life, first, last } =
            self.outgoing.entry(to).or_default().next(theirs);
        let numbered = Numbered { life, to: for_life, first, number: last, payload };
        let Self { link, heard, .. } = self;
        io.child("link", |m| m, |t| t, heard, |io| link.send(to, numbered, io));
        self.settle(io);
    }

    fn has_room(&self, to: NodeId) -> bool {
        self.link.has_room(to)
    }
}

impl<P: Payload, L: PerfectLink<Numbered<P>>> PerfectLink<P> for Fifo<P, L> {
    fn life(&self) -> u32 {
        self.link.life()
    }

    fn life_of(&self, member: NodeId) -> u32 {
        self.link.life_of(member)
    }
}

impl<P: Payload, L: PerfectLink<Numbered<P>>> FifoLink<P> for Fifo<P, L> {}

impl<P: Payload, L: PerfectLink<Numbered<P>>> fmt::Debug for Fifo<P, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fifo({})", self.status())
    }
}

impl<P: Payload, L: PerfectLink<Numbered<P>>> Fifo<P, L> {
    /// Takes what the link below has delivered.
    fn settle(&mut self, io: &mut Io<'_, Self>) {
        let mut batch = std::mem::replace(&mut self.heard.events, std::mem::take(&mut self.spare));
        for Delivered { from, payload } in batch.drain(..) {
            self.take(from, payload, io);
        }
        self.spare = batch;
    }

    fn take(&mut self, from: NodeId, numbered: Numbered<P>, io: &mut Io<'_, Self>) {
        let Numbered { life, to, first, number, payload } = numbered;
        let is_for_other_life = to != 0 && to != self.link.life();
        let incoming = self.incoming.entry(from).or_insert_with(|| Incoming::new(life));
        if is_for_other_life || life < incoming.life {
            self.stale += 1;
            return;
        }
        if life > incoming.life {
            self.stale += incoming.waiting.len() as u64;
            *incoming = Incoming::new(life);
        }
        if to != 0 {
            incoming.skip_to(first, |payload| io.announce(Delivered { from, payload }));
        }
        if number < incoming.next {
            self.stale += 1;
            return;
        }
        if planted!(self.config, FifoGap) {
            incoming.next = number;
        } else if number - incoming.next >= self.config.hold as u64 {
            self.overflow += 1;
            return;
        }
        incoming.waiting.insert(number, payload);
        incoming.deliver(|payload| io.announce(Delivered { from, payload }));
    }
}

impl Outgoing {
    /// Counts one more payload, for that life of the receiver. Where only now a life is known, what was sent before is for it, too:
    /// it waits below until then.
    fn next(&mut self, life: u32) -> Self {
        let number = self.last.saturating_add(1);
        if self.first == 0 || (self.to != 0 && life > self.to) {
            self.first = number;
        }
        self.to = self.to.max(life);
        self.last = number;
        *self
    }
}

impl<P> Incoming<P> {
    fn new(life: u32) -> Self {
        Self { life, next: 1, waiting: BTreeMap::new() }
    }

    /// Waits for nothing before this number any more. What has come of that is delivered in order: it was sent earlier.
    fn skip_to(&mut self, first: u64, mut deliver: impl FnMut(P)) {
        while let Some(entry) = self.waiting.first_entry().filter(|entry| *entry.key() < first) {
            self.next = entry.key() + 1;
            deliver(entry.remove());
        }
        self.next = self.next.max(first);
    }

    /// Delivers what is next, and next after that.
    fn deliver(&mut self, mut deliver: impl FnMut(P)) {
        while let Some(payload) = self.waiting.remove(&self.next) {
            deliver(payload);
            self.next = self.next.saturating_add(1);
        }
    }
}
