//! What the oracle sees of an execution.

use std::fmt;

use seatrial_node::{Instant, Node, NodeId};

use crate::exploration::{Explorable, Exploration};
use crate::solo::Solos;
use crate::state::{State, Told};

/// What the oracle sees of an execution: where it has come to, and all that was told on the way.
pub struct Sight<'a, N: Node> {
    /// All that nodes have told, in order.
    pub told: &'a [Told],
    /// How much of it the last step has told.
    pub news: usize,
    /// Whether the execution may end here: all that must happen has happened.
    pub is_over: bool,
    pub(crate) state: &'a State,
    pub(crate) within: &'a Exploration<N>,
    pub(crate) solos: &'a Solos<N>,
}

impl<N: Explorable> Sight<'_, N> {
    /// The nodes, in ascending order.
    pub fn members(&self) -> &[NodeId] {
        self.within.members()
    }

    /// A node, if it is up.
    pub fn node(&self, node: NodeId) -> Option<&N> {
        let solo = self.state.solos.get(self.within.place(node))?;
        self.solos.node(*solo)
    }

    /// The time.
    pub fn now(&self) -> Instant {
        self.state.now
    }
}

impl<N: Node> fmt::Debug for Sight<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sight")
            .field("told", &self.told)
            .field("news", &self.news)
            .field("is_over", &self.is_over)
            .finish_non_exhaustive()
    }
}
