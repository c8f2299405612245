//! A node that believes its network: a peer that is silent for a little longer than usual must have crashed. Nobody crashes here, so nobody
//! is to be suspected. Without trouble nobody is, and each fault of links alone makes it wrong.

use seatrial::sim::{FaultPlan, Latency, Setup, Tape, World};
use seatrial_node::{Disk, Input, Instant, Io, Node, NodeId, OpenError};

use super::super::{NODES, ms};
use super::{every_kind, for_so_long};

/// Says every ten milliseconds that it is alive, and gives each peer seventeen to do so.
#[derive(Debug, Default)]
struct Hasty {
    suspected: Vec<NodeId>,
}

impl Node for Hasty {
    type Config = ();
    type Message = ();
    /// Silence of a peer, or the next beat.
    type Timer = Option<NodeId>;
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => {
                for peer in io.peers() {
                    io.set_timer(Some(peer), ms(17));
                }
                Self::beat(io);
            }
            Input::Timer(None) => Self::beat(io),
            Input::Timer(Some(peer)) => self.suspected.push(peer),
            Input::Message { from, .. } => io.set_timer(Some(from), ms(17)),
            _ => {}
        }
    }
}

impl Hasty {
    fn beat(io: &mut Io<'_, Self>) {
        for peer in io.peers() {
            io.send(peer, ());
        }
        io.set_timer(None, ms(10));
    }
}

/// Whether somebody is suspected who has not crashed.
fn is_wrong(plan: FaultPlan, seed: u64) -> bool {
    let mut world: World<Hasty> = World::new();
    let setup = Setup { latency: Latency::uniform(ms(1), ms(4)), plan, ..Setup::new(NODES) };
    world.reset(&setup, Tape::seeded(seed), |_| ());
    world.run(Instant::ZERO + ms(700), &mut (), &mut ());
    let nodes = (0..NODES).filter_map(|node| world.node(NodeId(node)));
    nodes.into_iter().any(|node| !node.suspected.is_empty())
}

#[test]
fn a_node_that_believes_its_network_is_right_without_trouble_and_wrong_with_any() {
    assert!((0..50).all(|seed| !is_wrong(FaultPlan::calm(), seed)));
    for fault in every_kind() {
        let kind = fault.kind();
        let plan = for_so_long(fault, ms(200));
        let wrong = (0..50).filter(|seed| is_wrong(plan.clone(), *seed)).count();
        assert!(wrong >= 10, "{kind}: wrong in {wrong} of 50 seeds");
    }
}
