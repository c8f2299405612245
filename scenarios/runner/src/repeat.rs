//! Whether a seed gives the same run again, and if not, where the two part.
//!
//! Everything here rests on it: a run that cannot be made again cannot be shown, replayed or shrunk. So some runs are made twice, the
//! second time in a fresh world, with memory elsewhere. Where the two differ, both are recorded with a hash after each event, and held
//! against each other event by event.

use std::hint::black_box;

use seatrial_history::{
    Account, Evidence, Judgement, Moment, Outcome, SeedResult, TraceItem, TraceLine, Twice,
    Verdict, Violation,
};
use seatrial_search::Recipe;

use crate::prepared::{Measuring, Prepared};
use crate::record::Recorder;

/// Which runs of a hunt are made twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeterminismCheck {
    /// Those that fail.
    Failing,
    /// Those that fail, the first, and one in a hundred of the others.
    #[default]
    Sampled,
    /// Every one.
    All,
}

/// One in so many seeds that hold is run again.
const ONE_IN: u64 = 100;

impl DeterminismCheck {
    /// Whether this run of a hunt that began with the seed `first` is made again, and why.
    pub(crate) fn wants(self, run: &SeedResult, first: u64) -> Option<Twice> {
        match self {
            _ if run.outcome == Outcome::Violated => Some(Twice::Chosen),
            Self::Failing => None,
            Self::Sampled if run.seed.is_multiple_of(ONE_IN) => Some(Twice::Chosen),
            Self::Sampled => (run.seed == first).then_some(Twice::First),
            Self::All => Some(Twice::Chosen),
        }
    }
}

/// The property that a run breaks whose seed gives another one.
pub(crate) const DETERMINISM: &str = "determinism";

/// How often two runs are made and compared, where they ought to differ: what differs seldom may be alike once.
const TRIES: u32 = 5;

/// How many events before the two part are shown.
const BEFORE: usize = 3;

/// Of so many things that happened within one event no more are shown.
const SHOWN: usize = 4;

impl Prepared {
    /// Whether what made this run gives the same run in a fresh world.
    pub(crate) fn repeats(&self, first: &SeedResult, recipe: &Recipe) -> bool {
        let _elsewhere = occupy_memory();
        let mut worker = self.worker(Measuring::Bounded);
        worker.run_by(first.seed, recipe, None);
        worker.result() == *first
    }

    /// Says in the account of a run that its seed has also given another one, of this hash, and where two such runs part.
    pub fn tell_apart(&self, other: &str, account: &mut Account) {
        let violation = self.parting(other, account);
        let verdict = Verdict::Violated(violation);
        account.judgements.insert(0, Judgement { property: DETERMINISM.to_owned(), verdict });
    }

    fn parting(&self, other: &str, account: &Account) -> Violation {
        let seed = account.seed;
        let apart = (0..TRIES).find_map(|_| {
            let one = Steps::of(self, seed);
            let _elsewhere = occupy_memory();
            one.parting(&Steps::of(self, seed))
        });
        let said = format!("Two runs of the seed {seed} differ");
        let causes = "Something decides that is neither the seed nor an input: real time, an address, a static value, or the order of a HashMap.";
        let (explanation, at, evidence) = match apart {
            Some((at, evidence)) => {
                (format!("{said}, first at step {}. {causes}", at.step), Some(at), evidence)
            }
            None if other == account.hash => (
                format!("{said} in what nodes announce or checkers say. {causes}"),
                None,
                Vec::new(),
            ),
            None => {
                let hashes = format!("hash {other}, and then hash {}", account.hash);
                (format!("{said}, though not each time. {causes}"), None, vec![hashes.into()])
            }
        };
        let source =
            "the contract of a node: no clock, no chance and no order but what its host gives it";
        Violation { property: DETERMINISM, source, explanation, at, evidence }
    }
}

/// Makes addresses differ from those of the run before: large and small pieces, every other one given back.
fn occupy_memory() -> Vec<Vec<u8>> {
    let mut pieces: Vec<Vec<u8>> = (1..64).map(|nth| vec![0xa5; nth * 24]).collect();
    let mut nth = 0;
    pieces.retain(|_| {
        nth += 1;
        nth % 2 == 0
    });
    black_box(pieces)
}

/// A run, event by event.
struct Steps {
    hashes: Vec<(Moment, u64)>,
    trace: Vec<TraceLine>,
}

impl Steps {
    fn of(prepared: &Prepared, seed: u64) -> Self {
        let mut recorder = Recorder { hashes: Some(Vec::new()), ..Recorder::default() };
        let trace = prepared.record_by(seed, &mut recorder).trace;
        Self { hashes: recorder.hashes.unwrap_or_default(), trace }
    }

    /// The first event in which two runs differ, and both sides of it. Where a message that is sent differs before its arrival does, that
    /// is earlier.
    fn parting(&self, other: &Self) -> Option<(Moment, Vec<Evidence>)> {
        let alike = self.trace.iter().zip(&other.trace).take_while(|(a, b)| a == b).count();
        let lines = [self, other].map(|run| run.trace.get(alike).map(|line| line.at));
        let steps = self.hashes.iter().zip(&other.hashes).take_while(|(a, b)| a == b).count();
        let hashes = [self, other].map(|run| run.hashes.get(steps).map(|(at, _)| *at));
        let at = lines.into_iter().chain(hashes).flatten().min_by_key(|at| at.step)?;
        let before = self.trace.iter().take_while(|line| line.at.step < at.step);
        let before: Vec<&TraceLine> = before.collect();
        let shared = before[before.len().saturating_sub(BEFORE)..].iter();
        let mut evidence: Vec<String> =
            shared.map(|line| format!("both: {}", told(line))).collect();
        evidence.extend(self.side("one", at, alike));
        evidence.extend(other.side("the other", at, alike));
        Some((at, evidence.into_iter().map(Evidence::from).collect()))
    }

    /// What this run shows at the event where it parts from another, from which it has so many lines on its own.
    fn side(&self, name: &str, at: Moment, alike: usize) -> Vec<String> {
        let of_step = |(_, line): &(usize, &TraceLine)| line.at.step == at.step;
        let lines: Vec<_> = self.trace.iter().enumerate().filter(of_step).collect();
        let apart: Vec<_> = lines.iter().filter(|(nth, _)| *nth >= alike).collect();
        let shown = if apart.is_empty() { lines.iter().collect() } else { apart };
        let mut told: Vec<String> =
            shown.iter().take(SHOWN).map(|(_, line)| format!("{name}: {}", told(line))).collect();
        if told.is_empty() {
            let here = self.hashes.iter().find(|(known, _)| known.step == at.step);
            told.push(match here {
                Some((at, hash)) => format!("{name}: {at}: a client goes on, hash {hash:016x}"),
                None => format!("{name}: nothing more happens"),
            });
        }
        told
    }
}

/// `step 12 at 3ms: n1 -> n2  send #4 …`.
pub(crate) fn told(line: &TraceLine) -> String {
    let what = match &line.what {
        TraceItem::Event(event) => event.to_string(),
        TraceItem::Fact(node, fact) => format!("{node}  {fact:?}"),
        TraceItem::Op(op) => op.to_string(),
    };
    format!("{}: {what}", line.at)
}
