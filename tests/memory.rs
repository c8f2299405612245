//! What a replicated map keeps after a million commands: no more than after a hundred thousand.

use allocation_counter::measure;
use seatrial_kv::{Config, Kv, KvRequest, KvResponse, Response, write};
use seatrial_node::{Duration, Instant, NodeId};
use seatrial_sim::{ClientIo, Driver, Latency, Setup, Stop, Tape, World};

/// So many clients, each with one write under way, keep the leader's batches full.
const CLIENTS: u32 = 200;

/// Clients that write to a thousand keys between them.
struct Writers {
    /// Whom they ask: whoever answers.
    node: NodeId,
    /// By client: which of its writes is under way.
    seq: Vec<u64>,
    done: u64,
}

impl Writers {
    fn ask(&mut self, io: &mut ClientIo<'_, Kv>) {
        let client = io.client();
        let seq = self.seq[client as usize];
        let key = format!("key {}", (u64::from(client) * 5 + seq % 5));
        let op = write(key, [seq as u8; 64].as_slice());
        io.send(self.node, KvRequest { client: u64::from(client) + 1, seq, op });
        io.sleep(Duration::from_secs(3));
    }
}

impl Driver<Kv> for Writers {
    fn start(&mut self, io: &mut ClientIo<'_, Kv>) {
        self.seq[io.client() as usize] = 1;
        self.ask(io);
    }

    fn wake(&mut self, io: &mut ClientIo<'_, Kv>) {
        self.ask(io);
    }

    fn answer(&mut self, _: u64, _: NodeId, body: KvResponse, io: &mut ClientIo<'_, Kv>) {
        match body {
            Response::Done(_) => {
                self.done += 1;
                self.seq[io.client() as usize] += 1;
            }
            Response::Redirect { leader } => self.node = leader,
            _ => {}
        }
        self.ask(io);
    }
}

/// The most bytes that were in use at a time while three members carried out so many commands.
fn peak(commands: u64) -> u64 {
    let allocated = measure(|| {
        let ms = Duration::from_millis;
        let mut world: World<Kv> = World::new();
        let latency = Latency::uniform(ms(1), ms(3));
        let setup = Setup { clients: CLIENTS, latency, ..Setup::new(3) };
        let config = || Config { snapshot_every: 5_000, forward: false, ..Config::default() };
        world.reset(&setup, Tape::seeded(1), |_| config());
        let mut writers = Writers { node: NodeId(0), seq: vec![0; CLIENTS as usize], done: 0 };
        let mut until = Instant::ZERO;
        while writers.done < commands {
            until += ms(100);
            assert_eq!(world.run(until, &mut writers, &mut ()), Stop::Time);
        }
    });
    allocated.bytes_max
}

#[test]
fn a_million_commands_take_no_more_memory_than_a_hundred_thousand() {
    let (few, many) = (peak(100_000), peak(1_000_000));
    assert!(many <= few + few / 10, "{few} bytes at most, then {many}");
}
