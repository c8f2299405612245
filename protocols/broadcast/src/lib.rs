//! Broadcasts, as nodes that a parent owns (Cachin, Guerraoui and Rodrigues, 2nd ed., ch. 3).

mod broadcast;

pub use broadcast::{Broadcast, BroadcastEvent, MessageId, ReliableBroadcast, UniformBroadcast};
