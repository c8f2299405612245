//! The contract between a distributed protocol and whatever hosts it.
//!
//! A [`Node`] is a deterministic state machine. A host (the simulated world, or a real process on real sockets) gives it one
//! [`Input`] at a time; the node handles it to the end, and every effect goes through the [`Io`] that came with it. So the code
//! that a simulator has tried is the code that ships.
//!
//! # How a host drives a node
//!
//! 1. It calls [`Node::open`] with the configuration and the node's disk.
//! 2. It gives the node [`Input::Start`], and from then on one input at a time: messages, due timers, client requests, disk
//!    completions.
//! 3. While an input is handled the node's clock stands still, and nothing that it asked for comes back.
//! 4. A crash drops the node. Messages to it are lost, its timers are forgotten, its requests stay unanswered; its disk keeps
//!    what was synced, and of the rest anything or nothing (see [`FileName`] and [`Io::sync`]). A restart begins again at 1.
//!
//! # A node, complete
//!
//! Echo: a client asks any node, that node asks the next member to say the same, and answers the client with what comes back.
//! The other half of it is a timer: a message may be lost, so the node asks again until it hears.
//!
//! ```
//! use std::collections::BTreeMap;
//! use seatrial_node::{Disk, Duration, Effect, Input, Io, Node, NodeId, OpenError, Probe, RequestToken};
//!
//! struct Echo {
//!     waiting: BTreeMap<RequestToken, String>,
//! }
//!
//! #[derive(Clone, Debug, PartialEq)]
//! enum Message {
//!     Say { token: RequestToken, text: String },
//!     Said { token: RequestToken, text: String },
//! }
//!
//! impl Node for Echo {
//!     type Config = ();
//!     type Message = Message;
//!     type Timer = RequestToken;     // one timer for each request under way
//!     type Request = String;
//!     type Response = String;
//!     type Event = ();               // nothing to announce
//!
//!     fn open(_: &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
//!         Ok(Self { waiting: BTreeMap::new() })
//!     }
//!
//!     fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
//!         match input {
//!             Input::Request { token, body } => {
//!                 self.waiting.insert(token, body);
//!                 self.ask(token, io);
//!             }
//!             Input::Timer(token) => self.ask(token, io),
//!             Input::Message { from, body: Message::Say { token, text } } => {
//!                 io.send(from, Message::Said { token, text });
//!             }
//!             Input::Message { body: Message::Said { token, text }, .. } => {
//!                 if self.waiting.remove(&token).is_some() {
//!                     io.cancel_timer(&token);
//!                     io.reply(token, text);
//!                 }
//!             }
//!             _ => {}
//!         }
//!     }
//! }
//!
//! impl Echo {
//!     fn ask(&self, token: RequestToken, io: &mut Io<'_, Self>) {
//!         let (me, members) = (io.me(), io.members());
//!         let next = members.iter().copied().find(|member| *member > me).unwrap_or(members[0]);
//!         if let Some(text) = self.waiting.get(&token) {
//!             io.send(next, Message::Say { token, text: text.clone() });
//!             io.set_timer(token, Duration::from_millis(100));
//!         }
//!     }
//! }
//!
//! // A probe is the smallest host. `seatrial-sim` has a whole world.
//! let mut probe = Probe::new(NodeId(0), &[NodeId(0), NodeId(1)]);
//! let mut echo = Echo { waiting: BTreeMap::new() };
//! let token = RequestToken(1);
//! let effects = probe.handle(&mut echo, Input::Request { token, body: "ahoy".into() });
//! assert!(matches!(&effects[0], Effect::Send { to: NodeId(1), body: Message::Say { text, .. } } if text == "ahoy"));
//!
//! let said = Message::Said { token, text: "ahoy".into() };
//! let effects = probe.handle(&mut echo, Input::Message { from: NodeId(1), body: said });
//! assert!(matches!(&effects[1], Effect::Reply { body, .. } if body == "ahoy"));
//! ```
//!
//! # Rules that a node keeps
//!
//! - **Durability is the node's business.** A host never holds a message back for a sync. A node that promises "this is stored"
//!   sends that promise when [`Input::Synced`] comes.
//! - **Bad input is not a reason to panic.** A message may come late, twice, or from a former life of its sender. A panic is
//!   reported as a violation of "no panic".
//! - **Nothing else decides.** No hash map with random keys, no clock, no address, no thread: the same inputs give the same
//!   effects. Chance is [`Io::choose`].
//! - **Layers compose.** A node may own other nodes and run them with [`Io::child`], at any depth.

mod boot;
mod bytes;
mod child;
mod disk;
mod either;
mod fact;
mod frame;
mod id;
mod input;
mod intern;
mod io;
mod load;
mod members;
mod node;
mod port;
mod probe;
mod status;
mod time;
mod wire;

pub use boot::Boot;
pub use bytes::ShowBytes;
pub use child::Outbox;
pub use disk::{Disk, DiskError, DiskWrite, FileName, NoStorage, Storage};
pub use either::Either;
pub use fact::{Announce, Clock, Fact};
pub use frame::{FRAME_HEADER, frame_span, open_frame, seal, seal_with, unseal};
pub use id::{MessageNumber, NodeId, ParseNodeIdError, ReadToken, RequestToken, SyncToken};
pub use input::Input;
pub use intern::intern;
pub use io::Io;
pub use load::{Load, Purpose, Sending};
pub use members::MembersError;
pub use node::{Node, OpenError};
pub use port::Port;
pub use probe::{Effect, Probe};
pub use status::{Status, StatusValue};
pub use time::{Duration, Instant, ParseDurationError, WallTime};
pub use wire::{Wire, WireError, WireReader};
