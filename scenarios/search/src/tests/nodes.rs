//! A node that does what it is asked, each thing a different kind of step.

use seatrial_history::Violation;
use seatrial_node::{Disk, Duration, Fact, FileName, Input, Io, Node, NodeId, OpenError};

use crate::{Exploration, Sight};

/// What it is asked, and what it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Do {
    /// Send a number to a node, which announces it.
    Tell(NodeId, u64),
    /// Announce a number that comes of chance, below this one.
    Draw(u64),
    /// Set a timer to this many seconds from now, and announce it when it comes due.
    Wait(u64),
    /// Sync two files, and announce when each is done.
    Sync,
    /// Panic.
    Fail,
}

/// See the module.
#[derive(Clone, Debug, Default, Hash)]
pub(super) struct Doer {
    syncs: Vec<u64>,
}

/// What a node has heard of a crash.
pub(super) const CRASHED: u64 = 1_000;

impl Node for Doer {
    type Config = ();
    type Message = u64;
    type Timer = u64;
    type Request = Do;
    type Response = ();
    type Event = Fact;

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Message { body: Self::IGNORED, .. } => {}
            Input::Message { body, .. } => io.announce(number(body)),
            Input::Timer(seconds) => io.announce(number(seconds)),
            Input::Synced { token, .. } => {
                let place = self.syncs.iter().position(|sync| *sync == token.0);
                io.announce(number(place.expect("it asked for this") as u64));
            }
            Input::Request { body, .. } => self.ask(body, io),
            _ => {}
        }
    }
}

impl Doer {
    /// A number that nobody announces.
    pub(super) const IGNORED: u64 = 0;

    fn ask(&mut self, what: Do, io: &mut Io<'_, Self>) {
        match what {
            Do::Tell(to, body) => io.send(to, body),
            Do::Draw(below) => {
                let drawn = io.choose("dice", below);
                io.announce(number(drawn));
            }
            Do::Wait(seconds) => io.set_timer(seconds, Duration::from_secs(seconds)),
            Do::Sync => {
                for file in [FileName::new("a"), FileName::new("b")] {
                    io.append(file, b"x");
                    self.syncs.push(io.sync(file).0);
                }
            }
            Do::Fail => panic!("it was asked to"),
        }
    }
}

/// How a number is announced.
pub(super) const fn number(index: u64) -> Fact {
    Fact::Commit { index }
}

/// A world of such nodes, asked these things at any time.
pub(super) fn asked(nodes: u32, asks: &[(u32, Do)]) -> Exploration<Doer> {
    let small = Exploration::new(nodes, |_| ());
    asks.iter().fold(small, |small, (node, what)| small.asking(NodeId(*node), *what))
}

/// Nothing is wrong.
pub(super) fn fine(_: &Sight<'_, Doer>) -> Option<Violation> {
    None
}

/// What each execution's end tells, as numbers in order.
pub(super) fn collect(
    into: &mut Vec<Vec<u64>>,
) -> impl FnMut(&Sight<'_, Doer>) -> Option<Violation> {
    move |sight| {
        if sight.is_over {
            let number = |fact| match fact {
                Fact::Commit { index } => Some(index),
                _ => None,
            };
            into.push(sight.told.iter().filter_map(|told| number(told.fact)).collect());
        }
        None
    }
}
