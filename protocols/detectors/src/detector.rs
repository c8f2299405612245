//! What all detectors have in common, and the promises that layers above ask for by name.

use seatrial_node::{Announce, Fact, Node, NodeId};

/// A failure detector that a parent layer asks and hears. The parent hands it the inputs that are its own (see
/// [`Io::child`](seatrial_node::Io::child)) and takes its events from its outbox.
pub trait Detector: Node<Event = Suspicion> {
    /// Whether it suspects this member at present.
    fn suspects(&self, node: NodeId) -> bool;
}

/// A detector that keeps the promises of a perfect failure detector (§2.6.2) while its synchrony assumption holds: strong
/// completeness (PFD1) and strong accuracy (PFD2). It never restores. Layers that need it ask for it, so that a stack over a lesser
/// detector does not compile.
pub trait PerfectDetector: Detector {}

/// A detector's event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Suspicion {
    /// It suspects this member from now on.
    Suspect(NodeId),
    /// It suspects it no longer.
    Restore(NodeId),
    /// A member has joined (detectors with a membership of their own).
    Join(NodeId),
    /// A member has left of its own will.
    Leave(NodeId),
}

impl Announce for Suspicion {
    fn fact(&self) -> Option<Fact> {
        Some(match *self {
            Self::Suspect(node) => Fact::Suspect { node },
            Self::Restore(node) => Fact::Restore { node },
            Self::Join(node) => Fact::Join { node },
            Self::Leave(node) => Fact::Leave { node },
        })
    }
}

/// A leader detector (Ω, §2.6.5, or monarchical leader election, §2.6.3).
pub trait LeaderDetector: Node<Event = Trusted> {
    /// Whom it trusts at present.
    fn leader(&self) -> Option<NodeId>;
}

/// A leader detector's event: it trusts this member from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trusted(pub NodeId);

impl Announce for Trusted {
    fn fact(&self) -> Option<Fact> {
        Some(Fact::Trust { leader: self.0 })
    }
}
