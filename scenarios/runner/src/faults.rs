//! Every kind of fault there is: what it does, how it is counted, which knobs it has, and how one is drawn.
//!
//! This is the one list. Scenarios draw from it, and what users read of faults is written from it.

mod clock;
mod code;
mod disk;
mod guide;
mod network;
mod node;
mod toothless;
mod wanted;

pub(crate) use self::toothless::{takes_down, wants_its_node_up};
pub use self::wanted::{Faults, find_kinds};
use seatrial_node::Duration;
use seatrial_sim::{Fault, FaultKind};

use crate::draw::Draft;
use crate::scenario::{FaultSpec, Knob, Rate, Recurring};

/// A kind of fault, as users read of it and scenarios draw it.
#[derive(Clone, Copy, Debug)]
pub struct KindInfo {
    /// Which one.
    pub kind: FaultKind,
    /// Its key in the table `[faults]` of a scenario.
    pub key: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// What counts as asked for.
    pub asked: &'static str,
    /// What counts as bitten.
    pub bit: &'static str,
    /// What counts as having had an effect.
    pub effect: &'static str,
    /// Its knobs, besides those that are common to all that recur.
    pub knobs: &'static [KnobInfo],
    /// How a scenario asks for it.
    pub(crate) how: How,
}

/// A knob of a kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnobInfo {
    /// Its name.
    pub name: &'static str,
    /// What it sets, in a line.
    pub about: &'static str,
    /// What it is where nobody says.
    pub default: &'static str,
}

/// The knobs of every kind that recurs.
pub const COMMON: [KnobInfo; 4] = [
    KnobInfo { name: "count", about: "how many times it happens", default: "" },
    KnobInfo {
        name: "every",
        about: "in place of `count`: it happens again and again, after gaps of this mean",
        default: "",
    },
    KnobInfo { name: "lasts", about: "for how long each time", default: "" },
    KnobInfo {
        name: "target",
        about: "whom it hits, where it hits one node: any, a node (n2), or a role that nodes show (leader)",
        default: "any",
    },
];

impl KindInfo {
    /// Whether a scenario may give it this knob.
    pub(crate) fn has_knob(&self, name: &str) -> bool {
        COMMON.iter().chain(self.knobs).any(|knob| knob.name == name)
    }
}

/// How a scenario asks for a kind of fault.
#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    /// At a rate, as long as there is trouble.
    Steady {
        put: fn(&mut FaultSpec, Knob<Rate>),
        /// Rates from which swarm draws one, in parts of a million.
        usual: &'static [u32],
    },
    /// So many times, each for a while.
    Recurring {
        get: fn(&FaultSpec) -> Option<&Recurring>,
        put: fn(&mut FaultSpec, Recurring),
        make: Make,
        /// How swarm asks for it, where the trouble goes on for so long.
        usual: fn(Duration) -> Recurring,
    },
    /// In a way of its own.
    Special,
    /// Not by itself: it comes with another kind.
    Follows(FaultKind),
}

/// A kind that recurs: where its table is in `[faults]`, how one is drawn, how swarm asks for it.
macro_rules! recurring {
    ($key:ident, $make:expr, $usual:expr) => {
        $crate::faults::How::Recurring {
            get: |spec| spec.$key.as_ref(),
            put: |spec, recurring| spec.$key = Some(recurring),
            make: $make,
            usual: $usual,
        }
    };
}

use recurring;

/// So many times at most, each for a part of the trouble, at anybody or, every other time, at the leader.
fn usual(most: u32, shortest: Duration, longest: Duration) -> Recurring {
    Recurring::new(
        Knob::Between { min: 1, max: most },
        Knob::Between { min: shortest, max: longest },
    )
}

/// Draws one fault of a kind, whose key is given.
pub(crate) type Make = fn(&mut Draft<'_, '_>, &str, &Recurring) -> Fault;

/// The kinds that recur in these troubles, and how.
pub(crate) fn asked(faults: &FaultSpec) -> impl Iterator<Item = (&'static KindInfo, &Recurring)> {
    kinds().filter_map(|info| match info.how {
        How::Recurring { get, .. } => get(faults).map(|recurring| (info, recurring)),
        _ => None,
    })
}

/// Every kind, in the order in which a plan draws them: a new one goes to the end of its group, so that seeds keep their meaning.
pub fn kinds() -> impl Iterator<Item = &'static KindInfo> + Clone {
    network::KINDS
        .iter()
        .chain(node::KINDS)
        .chain(clock::KINDS)
        .chain(code::KINDS)
        .chain(disk::KINDS)
}

/// The kinds that a scenario asks for, so that a hunt in which one never happens has missed something. What follows upon another kind is
/// not asked for by itself.
pub(crate) fn asked_for(spec: &FaultSpec) -> Vec<FaultKind> {
    let (asked, calm) = (written(spec), written(&FaultSpec::default()));
    let asks = |info: &&KindInfo| {
        !matches!(info.how, How::Follows(_)) && asked.get(info.key) != calm.get(info.key)
    };
    kinds().filter(asks).map(|info| info.kind).collect()
}

/// The table `[faults]` as text has it.
pub(crate) fn written(spec: &FaultSpec) -> toml::Table {
    toml::Table::try_from(spec).expect("every scenario has a form in TOML")
}
