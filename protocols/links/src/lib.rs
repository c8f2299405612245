//! Point-to-point links, as nodes that a parent owns.
//!
//! A host's network is a *fair-loss* link: it may lose a message, or bring it twice, or late. What stands above it promises more
//! (Cachin, Guerraoui and Rodrigues, *Introduction to Reliable and Secure Distributed Programming*, 2nd ed., §2.4).

mod config;
mod fair_loss;
mod fifo;
mod frame;
mod incarnation;
mod incoming;
mod link;
mod messenger;
mod mutant;
mod outgoing;
mod payload;
mod perfect;
mod stubborn;
#[cfg(test)]
mod tests;

pub use config::{FifoConfig, PerfectConfig, StubbornConfig};
pub use fair_loss::FairLoss;
pub use fifo::{Fifo, Numbered};
pub use frame::{Body, Frame};
pub use incarnation::Incarnation;
pub use link::{Delivered, FifoLink, Link, PerfectLink};
pub use messenger::{
    Letter, Messenger, MessengerConfig, MessengerEvent, MessengerRequest, MessengerResponse,
    MessengerTimer,
};
#[cfg(feature = "mutants")]
pub use mutant::{Class, Mutant};
pub use payload::Payload;
pub use perfect::{Perfect, PerfectTimer};
pub use stubborn::{SendId, Stubborn};
