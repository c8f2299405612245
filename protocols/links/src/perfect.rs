//! The perfect link (§2.4.4) over a network that loses, repeats and delays, for nodes that crash and come back.

use std::collections::BTreeMap;

use seatrial_node::{Disk, Duration, Input, Instant, Io, Load, Node, NodeId, OpenError, Status};

use crate::fair_loss::is_member;
use crate::frame::{Body, Frame};
use crate::incarnation::Incarnation;
use crate::incoming::{Arrival, Incoming};
use crate::mutant::planted;
use crate::outgoing::Outgoing;
use crate::{Delivered, Link, Payload, PerfectConfig, PerfectLink};

/// Delivers every payload once: acknowledges, sends again with growing waits, and drops what comes twice.
///
/// - PL1, reliable delivery: if a correct node sends a payload to a correct node, that one delivers it.
/// - PL2, no duplication: no payload is delivered more than once, not even in two lives of its receiver.
/// - PL3, no creation: what is delivered was sent, by the node that it is said to be from.
///
/// # Lives
///
/// Payloads are numbered from 1 in a *session* of one life of the sender with one life of the receiver (see [`Incarnation`]), and
/// every frame names both. So before the first payload goes to a member, the link asks it for its life. A frame from an older life of
/// its sender, or for an older life of its receiver, is dropped and counted, and the receiver says which its life is.
///
/// What a crash costs: of a node that crashes, all that it has sent and that has not arrived. Of a node that sends to one that
/// crashes, what was on its way unacknowledged, which counts as `abandoned`: the former life may have delivered it, and PL2 forbids to
/// try again. This includes what was sent after the receiver had come back and before its sender has learnt of that. A node that has come
/// back says so to all members at once, and what waited in the sender's queue goes to the new life. As far as the book's properties
/// go, a node that crashes is not correct in that life.
///
/// # Memory
///
/// For each member that was written to: at most [`PerfectConfig::window`] payloads on their way and [`PerfectConfig::queue`] payloads
/// that wait. Then the link refuses, and counts, what it is given; [`Link::has_room`] tells before. For each member that was heard:
/// a number and 64 bits.
#[derive(Clone, Debug, Hash)]
pub struct Perfect<P> {
    config: PerfectConfig,
    incarnation: Incarnation,
    peers: BTreeMap<NodeId, Peer<P>>,
    counters: Counters,
}

/// A perfect link's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PerfectTimer {
    /// Something has to be sent to this member again.
    Resend(NodeId),
    /// The disk did not take the number of this life; it is asked again.
    Begin,
}

/// The link's end towards one member, which may be this node.
#[derive(Clone, Debug, Hash)]
struct Peer<P> {
    /// Its latest life that was heard of; zero before any was.
    life: u32,
    outgoing: Outgoing<P>,
    incoming: Incoming,
    /// While its life is asked for: when to ask again, and how long to wait after that.
    asking: Option<(Instant, Duration)>,
    /// When its timer comes due, if it is set.
    alarm: Option<Instant>,
}

/// What has happened, for people to look at.
#[derive(Clone, Copy, Debug, Default, Hash)]
struct Counters {
    delivered: u64,
    resent: u64,
    duplicates: u64,
    stale: u64,
    malformed: u64,
    strangers: u64,
    refused: u64,
    abandoned: u64,
}

impl<P: Payload> Node for Perfect<P> {
    type Config = PerfectConfig;
    type Message = Frame<P>;
    type Timer = PerfectTimer;
    type Request = ();
    type Response = ();
    type Event = Delivered<P>;

