//! A high-water mark that only rises, kept by several nodes: what a user of Seatrial might write.
//!
//! It is the register of Attiya, Bar-Noy and Dolev (*Sharing memory robustly in message-passing systems*, 1995) for the one operation that
//! needs no timestamps, the maximum. Whoever is asked stores the mark at a majority; a read asks a majority first, and stores the highest
//! that it hears before it answers.

mod judge;
mod node;
mod workload;

use seatrial::{FaultBudget, LibraryEntry, MutantInfo, Protocol, Registry, WorkloadInfo};

pub use judge::NeverFalls;
pub use node::{Config, Message, Request, Tidemark, Timer};
pub use workload::RaisesAndReads;

/// A bug to plant: a node says that it has stored a mark before its disk has.
const HASTY: MutantInfo = MutantInfo {
    id: "T1",
    name: "hasty",
    about: "acknowledges a mark before it is on the disk",
    class: 'E',
};

const RAISES_AND_READS: WorkloadInfo =
    WorkloadInfo { name: "raises-and-reads", about: "raise the mark and read it", operations: &[] };

/// What this crate has to try, for the command line and for scenarios.
pub fn registry() -> Registry {
    let protocol = Protocol::new("tidemark", "a replicated mark that only rises")
        .with_roles(&[])
        .with_budget(FaultBudget::default())
        .with_mutant(HASTY)
        .with_checker("never-falls", NeverFalls::default)
        .with_workload::<Tidemark, RaisesAndReads>(
            RAISES_AND_READS,
            |_, mutant| Ok(Config { hasty: mutant == Some(HASTY.id) }),
            RaisesAndReads::default,
        );
    let scenario = LibraryEntry {
        name: "tidemark",
        path: "scenarios/tidemark.toml",
        text: include_str!("../scenarios/tidemark.toml"),
    };
    Registry::empty().with(protocol).with_scenario(scenario)
}
