//! The settings of the links, and which of them make sense.

use seatrial_node::{Duration, OpenError};

use crate::incoming::RECEIVE_WINDOW;

/// How a [stubborn link](crate::Stubborn) behaves.
#[derive(Clone, Debug, Hash)]
pub struct StubbornConfig {
    /// How long after the first sending the second follows. Every further wait is twice the one before.
    pub resend_after: Duration,
    /// The longest wait between two sendings. The same as `resend_after` for a link without back-off.
    pub resend_at_most: Duration,
    /// How many payloads it sends for ever at the same time; more are refused, and counted.
    pub capacity: usize,
    /// The bug that is planted, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<crate::Mutant>,
}

impl Default for StubbornConfig {
    fn default() -> Self {
        Self {
            resend_after: Duration::from_millis(100),
            resend_at_most: Duration::from_secs(1),
            capacity: 1 << 14,
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

impl StubbornConfig {
    /// Whether these settings make sense.
    ///
    /// # Errors
    /// [`OpenError::Config`] where a wait or the capacity is zero, or the longest wait is the shorter one.
    pub fn validate(&self) -> Result<(), OpenError> {
        check_waits(self.resend_after, self.resend_at_most)?;
        at_least_one("capacity", self.capacity)
    }
}

/// How a [perfect link](crate::Perfect) behaves.
#[derive(Clone, Debug, Hash)]
pub struct PerfectConfig {
    /// How long it waits for an acknowledgement before it sends again: somewhat more than a round trip takes. Every further wait is
    /// twice the one before, until the peer is heard from.
    pub resend_after: Duration,
    /// The longest wait between two sendings.
    pub resend_at_most: Duration,
    /// How many payloads may be on their way to one member unacknowledged, from 1 to 64.
    pub window: usize,
    /// How many more payloads to one member wait for room in the window; more are refused, and counted.
    pub queue: usize,
    /// The bug that is planted, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<crate::Mutant>,
}

impl Default for PerfectConfig {
    fn default() -> Self {
        Self {
            resend_after: Duration::from_millis(100),
            resend_at_most: Duration::from_secs(1),
            window: RECEIVE_WINDOW,
            queue: 1 << 14,
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

impl PerfectConfig {
    /// Whether these settings make sense.
    ///
    /// # Errors
    /// [`OpenError::Config`] where a wait, the window or the queue is zero, the longest wait is the shorter one, or the window is
    /// wider than a receiver's.
    pub fn validate(&self) -> Result<(), OpenError> {
        check_waits(self.resend_after, self.resend_at_most)?;
        at_least_one("window", self.window)?;
        at_least_one("queue", self.queue)?;
        if self.window > RECEIVE_WINDOW {
            return Err(OpenError::Config(format!(
                "window = {}: a receiver remembers {RECEIVE_WINDOW} numbers; set it to at most \
                 {RECEIVE_WINDOW}",
                self.window
            )));
        }
        Ok(())
    }
}

/// How a [FIFO link](crate::Fifo) behaves.
#[derive(Clone, Debug, Hash)]
pub struct FifoConfig<C> {
    /// The settings of the link below.
    pub link: C,
    /// How many payloads of one member may wait for an earlier one; what would be further ahead is dropped, and counted. At least the
    /// `window` of a perfect link below, under which it never happens.
    pub hold: usize,
    /// The bug that is planted, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<crate::Mutant>,
}

impl<C: Default> Default for FifoConfig<C> {
    fn default() -> Self {
        Self {
            link: C::default(),
            hold: RECEIVE_WINDOW,
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

impl<C> FifoConfig<C> {
    /// Whether these settings make sense; the link below judges its own.
    ///
    /// # Errors
    /// [`OpenError::Config`] where no payload may wait.
    pub fn validate(&self) -> Result<(), OpenError> {
        at_least_one("hold", self.hold)
    }
}

fn check_waits(resend_after: Duration, resend_at_most: Duration) -> Result<(), OpenError> {
    if resend_after == Duration::ZERO {
        return Err(OpenError::Config(
            "resend_after = 0s: the link would send without end; set it to somewhat more than a round trip takes".into(),
        ));
    }
    if resend_at_most < resend_after {
        return Err(OpenError::Config(format!(
            "resend_at_most = {resend_at_most} is shorter than resend_after = {resend_after}: \
             waits only grow; set it to at least {resend_after}"
        )));
    }
    Ok(())
}

fn at_least_one(name: &str, value: usize) -> Result<(), OpenError> {
    if value == 0 {
        return Err(OpenError::Config(format!(
            "{name} = 0: no payload would ever get through; set it to at least 1"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(result: Result<(), OpenError>) -> String {
        result.expect_err("the settings make no sense").to_string()
    }

    #[test]
    fn the_defaults_make_sense() {
        assert_eq!(StubbornConfig::default().validate(), Ok(()));
        assert_eq!(PerfectConfig::default().validate(), Ok(()));
        assert_eq!(FifoConfig::<()>::default().validate(), Ok(()));
    }

    #[test]
    fn settings_that_make_no_sense_are_named_with_a_way_out() {
        let perfect = PerfectConfig::default;
        let zero = PerfectConfig { resend_after: Duration::ZERO, ..perfect() };
        assert!(refusal(zero.validate()).contains("resend_after = 0s"));
        let shorter = PerfectConfig { resend_at_most: Duration::from_millis(1), ..perfect() };
        assert!(refusal(shorter.validate()).contains("set it to at least 100ms"));
        for (window, says) in [(0, "window = 0"), (65, "set it to at most 64")] {
            let error = refusal(PerfectConfig { window, ..perfect() }.validate());
            assert!(error.contains(says), "{error}");
        }
        assert!(refusal(PerfectConfig { queue: 0, ..perfect() }.validate()).contains("queue = 0"));
        let stubborn = StubbornConfig { capacity: 0, ..StubbornConfig::default() };
        assert!(refusal(stubborn.validate()).contains("capacity = 0"));
        let fifo = FifoConfig { hold: 0, ..FifoConfig::<()>::default() };
        assert!(refusal(fifo.validate()).contains("hold = 0"));
    }
}
