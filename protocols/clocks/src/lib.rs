//! Logical clocks: what can be said of the order of events without a common clock. Plain types, which no node and no network is
//! needed for; what a node sends along with a message, and how it receives it, is the node's business. [`Stamper`] is such a node, in
//! which the clocks are tried.
//!
//! | Clock | Says | Costs |
//! | --- | --- | --- |
//! | [`LamportClock`] | a → b ⇒ L(a) < L(b) | a number |
//! | [`VectorClock`] | a → b ⇔ V(a) < V(b) | a number for each node that did something |
//! | [`HybridClock`] | a → b ⇒ H(a) < H(b), and H is near the wall clocks | two numbers |
//! | [`VersionVector`] | which updates a replica knows | a number for each replica that updated |
//! | [`DottedVersionVector`] | which of many versions of a value replace which | the same, and a dot |
//!
//! a → b is *happened before* (Lamport 1978): a comes before b at one node, or a is the sending of a message and b its receipt, or there
//! is an event between the two.
//!
//! ```
//! use seatrial_clocks::VectorClock;
//! use seatrial_node::NodeId;
//!
//! let (mut left, mut right) = (VectorClock::new(), VectorClock::new());
//! left.tick(NodeId(0));
//! let sent = left.clone();
//! right.tick(NodeId(1));
//! assert!(sent.is_concurrent_with(&right));
//! right.receive(NodeId(1), &sent);
//! assert!(sent < right);
//! ```

mod counts;
mod dotted;
mod hybrid;
mod lamport;
mod mutant;
mod process;
mod stamper;
#[cfg(test)]
mod tests;
mod vector;
mod version;

pub use dotted::{Dot, DottedVersionVector, Siblings};
pub use hybrid::{DriftError, HybridClock, HybridTime};
pub use lamport::{LamportClock, LamportTime, LimitError};
#[cfg(feature = "mutants")]
pub use mutant::{Class, Mutant};
pub use process::Stamp;
pub use stamper::{Stamped, Stamper, StamperConfig, StamperRequest, StamperResponse};
pub use vector::VectorClock;
pub use version::VersionVector;
