//! A node in a node in a node: what composition costs.

use seatrial_node::{Disk, Duration, Input, Io, Node, OpenError, Outbox};

/// The innermost: tells its peers every 10 ms, answers who tells it, and announces both.
#[derive(Clone, Debug, Default)]
pub struct Beacon;

impl Node for Beacon {
    type Config = ();
    /// Whether it asks for an answer.
    type Message = bool;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self)
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start | Input::Timer(()) => {
                for peer in io.peers() {
                    io.send(peer, true);
                }
                io.set_timer((), Duration::from_millis(10));
            }
            Input::Message { from, body } => {
                if body {
                    io.send(from, false);
                }
                io.announce(());
            }
            _ => {}
        }
    }
}

/// Runs a child, wraps what it says, and counts and passes on what it announces.
#[derive(Debug)]
pub struct Layer<C: Node> {
    child: C,
    outbox: Outbox<C>,
    /// How many events have come from below.
    pub events: u64,
}

/// A message, or a timer, of the layer below.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Below<T>(pub T);

impl<C: Node<Config = (), Event = ()>> Node for Layer<C> {
    type Config = ();
    type Message = Below<C::Message>;
    type Timer = Below<C::Timer>;
    type Request = ();
    type Response = ();
    type Event = ();

    fn open(config: &(), disk: &mut Disk<'_>) -> Result<Self, OpenError> {
        let child = C::open(config, &mut disk.child("below"))?;
        Ok(Self { child, outbox: Outbox::new(), events: 0 })
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        let input = match input {
            Input::Start => Input::Start,
            Input::Message { from, body } => Input::Message { from, body: body.0 },
            Input::Timer(timer) => Input::Timer(timer.0),
            _ => return,
        };
        let Self { child, outbox, events } = self;
        io.child("below", Below, Below, outbox, |io| child.handle(input, io));
        for () in outbox.events.drain(..) {
            *events += 1;
            io.announce(());
        }
    }
}
