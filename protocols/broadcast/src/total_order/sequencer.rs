//! Total order from one member that numbers messages, and from the next when that one is trusted no more.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use seatrial_detectors::{LeaderDetector, Leadership};
use seatrial_links::{Delivered, Payload, PerfectLink};
use seatrial_node::{Disk, Duration, Fact, Input, Io, Node, NodeId, OpenError, Outbox, Status};

use super::SequencerConfig;
use super::frame::{Body, SequencerFrame, State};
use super::ledger::Ledger;
use super::own::{Own, WINDOW};
use super::progress::Progress;
use crate::mutant::{Plant, plant, planted};
use crate::names::Names;
use crate::parts::{Part, PartTimer, Routed, route};
use crate::{
    Broadcast, BroadcastEvent, MessageId, ReliableBroadcast, TotalOrderBroadcast, UniformBroadcast,
};

/// One member, the sequencer, gives every message its place; a message is delivered once a majority has it in that place.
///
/// What it promises: URB1 to URB4 and UTOB5, while a majority of the members is correct, and the leader detector comes to trust the same
/// correct member everywhere (Ω, §2.6.5; a monarchical one over a perfect detector does too). It assumes nothing of time itself. Members
/// crash and do not come back: one that starts again takes no part, because it has forgotten what it had.
///
/// **Epochs.** Each has one sequencer: epoch e that of the e-th member, counted around. A member that is trusted and not the sequencer
/// begins an epoch of its own. It asks all members; who answers takes nothing from earlier epochs any more, which fences the former
/// sequencer, and says what it has. Of a majority's answers the new sequencer takes the order of the latest epoch, and of these the
/// longest, and makes all members adopt it as a whole before anything new is numbered.
///
/// **Why it is safe with a wrong detector.** What is delivered anywhere, a majority had in its place in some epoch e. Every later
/// sequencer has heard a majority, so one that had it; and no answer of an epoch after e lacks it, because the order of each epoch was
/// adopted as a whole. So it keeps its place for ever. Two members that both take themselves for the sequencer fence each other, and
/// nothing more happens until the detector has settled.
///
/// **Memory.** What is under way, and the messages that some member has not delivered yet, at most `keep` of them. Of each stream's
/// messages that have a place: a number, and one for each that has overtaken another, at most 256. To a dead member it sends a window
/// of 256 messages and no more.
///
/// It takes 3n + 1 messages a broadcast: to the sequencer, its number to all, their acknowledgements, and that a majority has it.
///
/// Any detector of leaders will do, and one of failures does not:
///
/// ```compile_fail,E0277
/// use seatrial_broadcast::{SequencerFrame, SequencerOrder};
/// use seatrial_detectors::PerfectDetector;
/// use seatrial_links::PerfectLink;
///
/// fn stack<L: PerfectLink<SequencerFrame<u64>>, D: PerfectDetector>(_: SequencerOrder<u64, L, D>) {}
/// ```
pub struct SequencerOrder<P: Payload, L: PerfectLink<SequencerFrame<P>>, D: LeaderDetector> {
    patience: Duration,
    pub(super) keep: u64,
    link: L,
    heard: Outbox<L>,
    /// Memory for the events being handled.
    spare: Vec<Delivered<SequencerFrame<P>>>,
    detector: D,
    told: Outbox<D>,
    names: Names<P>,
    pub(super) own: Own<P>,
    /// The latest epoch that this member is in; it takes nothing from earlier ones.
    pub(super) epoch: u64,
    /// The epoch whose order it has adopted.
    pub(super) synced: u64,
    /// The latest epoch that it has heard of.
    pub(super) highest: u64,
    pub(super) ledger: Ledger<P>,
    /// What has come of the present epoch before its turn.
    pub(super) early: BTreeMap<u64, (MessageId, P)>,
    /// All up to this place are at a majority, as far as this member knows.
    pub(super) committed: u64,
    pub(super) role: Role<P>,
    pub(super) is_impatient: bool,
    /// Frames that no member of this cluster can have sent.
    dropped: u64,
    pub(super) plant: Plant,
}

