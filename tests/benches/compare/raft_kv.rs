//! A replicated map in the world: one client in a closed loop writes 64 bytes, again and again.
//!
//! Twice: a long run of five nodes on a network that loses one message in a hundred, with nobody judging; and many short runs of three
//! nodes, each judged for all of Raft's properties and for linearizability.

use std::time::Duration;

use seatrial::scenario::{FaultSpec, Knob};
use seatrial::{Faults, Prepared, Registry};
use seatrial_checkers::linearizability::Model;
use seatrial_checkers::raft::RaftProperties;
use seatrial_checkers::{Checker, Cluster, Linearizability};
use seatrial_history::{Moment, Observer, OpEvent, OpKind, Process, Value};
use seatrial_kv::{Config, Kv, KvRequest, KvResponse, RaftConfig, Response, write};
use seatrial_node::{Duration as Span, Fact, Instant, NodeId};
use seatrial_sim::{ClientIo, Driver, Latency, Rates, Setup, Tape, World};

use crate::harness::{Contender, Outcome, Target, Workload};

/// A long run: messages a CPU second.
pub(crate) struct RaftKv;

/// Short runs, judged: seeds a CPU second. Without faults, or with what swarm draws.
pub(crate) struct Seeds {
    pub(crate) swarm: bool,
}

/// As many messages as raft-rs, which the peers were measured with, takes for five seconds.
const MESSAGES: u64 = 4_900;

impl Workload for RaftKv {
    fn name(&self) -> String {
        "raft-kv".into()
    }

    fn title(&self) -> String {
        "W3 raft-kv, 5 nodes, 1% loss".into()
    }

    fn unit(&self) -> &'static str {
        "messages"
    }

    fn amount(&self, contender: Contender) -> Option<u64> {
        (contender == Contender::Seatrial).then_some(800_000)
    }

    fn run(&self, _: Contender, amount: u64) -> Outcome {
        let mut world = World::new();
        let mut setup = setup(5);
        setup.plan.rates = Rates { loss: 10_000, ..Rates::default() };
        setup.plan.heal_after = Span::MAX;
        begin(&mut world, &setup, Tape::seeded(1));
        let mut client = Client::default();
        let mut until = Instant::ZERO;
        while world.counts().delivered < amount {
            until += Span::from_millis(100);
            world.run(until, &mut client, &mut ());
        }
        assert!(client.written > amount / 50, "{} writes", client.written);
        Outcome {
            amount: world.counts().delivered,
            simulated: Duration::from_nanos(until.as_nanos()),
            fingerprint: world.hash().as_u64() ^ client.written,
        }
    }

    fn targets(&self) -> Vec<Target> {
        vec![Target::Rate(1_500_000.0)]
    }
}

impl Workload for Seeds {
    fn name(&self) -> String {
        if self.swarm { SWARM.into() } else { SEEDS.into() }
    }

    fn title(&self) -> String {
        let with = if self.swarm { "with swarm" } else { "4,900 messages" };
        format!("seeds, raft-kv of 3, {with}")
    }

    fn unit(&self) -> &'static str {
        "seeds"
    }

    fn amount(&self, contender: Contender) -> Option<u64> {
        (contender == Contender::Seatrial).then_some(200)
    }

    fn run(&self, _: Contender, amount: u64) -> Outcome {
        let (mut world, mut tape) = (World::new(), Tape::seeded(0));
        let mut judges = Judges::default();
        let mut setup = setup(3);
        let swarm = self.swarm.then(swarm);
        let (mut simulated, mut fingerprint) = (0, 0);
        for seed in 0..amount {
            tape.reseed(seed);
            if let Some(swarm) = &swarm {
                setup.plan = swarm.plan(seed);
            }
            begin(&mut world, &setup, tape);
            judges.begin(&setup.members);
            let (mut client, mut until) = (Client::default(), Instant::ZERO);
            while world.counts().delivered < MESSAGES {
                until += Span::from_millis(100);
                world.run(until, &mut client, &mut judges);
            }
            judges.hold(world.moment());
            simulated += world.now().as_nanos();
            fingerprint ^= world.hash().as_u64();
            tape = world.take_tape();
        }
        Outcome { amount, simulated: Duration::from_nanos(simulated), fingerprint }
    }

    fn targets(&self) -> Vec<Target> {
        match self.swarm {
            false => vec![Target::Rate(250.0)],
            true => vec![Target::Of(SEEDS, 0.5)],
        }
    }
}

