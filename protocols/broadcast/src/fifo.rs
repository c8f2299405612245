//! FIFO order over any reliable broadcast (§3.9.2, Broadcast with Sequence Number).

use std::collections::BTreeMap;
use std::fmt;

use seatrial_links::Payload;
use seatrial_node::{Disk, Input, Io, Load, Node, OpenError, Outbox, Status};

use crate::copies::copies;
use crate::mutant::{Plant, plant, planted};
use crate::parts::pass_on;
use crate::seen::{Mark, Marks};
use crate::{
    Broadcast, BroadcastEvent, MessageId, OrderConfig, ReliableBroadcast, Stream, UniformBroadcast,
};

/// A payload with its place among all that its origin broadcasts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Numbered<P> {
    /// Which message of its origin's life it is, from 1.
    pub sequence: u32,
    /// What it says.
    pub payload: P,
}

impl<P: Payload> Payload for Numbered<P> {
    /// The payload's, so that a broadcast and its delivery are told with the same digest.
    fn digest(&self) -> u64 {
        self.payload.digest()
    }

    fn load(&self) -> Load {
        self.payload.load().within(4)
    }
}

/// Delivers the messages of each origin in the order in which they were broadcast.
///
/// What it promises: all that the broadcast beneath does, and that nobody delivers a message before another that the same origin had
/// broadcast earlier (FRB5, FIFO delivery). Two lives of a member count as two origins: see [`Stream`].
///
/// It takes no messages of its own, and keeps those that have come before their turn. A member that starts again while others run on
/// does not know where their streams have come to, and delivers nothing of them.
pub struct Fifo<P: Payload, B: ReliableBroadcast<Numbered<P>>> {
    below: B,
    heard: Outbox<B>,
    sent: u32,
    /// How far each stream is delivered.
    delivered: Marks,
    /// What has come before its turn.
    early: BTreeMap<(Stream, u32), (MessageId, P)>,
    plant: Plant,
}

impl<P: Payload, B: ReliableBroadcast<Numbered<P>>> Node for Fifo<P, B> {
    type Config = OrderConfig<B::Config>;
    type Message = B::Message;
    type Timer = B::Timer;
    type Request = ();
    type Response = ();
    type Event = BroadcastEvent<P>;

    fn open(config: &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self {
            below: B::open(&config.broadcast, &mut disk.child("below"))?,
            heard: Outbox::new(),
            sent: 0,
            delivered: Marks::default(),
            early: BTreeMap::new(),
            plant: plant!(config),
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if let Some(input) = pass_on(input) {
            let Self { below, heard, .. } = self;
            io.child("below", |m| m, |t| t, heard, |io| below.handle(input, io));
            self.settle(io);
        }
    }

    /// The status of the broadcast beneath, and `early`: how many messages wait for their turn.
    fn status(&self) -> Status {
        self.below.status().with("early", self.early.len() as u64)
    }

    fn digest(message: &Self::Message) -> u64 {
        B::digest(message)
    }

    fn load(message: &Self::Message) -> Load {
        B::load(message)
    }
}

impl<P: Payload, B: ReliableBroadcast<Numbered<P>>> Broadcast<P> for Fifo<P, B> {
    fn broadcast(&mut self, payload: P, io: &mut Io<'_, Self>) -> MessageId {
        self.sent = self.sent.saturating_add(1);
        let payload = Numbered { sequence: self.sent, payload };
        let Self { below, heard, .. } = self;
        let id = io.child("below", |m| m, |t| t, heard, |io| below.broadcast(payload, io));
        self.settle(io);
        id
    }

    fn life(&self) -> u32 {
        self.below.life()
    }
}

impl<P: Payload, B: ReliableBroadcast<Numbered<P>>> ReliableBroadcast<P> for Fifo<P, B> {}

impl<P: Payload, B: UniformBroadcast<Numbered<P>>> UniformBroadcast<P> for Fifo<P, B> {}

impl<P: Payload, B: ReliableBroadcast<Numbered<P>>> Fifo<P, B> {
    fn settle(&mut self, io: &mut Io<'_, Self>) {
        let mut events = std::mem::take(&mut self.heard.events);
        for event in events.drain(..) {
            match event {
                BroadcastEvent::Deliver { id, payload } => self.data(id, payload, io),
                BroadcastEvent::Broadcast { id, digest } => {
                    io.announce(BroadcastEvent::Broadcast { id, digest });
                }
                other => other.pass_up().into_iter().for_each(|event| io.announce(event)),
            }
        }
        self.heard.events = events;
    }

    fn data(&mut self, id: MessageId, numbered: Numbered<P>, io: &mut Io<'_, Self>) {
        let Numbered { sequence, payload } = numbered;
        let stream = id.stream();
        if planted!(self.plant, FifoGap) {
            if sequence > self.delivered.get(stream) {
                self.deliver(id, sequence, payload, io);
            }
            return;
        }
        if sequence > self.delivered.get(stream) {
            self.early.insert((stream, sequence), (id, payload));
        }
        while let Some(next) = self.delivered.get(stream).checked_add(1)
            && let Some((id, payload)) = self.early.remove(&(stream, next))
        {
            self.deliver(id, next, payload, io);
        }
    }

    fn deliver(&mut self, id: MessageId, sequence: u32, payload: P, io: &mut Io<'_, Self>) {
        self.delivered.raise(Mark { stream: id.stream(), sequence });
        io.announce(BroadcastEvent::Deliver { id, payload });
    }
}

copies! {
    Fifo<P: Payload, B: ReliableBroadcast<Numbered<P>>>
    state { below, sent, delivered, early, plant } same {} idle { heard }
}

impl<P: Payload, B: ReliableBroadcast<Numbered<P>>> fmt::Debug for Fifo<P, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fifo({})", self.status())
    }
}
