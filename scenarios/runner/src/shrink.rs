//! A failing case made small, whatever protocol it is of: see [`seatrial_search::Shrink`] for what is left out, and in which order.
//!
//! What the seed drew is pinned first, so that the case says what it is. A run that fails without being led to its end becomes a schedule;
//! one that breaks what is promised *eventually* stays a run by time, because a schedule has no end, and so does one of a protocol that
//! relies on messages being in time. A candidate counts only where it fails in the same [way](crate::Signature).

mod contest;
mod courses;
mod deeds;
mod drive;
mod elsewhere;
mod needed;
mod oracle;
#[cfg(feature = "proptest")]
mod piecewise;
mod pin;
mod plain;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};

use seatrial_history::Violation;
use seatrial_search::{Shrink, Subject};
use seatrial_sim::Step;

use self::contest::contest;
pub use self::deeds::{Deed, deeds};
use self::drive::drive;
use self::elsewhere::elsewhere;
pub use self::needed::Needed;
use self::needed::needed;
use self::oracle::{Oracle, Run};
#[cfg(feature = "proptest")]
pub(crate) use self::piecewise::Piecewise;
use self::plain::plain;
use crate::case::Case;
use crate::registry::Registry;
use crate::scenario::ScenarioError;

/// How far a shrinking goes.
#[derive(Clone, Copy, Debug)]
pub struct ShrinkOptions {
    /// On how many threads; at least one. The result is the same.
    pub jobs: usize,
    /// No more candidates than this are run. The search for a smaller world does not count; no more seeds than this are run in one.
    pub max_runs: u64,
    /// Whether runs of other seeds may take its place that fail in the same way with fewer nodes, clients and operations. They are short
    /// from the outset, but what they fail from might be something else.
    pub elsewhere: bool,
}

/// One thread, 20,000 runs, and other seeds.
impl Default for ShrinkOptions {
    fn default() -> Self {
        Self { jobs: 1, max_runs: 20_000, elsewhere: true }
    }
}

/// How large a case is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// How many events happen up to the violation, or the end.
    pub events: u64,
    /// How many steps its schedule has, if it has one.
    pub steps: Option<usize>,
    /// How many faults there are, steps that are faults included; a rate counts as one.
    pub faults: usize,
    /// How many nodes.
    pub nodes: u32,
    /// How many clients.
    pub clients: u32,
    /// How many operations clients begin.
    pub operations: u64,
    /// How many choices are listed.
    pub choices: usize,
    /// How long its file is.
    pub bytes: usize,
}

/// How far a shrinking has come.
#[derive(Clone, Copy, Debug)]
pub struct ShrinkProgress<'a> {
    /// How many candidates have been run.
    pub runs: u64,
    /// What is being left out.
    pub layer: &'a str,
    /// How many faults are left in the plan.
    pub faults: usize,
    /// How many steps are left, once the run is a schedule.
    pub steps: Option<usize>,
}

/// A case made small.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The smallest case that was found.
    pub case: Case,
    /// Another run took the place of the one that was given: it failed in the same way in a smaller world.
    pub elsewhere: bool,
    /// How large it was.
    pub before: Extent,
    /// How large it is.
    pub after: Extent,
    /// What it breaks.
    pub violation: Violation,
    /// How many candidates were run.
    pub runs: u64,
    /// The runs were used up, or somebody stopped it, before nothing more could be left out.
    pub cut_short: bool,
    /// How many of [`REPLAYS`] replays of the case gave the same run.
    pub replayed: u32,
    /// Every fault that is left, and whether the run passes without it.
    pub needed: Vec<Needed>,
}

/// How often the result is replayed.
pub const REPLAYS: u32 = 100;

/// Why a case cannot be shrunk. It stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShrinkError {
    /// No run can be made of it.
    #[error(transparent)]
    Case(#[from] ScenarioError),
    /// It is a schedule, which leaves nothing to chance.
    #[error("{file}: a schedule leaves nothing to chance: take the case that it was shrunk from")]
    Led {
        /// The case.
        file: String,
    },
    /// It breaks nothing.
    #[error(
        "{file}: the failure does not reproduce: the run breaks no property, so there is nothing to look for: the case was edited, or the code has changed; it stays as it is"
    )]
    Passes {
        /// The case.
        file: String,
    },
    /// It does not break the same twice.
    #[error(
        "{file}: the failure does not reproduce: the run broke `{property}` once, and then did not; the case stays as it is"
    )]
    Unsteady {
        /// The case.
        file: String,
        /// What it broke at first.
        property: String,
    },
}

