//! A plan for a world where somebody is missing, or is called otherwise.

use seatrial_history::Endpoint;
use seatrial_node::NodeId;

use super::{Awaited, Fault, FaultPlan, PlannedFault, Target};

/// Who somebody is now; nobody, where they are gone.
type Map<'a> = &'a dyn Fn(Endpoint) -> Option<Endpoint>;

impl FaultPlan {
    /// The same plan where everybody is called as `map` says, and some are gone. A fault of which nothing sensible is left is gone, too.
    #[must_use]
    pub fn renamed(&self, map: &dyn Fn(Endpoint) -> Option<Endpoint>) -> Self {
        let planned = |planned: &PlannedFault| {
            let fault = planned.fault.renamed(map)?;
            Some(PlannedFault { fault, ..planned.clone() })
        };
        let awaited = |awaited: &Awaited| {
            let then = planned(&awaited.then)?;
            Some(Awaited { when: awaited.when.clone(), then })
        };
        Self {
            heal_after: self.heal_after,
            core: self.core.as_ref().map(|core| nodes(core, map)).filter(|core| !core.is_empty()),
            rates: self.rates,
            faults: self.faults.iter().filter_map(planned).collect(),
            awaited: self.awaited.iter().filter_map(awaited).collect(),
        }
    }
}

impl Fault {
    /// The same fault where everybody is called as `map` says; nothing, where whom it is aimed at is gone.
    fn renamed(&self, map: Map<'_>) -> Option<Self> {
        let mut fault = self.clone();
        fault.rename(map).then_some(fault)
    }

    /// Whether something sensible is left.
    fn rename(&mut self, map: Map<'_>) -> bool {
        match self {
            Self::Partition { groups } => {
                groups.iter_mut().for_each(|group| *group = ends(group, map));
                groups.retain(|group| !group.is_empty());
                groups.len() > 1
            }
            Self::Isolate { node, clients } => {
                *clients = ends(clients, map);
                aim(node, map)
            }
            Self::OneWay { from, to } => both(from, to, map),
            Self::Ring { order } => {
                *order = nodes(order, map);
                order.len() > 2
            }
            Self::LossBurst { from, to, .. }
            | Self::SlowTail { from, to, .. }
            | Self::SlowLink { from, to, .. }
            | Self::Throttle { from, to, .. }
            | Self::Clog { from, to }
            | Self::Corrupt { from, to, .. } => all_or_some(from, map) && all_or_some(to, map),
            Self::SwizzleClog { order, back } => {
                (*order, *back) = (nodes(order, map), nodes(back, map));
                !order.is_empty()
            }
            Self::Bridge { node, left, right } => both(left, right, map) && aim(node, map),
            Self::CutClients { clients } => all_or_some(clients, map),
            Self::Reset { node, peers } => all_or_some(peers, map) && aim(node, map),
            Self::CrashZone { nodes: zone, .. } => {
                *zone = nodes(zone, map);
                !zone.is_empty()
            }
            Self::DiskSwap { between } => match nodes(between, map).as_slice() {
                [one, other] => {
                    *between = [*one, *other];
                    true
                }
                _ => false,
            },
            _ => self.target_mut().is_none_or(|node| aim(node, map)),
        }
    }

    /// Whom a fault of one node is aimed at.
    fn target_mut(&mut self) -> Option<&mut Target> {
        match self {
            Self::Mute { node }
            | Self::Deaf { node }
            | Self::Crash { node }
            | Self::CrashStop { node }
            | Self::Pause { node, .. }
            | Self::ClockDrift { node, .. }
            | Self::WallOffset { node, .. }
            | Self::WallJump { node, .. }
            | Self::WallStrobe { node, .. }
            | Self::CrashLoop { node, .. }
            | Self::CrashWriting { node }
            | Self::CrashMidway { node, .. }
            | Self::Wipe { node }
            | Self::SlowCpu { node, .. }
            | Self::Upgrade { node, .. }
            | Self::SlowDisk { node, .. }
            | Self::DiskStall { node }
            | Self::ReadError { node, .. }
            | Self::BitRot { node, .. }
            | Self::MisdirectedWrite { node, .. }
            | Self::DiskFull { node }
            | Self::SyncFailure { node, .. } => Some(node),
            _ => None,
        }
    }
}

fn ends(all: &[Endpoint], map: Map<'_>) -> Vec<Endpoint> {
    all.iter().filter_map(|end| map(*end)).collect()
}

fn nodes(all: &[NodeId], map: Map<'_>) -> Vec<NodeId> {
    let node = |node: &NodeId| match map(Endpoint::Node(*node)) {
        Some(Endpoint::Node(node)) => Some(node),
        _ => None,
    };
    all.iter().filter_map(node).collect()
}

/// Both sides must be left.
fn both(left: &mut Vec<Endpoint>, right: &mut Vec<Endpoint>, map: Map<'_>) -> bool {
    (*left, *right) = (ends(left, map), ends(right, map));
    !left.is_empty() && !right.is_empty()
}

/// An empty list is everybody, and stays so; one that becomes empty was somebody.
fn all_or_some(all: &mut Vec<Endpoint>, map: Map<'_>) -> bool {
    let everybody = all.is_empty();
    *all = ends(all, map);
    everybody || !all.is_empty()
}

/// A role stays what it is.
fn aim(target: &mut Target, map: Map<'_>) -> bool {
    let Target::Node(node) = target else {
        return true;
    };
    match map(Endpoint::Node(*node)) {
        Some(Endpoint::Node(renamed)) => {
            *node = renamed;
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use seatrial_node::Duration;

    use super::*;

    /// n1 is gone, and who comes after it is one less.
    fn without_n1(end: Endpoint) -> Option<Endpoint> {
        match end {
            Endpoint::Node(NodeId(1)) => None,
            Endpoint::Node(NodeId(node)) if node > 1 => Some(Endpoint::Node(NodeId(node - 1))),
            end => Some(end),
        }
    }

    #[test]
    fn faults_stay_aimed_at_the_same_nodes_and_those_at_who_is_gone_go_too() {
        let node = |id| Endpoint::Node(NodeId(id));
        let one = |id| Target::Node(NodeId(id));
        let partition = |groups: &[&[u32]]| Fault::Partition {
            groups: groups.iter().map(|g| g.iter().map(|id| node(*id)).collect()).collect(),
        };
        for (fault, left) in [
            (Fault::Crash { node: one(1) }, None),
            (Fault::Crash { node: one(2) }, Some(Fault::Crash { node: one(1) })),
            (
                Fault::Mute { node: Target::Role("leader".into()) },
                Some(Fault::Mute { node: Target::Role("leader".into()) }),
            ),
            (partition(&[&[0, 1], &[2]]), Some(partition(&[&[0], &[1]]))),
            (partition(&[&[0, 2], &[1]]), None),
            (Fault::Clog { from: vec![], to: vec![node(1)] }, None),
            (
                Fault::Clog { from: vec![], to: vec![node(1), node(2)] },
                Some(Fault::Clog { from: vec![], to: vec![node(1)] }),
            ),
            (Fault::DiskSwap { between: [NodeId(0), NodeId(1)] }, None),
            (Fault::CutClients { clients: vec![] }, Some(Fault::CutClients { clients: vec![] })),
        ] {
            let at = Duration::from_millis(1);
            let planned = |fault| PlannedFault { at, lasts: at, fault };
            let plan = FaultPlan { faults: vec![planned(fault)], ..FaultPlan::calm() };
            let renamed = plan.renamed(&without_n1);
            assert_eq!(renamed.faults, left.map(planned).into_iter().collect::<Vec<_>>());
        }
    }
}
