//! Reads from a leader's own state, without a round of messages, for as long as nobody else can have been elected (thesis §6.4.1).
//!
//! # The arithmetic
//!
//! Let E be the shortest election timeout, and let every member's clock run at a rate of between 1 - ε and 1 + ε
//! ([`RaftConfig::clock_error`](crate::RaftConfig::clock_error), in parts in a million) of true time.
//!
//! - A follower that has heard from its leader votes for nobody until E has passed on its own clock: at least E / (1 + ε) of true
//!   time after it heard, and so after the leader sent. Nor does a node within E of its start: it does not know whom it
//!   has heard in its former life.
//! - The leader notes on its own clock when it sends a round of heartbeats. Once a majority has answered that round, no other leader can be
//!   elected within E / (1 + ε) of true time of that moment, for a majority of votes would take one of those that answered. By the
//!   leader's clock, if it is slow, that is E · (1 - ε) / (1 + ε). For so long it answers reads at once.
//!
//! The assumption is all of it: a clock that is worse than declared, or stands still while the node goes on, can make a stale read. What
//! happens on the way (delays, losses, pauses during which the clock goes on) cannot.

use std::collections::VecDeque;

use seatrial_node::{Duration, Instant, Io};

use crate::mutant::planted;
use crate::node::Raft;

/// A leader's lease.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Lease {
    /// Rounds of heartbeats that no majority has answered yet, and when they were begun.
    sent: VecDeque<(u64, Instant)>,
    /// Since when it runs.
    from: Option<Instant>,
}

/// So many unanswered rounds are kept in mind.
const MOST_ROUNDS: usize = 64;
const MILLION: u128 = 1_000_000;

impl Lease {
    /// No lease: the node does not lead, or does not yet.
    pub(crate) fn clear(&mut self) {
        self.sent.clear();
        self.from = None;
    }
}

impl Raft {
    pub(crate) fn uses_leases(&self) -> bool {
        self.config.read_lease || planted!(self.config, SkewedLease)
    }

    /// Begins a round of heartbeats that will prolong the lease; they are sent next.
    pub(crate) fn begin_lease_round(&mut self, io: &Io<'_, Self>) {
        if self.uses_leases() {
            let round = self.reads.next_round();
            if self.lease.sent.len() == MOST_ROUNDS {
                self.lease.sent.pop_front();
            }
            self.lease.sent.push_back((round, io.now()));
        }
    }

    /// A follower has answered: prolongs the lease where a majority has now answered a round.
    pub(crate) fn prolong_lease(&mut self, io: &Io<'_, Self>) {
        let Some((oldest, _)) = self.lease.sent.front().copied() else { return };
        let (me, peers) = (self.me, &self.peers);
        let answered = self.voters.quorum_index(|voter| match voter {
            voter if voter == me => u64::MAX,
            voter => peers.iter().find(|peer| peer.id == voter).map_or(0, |peer| peer.round),
        });
        if answered < oldest {
            return;
        }
        while let Some((_, at)) = self.lease.sent.front().filter(|(round, _)| *round <= answered) {
            self.lease.from = Some(*at);
            self.lease.sent.pop_front();
        }
        if planted!(self.config, SkewedLease) {
            self.lease.from = Some(io.now());
        }
    }

    /// Whether nobody else can have been elected until now.
    pub(crate) fn holds_lease(&self, io: &Io<'_, Self>) -> bool {
        let timeout = self.config.election_timeout_min;
        let length = if planted!(self.config, SkewedLease) {
            timeout
        } else {
            shortened(timeout, self.config.clock_error)
        };
        self.uses_leases() && self.lease.from.is_some_and(|from| io.now() < from + length)
    }

    /// Whether this node has, or may have in its former life, heard from a leader so lately that it must not vote for another.
    pub(crate) fn backs_a_lease(&self, io: &Io<'_, Self>) -> bool {
        self.uses_leases() && io.now().since(self.leader_heard) < self.config.election_timeout_min
    }
}

/// This time, shortened for a clock that may be slow by so many parts in a million, where others may be fast by as many.
fn shortened(timeout: Duration, clock_error: u32) -> Duration {
    let error = u128::from(clock_error).min(MILLION);
    let nanos = u128::from(timeout.as_nanos()) * (MILLION - error) / (MILLION + error);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thesis_6_4_1_the_lease_is_shortened_by_the_error_of_both_clocks() {
        let timeout = Duration::from_millis(300);
        assert_eq!(shortened(timeout, 0), timeout);
        assert_eq!(shortened(timeout, 200_000), Duration::from_millis(200), "300 * 0.8 / 1.2");
        assert_eq!(shortened(timeout, 1_000_000), Duration::ZERO);
        assert_eq!(shortened(timeout, u32::MAX), Duration::ZERO);
    }
}
