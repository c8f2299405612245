//! Exhaustive search through small worlds: every order of delivery, every crash point. Which runs a hunt makes: [`Campaign`]. And failing
//! runs made small: [`Shrink`].
//!
//! A hunt draws runs; a search leaves none out. It takes a world of a few nodes and a few requests, and tries all that may happen next, in
//! every state, until nothing is left. What is wrong with an execution says an *oracle*, a closure. So that nothing is left out, the
//! node's state must be copied and compared: it is `Clone` and `Hash`. Nothing else in the project asks for that.
//!
//! ```
//! use seatrial_history::Violation;
//! use seatrial_node::{Disk, Input, Io, Node, NodeId, OpenError};
//! use seatrial_search::{Exploration, Reduction};
//!
//! /// Each member takes whatever value it hears last, and hopes that all end with the same.
//! #[derive(Clone, Hash)]
//! struct Last(u32);
//!
//! impl Node for Last {
//!     type Config = ();
//!     type Message = u32;
//!     type Timer = ();
//!     type Request = u32;
//!     type Response = ();
//!     type Event = ();
//!
//!     fn open(_: &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
//!         Ok(Self(0))
//!     }
//!
//!     fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
//!         match input {
//!             Input::Request { body, .. } => io.members().iter().for_each(|to| io.send(*to, body)),
//!             Input::Message { body, .. } => self.0 = body,
//!             _ => {}
//!         }
//!     }
//! }
//!
//! let small = Exploration::<Last>::new(2, |_| ()).asking(NodeId(0), 1).asking(NodeId(1), 2);
//! let explored = small.explore(Reduction::States, |sight| {
//!     let values: Vec<u32> = (0..2).map(|n| sight.node(NodeId(n)).expect("nobody crashes").0).collect();
//!     let differ = sight.is_over && values[0] != values[1];
//!     differ.then(|| Violation {
//!         property: "agreement",
//!         source: "what they hope for",
//!         explanation: format!("n0 ends with {} and n1 with {}", values[0], values[1]),
//!         at: None,
//!         evidence: Vec::new(),
//!     })
//! });
//!
//! let found = explored.counterexample.expect("the order of deliveries matters");
//! assert_eq!(found.lines.len(), 6); // two requests and four deliveries
//! assert_eq!(found.lines[0].text, "n0 is asked to do something");
//! println!("{found}");
//! ```
//!
//! # What may happen
//!
//! - A message that is under way arrives, whichever it is. A message to oneself is no exception.
//! - A node is asked what it is to be asked, in the order of its requests.
//! - The next timer of a node comes due, whatever the others' do, while fewer have than [may](Exploration::with_timers); or its disk is done
//!   with what it was asked first.
//! - A node crashes, while fewer have than may. It is gone, with all that was under way to it; or, where nodes may
//!   [start again](Exploration::with_restarts), it does so over what its disk holds, and finds what was under way.
//! - A message is lost, while fewer have been than [may](Exploration::with_losses).
//! - A node is told of a crash, where that was [asked for](Exploration::with_notices).
//! - A node's own [choices](seatrial_node::Io::choose) have each of their values; those with more than sixteen only the simplest, and
//!   the account then says so.
//!
//! An execution is over when nothing is left that must happen. A crash need not happen. Neither need what a crashed node has sent arrive:
//! a perfect link owes nothing to the messages of a sender that crashes (Cachin, Guerraoui and Rodrigues, PL1). So a crash in the middle
//! of a node's sendings, after some of them and before others, is looked at as well: it is the crash after all of them, with the rest of
//! them lost.
//!
//! # What is left out, and why that is sound
//!
//! [`Reduction::Nothing`] leaves nothing out, and counts executions.
//!
//! [`Reduction::Classes`] leaves out what differs only in the order of independent steps. Such executions are a class (Mazurkiewicz 1977), and
//! one of each is made, by *sleep sets*: after a step has been tried, it sleeps in what follows the others, until one comes that is not
//! independent of it (P. Godefroid, *Partial-Order Methods for the Verification of Concurrent Systems*, 1996, ch. 5). Sleep sets alone leave
//! out transitions and never a state, so every state is judged. The dynamic kind (C. Flanagan and P. Godefroid, *Dynamic Partial-Order
//! Reduction*, POPL 2005) leaves out states too, those whose every continuation is met elsewhere; it is not used here, for it presupposes
//! that a property is judged at the end. Steps of different nodes are independent, see [`Choice::is_independent_of`].
//!
//! [`Reduction::States`] goes on from every state once. A state is everything on which the future depends, and everything that the oracle may
//! go by: the nodes, their timers and disks, the clock, what is under way as a multiset, which requests, crashes and notices are left, and
//! **what each node has told, in its own order**. It does not hold in which order *different* nodes told theirs. Where one knew of the other,
//! messages show it; where neither did, no order exists. So an oracle whose word depends on each node's sequence and on the world as it is
//! judges all executions when it judges every state. All properties of links and broadcasts are of this kind; linearizability of clients'
//! operations by real time would not be.
//!
//! [`Identity`] says so otherwise, for an oracle that goes by less or by more. [`Exploration::with_symmetry`] counts states as one in which
//! alike nodes have only changed places, and checks that they are alike; `symmetry.rs` says how, and why that is sound.
//!
//! *Complete* means that nothing was left out within the bounds on crashes, restarts, losses and timers. Where a bound on depth or on states
//! cut something off, [`Extent`] says which.
//!
//! Two states are compared by fingerprints of 128 bits; where nothing is noted of a state but that it was seen, 72 of them are kept, in eight
//! bytes. Among a million states the chance that any two meet in those is below one in a thousand million.
//!
//! # How it is fast
//!
//! What a node does depends on itself, the clock and what happens to it. A small world has many states but few different nodes, so what can
//! happen to a node is tried once, in a world in which it is alone, and remembered. A state is then a list of numbers, and a step exchanges
//! one of them. `tests/integration/models.rs` holds the counts against another checker's, `tests/benches/explore.rs` the speed.

mod account;
mod breadth;
mod budget;
mod campaign;
mod chance;
mod choice;
mod depth;
mod exploration;
mod fingerprint;
mod identity;
mod seen;
mod shrink;
mod sight;
mod solo;
mod sparing;
mod state;
mod symmetry;
#[cfg(test)]
mod tests;

pub use account::{Counterexample, Explored, Extent, Line};
pub use campaign::{Arm, Campaign, Grain, Recipe, Seen, Storm};
pub use choice::Choice;
pub use exploration::{Explorable, Exploration, Reduction};
pub use identity::{Arrivals, Identity};
pub use shrink::{Dial, Layer, Shrink, Subject};
pub use sight::Sight;
pub use state::Told;