/// A run made small, of which nothing else is known yet.
struct Smaller<'r> {
    oracle: Oracle<'r>,
    best: Subject,
    case: Case,
    run: Run,
    before: Extent,
    cut_short: bool,
}

impl Smaller<'_> {
    /// By what the shorter of two is told: steps first, because a run by time has events that nobody asked for.
    fn length(&self) -> (usize, u64) {
        (self.best.schedule.as_ref().map_or(usize::MAX, Vec::len), self.run.events)
    }

    /// Looks at it from all sides.
    fn look(self, elsewhere: bool, runs: u64) -> Result<Shrunk, ShrinkError> {
        let Self { oracle, best, case, run, before, cut_short } = self;
        Ok(Shrunk {
            elsewhere,
            before,
            after: extent(&case, &best, &run),
            replayed: oracle.replay(&case, &run)?,
            needed: needed(&best, &|without| oracle.judge(without).is_none()),
            violation: run.violation,
            case,
            runs,
            cut_short,
        })
    }
}

/// Makes a failing case small. `progress` is called on this thread, now and then; whoever sets `stop` gets what there is by then.
///
/// # Errors
/// Where no run can be made of the case, or where it does not fail, or not each time.
pub fn shrink(
    registry: &Registry,
    case: Case,
    options: &ShrinkOptions,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(ShrinkProgress<'_>),
) -> Result<Shrunk, ShrinkError> {
    let mut budget = Budget { options, stop, runs: 0 };
    let others = match options.elsewhere {
        true => elsewhere(registry, &case, &budget, progress),
        false => Vec::new(),
    };
    let Some((mut smaller, winner)) = contest(registry, &others, &mut budget, progress) else {
        let smaller = by_itself(registry, case, &mut budget, progress)?;
        return smaller.look(false, budget.runs);
    };
    smaller.before = whole(registry, &case)?;
    let bytes = smaller.case.to_toml().len();
    if smaller.best.schedule.is_none() && bytes > smaller.before.bytes {
        // Another run that was cut short may have come less far than the one that was given is. Events do not tell: with less trouble there
        // may be more of them.
        return by_itself(registry, case, &mut budget, progress)?.look(false, budget.runs);
    }
    let is_other = *winner != case;
    smaller.case.in_place_of = is_other.then_some(case.seed);
    smaller.look(is_other, budget.runs)
}

/// How large a case is of which nothing has been left out.
fn whole(registry: &Registry, case: &Case) -> Result<Extent, ShrinkError> {
    let (prepared, seed) = case.clone().prepare(registry)?;
    let subject = pin::subject(case, &prepared.drawn(seed));
    let first = Oracle::new(registry, case.clone()).first(&subject);
    let first = first.ok_or_else(|| ShrinkError::Passes { file: case.file().to_owned() })?;
    Ok(extent(case, &subject, &first))
}

/// Makes this run small, and no other.
fn by_itself<'r>(
    registry: &'r Registry,
    case: Case,
    budget: &mut Budget<'_>,
    progress: &mut dyn FnMut(ShrinkProgress<'_>),
) -> Result<Smaller<'r>, ShrinkError> {
    let (prepared, seed) = case.clone().prepare(registry)?;
    let drawn = prepared.drawn(seed);
    let mut oracle = Oracle::new(registry, case.clone());
    let subject = pin::subject(&case, &drawn);
    let passes = || ShrinkError::Passes { file: case.file().to_owned() };
    let first = oracle.first(&subject).ok_or_else(passes)?;
    let before = extent(&case, &subject, &first);
    let given = (oracle.clone(), subject.clone(), case.clone());
    // The scenario without what the seed drew, unless that makes another run.
    let pinned = oracle.pinned(pin::scenario(&case.scenario, &drawn));
    if pinned.judge(&subject).is_some_and(|run| run.hash == first.hash) {
        oracle = pinned;
    }
    let again = oracle.judge(&subject).ok_or_else(|| unsteady(&case, &oracle))?;
    let mut beginnings = Vec::new();
    if let Some(wishes) = again.wishes {
        beginnings.push(Subject { schedule: Some(wishes), ..subject });
    } else {
        let same =
            |chosen: &Subject| oracle.judge(chosen).is_some_and(|run| run.hash == again.hash);
        beginnings.extend(oracle.with_choices(&subject).filter(same));
        beginnings.push(subject);
    }
    // With its choices written down it is the surer to be led; but where it cannot be, there may be more to say of fewer faults.
    for beginning in beginnings {
        let (case, sites) = (&given.2, again.sites.clone());
        let smaller = reduce(oracle.clone(), beginning, sites, before, budget, progress);
        let smaller = smaller.ok_or_else(|| unsteady(case, &oracle))?;
        let shorter =
            smaller.run.events <= before.events && smaller.case.to_toml().len() <= before.bytes;
        if smaller.best.schedule.is_some() || shorter {
            return Ok(smaller);
        }
    }
    let (oracle, best, case) = given;
    let cut_short = budget.is_over();
    Ok(Smaller { oracle, best, case, run: first, before, cut_short })
}

