//! A whole node over a broadcast: clients broadcast through it, and its user is called at every delivery.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use seatrial_links::Payload;
use seatrial_node::{Disk, Input, Io, Load, Node, NodeId, OpenError, Outbox, RequestToken, Status};

use crate::config::refuse;
use crate::copies::copies;
use crate::parts::pass_on;
use crate::{Broadcast, BroadcastEvent, MessageId};

/// When a client that broadcasts is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// Once the message has its name and is on its way.
    #[default]
    WhenSent,
    /// Once this member has delivered it.
    WhenDelivered,
}

/// What a member does that starts again after a crash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recovery {
    /// It takes part as a new process. It delivers what it hears from now on; what the others have heard meanwhile nobody tells it. For
    /// broadcasts without a perfect failure detector and without order.
    #[default]
    Rejoin,
    /// It takes no part any more, as the book's processes (crash-stop, §2.2.2). For all others.
    Stop,
}

/// What a user does with each message that is delivered. It may hold what it needs: a channel, a counter, a state behind a lock.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use std::sync::Arc;
/// use seatrial_broadcast::OnDeliver;
///
/// let sum = Arc::new(AtomicU64::new(0));
/// let theirs = Arc::clone(&sum);
/// let add = OnDeliver::new(move |_me, _id, payload: &u64| _ = theirs.fetch_add(*payload, Ordering::Relaxed));
/// ```
pub struct OnDeliver<P>(Arc<Call<P>>);

type Call<P> = dyn Fn(NodeId, MessageId, &P) + Send + Sync;

impl<P> OnDeliver<P> {
    /// Calls this: with the member that delivers, the message's name and what it says.
    pub fn new(call: impl Fn(NodeId, MessageId, &P) + Send + Sync + 'static) -> Self {
        Self(Arc::new(call))
    }
}

impl<P> Clone for OnDeliver<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P> fmt::Debug for OnDeliver<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnDeliver")
    }
}

/// The settings of a process.
#[derive(Clone, Debug)]
pub struct ProcessConfig<B, P> {
    /// Those of the broadcast.
    pub broadcast: B,
    /// When a client is answered.
    pub answer: Answer,
    /// What this member does if it starts again after a crash.
    pub recovery: Recovery,
    /// How many broadcasts of its own may be under way, that is not delivered here yet. One more is answered [`Response::Busy`].
    pub max_in_flight: usize,
    /// Is called at each delivery, if it is there. Who owns the process as a child may read its events instead.
    pub on_deliver: Option<OnDeliver<P>>,
}

impl<B: Default, P> Default for ProcessConfig<B, P> {
    /// Answers when sent, rejoins, 10,000 in flight, calls nobody.
    fn default() -> Self {
        Self {
            broadcast: B::default(),
            answer: Answer::default(),
            recovery: Recovery::default(),
            max_in_flight: 10_000,
            on_deliver: None,
        }
    }
}

/// What a client asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request<P> {
    /// Broadcast this to all members.
    Broadcast(P),
}

/// What a client is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Response {
    /// The message has this name, and is on its way: it will be delivered if this member stays up.
    Sent(MessageId),
    /// The message has this name, and is delivered here.
    Delivered(MessageId),
    /// Too many are under way; nothing was broadcast.
    Busy,
    /// This member has crashed once and takes no part any more; nothing was broadcast.
    Stopped,
}

/// A member that broadcasts for its clients, over any broadcast.
///
/// ```
/// use seatrial_broadcast::{BestEffort, Frame, OnDeliver, Process, ProcessConfig, Request};
/// use seatrial_links::{Link, PerfectLink};
/// use seatrial_node::{Disk, Input, NoStorage, Node, NodeId, OpenError, Probe, RequestToken};
///
/// /// Any perfect link will do.
/// fn run<L: PerfectLink<Frame<u64>>>(link: L::Config) -> Result<(), OpenError>
/// where
///     L::Config: Default,
/// {
///     type Member<L> = Process<u64, BestEffort<u64, L>>;
///     let mut config = ProcessConfig::default();
///     config.on_deliver = Some(OnDeliver::new(|me, id, payload| println!("{me} delivers {payload} of {}", id.origin)));
///     let mut member = Member::<L>::open(&config, &mut Disk::new(&mut NoStorage))?;
///     let mut probe = Probe::new(NodeId(0), &[NodeId(0), NodeId(1)]);
///     probe.handle(&mut member, Input::Start);
///     probe.handle(&mut member, Input::Request { token: RequestToken(1), body: Request::Broadcast(7) });
///     Ok(())
/// }
/// ```
pub struct Process<P: Payload, B: Broadcast<P>> {
    answer: Answer,
    max_in_flight: usize,
    on_deliver: Option<OnDeliver<P>>,
    /// Whether this member takes no part.
    is_stopped: bool,
    broadcast: B,
    heard: Outbox<B>,
    /// The broadcasts under way, and who waits for an answer.
    in_flight: BTreeMap<MessageId, Option<RequestToken>>,
    delivered: u64,
    payload: PhantomData<P>,
}

