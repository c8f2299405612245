//! What a protocol promises to survive. Drawn trouble stays inside; a run whose trouble does not is excused where it breaks a property.

mod harm;
mod ledger;

use std::fmt;

use seatrial_node::{Duration, NodeId};
use seatrial_sim::{FaultKind, FaultPlan};

use self::ledger::Ledger;
pub(crate) use self::ledger::Outside;
use crate::registry::Protocol;
use crate::scenario::{Choice, ClusterSpec, Setting};

/// So many of a cluster's nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// This many.
    Nodes(u32),
    /// Less than half: of five, two.
    Minority,
    /// All but this many.
    AllBut(u32),
    /// All.
    All,
}

impl Share {
    /// How many that is of so many nodes.
    pub const fn of(self, nodes: u32) -> u32 {
        match self {
            Self::Nodes(count) if count < nodes => count,
            Self::Nodes(_) | Self::All => nodes,
            Self::Minority => nodes.saturating_sub(1) / 2,
            Self::AllBut(count) => nodes.saturating_sub(count),
        }
    }
}

/// What a protocol promises to survive: within these bounds every property must hold, and progress be made once the world has healed.
///
/// A protocol declares it with [`Protocol::with_budget`]. One that declares none gets the [default](FaultBudget::default) where trouble is
/// drawn by swarm or from a list, and is excused of nothing that its own scenarios ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultBudget {
    /// How many nodes may be down at the same time. A node that is gone for good is down from then on. A fault that is aimed at a role
    /// counts as one more node, for nobody knows beforehand whom it hits.
    pub down: Share,
    /// How many nodes may be gone for good: crashed for good, or left outside the core when the world heals.
    pub gone: Share,
    /// Whether whoever is gone may be so by half, and stay cut off from some and heard by others, as those outside the core may be when the
    /// world heals. Where not, whoever has not crashed for good is mended.
    pub half: bool,
    /// Whether a node that has crashed takes part again once it has restarted. Where it does not (the crash-stop model of Cachin,
    /// Guerraoui and Rodrigues, §2.2.2), whoever crashes is gone for good.
    pub recovers: bool,
    /// Whether any damage to a disk is survived: a wipe, a flipped bit, a write that went elsewhere, another machine's disk. One to each
    /// disk: a second one may come before the first is mended, and hit what was to mend it.
    pub damage: bool,
    /// How many copies of the data may be lost or damaged over a whole run: the disks that a fault wipes, rots, overwrites or swaps,
    /// and those of nodes that are gone for good.
    pub copies: Share,
    /// How many of those may be lost whole: a node that starts again with an empty disk.
    pub wiped: Share,
    /// By how much a node's clock may be fast or slow, in parts of a million; any drift is survived where this is not said.
    pub drift: Option<u32>,
    /// Whether wall clocks may be off, jump and go to and fro.
    pub wall: bool,
    /// Kinds of fault that are not survived at all.
    pub not_survived: Vec<FaultKind>,
}

/// What a node survives that keeps its state on its disk and asks for a majority: any network, any number of crashes at once, a minority
/// gone for good, any clock. A damaged disk is not survived.
impl Default for FaultBudget {
    fn default() -> Self {
        Self {
            down: Share::All,
            gone: Share::Minority,
            half: true,
            recovers: true,
            copies: Share::Minority,
            wiped: Share::Nodes(0),
            damage: false,
            drift: None,
            wall: true,
            not_survived: Vec::new(),
        }
    }
}

impl FaultBudget {
    /// What processes survive that never take part again once they have crashed: so many of them gone, and any network and clock.
    pub fn crash_stop(gone: Share) -> Self {
        Self { down: Share::All, gone, recovers: false, copies: Share::All, ..Self::default() }
    }

    /// The same, and these kinds are not survived.
    #[must_use]
    pub fn without(mut self, kinds: &[FaultKind]) -> Self {
        self.not_survived.extend(kinds);
        self
    }

    /// The same, and nothing that breaks a bound on time, however long: nobody is cut off, stands still, or is slow, and nothing is lost.
    #[must_use]
    pub(crate) fn synchronous(mut self) -> Self {
        let breaks = |kind: &FaultKind| !harm::of(*kind).keeps_time;
        self.not_survived.extend(FaultKind::ALL.into_iter().filter(breaks));
        self.drift = Some(0);
        self
    }

