//! The settings of a Raft node, and which of them make sense.

use seatrial_node::{Duration, OpenError};

#[cfg(feature = "mutants")]
use crate::Mutant;

/// The settings of a Raft node. All members of a cluster should have the same.
///
/// ```
/// use seatrial_raft::RaftConfig;
///
/// let config = RaftConfig { max_entries_per_append: 1, ..RaftConfig::default() };
/// assert!(config.validate().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RaftConfig {
    /// The shortest election timeout (paper §5.2). A follower that has heard from its leader within this time ignores other
    /// candidates.
    pub election_timeout_min: Duration,
    /// The longest election timeout; each one is drawn anew between the two. A leader looks this often whether a majority
    /// still answers it.
    pub election_timeout_max: Duration,
    /// How often a leader sends a heartbeat, and how long it waits before it sends again what was not acknowledged.
    pub heartbeat_interval: Duration,
    /// The most entries in one AppendEntries message; `usize::MAX` for no limit.
    pub max_entries_per_append: usize,
    /// How many AppendEntries messages with entries may be on their way to one follower (thesis §10.2.1).
    pub max_inflight_appends: usize,
    /// The most bytes of a snapshot in one message (paper §7).
    pub snapshot_chunk_bytes: usize,
    /// Whether a node asks if it could win before it disturbs the cluster with a new term (thesis §9.6). Without it, candidates with
    /// fast disks go on to the next term before voters whose syncs take longer than an election timeout have answered.
    pub pre_vote: bool,
    /// Whether a leader that hears from no majority steps down (thesis §6.2), and nodes that hear from a leader ignore
    /// candidates (thesis §4.2.3). The second is live only with the first.
    pub check_quorum: bool,
    /// Whether a leader that a majority has answered lately answers reads at once, by its clock (thesis §6.4.1). Needs `check_quorum`. If
    /// not, each read waits for a round of heartbeats, and no clock is trusted.
    pub read_lease: bool,
    /// By how much, in parts in a million, any member's clock may run faster or slower than true time; what leases rely on.
    pub clock_error: u32,
    /// Whether this node has lived before with another disk that is gone. Then it asks the other members what it may have promised, unless its
    /// disk tells that it has done so already. It must be said: an empty disk looks like that of a new node.
    pub replaced_disk: bool,
    /// The planted bug to run with.
    #[cfg(feature = "mutants")]
    pub mutant: Option<Mutant>,
}

impl Default for RaftConfig {
    /// The paper's timeouts (§9.3), with everything on.
    fn default() -> Self {
        Self {
            election_timeout_min: Duration::from_millis(150),
            election_timeout_max: Duration::from_millis(300),
            heartbeat_interval: Duration::from_millis(50),
            max_entries_per_append: 64,
            max_inflight_appends: 8,
            snapshot_chunk_bytes: 64 * 1024,
            pre_vote: true,
            check_quorum: true,
            read_lease: false,
            clock_error: 10_000,
            replaced_disk: false,
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

impl RaftConfig {
    /// Whether these settings make sense together.
    ///
    /// # Errors
    /// [`OpenError::Config`] with the setting and the reason.
    pub fn validate(&self) -> Result<(), OpenError> {
        let refuse = |why: &str| Err(OpenError::Config(why.to_owned()));
        if self.heartbeat_interval == Duration::ZERO {
            return refuse("heartbeat_interval must not be zero");
        }
        if self.election_timeout_min <= self.heartbeat_interval {
            return refuse("election_timeout_min must be longer than heartbeat_interval");
        }
        if self.election_timeout_max < self.election_timeout_min {
            return refuse("election_timeout_max must not be shorter than election_timeout_min");
        }
        if self.max_entries_per_append == 0 {
            return refuse("max_entries_per_append must be at least 1");
        }
        if self.max_inflight_appends == 0 {
            return refuse("max_inflight_appends must be at least 1");
        }
        if self.read_lease && !self.check_quorum {
            return refuse(
                "read_lease needs check_quorum: else a vote may come before a lease is over",
            );
        }
        if self.clock_error >= 1_000_000 {
            return refuse(
                "clock_error must be below 1000000: a clock that may stand still times nothing",
            );
        }
        if self.snapshot_chunk_bytes == 0 {
            return refuse("snapshot_chunk_bytes must be at least 1");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut RaftConfig)) -> String {
        let mut config = RaftConfig::default();
        change(&mut config);
        config.validate().expect_err("these settings make no sense").to_string()
    }

    #[test]
    fn the_defaults_make_sense() {
        assert_eq!(RaftConfig::default().validate(), Ok(()));
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_by_name() {
        let zero = Duration::ZERO;
        assert!(refused(|c| c.heartbeat_interval = zero).contains("heartbeat_interval"));
        assert!(refused(|c| c.election_timeout_min = zero).contains("election_timeout_min"));
        assert!(refused(|c| c.election_timeout_max = zero).contains("election_timeout_max"));
        assert!(refused(|c| c.max_entries_per_append = 0).contains("max_entries_per_append"));
        assert!(refused(|c| c.max_inflight_appends = 0).contains("max_inflight_appends"));
        assert!(refused(|c| c.clock_error = 1_000_000).contains("clock_error"));
        let lease = |c: &mut RaftConfig| (c.read_lease, c.check_quorum) = (true, false);
        assert!(refused(lease).contains("read_lease"));
        assert!(refused(|c| c.snapshot_chunk_bytes = 0).contains("snapshot_chunk_bytes"));
    }
}
