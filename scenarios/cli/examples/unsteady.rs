//! A command line of one's own, with a node that it must find: its pauses come from a counter that outlives its world, so that a seed gives
//! another run each time. It is here to see that this ends with exit code 4.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use seatrial::node::{Disk, Duration, Input, Io, Node, OpenError};
use seatrial::{Protocol, Registry};

struct Unsteady;

static LIVES: AtomicU64 = AtomicU64::new(0);

impl Node for Unsteady {
    type Config = ();
    type Message = ();
    type Timer = u64;
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self)
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if matches!(input, Input::Start) {
            let lives = LIVES.fetch_add(1, Ordering::Relaxed);
            io.set_timer(lives, Duration::from_millis(1 + lives % 400));
        }
    }
}

fn main() -> ExitCode {
    let protocol = Protocol::new("unsteady", "gives another run each time");
    seatrial_cli::main(Registry::ours().with(protocol.without_clients::<Unsteady>(|_, _| Ok(()))))
}
