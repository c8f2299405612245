//! The suite: what every host does, each thing with what it needs of a host and which faults it catches.

mod disk;
mod layers;
mod lives;
mod messages;
mod requests;
mod timers;

use crate::act::{Seen, What};
use crate::bench::{Bench, Promises};
use crate::fault::Fault;

/// One thing that every host does.
#[derive(Clone, Copy, Debug)]
pub struct Behaviour {
    /// What it is, as a sentence.
    pub name: &'static str,
    /// What a host has to promise for it to be tried.
    pub needs: Needs,
    /// Who shows that it can fail.
    pub catches: &'static [Fault],
    /// Tries it.
    run: fn(&mut Bench) -> Result<(), String>,
}

/// What a host has to promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing beyond the contract.
    Nothing,
    /// That messages arrive in order.
    Order,
    /// That nodes can be killed and started.
    Lives,
}

impl Needs {
    /// Whether a host with these promises can be tried.
    pub const fn are_met(self, promises: Promises) -> bool {
        match self {
            Self::Nothing => true,
            Self::Order => promises.in_order,
            Self::Lives => promises.lives,
        }
    }
}

impl Behaviour {
    /// Tries it on this bench's host.
    ///
    /// # Errors
    /// What the host did wrong.
    pub fn run(&self, bench: &mut Bench) -> Result<(), String> {
        bench.settle()?;
        (self.run)(bench)
    }
}

/// All of them.
pub const ALL: [Behaviour; 16] = [
    timers::DUE,
    timers::SET_AGAIN,
    timers::CLOCK,
    messages::ORDER,
    messages::ONCE,
    messages::OWN,
    requests::ONCE,
    requests::GONE,
    disk::READS,
    disk::SYNCS,
    disk::LASTS,
    lives::START,
    lives::TIMERS,
    lives::TOKENS,
    lives::TOLD,
    layers::APART,
];

/// What of this was seen at this level, in order.
fn at_level(seen: &[Seen], level: u8) -> impl Iterator<Item = &What> {
    seen.iter().filter(move |seen| seen.level == level).map(|seen| &seen.what)
}

/// The notes from a node, but those that only ask whether a link is up.
fn notes(seen: &[Seen], sender: u32) -> Vec<u64> {
    let of = |what: &What| match what {
        What::Note { from, note } if *from == sender && *note != 0 => Some(*note),
        _ => None,
    };
    at_level(seen, 0).filter_map(of).collect()
}

/// The timers that have come.
fn due(seen: &[Seen]) -> Vec<u8> {
    let of = |what: &What| match what {
        What::Due { timer } => Some(*timer),
        _ => None,
    };
    at_level(seen, 0).filter_map(of).collect()
}

/// Nothing, or what is wrong.
fn expect(is_so: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(otherwise()) }
}
