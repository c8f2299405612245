//! Two versions of a protocol in one cluster: one node after the other is upgraded while the rest go on.

use seatrial::sim::{Fault, FaultPlan, Setup, Stop, Tape, Target, World};
use seatrial_node::{
    Boot, Disk, Either, FileName, Input, Instant, Io, Node, NodeId, OpenError, RequestToken,
};

use super::{ms, plan};

const HIGHEST: FileName = FileName::new("highest");
const NODES: u32 = 3;

/// Every ten milliseconds a node stores the highest number that it knows, plus one, and tells it when it is stored.
#[derive(Debug, Default)]
struct Counter {
    highest: u64,
    told: Vec<(NodeId, u64)>,
}

impl Counter {
    /// Each record is eight bytes; a torn one at the end was never told.
    fn open(disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let records = disk.len(HIGHEST)?.unwrap_or(0) / 8;
        let mut last = [0; 8];
        if records > 0 {
            disk.read(HIGHEST, (records - 1) * 8, &mut last)?;
        }
        Ok(Self { highest: u64::from_le_bytes(last), told: Vec::new() })
    }

    fn hear(&mut self, from: NodeId, number: u64) {
        self.told.push((from, number));
        self.highest = self.highest.max(number);
    }
}

/// The first version numbers from one upwards, and its timer has no name.
#[derive(Debug)]
struct First(Counter);

/// The second counts in steps of two, writes first what is there, and names its timer.
#[derive(Debug)]
struct Second(Counter, u64);

impl Node for First {
    type Config = ();
    type Message = u64;
    type Timer = ();
    type Request = ();
    type Response = u64;
    type Event = ();

    fn open((): &(), disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        Counter::open(disk).map(Self)
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start | Input::Timer(()) => {
                self.0.highest += 1;
                io.append(HIGHEST, &self.0.highest.to_le_bytes());
                io.sync(HIGHEST);
                io.set_timer((), ms(10));
            }
            Input::Synced { .. } => io.peers().for_each(|peer| io.send(peer, self.0.highest)),
            Input::Message { from, body } => self.0.hear(from, body),
            Input::Request { token, .. } => io.reply(token, self.0.highest),
            _ => {}
        }
    }
}

impl Node for Second {
    type Config = u64;
    type Message = u64;
    type Timer = &'static str;
    type Request = ();
    type Response = u64;
    type Event = ();

    fn open(step: &u64, disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self(Counter::open(disk)?, *step))
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start | Input::Timer("count") => {
                self.0.highest += self.1;
                io.append(HIGHEST, &self.0.highest.to_le_bytes());
                io.sync(HIGHEST);
                io.set_timer("count", ms(10));
            }
            Input::Synced { .. } => io.peers().for_each(|peer| io.send(peer, self.0.highest)),
            Input::Message { from, body } => self.0.hear(from, body),
            Input::Request { token, .. } => io.reply(token, self.0.highest),
            _ => {}
        }
    }
}

type Member = Either<First, Second>;

fn member(world: &World<Member>, node: u32) -> (u32, &Counter) {
    match world.node(NodeId(node)).expect("it is up") {
        Either::First(First(counter)) => (1, counter),
        Either::Second(Second(counter, _)) => (2, counter),
    }
}

/// A world in which each node is upgraded after the one before it, from 100 ms on.
fn rolling(seed: u64) -> World<Member> {
    let upgrade = |node: u32| {
        let fault = Fault::Upgrade { node: Target::Node(NodeId(node)), version: 2 };
        (ms(100 + 100 * u64::from(node)), ms(20), fault)
    };
    let plan: FaultPlan = plan((0..NODES).map(upgrade));
    let mut world = World::new();
    let config = |boot: Boot| match boot.version {
        1 => Either::First(()),
        _ => Either::Second(2),
    };
    world.reset_with(&Setup { plan, ..Setup::new(NODES) }, Tape::seeded(seed), config);
    world
}

#[test]
fn nodes_of_two_versions_work_together_while_one_after_the_other_is_upgraded() {
    for seed in 0..20 {
        let mut world = rolling(seed);
        let mut before = 0;
        for (at, versions) in
            [(95, [1, 1, 1]), (195, [2, 1, 1]), (295, [2, 2, 1]), (395, [2, 2, 2])]
        {
            let stop = world.run(Instant::ZERO + ms(at), &mut (), &mut ());
            assert_eq!(stop, Stop::Time);
            let members = [0, 1, 2].map(|node| member(&world, node));
            assert_eq!(members.map(|(version, _)| version), versions, "at {at} ms");
            let lowest = members.map(|(_, counter)| counter.highest).into_iter().min();
            assert!(lowest > Some(before), "each knows more than all did before, at {at} ms");
            before = members.map(|(_, counter)| counter.highest).into_iter().max().unwrap_or(0);
            let (_, last) = members[2];
            for from in [NodeId(0), NodeId(1)] {
                let told = last.told.iter().filter(|(who, _)| *who == from);
                assert!(told.count() >= 6, "n2 hears {from}, whatever that is, at {at} ms");
            }
        }
    }
}

#[test]
fn a_timer_of_the_other_node_is_nobodys() {
    use seatrial_node::{Effect, NoStorage, Probe};
    let mut node = Member::open(&Either::First(()), &mut Disk::new(&mut NoStorage)).expect("open");
    let mut probe = Probe::new(NodeId(0), &[NodeId(0), NodeId(1)]);
    assert!(probe.handle(&mut node, Input::Timer(Either::Second("count"))).is_empty());
    let own = probe.handle(&mut node, Input::Timer(Either::First(())));
    assert!(matches!(own[..], [.., Effect::SetTimer { key: Either::First(()), .. }]));
    let asked = Input::Request { token: RequestToken(3), body: () };
    let answer = probe.handle(&mut node, asked);
    assert!(matches!(answer[..], [Effect::Reply { to: RequestToken(3), body: 1 }]));
}
