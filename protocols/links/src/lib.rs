//! Point-to-point links, as nodes that a parent owns.
//!
//! A host's network is a *fair-loss* link: it may lose a message, or bring it twice, or late. What stands above it promises more
//! (Cachin, Guerraoui and Rodrigues, *Introduction to Reliable and Secure Distributed Programming*, 2nd ed., §2.4).
//!
//! | Link | Promises | Remembers |
//! | --- | --- | --- |
//! | [`FairLoss`] | what the network does | nothing |
//! | [`Stubborn`] | SL1, SL2: what is sent arrives again and again | what is sent, until it is told to stop |
//! | [`Perfect`] | PL1 to PL3: what is sent arrives once, over crashes of either end | a window and a queue for each member |
//! | [`Fifo`] | the same, in the order of sending | what came before its turn |
//! | [`Assumed`] | PL1 to PL3, if the network does | nothing |
//!
//! A layer that needs a promise asks for [`PerfectLink`] or [`FifoLink`], so that a stack over a lesser link does not compile. Links are
//! stacked by their types; [`Messenger`] makes any of them a whole node:
//!
//! ```
//! use seatrial_links::{Fifo, FifoConfig, Letter, Messenger, MessengerConfig, Numbered, Perfect, PerfectConfig};
//! use seatrial_node::{Disk, Duration, Node, NoStorage, OpenError};
//!
//! type Ordered = Messenger<Fifo<Letter, Perfect<Numbered<Letter>>>>;
//!
//! let perfect = PerfectConfig { resend_after: Duration::from_millis(50), ..PerfectConfig::default() };
//! let fifo = FifoConfig { link: perfect, ..FifoConfig::default() };
//! let config = MessengerConfig { link: fifo, ..MessengerConfig::default() };
//! let node = Ordered::open(&config, &mut Disk::new(&mut NoStorage))?;
//! assert_eq!(node.status().value("life"), Some(&1.into()));
//! # Ok::<(), OpenError>(())
//! ```
//!
//! A FIFO link over one that may lose does not compile:
//!
//! ```compile_fail,E0277
//! use seatrial_links::{FairLoss, Fifo, Letter, Numbered};
//!
//! fn deliver(_: Fifo<Letter, FairLoss<Numbered<Letter>>>) {}
//! ```

mod assumed;
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
mod wire;

pub use assumed::Assumed;
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
