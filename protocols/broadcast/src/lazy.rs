//! Lazy reliable broadcast: a message is passed on when its source has crashed (§3.3, Lazy Reliable Broadcast).

use std::fmt;
use std::sync::Arc;

use seatrial_detectors::{PerfectDetector, Suspicion};
use seatrial_links::{Payload, PerfectLink};
use seatrial_node::{Disk, Input, Io, Load, Node, NodeId, OpenError, Outbox, Status};

use crate::copies::copies;
use crate::mesh::{Mesh, MeshEvent};
use crate::mutant::{Plant, plant, planted};
use crate::parts::{Part, PartTimer, Routed, route};
use crate::seen::{Mark, Seen};
use crate::stability::{Due, Kept, Reporting, Reports};
use crate::{Broadcast, BroadcastEvent, Frame, LazyConfig, MessageId, ReliableBroadcast};

/// Keeps what others have broadcast until all have it, and passes it on if its source is suspected: at the suspicion what it has, and
/// after it what still comes.
///
/// What it promises: RB1 to RB4, as [`EagerReliable`](crate::EagerReliable), while its detector is perfect. A crashed member that is never
/// suspected breaks RB4, and so does a correct one that is: nothing more is sent to it.
///
/// It takes n messages a broadcast while nobody crashes, and some for reports of what was delivered. It keeps a message until all members
/// not suspected have reported it: what is broadcast within [`report_after`](LazyConfig::report_after), or
/// [`report_every`](LazyConfig::report_every) messages a member.
///
/// A detector that may never come to suspect a crashed member is not enough, and does not compile: it must be a
/// [`PerfectDetector`].
pub struct LazyReliable<P: Payload, L: PerfectLink<Frame<P>>, D: PerfectDetector> {
    config: LazyConfig<(), ()>,
    mesh: Mesh<P, L>,
    heard: Outbox<Mesh<P, L>>,
    /// Memory for the events being handled.
    spare: Vec<MeshEvent<P>>,
    detector: D,
    warned: Outbox<D>,
    delivered: Seen,
    /// What has been delivered of others, until it is stable or passed on.
    kept: Kept<P>,
    reports: Reports,
    reporting: Reporting,
    plant: Plant,
}

impl<P: Payload, L: PerfectLink<Frame<P>>, D: PerfectDetector> Node for LazyReliable<P, L, D> {
    type Config = LazyConfig<L::Config, D::Config>;
    type Message = Part<L::Message, D::Message>;
    type Timer = PartTimer<L::Timer, D::Timer>;
    type Request = ();
    type Response = ();
    type Event = BroadcastEvent<P>;

    fn open(config: &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        config.validate()?;
        let plant = plant!(config);
        Ok(Self {
            config: config.own(),
            mesh: Mesh::open(&config.link, plant, disk)?,
            heard: Outbox::new(),
            spare: Vec::new(),
            detector: D::open(&config.detector, &mut disk.child("detector"))?,
            warned: Outbox::new(),
            delivered: Seen::default(),
            kept: Kept::default(),
            reports: Reports::default(),
            reporting: Reporting::default(),
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
            Routed::Report => self.report(io),
            Routed::Nobody => {}
        }
        self.settle(io);
    }

    /// The link's and the detector's status, and `kept`: how many messages wait to be stable.
    fn status(&self) -> Status {
        let below = self.mesh.status().with_all(self.detector.status());
        below.with("kept", self.kept.len() as u64)
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
    for LazyReliable<P, L, D>
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
    for LazyReliable<P, L, D>
{
}

impl<P: Payload, L: PerfectLink<Frame<P>>, D: PerfectDetector> LazyReliable<P, L, D> {
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
            if let Suspicion::Suspect(node) = suspicion {
                self.suspect(node, io);
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
            MeshEvent::Delivered { from, marks } => self.reported(from, &marks, io),
        }
    }

    fn send(&mut self, id: MessageId, payload: P, io: &mut Io<'_, Self>) {
        io.announce(BroadcastEvent::Broadcast { id, digest: payload.digest() });
        self.ask(io, |mesh, detector, io| {
            mesh.send(id, payload, |member| detector.suspects(member), io);
        });
    }

    fn data(&mut self, from: NodeId, id: MessageId, payload: P, io: &mut Io<'_, Self>) {
        if !self.delivered.insert(id) {
            return;
        }
        io.announce(BroadcastEvent::Deliver { id, payload: payload.clone() });
        let is_own = id.origin == io.me() && id.life() == self.mesh.life();
        if !is_own {
            // The second rule: no suspicion will come any more.
            if self.detector.suspects(id.origin) && !planted!(self.plant, LazyNoSecondRule) {
                self.relay(from, id, &payload, io);
            }
            if !self.detector.suspects(id.origin) || planted!(self.plant, RedistributionStorm) {
                self.kept.keep(id, payload);
            }
        }
        let at_once = io.buggify("broadcast: reports at once");
        match self.reporting.delivered(if at_once { 1 } else { self.config.report_every }) {
            Due::Later => io.set_timer(PartTimer::Report, self.config.report_after),
            Due::Now => {
                io.cancel_timer(&PartTimer::Report);
                self.report(io);
            }
            Due::Waiting => {}
        }
    }

    /// The first rule: passes on what a crashed source has broadcast. It may be forgotten then, because the link has it.
    fn suspect(&mut self, source: NodeId, io: &mut Io<'_, Self>) {
        while let Some((id, payload)) = self.kept.take_one_of(source) {
            self.relay(source, id, &payload, io);
        }
        self.forget(io);
    }

    fn relay(&mut self, from: NodeId, id: MessageId, payload: &P, io: &mut Io<'_, Self>) {
        if planted!(self.plant, NoRelay) {
            return;
        }
        self.ask(io, |mesh, detector, io| {
            mesh.relay(id, payload, |member| member == from || detector.suspects(member), io);
        });
    }

    fn report(&mut self, io: &mut Io<'_, Self>) {
        if let Some(marks) = self.reporting.take(&self.delivered) {
            self.ask(io, |mesh, detector, io| {
                mesh.report(marks, |member| detector.suspects(member), io);
            });
        }
    }

    fn reported(&mut self, from: NodeId, marks: &Arc<[Mark]>, io: &Io<'_, Self>) {
        self.reports.note(from, marks);
        self.forget(io);
    }

    fn forget(&mut self, io: &Io<'_, Self>) {
        if planted!(self.plant, RedistributionStorm) {
            return;
        }
        let Self { kept, reports, detector, .. } = self;
        kept.forget(|stream| {
            reports.stable(stream, io.peers().filter(|peer| !detector.suspects(*peer)))
        });
    }
}

copies! {
    LazyReliable<P: Payload, L: PerfectLink<Frame<P>>, D: PerfectDetector>
    state { mesh, detector, delivered, kept, reports, reporting, plant } same { config } idle { heard, spare, warned }
}

impl<P: Payload, L: PerfectLink<Frame<P>>, D: PerfectDetector> fmt::Debug
    for LazyReliable<P, L, D>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LazyReliable({})", self.status())
    }
}
