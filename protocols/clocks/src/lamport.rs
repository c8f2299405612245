//! Lamport's clock (Lamport, *Time, Clocks, and the Ordering of Events in a Distributed System*, 1978).

use std::fmt;

use seatrial_node::NodeId;

/// A counter that is ahead of everything that it has heard of: a → b ⇒ L(a) < L(b).
///
/// ```
/// use seatrial_clocks::LamportClock;
///
/// let mut clock = LamportClock::new();
/// assert_eq!(clock.tick(), 1);
/// assert_eq!(clock.receive(7), Ok(8));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LamportClock {
    time: u64,
}

/// An event's time with its node: a total order of all events that agrees with happened-before (Lamport's ⇒).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LamportTime {
    /// What the node's clock showed at the event.
    pub time: u64,
    /// Where it was, which decides between equal times.
    pub node: NodeId,
}

/// A time that no clock reaches by counting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitError {
    /// The time received.
    pub time: u64,
}

impl LamportClock {
    /// Times from here on are refused: no clock counts so far, and one that believed it would soon stand still.
    pub const LIMIT: u64 = 1 << 63;

    /// A clock that shows zero: before all events.
    pub const fn new() -> Self {
        Self { time: 0 }
    }

    /// The time of the latest event.
    pub const fn time(&self) -> u64 {
        self.time
    }

    /// The time of an event at this node, such as the sending of a message.
    pub const fn tick(&mut self) -> u64 {
        self.time = self.time.saturating_add(1);
        self.time
    }

    /// The time of the receipt of a message that was sent at `sent`.
    ///
    /// # Errors
    /// Where that time is at or above [`LamportClock::LIMIT`]. The clock is as before.
    pub fn receive(&mut self, sent: u64) -> Result<u64, LimitError> {
        if sent >= Self::LIMIT {
            return Err(LimitError { time: sent });
        }
        self.time = self.time.max(sent);
        Ok(self.tick())
    }
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a Lamport time of {}: no clock counts beyond {}", self.time, LamportClock::LIMIT)
    }
}

impl std::error::Error for LimitError {}
