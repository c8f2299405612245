//! Zones of a cluster: racks, rooms or regions that fail as a whole.

use std::collections::BTreeMap;

use seatrial_node::NodeId;
use serde::{Deserialize, Serialize};

use super::words::counted;

/// The zones of a cluster: `zones = 3` deals the nodes out to `z0`, `z1` and `z2` in turn; `zones = { east = ["n0", "n1"], west = ["n2"] }`
/// names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a number of zones, or a table of zones, each with a list of nodes")]
pub enum Zones {
    /// So many, dealt out in turn.
    Count(u32),
    /// Which nodes are in which. A node of no zone fails with nobody.
    Named(BTreeMap<String, Vec<NodeId>>),
}

/// A zone: its name, and who is in it.
pub(crate) type Zone = (String, Vec<NodeId>);

impl Zones {
    /// The zones of these members; none of them is empty.
    pub(crate) fn of(&self, members: &[NodeId]) -> Vec<Zone> {
        let mut zones: Vec<Zone> = match self {
            Self::Count(count) => {
                let dealt = |zone: u32| {
                    let turn = (zone as usize..members.len()).step_by((*count).max(1) as usize);
                    (format!("z{zone}"), turn.map(|place| members[place]).collect())
                };
                (0..*count).map(dealt).collect()
            }
            Self::Named(zones) => {
                let is_here = |node: &NodeId| members.contains(node);
                let here = |nodes: &[NodeId]| nodes.iter().copied().filter(is_here).collect();
                zones.iter().map(|(name, nodes)| (name.clone(), here(nodes))).collect()
            }
        };
        zones.retain(|(_, nodes)| !nodes.is_empty());
        zones
    }

    /// What is wrong with them in clusters of so many nodes at most, if anything.
    pub(crate) fn problem(&self, most: u32) -> Option<String> {
        let zones = match self {
            Self::Count(0) => return Some("zones = 0: a node is in a zone; leave it out".into()),
            Self::Count(count) if *count > most => {
                return Some(format!(
                    "{} for {} at most: some have nobody",
                    counted(*count, "zone"),
                    counted(most, "node")
                ));
            }
            Self::Count(_) => return None,
            Self::Named(zones) => zones,
        };
        let mut seen = BTreeMap::new();
        for (name, nodes) in zones {
            if nodes.is_empty() {
                return Some(format!("nobody is in the zone {name}"));
            }
            for node in nodes {
                if node.0 >= most {
                    return Some(format!("there is no {node}, whom the zone {name} names"));
                }
                if let Some(other) = seen.insert(node, name) {
                    return Some(format!("{node} is in the zones {other} and {name}"));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(count: u32) -> Vec<NodeId> {
        (0..count).map(NodeId).collect()
    }

    fn named(zones: &[(&str, &[u32])]) -> Zones {
        let nodes = |ids: &[u32]| ids.iter().copied().map(NodeId).collect();
        Zones::Named(zones.iter().map(|(name, ids)| ((*name).into(), nodes(ids))).collect())
    }

    #[test]
    fn a_number_of_zones_deals_the_nodes_out_in_turn() {
        let zones = Zones::Count(2).of(&members(5));
        let even = ("z0".to_owned(), vec![NodeId(0), NodeId(2), NodeId(4)]);
        let odd = ("z1".to_owned(), vec![NodeId(1), NodeId(3)]);
        assert_eq!(zones, [even, odd]);
        assert_eq!(Zones::Count(5).of(&members(3)).len(), 3, "nobody would be in the others");
    }

    #[test]
    fn a_named_zone_has_those_of_its_nodes_that_there_are() {
        let zones = named(&[("east", &[0, 1]), ("west", &[3])]);
        assert_eq!(zones.of(&members(3)), [("east".to_owned(), vec![NodeId(0), NodeId(1)])]);
    }

    #[test]
    fn zones_that_make_no_sense_say_why() {
        let problem = |zones: Zones| zones.problem(3).unwrap_or_default();
        assert!(problem(Zones::Count(0)).contains("leave it out"));
        assert!(problem(Zones::Count(4)).contains("some have nobody"));
        assert_eq!(problem(named(&[("a", &[0]), ("b", &[0])])), "n0 is in the zones a and b");
        assert_eq!(problem(named(&[("a", &[7])])), "there is no n7, whom the zone a names");
        assert_eq!(problem(named(&[("a", &[])])), "nobody is in the zone a");
        assert_eq!(problem(named(&[("a", &[0, 1])])), "");
    }
}
