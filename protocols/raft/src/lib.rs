//! Raft (Ongaro and Ousterhout 2014; Ongaro's thesis, 2014) as a [`Node`](seatrial_node::Node): a log that a majority of the members
//! has on its disks, in the same order on all.
//!
//! A parent owns it: it passes on inputs, proposes commands, and takes committed ones in a loop. `seatrial-service` is such a parent,
//! with a state machine, client sessions and requests passed on to the leader.
//!
//! ```
//! use std::sync::Arc;
//! use seatrial_node::{Disk, Effect, Input, NoStorage, Node, NodeId, Probe};
//! use seatrial_raft::{Raft, RaftConfig};
//!
//! # fn keep_up(raft: &mut Raft, probe: &mut Probe<Raft>, effects: Vec<Effect<Raft>>) {
//! #     for effect in effects {
//! #         if let Effect::Sync { token, .. } = effect {
//! #             let more = probe.handle(raft, Input::Synced { token, result: Ok(()) });
//! #             keep_up(raft, probe, more);
//! #         }
//! #     }
//! # }
//! let mut raft = Raft::open(&RaftConfig::default(), &mut Disk::new(&mut NoStorage))?;
//! // A cluster of one, whose host is this test; `keep_up` completes the syncs that the node has asked for.
//! let mut probe = Probe::new(NodeId(0), &[NodeId(0)]);
//! let effects = probe.handle(&mut raft, Input::Start);
//! keep_up(&mut raft, &mut probe, effects);
//! assert!(raft.is_leader());
//!
//! let effects = probe.act(&mut raft, |raft, io| {
//!     raft.propose(Arc::from(*b"a command"), io).expect("it leads");
//! });
//! keep_up(&mut raft, &mut probe, effects);
//! let committed: Vec<_> = std::iter::from_fn(|| raft.next_committed()).collect();
//! assert_eq!(committed[0].command, None); // the leader's opening entry (paper §8)
//! assert_eq!(committed[1].command.as_deref(), Some(&b"a command"[..]));
//! # Ok::<(), seatrial_node::OpenError>(())
//! ```
//!
//! # What it does
//!
//! - **Elections** with timeouts drawn anew each time (§5.2), pre-vote (thesis §9.6), members that stick to a leader they hear from
//!   (§4.2.3) and leaders that step down without a majority (§6.2).
//! - **Durability**: term, vote and entries are on the disk, and a mark that says so, before any answer that promises them leaves. The
//!   leader sends entries ahead of its own disk (§10.2.1), and counts itself when that has them.
//! - **Replication** in batches, several ahead of their answers, with a hint where to go back to in a conflict (§5.3). Only
//!   entries of the current term are committed by counting (§5.4.2).
//! - **Snapshots** in pieces, and a log that is cut behind them (paper §7).
//! - **Linearizable reads** by ReadIndex (§6.4); by leases (§6.4.1) where clocks are trusted within a declared bound
//!   ([`RaftConfig::read_lease`]).
//! - **Repair** of what a disk loses. A log is damaged where it does not reach the mark that was written, durably, before anything was
//!   promised of it. Such a node votes by what it had promised, does not stand, and is filled up again by the leader. One whose
//!   disk was replaced ([`RaftConfig::replaced_disk`]) first asks all others, twice, what it may have promised. The status
//!   field `recovering` tells. The arguments are in `recovery.rs` and `recall.rs`.
//!
//! # What is bounded
//!
//! What is under way to a follower ([`RaftConfig::max_inflight_appends`], one piece of a snapshot), and what waits for the disk. The log
//! holds what the parent has not compacted, and a read takes a few bytes until it is answered: the parent bounds how many proposals
//! and reads are under way. Messages that no correct member sends are dropped.
//!
//! # What comes later
//!
//! The members are those of the boot configuration. Change of membership (§4), learners and leadership transfer (§3.10) have their place:
//! all counting of members is in one module, and payloads, messages and events may get new kinds.

mod api;
mod append;
mod codec;
mod commit;
mod configuration;
mod digest;
mod election;
mod event;
mod install;
mod lease;
mod log;
mod mark;
mod message;
mod mutant;
mod node;
mod progress;
mod read;
mod recall;
mod record;
mod recovery;
mod replication;
mod role;
mod settings;
mod snapshot;
mod storage;
mod wire;

pub use api::MAX_COMMAND;
pub use event::{Committed, Event, NotLeader, Position, ReadTicket, SnapshotMeta};
pub use message::{Chunk, Entries, Entry, Message, Outcome, Payload, Piece};
#[cfg(feature = "mutants")]
pub use mutant::{Class, Mutant};
pub use node::{Never, Raft, Timer};
pub use settings::RaftConfig;

#[cfg(test)]
mod tests;
