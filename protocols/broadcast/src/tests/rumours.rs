//! Gossip: over every topology, with and without loss, pushed, pulled and both.

use seatrial_node::{Disk, Duration, Instant, NoStorage, Node, NodeId};

use super::judge::{Property, broken};
use super::world::{Plan, Wire, World};
use crate::{Gossip, GossipConfig, GossipMode, Rumour, Topology};

type Rumours = Gossip<u64, Wire<Rumour<u64>>>;

fn config(mode: GossipMode, topology: Topology) -> GossipConfig<()> {
    GossipConfig { mode, topology, ..GossipConfig::default() }
}

const TOPOLOGIES: [Topology; 4] = [
    Topology::Mesh,
    Topology::Tree { arity: 2 },
    Topology::Grid,
    Topology::Regular { degree: 3, seed: 5 },
];

/// What breaks in a group of this size, of which each member broadcasts once, and how many messages a broadcast takes.
fn after_a_round(nodes: u32, loss: u64, config: &GossipConfig<()>) -> (Option<Property>, u64) {
    let plan = Plan { nodes, seed: u64::from(nodes) + loss, loss, ..Plan::default() };
    let mut world = World::<Rumours>::new(plan, config);
    for origin in 0..nodes {
        world.broadcast(NodeId(origin), u64::from(origin));
        world.carry(20);
    }
    world.settle_until(Instant::ZERO + Duration::from_secs(60));
    let all = &[Property::AllDeliver, Property::NoDuplication, Property::NoCreation];
    (broken(&world.log, nodes, &[], all), world.sent / u64::from(nodes))
}

#[test]
fn a_push_to_all_neighbours_reaches_everybody_where_nothing_is_lost() {
    for topology in TOPOLOGIES {
        for nodes in [1, 2, 5, 7, 10, 13, 17, 26] {
            let flood = GossipConfig { fanout: 99, hops: 99, ..config(GossipMode::Push, topology) };
            let (broken, sent) = after_a_round(nodes, 0, &flood);
            assert_eq!(broken, None, "{topology:?} of {nodes}");
            assert!(sent <= u64::from(nodes) * u64::from(nodes), "{sent} messages");
        }
    }
}

#[test]
fn what_a_push_misses_a_pull_brings() {
    for topology in TOPOLOGIES {
        for nodes in [2, 5, 7, 17] {
            let both = config(GossipMode::PushPull, topology);
            assert_eq!(after_a_round(nodes, 30, &both).0, None, "{topology:?} of {nodes}");
            let pull = config(GossipMode::Pull, topology);
            assert_eq!(after_a_round(nodes, 30, &pull).0, None, "{topology:?} of {nodes}");
        }
    }
    let push = GossipConfig { fanout: 1, ..config(GossipMode::Push, Topology::Grid) };
    assert_eq!(after_a_round(17, 30, &push).0, Some(Property::AllDeliver), "a push alone misses");
}

#[test]
fn a_push_costs_no_more_than_the_fanout_for_each_member() {
    let push = GossipConfig { fanout: 3, ..config(GossipMode::Push, Topology::Mesh) };
    let (_, sent) = after_a_round(50, 0, &push);
    assert!(sent <= 3 * 50, "{sent} messages a broadcast");
}

#[test]
fn settings_that_make_no_sense_are_refused_by_name() {
    let refused = |change: fn(&mut GossipConfig<()>)| {
        let mut config = GossipConfig::default();
        change(&mut config);
        let opened = Rumours::open(&config, &mut Disk::new(&mut NoStorage));
        opened.expect_err("these settings make no sense").to_string()
    };
    assert!(refused(|c| c.fanout = 0).contains("fanout"));
    assert!(refused(|c| c.hops = 0).contains("hops"));
    assert!(refused(|c| c.pull_every = Duration::ZERO).contains("pull_every"));
    assert!(refused(|c| c.keep = 0).contains("keep"));
    assert!(refused(|c| c.topology = Topology::Tree { arity: 0 }).contains("topology"));
}
