//! The settings of a SWIM node.

use seatrial_node::{Duration, NodeId, OpenError};

/// How a SWIM node behaves. All nodes have the same.
#[derive(Clone, Debug, Hash)]
pub struct SwimConfig {
    /// The protocol period: each node probes one other in each (§3.1). About three times a round trip at least.
    pub period: Duration,
    /// How long a node waits for a direct answer before it asks others to try. Shorter than the period.
    pub ack_timeout: Duration,
    /// k: how many others are asked to try, at most [`SwimConfig::MAX_HELPERS`]. With none, one lost message is a suspicion.
    pub helpers: usize,
    /// λ: an update is passed on this many times ⌈log₂(n + 1)⌉ times by each node (§4.1), from 1 to 100.
    pub retransmit: u32,
    /// How long a suspected member has to refute, in ⌈log₂(n + 1)⌉ periods (§4.2), from 1 to 100. Two just let a suspicion reach its
    /// member and the refutation come back; where a tenth of all messages is lost, a thousand members take up to six.
    pub suspicion: u32,
    /// Once in this many periods a member that was confirmed as failed is probed as well, so that two halves of a cluster find each other
    /// again after a partition. Not zero. (The paper forgets failed members; deployed implementations do this.)
    pub reconnect: u32,
    /// Which nodes are no members at first, and how long after each start of theirs they ask to join. At least one member is not among
    /// them.
    pub joins: Vec<(NodeId, Duration)>,
    /// Which nodes leave, and how long after each start of theirs.
    pub leaves: Vec<(NodeId, Duration)>,
    /// The bug that is planted, if any.
    #[cfg(feature = "mutants")]
    pub mutant: Option<crate::Mutant>,
}

impl SwimConfig {
    /// The largest k.
    pub const MAX_HELPERS: usize = 8;
}

impl Default for SwimConfig {
    /// A period of a second, of which an answer may take 300 ms, and three helpers.
    fn default() -> Self {
        Self {
            period: Duration::from_secs(1),
            ack_timeout: Duration::from_millis(300),
            helpers: 3,
            retransmit: 2,
            suspicion: 4,
            reconnect: 4,
            joins: Vec::new(),
            leaves: Vec::new(),
            #[cfg(feature = "mutants")]
            mutant: None,
        }
    }
}

impl SwimConfig {
    /// Refuses settings that cannot work.
    pub(super) fn check(&self) -> Result<(), OpenError> {
        let fault = |text: String| Err(OpenError::Config(text));
        if self.period == Duration::ZERO {
            return fault("period is 0s: peers would be probed without end at one instant; make it longer than zero".into());
        }
        if self.ack_timeout == Duration::ZERO || self.ack_timeout >= self.period {
            return fault(format!(
                "ack_timeout is {}: an answer needs some time, and the rest of the period, {}, is for asking others; make it longer \
                 than zero and shorter than the period",
                self.ack_timeout, self.period
            ));
        }
        if self.helpers > Self::MAX_HELPERS {
            return fault(format!(
                "helpers is {}: one failed probe would load so many members; make it at most {}",
                self.helpers,
                Self::MAX_HELPERS
            ));
        }
        for (name, value) in [("retransmit", self.retransmit), ("suspicion", self.suspicion)] {
            if !(1..=100).contains(&value) {
                return fault(format!(
                    "{name} is {value}: with 0 nothing would spread or could be refuted, and above 100 hardly end; make it 1 to 100"
                ));
            }
        }
        if self.reconnect == 0 {
            return fault("reconnect is 0: it counts periods; make it 1 at least".into());
        }
        for (name, plan) in [("joins", &self.joins), ("leaves", &self.leaves)] {
            let twice = plan
                .iter()
                .enumerate()
                .find(|(i, (node, _))| plan[..*i].iter().any(|(earlier, _)| earlier == node));
            if let Some((_, (node, _))) = twice {
                return fault(format!(
                    "{name} lists {node} twice: only one time can hold; remove one"
                ));
            }
        }
        Ok(())
    }

    /// How long after its start this node joins; none for one that is a member from the first.
    pub(super) fn joins_after(&self, node: NodeId) -> Option<Duration> {
        self.joins.iter().find(|(joiner, _)| *joiner == node).map(|(_, after)| *after)
    }

    /// How long after its start this node leaves, if it does.
    pub(super) fn leaves_after(&self, node: NodeId) -> Option<Duration> {
        self.leaves.iter().find(|(leaver, _)| *leaver == node).map(|(_, after)| *after)
    }
}
