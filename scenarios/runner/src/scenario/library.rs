//! The scenarios that come with Seatrial, compiled in, so that a case file replays from an empty directory.

/// A scenario of the library.
#[derive(Clone, Copy, Debug)]
pub struct LibraryEntry {
    /// Its name.
    pub name: &'static str,
    /// Where its text is in the repository.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// Each is named like its file, which may be in a folder: `"folder/" > "name"`.
#[cfg(feature = "protocols")]
macro_rules! library {
    ($($($folder:literal)? > $name:literal),* $(,)?) => {
        &[$(LibraryEntry {
            name: $name,
            path: concat!("scenarios/library/", $($folder,)? $name, ".toml"),
            text: include_str!(concat!("../../../library/", $($folder,)? $name, ".toml")),
        }),*]
    };
}

/// All of them, by name.
#[cfg(feature = "protocols")]
pub const LIBRARY: &[LibraryEntry] = library![
    > "canary",
    > "echo",
    > "raft-core",
    > "raft-counter",
    > "raft-kv",
    > "raft-kv-leases",
    > "raft-kv-reads",
    > "raft-slow-disks",
    > "raft-upgrade",
    "links/" > "fair-loss-link",
    "links/" > "stubborn-link",
    "links/" > "perfect-link",
    "links/" > "fifo-link",
    "clocks/" > "logical-clocks",
    "broadcast/" > "best-effort-broadcast",
    "broadcast/" > "reliable-broadcast",
    "broadcast/" > "lazy-reliable-broadcast",
    "broadcast/" > "uniform-broadcast",
    "broadcast/" > "all-ack-uniform-broadcast",
    "broadcast/" > "fifo-broadcast",
    "broadcast/" > "causal-broadcast",
    "broadcast/" > "no-waiting-causal-broadcast",
    "broadcast/" > "gossip-broadcast",
    "broadcast/" > "total-order-broadcast",
    "broadcast/" > "sequencer-broadcast",
    "detectors/" > "failure-detector",
    "detectors/" > "perfect-failure-detector",
    "detectors/" > "phi-accrual-detector",
    "detectors/" > "swim",
    "detectors/" > "leader-election",
    "detectors/" > "eventual-leader",
];
