//! The settings of a service, and the bugs that can be planted in it.

use seatrial_node::{Duration, OpenError};
use seatrial_raft::RaftConfig;

#[cfg(feature = "mutants")]
use crate::Mutant;

/// The settings of a service.
///
/// ```
/// use seatrial_node::Duration;
/// use seatrial_service::Config;
///
/// let config = Config { snapshot_every: 1_000, leader_wait: Duration::from_millis(500), ..Config::default() };
/// assert!(config.forward);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Raft's own.
    pub raft: RaftConfig,
    /// After how many applied entries the state is saved and the log before it forgotten; 0 for never.
    pub snapshot_every: u64,
    /// Whether a member passes requests on to the leader and the answers back. If not, it answers
    /// [`Redirect`](crate::Response::Redirect).
    pub forward: bool,
    /// How long a request waits for a leader to be known, before it is answered [`Unavailable`](crate::Response::Unavailable).
    pub leader_wait: Duration,
    /// How long a member waits for the leader's answer to a request that it passed on, before it answers
    /// [`Unknown`](crate::Response::Unknown), or to a query [`Unavailable`](crate::Response::Unavailable).
    pub forward_timeout: Duration,
    /// How many sessions are remembered. Part of the replicated state: **all members must have the same**. It must exceed the
    /// number of clients that may be active while one of them goes on trying the same command.
    pub max_sessions: usize,
    /// How many requests a member has under way in each way: waiting for a leader, passed on, proposed, reading. One more is
    /// answered [`Busy`](crate::Response::Busy).
    pub max_in_flight: usize,
    /// The planted bug to run with; `None` leaves whatever `raft` says.
    #[cfg(feature = "mutants")]
    pub mutant: Option<Mutant>,
}

impl Default for Config {
    /// Forwarding, a snapshot every 10,000 entries, one second of patience, 10,000 sessions.
    fn default() -> Self {
        Self {
            raft: RaftConfig::default(),
            snapshot_every: 10_000,
            forward: true,
            leader_wait: Duration::from_secs(1),
            forward_timeout: Duration::from_secs(1),
            max_sessions: 10_000,
            max_in_flight: 10_000,
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

impl Config {
    /// Whether these settings make sense together.
    ///
    /// # Errors
    /// [`OpenError::Config`] with the setting and the reason.
    pub fn validate(&self) -> Result<(), OpenError> {
        self.raft.validate()?;
        let refuse = |why: &str| Err(OpenError::Config(why.to_owned()));
        if self.forward_timeout == Duration::ZERO {
            return refuse("forward_timeout must not be zero");
        }
        if self.max_sessions == 0 {
            return refuse("max_sessions must be at least 1");
        }
        if self.max_in_flight == 0 {
            return refuse("max_in_flight must be at least 1");
        }
        Ok(())
    }

    /// Raft's settings, with the bug that is planted in it.
    pub(crate) fn raft(&self) -> RaftConfig {
        #[cfg(feature = "mutants")]
        if let Some(Mutant::Raft(mutant)) = self.mutant {
            return RaftConfig { mutant: Some(mutant), ..self.raft.clone() };
        }
        self.raft.clone()
    }

    /// Whether what a follower is asked gets lost. Never, but for a planted bug.
    pub(crate) fn loses_requests(&self) -> bool {
        #[cfg(feature = "mutants")]
        return self.mutant == Some(Mutant::RequestLost);
        #[cfg(not(feature = "mutants"))]
        return false;
    }

    /// Whether the session table is consulted before a command is applied. Always, but for a planted bug.
    pub(crate) fn dedups(&self) -> bool {
        #[cfg(feature = "mutants")]
        return self.mutant != Some(Mutant::NoClientDedup);
        #[cfg(not(feature = "mutants"))]
        return true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut Config)) -> String {
        let mut config = Config::default();
        change(&mut config);
        config.validate().expect_err("these settings make no sense").to_string()
    }

    #[test]
    fn settings_that_make_no_sense_are_refused_by_name() {
        assert_eq!(Config::default().validate(), Ok(()));
        assert!(
            refused(|c| c.raft.heartbeat_interval = Duration::ZERO).contains("heartbeat_interval")
        );
        assert!(refused(|c| c.forward_timeout = Duration::ZERO).contains("forward_timeout"));
        assert!(refused(|c| c.max_sessions = 0).contains("max_sessions"));
        assert!(refused(|c| c.max_in_flight = 0).contains("max_in_flight"));
    }
}
