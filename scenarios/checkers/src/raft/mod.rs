//! Judges of Raft, by what its nodes announce (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm",
//! extended version, 2014).
//!
//! | property | paper | module |
//! | --- | --- | --- |
//! | election safety | §5.2, figure 3 | `election_safety` |
//! | leader append-only | §5.3, figure 3 | `leader_append_only` |
//! | log matching | §5.3, figure 3 | `log_matching` |
//! | leader completeness | §5.4.3, figure 3 | `leader_completeness` |
//! | state machine safety | §5.4.3, figure 3 | `state_machine_safety` |
//! | term monotone | §5.1 | `term_monotone` |
//! | commit monotone | §5.3, figure 2 | `commit_monotone` |
//! | one vote a term | §5.2 | `one_vote` |
//! | commit durable on a quorum | §5.3, §5.4.2 | `commit_durable` |
//! | persisted log kept | §5, figure 2 | `persisted_kept` |
//! | progress after healing | §5.6 | `progress` |
//! | steady leader after healing | §5.6, thesis §9.6 | `steady_leader` |
//!
//! [`RaftProperties`] judges all but the last two in one pass: it mirrors each node's log once, in a `LogView`, and shows each
//! property the fact that has just been announced together with the mirror as it was before. [`Progress`] and [`SteadyLeader`] are on their
//! own.
//!
//! # What a Raft must announce, and when
//!
//! A checker trusts the facts, so they must come at the right time:
//!
//! - `Append` and `Truncate` when the log in memory changes; `Persist` when a sync has covered it.
//! - `Vote` once the vote is durable and so may be told, not when it is only decided: a crash may undo a decision, and a node
//!   that forgot an untold vote may vote again. `Term` may come when the term is adopted, even if not durable yet.
//! - `Persist` before the `Commit` that rests on it: at the follower before it acknowledges, at the leader before it counts itself.
//! - `Commit` before `Apply`; `Apply` for every index, those that change no state included.
//! - At each start what was recovered: `Snapshot`, `Truncate` from behind it, `Append` of each entry, `Persist`, `Term`, `Vote`.
//!
//! Quorums are counted among the members that the cluster boots with.

mod by_key;
mod commit_durable;
mod commit_monotone;
mod election_safety;
mod explain;
mod leader_append_only;
mod leader_completeness;
mod log_matching;
mod log_view;
mod node_view;
mod one_vote;
mod persisted_kept;
mod progress;
mod properties;
mod property;
#[cfg(test)]
mod script;
mod standing;
mod state_machine_safety;
mod steady_leader;
mod term_monotone;

pub use progress::Progress;
pub use properties::RaftProperties;
pub use property::Property;
pub use steady_leader::SteadyLeader;
