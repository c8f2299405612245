//! A node on TCP: members speak frames to each other, clients frames or lines of text.
//!
//! | who | to whom | what |
//! |---|---|---|
//! | a member | another's `peer` port | [`Hello`], is told [`Welcome`], then messages of the protocol, a frame each |
//! | a client | any `client` port | [`Hello`], is told [`Welcome`], then [`Ask`], is told [`Told`] |
//! | anybody | any `client` port | a line of text, is told a line |
//! | Prometheus | the `metrics` port | HTTP |
//!
//! The frame is the contract's ([`seal`](seatrial_node::seal)): a mark, a version, a length, a checksum. Nothing that comes over any of
//! these can make a member panic or forget; what cannot be read ends its connection, with a reason in the log and a count.

mod accept;
mod ask;
mod asker;
mod call;
mod client_port;
mod frames;
mod hello;
mod lane;
mod lines;
mod meter;
mod metrics_port;
mod peer;
mod places;
mod serve;
mod socket;
mod throttle;
mod tls;
mod watch;
mod wires;

pub use ask::{Ask, Told};
pub use asker::{Asker, Heard};
pub use call::{CallError, Callee, Caller};
pub use frames::{FrameError, Frames};
pub use hello::{Hello, Refusal, Role, Welcome};
pub(crate) use meter::status_lines;
pub(crate) use serve::is_same_port;
pub use serve::serve;
pub use tls::{KeyError, KeyFiles, Keys};
