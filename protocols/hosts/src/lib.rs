//! Real hosts of a node: the same [`Node`](seatrial_node::Node) that a simulated world runs, on files and sockets.

mod chance;
mod disk;
mod engine;
mod timers;

pub use disk::{DataDir, DataDirError, Files, Owner};