    /// Whether there is a plan with this kind in it that is survived.
    pub(crate) fn survives(&self, kind: FaultKind) -> bool {
        let harm = harm::of(kind);
        let damage = self.damage || !harm.damages;
        let wiped = harm.wipes && self.wiped == Share::Nodes(0);
        let clock = match kind.name() {
            "clock-drift" => self.drift != Some(0),
            name => self.wall || !name.starts_with("wall-"),
        };
        damage && !wiped && clock && !self.not_survived.contains(&kind)
    }

    /// What in this plan is more than is survived, in order of time.
    pub(crate) fn excesses(&self, plan: &FaultPlan, members: &[NodeId]) -> Vec<Excess> {
        let mut ledger = Ledger::new(self, plan, members);
        let mut excesses = ledger.rates(plan);
        for (index, planned) in plan.faults.iter().enumerate() {
            if planned.at < plan.heal_after {
                excesses.extend(ledger.over(index, planned));
                ledger.enter(index, planned);
            }
        }
        excesses.extend(ledger.core(plan));
        excesses
    }

    /// Takes out of a plan what is more than is survived, or lets it begin later, when enough others are over.
    pub(crate) fn trim(&self, plan: &mut FaultPlan, members: &[NodeId]) {
        let mut ledger = Ledger::new(self, plan, members);
        let faults = std::mem::take(&mut plan.faults);
        for mut planned in faults {
            let index = plan.faults.len();
            if planned.at >= plan.heal_after || ledger.is_in_vain(&planned) {
                continue;
            }
            if ledger.over(index, &planned).is_some() {
                let fits = ledger.later(index, &planned);
                let Some(at) = fits else { continue };
                planned.at = at;
            }
            ledger.enter(index, &planned);
            plan.faults.push(planned);
        }
        plan.faults.sort_by_key(|planned| planned.at);
    }

    /// Who may be left outside the core of this plan.
    pub(crate) fn outside(&self, plan: &FaultPlan, members: &[NodeId]) -> Outside {
        let mut ledger = Ledger::new(self, plan, members);
        for (index, planned) in plan.faults.iter().enumerate() {
            ledger.enter(index, planned);
        }
        ledger.outside()
    }
}

/// A bound of a budget that a plan goes beyond: which fault, when, and what it is too much of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Excess {
    pub(crate) at: Duration,
    pub(crate) what: String,
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

impl Protocol {
    /// Says what it promises to survive.
    #[must_use]
    pub fn with_budget(mut self, budget: FaultBudget) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Where this setting may be true, it relies on clocks that are wrong by no more than the other says, in parts in a million, or else
    /// this many: a run with a greater drift is outside its budget then.
    #[must_use]
    pub fn with_clock_bound(mut self, flag: &'static str, bound: &'static str, else_: u32) -> Self {
        self.clock_bound = Some((flag, bound, else_));
        self
    }

    /// What it promises to survive with these settings of a scenario, of all versions.
    pub(crate) fn budget_in(&self, cluster: &ClusterSpec) -> FaultBudget {
        let mut budget = self.budget();
        let Some((flag, bound, usual)) = self.clock_bound else { return budget };
        let values = |name: &str| -> Vec<Setting> {
            let given = cluster.settings.get(name).into_iter();
            let versions = cluster.versions.values().filter_map(|settings| settings.get(name));
            let all = given.chain(versions).flat_map(|choice| match choice {
                Choice::Fixed(value) => vec![value.clone()],
                Choice::OneOf(values) => values.clone(),
            });
            all.collect()
        };
        if !values(flag).contains(&Setting::Flag(true)) {
            return budget;
        }
        let said = values(bound).into_iter().filter_map(|value| match value {
            Setting::Count(count) => u32::try_from(count).ok(),
            _ => None,
        });
        let most = said.min().unwrap_or(usual);
        budget.drift = Some(budget.drift.map_or(most, |drift| drift.min(most)));
        budget
    }

    /// What it promises to survive; the default, where it does not say.
    pub fn budget(&self) -> FaultBudget {
        self.budget.clone().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
