//! What proptest draws.

use proptest::arbitrary::any;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::{Reason, TestRunner};

use super::run::TrialRun;
use super::tree::{PlanTree, TrialTree};
use crate::prepared::Prepared;
use crate::registry::Registry;

/// Runs of a trial; see [`trials`](super::trials).
#[derive(Clone, Debug)]
pub struct Trials {
    pub(super) registry: Registry,
    pub(super) prepared: Prepared,
    /// The one seed that the environment asks for.
    pub(super) seed: Option<u64>,
}

impl Strategy for Trials {
    type Tree = TrialTree;
    type Value = TrialRun;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = self.seed.map_or_else(|| draw_seed(runner), Ok)?;
        Ok(TrialTree::new(self.registry.clone(), self.prepared.clone(), seed))
    }
}

/// Plans of trouble; see [`plans`](super::plans).
#[derive(Clone, Debug)]
pub struct Plans {
    pub(super) prepared: Prepared,
}

impl Strategy for Plans {
    type Tree = PlanTree;
    type Value = seatrial_sim::FaultPlan;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = draw_seed(runner)?;
        Ok(PlanTree::new(self.prepared.plan(seed)))
    }
}

/// A seed that a case file can hold, whose numbers are those of TOML.
fn draw_seed(runner: &mut TestRunner) -> Result<u64, Reason> {
    Ok(any::<u64>().new_tree(runner)?.current() >> 1)
}
