//! Nodes that trust clocks with what no clock can promise, and one that only looks.

use std::collections::BTreeSet;

use seatrial_node::{Disk, Duration, Fact, Input, Instant, Io, Node, NodeId, OpenError, WallTime};

use super::ms;

/// `n0` grants a lease to `n1` and `n2` in turn. Each lasts 50 ms by the clock of `n0`, and 40 by that of who has it, whom it reaches
/// within five. It leads until then: two never lead at once, if clocks go alike.
#[derive(Default)]
pub(super) struct Lease {
    turn: u32,
}

impl Node for Lease {
    type Config = ();
    type Message = u64;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = Fact;

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start | Input::Timer(()) if io.me() == NodeId(0) => {
                self.turn += 1;
                io.send(NodeId(1 + self.turn % 2), u64::from(self.turn));
                io.set_timer((), ms(50));
            }
            Input::Message { body: term, .. } => {
                io.announce(Fact::Lead { term });
                io.set_timer((), ms(40));
            }
            Input::Timer(()) => io.announce(Fact::StepDown { term: u64::from(self.turn) }),
            _ => {}
        }
    }
}

/// `n1` writes to `n0` every 20 ms, which keeps what was written last by the wall clock of who writes.
#[derive(Default)]
pub(super) struct Register {
    latest: WallTime,
    written: u64,
    /// What it did not take, though it was written last.
    pub(super) lost: Vec<u64>,
}

impl Node for Register {
    type Config = ();
    type Message = (WallTime, u64);
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start | Input::Timer(()) if io.me() == NodeId(1) => {
                self.written += 1;
                let stamp = io.wall();
                io.send(NodeId(0), (stamp, self.written));
                io.set_timer((), ms(20));
            }
            Input::Message { body: (stamp, value), .. } => {
                if stamp <= self.latest {
                    self.lost.push(value);
                }
                self.latest = self.latest.max(stamp);
            }
            _ => {}
        }
    }
}

/// `n0` gives `n1` a token every 20 ms that expires 50 ms later by the wall clock, and `n1` looks at its own.
#[derive(Default)]
pub(super) struct Token {
    /// Tokens that had expired, though they were fresh.
    pub(super) refused: u64,
}

impl Node for Token {
    type Config = ();
    type Message = u64;
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        match input {
            Input::Start | Input::Timer(()) if io.me() == NodeId(0) => {
                let expires = io.wall().as_unix_nanos() + ms(50).as_nanos();
                io.send(NodeId(1), expires);
                io.set_timer((), ms(20));
            }
            Input::Message { body: expires, .. } => {
                self.refused += u64::from(io.wall().as_unix_nanos() > expires);
            }
            _ => {}
        }
    }
}

/// Makes a name every ten milliseconds, of the wall clock's milliseconds.
#[derive(Default)]
pub(super) struct Stamps {
    names: Vec<u64>,
}

impl Stamps {
    pub(super) fn repeats(&self) -> bool {
        let different: BTreeSet<_> = self.names.iter().collect();
        different.len() < self.names.len()
    }
}

impl Node for Stamps {
    type Config = ();
    type Message = ();
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        if let Input::Start | Input::Timer(()) = input {
            self.names.push(io.wall().as_unix_nanos() / 1_000_000);
            io.set_timer((), ms(10));
        }
    }
}

/// Looks at its clocks every ten milliseconds by its own, and tells the others, who then look at theirs.
#[derive(Default)]
pub(super) struct Watch {
    /// When it woke, by its monotonic clock.
    pub(super) ticks: Vec<Instant>,
    /// All that this clock showed, in order.
    pub(super) readings: Vec<Instant>,
    /// How far the wall clock was off by the monotonic one, in nanoseconds, and when.
    pub(super) errors: Vec<(Instant, i64)>,
}

impl Node for Watch {
    type Config = ();
    type Message = ();
    type Timer = ();
    type Request = ();
    type Response = ();
    type Event = ();

    fn open((): &(), _: &mut Disk<'_>) -> Result<Self, OpenError> {
        Ok(Self::default())
    }

    fn handle(&mut self, input: Input<Self>, io: &mut Io<'_, Self>) {
        self.readings.push(io.now());
        let right = io.now().as_nanos() + YEAR_2020.as_nanos();
        let error = io.wall().as_unix_nanos().wrapping_sub(right).cast_signed();
        self.errors.push((io.now(), error));
        if let Input::Start | Input::Timer(()) = input {
            self.ticks.push(io.now());
            for peer in io.peers() {
                io.send(peer, ());
            }
            io.set_timer((), ms(10));
        }
    }
}

/// What the wall clocks of a world show at its beginning, since 1970.
const YEAR_2020: Duration = Duration::from_secs(1_577_836_800);
