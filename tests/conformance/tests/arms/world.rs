//! Subjects in the simulated world.
//!
//! A node is killed by the plan, which has a crash for it every thousand virtual seconds: whoever wants one waits for the next.

use std::collections::{BTreeMap, VecDeque};

use seatrial_conformance::{Answer, Arm, Asked, Promises, Ticket};
use seatrial_history::{Moment, Observer};
use seatrial_node::{Duration, Fact, Instant, Node, NodeId};
use seatrial_sim::{
    ClientIo, Driver, Fault, FaultPlan, PlannedFault, Setup, Stop, Tape, Target, World,
};

/// A cluster in a world.
pub(crate) struct WorldArm<N: Node> {
    world: World<N>,
    clients: Clients,
    heard: Heard,
    kills: u64,
}

/// What a world's client still has to ask, and what it was answered.
#[derive(Default)]
struct Clients {
    to_ask: VecDeque<(u32, Ticket, Asked)>,
    asked: BTreeMap<u64, Ticket>,
    answers: Vec<(Ticket, Answer)>,
}

/// What nodes have announced.
#[derive(Default)]
struct Heard(Vec<(NodeId, u64)>);

/// How long a little while is.
const WHILE: Duration = Duration::from_millis(5);

/// After how long there is another crash, and how long it lasts.
const BETWEEN: Duration = Duration::from_secs(1_000);
const DOWN: Duration = Duration::from_secs(10);

/// How many crashes there are.
const KILLS: u64 = 10;

/// Who crashes.
const VICTIM: NodeId = NodeId(1);

/// What the world's hosts promise: no order, as a link's latency is another for every message.
pub(crate) const PROMISES: Promises = Promises { in_order: false, lives: true };

impl<N: Node<Request = Asked, Response = Answer, Config: Clone>> WorldArm<N> {
    pub(crate) fn new(seed: u64, config: N::Config) -> Self {
        let crash = |count| PlannedFault {
            at: BETWEEN * count,
            lasts: DOWN,
            fault: Fault::Crash { node: Target::Node(VICTIM) },
        };
        let plan = FaultPlan {
            heal_after: BETWEEN * (KILLS + 1),
            faults: (1..=KILLS).map(crash).collect(),
            ..FaultPlan::calm()
        };
        let members = (1..=3).map(NodeId).collect();
        let setup = Setup { members, clients: 1, plan, ..Setup::new(3) };
        let mut world = World::new();
        world.reset(&setup, Tape::seeded(seed), |_| config.clone());
        Self { world, clients: Clients::default(), heard: Heard::default(), kills: 0 }
    }

    fn run(&mut self, until: Instant) -> Result<(), String> {
        match self.world.run(until, &mut self.clients, &mut self.heard) {
            Stop::Broken(incident) => Err(format!("{incident:?}")),
            _ => Ok(()),
        }
    }
}

impl<N: Node<Request = Asked, Response = Answer, Config: Clone>> Arm for WorldArm<N> {
    fn promises(&self) -> Promises {
        PROMISES
    }

    fn ask(&mut self, node: u32, ticket: Ticket, asked: Asked) {
        self.clients.to_ask.push_back((node, ticket, asked));
    }

    fn answers(&mut self) -> Result<Vec<(Ticket, Answer)>, String> {
        self.run(self.world.now() + WHILE)?;
        Ok(std::mem::take(&mut self.clients.answers))
    }

    fn kill(&mut self, node: u32) {
        assert_eq!(NodeId(node), VICTIM, "the plan has crashes for one node");
        self.kills += 1;
        assert!(self.kills <= KILLS, "the plan has no more crashes");
        let crash = Instant::ZERO + BETWEEN * self.kills;
        self.run(crash + WHILE).expect("the world goes on");
    }

    fn start(&mut self, _: u32) {
        let over = Instant::ZERO + BETWEEN * self.kills + DOWN;
        self.run(over + WHILE).expect("the world goes on");
    }

    /// A world's client has no connection: it stops listening.
    fn hang_up(&mut self, _: u32) {
        self.clients.asked.clear();
    }

    fn told(&mut self, node: u32) -> Vec<u64> {
        let of = self.heard.0.iter().filter(|(who, _)| who.0 == node);
        of.map(|(_, number)| *number).collect()
    }
}

impl<N: Node<Request = Asked, Response = Answer>> Driver<N> for Clients {
    fn start(&mut self, io: &mut ClientIo<'_, N>) {
        io.sleep(Duration::from_millis(1));
    }

    fn wake(&mut self, io: &mut ClientIo<'_, N>) {
        for (node, ticket, asked) in self.to_ask.drain(..) {
            let attempt = io.send(NodeId(node), asked);
            self.asked.insert(attempt, ticket);
        }
        io.sleep(Duration::from_millis(1));
    }

    fn answer(&mut self, attempt: u64, _: NodeId, answer: Answer, _: &mut ClientIo<'_, N>) {
        if let Some(ticket) = self.asked.get(&attempt) {
            self.answers.push((*ticket, answer));
        }
    }
}

impl Observer for Heard {
    fn fact(&mut self, _: Moment, node: NodeId, fact: &Fact) {
        if let Fact::Lead { term } = fact {
            self.0.push((node, *term));
        }
    }
}
