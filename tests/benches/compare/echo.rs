//! W1: four clients in closed loop against one server, 1 to 10 ms a message. Next to nothing in flight, so every cost of an event
//! but that of a large queue shows.

use std::time::Duration;

use seatrial_node::Instant;
use seatrial_sim::{Stop, Tape, World};
use seatrial_tests::closed_loop::{self, ClosedLoop};

use crate::floor::{Floor, Protocol};
use crate::harness::{Contender, Outcome, Target, Workload};
use crate::peer;

const CLIENTS: u32 = 4;
const SEED: u64 = 1;

pub(crate) struct Echo;

impl Workload for Echo {
    fn name(&self) -> String {
        "w1-echo".into()
    }

    fn title(&self) -> String {
        "W1 echo, 4 clients, 1 server".into()
    }

    fn unit(&self) -> &'static str {
        "messages"
    }

    fn amount(&self, contender: Contender) -> Option<u64> {
        Some(match contender {
            Contender::Floor | Contender::Seatrial => 10_000_000,
            Contender::Turmoil => 100_000,
        })
    }

    fn run(&self, contender: Contender, amount: u64) -> Outcome {
        match contender {
            Contender::Floor => floor(amount),
            Contender::Turmoil => turmoil(amount),
            Contender::Seatrial => seatrial(amount),
        }
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target::FloorOverTurmoil(120.0), Target::OfFloor(0.6)]
    }
}

fn seatrial(amount: u64) -> Outcome {
    let mut world: World<ClosedLoop> = World::new();
    world.reset(&closed_loop::setup(CLIENTS, amount), Tape::seeded(SEED), |_| ());
    let stop = world.run(Instant::MAX, &mut (), &mut ());
    assert_eq!(stop, Stop::Events);
    Outcome {
        amount: world.counts().delivered,
        simulated: Duration::from_nanos(world.now().as_nanos()),
        fingerprint: world.hash().as_u64(),
    }
}

struct Bare {
    answers: u64,
}

impl Protocol for Bare {
    type Body = u64;

    #[inline]
    fn message(&mut self, from: u32, to: u32, body: u64, net: &mut Floor<u64>) {
        if to == 0 {
            net.send(0, from, body);
        } else {
            self.answers += 1;
            net.send(to, 0, body + 1);
        }
    }

    fn timer(&mut self, _: u32, _: &mut Floor<u64>) {}
}

fn floor(amount: u64) -> Outcome {
    let mut net = Floor::new(CLIENTS + 1, SEED, 1_000_000, 10_000_000, 0);
    for client in 1..=CLIENTS {
        net.send(client, 0, 0);
    }
    let mut bare = Bare { answers: 0 };
    net.run(&mut bare, amount);
    Outcome {
        amount,
        simulated: Duration::from_nanos(net.now),
        fingerprint: bare.answers ^ net.now,
    }
}

fn turmoil(amount: u64) -> Outcome {
    let arrived = peer::Arrived::default();
    let mut sim = peer::sim(SEED, 1, 10);
    let at_server = arrived.clone();
    sim.host("server", move || {
        let arrived = at_server.clone();
        async move {
            let socket = peer::bind().await?;
            let mut buffer = [0; 8];
            loop {
                let (_, from) = socket.recv_from(&mut buffer).await?;
                arrived.set(arrived.get() + 1);
                socket.send_to(&buffer, from).await?;
            }
        }
    });
    for client in 0..CLIENTS {
        let arrived = arrived.clone();
        sim.client(format!("client{client}"), async move {
            let socket = peer::bind().await?;
            let server = (turmoil::lookup("server"), peer::PORT);
            let mut buffer = [0; 8];
            loop {
                socket.send_to(&buffer, server).await?;
                socket.recv_from(&mut buffer).await?;
                arrived.set(arrived.get() + 1);
                buffer = (u64::from_le_bytes(buffer) + 1).to_le_bytes();
            }
        });
    }
    peer::run(sim, &arrived, amount)
}
