//! What every host of a node does, as behaviours that a host is tried by.
//!
//! The contract (`seatrial-node`) says what a host owes a node. That the simulated world and the real hosts owe the same is what makes "the
//! code that was simulated is the code that ships" true, so all of them are tried by one suite:
//!
//! - a [`Subject`] does what its requests tell it ([`Act`]) and writes down all that it sees ([`Seen`]);
//! - an [`Arm`] is a cluster of subjects on one kind of host, as its clients see it;
//! - a [`Behaviour`] asks subjects things, through a [`Bench`], and judges what they have seen.
//!
//! A suite that cannot fail says nothing. [`Wrong`] is a subject behind a layer that does one thing wrong ([`Fault`]) between it and its
//! host, so that together they are a host that breaks the contract; each behaviour names the faults that it catches, and is shown them.
//!
//! [`bytes`] is the other side: what hosts read from strangers, and what must hold whatever it is.

mod act;
mod behaviours;
mod bench;
pub mod bytes;
mod fault;
mod subject;
mod workload;
mod wrong;

pub use act::{Act, Answer, Asked, FILES, Key, Note, Seen, Told, What};
pub use behaviours::{ALL, Behaviour, Needs};
pub use bench::{Arm, Bench, Promises, Ticket};
pub use fault::Fault;
pub use subject::Subject;
pub use workload::Workload;
pub use wrong::Wrong;
