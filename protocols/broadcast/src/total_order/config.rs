//! The settings of total orders, and which of them make sense.

use seatrial_node::{Duration, OpenError};
use seatrial_raft::RaftConfig;

#[cfg(feature = "mutants")]
use crate::Mutant;
use crate::config::refuse;

/// The settings of total order by consensus. All members should have the same.
#[derive(Clone, Debug)]
pub struct ConsensusConfig {
    /// Those of the replicated log.
    pub raft: RaftConfig,
    /// How long a member waits until it asks again for a place for what it has broadcast: longer than it takes to commit an entry.
    pub retry_after: Duration,
    /// How long after a delivery a member tells the others how far it has come, so that they can forget what all have.
    pub report_after: Duration,
    /// After how many entries what came before them may be forgotten. A smaller number takes more writes and less memory and disk.
    pub save_every: u64,
    /// How many delivered entries are kept at most for members that are down or cut off; in steps of `save_every`. Whoever is farther
    /// behind skips messages.
    pub keep: u64,
    /// The bug that is planted in this layer, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<Mutant>,
}

impl Default for ConsensusConfig {
    /// Asks again after 100 ms, reports after 100 ms, forgets a thousand entries at a time and keeps a hundred thousand.
    fn default() -> Self {
        Self {
            raft: RaftConfig::default(),
            retry_after: Duration::from_millis(100),
            report_after: Duration::from_millis(100),
            save_every: 1_000,
            keep: 100_000,
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

impl ConsensusConfig {
    /// Whether these settings make sense together.
    ///
    /// # Errors
    /// [`OpenError::Config`] with the setting and the reason.
    pub fn validate(&self) -> Result<(), OpenError> {
        self.raft.validate()?;
        if self.retry_after == Duration::ZERO {
            refuse("retry_after is zero, so a member would ask without end; give it some time")?;
        }
        if self.report_after == Duration::ZERO {
            refuse("report_after is zero, so every delivery would be told; give it some time")?;
        }
        if self.save_every == 0 {
            refuse("save_every is zero, but nothing is forgotten after no entries; give it 1")?;
        }
        if self.keep < self.save_every {
            refuse("keep is less than save_every, so slow members would be left behind; raise it")?;
        }
        Ok(())
    }
}

/// The settings of total order by a sequencer. All members should have the same.
#[derive(Clone, Debug)]
pub struct SequencerConfig<L, D> {
    /// The link's.
    pub link: L,
    /// The leader detector's.
    pub detector: D,
    /// How long a member waits that is trusted and not the sequencer, because another has just become it, until it becomes it itself:
    /// somewhat more than a round trip takes.
    pub patience: Duration,
    /// How many delivered messages are kept at most for members that are slow, or gone for all that anybody knows. Whoever is farther
    /// behind skips messages.
    pub keep: u64,
    /// The bug that is planted in this layer, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<Mutant>,
}

impl<L: Default, D: Default> Default for SequencerConfig<L, D> {
    /// Waits 100 ms, and keeps ten thousand messages.
    fn default() -> Self {
        Self {
            link: L::default(),
            detector: D::default(),
            patience: Duration::from_millis(100),
            keep: 10_000,
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

impl<L, D> SequencerConfig<L, D> {
    pub(super) fn validate(&self) -> Result<(), OpenError> {
        if self.patience == Duration::ZERO {
            refuse(
                "patience is zero, so two members could fence each other for ever; give it time",
            )?;
        }
        Ok(())
    }
}