const SEEDS: &str = "seeds";
const SWARM: &str = "seeds-swarm";

/// The main scenario in such a world, with trouble for about as long as its runs last, drawn by swarm.
fn swarm() -> Prepared {
    let mut scenario = Registry::ours().scenario("raft-kv").expect("it is in the library");
    scenario.cluster.nodes = Knob::Fixed(3);
    scenario.clients.count = Knob::Fixed(1);
    let trouble = Knob::Fixed(Span::from_secs(10));
    scenario.faults = FaultSpec { trouble, ..FaultSpec::default() };
    let prepared = Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense");
    let faults = Faults::Swarm { without: Vec::new() };
    prepared.with_faults(faults, false).expect("swarm draws from whatever is survived")
}

fn setup(nodes: u32) -> Setup {
    let ms = Span::from_millis;
    let mut setup = Setup::new(nodes);
    setup.clients = 1;
    setup.latency = Latency::uniform(ms(1), ms(10));
    setup.client_latency = Latency::uniform(ms(1), ms(10));
    setup
}

fn begin(world: &mut World<Kv>, setup: &Setup, tape: Tape) {
    // Whoever is given another disk has to be told: what the old one promised, it asks the others.
    world.reset_with(setup, tape, |boot| Config {
        raft: RaftConfig { replaced_disk: boot.replaced_disk, ..RaftConfig::default() },
        snapshot_every: 1_000,
        forward: false,
        ..Config::default()
    });
}

/// Writes 64 bytes, waits for the answer, and writes again; asks another node where none comes.
#[derive(Default)]
struct Client {
    written: u64,
    node: usize,
}

const PROCESS: Process = Process(0);
const PATIENCE: Span = Span::from_millis(500);

impl Client {
    fn ask(&mut self, io: &mut ClientIo<'_, Kv>) {
        // Digits by hand: `format!` would pad them at the price of a message.
        let mut value = [b'0'; 64];
        let mut rest = self.written + 1;
        for digit in value[44..].iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        let op = write("key", value.to_vec());
        let node = io.members()[self.node];
        io.send(node, KvRequest { client: 1, seq: self.written + 1, op });
        io.sleep(PATIENCE);
    }

    fn next(&mut self, io: &mut ClientIo<'_, Kv>) {
        self.record(OpKind::Invoke, io);
        self.ask(io);
    }

    fn record(&self, kind: OpKind, io: &mut ClientIo<'_, Kv>) {
        let value = Value::Int(self.written as i64 + 1);
        let (key, f) = (Value::Null, "write".into());
        io.record(OpEvent {
            process: PROCESS,
            kind,
            f,
            key,
            value,
            time: Instant::ZERO,
            error: None,
        });
    }
}

impl Driver<Kv> for Client {
    fn start(&mut self, io: &mut ClientIo<'_, Kv>) {
        self.next(io);
    }

    fn wake(&mut self, io: &mut ClientIo<'_, Kv>) {
        self.node = (self.node + 1) % io.members().len();
        self.ask(io);
    }

    fn answer(&mut self, _: u64, _: NodeId, body: KvResponse, io: &mut ClientIo<'_, Kv>) {
        match body {
            Response::Done(_) => {
                self.record(OpKind::Ok, io);
                self.written += 1;
                self.next(io);
            }
            Response::Redirect { leader } => {
                self.node = leader.0 as usize;
                self.ask(io);
            }
            _ => {}
        }
    }
}

/// Raft's properties and linearizability.
struct Judges {
    raft: RaftProperties,
    history: Linearizability,
}

impl Default for Judges {
    fn default() -> Self {
        Self { raft: RaftProperties::new(), history: Linearizability::new(Model::Register) }
    }
}

impl Judges {
    fn begin(&mut self, members: &[NodeId]) {
        let cluster = Cluster { members: members.to_vec() };
        self.raft.begin(&cluster);
        self.history.begin(&cluster);
    }

    fn hold(&mut self, end: Moment) {
        assert_eq!(self.raft.verdict(end).violation(), None);
        assert_eq!(self.history.verdict(end).violation(), None);
    }
}

impl Observer for Judges {
    fn op(&mut self, at: Moment, event: &OpEvent) {
        self.history.op(at, event);
    }

    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        self.raft.fact(at, node, fact);
    }
}
