//! Echo: the smallest complete node, and the first one to read.
//!
//! A client asks any node to say a text. That node asks the next member of the ring, which says it back, and the client gets what
//! came back. A message may be lost, so the node asks again until it hears; an answer may come twice, so it is used once.
//!
//! What it promises: every answer equals its request, and once the network is well every request is answered.
//!
//! ```
//! use seatrial_echo::{Config, Echo, Message};
//! use seatrial_node::{Disk, Effect, Input, NoStorage, Node, NodeId, Probe, RequestToken};
//!
//! let mut echo = Echo::open(&Config::default(), &mut Disk::new(&mut NoStorage))?;
//! let mut probe = Probe::new(NodeId(0), &[NodeId(0), NodeId(1)]);
//! let effects = probe.handle(&mut echo, Input::Request { token: RequestToken(1), body: "ahoy".into() });
//! assert!(matches!(effects[0], Effect::Send { to: NodeId(1), body: Message::Say { .. } }));
//! # Ok::<(), seatrial_node::OpenError>(())
//! ```

mod config;
mod node;
mod wire;

pub use config::Config;
#[cfg(feature = "mutants")]
pub use config::Mutant;
pub use node::{Echo, Message};
