//! Raft and what runs on it, in a simulated world: every size of cluster serves, and however a request finds the leader, the answer is
//! the same.

use seatrial::checking::Checker;
use seatrial::checking::raft::{Property, RaftProperties};
use seatrial::sim::{ClientIo, Driver, FaultPlan, Rates, Setup, Stop, Tape, World};
use seatrial_kv::{
    Config, Kv, KvOp, KvRequest, KvResponse, Output, Response, compare_and_set, delete, read, write,
};
use seatrial_node::{Duration, Instant, Node, NodeId};

/// One client that does one thing after the other, each until it is done, and goes where it is sent.
struct Client {
    /// Whom it asks next.
    node: u32,
    attempt: u64,
    answers: Vec<Output>,
    /// How often it was sent elsewhere, and by whom it was answered.
    redirects: u64,
    answered_by: Vec<NodeId>,
}

impl Client {
    const STEPS: usize = 60;

    fn new() -> Self {
        let (answers, answered_by) = (Vec::new(), Vec::new());
        Self { node: 0, attempt: 0, answers, redirects: 0, answered_by }
    }

    /// What it does as its `step`th thing.
    fn op(step: usize) -> KvOp {
        let key = ["pier", "quay"][step / 3 % 2];
        let value = step.to_string();
        match step % 6 {
            0 | 3 => write(key, value.as_str()),
            1 => compare_and_set(key, (step - 1).to_string().as_str(), value.as_str()),
            4 => compare_and_set(key, "nothing", value.as_str()),
            2 => read(key),
            _ => delete(key),
        }
    }

    fn ask(&mut self, io: &mut ClientIo<'_, Kv>) {
        let step = self.answers.len();
        let request = KvRequest { client: 1, seq: step as u64 + 1, op: Self::op(step) };
        self.attempt = io.send(NodeId(self.node), request);
        io.sleep(Duration::from_millis(400));
    }

    /// Each member in turn, so that most of them do not lead.
    fn next(&mut self, io: &mut ClientIo<'_, Kv>) {
        self.node = (self.node + 1) % io.members().len() as u32;
        if self.answers.len() < Self::STEPS {
            self.ask(io);
        }
    }
}

impl Driver<Kv> for Client {
    fn start(&mut self, io: &mut ClientIo<'_, Kv>) {
        self.ask(io);
    }

    fn wake(&mut self, io: &mut ClientIo<'_, Kv>) {
        self.next(io);
    }

    fn answer(&mut self, to: u64, from: NodeId, body: KvResponse, io: &mut ClientIo<'_, Kv>) {
        if to != self.attempt || self.answers.len() == Self::STEPS {
            return;
        }
        match body {
            Response::Done(output) => {
                self.answers.push(output);
                self.answered_by.push(from);
                self.next(io);
            }
            Response::Redirect { leader } => {
                self.redirects += 1;
                self.node = leader.0;
                self.ask(io);
            }
            _ => io.sleep(Duration::from_millis(20)),
        }
    }
}

/// What the answers must be, by the map's own rules.
fn expected() -> Vec<Output> {
    let mut map = seatrial_kv::KvState::default();
    let act = |step| match Client::op(step) {
        seatrial_kv::Op::Command(command) => {
            seatrial_service::StateMachine::apply(&mut map, command)
        }
        seatrial_kv::Op::Query(query) => seatrial_service::StateMachine::query(&map, &query),
        seatrial_kv::Op::Open => unreachable!("no step opens a session"),
    };
    (0..Client::STEPS).map(act).collect()
}

/// A run of so many members under this plan, judged by Raft's properties.
fn run(members: u32, forward: bool, plan: FaultPlan, seed: u64) -> (World<Kv>, Client) {
    let mut world: World<Kv> = World::new();
    let setup = Setup { clients: 1, plan, ..Setup::new(members) };
    world.reset(&setup, Tape::seeded(seed), |_| Config {
        forward,
        snapshot_every: 20,
        ..Config::default()
    });
    let mut client = Client::new();
    let mut judge = RaftProperties::only(&Property::ALL);
    let cluster = seatrial::checking::Cluster { members: setup.members };
    judge.begin(&cluster);
    let end = Instant::ZERO + Duration::from_secs(60);
    // A cluster of one has nobody to send heartbeats to, and comes to rest.
    let rest = if members == 1 { Stop::Idle } else { Stop::Time };
    assert_eq!(world.run(end, &mut client, &mut judge), rest);
    assert_eq!(judge.violation().map(ToString::to_string), None, "{members} members, seed {seed}");
    (world, client)
}

fn lossy() -> FaultPlan {
    let rates = Rates { loss: 50_000, duplicate: 50_000, ..Rates::default() };
    FaultPlan { heal_after: Duration::from_secs(30), rates, ..FaultPlan::calm() }
}

#[test]
fn one_member_and_even_numbers_of_them_serve() {
    for members in [1, 2, 3, 4, 6] {
        for plan in [FaultPlan::calm(), lossy()] {
            let (world, client) = run(members, true, plan, u64::from(members));
            assert_eq!(client.answers, expected(), "{members} members");
            let leads = |id: &NodeId| {
                world.node(*id).is_some_and(|node| node.status().is("role", "leader"))
            };
            let leaders = world.members().iter().filter(|id| leads(id)).count();
            assert_eq!(leaders, 1, "{members} members");
        }
    }
}

#[test]
fn forwarded_or_redirected_the_answers_are_the_same() {
    for seed in 0..5 {
        for plan in [FaultPlan::calm, lossy] {
            let (_, forwarded) = run(5, true, plan(), seed);
            let (_, redirected) = run(5, false, plan(), seed);
            assert_eq!(forwarded.answers, expected(), "seed {seed}, forwarded");
            assert_eq!(redirected.answers, expected(), "seed {seed}, redirected");
            assert_eq!(forwarded.redirects, 0, "who forwards sends nobody away");
            assert!(redirected.redirects >= 30, "{} redirects", redirected.redirects);
        }
    }
}

#[test]
fn who_forwards_answers_himself_and_who_redirects_names_the_leader() {
    let distinct = |mut nodes: Vec<NodeId>| {
        nodes.sort_unstable();
        nodes.dedup();
        nodes.len()
    };
    let (_, forwarded) = run(5, true, FaultPlan::calm(), 9);
    assert_eq!(distinct(forwarded.answered_by), 5, "every member answers what it was asked");
    let (_, redirected) = run(5, false, FaultPlan::calm(), 9);
    assert_eq!(distinct(redirected.answered_by), 1, "only the leader does");
}
