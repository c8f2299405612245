//! Very short runs, one after the other: three gossiping nodes, 80 messages a seed. What it costs to begin.

use std::time::Duration;

use seatrial_node::Instant;
use seatrial_sim::{Tape, World};
use seatrial_tests::gossip;

use crate::floor::Floor;
use crate::gossip::{Bare, LONGEST, LOSS, SHORTEST};
use crate::harness::{Contender, Outcome, Target, Workload};

const NODES: u32 = 3;
/// Rounds and boots beside some 80 messages.
const EVENTS: u64 = 119;
const MESSAGES: u64 = 80;

pub(crate) struct Tiny;

impl Workload for Tiny {
    fn name(&self) -> String {
        "tiny".into()
    }

    fn title(&self) -> String {
        "tiny, gossip of 3, 80 messages".into()
    }

    fn unit(&self) -> &'static str {
        "seeds"
    }

    fn amount(&self, contender: Contender) -> Option<u64> {
        (contender != Contender::Turmoil).then_some(50_000)
    }

    fn run(&self, contender: Contender, amount: u64) -> Outcome {
        match contender {
            Contender::Floor | Contender::Turmoil => floor(amount),
            Contender::Seatrial => seatrial(amount),
        }
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target::Rate(80_000.0)]
    }
}

fn seatrial(seeds: u64) -> Outcome {
    let setup = gossip::setup(NODES, EVENTS);
    let mut world: World<gossip::Gossip> = World::new();
    let mut tape = Tape::seeded(0);
    let (mut messages, mut simulated, mut fingerprint) = (0, 0, 0);
    for seed in 0..seeds {
        tape.reseed(seed);
        world.reset(&setup, tape, |_| ());
        world.run(Instant::MAX, &mut (), &mut ());
        messages += world.counts().delivered;
        simulated += world.now().as_nanos();
        fingerprint ^= world.hash().as_u64();
        tape = world.take_tape();
    }
    let mean = messages / seeds;
    assert!((MESSAGES - 2..MESSAGES + 3).contains(&mean), "{mean} messages a seed");
    Outcome { amount: seeds, simulated: Duration::from_nanos(simulated), fingerprint }
}

fn floor(seeds: u64) -> Outcome {
    let mut net = Floor::new(NODES, 0, SHORTEST, LONGEST, LOSS);
    let (mut simulated, mut fingerprint) = (0, 0);
    for seed in 0..seeds {
        net.reset(seed);
        let mut bare = Bare::start(NODES, &mut net);
        net.run(&mut bare, MESSAGES);
        simulated += net.now;
        fingerprint ^= bare.heard.iter().sum::<u64>() ^ net.now;
    }
    Outcome { amount: seeds, simulated: Duration::from_nanos(simulated), fingerprint }
}
