//! Faults of nodes, each alone: it bites, does what it says and nothing else, and is over when it is over.

mod breaks; // each alone breaks a node that is naive about it
mod overlaps; // two at one node
mod owned_up; // what one that broke off has told
mod raft; // in scenarios, against Raft
mod refused; // plans that make no sense
mod versions; // two versions of a protocol in one cluster

use seatrial::sim::{
    Counts, Fault, FaultKind, FaultPlan, PausedClock, PlannedFault, Target, World,
};
use seatrial_node::{Duration, NodeId};

use super::{NODES, Teller, alone, ms, run, teller, world};

pub(super) const N2: NodeId = NodeId(2);

/// A fault at `n2`, one of each kind that has no test of its own elsewhere.
pub(super) fn each() -> Vec<Fault> {
    let node = Target::Node(N2);
    vec![
        Fault::CrashLoop { node: node.clone(), up_for: ms(30), down_for: ms(10) },
        Fault::CrashZone { zone: "rack 1".into(), nodes: vec![NodeId(1), N2] },
        Fault::CrashWriting { node: node.clone() },
        Fault::CrashMidway { node: node.clone(), after: 2 },
        Fault::Wipe { node: node.clone() },
        Fault::SlowCpu { node: node.clone(), takes: ms(2) },
        Fault::Upgrade { node, version: 2 },
    ]
}

/// A plan of these faults; the world heals at 600 ms.
pub(super) fn plan(faults: impl IntoIterator<Item = (Duration, Duration, Fault)>) -> FaultPlan {
    let planned = |(at, lasts, fault)| PlannedFault { at, lasts, fault };
    let faults = faults.into_iter().map(planned).collect();
    FaultPlan { heal_after: ms(600), faults, ..FaultPlan::calm() }
}

fn of(counts: &Counts, kind: FaultKind) -> (u64, u64, u64) {
    let count = counts.of(kind);
    (count.asked, count.bit, count.effect)
}

/// What the peers of `n2` have heard from it between two times.
pub(super) fn told(world: &World<Teller>, after: u64, before: u64) -> usize {
    teller(world, 0).from(N2, ms(after), ms(before)).len()
}

#[test]
fn each_kind_alone_bites_and_no_other_does() {
    for fault in each() {
        let kind = fault.kind();
        let world = world(alone(fault), 1, ms(500));
        let (asked, bit, effect) = of(world.counts(), kind);
        assert!(asked == 1 && bit == 1 && effect >= 1, "{kind}: {asked}, {bit}, {effect}");
        // What a crash does to writes that are not synced is counted by itself.
        let follows = [FaultKind::LostWrite, FaultKind::TornWrite];
        for other in FaultKind::ALL.into_iter().filter(|o| *o != kind && !follows.contains(o)) {
            assert_eq!(of(world.counts(), other), (0, 0, 0), "{other} in a plan of {kind}");
        }
    }
}

#[test]
fn each_kind_alone_makes_the_same_run_again_and_another_than_none() {
    let calm = world(FaultPlan::calm(), 7, ms(700)).hash();
    for fault in each() {
        let hash = |fault: &Fault| world(alone(fault.clone()), 7, ms(700)).hash();
        assert_eq!(hash(&fault), hash(&fault), "{}", fault.kind());
        assert_ne!(hash(&fault), calm, "{}", fault.kind());
    }
}

#[test]
fn each_kind_is_over_when_it_should_be_and_when_the_world_heals() {
    for fault in each() {
        let kind = fault.kind();
        let on_time = world(alone(fault.clone()), 3, ms(1_003));
        assert!(told(&on_time, 330, 600) >= 26, "{kind}: told {}", told(&on_time, 330, 600));
        let for_long = plan([(ms(103), ms(10_000), fault)]);
        let healed = world(for_long, 3, ms(1_003));
        assert!(told(&healed, 620, 1_003) >= 37, "{kind}: told {}", told(&healed, 620, 1_003));
        for peer in (0..NODES).filter(|peer| *peer != 2) {
            let heard = teller(&healed, 2).from(NodeId(peer), ms(620), ms(1_003));
            assert!(heard.len() >= 37, "{kind}: heard {} of n{peer}", heard.len());
        }
    }
}

