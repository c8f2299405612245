//! Point-to-point links, as nodes that a parent owns.
//!
//! A host's network is a *fair-loss* link: it may lose a message, or bring it twice, or late. What stands above it promises more
//! (Cachin, Guerraoui and Rodrigues, *Introduction to Reliable and Secure Distributed Programming*, 2nd ed., §2.4).

mod fair_loss;
mod link;
mod payload;

pub use fair_loss::FairLoss;
pub use link::{Delivered, FifoLink, Link, PerfectLink};
pub use payload::Payload;
