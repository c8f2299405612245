//! Eager reliable broadcast: whoever delivers a message passes it on first (§3.3, Eager Reliable Broadcast).

use std::fmt;

use seatrial_links::{Payload, PerfectLink};
use seatrial_node::{Disk, Input, Io, Load, Node, NodeId, OpenError, Outbox, Status};

use crate::copies::copies;
use crate::mesh::{Mesh, MeshEvent};
use crate::mutant::{Plant, plant, planted};
use crate::parts::pass_on;
use crate::seen::Seen;
use crate::{Broadcast, BroadcastEvent, Frame, LinkedConfig, MessageId, ReliableBroadcast};

/// Passes every message on to all members before it delivers it.
///
/// What it promises: a correct member delivers what it broadcasts (RB1, validity); nothing twice (RB2); nothing that was not
/// broadcast (RB3); what one correct member delivers, all correct members deliver (RB4, agreement). It assumes nothing of time, and
/// needs no failure detector.
///
/// It takes up to n² messages a broadcast. Its memory is that of the names seen: see [`Mark`](crate::Mark).
pub struct EagerReliable<P: Payload, L: PerfectLink<Frame<P>>> {
    mesh: Mesh<P, L>,
    heard: Outbox<Mesh<P, L>>,
    /// Memory for the events being handled.
    spare: Vec<MeshEvent<P>>,
    delivered: Seen,
    plant: Plant,
}

impl<P: Payload, L: PerfectLink<Frame<P>>> Node for EagerReliable<P, L> {
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
            delivered: Seen::default(),
            plant,
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if let Some(input) = pass_on(input) {
            self.ask(io, |mesh, io| mesh.handle(input, io));
            self.settle(io);
        }
    }

    fn status(&self) -> Status {
        self.mesh.status()
    }

    fn digest(message: &Self::Message) -> u64 {
        L::digest(message)
    }

    fn load(message: &Self::Message) -> Load {
        L::load(message)
    }
}

impl<P: Payload, L: PerfectLink<Frame<P>>> Broadcast<P> for EagerReliable<P, L> {
    fn broadcast(&mut self, payload: P, io: &mut Io<'_, Self>) -> MessageId {
        let id = self.ask(io, |mesh, io| mesh.name(payload, io));
        self.settle(io);
        id
    }

    fn life(&self) -> u32 {
        self.mesh.life()
    }
}

impl<P: Payload, L: PerfectLink<Frame<P>>> ReliableBroadcast<P> for EagerReliable<P, L> {}

impl<P: Payload, L: PerfectLink<Frame<P>>> EagerReliable<P, L> {
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
        if !self.delivered.insert(id) {
            return;
        }
        // This member's own messages of this life have gone to all already.
        let is_own = id.origin == io.me() && id.life() == self.mesh.life();
        if !is_own && !planted!(self.plant, NoRelay) {
            self.ask(io, |mesh, io| mesh.relay(id, &payload, |member| member == from, io));
        }
        io.announce(BroadcastEvent::Deliver { id, payload });
    }
}

copies! {
    EagerReliable<P: Payload, L: PerfectLink<Frame<P>>>
    state { mesh, delivered, plant } same {} idle { heard, spare }
}

impl<P: Payload, L: PerfectLink<Frame<P>>> fmt::Debug for EagerReliable<P, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EagerReliable({})", self.status())
    }
}