#[test]
fn a_loop_crashes_over_and_over_and_leaves_the_node_up() {
    let fault = each().swap_remove(0);
    // Down from 103, 143, 183, 223 and 263 for 10 ms each; the fourth life would end at 303.
    let mut world = world(plan([(ms(103), ms(165), fault)]), 1, ms(108));
    for (until, is_up) in [(115, true), (145, false), (155, true), (264, false), (269, true)] {
        run(&mut world, ms(until));
        assert_eq!(world.node(N2).is_some(), is_up, "at {until} ms");
    }
    assert_eq!(of(world.counts(), FaultKind::CrashLoop), (1, 1, 5));
    run(&mut world, ms(500));
    assert!(told(&world, 275, 500) >= 22, "it stays up");
}

#[test]
fn a_zone_goes_down_and_comes_back_as_a_whole() {
    let fault = each().swap_remove(1);
    let mut world = world(alone(fault), 1, ms(110));
    assert_eq!(of(world.counts(), FaultKind::CrashZone), (1, 1, 2));
    assert!(world.node(NodeId(1)).is_none() && world.node(N2).is_none());
    assert!(world.node(NodeId(0)).is_some() && world.node(NodeId(3)).is_some());
    run(&mut world, ms(310));
    assert!(world.node(NodeId(1)).is_some() && world.node(N2).is_some());
}

#[test]
fn a_crash_while_writing_never_finds_everything_synced_and_lasts_from_its_moment_on() {
    for seed in 0..30 {
        let fault = Fault::CrashWriting { node: Target::Node(N2) };
        let mut world = world(plan([(ms(103), ms(50), fault)]), seed, ms(102));
        let fell = (103..300).find(|at| {
            run(&mut world, ms(*at));
            world.node(N2).is_none()
        });
        let fell = fell.expect("it writes all the time");
        run(&mut world, ms(fell + 48));
        assert!(world.node(N2).is_none(), "it lasts from its moment on");
        run(&mut world, ms(fell + 51));
        assert!(world.node(N2).is_some());
        let counts = world.counts();
        assert!(counts.of(FaultKind::LostWrite).asked > 0, "something was not synced");
    }
}

#[test]
fn a_crash_midway_leaves_what_came_first_and_nothing_after_it() {
    // A round is four messages, a write and now and then a sync.
    for after in 1..=4 {
        let fault = Fault::CrashMidway { node: Target::Node(N2), after };
        let mut world = world(alone(fault), 1, ms(107));
        let (before, written) = (teller(&world, 2).round, teller(&world, 2).written);
        run(&mut world, ms(112));
        assert!(world.node(N2).is_none(), "the next round is its last");
        run(&mut world, ms(320));
        let last = before + 1;
        for (place, peer) in [0, 1, 3, 4].into_iter().enumerate() {
            let heard = teller(&world, peer).from(N2, ms(100), ms(300)).contains(&last);
            assert_eq!(heard, place < after as usize, "n{peer} after {after} effects");
        }
        assert!(teller(&world, 2).found <= written, "the write came after");
        assert_eq!(of(world.counts(), FaultKind::CrashMidway), (1, 1, 1));
    }
}

#[test]
fn a_crash_midway_waits_for_an_input_that_has_so_many_effects() {
    let fault = Fault::CrashMidway { node: Target::Node(N2), after: 6 };
    let world = world(alone(fault), 1, ms(700));
    assert!(world.node(N2).is_some(), "no round has seven effects");
    assert_eq!(of(world.counts(), FaultKind::CrashMidway), (1, 0, 0));
}

#[test]
fn a_fault_that_lies_in_wait_hits_whoever_has_the_role_then() {
    for fault in [
        Fault::CrashWriting { node: Target::Role("leader".into()) },
        Fault::CrashMidway { node: Target::Role("leader".into()), after: 1 },
    ] {
        let kind = fault.kind();
        let world = world(alone(fault), 1, ms(180));
        assert!(world.node(NodeId(0)).is_none(), "{kind}: n0 leads");
        assert!((1..NODES).all(|node| world.node(NodeId(node)).is_some()), "{kind}");
    }
    let nobody = Fault::CrashMidway { node: Target::Role("king".into()), after: 1 };
    assert_eq!(of(world(alone(nobody), 1, ms(700)).counts(), FaultKind::CrashMidway), (1, 0, 0));
}

