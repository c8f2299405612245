//! What a node holds of each member, and what changes of that it tells.

use seatrial_node::NodeId;

use super::message::{Standing, Update};
use crate::Suspicion;

/// Incarnations from here on are refused, so that there is always a next one to refute with.
pub(super) const INCARNATION_LIMIT: u32 = u32::MAX - 1;

/// One member.
#[derive(Clone, Debug, Hash)]
pub(super) struct Member {
    pub(super) node: NodeId,
    pub(super) incarnation: u32,
    pub(super) standing: Standing,
}

impl Member {
    pub(super) fn update(&self) -> Update {
        Update { node: self.node, incarnation: self.incarnation, standing: self.standing }
    }

    /// Whether this update says more than what is held.
    pub(super) fn is_overridden_by(&self, update: &Update) -> bool {
        (update.incarnation, update.standing) > (self.incarnation, self.standing)
    }

    /// Whether it is probed: a suspected member is, so that it can refute.
    pub(super) fn is_active(&self) -> bool {
        matches!(self.standing, Standing::Alive | Standing::Suspect)
    }
}

/// What is told when a member's standing changes: at most three events, oldest first.
pub(super) fn told(node: NodeId, old: Standing, new: Standing) -> [Option<Suspicion>; 3] {
    use Standing::{Absent, Alive, Failed, Left, Suspect};
    let join = Some(Suspicion::Join(node));
    let suspect = Some(Suspicion::Suspect(node));
    let confirm = Some(Suspicion::Confirm(node));
    match (old, new) {
        (Absent | Left, Alive) => [join, None, None],
        (Absent | Left, Suspect) => [join, suspect, None],
        (Absent | Left, Failed) => [join, suspect, confirm],
        (Alive, Suspect) => [suspect, None, None],
        (Alive, Failed) => [suspect, confirm, None],
        (Suspect, Failed) => [confirm, None, None],
        (Suspect | Failed, Alive) => [Some(Suspicion::Restore(node)), None, None],
        (Alive | Suspect | Failed, Left) => [Some(Suspicion::Leave(node)), None, None],
        _ => [None, None, None],
    }
}
