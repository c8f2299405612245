//! Where two runs part: the first event that only one of them has, the choice that came out otherwise before it, what happened oftener in
//! which, and, where one fails and the other does not, the faults that make the difference.

use std::collections::BTreeMap;

use seatrial_history::{
    Account, ChoiceApart, DifferenceAccount, OpKind, Outcome, RunOfTwo, Signature, TraceEvent,
    TraceItem, TraceLine,
};
use seatrial_node::NodeId;
use seatrial_sim::{Choice, PlannedFault, WORLD};

use crate::case::Case;
use crate::prepared::{Course, Measuring};
use crate::record::Recorder;
use crate::registry::Registry;
use crate::repeat::told;
use crate::scenario::ScenarioError;
use crate::strategy::Strategy;

/// How many lines before the two part are shown, and how many of each after.
const SHOWN: usize = 5;

/// Holds two runs against each other.
///
/// # Errors
/// Where no run can be made of one of the cases.
pub fn difference(
    registry: &Registry,
    cases: [Case; 2],
) -> Result<DifferenceAccount, ScenarioError> {
    let [one, other] = cases;
    let (one, other) = (Side::of(registry, one)?, Side::of(registry, other)?);
    // A fault that nobody feels takes a step, and is no difference in what happens.
    let is_same = |a: &TraceLine, b: &TraceLine| a.at.time == b.at.time && a.what == b.what;
    let alike = one.trace.iter().zip(&other.trace).take_while(|(a, b)| is_same(a, b)).count();
    let shared = &one.trace[..alike];
    let after = [&one, &other].map(|side| {
        let lines = side.trace[alike..].iter().take(SHOWN);
        lines.map(told).collect::<Vec<String>>()
    });
    Ok(DifferenceAccount {
        runs: [one.told(&other), other.told(&one)],
        knobs: knobs(&one.account, &other.account),
        choice: choice(&one, &other),
        alike: alike as u64,
        parts: [&one, &other].map(|side| side.trace.get(alike).map(|line| line.at)),
        before: shared[alike.saturating_sub(SHOWN)..].iter().map(told).collect(),
        after,
        nodes: nodes(&one, &other, alike),
        totals: totals(&one, &other),
        planted: failing(&one, &other).is_some_and(|[it, other]| is_planted(registry, it, other)),
        decisive: failing(&one, &other).map(|[it, other]| decisive(registry, it, other)),
    })
}

/// One of two runs, whole.
struct Side {
    case: Case,
    account: Account,
    trace: Vec<TraceLine>,
    choices: Vec<Choice>,
    nodes: u32,
}

impl Side {
    fn of(registry: &Registry, case: Case) -> Result<Self, ScenarioError> {
        let (prepared, seed) = case.clone().prepare(registry)?;
        let nodes = prepared.setup(seed).members.len() as u32;
        let prepared = match case.schedule {
            Some(_) => prepared,
            None => prepared.on_course(Course::ByTime { kept: true }),
        };
        let mut recorder = Recorder::default();
        let mut worker = prepared.worker(Measuring::All);
        worker.run_with(seed, Some(&mut recorder));
        let (account, choices) = (worker.account(), worker.recorded().to_vec());
        Ok(Self { case, account, trace: recorder.trace, choices, nodes })
    }

    fn told(&self, other: &Self) -> RunOfTwo {
        let Account { scenario, mutant, seed, judgements, end, hash, plan, .. } = &self.account;
        let broken = judgements.iter().filter(|judged| judged.verdict.violation().is_some());
        let only = plan.iter().filter(|line| !other.account.plan.contains(line));
        RunOfTwo {
            file: self.case.file().to_owned(),
            scenario: scenario.clone(),
            mutant: mutant.clone(),
            seed: *seed,
            outcome: self.account.outcome(),
            broken: broken.map(|judged| judged.property.clone()).collect(),
            events: end.step,
            hash: hash.clone(),
            planned: only.map(|line| line.trim_start().to_owned()).collect(),
            steering: self.case.steering.map(|steering| {
                let how = Strategy::Steered(steering.strategy);
                format!("{how}, within {} of when events are due", steering.slack)
            }),
        }
    }
}

