//! A node under Maelstrom: lines of JSON on standard input and output (<https://github.com/jepsen-io/maelstrom>).
//!
//! A [`Workload`] says what a workload's messages mean to a node; [`speak`] does the rest. A message that takes more than the node is
//! answered [`later`](Asked::later), by a handler that may ask Maelstrom's services ([`Kv`]) or anybody else ([`Network`]). Messages between members are the same frames as
//! on TCP, within JSON. A process is one life of its node, so its disk is in memory.

mod host;
mod kv;
mod network;
mod rpc;
mod workload;

pub use host::speak;
pub use kv::{Kv, Swap};
pub use network::{Call, Network};
pub use rpc::{Body, RpcError, body, field, number};
pub use workload::{Answer, Asked, NoNode, Workload};
