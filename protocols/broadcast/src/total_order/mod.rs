//! Total order: all members deliver the same messages in the same order (§6.1, Uniform Total-Order Broadcast).
//!
//! [`ConsensusOrder`] takes the order from a replicated log, which outlives crashes. [`SequencerOrder`] takes it from one member that
//! numbers messages, and from the next when that one is no longer trusted; it keeps nothing on the disk.

mod config;
mod consensus;
mod entry;
mod failover;
mod frame;
mod ledger;
mod message;
mod numbering;
mod own;
mod progress;
mod saves;
mod sequencer;

pub use config::{ConsensusConfig, SequencerConfig};
pub use consensus::ConsensusOrder;
pub use frame::SequencerFrame;
pub use message::{ConsensusMessage, ConsensusTimer};
pub use sequencer::SequencerOrder;
