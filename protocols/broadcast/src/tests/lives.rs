//! Members that are gone, and members that come back.

use seatrial_node::{Effect, Input, NodeId, Probe};

use super::judge::{BEST_EFFORT, Property, RELIABLE, broken};
use super::promises::{Beb, Eager, Lazy, Majority};
use super::world::{Plan, Warn, World};
use crate::{Broadcast, BroadcastEvent, Frame, LazyConfig, LinkedConfig, Mark, MessageId};

fn plan(nodes: u32, seed: u64) -> Plan {
    Plan { nodes, seed, ..Plan::default() }
}

/// Whether all correct members deliver six messages of each of them, wherever in the list a dead one is.
fn reaches_all_but_the_dead(config: &LinkedConfig<()>) -> bool {
    (0..5).all(|dead| {
        let mut world = World::<Beb>::new(plan(5, u64::from(dead)), config);
        world.crash(NodeId(dead));
        for payload in 1..=30 {
            world.broadcast(NodeId(payload as u32 % 5), payload);
            world.settle();
        }
        broken(&world.log, 5, &world.crashed, BEST_EFFORT).is_none()
    })
}

#[test]
fn a_dead_member_anywhere_in_the_list_keeps_nothing_from_the_others() {
    assert!(reaches_all_but_the_dead(&LinkedConfig::default()));
}

/// Which property breaks when a member crashes, comes back and broadcasts again, and so do the others.
fn after_a_reboot<N>(config: &N::Config, properties: &[Property]) -> Option<Property>
where
    N: Warn + Broadcast<u64>,
{
    (0..50).find_map(|seed| {
        let mut world = World::<N>::new(plan(4, seed), config);
        world.broadcast(NodeId(1), 10);
        world.carry(seed % 9);
        world.crash(NodeId(1));
        let told_before = world.log.len();
        world.start(NodeId(1), config);
        world.broadcast(NodeId(1), 20);
        world.carry(3);
        world.broadcast(NodeId(1), 21);
        world.broadcast(NodeId(2), 30);
        world.settle();
        // The second life is a process of its own, and correct.
        let second = world.log.split_off(told_before);
        let names = |log: &[(NodeId, BroadcastEvent<u64>)]| -> Vec<MessageId> {
            let broadcast = log.iter().filter_map(|(_, event)| match event {
                BroadcastEvent::Broadcast { id, .. } => Some(*id),
                _ => None,
            });
            broadcast.collect()
        };
        let first_names = names(&world.log);
        if names(&second).iter().any(|id| first_names.contains(id)) {
            return Some(Property::NoDuplication);
        }
        let of_second = |event: &BroadcastEvent<u64>| {
            !matches!(event, BroadcastEvent::Deliver { id, .. } if first_names.contains(id))
        };
        let log = second.into_iter().filter(|(_, event)| of_second(event)).collect();
        broken(&log, 4, &[], properties)
    })
}

#[test]
fn a_member_that_comes_back_is_heard_and_hears() {
    let every_member = &[Property::AllDeliver, Property::NoDuplication, Property::NoCreation];
    assert_eq!(after_a_reboot::<Beb>(&LinkedConfig::default(), every_member), None);
    assert_eq!(after_a_reboot::<Eager>(&LinkedConfig::default(), every_member), None);
    assert_eq!(after_a_reboot::<Majority>(&LinkedConfig::default(), every_member), None);
}

#[test]
fn nothing_leaves_before_the_disk_remembers_the_life() {
    let members = [NodeId(0), NodeId(1)];
    let mut probe = Probe::<Beb>::new(NodeId(0), &members);
    let mut node = open::<Beb>(&LinkedConfig::default());
    let effects = probe.handle(&mut node, Input::Start);
    let Some(Effect::Sync { token, .. }) = effects.last() else { panic!("{effects:?}") };
    let early = probe.act(&mut node, |node, io| _ = node.broadcast(7, io));
    assert!(early.is_empty(), "{early:?}");
    let failed = Err(seatrial_node::DiskError::SyncFailed);
    let again = probe.handle(&mut node, Input::Synced { token: *token, result: failed });
    let [Effect::Write { .. }, Effect::Sync { token, .. }] = &again[..] else {
        panic!("{again:?}")
    };
    let effects = probe.handle(&mut node, Input::Synced { token: *token, result: Ok(()) });
    assert!(
        matches!(effects[0], Effect::Announce(BroadcastEvent::Broadcast { .. })),
        "{effects:?}"
    );
    assert_eq!(effects.len(), 3);
}

