//! A campaign, told: plain values, drawn for a terminal, as a page and as JSON.

use std::collections::BTreeMap;

use seatrial_history::{FaultCount, HuntHeader, Outcome, Signature, Traffic, Twice};
use seatrial_node::Duration;
use serde::Serialize;

use super::guilt::{Guilt, guilt};
use super::longest::LongRun;
use super::states::States;
use super::sums::{FaultSum, Run, Sums, Timed};
use super::way::{Way, WaySum};

/// One or several hunts, told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CampaignAccount {
    /// The scenario's name.
    pub scenario: String,
    /// The protocol's name.
    pub protocol: String,
    /// The planted bug, if there is one.
    pub mutant: Option<String>,
    /// How runs were chosen.
    pub strategy: String,
    /// Where the trouble came from.
    pub trouble: String,
    /// The seeds that were run: the first and the last of each range without a gap.
    pub ranges: Vec<(u64, u64)>,
    /// How many these are.
    pub seeds: u64,
    /// How many hunts were cut off or interrupted.
    pub unfinished: u64,
    /// How many runs hold.
    pub holding: u64,
    /// How many broke a property.
    pub violated: u64,
    /// How many could not be judged.
    pub unknown: u64,
    /// How many had more trouble than the protocol promises to survive, whatever came of it.
    pub outside: u64,
    /// How many of these broke a property.
    pub excused: u64,
    /// How many were run twice. The run that a hunt begins with counts only where the whole begins with it.
    pub repeated: u64,
    /// How many broke nothing but determinism: the same seed gave another run.
    pub unrepeated: u64,
    /// Events of all runs.
    pub events: u64,
    /// Time of all runs, by their own clocks.
    pub virtual_time: Duration,
    /// The ways to fail, the most frequent first.
    pub ways: Vec<Way>,
    /// The ways in which runs failed that are excused.
    pub excused_ways: Vec<Way>,
    /// What could not be judged.
    pub unjudged: Vec<Unjudged>,
    /// How often each kind of fault took hold in failing runs of all ways, and in those that hold.
    pub guilt: Vec<Guilt>,
    /// What chose the runs, where they were chosen in several ways.
    pub strategies: Vec<StrategyShare>,
    /// Faults of all runs, of the kinds that were asked for, by name.
    pub faults: Vec<FaultCount>,
    /// What the network did in all runs.
    pub traffic: Traffic,
    /// Places worth reaching, and how many runs reached them.
    pub reached: Vec<(String, u64)>,
    /// The abstract states that the runs came past.
    pub states: Option<StatesSeen>,
    /// The runs with the most events.
    pub longest: Vec<LongRun>,
    /// How fast it was, where that was written down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speed: Option<Speed>,
}

/// Runs of which nobody can tell, for the same reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unjudged {
    /// The properties that could not be judged.
    pub properties: String,
    /// How many runs.
    pub seeds: u64,
    /// The first of them.
    pub first: u64,
}

/// What one way of choosing runs has brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StrategyShare {
    /// Its name, as `pct:3`.
    pub name: String,
    /// How many runs were chosen so.
    pub runs: u64,
    /// How many abstract states they were the first to come past, in the order of seeds.
    pub states: u64,
    /// How many broke a property.
    pub violated: u64,
}

/// The abstract states that all runs came past. A state is new to the first seed that shows it, in the order of seeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StatesSeen {
    /// How many there were.
    pub seen: u64,
    /// How many of these one seed alone showed.
    pub once: u64,
    /// There were too many to keep all: the numbers are estimates, from a fair sample.
    pub sampled: bool,
    /// When they were new.
    pub curve: Vec<CurvePoint>,
}

/// How many states were new to some seeds that follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CurvePoint {
    /// The first of these seeds.
    pub from: u64,
    /// The last of them.
    pub to: u64,
    /// How many they are: fewer than lie between, where there is a gap.
    pub seeds: u64,
    /// How many states were new to them.
    pub fresh: u64,
}

/// How fast the hunts were, in real time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Speed {
    /// The time of how many runs was written down.
    pub seeds: u64,
    /// How long all these runs took, one after the other.
    pub runs: Duration,
    /// How long the hunts took, one after the other, where each says so: with all that they do beside, and with their threads side by side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hunts: Option<Duration>,
    /// The runs that took longest.
    pub slowest: Vec<LongRun>,
}

impl CampaignAccount {
    /// What it comes to.
    pub const fn outcome(&self) -> Outcome {
        if self.violated > 0 {
            Outcome::Violated
        } else if self.unknown > 0 || self.unfinished > 0 || self.seeds == 0 {
            Outcome::Unknown
        } else if self.excused > 0 {
            Outcome::Excused
        } else {
            Outcome::Holds
        }
    }
}

/// Tells what was added up.
pub(super) fn account(header: HuntHeader, mut sums: Sums, unfinished: u64) -> CampaignAccount {
    let campaign =
        header.campaign.unwrap_or_else(|| unreachable!("a header without it is refused"));
    for kind in campaign.kinds {
        sums.faults.entry(kind.clone()).or_insert_with(|| FaultSum::of(&kind));
    }
    for mark in campaign.marks {
        sums.reached.entry(mark).or_default();
    }
    let numbers: Vec<u64> = sums.runs.keys().copied().collect();
    let all_bits = |kind: &str| -> u64 { sums.ways.values().map(|way| bits(way, kind)).sum() };
    CampaignAccount {
        scenario: header.scenario,
        protocol: header.protocol,
        mutant: header.mutant,
        strategy: campaign.strategy,
        trouble: campaign.faults,
        ranges: ranges(&numbers),
        seeds: numbers.len() as u64,
        unfinished,
        holding: sums.holding,
        violated: sums.violated,
        unknown: sums.unknown,
        outside: sums.outside,
        excused: sums.excused,
        repeated: repeated(&sums.runs),
        unrepeated: sums.unrepeated,
        events: sums.events,
        virtual_time: sums.virtual_time,
        guilt: told_apart(&sums.faults, &all_bits, sums.violated, sums.holding),
        ways: ways(&sums.ways, &sums),
        excused_ways: ways(&sums.excused_ways, &sums),
        unjudged: unjudged(sums.unjudged),
        strategies: strategies(&sums.strategies, &sums.runs, &sums.states),
        states: states(&sums.states, &numbers),
        faults: sums.faults.into_values().map(|sum| sum.count).collect(),
        traffic: sums.traffic,
        reached: sums.reached.into_iter().collect(),
        longest: sums.longest.into_runs(),
        speed: speed(sums.timed, sums.hunts + unfinished),
    }
}