    fn open(config: &PerfectConfig, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        config.validate()?;
        Ok(Self {
            config: config.clone(),
            incarnation: open_incarnation(config, disk)?,
            peers: BTreeMap::new(),
            counters: Counters::default(),
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start | Input::Timer(PerfectTimer::Begin) => self.incarnation.begin(io),
            Input::Synced { token, result } => match self.incarnation.synced(token, result) {
                Some(Ok(())) => self.begin_life(io),
                Some(Err(_)) => io.set_timer(PerfectTimer::Begin, self.config.resend_after),
                None => {}
            },
            Input::Message { from, body } => self.receive(from, body, io),
            Input::Timer(PerfectTimer::Resend(to)) => self.resend(to, io),
            _ => {}
        }
    }

    /// `life`: the number of this life. `in_flight` and `queued`: payloads that are sent and not acknowledged, and that wait. The
    /// rest counts in this life: `delivered` payloads, `resent` frames, and those dropped as `duplicates`, as `stale` (from or for an
    /// older life), as `malformed` (numbers that no correct member sends) and from or to `strangers`; payloads `refused` for want of
    /// room, and `abandoned` because their receiver has crashed.
    fn status(&self) -> Status {
        let sum = |count: fn(&Outgoing<P>) -> usize| {
            self.peers.values().map(|peer| count(&peer.outgoing) as u64).sum::<u64>()
        };
        let Counters { delivered, resent, duplicates, stale, .. } = self.counters;
        let Counters { malformed, strangers, refused, abandoned, .. } = self.counters;
        Status::new()
            .with("life", u64::from(self.incarnation.life()))
            .with("in_flight", sum(Outgoing::in_flight))
            .with("queued", sum(Outgoing::queued))
            .with("delivered", delivered)
            .with("resent", resent)
            .with("duplicates", duplicates)
            .with("stale", stale)
            .with("malformed", malformed)
            .with("strangers", strangers)
            .with("refused", refused)
            .with("abandoned", abandoned)
    }

    fn digest(message: &Frame<P>) -> u64 {
        message.digest()
    }

    fn load(message: &Frame<P>) -> Load {
        message.load()
    }
}

impl<P: Payload> Link<P> for Perfect<P> {
    fn send(&mut self, to: NodeId, payload: P, io: &mut Io<'_, Self>) {
        if !is_member(to, io) {
            self.counters.strangers += 1;
        } else if !self.has_room(to) {
            self.counters.refused += 1;
        } else {
            self.peer(to, io.me()).outgoing.enqueue(payload);
            self.proceed(to, io);
        }
    }

    fn has_room(&self, to: NodeId) -> bool {
        self.peers.get(&to).is_none_or(|peer| peer.outgoing.queued() < self.config.queue)
    }
}

impl<P: Payload> PerfectLink<P> for Perfect<P> {
    fn life(&self) -> u32 {
        self.incarnation.life()
    }

    fn life_of(&self, member: NodeId) -> u32 {
        self.peers.get(&member).map_or(0, |peer| peer.life)
    }
}

impl<P: Payload> Perfect<P> {
    /// The number of this life is durable: nothing was sent before, and everything may be from now on.
    fn begin_life(&mut self, io: &mut Io<'_, Self>) {
        if self.incarnation.life() > 1 {
            for member in io.peers() {
                self.say(member, Body::Hello, io);
            }
        }
        for index in 0..io.members().len() {
            self.proceed(io.members()[index], io);
        }
    }

    fn receive(&mut self, from: NodeId, frame: Frame<P>, io: &mut Io<'_, Self>) {
        if !is_member(from, io) {
            self.counters.strangers += 1;
            return;
        }
        // Before this life has a number, whoever writes to this node means an earlier one.
        if !self.incarnation.is_durable() {
            self.counters.stale += 1;
            return;
        }
        if self.hear_of(from, frame.life, io.me()) {
            self.take(from, frame.to, frame.body, io);
            self.proceed(from, io);
        }
    }

    /// Learns of a new life of a member, and tells whether this is its latest one.
    fn hear_of(&mut self, from: NodeId, life: u32, me: NodeId) -> bool {
        let peer = self.peer(from, me);
        if life < peer.life || life == 0 {
            self.counters.stale += 1;
            return false;
        }
        if life > peer.life {
            let abandoned = peer.outgoing.begin_session();
            peer.life = life;
            peer.incoming = Incoming::default();
            peer.asking = None;
            self.counters.abandoned += abandoned as u64;
        }
        true
    }

    /// Takes a frame from the latest life of a member, which may be for an earlier one of this node.
    fn take(&mut self, from: NodeId, to: u32, body: Body<P>, io: &mut Io<'_, Self>) {
        let is_current = to == self.incarnation.life();
        match body {
            Body::Hello => self.say(from, Body::Welcome, io),
            Body::Data { .. } if !is_current => {
                self.counters.stale += 1;
                self.say(from, Body::Welcome, io);
            }
            Body::Data { number, payload } => self.take_payload(from, number, payload, io),
            Body::Arrived { .. } if !is_current => self.counters.stale += 1,
            Body::Arrived { up_to, beyond } => {
                let (now, wait) = (io.now(), self.config.resend_after);
                let outgoing = &mut self.peer(from, io.me()).outgoing;
                if !outgoing.acknowledge(Incoming { up_to, beyond }, now, wait) {
                    self.counters.malformed += 1;
                }
            }
            // It has told its life; that was all.
            Body::Welcome => {}
        }
    }