fn open<N: seatrial_node::Node>(config: &N::Config) -> N {
    let mut storage = seatrial_node::NoStorage;
    N::open(config, &mut seatrial_node::Disk::new(&mut storage)).expect("opens")
}

fn data(origin: u32, number: u64) -> Frame<u64> {
    Frame::Data { id: MessageId { origin: NodeId(origin), number }, payload: 1 }
}

#[test]
fn frames_that_no_member_can_have_sent_are_counted_and_dropped() {
    let mut probe = Probe::<Eager>::new(NodeId(0), &[NodeId(0), NodeId(1)]);
    let mut node = open::<Eager>(&LinkedConfig::default());
    let stream = MessageId::new(NodeId(1), 1, 1).stream();
    let marks = Frame::Delivered(std::sync::Arc::from([Mark { stream, sequence: 3 }]));
    let nonsense = [
        (1, data(9, 1 << 32 | 1)),
        (9, data(1, 1 << 32 | 1)),
        (1, data(1, 1)),
        (1, data(1, 1 << 32)),
        (1, marks),
    ];
    for (from, body) in nonsense {
        let effects = probe.handle(&mut node, Input::Message { from: NodeId(from), body });
        assert!(effects.is_empty(), "{effects:?}");
    }
    let status = seatrial_node::Node::status(&node);
    assert_eq!(status.value("dropped"), Some(&5_u64.into()), "{status}");
    let limit = data(1, u64::MAX);
    let effects = probe.handle(&mut node, Input::Message { from: NodeId(1), body: limit });
    assert!(!effects.is_empty(), "the last number there is, is a number");
    let good = Input::Message { from: NodeId(1), body: data(1, 1 << 32 | 1) };
    assert!(!probe.handle(&mut node, good).is_empty(), "reception goes on");
}

/// How many messages a crash costs after so many broadcasts, and how many are kept then.
fn cost_of_a_crash(broadcasts: u64, config: &LazyConfig<(), ()>) -> (u64, u64) {
    let mut world = World::<Lazy>::new(plan(4, broadcasts), config);
    for payload in 1..=broadcasts {
        world.broadcast(NodeId(1), payload);
        world.carry(6);
    }
    world.settle();
    let status = seatrial_node::Node::status(world.node(NodeId(0)));
    let Some(seatrial_node::StatusValue::Number(kept)) = status.value("kept") else {
        panic!("{status}");
    };
    let before = world.sent;
    world.crash(NodeId(1));
    world.settle();
    assert_eq!(broken(&world.log, 4, &world.crashed, RELIABLE), None);
    (world.sent - before, *kept)
}

#[test]
fn a_crash_costs_nothing_for_what_all_have() {
    assert_eq!(cost_of_a_crash(10, &LazyConfig::default()), (0, 0));
    assert_eq!(cost_of_a_crash(1_000, &LazyConfig::default()), (0, 0));
}

#[cfg(feature = "mutants")]
#[test]
fn planted_bugs_of_lives_and_of_the_dead_are_found() {
    use crate::Mutant;
    let linked = |bug| LinkedConfig { mutant: Some(bug), ..LinkedConfig::default() };
    assert!(!reaches_all_but_the_dead(&linked(Mutant::StopsAtFirstUnreachable)));

    let resets = linked(Mutant::RestartResetsNumbers);
    assert_eq!(after_a_reboot::<Beb>(&resets, BEST_EFFORT), Some(Property::NoDuplication));
    assert_eq!(after_a_reboot::<Eager>(&resets, RELIABLE), Some(Property::NoDuplication));

    let poison = linked(Mutant::PoisonPill);
    assert_eq!(
        after_a_reboot::<Eager>(&poison, &[Property::AllDeliver]),
        Some(Property::AllDeliver)
    );

    let bug = Some(Mutant::RedistributionStorm);
    let (sent, kept) = cost_of_a_crash(1_000, &LazyConfig { mutant: bug, ..LazyConfig::default() });
    assert!(sent > 1_000 && kept == 1_000, "{sent} messages, {kept} kept");
}