/// What a member does in its epoch.
#[derive(Clone, Debug)]
pub(super) enum Role<P> {
    /// It has its order from the sequencer.
    Follower,
    /// It is to be the sequencer, and has these answers.
    Candidate(Vec<(NodeId, Arc<State<P>>)>),
    /// It is the sequencer, and sends its order to these.
    Sequencer(Vec<Progress>),
}

impl<P, L, D> Node for SequencerOrder<P, L, D>
where
    P: Payload,
    L: PerfectLink<SequencerFrame<P>>,
    D: LeaderDetector,
{
    type Config = SequencerConfig<L::Config, D::Config>;
    type Message = Part<L::Message, D::Message>;
    type Timer = PartTimer<L::Timer, D::Timer>;
    type Request = ();
    type Response = ();
    type Event = BroadcastEvent<P>;

    fn open(config: &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        config.validate()?;
        let plant = plant!(config);
        Ok(Self {
            patience: config.patience,
            keep: config.keep,
            link: L::open(&config.link, &mut disk.child("link"))?,
            heard: Outbox::new(),
            spare: Vec::new(),
            detector: D::open(&config.detector, &mut disk.child("detector"))?,
            told: Outbox::new(),
            names: Names::open(disk, plant)?,
            own: Own::default(),
            epoch: 0,
            synced: 0,
            highest: 0,
            ledger: Ledger::default(),
            early: BTreeMap::new(),
            committed: 0,
            role: Role::Follower,
            is_impatient: false,
            dropped: 0,
            plant,
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if self.is_stopped() {
            return;
        }
        if let Input::Start = input {
            self.names.begin(io);
            self.begin_first_epoch(io);
        }
        if let Input::Synced { token, result } = &input {
            self.names.synced(*token, *result, io);
            while let Some((id, payload)) = self.names.release() {
                self.send(id, payload, io);
            }
        }
        match route(input) {
            Routed::Below(input) => self.pass(input, io),
            Routed::Detector(input) => self.watch(input, io),
            Routed::Both(below, detector) => {
                self.watch(detector, io);
                self.pass(below, io);
            }
            Routed::Report => self.lose_patience(io),
            Routed::Nobody => {}
        }
        self.settle(io);
    }

    /// The link's and the detector's status, and `role`, `epoch`, `life`, `under_way`, `placed`, `applied`, `kept`, `dropped`: what this
    /// member is and in which epoch, which life this is, how many of its own messages are not delivered, how many places are taken, how
    /// many messages are delivered, how many are kept, and how many frames made no sense. And `stopped`, if it has started again.
    fn status(&self) -> Status {
        let role = match self.role {
            Role::Follower => "follower",
            Role::Candidate(_) => "candidate",
            Role::Sequencer(_) => "sequencer",
        };
        let below = self.link.status().with_all(self.detector.status());
        let status = below
            .with("role", role)
            .with("epoch", self.epoch)
            .with("life", u64::from(self.life()))
            .with("under_way", self.own.len() as u64)
            .with("placed", self.ledger.last())
            .with("applied", self.ledger.delivered())
            .with("kept", self.ledger.len() as u64)
            .with("dropped", self.dropped);
        if self.is_stopped() { status.with("stopped", true) } else { status }
    }

    fn digest(message: &Self::Message) -> u64 {
        match message {
            Part::Below(message) => L::digest(message),
            Part::Detector(message) => D::digest(message),
        }
    }
}

impl<P, L, D> Broadcast<P> for SequencerOrder<P, L, D>
where
    P: Payload,
    L: PerfectLink<SequencerFrame<P>>,
    D: LeaderDetector,
{
    fn broadcast(&mut self, payload: P, io: &mut Io<'_, Self>) -> MessageId {
        let (id, payload) = self.names.name(payload, io);
        if let Some(payload) = payload.filter(|_| !self.is_stopped()) {
            self.send(id, payload, io);
            self.settle(io);
        }
        id
    }

    fn life(&self) -> u32 {
        self.names.life().max(self.link.life())
    }
}

/// The marks of a broadcast that keeps uniform total order.
macro_rules! promises {
    ($($promise:ident),*) => {$(
        impl<P, L, D> $promise<P> for SequencerOrder<P, L, D>
        where
            P: Payload,
            L: PerfectLink<SequencerFrame<P>>,
            D: LeaderDetector,
        {
        }
    )*};
}
promises!(ReliableBroadcast, UniformBroadcast, TotalOrderBroadcast);

impl<P, L, D> SequencerOrder<P, L, D>
where
    P: Payload,
    L: PerfectLink<SequencerFrame<P>>,
    D: LeaderDetector,
{
    /// Whether this is not the first life: what a former one has promised is forgotten, so this one must not promise anything.
    fn is_stopped(&self) -> bool {
        self.life() > 1
    }

    /// Who is trusted.
    pub(super) fn trusted(&self) -> Option<NodeId> {
        self.detector.leader()
    }

    fn pass(&mut self, input: Input<L>, io: &mut Io<'_, Self>) {
        let Self { link, heard, .. } = self;
        io.child("link", Part::Below, PartTimer::Below, heard, |io| link.handle(input, io));
    }

    fn watch(&mut self, input: Input<D>, io: &mut Io<'_, Self>) {
        let Self { detector, told, .. } = self;
        io.child("detector", Part::Detector, PartTimer::Detector, told, |io| {
            detector.handle(input, io);
        });
    }

    pub(super) fn say(&mut self, to: NodeId, body: Body<P>, io: &mut Io<'_, Self>) {
        let Self { link, heard, .. } = self;
        let frame = SequencerFrame(body);
        io.child("link", Part::Below, PartTimer::Below, heard, |io| link.send(to, frame, io));
    }

    pub(super) fn drop_frame(&mut self) {
        self.dropped = self.dropped.saturating_add(1);
    }

    pub(super) fn wait_a_while(&mut self, io: &mut Io<'_, Self>) {
        if !self.is_impatient {
            self.is_impatient = true;
            io.set_timer(PartTimer::Report, self.patience);
        }
    }

    /// Acts on what the children have told.
    fn settle(&mut self, io: &mut Io<'_, Self>) {
        for told in std::mem::take(&mut self.told.events) {
            match told {
                Leadership::Suspicion(suspicion) => io.announce(suspicion.into()),
                Leadership::Trust(leader) => {
                    io.announce(BroadcastEvent::Fact(Fact::Trust { leader }));
                    self.trust(io);
                }
                _ => {}
            }
        }
        while !self.heard.events.is_empty() {
            let mut batch =
                std::mem::replace(&mut self.heard.events, std::mem::take(&mut self.spare));
            for Delivered { from, payload: SequencerFrame(body) } in batch.drain(..) {
                if io.members().binary_search(&from).is_ok() {
                    self.take(from, body, io);
                } else {
                    self.drop_frame();
                }
            }
            self.spare = batch;
        }
    }

    fn take(&mut self, from: NodeId, body: Body<P>, io: &mut Io<'_, Self>) {
        if !self.lets_in(from, &body, io) {
            return;
        }
        match body {
            Body::Submit { id, payload } => self.place(id, payload, io),
            Body::Order { epoch, number, id, payload, committed, stable } => {
                if self.ordered(epoch, (number, id, payload), io) {
                    self.commit(committed, stable, io);
                }
            }
            Body::Ack { number, delivered, .. } => self.acked(from, number, delivered, io),
            Body::Commit { committed, stable, .. } => self.commit(committed, stable, io),
            Body::Begin { epoch, delivered } => self.join(from, epoch, delivered, io),
            Body::State { state, .. } => self.answered(from, state, io),
            Body::Adopt { part, committed, .. } => self.adopt(&part, committed, io),
            Body::Ahead { epoch } => self.behind(epoch, io),
        }
    }

    /// A message of this member's own has its name, and may be sent.
    fn send(&mut self, id: MessageId, payload: P, io: &mut Io<'_, Self>) {
        io.announce(BroadcastEvent::Broadcast { id, digest: payload.digest() });
        self.own.insert(id.sequence(), payload);
        self.submit(io);
    }

    /// Asks the sequencer for places for the messages whose turn it is.
    pub(super) fn submit(&mut self, io: &mut Io<'_, Self>) {
        while let Some((sequence, payload)) = self.own.next() {
            let payload = payload.clone();
            self.submit_one(sequence, payload, io);
        }
    }

    /// Asks a new sequencer for all that the former was asked for. What has a place in its order gets no other.
    pub(super) fn submit_again(&mut self, io: &mut Io<'_, Self>) {
        let mut last = 0;
        while let Some((sequence, payload)) = self.own.asked_after(last) {
            last = sequence;
            let payload = payload.clone();
            self.submit_one(sequence, payload, io);
        }
        self.submit(io);
    }

    fn submit_one(&mut self, sequence: u32, payload: P, io: &mut Io<'_, Self>) {
        let id = MessageId::new(io.me(), self.names.life(), sequence);
        match self.role {
            Role::Sequencer(_) => self.place(id, payload, io),
            Role::Follower if self.synced == self.epoch => {
                self.say(self.sequencer(io), Body::Submit { id, payload }, io);
            }
            // It asks again when it has the order of the epoch's sequencer.
            Role::Follower | Role::Candidate(_) => {}
        }
    }

    /// The sequencer has given a message a place. Tells whether that can be.
    fn ordered(
        &mut self,
        epoch: u64,
        (number, id, payload): (u64, MessageId, P),
        io: &mut Io<'_, Self>,
    ) -> bool {
        let last = self.ledger.last();
        let is_possible = Names::<P>::is_possible(id, io.members());
        if !is_possible || number > last.saturating_add(2 * u64::from(WINDOW)) {
            self.drop_frame();
            return false;
        }
        if number > last || self.synced != epoch {
            self.early.insert(number, (id, payload));
            self.fill_in(epoch, io);
        }
        true
    }

    /// Puts what has come early into its place, and acknowledges it.
    pub(super) fn fill_in(&mut self, epoch: u64, io: &mut Io<'_, Self>) {
        let is_of_former = epoch < self.synced && planted!(self.plant, NoEpochFence);
        if self.synced != epoch && !is_of_former {
            return;
        }
        while let Some((id, payload)) = self.early.remove(&(self.ledger.last() + 1)) {
            self.ledger.push(id, payload);
        }
        while self.early.first_key_value().is_some_and(|(number, _)| *number <= self.ledger.last())
        {
            self.early.pop_first();
        }
        let ack =
            Body::Ack { epoch, number: self.ledger.last(), delivered: self.ledger.delivered() };
        self.say(self.sequencer_of(epoch, io), ack, io);
    }

    /// The sequencer has told what is committed, and what may be forgotten.
    fn commit(&mut self, committed: u64, stable: u64, io: &mut Io<'_, Self>) {
        self.committed = self.committed.max(committed);
        self.deliver(io);
        self.ledger.forget(stable.max(self.ledger.delivered().saturating_sub(self.keep)));
    }

    /// Delivers what is committed, of the order of the present epoch.
    pub(super) fn deliver(&mut self, io: &mut Io<'_, Self>) {
        if self.synced != self.epoch {
            return;
        }
        let mut has_room = false;
        while let Some((id, payload)) = self.ledger.deliver(self.committed) {
            io.announce(BroadcastEvent::Deliver { id, payload });
            if id.origin == io.me() {
                has_room |= self.own.remove(id.sequence()).is_some();
            }
        }
        if has_room {
            self.submit(io);
        }
    }
}

impl<P, L, D> fmt::Debug for SequencerOrder<P, L, D>
where
    P: Payload,
    L: PerfectLink<SequencerFrame<P>>,
    D: LeaderDetector,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SequencerOrder({})", self.status())
    }
}
