//! A node that is struck down between two effects has not told all it did: what others may have of it is owned up to, and nothing more.

use seatrial::history::{Moment, Observer};
use seatrial::sim::{Fault, FaultPlan, PlannedFault, Setup, Tape, Target, World};
use seatrial_node::{Disk, Fact, Input, Instant, Io, Node, NodeId, OpenError};

use super::super::ms;

/// Sends two messages every ten milliseconds, and only then says that it has, what its disk holds, and to whom it has delivered.
struct Talker;

impl Node for Talker {
    type Config = ();
    type Message = ();
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = Fact;

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self)
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if let Input::Timer(()) = input {
            let (me, peer) = (io.me(), NodeId(1 - io.me().0));
            io.send(peer, ());
            io.send(peer, ());
            io.announce(Fact::Broadcast { message: 1, digest: 7 });
            io.announce(Fact::Snapshot { index: 1, term: 1, digest: 7 });
            io.announce(Fact::Deliver { origin: me, message: 1, digest: 7 });
        }
        if !matches!(input, Input::Message { .. }) {
            io.set_timer((), ms(10));
        }
    }
}

/// What n0 tells, by name.
#[derive(Default)]
struct Told(Vec<&'static str>);

impl Observer for Told {
    fn fact(&mut self, _: Moment, node: NodeId, fact: &Fact) {
        if node == NodeId(0) {
            self.0.push(fact.name());
        }
    }
}

#[test]
fn what_has_left_a_node_that_broke_off_is_owned_up_to_and_what_its_user_would_get_is_not() {
    let fault = Fault::CrashMidway { node: Target::Node(NodeId(0)), after: 1 };
    let planned = PlannedFault { at: ms(5), lasts: ms(300), fault };
    let plan = FaultPlan { heal_after: ms(400), faults: vec![planned], ..FaultPlan::calm() };
    let (mut world, mut told) = (World::<Talker>::new(), Told::default());
    world.reset(&Setup { plan, ..Setup::new(2) }, Tape::seeded(1), |_| ());
    world.run(Instant::ZERO + ms(100), &mut (), &mut told);
    assert_eq!(told.0, ["started", "broadcast", "snapshot", "crashed"]);
}