/// Leaves out of a run what can be left out. Nothing, where what is left does not fail each time.
fn reduce<'r>(
    mut oracle: Oracle<'r>,
    beginning: Subject,
    sites: Vec<String>,
    before: Extent,
    budget: &mut Budget<'_>,
    progress: &mut dyn FnMut(ShrinkProgress<'_>),
) -> Option<Smaller<'r>> {
    let mut shrink = Shrink::new(beginning, sites);
    let mut on_the_way = vec![shrink.best().clone()];
    let mut over = drive(&mut shrink, &oracle, budget, &mut on_the_way, progress);
    let by_time = shrink.best().clone();
    if by_time.schedule.is_none() && oracle.may_be_led() {
        // Nodes that look at their clocks may do something else where steps are led, and who is the first to is chance: what the run was
        // on its way may bear it.
        for subject in on_the_way.iter().rev().take(MOST_LED) {
            if !over || shrink.best().schedule.is_some() {
                break;
            }
            shrink.offer(oracle.led(subject));
            over = drive(&mut shrink, &oracle, budget, &mut Vec::new(), progress);
        }
    }
    let (oracle, mut best) = plain(oracle, shrink.best());
    let mut finished = oracle.finish(&best);
    if finished.is_none() {
        // A step that a person could write, but that means another event: the run by time has none.
        best = by_time;
        finished = oracle.finish(&best);
    }
    let (case, run) = finished?;
    Some(Smaller { oracle, best, case, run, before, cut_short: !over })
}

/// The run does not break the same twice.
fn unsteady(case: &Case, oracle: &Oracle<'_>) -> ShrinkError {
    let property = oracle.signature().property.clone();
    ShrinkError::Unsteady { file: case.file().to_owned(), property }
}

/// What may still be done.
struct Budget<'a> {
    options: &'a ShrinkOptions,
    stop: &'a AtomicBool,
    runs: u64,
}

impl Budget<'_> {
    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.runs >= self.options.max_runs
    }
}

/// Of so many runs by time, the smallest first, it is tried whether they fail when they are led.
const MOST_LED: usize = 50;

fn extent(case: &Case, subject: &Subject, run: &Run) -> Extent {
    let is_fault = |step: &&Step| {
        matches!(step, Step::Crash { .. } | Step::Begin { .. } | Step::Deliver { copy: true, .. })
    };
    let wishes = subject.schedule.as_deref();
    let steps = wishes.into_iter().flatten().map(|wish| &wish.step);
    let rates = &subject.plan.rates;
    let rates = [rates.loss, rates.duplicate, rates.reorder, rates.buggify.sites];
    let planned = match wishes {
        // What is planned begins by a step.
        Some(_) => 0,
        None => subject.plan.faults.len(),
    };
    Extent {
        events: run.events,
        steps: wishes.map(<[_]>::len),
        faults: planned
            + subject.plan.awaited.len()
            + rates.iter().filter(|rate| **rate > 0).count()
            + steps.filter(is_fault).count(),
        nodes: subject.nodes,
        clients: subject.clients,
        operations: run.operations,
        choices: subject.choices.len(),
        bytes: case.to_toml().len(),
    }
}
