//! Total order: all members deliver the same messages in the same order (§6.1, Uniform Total-Order Broadcast).
//!
//! [`ConsensusOrder`] takes the order from a replicated log, which outlives crashes. [`SequencerOrder`] takes it from one member that
//! numbers messages, and from the next when that one is no longer trusted; it keeps nothing on the disk.

mod consensus;
mod entry;
mod failover;
mod frame;
mod ledger;
mod own;
mod progress;
mod saves;
mod sequencer;

pub use consensus::{ConsensusConfig, ConsensusMessage, ConsensusOrder, ConsensusTimer};
pub use frame::SequencerFrame;
pub use sequencer::{SequencerConfig, SequencerOrder};
