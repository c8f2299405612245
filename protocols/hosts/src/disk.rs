//! The contract's disk on a real machine: named files in a directory that one process holds.
//!
//! What a node writes is done in order by a thread of its own; a sync is told as done when `fdatasync` of the file, and `fsync` of its
//! folder where names have changed, have returned. So the same write-ahead log that a simulated disk has torn meets a real one here,
//! unchanged.

mod aside;
mod directory;
mod error;
mod files;
mod keeper;
mod memory;
mod met;
mod names;
#[cfg(test)]
mod tests;
mod trouble;

pub use directory::{DataDir, Owner};
pub use error::DataDirError;
pub use files::Files;
pub(crate) use keeper::{Done, Job, Keeper};
pub(crate) use memory::Memory;
pub use met::Home;
pub(crate) use met::Met;
