//! Broadcasts, as nodes that a parent owns (Cachin, Guerraoui and Rodrigues, 2nd ed., ch. 3).

mod acks;
mod all_ack;
mod best_effort;
mod broadcast;
mod config;
mod eager;
mod frame;
mod lazy;
mod majority;
mod mesh;
mod mutant;
mod names;
mod parts;
#[cfg(feature = "mutants")]
mod planted;
mod seen;
mod stability;
#[cfg(test)]
mod tests;

pub use all_ack::AllAckUniform;
pub use best_effort::BestEffort;
pub use broadcast::{
    Broadcast, BroadcastEvent, MessageId, ReliableBroadcast, Stream, UniformBroadcast,
};
pub use config::{DetectedConfig, LazyConfig, LinkedConfig, OrderConfig, PastConfig};
pub use eager::EagerReliable;
pub use frame::Frame;
pub use lazy::LazyReliable;
pub use majority::MajorityAckUniform;
#[cfg(feature = "mutants")]
pub use mutant::Mutant;
pub use parts::{Part, PartTimer};
pub use seen::Mark;
