//! Equal seeds give equal runs; unequal seeds do not.

use seatrial_node::{Instant, Node};
use seatrial_sim::{Counts, RunHash, Setup, Stop, Tape, World};
use seatrial_tests::closed_loop::{self, ClosedLoop};
use seatrial_tests::gossip::{self, Gossip};

fn run<N: Node<Config = ()>>(world: &mut World<N>, setup: &Setup, seed: u64) -> (Counts, RunHash) {
    world.reset(setup, Tape::seeded(seed), |_| ());
    assert_eq!(world.run(Instant::MAX, &mut (), &mut ()), Stop::Events);
    (world.counts().clone(), world.hash())
}

#[test]
fn a_seed_gives_the_same_run_in_a_fresh_world_and_in_a_used_one() {
    let setup = gossip::setup(25, 20_000);
    let mut used: World<Gossip> = World::new();
    let first = run(&mut used, &setup, 1);
    let other = run(&mut used, &setup, 2);
    assert_ne!(first.1, other.1, "two seeds, one run");
    assert_eq!(run(&mut used, &setup, 1), first);
    assert_eq!(run(&mut World::<Gossip>::new(), &setup, 1), first);
}

#[test]
fn a_run_in_two_parts_is_the_run_in_one() {
    let setup = closed_loop::setup(4, 10_000);
    let mut world: World<ClosedLoop> = World::new();
    let whole = run(&mut world, &setup, 7);
    world.reset(&setup, Tape::seeded(7), |_| ());
    let half = Instant::from_nanos(world_end(&whole) / 2);
    assert_eq!(world.run(half, &mut (), &mut ()), Stop::Time);
    assert_eq!(world.run(Instant::MAX, &mut (), &mut ()), Stop::Events);
    assert_eq!((world.counts().clone(), world.hash()), whole);
}

/// About when such a run ends: each client has one message under way, of 5.5 ms on average.
fn world_end((counts, _): &(Counts, RunHash)) -> u64 {
    counts.delivered / 4 * 5_500_000
}

#[test]
fn a_world_and_its_copy_go_the_same_way_and_neither_feels_the_other() {
    let setup = gossip::setup(25, 20_000);
    let mut world: World<Gossip> = World::new();
    let whole = run(&mut world, &setup, 3);
    world.reset(&setup, Tape::seeded(3), |_| ());
    assert_eq!(world.run(Instant::from_nanos(500_000_000), &mut (), &mut ()), Stop::Time);
    let mut copy = world.clone();
    assert_eq!(copy.run(Instant::MAX, &mut (), &mut ()), Stop::Events);
    assert_eq!((copy.counts().clone(), copy.hash()), whole, "the copy");
    assert_eq!(world.now(), Instant::from_nanos(500_000_000));
    assert_eq!(world.run(Instant::MAX, &mut (), &mut ()), Stop::Events);
    assert_eq!((world.counts().clone(), world.hash()), whole, "the world it was copied from");
}
