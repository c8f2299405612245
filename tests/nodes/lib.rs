//! Small nodes that tests and benchmarks share: each does one thing to the world and nothing else.

pub mod closed_loop;
pub mod gossip;
pub mod layers;
