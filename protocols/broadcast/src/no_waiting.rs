//! Causal order without waiting: each message brings what came before it (§3.9.3, No-Waiting Causal Broadcast), and what all have is
//! left out (§3.9.4, garbage collection).

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use seatrial_detectors::{PerfectDetector, Suspicion};
use seatrial_links::Payload;
use seatrial_node::{Disk, Input, Io, Load, Node, NodeId, OpenError, Outbox, Status};

use crate::copies::copies;
use crate::frame::{NAME, size_of_marks};
use crate::mutant::{Plant, plant, planted};
use crate::parts::{Part, PartTimer, Routed, route};
use crate::seen::{Mark, Seen};
use crate::stability::{Due, Reporting, Reports};
use crate::{
    Broadcast, BroadcastEvent, MessageId, PastConfig, ReliableBroadcast, UniformBroadcast,
};

/// A payload with what came before it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WithPast<P> {
    /// What its origin had broadcast or delivered before it and may not have reached all members yet, in causal order.
    pub past: Arc<[(MessageId, P)]>,
    /// How far its origin has delivered each stream that has moved on since it last said so.
    pub delivered: Arc<[Mark]>,
    /// What it says; nothing, where only [`delivered`](Self::delivered) is to be told.
    pub payload: Option<P>,
}

impl<P: Payload> Payload for WithPast<P> {
    /// The payload's, so that a broadcast and its delivery are told with the same digest.
    fn digest(&self) -> u64 {
        self.payload.as_ref().map_or(0, Payload::digest)
    }

    fn load(&self) -> Load {
        let own = self.payload.as_ref().map_or(Load::control(0), Payload::load);
        let past = self.past.iter().map(|(_, payload)| payload.load().within(NAME));
        let all = past.fold(own, |sum, one| match one.bytes {
            Some(bytes) => sum.within(bytes),
            None => Load { bytes: None, ..sum },
        });
        all.within(1 + 4 + size_of_marks(&self.delivered))
    }
}

/// Delivers a message at once, after those of its past that have not come yet: it brings them along.
///
/// What it promises: all that the broadcast beneath does, and that nobody delivers a message before another that may have caused it
/// (CRB5, causal delivery), without ever waiting. Two lives of a member count as two origins.
///
/// Each message carries the past that is not known to be delivered by all members not suspected. Members tell each other how far they
/// have delivered with what they broadcast, and after [`report_after`](PastConfig::report_after) or
/// [`report_every`](PastConfig::report_every) deliveries if they broadcast nothing; so the past is bounded by what the group broadcasts
/// meanwhile. The detector is needed for that alone: if it never suspects a crashed member, the past grows; if it suspects a correct one,
/// messages may come to that one late, and never in a wrong order.
pub struct CausalNoWaiting<P: Payload, B: ReliableBroadcast<WithPast<P>>, D: PerfectDetector> {
    config: PastConfig<(), ()>,
    below: B,
    heard: Outbox<B>,
    detector: D,
    warned: Outbox<D>,
    delivered: Seen,
    /// What was broadcast or delivered here and may not have reached all, in causal order.
    past: Vec<(MessageId, P)>,
    reports: Reports,
    reporting: Reporting,
    /// Of this member's broadcasts that the layer beneath has not told of yet, whether each says anything.
    told_later: VecDeque<bool>,
    plant: Plant,
}

