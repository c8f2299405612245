//! A node under Maelstrom: lines of JSON on standard input and output (<https://github.com/jepsen-io/maelstrom>).
//!
//! A [`Workload`] says what a workload's messages mean to a node; [`speak`] does the rest. Messages between members are the same frames as
//! on TCP, within JSON. A process is one life of its node, so its disk is in memory.

mod host;
mod rpc;
mod workload;

pub use host::speak;
pub use rpc::{Body, RpcError, field, number};
pub use workload::{Asked, Workload};
