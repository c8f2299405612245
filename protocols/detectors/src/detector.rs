//! What all detectors have in common, and the promises that layers above ask for by name.

use seatrial_node::{Announce, Fact, Node, NodeId};

/// A failure detector that a parent layer asks and hears. The parent hands it the inputs that are its own (see
/// [`Io::child`](seatrial_node::Io::child)) and takes its events from its outbox.
pub trait Detector: Node<Event = Suspicion> {
    /// Whether it does not count on this member at present: it suspects it, or knows that it has left or has not joined yet. Never
    /// true of the node itself.
    fn suspects(&self, node: NodeId) -> bool;

    /// The bug that this configuration plants, if any. A leader detector is configured like the detector below it, and finds its own
    /// bug here.
    #[cfg(feature = "mutants")]
    fn planted(config: &Self::Config) -> Option<crate::Mutant> {
        let _ = config;
        None
    }
}

/// A detector that keeps the promises of a perfect failure detector (§2.6.2) while its synchrony assumption holds: strong
/// completeness (PFD1) and strong accuracy (PFD2). It never restores. Layers that need it ask for it, so that a stack over a lesser
/// detector does not compile.
pub trait PerfectDetector: Detector {}

/// A detector's event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// A suspicion has been confirmed (detectors that suspect first and confirm later, as SWIM does).
    Confirm(NodeId),
    /// A member that a perfect detector suspects has been heard: the run has broken the synchrony assumption, or a crashed process
    /// has come back, and the detector's promises no longer hold. Told once for each member.
    AssumptionBroken(NodeId),
}

/// The mark by which a judge knows that a run has broken what a perfect failure detector assumes.
pub const ASSUMPTION_BROKEN: &str = "PFD's synchrony assumption was broken";

/// The mark of a suspicion that was confirmed.
pub const CONFIRMED: &str = "a suspicion was confirmed";

impl Announce for Suspicion {
    fn fact(&self) -> Option<Fact> {
        Some(match *self {
            Self::Suspect(node) => Fact::Suspect { node },
            Self::Restore(node) => Fact::Restore { node },
            Self::Join(node) => Fact::Join { node },
            Self::Leave(node) => Fact::Leave { node },
            Self::Confirm(_) => Fact::Reached { mark: CONFIRMED },
            Self::AssumptionBroken(_) => Fact::Reached { mark: ASSUMPTION_BROKEN },
        })
    }
}

/// A leader detector (Ω, §2.6.5, or monarchical leader election, §2.6.3).
pub trait LeaderDetector: Node<Event = Leadership> {
    /// Whom it trusts at present.
    fn leader(&self) -> Option<NodeId>;
}

/// A leader detector's event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Leadership {
    /// It trusts this member from now on.
    Trust(NodeId),
    /// The failure detector below has said this. It comes before the change of trust that it brings about.
    Suspicion(Suspicion),
}

impl Announce for Leadership {
    fn fact(&self) -> Option<Fact> {
        match self {
            Self::Trust(leader) => Some(Fact::Trust { leader: *leader }),
            Self::Suspicion(suspicion) => suspicion.fact(),
        }
    }
}
