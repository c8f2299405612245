//! What may happen to a node, and what comes of it.

use seatrial_node::{Fact, Instant};
use seatrial_sim::Incident;

/// Something that happens to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Deed {
    /// This letter arrives.
    Receive(u32),
    /// The timer of this place among those that may.
    Timer(u32),
    Disk,
    /// It is asked what the request of this index asks.
    Ask(u32),
    Crash,
    Restart,
}

/// What came of it, with what the node left to chance.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// To whom what happened, when, and the how-manieth outcome of that it is.
    pub(crate) of: (u32, Deed, Instant, u32),
    /// The node afterwards.
    pub(crate) solo: u32,
    /// The letters that it sent, in order.
    pub(crate) sent: Box<[u32]>,
    /// What it told, with fingerprints.
    pub(crate) told: Box<[(Fact, u128)]>,
    pub(crate) now: Instant,
    /// What few outcomes have.
    pub(super) oddity: Option<Box<Oddity>>,
    /// The node is as before, and has neither sent nor told anything.
    pub(crate) is_idle: bool,
    /// It has told nothing, and nothing is wrong with it.
    pub(crate) is_quiet: bool,
    /// The difference between the fingerprints of the node afterwards and before.
    pub(crate) change: u128,
}

/// See [`Outcome`]; apart from it because there are many of those.
#[derive(Debug)]
pub(super) struct Oddity {
    /// The values of the node's choices.
    chance: Box<[u64]>,
    /// A choice of too many possibilities.
    too_wide: Option<&'static str>,
    incident: Option<Incident>,
}

impl Oddity {
    /// None, where there is nothing odd.
    pub(super) fn of(
        chance: Vec<u64>,
        too_wide: Option<&'static str>,
        incident: Option<Incident>,
    ) -> Option<Box<Self>> {
        let is_odd = !chance.is_empty() || too_wide.is_some() || incident.is_some();
        is_odd.then(|| Box::new(Self { chance: chance.into(), too_wide, incident }))
    }
}

impl Outcome {
    /// The values of the node's choices.
    pub(crate) fn chance(&self) -> &[u64] {
        self.oddity.as_ref().map_or(&[], |odd| &odd.chance)
    }

    /// A choice of too many possibilities.
    pub(crate) fn too_wide(&self) -> Option<&'static str> {
        self.oddity.as_ref()?.too_wide
    }

    pub(crate) fn incident(&self) -> Option<&Incident> {
        self.oddity.as_ref()?.incident.as_ref()
    }
}
