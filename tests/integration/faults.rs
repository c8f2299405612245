//! Each kind of fault, alone and written into the plan, does to a naive node what it says and nothing else, and is over when it is over.

mod awaited; // faults that wait, recur, and belong to phases
mod buggify; // fault points in a node's own code
mod clock; // clocks that run fast, are off, and jump
mod core; // what is healed where only a core is
mod crash_stop; // a crash for good
mod disk; // disks that stall, fail, fill up, rot and change places
mod incidents; // what no node may do, whatever it promises
mod network;
mod node; // crashes of every sort, empty disks, slow nodes, upgrades // what links do to messages, and whom they cut off

use seatrial::history::Endpoint;
use seatrial::sim::{
    Fault, FaultKind, FaultPlan, Latency, PausedClock, PlannedFault, Rates, Setup, Stop, Tape,
    Target, World,
};
use seatrial_node::{
    Disk, DiskError, Duration, FileName, Input, Instant, Io, Node, NodeId, OpenError, Status,
    SyncToken,
};

const NODES: u32 = 5;
const LOG: FileName = FileName::new("log");

/// Each entry fills some sectors and a part of one.
const ENTRY: usize = 1_300;

/// Every ten milliseconds it tells every peer the number of the round, and puts an entry on its disk; every third round it syncs. It
/// keeps all it hears. `n0` shows the role of a leader.
#[derive(Debug, Default)]
struct Teller {
    me: Option<NodeId>,
    round: u64,
    heard: Vec<(Instant, NodeId, u64)>,
    /// Bytes that the disk held at the beginning of this life.
    found: u64,
    /// Bytes that are written, under a sync, and promised to last.
    written: u64,
    syncing: Vec<(SyncToken, u64)>,
    synced: u64,
}

impl Node for Teller {
    type Config = ();
    type Message = u64;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let found = disk.len(LOG)?.unwrap_or(0);
        Ok(Self { found, written: found, synced: found, ..Self::default() })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        self.me = Some(io.me());
        match input {
            Input::Start | Input::Timer(()) => self.tell(io),
            Input::Message { from, body } => self.heard.push((io.now(), from, body)),
            Input::Synced { token, result } => self.last(token, result),
            _ => {}
        }
    }

    fn status(&self) -> Status {
        let leads = self.me == Some(NodeId(0));
        Status::new().with("role", if leads { "leader" } else { "follower" })
    }

    fn digest(message: &u64) -> u64 {
        *message
    }
}

impl Teller {
    fn tell(&mut self, io: &mut Io<'_, Self>) {
        self.round += 1;
        for peer in io.peers() {
            io.send(peer, self.round);
        }
        io.append(LOG, &[7; ENTRY]);
        self.written += ENTRY as u64;
        if self.round.is_multiple_of(3) {
            self.syncing.push((io.sync(LOG), self.written));
        }
        io.set_timer((), ms(10));
    }

    fn last(&mut self, token: SyncToken, result: Result<(), DiskError>) {
        assert_eq!(result, Ok(()), "no fault of the disk is planned");
        let place = self.syncing.iter().position(|(waiting, _)| *waiting == token);
        self.synced = self.syncing.remove(place.expect("each sync is told once")).1;
    }

