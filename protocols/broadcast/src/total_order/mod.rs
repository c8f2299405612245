//! Total order: all members deliver the same messages in the same order (§6.1, Uniform Total-Order Broadcast).
//!
//! [`ConsensusOrder`] takes the order from a replicated log, which outlives crashes. [`SequencerOrder`] takes it from one member that
//! numbers messages, and from the next when that one is no longer trusted; it keeps nothing on the disk.

mod consensus;
mod entry;

mod own;

mod saves;

pub use consensus::{ConsensusConfig, ConsensusMessage, ConsensusOrder, ConsensusTimer};
