//! The protocols that come with Seatrial, as scenarios know them.

mod broadcast;
mod budgets;
mod canary;
mod clocks;
mod detectors;
mod echo;
mod explored;
mod links;
mod marks;
mod raft;
mod raft_counter;
mod raft_election;
mod raft_kv;

use crate::registry::Protocol;

/// All of them.
pub(crate) fn all() -> Vec<Protocol> {
    let mut all = vec![echo::protocol(), raft_kv::protocol(), raft_counter::protocol()];
    all.push(raft_election::protocol());
    all.extend(links::protocols());
    all.push(clocks::protocol());
    all.extend(broadcast::protocols());
    all.extend(detectors::protocols());
    all.push(canary::protocol());
    all.into_iter().map(budgets::declared).collect()
}
