//! Clocks alone: they never go back, never lose a nanosecond, and stand still when told.

use seatrial_node::{Disk, Duration, Input, Instant, Io, Node, NodeId, OpenError};

use super::{Monotonic, STANDS};
use crate::{FaultPlan, Setup, Stop, Tape, World};

fn at(nanos: u64) -> Instant {
    Instant::from_nanos(nanos)
}

#[test]
fn a_clock_that_nobody_touched_shows_the_worlds_time() {
    let clock = Monotonic::default();
    for nanos in [0, 1, 999_999_999, u64::MAX] {
        assert_eq!(clock.shows(at(nanos)), at(nanos));
        assert_eq!(clock.comes_to(at(nanos)), Some(at(nanos)));
    }
}

#[test]
fn a_clock_runs_fast_and_slow_by_parts_in_a_million() {
    let mut clock = Monotonic::default();
    clock.go_on(200, at(1_000_000));
    assert_eq!(clock.shows(at(2_000_000)), at(2_000_200));
    clock.go_on(-500_000, at(2_000_000));
    assert_eq!(clock.shows(at(4_000_000)), at(3_000_200));
    clock.go_on(0, at(4_000_000));
    assert_eq!(clock.shows(at(5_000_000)), at(4_000_200), "it goes on from what it shows");
}

#[test]
fn a_million_changes_of_rate_round_nothing_away() {
    let mut clock = Monotonic::default();
    let (mut now, mut shown) = (0, 0);
    for round in 0..1_000_000_u64 {
        let rate = if round % 2 == 0 { 333_333 } else { -333_333 };
        clock.go_on(rate, at(now));
        assert!(clock.shows(at(now)) >= at(shown), "it went back");
        now += 1;
        shown = clock.shows(at(now)).as_nanos();
    }
    assert_eq!(shown, now, "as often fast as slow");
}

#[test]
fn a_clock_comes_to_show_a_time_at_the_first_nanosecond_at_which_it_does() {
    for rate in [-999_999, -700_001, -1, 1, 3, 777_777, 1_000_000] {
        let mut clock = Monotonic::default();
        clock.go_on(rate, at(17));
        for due in [18, 19, 1_000, 123_457] {
            let comes = clock.comes_to(at(due)).expect("it goes").as_nanos();
            assert!(clock.shows(at(comes)) >= at(due), "{rate}: not yet {due} at {comes}");
            assert!(clock.shows(at(comes - 1)) < at(due), "{rate}: {due} before {comes}");
        }
    }
}

#[test]
fn a_clock_that_stands_still_comes_to_nothing_new() {
    let mut clock = Monotonic::default();
    clock.go_on(STANDS, at(100));
    assert_eq!(clock.shows(at(1_000_000)), at(100));
    assert_eq!(clock.comes_to(at(101)), None);
    assert!(clock.comes_to(at(100)).is_some());
    clock.go_on(0, at(1_000_000));
    assert_eq!(clock.shows(at(1_000_050)), at(150));
}

/// Wakes at one second by its own clock, and takes another timer back at half a second.
struct Sleeper {
    woke: Option<Instant>,
}

impl Node for Sleeper {
    type Config = ();
    type Message = ();
    type Timer = u8;
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self { woke: None })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start => {
                io.set_timer(1, Duration::from_secs(1));
                io.set_timer(2, Duration::from_millis(700));
                io.set_timer(0, Duration::from_millis(500));
            }
            Input::Timer(0) => io.cancel_timer(&2),
            Input::Timer(1) => self.woke = Some(io.now()),
            _ => panic!("this timer was taken back"),
        }
    }
}

#[test]
fn timers_wait_while_the_clock_stands_still_and_fire_when_it_shows_their_time() {
    let ms = |ms: u64| Instant::from_nanos(ms * 1_000_000);
    let mut world: World<Sleeper> = World::new();
    let plan = FaultPlan { heal_after: Duration::from_secs(9), ..FaultPlan::calm() };
    let setup = Setup { plan, ..Setup::new(1) };
    for (stands, goes) in [(300, 900), (600, 2_000), (999, 5_000)] {
        world.reset(&setup, Tape::seeded(1), |_| ());
        assert_eq!(world.run(ms(stands), &mut (), &mut ()), Stop::Time);
        world.core.let_clock_stand(0, true);
        assert_eq!(world.run(ms(goes), &mut (), &mut ()), Stop::Time);
        assert_eq!(world.node(NodeId(0)).and_then(|node| node.woke), None);
        world.core.let_clock_stand(0, false);
        let due = goes + 1_000 - stands;
        assert_eq!(world.run(ms(due - 1), &mut (), &mut ()), Stop::Time);
        assert_eq!(world.node(NodeId(0)).and_then(|node| node.woke), None, "{due} is not yet");
        world.run(ms(due), &mut (), &mut ());
        assert_eq!(world.node(NodeId(0)).and_then(|node| node.woke), Some(ms(1_000)));
    }
}
