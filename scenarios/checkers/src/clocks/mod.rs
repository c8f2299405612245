//! Judges of logical clocks, by the stamps that processes announce of their events.
//!
//! | law | says | source | module |
//! | --- | --- | --- | --- |
//! | LC1 | a → b ⇒ L(a) < L(b) | Lamport 1978 | `lamport` |
//! | VC1 | a → b ⇔ V(a) < V(b) | Fidge 1988, Mattern 1989 | `vector` |
//! | HLC1 | a → b ⇒ H(a) < H(b) | Kulkarni et al. 2014, theorem 1 | `hybrid_order` |
//! | HLC2 | H is at a physical clock's reading that the event can know of, its own or a later one | theorems 2 to 4 | `hybrid_bound` |
//!
//! a → b, *happened before*, is computed from the trace (`happened_before`): events of one process in their order, and a message's
//! sending before each of its deliveries. No stamp is looked at for it.
//!
//! A process that crashed and is back is a new one: nothing is before its first event. Its stamps are judged with all others, so a
//! protocol whose processes come back must keep its clocks over a crash, or take no part any more.

mod happened_before;
mod hybrid_bound;
mod hybrid_order;
mod lamport;
mod laws;
#[cfg(test)]
mod tests;
mod vector;

pub use laws::{ClockLaws, Law};
