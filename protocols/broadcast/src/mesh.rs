//! All members, reached through a link: what the broadcasts over a link have in common.

use std::fmt;
use std::sync::Arc;

use seatrial_links::{Delivered, Link, Payload};
use seatrial_node::{Announce, Disk, Input, Io, Load, Node, NodeId, OpenError, Outbox, Status};

use crate::copies::copies;
use crate::mutant::{Plant, planted};
use crate::names::Names;
use crate::parts::pass_on;
use crate::seen::Mark;
use crate::{Frame, MessageId};

/// Names messages, sends frames to all members, and lets in what a member can have sent.
pub(crate) struct Mesh<P: Payload, L: Link<Frame<P>>> {
    link: L,
    heard: Outbox<L>,
    /// Memory for the events being handled.
    spare: Vec<Delivered<Frame<P>>>,
    names: Names<P>,
    /// Frames that no member of this cluster can have sent.
    dropped: u64,
    plant: Plant,
    #[cfg(feature = "mutants")]
    planted: crate::planted::Deafness,
}

/// What the mesh tells the broadcast above it.
#[derive(Clone, Debug)]
pub(crate) enum MeshEvent<P> {
    /// A message of this member's own has a name, and may be sent.
    Named { id: MessageId, payload: P },
    /// A copy of a message has come.
    Data { from: NodeId, id: MessageId, payload: P },
    /// A member has told how far it has delivered.
    Delivered { from: NodeId, marks: Arc<[Mark]> },
}

impl<P> Announce for MeshEvent<P> {}

impl<P: Payload, L: Link<Frame<P>>> Mesh<P, L> {
    pub(crate) fn open(
        config: &L::Config,
        plant: Plant,
        disk: &mut Disk<'_>,
    ) -> Result<Self, OpenError> {
        Ok(Self {
            link: L::open(config, &mut disk.child("link"))?,
            heard: Outbox::new(),
            spare: Vec::new(),
            names: Names::open(disk, plant)?,
            dropped: 0,
            plant,
            #[cfg(feature = "mutants")]
            planted: crate::planted::Deafness::default(),
        })
    }

    pub(crate) fn life(&self) -> u32 {
        self.names.life()
    }

    /// Names a message, and lets it be sent as soon as its name is safe.
    pub(crate) fn name(&mut self, payload: P, io: &mut Io<'_, Self>) -> MessageId {
        let (id, payload) = self.names.name(payload, io);
        if let Some(payload) = payload {
            io.announce(MeshEvent::Named { id, payload });
        }
        id
    }

    /// Sends a new message to all members but those to be skipped.
    pub(crate) fn send(
        &mut self,
        id: MessageId,
        payload: P,
        skip: impl Fn(NodeId) -> bool,
        io: &mut Io<'_, Self>,
    ) {
        self.send_all(&Frame::Data { id, payload }, skip, io);
    }

    /// Sends a copy of a message to all members but this one and those to be skipped.
    pub(crate) fn relay(
        &mut self,
        id: MessageId,
        payload: &P,
        skip: impl Fn(NodeId) -> bool,
        io: &mut Io<'_, Self>,
    ) {
        let me = io.me();
        let frame = Frame::Data { id, payload: payload.clone() };
        self.send_all(&frame, |member| member == me || skip(member), io);
    }

    /// Tells all other members, but those to be skipped, how far this one has delivered.
    pub(crate) fn report(
        &mut self,
        marks: Arc<[Mark]>,
        skip: impl Fn(NodeId) -> bool,
        io: &mut Io<'_, Self>,
    ) {
        let me = io.me();
        self.send_all(&Frame::Delivered(marks), |member| member == me || skip(member), io);
    }

    /// Counts a frame that makes no sense to the broadcast above.
    pub(crate) fn drop_frame(&mut self) {
        self.dropped = self.dropped.saturating_add(1);
    }

    fn send_all(&mut self, frame: &Frame<P>, skip: impl Fn(NodeId) -> bool, io: &mut Io<'_, Self>) {
        for &member in io.members() {
            let is_unreachable = self.is_unreachable(member, io.me());
            if is_unreachable && planted!(self.plant, StopsAtFirstUnreachable) {
                break;
            }
            if !skip(member) {
                let Self { link, heard, .. } = self;
                io.child("link", |m| m, |t| t, heard, |io| link.send(member, frame.clone(), io));
            }
        }
        self.settle(io);
    }

