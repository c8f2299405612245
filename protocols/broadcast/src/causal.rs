//! Causal order by waiting (§3.9.5, Waiting Causal Broadcast).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use seatrial_links::Payload;
use seatrial_node::{Disk, Input, Io, Load, Node, OpenError, Outbox, Status};

use crate::copies::copies;
use crate::frame::size_of_marks;
use crate::mutant::{Plant, plant, planted};
use crate::parts::pass_on;
use crate::seen::{Mark, Marks};
use crate::{
    Broadcast, BroadcastEvent, MessageId, OrderConfig, ReliableBroadcast, Stream, UniformBroadcast,
};

/// A payload with what its origin had delivered when it broadcast it: a vector clock, with an entry for each stream.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timed<P> {
    /// Which message of its origin's life it is, from 1.
    pub sequence: u32,
    /// How far its origin had delivered the streams of others.
    pub after: Arc<[Mark]>,
    /// What it says.
    pub payload: P,
}

impl<P: Payload> Payload for Timed<P> {
    /// The payload's, so that a broadcast and its delivery are told with the same digest.
    fn digest(&self) -> u64 {
        self.payload.digest()
    }

    fn load(&self) -> Load {
        self.payload.load().within(4 + size_of_marks(&self.after))
    }
}

/// Delivers a message once all that its origin had broadcast or delivered before it is delivered.
///
/// What it promises: all that the broadcast beneath does, and that nobody delivers a message before another that may have caused it
/// (CRB5, causal delivery). Two lives of a member count as two origins: see [`Stream`].
///
/// It takes no messages of its own; each carries one entry for every stream. It keeps the messages that have come before their turn.
/// A member that starts again while others run on does not know where their streams have come to, and delivers nothing of them.
pub struct CausalWaiting<P: Payload, B: ReliableBroadcast<Timed<P>>> {
    below: B,
    heard: Outbox<B>,
    sent: u32,
    /// How far each stream is delivered.
    delivered: Marks,
    /// What waits for others.
    early: BTreeMap<(Stream, u32), (MessageId, Timed<P>)>,
    plant: Plant,
}

impl<P: Payload, B: ReliableBroadcast<Timed<P>>> Node for CausalWaiting<P, B> {
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

    /// The status of the broadcast beneath, and `early`: how many messages wait for others.
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

impl<P: Payload, B: ReliableBroadcast<Timed<P>>> Broadcast<P> for CausalWaiting<P, B> {
    fn broadcast(&mut self, payload: P, io: &mut Io<'_, Self>) -> MessageId {
        self.sent = self.sent.saturating_add(1);
        let own = Stream { origin: io.me(), life: self.life() };
        let of_others = |mark: &Mark| mark.stream != own;
        let after = self.delivered.as_slice().iter().copied().filter(of_others).collect();
        let payload = Timed { sequence: self.sent, after, payload };
        let Self { below, heard, .. } = self;
        let id = io.child("below", |m| m, |t| t, heard, |io| below.broadcast(payload, io));
        self.settle(io);
        id
    }

    fn life(&self) -> u32 {
        self.below.life()
    }
}

impl<P: Payload, B: ReliableBroadcast<Timed<P>>> ReliableBroadcast<P> for CausalWaiting<P, B> {}

impl<P: Payload, B: UniformBroadcast<Timed<P>>> UniformBroadcast<P> for CausalWaiting<P, B> {}

impl<P: Payload, B: ReliableBroadcast<Timed<P>>> CausalWaiting<P, B> {
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

    fn data(&mut self, id: MessageId, timed: Timed<P>, io: &mut Io<'_, Self>) {
        if planted!(self.plant, CausalNoWait) {
            return io.announce(BroadcastEvent::Deliver { id, payload: timed.payload });
        }
        if timed.sequence > self.delivered.get(id.stream()) {
            self.early.insert((id.stream(), timed.sequence), (id, timed));
        }
        while let Some(next) = self.next_due() {
            if let Some((id, Timed { sequence, payload, .. })) = self.early.remove(&next) {
                self.delivered.raise(Mark { stream: id.stream(), sequence });
                io.announce(BroadcastEvent::Deliver { id, payload });
            }
        }
    }

    /// A message that waits for nothing any more.
    fn next_due(&self) -> Option<(Stream, u32)> {
        let is_due = |(id, timed): &(MessageId, Timed<P>)| {
            timed.sequence - 1 == self.delivered.get(id.stream())
                && timed.after.iter().all(|mark| self.delivered.covers(*mark))
        };
        self.early.iter().find(|(_, waiting)| is_due(waiting)).map(|(place, _)| *place)
    }
}

copies! {
    CausalWaiting<P: Payload, B: ReliableBroadcast<Timed<P>>>
    state { below, sent, delivered, early, plant } same {} idle { heard }
}

impl<P: Payload, B: ReliableBroadcast<Timed<P>>> fmt::Debug for CausalWaiting<P, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CausalWaiting({})", self.status())
    }
}
