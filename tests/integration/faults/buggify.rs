//! Fault points in a node's code: some are on in a run, those fire now and then, and a node that promises too much at one breaks it.

use seatrial::history::Outcome;
use seatrial::sim::{Buggify, FaultKind, FaultPlan, Rates, RunHash, Setup, Stop, Tape, World};
use seatrial::{LIBRARY, Prepared, Registry, Scenario};
use seatrial_node::{Disk, Input, Instant, Io, Node, NodeId, OpenError};

use super::ms;

/// Counts every ten milliseconds, and at its fault points loses count, which it promises never to do.
#[derive(Default)]
struct Counter {
    rounds: u64,
    count: u64,
    /// How often each point fired.
    fired: [u64; 8],
}

const POINTS: [&str; 8] = [
    "loses count: 0",
    "loses count: 1",
    "loses count: 2",
    "loses count: 3",
    "loses count: 4",
    "loses count: 5",
    "loses count: 6",
    "loses count: 7",
];

impl Node for Counter {
    type Config = ();
    type Message = ();
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, _: Input<Self>, io: &mut Io<'_, Self>) {
        self.rounds += 1;
        self.count += 1;
        for (point, name) in POINTS.iter().enumerate() {
            if io.buggify(name) {
                self.fired[point] += 1;
                self.count = 0;
            }
        }
        io.set_timer((), ms(10));
    }
}

/// A second of three counters; the world heals at 600 ms.
fn world(buggify: Buggify, seed: u64) -> World<Counter> {
    let rates = Rates { buggify, ..Rates::default() };
    let plan = FaultPlan { heal_after: ms(600), rates, ..FaultPlan::calm() };
    let mut world = World::new();
    world.reset(&Setup { plan, ..Setup::new(3) }, Tape::seeded(seed), |_| ());
    assert_eq!(world.run(Instant::ZERO + ms(1_000), &mut (), &mut ()), Stop::Time);
    world
}

fn counter(world: &World<Counter>, node: u32) -> &Counter {
    world.node(NodeId(node)).expect("it is up")
}

const QUARTERS: Buggify = Buggify { sites: 250_000, fires: 250_000 };

#[test]
fn a_fault_point_breaks_a_node_that_promises_too_much_at_it() {
    let mut broken = 0;
    for seed in 0..50 {
        let calm = world(Buggify::default(), seed);
        assert_eq!(counter(&calm, 0).count, counter(&calm, 0).rounds, "seed {seed}, all is well");
        assert_eq!(calm.counts().of(FaultKind::Buggify).asked, 0);
        let buggy = world(QUARTERS, seed);
        let is_broken = (0..3).any(|n| counter(&buggy, n).count < counter(&buggy, n).rounds);
        broken += u32::from(is_broken);
        let hash = |world: &World<Counter>| -> RunHash { world.hash() };
        assert_eq!(hash(&buggy), hash(&world(QUARTERS, seed)));
        for kind in FaultKind::ALL {
            let count = buggy.counts().of(kind);
            let [bit, effect] = [count.bit, count.effect].map(|times| times > 0);
            assert_eq!(bit || effect, kind == FaultKind::Buggify && is_broken, "{kind}: {count:?}");
            assert_eq!(count.asked > 0, kind == FaultKind::Buggify, "{kind}");
        }
    }
    assert!(broken > 35, "of fifty seeds nine in ten have a point that is on: {broken}");
}

#[test]
fn a_point_is_on_or_off_in_a_whole_run_and_fires_at_its_rate_until_the_world_heals() {
    let (mut on, mut fired, mut passed) = (0, 0, 0);
    for seed in 0..100 {
        let world = world(QUARTERS, seed);
        for point in 0..POINTS.len() {
            let times = [0, 1, 2].map(|node| counter(&world, node).fired[point]);
            let is_on = times.iter().any(|times| *times > 0);
            assert!(!is_on || times.iter().all(|times| *times > 0), "on for all: {times:?}");
            on += u64::from(is_on);
            fired += times.iter().sum::<u64>();
            passed += u64::from(is_on) * 3 * 60;
        }
        assert!(counter(&world, 0).count >= 40, "healed");
    }
    assert!((150..250).contains(&on), "{on} of 800 points are on");
    let percent = fired * 100 / passed;
    assert!((23..28).contains(&percent), "{fired} of {passed}");
}

#[test]
fn a_rate_above_one_is_refused() {
    let rates = Rates { buggify: Buggify { sites: 1, fires: 1_000_001 }, ..Rates::default() };
    let plan = FaultPlan { rates, ..FaultPlan::calm() };
    let error = Setup { plan, ..Setup::new(3) }.check().expect_err("too often").to_string();
    assert!(error.contains("a buggify.fires rate of 1000001 in a million"), "{error}");
}

#[test]
fn our_protocols_keep_their_promises_where_their_fault_points_fire() {
    for name in ["raft-kv", "perfect-link", "lazy-reliable-broadcast", "total-order-broadcast"] {
        let entry = LIBRARY.iter().find(|entry| entry.name == name);
        let text = entry.unwrap_or_else(|| panic!("{name} is in the library")).text;
        let text = text.replacen("[faults]\n", "[faults]\nbuggify = {}\n", 1);
        let scenario = Scenario::parse(name, &text).expect("it makes sense");
        let prepared = Prepared::new(&Registry::ours(), scenario, None).expect("it makes sense");
        let mut fired = 0;
        for seed in 0..30 {
            let account = prepared.run(seed);
            assert_eq!(account.outcome(), Outcome::Holds, "{name}, seed {seed}: {account:?}");
            let told = account.faults.iter().find(|fault| fault.kind == "buggify");
            fired += told.map_or(0, |fault| fault.bit);
        }
        assert!(fired > 0, "{name} has fault points");
    }
}
