//! Real hosts of a node: the same [`Node`](seatrial_node::Node) that a simulated world runs, on files and sockets.
//!
//! A host brings time, chance, files and connections; the node's code is what the simulator has tried, unchanged. What every host does
//! with a node is in `engine`; [`tcp`] is a member of a cluster as a process; [`ClusterFile`] says who the members are; [`maelstrom`] is a node
//! under Maelstrom, [`pipe`] one whose messages somebody else carries.
//!
//! This crate runs on Unix: it locks files, places writes and listens to signals as Unix has them.

mod chance;
mod config;
mod disk;
mod engine;
mod facts;
mod log;
pub mod maelstrom;
mod parent;
pub mod pipe;
pub mod relay;
mod speech;
mod station;
pub mod tcp;
mod timers;

pub use chance::random;
pub use config::{ClusterFile, ConfigError, Settings};
pub use disk::{DataDir, DataDirError, Files, Home, Owner};
pub use facts::{monotonic_nanos, read_facts};
pub use log::{LOG_VARIABLE, LogForm, begin_log};
pub use parent::die_with_parent;
pub use speech::{Session, Speech, TextForm};
pub use station::{Configure, Member, ServeError, Served, Station};
