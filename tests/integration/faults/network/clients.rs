//! Clients that are cut off from all nodes, while the nodes reach each other.

use seatrial::history::Endpoint;
use seatrial::sim::{
    ClientIo, Driver, Fault, FaultKind, FaultPlan, Latency, PlannedFault, Setup, Tape, Target,
    World,
};
use seatrial_node::{Disk, Input, Instant, Io, Node, NodeId, OpenError};

use super::super::{ms, nodes};

/// Answers at once.
#[derive(Debug)]
struct Ready;

impl Node for Ready {
    type Config = ();
    type Message = ();
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self)
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if let Input::Request { token, .. } = input {
            io.reply(token, ());
        }
    }
}

/// Every client asks every node every ten milliseconds, and believes that whoever asks is answered within the next ten.
#[derive(Debug, Default)]
struct Askers {
    /// By client: how many questions were asked, and the milliseconds at which answers came.
    asked: [usize; 2],
    answered: [Vec<u64>; 2],
    /// A client was not answered in time.
    disappointed: bool,
}

impl Driver<Ready> for Askers {
    fn start(&mut self, io: &mut ClientIo<'_, Ready>) {
        self.wake(io);
    }

    fn wake(&mut self, io: &mut ClientIo<'_, Ready>) {
        let client = io.client() as usize;
        self.disappointed |= self.answered[client].len() < self.asked[client];
        for node in io.members().to_vec() {
            io.send(node, ());
            self.asked[client] += 1;
        }
        io.sleep(ms(10));
    }

    fn answer(&mut self, _: u64, _: NodeId, (): (), io: &mut ClientIo<'_, Ready>) {
        let now = io.now().time.as_nanos() / 1_000_000;
        self.answered[io.client() as usize].push(now);
    }
}

/// Two clients and three nodes under this fault from 103 ms on, until 703.
fn ask(fault: Option<Fault>, lasts: u64, seed: u64) -> (Askers, World<Ready>) {
    let faults = fault.map(|fault| PlannedFault { at: ms(103), lasts: ms(lasts), fault });
    let faults = faults.into_iter().collect();
    let plan = FaultPlan { heal_after: ms(600), faults, ..FaultPlan::calm() };
    let client_latency = Latency::constant(ms(2));
    let setup = Setup { clients: 2, client_latency, plan, ..Setup::new(3) };
    let (mut world, mut askers) = (World::new(), Askers::default());
    world.reset(&setup, Tape::seeded(seed), |_| ());
    world.run(Instant::ZERO + ms(703), &mut askers, &mut ());
    (askers, world)
}

fn cut(clients: &[u32]) -> Option<Fault> {
    let clients = clients.iter().copied().map(Endpoint::Client).collect();
    Some(Fault::CutClients { clients })
}

#[test]
fn a_client_that_is_cut_off_reaches_nobody_until_it_is_over() {
    for (clients, are_cut) in [(&[1][..], [false, true]), (&[], [true, true])] {
        for (lasts, over) in [(200, 303), (10_000, 600)] {
            let (askers, world) = ask(cut(clients), lasts, 1);
            for (client, is_cut) in are_cut.into_iter().enumerate() {
                let during = |at: &&u64| (105..over).contains(*at);
                let answers = askers.answered[client].iter().filter(during).count();
                assert_eq!(answers == 0, is_cut, "c{client} got {answers} answers");
                let after = askers.answered[client].iter().filter(|at| **at > over + 10).count();
                assert!(after as u64 >= (703 - over) / 10 * 3 - 9, "c{client}: {after} after");
            }
            for kind in FaultKind::ALL {
                let count = world.counts().of(kind);
                let counts = [count.asked, count.bit, count.effect];
                assert_eq!(counts, [u64::from(kind == FaultKind::CutClients); 3], "{kind}");
            }
        }
    }
}

#[test]
fn a_client_that_expects_an_answer_in_time_is_disappointed_by_that_alone() {
    for seed in 0..50 {
        assert!(!ask(None, 1, seed).0.disappointed);
        assert!(ask(cut(&[0]), 200, seed).0.disappointed);
    }
    assert_eq!(ask(cut(&[0]), 200, 1).1.hash(), ask(cut(&[0]), 200, 1).1.hash());
}

#[test]
fn clients_links_are_slowed_held_and_reset_as_those_of_nodes() {
    let (from, to) = (vec![Endpoint::Client(0)], nodes(&[1]));
    let clog = Fault::Clog { from: from.clone(), to: to.clone() };
    let (askers, world) = ask(Some(clog), 200, 1);
    assert_eq!(world.counts().of(FaultKind::Clog).effect, 20);
    assert_eq!(askers.answered[0].len(), askers.asked[0] - 3, "none is lost, three are under way");
    let slow = Fault::SlowLink { by: ms(7), from: to.clone(), to: from };
    let (_, world) = ask(Some(slow), 200, 1);
    assert_eq!(world.counts().of(FaultKind::SlowLink).effect, 20, "answers, too");
    let reset = Fault::Reset { node: Target::Node(NodeId(1)), peers: Vec::new() };
    let faults = vec![PlannedFault { at: ms(101), lasts: ms(0), fault: reset }];
    let plan = FaultPlan { heal_after: ms(600), faults, ..FaultPlan::calm() };
    let client_latency = Latency::constant(ms(2));
    let setup = Setup { clients: 2, client_latency, plan, ..Setup::new(3) };
    let (mut world, mut askers) = (World::new(), Askers::default());
    world.reset(&setup, Tape::seeded(1), |_| ());
    world.run(Instant::ZERO + ms(709), &mut askers, &mut ());
    let missed = askers.asked.iter().sum::<usize>() - askers.answered.iter().flatten().count();
    assert_eq!(missed, 2, "one question of each client");
    assert_eq!(world.counts().dropped, 2);
}
