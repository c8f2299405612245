//! Where two runs part: the first event that only one of them has, the choice that came out otherwise before it, and, where one fails and
//! the other does not, the faults that make the difference.

use seatrial_history::{
    Account, ChoiceApart, DifferenceAccount, Outcome, RunOfTwo, TraceEvent, TraceItem, TraceLine,
};
use seatrial_node::NodeId;
use seatrial_sim::{Choice, PlannedFault, WORLD};

use crate::case::Case;
use crate::prepared::{Course, Measuring};
use crate::record::Recorder;
use crate::registry::Registry;
use crate::repeat::told;
use crate::scenario::ScenarioError;

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
    let alike = one.trace.iter().zip(&other.trace).take_while(|(a, b)| a == b).count();
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
        decisive: decisive(registry, &one, &other),
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

/// The first choice of the same site, for the same, that came out otherwise.
fn choice(one: &Side, other: &Side) -> Option<ChoiceApart> {
    let mut both = one.choices.iter().zip(&other.choices);
    let (a, b) = both.find(|(a, b)| a != b)?;
    let same = (a.site, a.source, a.occurrence) == (b.site, b.source, b.occurrence);
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

/// Of the one run that fails, where the other does not: the faults that only it has and without which it does not fail.
fn decisive(registry: &Registry, one: &Side, other: &Side) -> Vec<String> {
    let fails = |side: &Side| side.account.outcome() == Outcome::Violated;
    let (failing, passing) = match (fails(one), fails(other)) {
        (true, false) => (one, other),
        (false, true) => (other, one),
        _ => return Vec::new(),
    };
    let passes_without = |place: &usize| {
        let mut case = failing.case.clone();
        case.plan.faults.remove(*place);
        let Ok((prepared, seed)) = case.prepare(registry) else { return false };
        prepared.run(seed).outcome() != Outcome::Violated
    };
    let faults = &failing.case.plan.faults;
    let others = &passing.case.plan.faults;
    let is_its_own = |place: &usize| !others.contains(&faults[*place]);
    let places = (0..faults.len()).filter(is_its_own).filter(passes_without);
    places.map(|place| words(&faults[place])).collect()
}

fn words(planned: &PlannedFault) -> String {
    format!("{} of {} at {}", planned.fault.kind(), planned.fault, planned.at)
}
