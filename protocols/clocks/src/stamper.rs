//! A whole node over the clocks, so that they can be tried: its clients make events, and observers see every event's stamps.

use seatrial_links::{Incarnation, Payload};
use seatrial_node::{
    Disk, Duration, Fact, Input, Io, Node, NodeId, OpenError, RequestToken, Status, WallTime,
};

use crate::process::{Clocks, Stamp};

/// A process whose events are stamped by a Lamport, a vector and a hybrid logical clock. Events are what clients ask for, the sending
/// of a message among them, and the receipt of each message, once for each copy that comes.
///
/// It announces a sending as [`Fact::Send`], a receipt as [`Fact::Deliver`], and after either, and for every other event,
/// [`Fact::Stamp`] for each component of the stamps and for the wall clock's reading.
///
/// The clocks are not kept on a disk, so a process that starts again after a crash takes no part any more (crash-stop).
///
/// Memory: three clocks; the vector has a number for each member. A message from no member, or stamped as no correct process would,
/// is dropped and counted.
#[derive(Debug)]
pub struct Stamper {
    config: StamperConfig,
    incarnation: Incarnation,
    /// None before this life has begun.
    clocks: Option<Clocks>,
    /// How far the wall clock is set ahead.
    offset: Duration,
    dropped: u64,
}

/// How a stamper behaves.
#[derive(Clone, Debug, Hash)]
pub struct StamperConfig {
    /// How coarse wall clocks are: they show whole multiples of this.
    pub tick: Duration,
    /// How far two wall clocks may be apart, but for the tick: each is ahead of the host's by a part of this, drawn at the start.
    pub offset: Duration,
    /// The bug that is planted, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<crate::Mutant>,
}

impl Default for StamperConfig {
    fn default() -> Self {
        Self {
            tick: Duration::from_millis(1),
            offset: Duration::from_millis(50),
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

impl StamperConfig {
    /// Whether these settings make sense.
    ///
    /// # Errors
    /// [`OpenError::Config`] where the tick is zero.
    pub fn validate(&self) -> Result<(), OpenError> {
        if self.tick == Duration::ZERO {
            return Err(OpenError::Config(
                "tick = 0s: a clock shows multiples of something; set it to 1ns for the finest"
                    .into(),
            ));
        }
        Ok(())
    }

    /// The most that a correct process's wall clock may be ahead of another's.
    pub(crate) fn max_drift(&self) -> Duration {
        self.offset + self.tick
    }
}

/// A message, with the stamp of its sending.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stamped {
    /// The sender's event that its sending is.
    pub event: u64,
    /// What the sender's clocks showed.
    pub stamp: Stamp,
}

/// What a client asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StamperRequest {
    /// An event that concerns nobody else.
    Event,
    /// The sending of a message to this member, which may be the process itself.
    Send {
        /// The receiver.
        to: NodeId,
    },
}

/// What a client is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StamperResponse {
    /// It was this event of the process.
    Event(u64),
    /// Nothing has happened: the process has not begun. Try again later.
    NotYet,
    /// Nothing has happened: the process has crashed once and takes no part any more.
    Stopped,
    /// Nothing has happened: the receiver is no member.
    UnknownMember,
}

impl Node for Stamper {
    type Config = StamperConfig;
    type Message = Stamped;
    /// The disk is asked again for the number of this life.
    type Timer = ();
    type Request = StamperRequest;
    type Response = StamperResponse;
    type Event = Fact;

    fn open(config: &StamperConfig, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        config.validate()?;
        Ok(Self {
            config: config.clone(),
            incarnation: Incarnation::open(disk)?,
            clocks: None,
            offset: Duration::ZERO,
            dropped: 0,
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start | Input::Timer(()) => self.incarnation.begin(io),
            Input::Synced { token, result } => match self.incarnation.synced(token, result) {
                Some(Ok(())) => self.begin(io),
                Some(Err(_)) => io.set_timer((), RETRY_AFTER),
                None => {}
            },
            Input::Message { from, body } => self.receive(from, &body, io),
            Input::Request { token, body } => self.request(token, body, io),
            _ => {}
        }
    }

    /// `events`: how many this process has had. `dropped`: how many messages it has not taken.
    fn status(&self) -> Status {
        let events = self.clocks.as_ref().map_or(0, Clocks::events);
        Status::new().with("events", events).with("dropped", self.dropped)
    }

    fn digest(message: &Stamped) -> u64 {
        let Stamp { lamport, vector, hybrid } = &message.stamp;
        let numbers = [*lamport, hybrid.wall.as_unix_nanos(), u64::from(hybrid.count)];
        let vector = vector.iter().flat_map(|(node, number)| [u64::from(node.0), number]);
        let bytes = numbers.into_iter().chain(vector).flat_map(u64::to_le_bytes);
        bytes.collect::<Vec<u8>>().digest()
    }
}

/// How long a stamper waits before it asks a disk again that did not take the number of its life.
const RETRY_AFTER: Duration = Duration::from_millis(100);

impl Stamper {
    fn begin(&mut self, io: &mut Io<'_, Self>) {
        if self.incarnation.life() == 1 {
            let bound = self.config.offset.as_nanos().saturating_add(1);
            self.offset = Duration::from_nanos(io.choose("clocks.offset", bound));
            self.clocks = Some(Clocks::new(self.config.clone(), io.me()));
        }
    }

    fn request(&mut self, token: RequestToken, request: StamperRequest, io: &mut Io<'_, Self>) {
        let wall = self.wall(io);
        let Some(clocks) = &mut self.clocks else {
            let is_over = self.incarnation.life() > 1;
            let why = if is_over { StamperResponse::Stopped } else { StamperResponse::NotYet };
            return io.reply(token, why);
        };
        let event = match request {
            StamperRequest::Event => clocks.tick(wall),
            StamperRequest::Send { to } if is_member(to, io) => {
                let event = clocks.tick(wall);
                io.announce(Fact::Send { to, message: event, digest: 0 });
                io.send(to, Stamped { event, stamp: clocks.stamp() });
                event
            }
            StamperRequest::Send { .. } => return io.reply(token, StamperResponse::UnknownMember),
        };
        clocks.tell(|fact| io.announce(fact));
        io.reply(token, StamperResponse::Event(event));
    }

    fn receive(&mut self, from: NodeId, message: &Stamped, io: &mut Io<'_, Self>) {
        let wall = self.wall(io);
        let mut parts = message.stamp.vector.iter();
        let is_possible = is_member(from, io) && parts.all(|(node, _)| is_member(node, io));
        let clocks = self.clocks.as_mut().filter(|_| is_possible);
        let Some((clocks, _)) = clocks.and_then(|clocks| {
            let event = clocks.receive(&message.stamp, wall)?;
            Some((clocks, event))
        }) else {
            self.dropped = self.dropped.saturating_add(1);
            return;
        };
        io.announce(Fact::Deliver { origin: from, message: message.event, digest: 0 });
        clocks.tell(|fact| io.announce(fact));
    }

    /// What this process's wall clock shows: the host's, set ahead and made coarse.
    fn wall(&self, io: &mut Io<'_, Self>) -> WallTime {
        let tick = self.config.tick.as_nanos();
        let nanos = io.wall().as_unix_nanos().saturating_add(self.offset.as_nanos());
        WallTime::from_unix_nanos(nanos / tick * tick)
    }
}

fn is_member(node: NodeId, io: &Io<'_, Stamper>) -> bool {
    io.members().binary_search(&node).is_ok()
}
