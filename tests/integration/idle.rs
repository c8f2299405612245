//! A world in which nothing is to happen costs nothing.

use seatrial_node::{Disk, Duration, Input, Instant, Io, Node, OpenError};
use seatrial_sim::{Setup, Stop, Tape, World};

/// Starts, and waits for ever.
struct Idle;

impl Node for Idle {
    type Config = ();
    type Message = ();
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self)
    }

    fn handle(&mut self, _: Input<Self>, _: &mut Io<'_, Self>) {}
}

#[test]
fn a_hundred_idle_nodes_process_no_event_in_an_hour() {
    let mut world: World<Idle> = World::new();
    world.reset(&Setup::new(100), Tape::seeded(1), |_| ());
    world.run(Instant::ZERO, &mut (), &mut ());
    let started = world.moment().step;
    let hour = Instant::ZERO + Duration::from_secs(3_600);
    assert_eq!(world.run(hour, &mut (), &mut ()), Stop::Idle);
    assert_eq!(world.moment().step, started, "something happened");
    assert_eq!(world.pending(), 0);
}
