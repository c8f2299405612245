//! Broadcasts, as nodes that a parent owns (Cachin, Guerraoui and Rodrigues, 2nd ed., ch. 3).

mod acks;
mod all_ack;
mod best_effort;
mod broadcast;
mod causal;
mod config;
mod eager;
mod fifo;
mod frame;
mod gossip;
mod lazy;
mod majority;
mod mesh;
mod mutant;
mod names;
mod no_waiting;
mod parts;
#[cfg(feature = "mutants")]
mod planted;
mod process;
mod seen;
mod stability;
#[cfg(test)]
mod tests;
mod topology;

pub use all_ack::AllAckUniform;
pub use best_effort::BestEffort;
pub use broadcast::{
    Broadcast, BroadcastEvent, MessageId, ReliableBroadcast, Stream, UniformBroadcast,
};
pub use causal::{CausalWaiting, Timed};
pub use config::{DetectedConfig, LazyConfig, LinkedConfig, OrderConfig, PastConfig};
pub use eager::EagerReliable;
pub use fifo::{Fifo, Numbered};
pub use frame::Frame;
pub use gossip::{Gossip, GossipConfig, GossipMode, GossipTimer, Rumour};
pub use lazy::LazyReliable;
pub use majority::MajorityAckUniform;
#[cfg(feature = "mutants")]
pub use mutant::Mutant;
pub use no_waiting::{CausalNoWaiting, WithPast};
pub use parts::{Part, PartTimer};
pub use process::{Answer, Process, ProcessConfig, Recovery, Request, Response};
pub use seen::Mark;
pub use topology::Topology;
