//! W2: every node sends 64 bytes to three others every 10 ms; messages take 1 to 50 ms, one in twenty is lost. Hundreds in
//! flight, so the queue shows, and timers, and chance.

use std::rc::Rc;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use seatrial_node::Instant;
use seatrial_sim::{Stop, Tape, World};
use seatrial_tests::gossip::{self, EVERY, FANOUT, Rumour};

use crate::floor::{Floor, Protocol};
use crate::harness::{Contender, Outcome, Target, Workload};
use crate::peer;

const SEED: u64 = 1;
/// One in twenty, in 2^-32.
pub(crate) const LOSS: u32 = u32::MAX / 20;
pub(crate) const SHORTEST: u64 = 1_000_000;
pub(crate) const LONGEST: u64 = 50_000_000;

pub(crate) struct Gossip {
    pub(crate) nodes: u32,
}

impl Workload for Gossip {
    fn name(&self) -> String {
        format!("w2-gossip-{}", self.nodes)
    }

    fn title(&self) -> String {
        format!("W2 gossip, {} nodes", self.nodes)
    }

    fn unit(&self) -> &'static str {
        "messages"
    }

    fn amount(&self, contender: Contender) -> Option<u64> {
        Some(match (contender, self.nodes) {
            (Contender::Floor | Contender::Seatrial, _) => 5_000_000,
            (Contender::Turmoil, ..50) => 100_000,
            (Contender::Turmoil, _) => 40_000,
        })
    }

    fn run(&self, contender: Contender, amount: u64) -> Outcome {
        match contender {
            Contender::Floor => floor(self.nodes, amount),
            Contender::Turmoil => turmoil(self.nodes, amount),
            Contender::Seatrial => seatrial(self.nodes, amount),
        }
    }

    fn targets(&self) -> Vec<Target> {
        let mut targets = vec![Target::OfFloor(0.9)];
        if self.nodes == 25 {
            targets.push(Target::FloorOverTurmoil(80.0));
        }
        targets
    }
}

fn seatrial(nodes: u32, amount: u64) -> Outcome {
    let mut world: World<gossip::Gossip> = World::new();
    // A round is one timer and as many messages as it sends, of which one in twenty is lost.
    let events = amount + amount * 20 / (19 * u64::from(FANOUT));
    world.reset(&gossip::setup(nodes, events), Tape::seeded(SEED), |_| ());
    let stop = world.run(Instant::MAX, &mut (), &mut ());
    assert_eq!(stop, Stop::Events);
    Outcome {
        amount: world.counts().delivered,
        simulated: Duration::from_nanos(world.now().as_nanos()),
        fingerprint: world.hash().as_u64(),
    }
}

/// The node, for the floor.
pub(crate) struct Bare {
    nodes: u32,
    rounds: Vec<u64>,
    pub(crate) heard: Vec<u64>,
}

impl Bare {
    pub(crate) fn start(nodes: u32, net: &mut Floor<Rumour>) -> Self {
        for node in 0..nodes {
            let phase = net.below(EVERY.as_nanos() as u32);
            net.set_timer(node, u64::from(phase));
        }
        Self { nodes, rounds: vec![0; nodes as usize], heard: vec![0; nodes as usize] }
    }
}

impl Protocol for Bare {
    type Body = Rumour;

    #[inline]
    fn message(&mut self, _: u32, to: u32, body: Rumour, _: &mut Floor<Rumour>) {
        let heard = &mut self.heard[to as usize];
        *heard = heard.wrapping_add(body[0]);
    }

    #[inline]
    fn timer(&mut self, node: u32, net: &mut Floor<Rumour>) {
        let rounds = &mut self.rounds[node as usize];
        *rounds += 1;
        for _ in 0..FANOUT {
            let place = net.below(self.nodes - 1);
            let peer = place + u32::from(place >= node);
            net.send(node, peer, [*rounds; 8]);
        }
        net.set_timer(node, EVERY.as_nanos());
    }
}

fn floor(nodes: u32, amount: u64) -> Outcome {
    let mut net = Floor::new(nodes, SEED, SHORTEST, LONGEST, LOSS);
    let mut bare = Bare::start(nodes, &mut net);
    net.run(&mut bare, amount);
    let heard = bare.heard.iter().fold(0, |sum: u64, heard| sum.wrapping_add(*heard));
    Outcome { amount, simulated: Duration::from_nanos(net.now), fingerprint: heard ^ net.now }
}

/// turmoil's own loss breaks a link with all that is under way on it, so nodes lose one message in twenty themselves.
fn turmoil(nodes: u32, amount: u64) -> Outcome {
    let arrived = peer::Arrived::default();
    let mut sim = peer::sim(SEED, 1, 50);
    for node in 0..nodes {
        let arrived = arrived.clone();
        sim.host(format!("node{node}"), move || tell(node, nodes, arrived.clone()));
    }
    peer::run(sim, &arrived, amount)
}

async fn tell(node: u32, nodes: u32, arrived: peer::Arrived) -> turmoil::Result {
    let socket = Rc::new(peer::bind().await?);
    let listening = socket.clone();
    tokio::task::spawn_local(async move {
        let mut buffer = [0; 64];
        while listening.recv_from(&mut buffer).await.is_ok() {
            arrived.set(arrived.get() + 1);
        }
    });
    let peers: Vec<_> = (0..nodes)
        .filter(|peer| *peer != node)
        .map(|peer| (turmoil::lookup(format!("node{peer}")), peer::PORT))
        .collect();
    let mut words = ChaCha8Rng::seed_from_u64(u64::from(node));
    let mut ticks = tokio::time::interval(EVERY.into());
    loop {
        ticks.tick().await;
        for _ in 0..FANOUT {
            let peer = peers[words.next_u32() as usize % peers.len()];
            if words.next_u32() >= LOSS {
                socket.send_to(&[7; 64], peer).await?;
            }
        }
    }
}
