//! Best-effort broadcast: a message to every member, and no more than the link promises (§3.2, Basic Broadcast).

use std::fmt;

use seatrial_links::{Payload, PerfectLink};
use seatrial_node::{Disk, Input, Io, Load, Node, OpenError, Outbox, Status};

use crate::copies::copies;
use crate::mesh::{Mesh, MeshEvent};
use crate::mutant::plant;
use crate::parts::pass_on;
use crate::{Broadcast, BroadcastEvent, Frame, LinkedConfig, MessageId};

/// Sends a message to every member through a perfect link, and delivers what comes.
///
/// What it promises: if a correct member broadcasts, every correct member delivers (BEB1, validity); nothing is delivered twice
/// (BEB2); nothing is delivered that was not broadcast (BEB3). If the broadcaster crashes, some may deliver and others not.
///
/// It takes n messages a broadcast, and no memory of its own.
///
/// A link that may lose messages is not enough, and does not compile:
///
/// ```compile_fail,E0277
/// use seatrial_broadcast::{BestEffort, Frame};
/// use seatrial_links::FairLoss;
///
/// fn stack(_: BestEffort<u64, FairLoss<Frame<u64>>>) {}
/// ```
pub struct BestEffort<P: Payload, L: PerfectLink<Frame<P>>> {
    mesh: Mesh<P, L>,
    heard: Outbox<Mesh<P, L>>,
    /// Memory for the events being handled.
    spare: Vec<MeshEvent<P>>,
}

impl<P: Payload, L: PerfectLink<Frame<P>>> Node for BestEffort<P, L> {
    type Config = LinkedConfig<L::Config>;
    type Message = L::Message;
    type Timer = L::Timer;
    type Request = ();
    type Response = ();
    type Event = BroadcastEvent<P>;

    fn open(config: &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let mesh = Mesh::open(&config.link, plant!(config), disk)?;
        Ok(Self { mesh, heard: Outbox::new(), spare: Vec::new() })
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

impl<P: Payload, L: PerfectLink<Frame<P>>> Broadcast<P> for BestEffort<P, L> {
    fn broadcast(&mut self, payload: P, io: &mut Io<'_, Self>) -> MessageId {
        let id = self.ask(io, |mesh, io| mesh.name(payload, io));
        self.settle(io);
        id
    }

    fn life(&self) -> u32 {
        self.mesh.life()
    }
}

impl<P: Payload, L: PerfectLink<Frame<P>>> BestEffort<P, L> {
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
            MeshEvent::Named { id, payload } => {
                io.announce(BroadcastEvent::Broadcast { id, digest: payload.digest() });
                self.ask(io, |mesh, io| mesh.send(id, payload, |_| false, io));
            }
            // Nobody passes on what others have broadcast.
            MeshEvent::Data { from, id, payload } if from == id.origin => {
                io.announce(BroadcastEvent::Deliver { id, payload });
            }
            MeshEvent::Data { .. } | MeshEvent::Delivered { .. } => self.mesh.drop_frame(),
        }
    }
}

copies! {
    BestEffort<P: Payload, L: PerfectLink<Frame<P>>>
    state { mesh } same {} idle { heard, spare }
}

impl<P: Payload, L: PerfectLink<Frame<P>>> fmt::Debug for BestEffort<P, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BestEffort({})", self.status())
    }
}