    fn take_payload(&mut self, from: NodeId, number: u64, payload: P, io: &mut Io<'_, Self>) {
        let peer = self.peer(from, io.me());
        let mut arrival = peer.incoming.accept(number);
        let Incoming { up_to, beyond } = peer.incoming;
        if arrival == Arrival::Duplicate && planted!(self.config, ForgetDuplicates) {
            arrival = Arrival::New;
        }
        match arrival {
            Arrival::New => {
                self.counters.delivered += 1;
                io.announce(Delivered { from, payload });
            }
            Arrival::Duplicate => self.counters.duplicates += 1,
            Arrival::Outside => {
                self.counters.malformed += 1;
                return;
            }
        }
        if !io.buggify("links: no acknowledgement") {
            self.say(from, Body::Arrived { up_to, beyond }, io);
        }
    }

    /// Sends to a member what may be sent now, and sets its timer for what has to be sent again.
    fn proceed(&mut self, to: NodeId, io: &mut Io<'_, Self>) {
        let Self { config, incarnation, peers, .. } = self;
        let Some(peer) = peers.get_mut(&to).filter(|_| incarnation.is_durable()) else { return };
        let (now, wait) = (io.now(), config.resend_after);
        let header = (incarnation.life(), peer.life);
        if peer.life == 0 && peer.asking.is_none() && peer.outgoing.queued() > 0 {
            io.send(to, Frame::new(header, Body::Hello));
            peer.asking = Some((now + wait, wait));
        }
        let window = if io.buggify("links: a window of one") { 1 } else { config.window as u64 };
        while peer.life > 0
            && let Some((number, payload)) = peer.outgoing.release(window, now, wait)
        {
            io.send(to, Frame::new(header, Body::Data { number, payload }));
        }
        if !planted!(config, NoRetransmission) {
            peer.set_alarm(to, io);
        }
    }

    fn resend(&mut self, to: NodeId, io: &mut Io<'_, Self>) {
        let Self { config, incarnation, peers, counters } = self;
        let Some(peer) = peers.get_mut(&to) else { return };
        let (now, longest) = (io.now(), config.resend_at_most);
        let header = (incarnation.life(), peer.life);
        peer.alarm = None;
        if let Some((due, wait)) = peer.asking.filter(|(due, _)| *due <= now) {
            let wait = (wait * 2).min(longest);
            peer.asking = Some((due.max(now) + wait, wait));
            counters.resent += 1;
            io.send(to, Frame::new(header, Body::Hello));
        }
        peer.outgoing.resend(now, longest, |number, payload| {
            counters.resent += 1;
            io.send(to, Frame::new(header, Body::Data { number, payload }));
        });
        self.proceed(to, io);
    }

    fn say(&mut self, to: NodeId, body: Body<P>, io: &mut Io<'_, Self>) {
        let lives = (self.incarnation.life(), self.life_of(to));
        io.send(to, Frame::new(lives, body));
    }

    /// The end towards a member. A node need not ask itself for its life.
    fn peer(&mut self, member: NodeId, me: NodeId) -> &mut Peer<P> {
        let life = if member == me { self.incarnation.life() } else { 0 };
        self.peers.entry(member).or_insert_with(|| Peer {
            life,
            outgoing: Outgoing::default(),
            incoming: Incoming::default(),
            asking: None,
            alarm: None,
        })
    }
}

impl<P: Payload> Peer<P> {
    /// Sets the timer, where it is not set to come in time. One that comes too early finds nothing to do, which costs less than to
    /// move it with every acknowledgement.
    fn set_alarm(&mut self, me: NodeId, io: &mut Io<'_, Perfect<P>>) {
        let asking = self.asking.map(|(due, _)| due);
        let timer = PerfectTimer::Resend(me);
        match (asking.or_else(|| self.outgoing.next_due()), self.alarm) {
            (Some(due), alarm) if alarm.is_none_or(|alarm| due < alarm) => {
                io.set_timer(timer, due.since(io.now()));
                self.alarm = Some(due);
            }
            (None, Some(_)) => {
                io.cancel_timer(&timer);
                self.alarm = None;
            }
            _ => {}
        }
    }
}

#[cfg(feature = "mutants")]
fn open_incarnation(config: &PerfectConfig, disk: &mut Disk<'_>) -> Result<Incarnation, OpenError> {
    if planted!(config, RestartResetsNumbers) {
        return Ok(Incarnation::first());
    }
    Incarnation::open(disk)
}

#[cfg(not(feature = "mutants"))]
fn open_incarnation(_: &PerfectConfig, disk: &mut Disk<'_>) -> Result<Incarnation, OpenError> {
    Incarnation::open(disk)
}