/// The first and the last of seeds that follow one another.
fn ranges(numbers: &[u64]) -> Vec<(u64, u64)> {
    let follow = |one: &u64, next: &u64| one.checked_add(1) == Some(*next);
    let ends = |part: &[u64]| Some((*part.first()?, *part.last()?));
    numbers.chunk_by(follow).filter_map(ends).collect()
}

fn repeated(runs: &BTreeMap<u64, Run>) -> u64 {
    let chosen = runs.values().filter(|run| run.twice == Some(Twice::Chosen)).count() as u64;
    let begins = runs.values().next().is_some_and(|run| run.twice == Some(Twice::First));
    chosen + u64::from(begins)
}

fn bits(way: &WaySum, kind: &str) -> u64 {
    way.bit.get(kind).copied().unwrap_or_default()
}

/// The kinds that took hold anywhere, by how much they tell.
fn told_apart(
    faults: &BTreeMap<String, FaultSum>,
    in_failing: &dyn Fn(&str) -> u64,
    failing: u64,
    holding: u64,
) -> Vec<Guilt> {
    if failing == 0 {
        return Vec::new();
    }
    let counts = faults.iter().map(|(kind, sum)| (kind.as_str(), in_failing(kind), sum.in_holding));
    let counts: Vec<_> = counts.filter(|(_, failing, holding)| failing + holding > 0).collect();
    guilt(&counts, failing, holding)
}

fn ways(ways: &BTreeMap<Signature, WaySum>, sums: &Sums) -> Vec<Way> {
    let all = sums.runs.len() as u64;
    let told = ways.iter().map(|(signature, way)| {
        let (events, smallest) = way.smallest;
        let case = |seed: u64| sums.cases.get(&seed).cloned();
        Way {
            signature: signature.clone(),
            explanation: way.explanation.clone(),
            seeds: way.seeds,
            one_in: (all + way.seeds / 2) / way.seeds.max(1),
            first: way.first,
            first_case: case(way.first),
            smallest,
            events,
            smallest_case: case(smallest),
            faults: told_apart(&sums.faults, &|kind| bits(way, kind), way.seeds, sums.holding),
        }
    });
    let mut told: Vec<Way> = told.collect();
    told.sort_by_key(|way| std::cmp::Reverse(way.seeds));
    told
}

fn unjudged(unjudged: BTreeMap<String, (u64, u64)>) -> Vec<Unjudged> {
    let told = unjudged.into_iter();
    told.map(|(properties, (seeds, first))| Unjudged { properties, seeds, first }).collect()
}

fn strategies(
    sums: &[super::sums::StrategySum],
    runs: &BTreeMap<u64, Run>,
    states: &States,
) -> Vec<StrategyShare> {
    let mut fresh = vec![0; sums.len()];
    for (first, stands_for) in states.firsts() {
        if let Some(at) = runs.get(&first).and_then(|run| run.strategy) {
            fresh[at as usize] += stands_for;
        }
    }
    let shares = sums.iter().zip(fresh).map(|(sum, states)| StrategyShare {
        name: sum.name.clone(),
        runs: sum.runs,
        states,
        violated: sum.violated,
    });
    let mut shares: Vec<StrategyShare> = shares.collect();
    shares.sort_by(|one, other| one.name.cmp(&other.name));
    shares
}

/// A curve has no more points than this.
const POINTS: u64 = 20;

fn states(states: &States, numbers: &[u64]) -> Option<StatesSeen> {
    if states.seen() == 0 {
        return None;
    }
    let width = width(numbers.len() as u64);
    let point = |part: &[u64]| {
        let (from, to) = (*part.first()?, *part.last()?);
        Some(CurvePoint { from, to, seeds: part.len() as u64, fresh: 0 })
    };
    let mut curve: Vec<CurvePoint> = numbers.chunks(width as usize).filter_map(point).collect();
    for (first, stands_for) in states.firsts() {
        let at = curve.partition_point(|point| point.to < first);
        if let Some(point) = curve.get_mut(at) {
            point.fresh += stands_for;
        }
    }
    let (seen, once, sampled) = (states.seen(), states.once(), states.is_sampled());
    Some(StatesSeen { seen, once, sampled, curve })
}

/// For how many seeds a point of the curve stands: one, two or five times a power of ten, so that there are few points and round numbers.
fn width(seeds: u64) -> u64 {
    let round = (0..19).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
    round.into_iter().find(|width| seeds.div_ceil(*width) <= POINTS).unwrap_or(seeds)
}

/// How long the hunts took counts only where all say so.
fn speed(timed: Timed, hunts: u64) -> Option<Speed> {
    let Timed { seeds, runs, wall, hunts: said, slowest } = timed;
    let hunts = (said == hunts).then_some(wall);
    (seeds > 0).then(|| Speed { seeds, runs, hunts, slowest: slowest.into_runs() })
}
