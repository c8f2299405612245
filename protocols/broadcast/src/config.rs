//! The settings of the layers. Each has those of the layers beneath it, and names the bug that is planted in it.

use seatrial_node::{Duration, OpenError};

#[cfg(feature = "mutants")]
use crate::Mutant;

/// The settings of a broadcast over a link.
#[derive(Clone, Debug, Default)]
pub struct LinkedConfig<L> {
    /// The link's.
    pub link: L,
    /// The bug that is planted in this layer, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<Mutant>,
}

/// The settings of a broadcast over a link and a failure detector.
#[derive(Clone, Debug, Default)]
pub struct DetectedConfig<L, D> {
    /// The link's.
    pub link: L,
    /// The detector's.
    pub detector: D,
    /// The bug that is planted in this layer, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<Mutant>,
}

/// The settings of lazy reliable broadcast.
#[derive(Clone, Debug)]
pub struct LazyConfig<L, D> {
    /// The link's.
    pub link: L,
    /// The detector's.
    pub detector: D,
    /// How long after a delivery a member tells the others how far it has delivered, so that they can forget what all have. A
    /// shorter time takes more messages and less memory.
    pub report_after: Duration,
    /// After how many deliveries it tells them at the latest.
    pub report_every: u32,
    /// The bug that is planted in this layer, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<Mutant>,
}

impl<L: Default, D: Default> Default for LazyConfig<L, D> {
    /// Tells the others after 100 ms or 256 deliveries.
    fn default() -> Self {
        Self {
            link: L::default(),
            detector: D::default(),
            report_after: Duration::from_millis(100),
            report_every: 256,
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

impl<L, D> LazyConfig<L, D> {
    /// The layer's own settings, without its children's.
    pub(crate) fn own(&self) -> LazyConfig<(), ()> {
        LazyConfig {
            link: (),
            detector: (),
            report_after: self.report_after,
            report_every: self.report_every,
            #[cfg(feature = "mutants")]
            mutant: self.mutant,
        }
    }

    pub(crate) fn validate(&self) -> Result<(), OpenError> {
        check_reports(self.report_after, self.report_every)
    }
}

/// The settings of a broadcast that puts another one's messages in order.
#[derive(Clone, Debug, Default)]
pub struct OrderConfig<B> {
    /// Those of the broadcast beneath.
    pub broadcast: B,
    /// The bug that is planted in this layer, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<Mutant>,
}

/// The settings of causal broadcast without waiting.
#[derive(Clone, Debug)]
pub struct PastConfig<B, D> {
    /// Those of the broadcast beneath.
    pub broadcast: B,
    /// The detector's.
    pub detector: D,
    /// How long after a delivery a member that broadcasts nothing tells the others how far it has delivered.
    pub report_after: Duration,
    /// After how many deliveries it tells them at the latest.
    pub report_every: u32,
    /// The bug that is planted in this layer, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<Mutant>,
}

impl<B: Default, D: Default> Default for PastConfig<B, D> {
    /// Tells the others after 100 ms or 64 deliveries.
    fn default() -> Self {
        Self {
            broadcast: B::default(),
            detector: D::default(),
            report_after: Duration::from_millis(100),
            report_every: 64,
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

impl<B, D> PastConfig<B, D> {
    /// The layer's own settings, without its children's.
    pub(crate) fn own(&self) -> PastConfig<(), ()> {
        PastConfig {
            broadcast: (),
            detector: (),
            report_after: self.report_after,
            report_every: self.report_every,
            #[cfg(feature = "mutants")]
            mutant: self.mutant,
        }
    }

    pub(crate) fn validate(&self) -> Result<(), OpenError> {
        check_reports(self.report_after, self.report_every)
    }
}

fn check_reports(after: Duration, every: u32) -> Result<(), OpenError> {
    if after == Duration::ZERO {
        return refuse("report_after is zero, so every delivery would be told; give it some time");
    }
    if every == 0 {
        return refuse("report_every is zero, but nothing is told of no deliveries; give it 1");
    }
    Ok(())
}

pub(crate) fn refuse(why: &str) -> Result<(), OpenError> {
    Err(OpenError::Config(why.to_owned()))
}