#[test]
fn a_wiped_node_comes_back_with_an_empty_disk_and_goes_on() {
    let mut world = world(alone(Fault::Wipe { node: Target::Node(N2) }), 1, ms(102));
    assert!(teller(&world, 2).synced > 0, "something was there to lose");
    run(&mut world, ms(299));
    assert!(world.node(N2).is_none(), "it is down");
    run(&mut world, ms(304));
    assert_eq!(teller(&world, 2).found, 0);
    run(&mut world, ms(500));
    assert!(teller(&world, 2).synced > 0, "the new disk keeps what is written");
    let empty = Fault::Wipe { node: Target::Node(N2) };
    let early = super::world(plan([(ms(0), ms(10), empty)]), 1, ms(50));
    assert!(of(early.counts(), FaultKind::Wipe).1 == 1, "a disk without a file can be lost");
}

#[test]
fn a_slow_node_gets_everything_late_and_in_order() {
    let world = world(alone(Fault::SlowCpu { node: Target::Node(N2), takes: ms(4) }), 1, ms(702));
    let slow = teller(&world, 2);
    let all: Vec<u64> = (1..=70).collect();
    for peer in [0, 1, 3, 4] {
        assert_eq!(slow.from(NodeId(peer), ms(0), ms(702)), all, "in the order of sending");
    }
    let times: Vec<u64> = slow.heard.iter().map(|(at, ..)| at.as_nanos()).collect();
    let during = times.windows(2).filter(|pair| pair[0] > 110_000_000 && pair[1] < 300_000_000);
    assert!(during.clone().count() > 10, "it does something");
    assert!(during.into_iter().all(|pair| pair[1] - pair[0] >= 4_000_000), "one at a time");
    let told = |after, before| told(&world, after, before);
    assert!(told(130, 300) < 10, "its timers wait, too: {} rounds", told(130, 300));
    assert!(told(320, 700) >= 36, "it is as fast as ever: {} rounds", told(320, 700));
}

#[test]
fn a_clock_that_stands_through_a_pause_has_missed_it_and_one_that_runs_has_not() {
    for (clock, missed) in [(PausedClock::Runs, 0), (PausedClock::Stands, 200)] {
        let mut world = world(alone(Fault::Pause { node: Target::Node(N2), clock }), 1, ms(502));
        let last = teller(&world, 2).heard.last().map(|(at, ..)| at.as_nanos() / 1_000_000);
        assert_eq!(last, Some(495 - missed), "{clock:?}");
        let times = teller(&world, 2).heard.iter().map(|(at, ..)| *at);
        assert!(times.is_sorted(), "{clock:?}: it never goes back");
        // A round was due 7 ms after the pause began: it is overdue, or due 7 ms after the end.
        let at_once = told(&world, 303, 311);
        assert_eq!(at_once, usize::from(clock == PausedClock::Runs), "{clock:?}");
        assert!(told(&world, 311, 502) >= 18, "{clock:?}: it goes on");
        run(&mut world, ms(900));
        assert!(told(&world, 502, 900) >= 38, "{clock:?}");
    }
}

#[test]
fn an_upgraded_node_stays_upgraded_and_others_are_as_they_were() {
    let node = Target::Node(N2);
    let plan = plan([
        (ms(103), ms(50), Fault::Upgrade { node: node.clone(), version: 2 }),
        (ms(203), ms(50), Fault::Crash { node: node.clone() }),
        (ms(303), ms(50), Fault::Upgrade { node, version: 1 }),
    ]);
    let versions = breaks::versions_at(plan, &[100, 160, 260, 360, 700]);
    assert_eq!(versions, [1, 2, 2, 1, 1].map(|of_n2| [1, 1, of_n2]));
}
