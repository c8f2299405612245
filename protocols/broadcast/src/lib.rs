//! Broadcasts, as nodes that a parent owns (Cachin, Guerraoui and Rodrigues, *Introduction to Reliable and Secure Distributed
//! Programming*, 2nd ed., ch. 3).
//!
//! | type | promises | over | messages |
//! |---|---|---|---|
//! | [`BestEffort`] | BEB1–3 | a perfect link | n |
//! | [`LazyReliable`] | RB1–4 | a perfect link, a perfect detector | n, and reports |
//! | [`EagerReliable`] | RB1–4 | a perfect link | n² |
//! | [`AllAckUniform`] | URB1–4, whoever crashes | a perfect link, a perfect detector | n² |
//! | [`MajorityAckUniform`] | URB1–4, while a majority lives | a perfect link | n² |
//! | [`Gossip`] | PB1–3, by chance | any link | n · fanout |
//! | [`Fifo`] | and FIFO order | any reliable broadcast | as that |
//! | [`CausalWaiting`] | and causal order | any reliable broadcast | as that |
//! | [`CausalNoWaiting`] | and causal order, at once | any reliable broadcast, a perfect detector | as that |
//! | [`ConsensusOrder`] | URB1–4 and UTOB5, through restarts | a log that Raft replicates | up to 3n |
//! | [`SequencerOrder`] | URB1–4 and UTOB5, while a majority lives | a perfect link, a leader detector | 3n + 1 |
//!
//! A stack is a type, and one that lacks what a layer needs does not compile. On top of it stands a [`Process`], which broadcasts for
//! clients and calls its user at each delivery; or a parent layer of your own, which owns the broadcast and takes its events. All
//! broadcasts over links put the same [`Frame`] around a payload, and orders put their own around theirs:
//!
//! ```
//! use seatrial_broadcast::{Fifo, Frame, MajorityAckUniform, Numbered, OnDeliver, Process, ProcessConfig, Request};
//! use seatrial_links::Perfect;
//! use seatrial_node::{Disk, Input, NoStorage, Node, NodeId, OpenError, Probe, RequestToken};
//!
//! type Numbers = Numbered<String>; // what FIFO order gives to the broadcast beneath it
//! type Uniform = MajorityAckUniform<Numbers, Perfect<Frame<Numbers>>>;
//! type Member = Process<String, Fifo<String, Uniform>>;
//!
//! let config = ProcessConfig {
//!     on_deliver: Some(OnDeliver::new(|me, id, text: &String| println!("{me} delivers {text} of {}", id.origin))),
//!     ..ProcessConfig::default()
//! };
//! let mut member = Member::open(&config, &mut Disk::new(&mut NoStorage))?;
//!
//! // A host drives it; here a probe stands for one.
//! let mut probe = Probe::new(NodeId(0), &[NodeId(0), NodeId(1), NodeId(2)]);
//! probe.handle(&mut member, Input::Start);
//! probe.handle(&mut member, Input::Request { token: RequestToken(1), body: Request::Broadcast("ahoy".into()) });
//! # Ok::<(), OpenError>(())
//! ```
//!
//! The page of `seatrial` puts such a stack through a simulated world, from a test.
//!
//! Whatever a peer sends, nothing panics: what no member can have sent is counted in the status as `dropped`. What a layer keeps, and what
//! bounds it, its own page says.

mod acks;
mod all_ack;
mod best_effort;
mod broadcast;
mod causal;
mod config;
mod copies;
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
mod total_order;
mod wire;

pub use all_ack::AllAckUniform;
pub use best_effort::BestEffort;
pub use broadcast::{
    Broadcast, BroadcastEvent, MessageId, ReliableBroadcast, SKIPPED, Stream, TotalOrderBroadcast,
    UniformBroadcast,
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
pub use process::{Answer, OnDeliver, Process, ProcessConfig, Recovery, Request, Response};
pub use seen::Mark;
pub use topology::Topology;
pub use total_order::{
    ConsensusConfig, ConsensusMessage, ConsensusOrder, ConsensusTimer, SequencerConfig,
    SequencerFrame, SequencerOrder,
};
