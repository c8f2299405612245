//! Raft against its paper: each test quotes the section that it defends.

mod bench;
mod disk;
mod elections;
mod figure_8;
mod judge;
mod leases;
#[cfg(feature = "mutants")]
mod mutants;
mod nonsense;
mod random;
mod reads;
mod recovery;
mod replication;
mod slow_disks;
mod world;