    /// Takes what the link has delivered.
    fn settle(&mut self, io: &mut Io<'_, Self>) {
        while !self.heard.events.is_empty() {
            let mut batch =
                std::mem::replace(&mut self.heard.events, std::mem::take(&mut self.spare));
            for Delivered { from, payload } in batch.drain(..) {
                self.let_in(from, payload, io);
            }
            self.spare = batch;
        }
    }

    fn let_in(&mut self, from: NodeId, frame: Frame<P>, io: &mut Io<'_, Self>) {
        let is_member = io.members().binary_search(&from).is_ok();
        let is_possible = match &frame {
            Frame::Data { id, .. } => is_member && Names::<P>::is_possible(*id, io.members()),
            Frame::Delivered(_) => is_member,
        };
        if self.is_deaf(from, &frame, is_possible) && planted!(self.plant, PoisonPill) {
            return;
        }
        if !is_possible {
            return self.drop_frame();
        }
        io.announce(match frame {
            Frame::Data { id, payload } => MeshEvent::Data { from, id, payload },
            Frame::Delivered(marks) => MeshEvent::Delivered { from, marks },
        });
    }

    /// RN-8: whether a stranger's message has stopped reception.
    #[cfg(feature = "mutants")]
    fn is_deaf(&mut self, from: NodeId, frame: &Frame<P>, is_possible: bool) -> bool {
        let life = match frame {
            Frame::Data { id, .. } => id.life(),
            Frame::Delivered(_) => 1,
        };
        self.planted.heard(from);
        self.planted.is_deaf(life, is_possible)
    }

    #[cfg(not(feature = "mutants"))]
    #[expect(clippy::unused_self, reason = "a planted bug remembers what has come")]
    fn is_deaf(&self, _: NodeId, _: &Frame<P>, _: bool) -> bool {
        false
    }

    /// RN-11: whether a member has not been heard of since too many frames.
    #[cfg(feature = "mutants")]
    fn is_unreachable(&mut self, member: NodeId, me: NodeId) -> bool {
        member != me && self.planted.is_silent(member)
    }

    #[cfg(not(feature = "mutants"))]
    #[expect(clippy::unused_self, reason = "a planted bug remembers who has been heard of")]
    fn is_unreachable(&self, _: NodeId, _: NodeId) -> bool {
        false
    }
}

impl<P: Payload, L: Link<Frame<P>>> Node for Mesh<P, L> {
    type Config = L::Config;
    type Message = L::Message;
    type Timer = L::Timer;
    type Request = ();
    type Response = ();
    type Event = MeshEvent<P>;

    fn open(config: &L::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        Self::open(config, Plant::default(), disk)
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => self.names.begin(io),
            Input::Synced { token, result } => {
                self.names.synced(token, result, io);
                while let Some((id, payload)) = self.names.release() {
                    io.announce(MeshEvent::Named { id, payload });
                }
            }
            _ => {}
        }
        if let Some(input) = pass_on(input) {
            let Self { link, heard, .. } = self;
            io.child("link", |m| m, |t| t, heard, |io| link.handle(input, io));
        }
        self.settle(io);
    }

    /// The link's status, and `life`, `dropped`: which life this is, and how many frames made no sense.
    fn status(&self) -> Status {
        self.link.status().with("life", u64::from(self.life())).with("dropped", self.dropped)
    }

    fn digest(message: &L::Message) -> u64 {
        L::digest(message)
    }

    fn load(message: &L::Message) -> Load {
        L::load(message)
    }
}

#[cfg(feature = "mutants")]
copies! {
    Mesh<P: Payload, L: Link<Frame<P>>>
    state { link, names, dropped, plant, planted } same {} idle { heard, spare }
}

#[cfg(not(feature = "mutants"))]
copies! {
    Mesh<P: Payload, L: Link<Frame<P>>>
    state { link, names, dropped, plant } same {} idle { heard, spare }
}

impl<P: Payload, L: Link<Frame<P>>> fmt::Debug for Mesh<P, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mesh({})", self.status())
    }
}
