//! What can go wrong at a time: every fault that a plan can name.

use std::fmt;

use seatrial_history::Endpoint;
use seatrial_node::NodeId;
use serde::{Deserialize, Serialize};

use super::inhabitants::Inhabitants;
use super::{Target, network, node};
use crate::counts::{FaultKind, Group};

/// What can go wrong at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// Nobody in a group reaches anybody in another. Whoever is named in no group reaches all.
    Partition {
        /// Two groups or more.
        groups: Vec<Vec<Endpoint>>,
    },
    /// One node reaches no other node, and they do not reach it. Clients named in `clients` are cut off with it: they reach it
    /// and nobody else; all other clients reach everybody but it.
    Isolate {
        /// Who.
        node: Target,
        /// Clients on its side.
        #[serde(default)]
        clients: Vec<Endpoint>,
    },
    /// Messages from here to there are lost; the other way they pass.
    OneWay {
        /// From whom.
        from: Vec<Endpoint>,
        /// To whom.
        to: Vec<Endpoint>,
    },
    /// The nodes stand in a ring, and each reaches only those near it: a majority, but no two the same one (Jepsen's majorities
    /// ring; with five nodes, two neighbours on each side). Of four nodes or fewer no such ring exists; a bridge is made
    /// instead: two halves that reach each other only through the first node named.
    Ring {
        /// The nodes, in the order of the ring.
        order: Vec<NodeId>,
    },
    /// A node loses all but its disk, and of that what was not synced may be lost or torn. It starts again when the fault ends.
    Crash {
        /// Who.
        node: Target,
    },
    /// A node crashes and never starts again, not even when the world heals: the processes of the crash-stop model (Cachin,
    /// Guerraoui and Rodrigues, §2.2.2). One that is down already stays down.
    CrashStop {
        /// Who.
        node: Target,
    },
    /// A node stands still while the world goes on; what arrives waits.
    Pause {
        /// Who.
        node: Target,
    },
}

impl Fault {
    /// Which kind it is counted as.
    pub const fn kind(&self) -> FaultKind {
        match self {
            Self::Partition { .. } => FaultKind::Partition,
            Self::Isolate { .. } => FaultKind::Isolate,
            Self::OneWay { .. } => FaultKind::OneWay,
            Self::Ring { .. } => FaultKind::Ring,
            Self::Crash { .. } => FaultKind::Crash,
            Self::CrashStop { .. } => FaultKind::CrashStop,
            Self::Pause { .. } => FaultKind::Pause,
        }
    }

    /// Whether it never ends, not even when the world heals.
    pub const fn is_for_ever(&self) -> bool {
        matches!(self, Self::CrashStop { .. })
    }

    /// Whom it is aimed at, where that is one node.
    pub const fn target(&self) -> Option<&Target> {
        match self {
            Self::Isolate { node, .. }
            | Self::Crash { node }
            | Self::CrashStop { node }
            | Self::Pause { node } => Some(node),
            Self::Partition { .. } | Self::OneWay { .. } | Self::Ring { .. } => None,
        }
    }

    /// What is wrong with it in this world, if anything.
    pub(super) fn problem(&self, world: &Inhabitants<'_>) -> Option<String> {
        match self.kind().group() {
            Group::Network => network::problem(self, world),
            Group::Node => node::problem(self, world),
            Group::Disk => None,
        }
    }
}

/// Says who is meant: `n0 n1 c0 | n2`, or `whoever is leader`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind().group() {
            Group::Network => network::words(self, f),
            Group::Node => node::words(self, f),
            Group::Disk => Ok(()),
        }
    }
}
