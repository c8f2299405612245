//! A whole node over any link, so that a link can be tried by itself: clients send, observers see what is delivered.

use std::fmt;
use std::sync::Arc;

use seatrial_node::{
    Announce, Disk, Duration, Fact, Input, Io, Load, Node, NodeId, OpenError, Outbox, RequestToken,
    Status,
};

use crate::fair_loss::is_member;
use crate::incarnation::Incarnation;
use crate::payload::mix;
use crate::{Delivered, Link, Payload};

/// Sends letters to members for its clients, and announces what it sends and delivers as [`Fact::Send`] and [`Fact::Deliver`].
///
/// A letter's number names it among all of its origin, over all lives: the life in the upper 32 bits, and then in the order of
/// sending.
pub struct Messenger<L: Link<Letter>> {
    link: L,
    heard: Outbox<L>,
    /// Memory for the events being handled.
    spare: Vec<Delivered<Letter>>,
    incarnation: Incarnation,
    last: u32,
    retry_after: Duration,
}

/// What goes through the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Names it among all of its origin.
    pub number: u64,
    /// What it says.
    pub text: Arc<str>,
}

impl Letter {
    /// A hash of the text alone.
    fn content(&self) -> u64 {
        crate::payload::fnv(self.text.as_bytes())
    }
}

impl Payload for Letter {
    fn digest(&self) -> u64 {
        mix([self.number, self.content()])
    }
}

/// How a messenger behaves.
#[derive(Clone, Debug)]
pub struct MessengerConfig<C> {
    /// The settings of its link.
    pub link: C,
    /// How long it waits before it asks a disk again that did not take the number of its life.
    pub retry_after: Duration,
}

impl<C: Default> Default for MessengerConfig<C> {
    fn default() -> Self {
        Self { link: C::default(), retry_after: Duration::from_millis(100) }
    }
}

/// A messenger's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessengerTimer<T> {
    /// The link's.
    Link(T),
    /// The disk is asked again.
    Begin,
}

/// What a client asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessengerRequest {
    /// Send this text to that member.
    Send {
        /// The receiver, which may be the messenger itself.
        to: NodeId,
        /// What it is to be told.
        text: Arc<str>,
    },
}

/// What a client is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessengerResponse {
    /// The link has it.
    Sent {
        /// Names the letter among all of this messenger.
        message: u64,
    },
    /// It was not sent: the link has no room, or the number of this life is not on the disk yet. Try again later.
    Busy,
    /// It was not sent: the receiver is no member.
    UnknownMember,
}

/// What a messenger announces.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessengerEvent {
    /// It has handed a letter to its link.
    Send {
        /// The receiver.
        to: NodeId,
        /// The letter.
        letter: Letter,
    },
    /// Its link has delivered a letter.
    Deliver {
        /// The sender.
        from: NodeId,
        /// The letter.
        letter: Letter,
    },
}

impl Announce for MessengerEvent {
    fn fact(&self) -> Option<Fact> {
        Some(match self {
            Self::Send { to, letter } => {
                Fact::Send { to: *to, message: letter.number, digest: letter.content() }
            }
            Self::Deliver { from, letter } => {
                Fact::Deliver { origin: *from, message: letter.number, digest: letter.content() }
            }
        })
    }
}

impl<L: Link<Letter>> Node for Messenger<L> {
    type Config = MessengerConfig<L::Config>;
    type Message = L::Message;
    type Timer = MessengerTimer<L::Timer>;
    type Request = MessengerRequest;
    type Response = MessengerResponse;
    type Event = MessengerEvent;

    fn open(config: &Self::Config, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        if config.retry_after == Duration::ZERO {
            return Err(OpenError::Config(
                "retry_after = 0s: a failing disk would be asked without end; set it to some milliseconds".into(),
            ));
        }
        Ok(Self {
            link: L::open(&config.link, &mut disk.child("link"))?,
            heard: Outbox::new(),
            spare: Vec::new(),
            incarnation: Incarnation::open(disk)?,
            last: 0,
            retry_after: config.retry_after,
        })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => {
                self.incarnation.begin(io);
                self.pass(Input::Start, io);
            }
            Input::Message { from, body } => self.pass(Input::Message { from, body }, io),
            Input::Timer(MessengerTimer::Link(timer)) => self.pass(Input::Timer(timer), io),
            Input::Timer(MessengerTimer::Begin) => self.incarnation.begin(io),
            Input::Request { token, body: MessengerRequest::Send { to, text } } => {
                self.post(token, to, text, io);
            }
            Input::Synced { token, result } => match self.incarnation.synced(token, result) {
                Some(Ok(())) => {}
                Some(Err(_)) => io.set_timer(MessengerTimer::Begin, self.retry_after),
                None => self.pass(Input::Synced { token, result }, io),
            },
            Input::Read { token, result } => self.pass(Input::Read { token, result }, io),
            _ => {}
        }
        self.settle(io);
    }

    /// The link's status.
    fn status(&self) -> Status {
        self.link.status()
    }

    fn digest(message: &L::Message) -> u64 {
        L::digest(message)
    }

    fn load(message: &L::Message) -> Load {
        L::load(message)
    }
}

impl<L: Link<Letter>> fmt::Debug for Messenger<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Messenger({})", self.status())
    }
}

impl<L: Link<Letter>> Messenger<L> {
    /// The link, to look at.
    pub const fn link(&self) -> &L {
        &self.link
    }

    fn pass(&mut self, input: Input<L>, io: &mut Io<'_, Self>) {
        let Self { link, heard, .. } = self;
        io.child("link", |m| m, MessengerTimer::Link, heard, |io| link.handle(input, io));
    }

    fn post(&mut self, token: RequestToken, to: NodeId, text: Arc<str>, io: &mut Io<'_, Self>) {
        if !is_member(to, io) {
            return io.reply(token, MessengerResponse::UnknownMember);
        }
        let next = self.last.checked_add(1).filter(|_| self.incarnation.is_durable());
        let Some(next) = next.filter(|_| self.link.has_room(to)) else {
            return io.reply(token, MessengerResponse::Busy);
        };
        self.last = next;
        let letter = Letter { number: self.incarnation.name(next), text };
        io.announce(MessengerEvent::Send { to, letter: letter.clone() });
        io.reply(token, MessengerResponse::Sent { message: letter.number });
        let Self { link, heard, .. } = self;
        io.child("link", |m| m, MessengerTimer::Link, heard, |io| link.send(to, letter, io));
    }

    /// Announces what the link has delivered.
    fn settle(&mut self, io: &mut Io<'_, Self>) {
        let mut batch = std::mem::replace(&mut self.heard.events, std::mem::take(&mut self.spare));
        for Delivered { from, payload } in batch.drain(..) {
            io.announce(MessengerEvent::Deliver { from, letter: payload });
        }
        self.spare = batch;
    }
}
