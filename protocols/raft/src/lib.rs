//! Raft as a node.
mod api;
mod append;
mod codec;
mod commit;
mod configuration;
mod digest;
mod election;
mod event;
mod install;
mod log;
mod message;
mod mutant;
mod node;
mod progress;
mod read;
mod record;
mod replication;
mod role;
mod settings;
mod snapshot;
mod storage;

pub use api::MAX_COMMAND;
pub use event::{Committed, Event, NotLeader, Position, ReadTicket, SnapshotMeta};
pub use message::{Chunk, Entries, Entry, Message, Outcome, Payload, Piece};
#[cfg(feature = "mutants")]
pub use mutant::{Class, Mutant};
pub use node::{Never, Raft, Timer};
pub use settings::RaftConfig;
#[cfg(test)]
mod tests;