    /// The numbers heard from a peer between two times, in the order of arrival.
    fn from(&self, peer: NodeId, after: Duration, before: Duration) -> Vec<u64> {
        let (after, before) = (Instant::ZERO + after, Instant::ZERO + before);
        let told =
            self.heard.iter().filter(|(at, from, _)| *from == peer && *at > after && *at < before);
        told.map(|(_, _, number)| *number).collect()
    }
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A world of tellers in which messages take five milliseconds, under this plan, after this long.
fn world(plan: FaultPlan, seed: u64, runs_for: Duration) -> World<Teller> {
    let mut world = World::new();
    let setup = Setup { latency: Latency::constant(ms(5)), plan, ..Setup::new(NODES) };
    world.reset(&setup, Tape::seeded(seed), |_| ());
    run(&mut world, runs_for);
    world
}

fn run(world: &mut World<Teller>, until: Duration) {
    assert_eq!(world.run(Instant::ZERO + until, &mut (), &mut ()), Stop::Time);
}

/// A plan of this fault alone, from 103 to 303 ms, between rounds; the world heals at 600.
fn alone(fault: Fault) -> FaultPlan {
    let planned = PlannedFault { at: ms(103), lasts: ms(200), fault };
    FaultPlan { heal_after: ms(600), faults: vec![planned], ..FaultPlan::calm() }
}

fn rates(rates: Rates) -> FaultPlan {
    FaultPlan { heal_after: ms(600), rates, ..FaultPlan::calm() }
}

fn teller(world: &World<Teller>, node: u32) -> &Teller {
    world.node(NodeId(node)).expect("it is up")
}

/// Holds that of all kinds of faults only these were asked for, and bit.
fn only(world: &World<Teller>, kinds: &[FaultKind]) {
    for kind in FaultKind::ALL {
        let bit = world.counts().of(kind).bit;
        assert_eq!(bit > 0, kinds.contains(&kind), "{kind} bit {bit} times");
    }
}

/// Holds that a fault severs exactly the links for which `severs` holds, while it lasts.
fn cuts(fault: Fault, severs: impl Fn(u32, u32) -> bool) {
    let kind = fault.kind();
    let world = world(alone(fault), 1, ms(500));
    only(&world, &[kind]);
    let pairs = (0..NODES).flat_map(|a| (0..NODES).map(move |b| (a, b))).filter(|(a, b)| a != b);
    for (from, to) in pairs {
        let heard = |after, before| teller(&world, to).from(NodeId(from), ms(after), ms(before));
        let count = |after, before| heard(after, before).len();
        assert!(count(0, 99) >= 9, "{kind}: n{from} to n{to} before");
        assert_eq!(count(106, 299) == 0, severs(from, to), "{kind}: n{from} to n{to}");
        assert!(severs(from, to) || count(106, 299) >= 19, "{kind}: n{from} to n{to} is thin");
        assert!(count(306, 499) >= 18, "{kind}: n{from} to n{to} when it is over");
    }
    assert_eq!(world.counts().of(kind).asked, 1);
}

fn nodes(numbers: &[u32]) -> Vec<Endpoint> {
    numbers.iter().map(|number| Endpoint::Node(NodeId(*number))).collect()
}

#[test]
fn without_a_fault_everything_arrives_once_and_in_order() {
    let world = world(FaultPlan::calm(), 1, ms(502));
    only(&world, &[]);
    let all: Vec<u64> = (1..=50).collect();
    assert_eq!(teller(&world, 1).from(NodeId(0), ms(0), ms(502)), all);
    assert_eq!(world.counts().dropped, 0);
}

#[test]
fn a_partition_severs_its_groups_from_each_other() {
    let two = vec![nodes(&[0, 1]), nodes(&[2, 3, 4])];
    cuts(Fault::Partition { groups: two }, |from, to| (from < 2) != (to < 2));
    let three = vec![nodes(&[0]), nodes(&[1]), nodes(&[2, 3])];
    let group = |node: u32| [0, 1, 2, 2, 9][node as usize];
    let severs = |from, to| group(from) != group(to) && group(from) != 9 && group(to) != 9;
    cuts(Fault::Partition { groups: three }, severs);
}

#[test]
fn isolation_severs_one_node_from_all_by_name_or_by_role() {
    let isolate = |node| Fault::Isolate { node, clients: Vec::new() };
    cuts(isolate(Target::Node(NodeId(3))), |from, to| from == 3 || to == 3);
    cuts(isolate(Target::Role("leader".into())), |from, to| from == 0 || to == 0);
}

#[test]
fn a_role_that_nobody_shows_is_not_hit() {
    let plan = alone(Fault::Isolate { node: Target::Role("king".into()), clients: Vec::new() });
    let world = world(plan, 1, ms(700));
    only(&world, &[]);
    assert_eq!(world.counts().of(FaultKind::Isolate).asked, 1);
}

#[test]
fn one_way_severs_one_direction() {
    let fault = Fault::OneWay { from: nodes(&[0, 4]), to: nodes(&[1]) };
    cuts(fault, |from, to| [0, 4].contains(&from) && to == 1);
}

#[test]
fn a_ring_leaves_each_node_its_neighbours_and_a_bridge_the_first_node() {
    let ring = Fault::Ring { order: [0, 2, 4, 1, 3].map(NodeId).to_vec() };
    let place = |node: u32| -> i32 { [0, 3, 1, 4, 2][node as usize] };
    cuts(ring, |from, to| [2, 3].contains(&(place(from) - place(to)).rem_euclid(5)));
    let bridge = Fault::Ring { order: [1, 0, 2].map(NodeId).to_vec() };
    cuts(bridge, |from, to| (from, to) == (0, 2) || (from, to) == (2, 0));
}

#[test]
fn a_crash_forgets_all_but_the_disk_and_of_that_may_lose_or_tear_what_was_not_synced() {
    let (mut lost, mut torn, mut whole) = (0, 0, 0);
    for seed in 0..60 {
        let plan = alone(Fault::Crash { node: Target::Node(NodeId(2)) });
        let mut world = world(plan, seed, ms(102));
        let (synced, written) = (teller(&world, 2).synced, teller(&world, 2).written);
        assert!(synced > 0 && written > synced, "{written} written, {synced} synced");
        run(&mut world, ms(299));
        assert!(world.node(NodeId(2)).is_none(), "it is down");
        run(&mut world, ms(450));
        let reborn = teller(&world, 2);
        assert!(reborn.round < 20 && reborn.from(NodeId(0), ms(0), ms(299)).is_empty());
        assert!(reborn.from(NodeId(0), ms(310), ms(450)).len() >= 13, "it hears again");
        assert!(
            (synced..=written).contains(&reborn.found),
            "{synced} <= {} <= {written}",
            reborn.found
        );
        let of = |kind| world.counts().of(kind).bit;
        assert_eq!(of(FaultKind::Crash), 1);
        lost += of(FaultKind::LostWrite);
        torn += of(FaultKind::TornWrite);
        whole += u64::from(reborn.found == written);
        let others = teller(&world, 1);
        assert_eq!(others.from(NodeId(0), ms(0), ms(450)).len(), 45, "others go on");
    }
    assert!(lost > 0 && torn > 0 && whole > 0, "{lost} lost, {torn} torn, {whole} kept all");
}

#[test]
fn a_pause_holds_everything_up_and_loses_nothing() {
    let world = world(
        alone(Fault::Pause { node: Target::Node(NodeId(2)), clock: PausedClock::Runs }),
        1,
        ms(502),
    );
    only(&world, &[FaultKind::Pause]);
    let paused = teller(&world, 2);
    assert!(paused.heard.iter().all(|(at, ..)| {
        let at = at.as_nanos() / 1_000_000;
        !(103..303).contains(&at)
    }));
    let all: Vec<u64> = (1..=50).collect();
    let mut heard = paused.from(NodeId(0), ms(0), ms(502));
    heard.sort_unstable();
    assert_eq!(heard, all, "what came meanwhile has waited");
    let during = teller(&world, 1).from(NodeId(2), ms(109), ms(302));
    assert!(during.is_empty(), "it told {during:?} while it stood still");
    assert!(teller(&world, 1).from(NodeId(2), ms(300), ms(502)).len() >= 19, "it goes on");
}

#[test]
fn loss_loses_about_as_many_as_asked_until_the_world_heals() {
    let world = world(rates(Rates { loss: 200_000, ..Rates::default() }), 1, ms(1_003));
    only(&world, &[FaultKind::Loss]);
    let count = world.counts().of(FaultKind::Loss);
    let percent = count.bit * 100 / count.asked;
    assert!((15..25).contains(&percent), "{count:?}");
    assert_eq!(world.counts().dropped, count.bit);
    let heard = |after, before| teller(&world, 1).from(NodeId(0), ms(after), ms(before)).len();
    assert!((35..58).contains(&heard(0, 600)), "{} of 60", heard(0, 600));
    assert_eq!(heard(606, 1_003), 39, "healed");
}

#[test]
fn duplicates_arrive_twice_and_nothing_is_lost() {
    let world = world(rates(Rates { duplicate: 200_000, ..Rates::default() }), 1, ms(1_003));
    only(&world, &[FaultKind::Duplicate]);
    let count = world.counts().of(FaultKind::Duplicate);
    assert!((15..25).contains(&(count.bit * 100 / count.asked)), "{count:?}");
    let mut heard = teller(&world, 1).from(NodeId(0), ms(0), ms(1_003));
    assert!(heard.len() > 105, "{} of 100", heard.len());
    heard.sort_unstable();
    heard.dedup();
    assert_eq!(heard, (1..=100).collect::<Vec<u64>>());
}

#[test]
fn reordering_holds_messages_back_and_loses_none() {
    let held = Rates { reorder: 200_000, reorder_delay: ms(50), ..Rates::default() };
    let world = world(rates(held), 1, ms(1_003));
    only(&world, &[FaultKind::Reorder]);
    let mut heard = teller(&world, 1).from(NodeId(0), ms(0), ms(1_003));
    let overtaken = heard.windows(2).filter(|pair| pair[0] > pair[1]).count();
    assert!(overtaken > 3, "{overtaken} overtaken");
    let late = teller(&world, 1).from(NodeId(0), ms(660), ms(1_003));
    assert!(late.is_sorted(), "healed");
    heard.sort_unstable();
    assert_eq!(heard, (1..=100).collect::<Vec<u64>>());
}

#[test]
fn healing_ends_faults_that_would_last_longer() {
    let for_long = |fault| PlannedFault { at: ms(100), lasts: ms(10_000), fault };
    let faults = vec![
        for_long(Fault::Crash { node: Target::Node(NodeId(1)) }),
        for_long(Fault::Pause { node: Target::Node(NodeId(2)), clock: PausedClock::Runs }),
        for_long(Fault::Isolate { node: Target::Node(NodeId(3)), clients: Vec::new() }),
    ];
    let plan = FaultPlan { heal_after: ms(600), faults, ..FaultPlan::calm() };
    let world = world(plan, 1, ms(1_003));
    for node in 0..NODES {
        for peer in (0..NODES).filter(|peer| *peer != node) {
            let heard = teller(&world, node).from(NodeId(peer), ms(610), ms(1_003));
            assert!(heard.len() >= 37, "n{node} from n{peer}: {heard:?}");
        }
    }
}
