//! Why a trial cannot be made.

use std::io;
use std::ops::Range;
use std::path::PathBuf;

use seatrial_node::Duration;
use thiserror::Error;

use crate::kind::Kinds;

/// Why a trial cannot be made, or go on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TrialError {
    /// There are too few nodes, too many, or an even number of them.
    #[error("{0}")]
    Nodes(String),
    /// The faults do not fit into the time.
    #[error(
        "--for {given} is too short for the faults {kinds}: give {least} or more, or ask for fewer kinds"
    )]
    Short {
        /// What was given.
        given: Duration,
        /// The kinds of faults.
        kinds: Kinds,
        /// The shortest time for them.
        least: Duration,
    },
    /// The scenario runs in a world only.
    #[error("{0}")]
    Scenario(String),
    /// There are too few ports.
    #[error(
        "there are too few ports for the servers: {wanted} free port{} wanted on 127.0.0.1 from {} to {}, and {found} found; stop what holds them, or take fewer nodes",
        if *wanted == 1 { "" } else { "s" }, range.start, range.end - 1
    )]
    Ports {
        /// How many were wanted.
        wanted: usize,
        /// How many were found.
        found: usize,
        /// Where they were looked for.
        range: Range<u16>,
    },
    /// The system does not let the relay be made.
    #[error("the system refuses what the relay between the servers needs: {0}")]
    Relay(io::Error),
    /// The system does not let clients be made.
    #[error("the system refuses what the clients need: {0}")]
    Clients(io::Error),
    /// Something cannot be written.
    #[error("{}: cannot be written: {error}", path.display())]
    Folder {
        /// What.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A server's program cannot be started.
    #[error("{}: cannot be started: {error}; name a seatrial-server with --server", program.display())]
    Start {
        /// Which.
        program: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A server did not come up.
    #[error("{who} did not come up: {why}")]
    NotUp {
        /// Which.
        who: String,
        /// What it said.
        why: String,
    },
    /// The system does not tell what has become of a process.
    #[error("the system does not tell what has become of a server: {0}")]
    Lost(io::Error),
}