impl<P: Payload, B: Broadcast<P>> Node for Process<P, B> {
    type Config = ProcessConfig<B::Config, P>;
    type Message = B::Message;
    type Timer = B::Timer;
    type Request = Request<P>;
    type Response = Response;
    type Event = BroadcastEvent<P>;

    fn open(config: &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        if config.max_in_flight == 0 {
            refuse("max_in_flight is zero, so every request would be refused; give it at least 1")?;
        }
        let broadcast = B::open(&config.broadcast, &mut disk.child("broadcast"))?;
        Ok(Self {
            answer: config.answer,
            max_in_flight: config.max_in_flight,
            on_deliver: config.on_deliver.clone(),
            is_stopped: config.recovery == Recovery::Stop && broadcast.life() > 1,
            broadcast,
            heard: Outbox::new(),
            in_flight: BTreeMap::new(),
            delivered: 0,
            payload: PhantomData,
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Request { token, body: Request::Broadcast(payload) } => {
                self.request(token, payload, io);
            }
            _ if self.is_stopped => {}
            input => {
                if let Some(input) = pass_on(input) {
                    let Self { broadcast, heard, .. } = self;
                    io.child("broadcast", |m| m, |t| t, heard, |io| broadcast.handle(input, io));
                }
            }
        }
        self.settle(io);
    }

    /// The broadcast's status, and `in_flight`, `delivered` and perhaps `stopped`: how many of its own broadcasts are under way, how
    /// many messages it has delivered, and whether it takes no part.
    fn status(&self) -> Status {
        let below = self.broadcast.status().with("in_flight", self.in_flight.len() as u64);
        let status = below.with("delivered", self.delivered);
        if self.is_stopped { status.with("stopped", true) } else { status }
    }

    fn digest(message: &Self::Message) -> u64 {
        B::digest(message)
    }

    fn load(message: &Self::Message) -> Load {
        B::load(message)
    }
}

impl<P: Payload, B: Broadcast<P>> Process<P, B> {
    /// The broadcast, to look at.
    pub fn broadcast(&self) -> &B {
        &self.broadcast
    }

    fn request(&mut self, token: RequestToken, payload: P, io: &mut Io<'_, Self>) {
        if self.is_stopped {
            return io.reply(token, Response::Stopped);
        }
        if self.in_flight.len() >= self.max_in_flight {
            return io.reply(token, Response::Busy);
        }
        let Self { broadcast, heard, .. } = self;
        let ask = |io: &mut Io<'_, B>| broadcast.broadcast(payload, io);
        let id = io.child("broadcast", |m| m, |t| t, heard, ask);
        self.in_flight.insert(id, Some(token));
    }

    fn settle(&mut self, io: &mut Io<'_, Self>) {
        let mut events = std::mem::take(&mut self.heard.events);
        for event in events.drain(..) {
            match &event {
                BroadcastEvent::Broadcast { id, .. } => self.sent(*id, io),
                BroadcastEvent::Deliver { id, payload } => self.deliver(*id, payload, io),
                BroadcastEvent::Skipped { own } => self.skip(own, io),
                BroadcastEvent::Suspicion(_) | BroadcastEvent::Fact(_) => {}
            }
            io.announce(event);
        }
        self.heard.events = events;
    }

    fn sent(&mut self, id: MessageId, io: &mut Io<'_, Self>) {
        if self.answer == Answer::WhenSent
            && let Some(token) = self.in_flight.get_mut(&id).and_then(Option::take)
        {
            io.reply(token, Response::Sent(id));
        }
    }

    fn deliver(&mut self, id: MessageId, payload: &P, io: &mut Io<'_, Self>) {
        self.delivered = self.delivered.saturating_add(1);
        if let Some(OnDeliver(call)) = &self.on_deliver {
            call(io.me(), id, payload);
        }
        if let Some(token) = self.in_flight.remove(&id).flatten() {
            io.reply(token, Response::Delivered(id));
        }
    }

    /// Messages of this member's own are delivered by the others, and never here.
    fn skip(&mut self, own: &[MessageId], io: &mut Io<'_, Self>) {
        for id in own {
            if let Some(token) = self.in_flight.remove(id).flatten() {
                io.reply(token, Response::Sent(*id));
            }
        }
    }
}

copies! {
    Process<P: Payload, B: Broadcast<P>>
    state { is_stopped, broadcast, in_flight, delivered } same { answer, max_in_flight, on_deliver, payload } idle { heard }
}

impl<P: Payload, B: Broadcast<P>> fmt::Debug for Process<P, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Process({})", self.status())
    }
}
