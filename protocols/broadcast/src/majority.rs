//! Majority-ack uniform reliable broadcast: delivered once a majority has it (§3.4, Majority-Ack Uniform Reliable Broadcast).

use std::fmt;

use seatrial_links::{Payload, PerfectLink};
use seatrial_node::{Disk, Input, Io, Load, Node, NodeId, OpenError, Outbox, Status};

use crate::acks::{Acks, HandOver, Receipt};
use crate::copies::copies;
use crate::mesh::{Mesh, MeshEvent};
use crate::mutant::{Plant, plant, planted};
use crate::parts::pass_on;
use crate::{
    Broadcast, BroadcastEvent, Frame, LinkedConfig, MessageId, ReliableBroadcast, UniformBroadcast,
};

/// Passes every message on to all, which acknowledges it, and delivers it once a majority of the members has done so.
///
/// What it promises: URB1 to URB4, as [`AllAckUniform`](crate::AllAckUniform), while a majority of the members is correct. It assumes
/// nothing of time, and needs no failure detector. With half of the members gone it delivers nothing more, and nothing wrong.
///
/// It takes up to n² messages a broadcast. It keeps a message from its first receipt until its delivery.
pub struct MajorityAckUniform<P: Payload, L: PerfectLink<Frame<P>>> {
    mesh: Mesh<P, L>,
    heard: Outbox<Mesh<P, L>>,
    /// Memory for the events being handled.
    spare: Vec<MeshEvent<P>>,
    acks: Acks<P>,
    plant: Plant,
}

impl<P: Payload, L: PerfectLink<Frame<P>>> Node for MajorityAckUniform<P, L> {
    type Config = LinkedConfig<L::Config>;
    type Message = L::Message;
    type Timer = L::Timer;
    type Request = ();
    type Response = ();
    type Event = BroadcastEvent<P>;

    fn open(config: &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let plant = plant!(config);
        Ok(Self {
            mesh: Mesh::open(&config.link, plant, disk)?,
            heard: Outbox::new(),
            spare: Vec::new(),
            acks: Acks::default(),
            plant,
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if let Some(input) = pass_on(input) {
            self.ask(io, |mesh, io| mesh.handle(input, io));
            self.settle(io);
        }
    }

    /// The link's status, and `pending`: how many messages wait to be delivered.
    fn status(&self) -> Status {
        self.mesh.status().with("pending", self.acks.len() as u64)
    }

    fn digest(message: &Self::Message) -> u64 {
        L::digest(message)
    }

    fn load(message: &Self::Message) -> Load {
        L::load(message)
    }
}

impl<P: Payload, L: PerfectLink<Frame<P>>> Broadcast<P> for MajorityAckUniform<P, L> {
    fn broadcast(&mut self, payload: P, io: &mut Io<'_, Self>) -> MessageId {
        let id = self.ask(io, |mesh, io| mesh.name(payload, io));
        self.settle(io);
        id
    }

    fn life(&self) -> u32 {
        self.mesh.life()
    }
}

impl<P: Payload, L: PerfectLink<Frame<P>>> ReliableBroadcast<P> for MajorityAckUniform<P, L> {}

impl<P: Payload, L: PerfectLink<Frame<P>>> UniformBroadcast<P> for MajorityAckUniform<P, L> {}

impl<P: Payload, L: PerfectLink<Frame<P>>> MajorityAckUniform<P, L> {
    fn ask<R>(
        &mut self,
        io: &mut Io<'_, Self>,
        act: impl FnOnce(&mut Mesh<P, L>, &mut Io<'_, Mesh<P, L>>) -> R,
    ) -> R {
        let Self { mesh, heard, .. } = self;
        io.child("", |m| m, |t| t, heard, |io| act(mesh, io))
    }

    /// Acts on what the mesh has told.
    fn settle(&mut self, io: &mut Io<'_, Self>) {
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
        self.ask(io, |mesh, io| mesh.send(id, payload, |_| false, io));
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
            self.ask(io, |mesh, io| mesh.relay(id, payload, |_| false, io));
        }
        self.acks.add(id, io.me());
    }

    fn deliver(&mut self, id: MessageId, io: &mut Io<'_, Self>) {
        let majority = io.members().len() / 2 + 1;
        let is_due = HandOver::of(self.plant) == HandOver::WhenAcknowledged;
        let payload = self.acks.take_if(id, |by| by.len() >= majority);
        if let Some(payload) = payload.filter(|_| is_due) {
            io.announce(BroadcastEvent::Deliver { id, payload });
        }
    }
}

copies! {
    MajorityAckUniform<P: Payload, L: PerfectLink<Frame<P>>>
    state { mesh, acks, plant } same {} idle { heard, spare }
}

impl<P: Payload, L: PerfectLink<Frame<P>>> fmt::Debug for MajorityAckUniform<P, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MajorityAckUniform({})", self.status())
    }
}
