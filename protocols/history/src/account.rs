//! The account of one run and of a whole hunt: plain values, made by whoever ran it, drawn by whoever reports it.

use seatrial_node::{Duration, Fact, NodeId};
use serde::{Deserialize, Serialize};

use crate::{Figure, Moment, StateCurve, TraceEvent, Verdict, Violation};

/// What one run comes to, over all its properties. Violated beats unknown, and unknown beats holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Every property holds.
    Holds,
    /// A property is violated, in a run with more trouble than the protocol promises to survive.
    Excused,
    /// None is violated, but of one at least nobody can tell.
    Unknown,
    /// A property is violated.
    Violated,
}

/// The verdict on one property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// The property by its name.
    pub property: String,
    /// What the checker says.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// How one kind of fault went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FaultCount {
    /// The kind's name.
    pub kind: String,
    /// How often it was asked for.
    pub asked: u64,
    /// How often it took hold of something.
    pub bit: u64,
    /// How often a node or a client was given another input for it.
    pub effect: u64,
    /// In how many seeds, where many were run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seeds: Option<FaultSeeds>,
}

/// In how many seeds of a hunt a kind of fault was there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FaultSeeds {
    /// It was asked for.
    pub on: u64,
    /// It took hold of something.
    pub bit: u64,
    /// It had an effect.
    pub effect: u64,
}

impl FaultCount {
    /// Why it has proved nothing, in a word or two; nothing, where it has.
    pub const fn idle(&self) -> Option<&'static str> {
        match self {
            Self { asked: 0, .. } => Some("never drawn"),
            Self { bit: 0, .. } => Some("never bit"),
            Self { effect: 0, .. } => Some("no effect"),
            _ => None,
        }
    }
}

/// How the operations of one name went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OpCount {
    /// The operations' name.
    pub f: String,
    /// How many began.
    pub invoked: u64,
    /// How many took effect.
    pub ok: u64,
    /// How many had no effect.
    pub fail: u64,
    /// Of how many nobody knows, those still open at the end included.
    pub info: u64,
    /// The median time of those that took effect.
    pub median: Duration,
    /// Of those, one in a hundred took longer.
    pub p99: Duration,
    /// The longest of those.
    pub max: Duration,
}

/// What the network did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Traffic {
    /// Messages that nodes sent.
    pub sent: u64,
    /// Messages that nodes handled.
    pub delivered: u64,
    /// Messages, requests and answers that reached nobody.
    pub dropped: u64,
}

/// One run, told. The same seed gives the same account, to the byte; how fast it was is told elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// The scenario's name.
    pub scenario: String,
    /// The protocol's name.
    pub protocol: String,
    /// The planted bug, if there is one.
    pub mutant: Option<String>,
    /// The seed.
    pub seed: u64,
    /// What chose the run, in a hunt that chooses in several ways.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found_by: Option<String>,
    /// What was drawn for this run or fixed by the scenario: name and value.
    pub knobs: Vec<(String, String)>,
    /// The planned trouble, a line each, in order of time.
    pub plan: Vec<String>,
    /// When the trouble was over.
    pub healed: Option<Moment>,
    /// The last thing that happened.
    pub end: Moment,
    /// Faults of the kinds that were asked for.
    pub faults: Vec<FaultCount>,
    /// What the network did.
    pub traffic: Traffic,
    /// Operations by name.
    pub operations: Vec<OpCount>,
    /// Places worth reaching that were reached, and how often.
    pub reached: Vec<(String, u64)>,
    /// What was measured.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
    /// What of the trouble was more than the protocol promises to survive: which fault, when, and what it is too much of. Found out only
    /// where a property is violated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excuses: Vec<String>,
    /// What is to be known before anything else is believed: that it is not the run that its case was written of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
    /// Every property that was judged.
    pub judgements: Vec<Judgement>,
    /// The hash of the run, in hexadecimal.
    pub hash: String,
    /// The command that runs it again.
    pub replay: String,
    /// The file that holds the case, if one was written.
    pub case: Option<String>,
}

impl Account {
    /// Of the properties that were violated that which broke first.
    pub fn first_violation(&self) -> Option<&Violation> {
        let violations = self.judgements.iter().filter_map(|judged| judged.verdict.violation());
        violations.min_by_key(|violation| violation.at.unwrap_or(self.end))
    }

