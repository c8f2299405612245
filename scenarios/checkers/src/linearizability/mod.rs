//! Linearizability: do all operations seem to take effect one after the other, each at one instant between its invocation and its
//! completion? (Herlihy and Wing, "Linearizability: a correctness condition for concurrent objects", 1990.)
//!
//! The question is split by object (`compile`). Histories of certain kinds are decided by `monitors` in a sweep; all others by two
//! searches side by side, one that carries all possible states along (`breadth`) and one that guesses (`depth`), both over the
//! same configurations (`cursor`). Work is counted and limited; what is not decided within the limits is unknown, never a pass.
//! A violation is then explained (`explain`).

mod breadth;
mod check;
mod checker;
mod compile;
mod cursor;
mod depth;
mod explain;
mod machine;
mod mask;
mod meter;
mod model;
mod monitors;
mod options;
mod order;
mod problem;
mod race;
mod shrink;
mod space;
mod table;
#[cfg(test)]
mod tests;
mod ways;
mod words;

pub use check::{Outcome, Stats, check};
pub use checker::Linearizability;
pub use model::{Model, UnknownModel};
pub use options::{CasFail, CheckError, Limits, Options};
pub use order::linearizations;
pub use seatrial_history::{Applied, Explanation, Linearization, Named, Partial};
