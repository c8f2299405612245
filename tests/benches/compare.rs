//! `cargo bench`: the simulated world beside a bare event loop (the *floor*: what no usable simulator beats) and a peer, in one run.
//!
//!     cargo bench                       # everything, five runs a cell
//!     cargo bench -- --quick            # one short run a cell: does it work?
//!     cargo bench -- gossip             # workloads with that in their name
//!
//! A *cell* is one contender on one workload. Each run of a cell is a process of its own, so that no cell finds the memory of
//! another warm or torn; runs are interleaved, so that a slow minute of the machine hits all of them; and what is counted is CPU
//! time, not wall time. A workload is one small file here that implements [`Workload`].
//!
//! The last lines, `figure NAME VALUE UNIT`, are for programs.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

#[path = "compare/echo.rs"]
mod echo;
#[path = "compare/floor.rs"]
mod floor;
#[path = "compare/gossip.rs"]
mod gossip;
#[path = "compare/harness.rs"]
mod harness;
#[path = "compare/heap.rs"]
mod heap;
#[path = "compare/hunt.rs"]
mod hunt;
#[path = "compare/linearizability.rs"]
mod linearizability;
#[path = "compare/peer.rs"]
mod peer;
#[path = "compare/raft_kv.rs"]
mod raft_kv;
#[path = "compare/recorded.rs"]
mod recorded;
#[path = "compare/report.rs"]
mod report;
#[path = "compare/swim.rs"]
mod swim;
#[path = "compare/tiny.rs"]
mod tiny;

use harness::{Options, Workload};

const WORKLOADS: &[&dyn Workload] = &[
    &echo::Echo,
    &gossip::Gossip { nodes: 25 },
    &gossip::Gossip { nodes: 100 },
    &tiny::Tiny,
    &raft_kv::RaftKv,
    &raft_kv::Seeds { swarm: false },
    &raft_kv::Seeds { swarm: true },
    &recorded::Recorded { kept: false },
    &recorded::Recorded { kept: true },
    &hunt::Hunt,
    &linearizability::Register { stale: false },
    &linearizability::Register { stale: true },
    &swim::Swim { calm: true },
    &swim::Swim { calm: false },
];

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, rest @ ..] = arguments.as_slice()
        && first == harness::CELL
    {
        return harness::run_cell(WORKLOADS, rest);
    }
    let options = Options::from_arguments(&arguments)?;
    let results = harness::measure(WORKLOADS, &options)?;
    report::print(&results);
    Ok(())
}
