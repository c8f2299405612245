//! Worlds of each protocol under trouble, written against the simulator alone, in whatever build this is compiled.

use seatrial_counter::{Add, Counter, CounterRequest, Read};
use seatrial_echo::Echo;
use seatrial_kv::{Kv, KvRequest, Op, compare_and_set, delete, read, write};
use seatrial_node::{Duration, Instant, Node, NodeId};
use seatrial_sim::{
    ClientIo, Driver, Fault, FaultPlan, PausedClock, PlannedFault, Rates, Setup, Stop, Tape,
    Target, World,
};

/// A line for each protocol and seed: what was run, how much happened, and the hash of it.
pub(crate) fn hashes() -> Vec<String> {
    let mut lines = Vec::new();
    for seed in 0..8 {
        lines.push(line::<Echo>("echo", seed, seatrial_echo::Config::default, |_, seq| {
            format!("ahoy {seq}").as_str().into()
        }));
        lines.push(line::<Kv>("kv", seed, config, |client, seq| {
            let value = seq.to_string();
            let op = match seq % 5 {
                0 => delete("pier"),
                1 | 3 => write("pier", value.as_str()),
                2 => compare_and_set("pier", "1", value.as_str()),
                _ => read("pier"),
            };
            KvRequest { client: u64::from(client) + 1, seq, op }
        }));
        lines.push(line::<Counter>("counter", seed, config, |client, seq| {
            let op = if seq % 3 == 0 { Op::Query(Read) } else { Op::Command(Add(seq as i64)) };
            CounterRequest { client: u64::from(client) + 1, seq, op }
        }));
    }
    lines
}

/// Snapshots are made and sent often, and elections are short.
fn config() -> seatrial_kv::Config {
    let ms = Duration::from_millis;
    let mut config = seatrial_kv::Config { snapshot_every: 5, ..seatrial_kv::Config::default() };
    config.raft.election_timeout_min = ms(50);
    config.raft.election_timeout_max = ms(100);
    config.raft.heartbeat_interval = ms(15);
    config
}

fn line<N: Node>(
    name: &str,
    seed: u64,
    config: fn() -> N::Config,
    request: fn(u32, u64) -> N::Request,
) -> String {
    let mut world: World<N> = World::new();
    let setup = Setup { clients: 2, plan: trouble(), ..Setup::new(3) };
    world.reset(&setup, Tape::seeded(seed), |_| config());
    let mut clients = Clients { request, under_way: vec![(0, 0); 2] };
    let end = Instant::ZERO + Duration::from_secs(2);
    assert_eq!(world.run(end, &mut clients, &mut ()), Stop::Time);
    let answered = clients.under_way.iter().map(|(seq, _)| seq - 1).sum::<u64>();
    format!("{name} {seed}: {answered} answered, {} events, {}", world.moment().step, world.hash())
}

/// A little of everything.
fn trouble() -> FaultPlan {
    let ms = Duration::from_millis;
    let leader = || Target::Role("leader".into());
    let fault = |at, lasts, fault| PlannedFault { at: ms(at), lasts: ms(lasts), fault };
    FaultPlan {
        heal_after: ms(1_200),
        rates: Rates {
            loss: 30_000,
            duplicate: 30_000,
            reorder: 30_000,
            reorder_delay: ms(30),
            ..Rates::default()
        },
        faults: vec![
            fault(200, 150, Fault::Crash { node: leader() }),
            fault(400, 150, Fault::Isolate { node: leader(), clients: Vec::new() }),
            fault(
                600,
                100,
                Fault::Pause { node: Target::Node(NodeId(1)), clock: PausedClock::Runs },
            ),
            fault(750, 80, Fault::Crash { node: Target::Node(NodeId(2)) }),
            fault(900, 50, Fault::Crash { node: leader() }),
        ],
        ..FaultPlan::calm()
    }
}

/// Clients that ask the same again, of the next node, until they are answered, and then the next thing.
struct Clients<N: Node> {
    request: fn(u32, u64) -> N::Request,
    /// By client: which request of its own it is at, from 1, and the attempt that is under way.
    under_way: Vec<(u64, u64)>,
}

impl<N: Node> Clients<N> {
    fn ask(&mut self, io: &mut ClientIo<'_, N>) {
        let client = io.client();
        let site = io.site("whom to ask");
        let node = NodeId(io.choose(site, 3) as u32);
        let (seq, attempt) = &mut self.under_way[client as usize];
        *attempt = io.send(node, (self.request)(client, *seq));
        io.sleep(Duration::from_millis(80));
    }
}

impl<N: Node> Driver<N> for Clients<N> {
    fn start(&mut self, io: &mut ClientIo<'_, N>) {
        self.under_way[io.client() as usize].0 = 1;
        self.ask(io);
    }

    fn wake(&mut self, io: &mut ClientIo<'_, N>) {
        self.ask(io);
    }

    fn answer(&mut self, attempt: u64, _: NodeId, _: N::Response, io: &mut ClientIo<'_, N>) {
        let (seq, under_way) = &mut self.under_way[io.client() as usize];
        if attempt == *under_way {
            *seq += 1;
            io.sleep(Duration::from_millis(5));
        }
    }
}
