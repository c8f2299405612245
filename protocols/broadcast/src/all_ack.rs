//! All-ack uniform reliable broadcast: delivered once all that are not suspected have it (§3.4, All-Ack Uniform Reliable Broadcast).

use std::fmt;

use seatrial_detectors::{PerfectDetector, Suspicion};
use seatrial_links::{Payload, PerfectLink};
use seatrial_node::{Disk, Input, Io, Load, Node, NodeId, OpenError, Outbox, Status};

use crate::acks::{Acks, HandOver, Receipt};
use crate::copies::copies;
use crate::mesh::{Mesh, MeshEvent};
use crate::mutant::{Plant, plant, planted};
use crate::parts::{Part, PartTimer, Routed, route};
use crate::{
    Broadcast, BroadcastEvent, DetectedConfig, Frame, MessageId, ReliableBroadcast,
    UniformBroadcast,
};

/// Passes every message on to all, which acknowledges it, and delivers it once all members that are not suspected have done so.
///
/// What it promises: a correct member delivers what it broadcasts (URB1, validity); nothing twice (URB2); nothing that was not broadcast
/// (URB3); what any member delivers, even one that crashes right after, all correct members deliver (URB4, uniform agreement). It survives
/// any number of crashes, while its detector is perfect: one that suspects a correct member breaks URB4.
///
/// It takes up to n² messages a broadcast. It keeps a message from its first receipt until its delivery.
///
/// A detector that may suspect a correct member is not enough, and does not compile:
///
/// ```compile_fail,E0277
/// use seatrial_broadcast::{AllAckUniform, Frame};
/// use seatrial_detectors::Detector;
/// use seatrial_links::PerfectLink;
///
/// fn stack<L: PerfectLink<Frame<u64>>, D: Detector>(_: AllAckUniform<u64, L, D>) {}
/// ```
pub struct AllAckUniform<P: Payload, L: PerfectLink<Frame<P>>, D: PerfectDetector> {
    mesh: Mesh<P, L>,
    heard: Outbox<Mesh<P, L>>,
    /// Memory for the events being handled.
    spare: Vec<MeshEvent<P>>,
    detector: D,
    warned: Outbox<D>,
    acks: Acks<P>,
    plant: Plant,
}

impl<P: Payload, L: PerfectLink<Frame<P>>, D: PerfectDetector> Node for AllAckUniform<P, L, D> {
    type Config = DetectedConfig<L::Config, D::Config>;
    type Message = Part<L::Message, D::Message>;
    type Timer = PartTimer<L::Timer, D::Timer>;
    type Request = ();
    type Response = ();
    type Event = BroadcastEvent<P>;

