//! Two faults at one node: what each does is defined, and a node that is to come back does.

use seatrial::sim::{Fault, FaultKind, PausedClock, Target};
use seatrial_node::NodeId;

use super::super::{ms, run, teller, world};
use super::breaks::versions_at;
use super::{N2, plan, told};

fn n2() -> Target {
    Target::Node(N2)
}

#[test]
fn a_crash_ends_a_pause_and_the_next_life_does_not_stand_still() {
    for clock in [PausedClock::Runs, PausedClock::Stands] {
        let faults = plan([
            (ms(103), ms(400), Fault::Pause { node: n2(), clock }),
            (ms(153), ms(50), Fault::Crash { node: n2() }),
        ]);
        let world = world(faults, 1, ms(700));
        assert_eq!(told(&world, 110, 203), 0);
        assert!(told(&world, 210, 500) >= 28, "told {}", told(&world, 210, 500));
    }
}

#[test]
fn a_pause_of_a_node_that_is_down_does_not_bite() {
    let faults = plan([
        (ms(103), ms(100), Fault::Crash { node: n2() }),
        (ms(153), ms(300), Fault::Pause { node: n2(), clock: PausedClock::Runs }),
    ]);
    let world = world(faults, 1, ms(700));
    assert_eq!(world.counts().of(FaultKind::Pause).bit, 0);
    assert!(told(&world, 210, 450) >= 23);
}

#[test]
fn a_wipe_of_a_node_that_is_down_takes_its_disk_and_leaves_its_return_as_it_was() {
    let faults = plan([
        (ms(103), ms(100), Fault::Crash { node: n2() }),
        (ms(153), ms(300), Fault::Wipe { node: n2() }),
    ]);
    let mut world = world(faults, 1, ms(200));
    assert!(world.node(N2).is_none());
    run(&mut world, ms(204));
    assert_eq!(teller(&world, 2).found, 0);
    run(&mut world, ms(700));
    assert!(told(&world, 210, 600) >= 38, "the end of the wipe finds nothing to do");
}

#[test]
fn an_upgrade_of_a_node_that_is_down_is_for_its_next_life() {
    let faults = plan([
        (ms(103), ms(100), Fault::Crash { node: n2() }),
        (ms(153), ms(300), Fault::Upgrade { node: n2(), version: 2 }),
    ]);
    assert_eq!(versions_at(faults, &[100, 210, 700]), [1, 2, 2].map(|of_n2| [1, 1, of_n2]));
}

#[test]
fn a_node_that_is_down_for_good_is_neither_wiped_nor_upgraded() {
    let faults = plan([
        (ms(103), seatrial_node::Duration::MAX, Fault::CrashStop { node: n2() }),
        (ms(153), ms(20), Fault::Wipe { node: n2() }),
        (ms(163), ms(20), Fault::Upgrade { node: n2(), version: 1 }),
        (ms(173), ms(20), Fault::CrashLoop { node: n2(), up_for: ms(5), down_for: ms(5) }),
    ]);
    let world = world(faults, 1, ms(700));
    assert!(world.node(N2).is_none());
    for kind in [FaultKind::Wipe, FaultKind::Upgrade, FaultKind::CrashLoop] {
        let count = world.counts().of(kind);
        assert_eq!((count.asked, count.bit, count.effect), (1, 0, 0), "{kind}");
    }
}

#[test]
fn a_loop_waits_while_something_else_keeps_its_node_down() {
    let faults = plan([
        (ms(103), ms(300), Fault::CrashLoop { node: n2(), up_for: ms(20), down_for: ms(10) }),
        // The loop has it up from 113 to 133.
        (ms(123), ms(100), Fault::Crash { node: n2() }),
    ]);
    let mut world = world(faults, 1, ms(124));
    for at in 124..222 {
        run(&mut world, ms(at));
        assert!(world.node(N2).is_none(), "at {at} ms");
    }
    run(&mut world, ms(224));
    assert!(world.node(N2).is_some(), "the crash is over");
    let before = world.counts().of(FaultKind::CrashLoop).effect;
    run(&mut world, ms(400));
    assert!(world.counts().of(FaultKind::CrashLoop).effect > before, "the loop goes on");
    run(&mut world, ms(700));
    assert!(told(&world, 410, 600) >= 18);
}

#[test]
fn a_crash_for_good_ends_a_loop() {
    let faults = plan([
        (ms(103), ms(300), Fault::CrashLoop { node: n2(), up_for: ms(20), down_for: ms(10) }),
        (ms(157), seatrial_node::Duration::MAX, Fault::CrashStop { node: n2() }),
    ]);
    let world = world(faults, 1, ms(700));
    assert!(world.node(N2).is_none());
    assert_eq!(told(&world, 165, 700), 0);
}

#[test]
fn a_pause_of_a_slow_node_keeps_what_waits_and_a_crash_loses_it() {
    let slow = || (ms(103), ms(200), Fault::SlowCpu { node: n2(), takes: ms(4) });
    let pause = Fault::Pause { node: n2(), clock: PausedClock::Runs };
    let paused = plan([slow(), (ms(153), ms(50), pause)]);
    let world_1 = world(paused, 1, ms(702));
    let mut heard = teller(&world_1, 2).from(NodeId(0), ms(0), ms(702));
    heard.sort_unstable();
    assert_eq!(heard, (1..=70).collect::<Vec<u64>>(), "nothing is lost");

    let crashed = plan([slow(), (ms(203), ms(50), Fault::Crash { node: n2() })]);
    let mut world_2 = world(crashed, 1, ms(254));
    run(&mut world_2, ms(702));
    let heard = teller(&world_2, 2).from(NodeId(0), ms(0), ms(702));
    assert!(heard[0] >= 25, "what waited at the crash was lost: {:?}", &heard[..3]);
    assert!(heard.is_sorted() && heard.len() >= 40, "and the next life is slow, but hears");
}

#[test]
fn a_second_slowness_changes_nothing_until_the_first_is_over() {
    let faults = plan([
        (ms(103), ms(100), Fault::SlowCpu { node: n2(), takes: ms(3) }),
        (ms(153), ms(10), Fault::SlowCpu { node: n2(), takes: ms(30) }),
        (ms(190), ms(100), Fault::SlowCpu { node: n2(), takes: ms(30) }),
    ]);
    let world = world(faults, 1, ms(702));
    let count = world.counts().of(FaultKind::SlowCpu);
    assert_eq!((count.asked, count.bit), (3, 1));
    assert_eq!(teller(&world, 2).from(NodeId(0), ms(0), ms(702)).len(), 70);
}
