//! What is added up over the seeds of a campaign. Every sum is the same in whatever order they come.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use seatrial_history::{FaultCount, FaultSeeds, Outcome, SeedLine, Signature, Traffic, Twice};
use seatrial_node::Duration;

use super::longest::{LongRun, Longest};
use super::read::Summary;
use super::states::States;
use super::way::WaySum;

/// What has to be known of each seed to the end.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// A hash of all that its line says of the run itself.
    digest: u64,
    /// Which file had it first.
    file: usize,
    pub(super) twice: Option<Twice>,
    pub(super) strategy: Option<u32>,
}

/// How one kind of fault went.
#[derive(Debug, Default)]
pub(super) struct FaultSum {
    pub(super) count: FaultCount,
    /// In how many runs that hold it took hold of something.
    pub(super) in_holding: u64,
}

/// How one way of choosing runs went.
#[derive(Debug)]
pub(super) struct StrategySum {
    pub(super) name: String,
    pub(super) runs: u64,
    pub(super) violated: u64,
}

/// What was measured in real time.
#[derive(Debug, Default)]
pub(super) struct Timed {
    pub(super) seeds: u64,
    pub(super) runs: Duration,
    /// How long the hunts took, and how many said so.
    pub(super) wall: Duration,
    pub(super) hunts: u64,
    pub(super) slowest: Longest,
}

#[derive(Debug, Default)]
pub(super) struct Sums {
    pub(super) runs: BTreeMap<u64, Run>,
    pub(super) holding: u64,
    pub(super) violated: u64,
    pub(super) excused: u64,
    pub(super) unknown: u64,
    pub(super) outside: u64,
    pub(super) unrepeated: u64,
    pub(super) events: u64,
    pub(super) virtual_time: Duration,
    pub(super) traffic: Traffic,
    pub(super) faults: BTreeMap<String, FaultSum>,
    pub(super) reached: BTreeMap<String, u64>,
    /// The ways in which runs failed, and those in which they did with more trouble than is to be survived.
    pub(super) ways: BTreeMap<Signature, WaySum>,
    pub(super) excused_ways: BTreeMap<Signature, WaySum>,
    /// What could not be judged: in how many runs, and the first.
    pub(super) unjudged: BTreeMap<String, (u64, u64)>,
    pub(super) strategies: Vec<StrategySum>,
    pub(super) longest: Longest,
    pub(super) states: States,
    pub(super) timed: Timed,
    pub(super) hunts: u64,
    pub(super) cases: BTreeMap<u64, String>,
}

impl Sums {
    /// Takes a seed of this file. Where another file has had it, and it came to something else there, says which.
    pub(super) fn add(&mut self, mut line: SeedLine, file: usize) -> Result<Option<usize>, String> {
        let (twice, wall) = (line.twice.take(), line.wall.take());
        let states = std::mem::take(&mut line.states);
        let mut hasher = DefaultHasher::new();
        line.hash(&mut hasher);
        let digest = hasher.finish();
        if let Some(wall) = wall {
            self.timed.seeds += 1;
            self.timed.runs = self.timed.runs.saturating_add(wall);
        }
        let bad =
            || format!("seed {}: its states are not sixteen hexadecimal digits each", line.seed);
        self.states.add(line.seed, &states).ok_or_else(bad)?;
        if let Some(known) = self.runs.get_mut(&line.seed) {
            known.twice = known.twice.max(twice);
            return Ok((known.digest != digest).then_some(known.file));
        }
        let strategy = line.strategy.as_deref().map(|name| self.strategy(name, line.outcome));
        self.runs.insert(line.seed, Run { digest, file, twice, strategy });
        self.add_run(&line);
        self.longest.add(line.events, LongRun::of(&line, None));
        if let Some(wall) = wall {
            self.timed.slowest.add(wall.as_nanos(), LongRun::of(&line, Some(wall)));
        }
        Ok(None)
    }

    /// A hunt is over.
    pub(super) fn end(&mut self, summary: Summary) {
        self.hunts += 1;
        if let Some(wall) = summary.wall {
            self.timed.hunts += 1;
            self.timed.wall = self.timed.wall.saturating_add(wall);
        }
        for kept in summary.failures {
            if let Some(case) = kept.case {
                self.cases.entry(kept.seed).or_insert(case);
            }
        }
    }

    fn add_run(&mut self, line: &SeedLine) {
        self.outside += u64::from(line.outside);
        self.unrepeated += u64::from(line.unrepeated);
        self.events = self.events.saturating_add(line.events);
        self.virtual_time = self.virtual_time.saturating_add(line.virtual_time);
        let Traffic { sent, delivered, dropped } = &mut self.traffic;
        for (sum, part) in [sent, delivered, dropped].into_iter().zip(line.traffic) {
            *sum = sum.saturating_add(part);
        }
        for mark in &line.reached {
            match self.reached.get_mut(mark) {
                Some(runs) => *runs += 1,
                None => drop(self.reached.insert(mark.clone(), 1)),
            }
        }
        self.add_faults(line);
        match line.outcome {
            Outcome::Holds => self.holding += 1,
            Outcome::Unknown => {
                self.unknown += 1;
                let what = self.unjudged.entry(line.properties.join(", "));
                let (runs, first) = what.or_insert((0, line.seed));
                *runs += 1;
                *first = line.seed.min(*first);
            }
            Outcome::Violated => {
                self.violated += 1;
                self.ways.entry(way(line)).or_insert_with(WaySum::new).add(line);
            }
            Outcome::Excused => {
                self.excused += 1;
                self.excused_ways.entry(way(line)).or_insert_with(WaySum::new).add(line);
            }
        }
    }

    fn add_faults(&mut self, line: &SeedLine) {
        for (kind, [asked, bit, effect]) in &line.faults {
            let sum = match self.faults.get_mut(kind) {
                Some(sum) => sum,
                None => self.faults.entry(kind.clone()).or_insert_with(|| FaultSum::of(kind)),
            };
            sum.in_holding += u64::from(*bit > 0 && line.outcome == Outcome::Holds);
            let count = &mut sum.count;
            count.asked = count.asked.saturating_add(*asked);
            count.bit = count.bit.saturating_add(*bit);
            count.effect = count.effect.saturating_add(*effect);
            if let Some(seeds) = &mut count.seeds {
                seeds.on += u64::from(*asked > 0);
                seeds.bit += u64::from(*bit > 0);
                seeds.effect += u64::from(*effect > 0);
            }
        }
    }

    /// The number of the strategy of this name, which has chosen one more run.
    fn strategy(&mut self, name: &str, outcome: Outcome) -> u32 {
        let known = self.strategies.iter().position(|strategy| strategy.name == name);
        let at = known.unwrap_or_else(|| {
            let name = name.to_owned();
            self.strategies.push(StrategySum { name, runs: 0, violated: 0 });
            self.strategies.len() - 1
        });
        let strategy = &mut self.strategies[at];
        strategy.runs += 1;
        strategy.violated += u64::from(outcome == Outcome::Violated);
        at as u32
    }
}

impl FaultSum {
    /// The sum of no run.
    pub(super) fn of(kind: &str) -> Self {
        let seeds = Some(FaultSeeds::default());
        let count = FaultCount { kind: kind.to_owned(), seeds, ..FaultCount::default() };
        Self { count, in_holding: 0 }
    }
}

/// In which way a run failed.
fn way(line: &SeedLine) -> Signature {
    line.signature
        .clone()
        .unwrap_or_else(|| Signature { property: line.properties.join(", "), kind: String::new() })
}