    /// What it comes to.
    pub fn outcome(&self) -> Outcome {
        let of = |judgement: &Judgement| match judgement.verdict {
            Verdict::Holds => Outcome::Holds,
            Verdict::Unknown { .. } => Outcome::Unknown,
            Verdict::Violated(_) => Outcome::Violated,
        };
        let worst = self.judgements.iter().map(of).max().unwrap_or(Outcome::Holds);
        let excused = |judgement: &Judgement| match judgement.verdict {
            // No trouble excuses a run that does not repeat itself.
            Verdict::Violated(_) => judgement.property != "determinism",
            _ => true,
        };
        match worst {
            Outcome::Violated
                if !self.excuses.is_empty() && self.judgements.iter().all(excused) =>
            {
                Outcome::Excused
            }
            worst => worst,
        }
    }
}

/// A line of a trace: when, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceLine {
    /// When it happened.
    pub at: Moment,
    /// What happened.
    pub what: TraceItem,
}

/// What a line of a trace tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraceItem {
    /// Something happened in the world.
    Event(TraceEvent),
    /// A node announced a fact.
    Fact(NodeId, Fact),
    /// A client's operation began or ended. They are few and large: what happens otherwise should not take as much memory.
    Op(Box<crate::OpEvent>),
}

/// One seed of a hunt, in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeedResult {
    /// The seed.
    pub seed: u64,
    /// How the run was chosen, in a hunt that chooses in several ways.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// What it came to.
    pub outcome: Outcome,
    /// The properties that are violated or unknown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub properties: Vec<String>,
    /// How many events happened.
    pub events: u64,
    /// How long the run was, by its own clock.
    pub virtual_time: Duration,
    /// The hash of the run, in hexadecimal.
    pub hash: String,
}

/// How the runs of a hunt were chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StrategyInfo {
    /// Its name, as `pct:3`.
    pub name: String,
    /// The depth of the bugs that it looks for, where its theorem is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth: Option<u32>,
    /// How many nodes and clients it puts in order, at most.
    pub actors: u64,
    /// How many events a run has, as far as was measured.
    pub events: u64,
    /// How many runs were chosen so.
    pub runs: u64,
    /// How many abstract states they were the first to come past, where that was looked at.
    pub states: u64,
    /// How many broke a property.
    pub violated: u64,
}

/// A whole hunt, told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HuntAccount {
    /// The scenario's name.
    pub scenario: String,
    /// The protocol's name.
    pub protocol: String,
    /// The planted bug, if there is one.
    pub mutant: Option<String>,
    /// How its runs were chosen, where not all by seeds alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub strategies: Vec<StrategyInfo>,
    /// The first seed of the range.
    pub first_seed: u64,
    /// How many seeds were run to the end.
    pub seeds: u64,
    /// How many seeds were asked for; none where the hunt was bounded by time.
    pub asked: Option<u64>,
    /// How many broke a property.
    pub violated: u64,
    /// How many had more trouble than the protocol promises to survive, whatever came of it.
    pub outside: u64,
    /// How many of these broke a property.
    pub excused: u64,
    /// How many were run twice, to see that their seeds give the same run.
    pub repeated: u64,
    /// Of those that broke a property, how many broke nothing but determinism: the same seed gave another run.
    pub unrepeated: u64,
    /// How many could not be judged.
    pub unknown: u64,
    /// Events of all runs.
    pub events: u64,
    /// Time of all runs, by their own clocks.
    pub virtual_time: Duration,
    /// Faults of all runs, of the kinds that were asked for or that the scenario has.
    pub faults: Vec<FaultCount>,
    /// What the network did in all runs.
    pub traffic: Traffic,
    /// Places worth reaching, and how many runs reached them: none, of those that are expected and were never reached.
    pub reached: Vec<(String, u64)>,
    /// How many abstract states there were, and when they were new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states: Option<StateCurve>,
    /// What was measured in all runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Figure>,
    /// Accounts of the failing runs that were kept, in order of seed.
    pub failures: Vec<Account>,
    /// Accounts of the runs that could not be judged and were kept, in order of seed.
    pub unknown_runs: Vec<Account>,
    /// Accounts of the excused runs that were kept, in order of seed.
    pub excused_runs: Vec<Account>,
    /// The hunt was ended before it was done.
    pub interrupted: bool,
}
