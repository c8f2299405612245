//! The hybrid logical clock (Kulkarni, Demirbas, Madappa, Avva and Leone, *Logical Physical Clocks*, 2014).

use std::fmt;

use seatrial_node::{Duration, WallTime};

/// A clock near the wall clocks that never goes back and keeps causality: a → b ⇒ H(a) < H(b).
///
/// Its time is never ahead of the largest wall clock among the nodes that it has, directly or by others, heard of. So it is told how
/// far a wall clock may be ahead of this node's, and refuses what claims more: one broken clock does not carry all others away.
///
/// ```
/// use seatrial_clocks::HybridClock;
/// use seatrial_node::{Duration, WallTime};
///
/// let at = |millis: u64| WallTime::from_unix_nanos(millis * 1_000_000);
/// let (mut fast, mut slow) = (HybridClock::new(Duration::from_millis(50)), HybridClock::new(Duration::from_millis(50)));
/// let sent = fast.tick(at(1_030));
/// let received = slow.receive(sent, at(1_000))?;
/// assert!(sent < received, "although the receiver's wall clock is behind");
/// assert!(slow.receive(fast.tick(at(9_000)), at(1_001)).is_err(), "eight seconds are too many");
/// # Ok::<(), seatrial_clocks::DriftError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HybridClock {
    latest: HybridTime,
    max_drift: Duration,
}

/// A hybrid time. Times are ordered by their wall part, then by their count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HybridTime {
    /// The largest wall time heard of (the paper's `l`).
    pub wall: WallTime,
    /// Counts events while that does not grow (the paper's `c`).
    pub count: u32,
}

/// A time that is further ahead of this node's wall clock than any wall clock may be. Either clock is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DriftError {
    /// How far it is ahead.
    pub ahead: Duration,
    /// How far it may be ahead.
    pub max_drift: Duration,
}

impl HybridClock {
    /// A clock before all events. `max_drift` is the most that another node's wall clock may be ahead of this node's.
    pub const fn new(max_drift: Duration) -> Self {
        let latest = HybridTime { wall: WallTime::from_unix_nanos(0), count: 0 };
        Self { latest, max_drift }
    }

    /// The time of the latest event.
    pub const fn latest(&self) -> HybridTime {
        self.latest
    }

    /// The time of an event at this node, such as the sending of a message, when its wall clock shows `wall`.
    pub fn tick(&mut self, wall: WallTime) -> HybridTime {
        self.latest = self.latest.after(wall);
        self.latest
    }

    /// The time of the receipt of a message that was sent at `sent`, when this node's wall clock shows `wall`.
    ///
    /// # Errors
    /// Where `sent` is further ahead of `wall` than the bound. The clock is as before.
    pub fn receive(&mut self, sent: HybridTime, wall: WallTime) -> Result<HybridTime, DriftError> {
        let ahead = sent.wall.as_unix_nanos().saturating_sub(wall.as_unix_nanos());
        let ahead = Duration::from_nanos(ahead);
        if ahead > self.max_drift {
            return Err(DriftError { ahead, max_drift: self.max_drift });
        }
        self.latest = self.latest.max(sent).after(wall);
        Ok(self.latest)
    }
}

impl HybridTime {
    /// The least time that is after this one and not before the wall clock. Where the count is used up, the wall part grows by a
    /// nanosecond; at the end of time it stands still.
    fn after(self, wall: WallTime) -> Self {
        if wall > self.wall {
            return Self { wall, count: 0 };
        }
        match (self.count.checked_add(1), self.wall.as_unix_nanos().checked_add(1)) {
            (Some(count), _) => Self { count, ..self },
            (None, Some(nanos)) => Self { wall: WallTime::from_unix_nanos(nanos), count: 0 },
            (None, None) => self,
        }
    }
}

impl fmt::Display for DriftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { ahead, max_drift } = self;
        write!(
            f,
            "a time {ahead} ahead of the wall clock here; no clock may be ahead by more than {max_drift}"
        )
    }
}

impl std::error::Error for DriftError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanos: u64) -> WallTime {
        WallTime::from_unix_nanos(nanos)
    }

    #[test]
    fn the_paper_s_cases_of_a_receipt() {
        let receipt = |own: (u64, u32), sent: (u64, u32), wall| {
            let mut clock = HybridClock::new(Duration::from_nanos(10));
            clock.latest = HybridTime { wall: at(own.0), count: own.1 };
            let sent = HybridTime { wall: at(sent.0), count: sent.1 };
            let time = clock.receive(sent, at(wall)).expect("no drift");
            (time.wall.as_unix_nanos(), time.count)
        };
        assert_eq!(receipt((5, 2), (5, 7), 3), (5, 8), "both are the largest");
        assert_eq!(receipt((6, 2), (5, 7), 3), (6, 3), "the clock is");
        assert_eq!(receipt((5, 2), (6, 7), 3), (6, 8), "the message is");
        assert_eq!(receipt((5, 2), (6, 7), 9), (9, 0), "the wall clock is");
    }

    #[test]
    fn a_time_too_far_ahead_is_refused_and_changes_nothing() {
        let mut clock = HybridClock::new(Duration::from_nanos(10));
        let ahead = |nanos| HybridTime { wall: at(nanos), count: 0 };
        assert!(clock.receive(ahead(110), at(100)).is_ok());
        let before = clock;
        let error = clock.receive(ahead(111), at(100)).expect_err("eleven are more than ten");
        assert_eq!(error.ahead, Duration::from_nanos(11));
        assert_eq!(clock, before);
    }

    #[test]
    fn the_last_times_there_are_do_not_wrap() {
        let mut clock = HybridClock::new(Duration::MAX);
        clock.latest = HybridTime { wall: at(7), count: u32::MAX };
        assert_eq!(clock.tick(at(0)), HybridTime { wall: at(8), count: 0 });
        let last = HybridTime { wall: at(u64::MAX), count: u32::MAX };
        assert_eq!(clock.receive(last, at(0)), Ok(last));
        assert_eq!(clock.tick(at(u64::MAX)), last);
    }
}
