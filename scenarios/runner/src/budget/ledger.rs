//! Who is down when, gone for good, or damaged: what a plan comes to, fault by fault, held against a budget.

use std::collections::BTreeSet;

use seatrial_node::{Duration, NodeId};
use seatrial_sim::{Fault, FaultPlan, PlannedFault, Target};

use super::{Excess, FaultBudget, Share, harm};
use crate::scenario::words::counted;

/// Whom a fault hits: a node, or whoever has a role when it begins, who may be anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Node(NodeId),
    Unknown(usize),
}

/// What a fault takes away.
#[derive(Debug, Default)]
struct Toll {
    who: Vec<Who>,
    /// They are down while it lasts.
    down: bool,
    /// They never come back.
    gone: bool,
    /// What their disks hold is damaged.
    damaged: bool,
    /// What their disks hold is lost whole.
    wiped: bool,
}

/// Who may be left outside the core of a plan.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    /// How many nodes at most.
    pub(crate) most: u32,
    /// Who has to be among them: they have lost what each of the others must still have.
    pub(crate) first: Vec<NodeId>,
    /// How many of those are gone anyway.
    pub(crate) gone: u32,
}

/// The account of a plan so far.
#[derive(Debug)]
pub(super) struct Ledger<'a> {
    budget: &'a FaultBudget,
    nodes: u32,
    members: &'a [NodeId],
    heal_after: Duration,
    /// Who is down from when until when.
    down: Vec<(Duration, Duration, Who)>,
    gone: Vec<(Duration, Who)>,
    /// Whose clock drifts from when until when, and by how many parts in a million.
    drifts: Vec<(Duration, Duration, Who, u32)>,
    damaged: BTreeSet<Who>,
    wiped: BTreeSet<Who>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(budget: &'a FaultBudget, plan: &FaultPlan, members: &'a [NodeId]) -> Self {
        let (down, gone, drifts, damaged, wiped) = Default::default();
        let (nodes, heal_after) = (members.len() as u32, plan.heal_after);
        Self { budget, nodes, members, heal_after, down, gone, drifts, damaged, wiped }
    }

    /// Rates of kinds that are not survived.
    pub(super) fn rates(&self, plan: &FaultPlan) -> Vec<Excess> {
        let rates = toml::Table::try_from(plan.rates).expect("rates are a table");
        let over = |kind: &&seatrial_sim::FaultKind| {
            let rate = rates.get(kind.name()).and_then(toml::Value::as_integer);
            rate.is_some_and(|rate| rate > 0) && !self.budget.survives(**kind)
        };
        let told = |kind: &seatrial_sim::FaultKind| Excess {
            at: Duration::ZERO,
            what: format!("{kind} at a rate, a kind that is not survived"),
        };
        seatrial_sim::FaultKind::ALL.iter().filter(over).map(told).collect()
    }

    /// Which bound this fault breaks on top of those that were entered, if it breaks one.
    pub(super) fn over(&self, index: usize, planned: &PlannedFault) -> Option<Excess> {
        let PlannedFault { at, fault, .. } = planned;
        let (at, kind) = (*at, fault.kind());
        let excess = |what: String| Some(Excess { at, what: format!("{kind}, {fault}: {what}") });
        if !self.budget.survives(kind) {
            return excess("a kind that is not survived".to_owned());
        }
        if let Some(most) = self.budget.drift
            && let Some(drift) = self.drift(index, planned).filter(|drift| drift > &most)
        {
            return excess(format!("{drift} parts in a million, and {most} may be"));
        }
        let toll = self.toll(index, fault);
        if toll.damaged && self.hits_again(&toll) {
            return excess("a disk that was damaged already may be damaged again".to_owned());
        }
        let bounds = [
            (toll.down, self.most_down(planned, &toll), self.budget.down, "down at once"),
            (toll.gone, self.all_gone(&toll), self.budget.gone, "gone for good"),
            (
                toll.damaged || toll.gone,
                self.all_damaged(&toll),
                self.budget.copies,
                "without a sound copy of the data",
            ),
            (toll.wiped, self.all_wiped(&toll), self.budget.wiped, "left with an empty disk"),
        ];
        let broken = |(counts, many, share, words): (bool, u32, Share, &str)| {
            let most = share.of(self.nodes);
            (counts && many > most).then(|| {
                let all = counted(self.nodes, "node");
                let are = if many == 1 { "is" } else { "are" };
                format!("with it {many} of {all} {are} {words}, and {most} may be")
            })
        };
        bounds.into_iter().find_map(broken).and_then(excess)
    }

    /// Takes the fault into the account.
    pub(super) fn enter(&mut self, index: usize, planned: &PlannedFault) {
        let toll = self.toll(index, &planned.fault);
        let (at, end) = self.span(planned, &toll);
        if let Some(drift) = harm::drift(&planned.fault) {
            self.drifts.push((at, end, who(index, &planned.fault), drift));
        }
        for who in toll.who {
            if toll.down {
                self.down.push((at, end, who));
            }
            if toll.gone {
                self.gone.push((at, who));
            }
            if toll.damaged {
                self.damaged.insert(who);
            }
            if toll.wiped {
                self.wiped.insert(who);
            }
        }
    }

    /// Nobody would feel it, because it is aimed at a node that is gone by then.
    pub(super) fn is_in_vain(&self, planned: &PlannedFault) -> bool {
        let Some(Target::Node(node)) = planned.fault.target() else { return false };
        self.budget.recovers
            && self.gone.iter().any(|(at, who)| *who == Who::Node(*node) && *at <= planned.at)
    }

    /// The first time from which on this fault breaks no bound, if there is one before the world heals.
    pub(super) fn later(&self, index: usize, planned: &PlannedFault) -> Option<Duration> {
        let down = self.down.iter().map(|(_, end, _)| *end);
        let mut ends: Vec<Duration> =
            down.chain(self.drifts.iter().map(|(_, end, ..)| *end)).collect();
        ends.sort_unstable();
        ends.retain(|end| *end > planned.at && *end < self.heal_after);
        ends.into_iter().find(|at| {
            let moved = PlannedFault { at: *at, ..planned.clone() };
            self.over(index, &moved).is_none()
        })
    }

    /// Who may be left outside the core; nobody, where nobody may be half broken or it is not known whom a fault took something from.
    pub(super) fn outside(&self) -> Outside {
        let node = |who: &Who| match who {
            Who::Node(node) => Some(*node),
            Who::Unknown(_) => None,
        };
        let gone = self.gone.iter().map(|(_, who)| who);
        let spoilt = self.damaged.iter().chain(&self.wiped);
        let all = |whom: &mut dyn Iterator<Item = &Who>| -> Option<BTreeSet<NodeId>> {
            whom.map(node).collect()
        };
        match (all(&mut gone.clone()), all(&mut spoilt.chain(gone))) {
            (Some(gone), Some(first)) if self.budget.half => {
                let most = self.budget.gone.of(self.nodes).min(self.budget.copies.of(self.nodes));
                Outside { most, first: first.into_iter().collect(), gone: gone.len() as u32 }
            }
            _ => Outside::default(),
        }
    }

    /// What the core leaves out, where that is more than may be gone.
    pub(super) fn core(&self, plan: &FaultPlan) -> Option<Excess> {
        let core = plan.core.as_ref()?;
        let outside = self.members.iter().filter(|node| !core.contains(node));
        let toll = Toll { who: outside.map(|node| Who::Node(*node)).collect(), ..Toll::default() };
        let (gone, most) = (self.all_gone(&toll), self.budget.gone.of(self.nodes));
        let (lost, copies) = (self.all_damaged(&toll), self.budget.copies.of(self.nodes));
        let is_gone = |who: &Who| self.gone.iter().any(|(_, gone)| gone == who);
        let what = if !self.budget.half && !toll.who.iter().all(is_gone) {
            "the core leaves nodes half broken, and none may be".to_owned()
        } else if gone > most {
            format!(
                "the core leaves {gone} of {} gone for good, and {most} may be",
                counted(self.nodes, "node")
            )
        } else if lost > copies {
            let all = if self.nodes == 1 {
                "1 copy".to_owned()
            } else {
                format!("{} copies", self.nodes)
            };
            format!("the core leaves {lost} of {all} lost or damaged, and {copies} may be")
        } else {
            return None;
        };
        Some(Excess { at: plan.heal_after, what })
    }

    /// What a fault takes away from whom.
    fn toll(&self, index: usize, fault: &Fault) -> Toll {
        let harm = harm::of(fault.kind());
        if !harm.crashes && !harm.damages {
            return Toll::default();
        }
        Toll {
            who: match fault.target() {
                Some(_) => vec![who(index, fault)],
                None => harm::named(fault).into_iter().map(Who::Node).collect(),
            },
            down: harm.crashes,
            gone: fault.is_for_ever() || harm.crashes && !self.budget.recovers,
            damaged: harm.damages,
            wiped: harm.wipes,
        }
    }

    fn span(&self, planned: &PlannedFault, toll: &Toll) -> (Duration, Duration) {
        let end = match planned.fault.kind() {
            _ if toll.gone => Duration::MAX,
            // It waits for its moment, which may come at any time.
            kind if harm::of(kind).waits => self.heal_after,
            _ => self.heal_after.min(planned.at + planned.lasts),
        };
        (planned.at, end)
    }

    /// By how many parts in a million the clock may be wrong that this fault makes drift: drifts of one clock add up. Whoever has a role
    /// may be any node.
    fn drift(&self, index: usize, planned: &PlannedFault) -> Option<u32> {
        let own = harm::drift(&planned.fault)?;
        let (begin, end) = self.span(planned, &Toll::default());
        let me = who(index, &planned.fault);
        let known = |who: &Who| matches!(who, Who::Node(_));
        let others = self.drifts.iter().filter(|(from, to, other, _)| {
            let same = *other == me || !known(other) || !known(&me);
            same && *from < end && begin < *to
        });
        Some(others.fold(own, |sum, (.., drift)| sum.saturating_add(*drift)))
    }

    /// How many nodes are down at the worst time of this fault.
    fn most_down(&self, planned: &PlannedFault, toll: &Toll) -> u32 {
        if self.budget.down.of(self.nodes) >= self.nodes {
            return 0;
        }
        let (begin, end) = self.span(planned, toll);
        let begins = self.down.iter().map(|(at, _, _)| *at).filter(|at| *at > begin && *at < end);
        let at = |time: Duration| {
            let here = |(from, to, who): &(Duration, Duration, Who)| {
                (*from <= time && time < *to).then_some(*who)
            };
            self.count(self.down.iter().filter_map(here), toll)
        };
        std::iter::once(begin).chain(begins).map(at).max().unwrap_or_default()
    }

    /// Whether it may damage a disk that another fault damages, too.
    fn hits_again(&self, toll: &Toll) -> bool {
        let same = |one: &Who, other: &Who| match (one, other) {
            (Who::Node(one), Who::Node(other)) => one == other,
            _ => true,
        };
        self.damaged.iter().any(|before| toll.who.iter().any(|now| same(before, now)))
    }

    fn all_gone(&self, toll: &Toll) -> u32 {
        self.count(self.gone.iter().map(|(_, who)| *who), toll)
    }

    fn all_damaged(&self, toll: &Toll) -> u32 {
        let gone = self.gone.iter().map(|(_, who)| *who);
        self.count(self.damaged.iter().copied().chain(gone), toll)
    }

    fn all_wiped(&self, toll: &Toll) -> u32 {
        self.count(self.wiped.iter().copied(), toll)
    }

    /// How many different ones there are with those of the toll: no more than there are nodes.
    fn count(&self, others: impl Iterator<Item = Who>, toll: &Toll) -> u32 {
        let all: BTreeSet<Who> = others.chain(toll.who.iter().copied()).collect();
        (all.len() as u32).min(self.nodes)
    }
}

/// Whom a fault hits that has a target.
fn who(index: usize, fault: &Fault) -> Who {
    match fault.target() {
        Some(Target::Node(node)) => Who::Node(*node),
        Some(Target::Role(_)) | None => Who::Unknown(index),
    }
}
