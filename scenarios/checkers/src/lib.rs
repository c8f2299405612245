//! Judges of executions.
//!
//! A checker listens as an [`Observer`](seatrial_history::Observer) and then gives a [`Verdict`](seatrial_history::Verdict). It knows
//! facts and histories only: neither a simulator nor any protocol's types, so it judges a run on real sockets too.

mod answers;
mod checker;
pub mod clocks;
pub mod delivery;
pub mod detection;
mod echo;
mod figures;
pub mod linearizability;
pub mod raft;
mod several;

pub use answers::Answers;
pub use checker::{Checker, Cluster};
pub use echo::Echo;
pub use figures::{Figures, Offer, Seen};
pub use linearizability::Linearizability;