fn knobs(one: &Account, other: &Account) -> Vec<(String, [Option<String>; 2])> {
    let of = |account: &Account, name: &str| {
        account.knobs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let mut names: Vec<&String> = one.knobs.iter().map(|(name, _)| name).collect();
    names.extend(other.knobs.iter().map(|(name, _)| name).filter(|n| of(one, n).is_none()));
    let both = names.into_iter().map(|name| (name.clone(), [one, other].map(|a| of(a, name))));
    // How trouble was drawn says nothing, where the other's was written by hand: the faults are told one by one.
    let of_trouble = |name: &str| ["faults.", "plan.", "swarm"].iter().any(|t| name.starts_with(t));
    both.filter(|(name, [a, b])| a != b && !(of_trouble(name) && (a.is_none() || b.is_none())))
        .collect()
}

/// The first choice of the same site, for the same and among as many, that came out otherwise.
fn choice(one: &Side, other: &Side) -> Option<ChoiceApart> {
    let mut both = one.choices.iter().zip(&other.choices);
    let (a, b) = both.find(|(a, b)| a != b)?;
    // Among others, it is another's: the runs have parted before.
    let same =
        (a.site, a.source, a.occurrence, a.bound) == (b.site, b.source, b.occurrence, b.bound);
    let whose = match a.source {
        WORLD => "the world".to_owned(),
        source if source < one.nodes => NodeId(source).to_string(),
        source => format!("c{}", source - one.nodes),
    };
    same.then(|| ChoiceApart {
        site: a.site.to_owned(),
        whose,
        occurrence: a.occurrence,
        chosen: [(a.value, a.bound), (b.value, b.bound)],
    })
}

/// What nodes show after the first lines in which the runs differ, where that differs.
fn nodes(one: &Side, other: &Side, alike: usize) -> Vec<(String, [Option<String>; 2])> {
    let shown = |side: &Side, node: NodeId| {
        let until = side.trace.len().min(alike + SHOWN);
        side.trace[..until].iter().rev().find_map(|line| match &line.what {
            TraceItem::Event(TraceEvent::Status { node: of, status }) if *of == node => {
                Some(status.to_string())
            }
            _ => None,
        })
    };
    let all = (0..one.nodes.max(other.nodes)).map(NodeId);
    let both = all.map(|node| (node.to_string(), [one, other].map(|side| shown(side, node))));
    both.filter(|(_, [a, b])| a != b).collect()
}

/// How often each thing happened, where one run had more of it.
fn totals(one: &Side, other: &Side) -> Vec<(String, [u64; 2])> {
    let mut totals: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    for (run, side) in [one, other].into_iter().enumerate() {
        for line in &side.trace {
            let name = match &line.what {
                TraceItem::Fact(_, fact) => fact.name().to_owned(),
                TraceItem::Event(TraceEvent::Send { .. }) => "sent".to_owned(),
                TraceItem::Event(TraceEvent::Drop { .. }) => "sent, but lost".to_owned(),
                TraceItem::Op(op) if op.kind != OpKind::Invoke => {
                    format!("{} that ended in {}", op.f, op.kind.as_str())
                }
                _ => continue,
            };
            totals.entry(name).or_default()[run] += 1;
        }
    }
    totals.into_iter().filter(|(_, [a, b])| a != b).collect()
}

/// The one run that fails, and the other, which does not.
fn failing<'a>(one: &'a Side, other: &'a Side) -> Option<[&'a Side; 2]> {
    let fails = |side: &Side| side.account.outcome() == Outcome::Violated;
    match (fails(one), fails(other)) {
        (true, false) => Some([one, other]),
        (false, true) => Some([other, one]),
        _ => None,
    }
}

/// Whether the failing run passes with what is planted in the other, if anything is.
fn is_planted(registry: &Registry, failing: &Side, passing: &Side) -> bool {
    if failing.case.mutant == passing.case.mutant {
        return false;
    }
    let case = Case { mutant: passing.case.mutant.clone(), ..failing.case.clone() };
    let prepared = case.prepare(registry);
    prepared.is_ok_and(|(prepared, seed)| prepared.run(seed).outcome() != Outcome::Violated)
}

/// The fewest of the faults that only the failing run has with which it fails in the same way.
fn decisive(registry: &Registry, failing: &Side, passing: &Side) -> Vec<String> {
    let faults = &failing.case.plan.faults;
    let own = |fault: &&PlannedFault| !passing.case.plan.faults.contains(fault);
    let own: Vec<&PlannedFault> = faults.iter().filter(own).collect();
    let way = Signature::first(&failing.account.judgements);
    let needed = fewest(own, |kept, own| {
        let mut case = failing.case.clone();
        case.plan.faults.retain(|fault| !own.contains(&fault) || kept.contains(&fault));
        let prepared = case.prepare(registry);
        prepared
            .is_ok_and(|(prepared, seed)| Signature::first(&prepared.run(seed).judgements) == way)
    });
    needed.into_iter().map(words).collect()
}

/// Leaves out what is not needed, in ever smaller portions, until nothing more can go (A. Zeller and R. Hildebrandt, *Simplifying and
/// Isolating Failure-Inducing Input*, 2002, as in [`seatrial_search::shrink`]).
fn fewest<T: Copy>(all: Vec<T>, is_enough: impl Fn(&[T], &[T]) -> bool) -> Vec<T> {
    let mut kept = all.clone();
    let mut portion = kept.len();
    while portion > 0 && !kept.is_empty() {
        let (before, mut from) = (kept.len(), 0);
        while from < kept.len() {
            let to = (from + portion).min(kept.len());
            let less: Vec<T> = kept[..from].iter().chain(&kept[to..]).copied().collect();
            match is_enough(&less, &all) {
                true => kept = less,
                false => from = to,
            }
        }
        // Of single ones each is tried again, once another has gone.
        if portion > 1 || kept.len() == before {
            portion /= 2;
        }
    }
    kept
}

fn words(planned: &PlannedFault) -> String {
    format!("{} of {} at {}", planned.fault.kind(), planned.fault, planned.at)
}
