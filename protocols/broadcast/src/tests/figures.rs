//! What a broadcast costs: messages against theory, and memory that does not grow with the run.

use seatrial_node::{Node, NodeId, StatusValue};

use super::judge::{Property, RELIABLE, broken};
use super::order::{FifoLazy, NoWaiting};
use super::promises::{AllAck, Beb, Eager, Lazy, Majority};
use super::world::{Plan, Warn, World};
use crate::Broadcast;

/// How many messages one broadcast takes in a group of `n` in which nobody crashes.
fn messages<N>(n: u32) -> u64
where
    N: Warn + Broadcast<u64>,
    N::Config: Default,
{
    let mut world = World::<N>::new(Plan { nodes: n, ..Plan::default() }, &N::Config::default());
    world.broadcast(NodeId(0), 1);
    world.carry(u64::MAX);
    world.sent
}

#[test]
fn a_broadcast_takes_as_many_messages_as_theory_says() {
    for n in 1..=9 {
        let size = u64::from(n);
        assert_eq!(messages::<Beb>(n), size);
        assert_eq!(messages::<Lazy>(n), size, "reports apart");
        // Nobody passes a message on to itself or to whom it has it from.
        let relays = (size - 1) * size.saturating_sub(2);
        assert_eq!(messages::<Eager>(n), size + relays);
        // Everybody acknowledges to everybody else.
        let acknowledgements = (size - 1) * (size - 1);
        assert_eq!(messages::<AllAck>(n), size + acknowledgements);
        assert_eq!(messages::<Majority>(n), size + acknowledgements);
        assert!(size + acknowledgements <= size * size);
    }
}

fn figure<N: Node>(node: &N, name: &str) -> u64 {
    match node.status().value(name) {
        Some(StatusValue::Number(figure)) => *figure,
        other => panic!("{name}: {other:?}"),
    }
}

/// The most that any member has kept, under this name, while so many messages were broadcast, and what is kept in the end. The last
/// member crashes on the way.
fn kept<N>(broadcasts: u64, name: &str) -> (u64, u64)
where
    N: Warn + Broadcast<u64>,
    N::Config: Default,
{
    let plan = Plan { nodes: 4, seed: broadcasts, ..Plan::default() };
    let mut world = World::<N>::new(plan, &N::Config::default());
    let mut most = 0;
    for payload in 1..=broadcasts {
        world.broadcast(NodeId((payload % 4) as u32), payload);
        world.carry(8);
        most = most.max(figure(world.node(NodeId(0)), name));
        world.carry(12);
        if payload == broadcasts / 2 {
            world.crash(NodeId(3));
            world.carry(u64::MAX);
        }
    }
    world.settle();
    let order = [RELIABLE, &[Property::Fifo]].concat();
    if broadcasts <= 1_000 && name != "kept" {
        assert_eq!(broken(&world.log, 4, &world.crashed, &order), None);
    }
    (most, figure(world.node(NodeId(0)), name))
}

/// Ten times as many messages may not need more memory.
fn is_bounded<N>(name: &str)
where
    N: Warn + Broadcast<u64>,
    N::Config: Default,
{
    let (few, _) = kept::<N>(3_000, name);
    let (many, end) = kept::<N>(30_000, name);
    assert!(few > 0, "{name} says nothing");
    assert!(many <= few + few / 2, "{name}: {few}, then {many}");
    assert_eq!(end, 0, "{name}");
}

#[test]
fn what_is_kept_does_not_grow_with_the_run() {
    is_bounded::<Lazy>("kept");
    is_bounded::<FifoLazy>("kept");
    is_bounded::<NoWaiting>("past");
    is_bounded::<AllAck>("pending");
}