    fn open(config: &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let plant = plant!(config);
        Ok(Self {
            mesh: Mesh::open(&config.link, plant, disk)?,
            heard: Outbox::new(),
            spare: Vec::new(),
            detector: D::open(&config.detector, &mut disk.child("detector"))?,
            warned: Outbox::new(),
            acks: Acks::default(),
            plant,
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match route(input) {
            Routed::Below(input) => self.ask(io, |mesh, _, io| mesh.handle(input, io)),
            Routed::Detector(input) => self.watch(input, io),
            Routed::Both(below, detector) => {
                self.watch(detector, io);
                self.ask(io, |mesh, _, io| mesh.handle(below, io));
            }
            Routed::Report | Routed::Nobody => {}
        }
        self.settle(io);
    }

    /// The link's and the detector's status, and `pending`: how many messages wait to be delivered.
    fn status(&self) -> Status {
        let below = self.mesh.status().with_all(self.detector.status());
        below.with("pending", self.acks.len() as u64)
    }

    fn digest(message: &Self::Message) -> u64 {
        match message {
            Part::Below(message) => L::digest(message),
            Part::Detector(message) => D::digest(message),
        }
    }

    fn load(message: &Self::Message) -> Load {
        match message {
            Part::Below(message) => L::load(message),
            Part::Detector(message) => D::load(message).as_upkeep(),
        }
    }
}

impl<P: Payload, L: PerfectLink<Frame<P>>, D: PerfectDetector> Broadcast<P>
    for AllAckUniform<P, L, D>
{
    fn broadcast(&mut self, payload: P, io: &mut Io<'_, Self>) -> MessageId {
        let id = self.ask(io, |mesh, _, io| mesh.name(payload, io));
        self.settle(io);
        id
    }

    fn life(&self) -> u32 {
        self.mesh.life()
    }
}

impl<P: Payload, L: PerfectLink<Frame<P>>, D: PerfectDetector> ReliableBroadcast<P>
    for AllAckUniform<P, L, D>
{
}

impl<P: Payload, L: PerfectLink<Frame<P>>, D: PerfectDetector> UniformBroadcast<P>
    for AllAckUniform<P, L, D>
{
}

impl<P: Payload, L: PerfectLink<Frame<P>>, D: PerfectDetector> AllAckUniform<P, L, D> {
    fn ask<R>(
        &mut self,
        io: &mut Io<'_, Self>,
        act: impl FnOnce(&mut Mesh<P, L>, &D, &mut Io<'_, Mesh<P, L>>) -> R,
    ) -> R {
        let Self { mesh, heard, detector, .. } = self;
        io.child("", Part::Below, PartTimer::Below, heard, |io| act(mesh, detector, io))
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
                self.recount(io);
            }
        }
        while !self.heard.events.is_empty() {
            let mut batch =
                std::mem::replace(&mut self.heard.events, std::mem::take(&mut self.spare));
            for event in batch.drain(..) {
                self.take(event, io);
            }
            self.spare = batch;
        }
    }

    fn take(&mut self, event: MeshEvent<P>, io: &mut Io<'_, Self>) {
        match event {
            MeshEvent::Named { id, payload } => self.send(id, payload, io),
            MeshEvent::Data { from, id, payload } => self.data(from, id, payload, io),
            MeshEvent::Delivered { .. } => self.mesh.drop_frame(),
        }
    }

    fn send(&mut self, id: MessageId, payload: P, io: &mut Io<'_, Self>) {
        io.announce(BroadcastEvent::Broadcast { id, digest: payload.digest() });
        self.ask(io, |mesh, detector, io| {
            mesh.send(id, payload, |member| detector.suspects(member), io);
        });
    }

    fn data(&mut self, from: NodeId, id: MessageId, payload: P, io: &mut Io<'_, Self>) {
        let receipt = self.acks.receive(id, &payload, from);
        if HandOver::of(self.plant).is_at(receipt) {
            io.announce(BroadcastEvent::Deliver { id, payload: payload.clone() });
        }
        if receipt == Receipt::First {
            self.acknowledge(from, id, &payload, io);
        }
        if receipt != Receipt::Late {
            self.deliver(id, io);
        }
    }

    /// Passes a message on to all: whoever hears of it knows that this member has it.
    fn acknowledge(&mut self, from: NodeId, id: MessageId, payload: &P, io: &mut Io<'_, Self>) {
        let is_second_hand = from != id.origin;
        if is_second_hand && planted!(self.plant, NoRelay) {
            return;
        }
        let is_own = id.origin == io.me() && id.life() == self.mesh.life();
        if !is_own {
            self.ask(io, |mesh, detector, io| {
                mesh.relay(id, payload, |member| detector.suspects(member), io);
            });
        }
        self.acks.add(id, io.me());
    }

    /// Looks through all that is pending: there may be fewer to wait for.
    fn recount(&mut self, io: &mut Io<'_, Self>) {
        while let Some(id) = self.acks.find(|by| self.is_enough(by, io.members())) {
            self.deliver(id, io);
        }
    }

    fn deliver(&mut self, id: MessageId, io: &mut Io<'_, Self>) {
        let Self { acks, detector, plant, .. } = self;
        let is_enough = |by: &[NodeId]| all_have_it(by, io.members(), detector, *plant);
        let is_due = HandOver::of(*plant) == HandOver::WhenAcknowledged;
        if let Some(payload) = acks.take_if(id, is_enough).filter(|_| is_due) {
            io.announce(BroadcastEvent::Deliver { id, payload });
        }
    }

    fn is_enough(&self, by: &[NodeId], members: &[NodeId]) -> bool {
        all_have_it(by, members, &self.detector, self.plant)
    }
}

/// Whether all members that are not suspected have a message.
fn all_have_it(
    by: &[NodeId],
    members: &[NodeId],
    detector: &impl PerfectDetector,
    plant: Plant,
) -> bool {
    let waits_for_all = planted!(plant, WaitsForTheDead);
    let is_awaited = |member: &NodeId| waits_for_all || !detector.suspects(*member);
    members.iter().filter(|member| is_awaited(member)).all(|member| by.contains(member))
}

copies! {
    AllAckUniform<P: Payload, L: PerfectLink<Frame<P>>, D: PerfectDetector>
    state { mesh, detector, acks, plant } same {} idle { heard, spare, warned }
}

impl<P: Payload, L: PerfectLink<Frame<P>>, D: PerfectDetector> fmt::Debug
    for AllAckUniform<P, L, D>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AllAckUniform({})", self.status())
    }
}
