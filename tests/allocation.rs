//! What runs allocate: nothing, once they have their working size.

use allocation_counter::{AllocationInfo, measure};
use seatrial_node::{Instant, Node};
use seatrial_sim::{Setup, Stop, Tape, World};
use seatrial_tests::closed_loop::{self, ClosedLoop};
use seatrial_tests::gossip::{self, Gossip};
use seatrial_tests::layers::{Beacon, Layer};

/// Runs a world up to the `from`th message and says what it allocates from there to the `upto`th.
fn between<N: Node<Config = ()>>(setup: &Setup, from: u64, upto: u64) -> AllocationInfo {
    let mut world: World<N> = World::new();
    world.reset(setup, Tape::seeded(1), |_| ());
    let run_to = |world: &mut World<N>, messages| {
        while world.counts().delivered < messages {
            let next = world.now() + seatrial_node::Duration::from_millis(100);
            assert_eq!(world.run(next, &mut (), &mut ()), Stop::Time);
        }
    };
    run_to(&mut world, from);
    measure(|| run_to(&mut world, upto))
}

#[test]
fn a_closed_loop_allocates_nothing_from_message_10_000_to_1_000_000() {
    let setup = closed_loop::setup(4, u64::MAX);
    let allocated = between::<ClosedLoop>(&setup, 10_000, 1_000_000);
    assert_eq!(allocated.count_total, 0, "{allocated:?}");
}

#[test]
fn two_layers_of_composition_allocate_nothing() {
    let mut setup = Setup::new(5);
    setup.event_limit = u64::MAX;
    let allocated = between::<Layer<Layer<Beacon>>>(&setup, 100_000, 400_000);
    assert_eq!(allocated.count_total, 0, "{allocated:?}");
}

#[test]
fn gossip_that_loses_messages_allocates_nothing_once_it_has_its_working_size() {
    let setup = gossip::setup(25, u64::MAX);
    let allocated = between::<Gossip>(&setup, 600_000, 800_000);
    assert_eq!(allocated.count_total, 0, "{allocated:?}");
}

#[test]
fn a_world_that_is_reset_reuses_its_memory() {
    let setup = gossip::setup(3, 119);
    let mut world: World<Gossip> = World::new();
    let mut tape = Tape::seeded(0);
    let mut run = |seeds: std::ops::Range<u64>| {
        for seed in seeds {
            tape.reseed(seed);
            world.reset(&setup, std::mem::replace(&mut tape, Tape::scripted(Vec::new())), |_| ());
            world.run(Instant::MAX, &mut (), &mut ());
            tape = world.take_tape();
        }
    };
    run(0..2_000);
    let few = measure(|| run(2_000..2_100)).count_total;
    let many = measure(|| run(3_000..3_100)).count_total;
    assert!(many <= few, "{few} allocations for a hundred seeds, then {many}");
}

#[test]
fn ten_thousand_nodes_fit_in_a_gibibyte() {
    let allocated = measure(|| {
        let mut world: World<Gossip> = World::new();
        world.reset(&gossip::setup(10_000, 1_000_000), Tape::seeded(1), |_| ());
        assert_eq!(world.run(Instant::MAX, &mut (), &mut ()), Stop::Events);
    });
    assert!(allocated.bytes_max < 1 << 30, "{} MiB at most", allocated.bytes_max >> 20);
}
