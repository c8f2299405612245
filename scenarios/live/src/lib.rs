//! A scenario tried on real processes: servers with directories and ports of their own, under real kills, pauses and partitions, asked by
//! the clients of the scenario, and judged by its judges.
//!
//! A [`Trial`] starts the servers and a relay between every two of them, lets the clients ask and the faults come, mends all, lets the
//! clients make their last operations, and ends every process it has started. What was heard, from clients and from what nodes have
//! announced, is then judged as a world's run is, and told as one.
//!
//! **What a seed means here.** It draws the plan of faults, and what clients choose. It does not make the run again: which process comes
//! first is the machine's business.
//!
//! **What may be judged.** All times are of the machine's one monotonic clock. Clients' operations are judged by when they began and ended.
//! What nodes announce is put in order by its time, and `seatrial_hosts` says why such an order is one that could have been: causes come
//! before their effects. Raft's safety properties are about no more than that.
//!
//! It touches nothing but loopback, its folder, and its own children.

mod clients;
mod cluster;
mod counts;
mod error;
mod kind;
mod nemesis;
mod plan;
mod ports;
mod trial;
mod witness;

pub use cluster::Launch;
pub use error::TrialError;
pub use kind::{Kind, Kinds};
pub use trial::{Options, Trial, Tried};