impl<P, B, D> Node for CausalNoWaiting<P, B, D>
where
    P: Payload,
    B: ReliableBroadcast<WithPast<P>>,
    D: PerfectDetector,
{
    type Config = PastConfig<B::Config, D::Config>;
    type Message = Part<B::Message, D::Message>;
    type Timer = PartTimer<B::Timer, D::Timer>;
    type Request = ();
    type Response = ();
    type Event = BroadcastEvent<P>;

    fn open(config: &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        config.validate()?;
        Ok(Self {
            config: config.own(),
            below: B::open(&config.broadcast, &mut disk.child("below"))?,
            heard: Outbox::new(),
            detector: D::open(&config.detector, &mut disk.child("detector"))?,
            warned: Outbox::new(),
            delivered: Seen::default(),
            past: Vec::new(),
            reports: Reports::default(),
            reporting: Reporting::default(),
            told_later: VecDeque::new(),
            plant: plant!(config),
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match route(input) {
            Routed::Below(input) => self.ask(io, |below, io| below.handle(input, io)),
            Routed::Detector(input) => self.watch(input, io),
            Routed::Both(below, detector) => {
                self.watch(detector, io);
                self.ask(io, |child, io| child.handle(below, io));
            }
            Routed::Report => self.report(io),
            Routed::Nobody => {}
        }
        self.settle(io);
    }

    /// The status of the broadcast beneath and of the detector, and `past`: how many messages the next one would bring along.
    fn status(&self) -> Status {
        let below = self.below.status().with_all(self.detector.status());
        below.with("past", self.past.len() as u64)
    }

    fn digest(message: &Self::Message) -> u64 {
        match message {
            Part::Below(message) => B::digest(message),
            Part::Detector(message) => D::digest(message),
        }
    }

    fn load(message: &Self::Message) -> Load {
        match message {
            Part::Below(message) => B::load(message),
            Part::Detector(message) => D::load(message).as_upkeep(),
        }
    }
}

impl<P, B, D> Broadcast<P> for CausalNoWaiting<P, B, D>
where
    P: Payload,
    B: ReliableBroadcast<WithPast<P>>,
    D: PerfectDetector,
{
    fn broadcast(&mut self, payload: P, io: &mut Io<'_, Self>) -> MessageId {
        let delivered = self.reporting.take(&self.delivered).unwrap_or_default();
        let past = self.past.iter().cloned().collect();
        self.told_later.push_back(true);
        let message = WithPast { past, delivered, payload: Some(payload.clone()) };
        let id = self.ask(io, |below, io| below.broadcast(message, io));
        self.past.push((id, payload));
        self.settle(io);
        id
    }

    fn life(&self) -> u32 {
        self.below.life()
    }
}

impl<P, B, D> ReliableBroadcast<P> for CausalNoWaiting<P, B, D>
where
    P: Payload,
    B: ReliableBroadcast<WithPast<P>>,
    D: PerfectDetector,
{
}

impl<P, B, D> UniformBroadcast<P> for CausalNoWaiting<P, B, D>
where
    P: Payload,
    B: UniformBroadcast<WithPast<P>>,
    D: PerfectDetector,
{
}

impl<P, B, D> CausalNoWaiting<P, B, D>
where
    P: Payload,
    B: ReliableBroadcast<WithPast<P>>,
    D: PerfectDetector,
{
    fn ask<R>(
        &mut self,
        io: &mut Io<'_, Self>,
        act: impl FnOnce(&mut B, &mut Io<'_, B>) -> R,
    ) -> R {
        let Self { below, heard, .. } = self;
        io.child("below", Part::Below, PartTimer::Below, heard, |io| act(below, io))
    }

    fn watch(&mut self, input: Input<D>, io: &mut Io<'_, Self>) {
        let Self { detector, warned, .. } = self;
        io.child("detector", Part::Detector, PartTimer::Detector, warned, |io| {
            detector.handle(input, io);
        });
    }

    /// Acts on what the children have told.
    fn settle(&mut self, io: &mut Io<'_, Self>) {
        for suspicion in std::mem::take(&mut self.warned.events) {
            io.announce(suspicion.into());
            if let Suspicion::Suspect(_) = suspicion {
                self.forget(io);
            }
        }
        while !self.heard.events.is_empty() {
            for event in std::mem::take(&mut self.heard.events) {
                self.take(event, io);
            }
        }
    }

    fn take(&mut self, event: BroadcastEvent<WithPast<P>>, io: &mut Io<'_, Self>) {
        match event {
            BroadcastEvent::Broadcast { id, digest } => {
                if self.told_later.pop_front() == Some(true) {
                    io.announce(BroadcastEvent::Broadcast { id, digest });
                }
            }
            BroadcastEvent::Deliver { id, payload } => self.data(id, payload, io),
            // This layer's own detector is the one that is told of.
            BroadcastEvent::Suspicion(_) => {}
            other => other.pass_up().into_iter().for_each(|event| io.announce(event)),
        }
    }

    fn data(&mut self, id: MessageId, message: WithPast<P>, io: &mut Io<'_, Self>) {
        let WithPast { past, delivered, payload } = message;
        if !planted!(self.plant, CausalNoWait) {
            for (id, payload) in past.iter() {
                self.deliver(*id, payload.clone(), io);
            }
        }
        match payload {
            Some(payload) => self.deliver(id, payload, io),
            None => drop(self.delivered.insert(id)),
        }
        if id.origin != io.me() && !delivered.is_empty() {
            self.reports.note(id.origin, &delivered);
            self.forget(io);
        }
    }

    fn deliver(&mut self, id: MessageId, payload: P, io: &mut Io<'_, Self>) {
        if !self.delivered.insert(id) {
            return;
        }
        // This member's own message is in its past since it was broadcast.
        let is_own = id.origin == io.me() && id.life() == self.below.life();
        if !is_own {
            self.past.push((id, payload.clone()));
        }
        io.announce(BroadcastEvent::Deliver { id, payload });
        let at_once = io.buggify("broadcast: reports at once");
        match self.reporting.delivered(if at_once { 1 } else { self.config.report_every }) {
            Due::Later => io.set_timer(PartTimer::Report, self.config.report_after),
            Due::Now => self.report(io),
            Due::Waiting => {}
        }
    }

    /// Tells the others how far this member has delivered. What only tells that is itself not worth telling of.
    fn report(&mut self, io: &mut Io<'_, Self>) {
        if let Some(delivered) = self.reporting.take(&self.delivered) {
            self.told_later.push_back(false);
            let message = WithPast { past: Arc::default(), delivered, payload: None };
            self.ask(io, |below, io| below.broadcast(message, io));
        }
    }

    /// Forgets what all members not suspected have delivered, this one included.
    fn forget(&mut self, io: &Io<'_, Self>) {
        let Self { past, reports, detector, delivered, .. } = self;
        let awaited = |peer: &NodeId| !detector.suspects(*peer);
        past.retain(|(id, _)| {
            let by_others = reports.stable(id.stream(), io.peers().filter(awaited));
            id.sequence() > by_others || !delivered.contains(*id)
        });
    }
}

copies! {
    CausalNoWaiting<P: Payload, B: ReliableBroadcast<WithPast<P>>, D: PerfectDetector>
    state { below, detector, delivered, past, reports, reporting, told_later, plant } same { config } idle { heard, warned }
}

impl<P, B, D> fmt::Debug for CausalNoWaiting<P, B, D>
where
    P: Payload,
    B: ReliableBroadcast<WithPast<P>>,
    D: PerfectDetector,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CausalNoWaiting({})", self.status())
    }
}
