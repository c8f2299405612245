//! A replicated state machine as its user sees it: typed commands in, typed outputs out, the same state on every member.
//!
//! The user writes a [`StateMachine`]: what a command changes, what a query answers, and its bytes. [`Service`] is the
//! [`Node`](seatrial_node::Node) that each member of a cluster runs; below it is [`Raft`](seatrial_raft::Raft). Clients send a
//! [`Request`] to any member and get a [`Response`].
//!
//! # Your own state machine
//!
//! ```
//! use std::collections::BTreeMap;
//! use seatrial_node::WireError;
//! use seatrial_service::{Service, StateMachine, decode, encode};
//! use serde::{Deserialize, Serialize};
//!
//! /// Who has which seat.
//! #[derive(Default)]
//! struct Theatre {
//!     seats: BTreeMap<u32, String>,
//! }
//!
//! #[derive(Clone, Serialize, Deserialize)]
//! struct Book {
//!     seat: u32,
//!     guest: String,
//! }
//!
//! impl StateMachine for Theatre {
//!     type Command = Book;
//!     type Query = u32;               // who has this seat?
//!     type Output = Option<String>;   // who has it now
//!
//!     fn apply(&mut self, Book { seat, guest }: Book) -> Option<String> {
//!         Some(self.seats.entry(seat).or_insert(guest).clone())
//!     }
//!
//!     fn query(&self, seat: &u32) -> Option<String> {
//!         self.seats.get(seat).cloned()
//!     }
//!
//!     fn snapshot(&self) -> Vec<u8> {
//!         encode(&self.seats)
//!     }
//!
//!     fn restore(bytes: &[u8]) -> Result<Self, WireError> {
//!         Ok(Self { seats: decode(bytes)? })
//!     }
//! }
//!
//! /// What each member of the cluster runs.
//! type BoxOffice = Service<Theatre>;
//!
//! # use seatrial_node::{Disk, Effect, Input, NoStorage, Node, NodeId, Probe, RequestToken};
//! # fn answer(office: &mut BoxOffice, request: <BoxOffice as Node>::Request) -> <BoxOffice as Node>::Response {
//! #     let mut probe = Probe::new(NodeId(0), &[NodeId(0)]);
//! #     let mut inputs = std::collections::VecDeque::new();
//! #     inputs.extend([Input::Start, Input::Request { token: RequestToken(1), body: request }]);
//! #     for _ in 0..1_000 {
//! #         let Some(input) = inputs.pop_front() else { break };
//! #         for effect in probe.handle(office, input) {
//! #             match effect {
//! #                 Effect::Sync { token, .. } => inputs.push_back(Input::Synced { token, result: Ok(()) }),
//! #                 Effect::SetTimer { key: key @ seatrial_service::Timer::Raft(_), after } => {
//! #                     probe.advance(after);
//! #                     inputs.push_back(Input::Timer(key));
//! #                 }
//! #                 Effect::Reply { body, .. } => return body,
//! #                 _ => {}
//! #             }
//! #         }
//! #     }
//! #     panic!("no answer");
//! # }
//! use seatrial_service::{Config, Op, Request, Response};
//!
//! let mut office = BoxOffice::open(&Config::default(), &mut Disk::new(&mut NoStorage))?;
//! let book = Book { seat: 7, guest: "Ada".into() };
//! let request = Request { client: 1, seq: 1, op: Op::Command(book) };
//! // `answer` is a host of this one member: it gives it its inputs until it replies.
//! assert_eq!(answer(&mut office, request), Response::Done(Some("Ada".into())));
//! # Ok::<(), seatrial_node::OpenError>(())
//! ```
//!
//! # What holds
//!
//! - **Linearizable** (Herlihy and Wing 1990): commands take effect in one order, the log's; a query is answered from a state
//!   that includes everything answered before it was asked (Raft's ReadIndex, Ongaro's thesis §6.4).
//! - **Once**: a command that a client tries again, at any member, is applied once and answered with its first output
//!   (§6.3); see [`Request`]. The memory for this is bounded; see [`Config::max_sessions`] and [`Response::SessionExpired`].
//! - **Honest**: an answer that says "this had no effect" is never wrong; where it cannot be known, the answer is
//!   [`Response::Unknown`]. That holds although messages come late, twice or not at all, and members crash.
//! - **Bounded**: each table of requests under way has at most [`Config::max_in_flight`] of them, and the log is cut at each
//!   snapshot ([`Config::snapshot_every`]).
//!
//! # What the user is told
//!
//! [`Event`]s: when this member leads or follows, what was applied, when a snapshot replaced the state.

mod codec;
mod config;
mod desk;
mod event;
mod follow;
mod forward;
mod intake;
mod lives;
mod machine;
mod message;
#[cfg(feature = "mutants")]
mod mutant;
mod node;
mod relay;
mod replica;
mod request;
mod session;
#[cfg(test)]
mod tests;
mod wire;

/// Whether planted bugs are compiled in. A build that a user deploys has none.
pub const HAS_MUTANTS: bool = cfg!(feature = "mutants");

pub use codec::{decode, encode};
pub use config::Config;
pub use event::Event;
pub use intake::ForwardId;
pub use machine::StateMachine;
pub use message::{Job, Message, Timer};
#[cfg(feature = "mutants")]
pub use mutant::Mutant;
pub use node::Service;
pub use request::{Op, Request, Response};
pub use seatrial_raft::RaftConfig;
