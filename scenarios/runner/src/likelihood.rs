//! When a failure became inevitable: from points of a failing run, many runs that go on from there by other seeds.
//!
//! All that the run chose up to a point stays as it was, its plan included; what it would have chosen after that, other seeds choose. The
//! part of these runs that fails in the same [way](crate::Signature) is how likely the failure was from there on: small at first, and
//! one in the end. Where it grows at once, something happened that matters, and the event is looked for by halves.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use seatrial_history::{
    LikelihoodAccount, LikelihoodPoint, Moment, Outcome, Signature, TraceItem, TraceLine,
    TurningEvent,
};
use seatrial_node::Instant;
use seatrial_search::Recipe;
use seatrial_sim::Turn;

use crate::case::Case;
use crate::prepared::{Measuring, Prepared};
use crate::registry::Registry;
use crate::shrink::ShrinkError;

/// How closely a run is looked at.
#[derive(Clone, Copy, Debug)]
pub struct LikelihoodOptions {
    /// How many points of the run are looked at, at equal distances, beside those that are looked for.
    pub points: u64,
    /// How many runs go on from each.
    pub runs: u64,
    /// On how many threads; at least one. The result is the same.
    pub jobs: usize,
}

/// Twenty points, a hundred runs from each, on one thread.
impl Default for LikelihoodOptions {
    fn default() -> Self {
        Self { points: 20, runs: 100, jobs: 1 }
    }
}

/// More of the runs than this, in hundredths, and the failure counts as inevitable: chance may still avert it, but has to be lucky.
const CERTAIN: u64 = 95;

/// Less of a leap than this, in hundredths, is no event's doing.
const LEAP: u64 = 15;

/// No more lines than this say what an event was.
const SHOWN: usize = 6;

/// How likely the failure of a case was, from points of its run on. `progress` is called on this thread with the number of runs made so far;
/// whoever sets `stop` gets the points that are known by then.
///
/// # Errors
/// Where no run can be made of the case, where it breaks nothing, or where it is a schedule, which leaves nothing to chance.
pub fn likelihood(
    registry: &Registry,
    case: Case,
    options: &LikelihoodOptions,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<LikelihoodAccount, ShrinkError> {
    let file = case.file().to_owned();
    let is_schedule = case.schedule.is_some();
    let (prepared, seed) = case.prepare(registry)?;
    if is_schedule {
        return Err(ShrinkError::Led { file });
    }
    let record = prepared.record(seed);
    let Some(signature) = Signature::first(&record.account.judgements) else {
        return Err(ShrinkError::Passes { file });
    };
    let outcome = record.account.outcome();
    let violation = signature.find(&record.account.judgements);
    let failed = violation.and_then(|broken| broken.at).unwrap_or(record.account.end);
    let recipe = prepared.recipe(seed);
    let failing = Failing { prepared: &prepared, recipe, seed, signature: &signature, outcome };
    let mut looking = Looking {
        failing,
        trace: &record.trace,
        options,
        stop,
        points: Vec::new(),
        made: 0,
        progress,
    };
    looking.survey(failed.step);
    let inevitable = looking.inevitable().map(|step| looking.turning_at(step));
    let turning = looking.leap().map(|step| looking.turning_at(step));
    let turning = turning.filter(|turning| Some(turning) != inevitable.as_ref());
    let interrupted = stop.load(Ordering::Relaxed);
    let mut points = looking.points;
    points.sort_by_key(|point| point.at.step);
    Ok(LikelihoodAccount {
        scenario: record.account.scenario,
        mutant: record.account.mutant,
        seed,
        property: signature.property.clone(),
        failed,
        points,
        inevitable: inevitable.filter(|_| !interrupted),
        turning: turning.filter(|_| !interrupted),
        interrupted,
        runs: options.runs,
        replay: record.account.replay,
    })
}

/// The run, and the way in which it fails.
struct Failing<'a> {
    prepared: &'a Prepared,
    recipe: Recipe,
    seed: u64,
    signature: &'a Signature,
    outcome: Outcome,
}

impl Failing<'_> {
    /// How many of the runs that go on by other seeds after this step fail in the same way.
    fn count_from(&self, step: u64, options: &LikelihoodOptions) -> u64 {
        let (next, failing) = (AtomicU64::new(0), AtomicU64::new(0));
        let work = || {
            let mut worker = self.prepared.worker(Measuring::Bounded);
            loop {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                if nth >= options.runs {
                    return;
                }
                let mut recipe = self.recipe.clone();
                recipe.turns.retain(|turn| turn.step < step);
                // From the far end, where no hunt takes its seeds.
                recipe.turns.push(Turn { step, seed: u64::MAX - nth });
                worker.run_by(self.seed, &recipe, None);
                let fails = worker.outcome() == self.outcome;
                let same = fails && self.signature.find(worker.judgements()).is_some();
                failing.fetch_add(u64::from(same), Ordering::Relaxed);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..options.jobs.max(1) {
                scope.spawn(work);
            }
        });
        failing.into_inner()
    }
}

/// What is known so far.
struct Looking<'a> {
    failing: Failing<'a>,
    trace: &'a [TraceLine],
    options: &'a LikelihoodOptions,
    stop: &'a AtomicBool,
    points: Vec<LikelihoodPoint>,
    made: u64,
    progress: &'a mut dyn FnMut(u64),
}

impl Looking<'_> {
    /// Looks at points at equal distances, up to the failure.
    fn survey(&mut self, failed: u64) {
        let parts = self.options.points.clamp(1, failed.max(1));
        for part in 0..=parts {
            self.share(failed * part / parts);
        }
    }

    /// How many hundredths of the runs from this step on fail.
    fn share(&mut self, step: u64) -> u64 {
        let point = self.look(step);
        point.failed * 100 / point.runs.max(1)
    }

    fn look(&mut self, step: u64) -> LikelihoodPoint {
        if let Some(known) = self.points.iter().find(|point| point.at.step == step) {
            return *known;
        }
        let at = Moment { step, time: self.time_of(step) };
        if self.stop.load(Ordering::Relaxed) {
            return LikelihoodPoint { at, failed: 0, runs: 0 };
        }
        let (failed, runs) = (self.failing.count_from(step, self.options), self.options.runs);
        self.made += runs;
        (self.progress)(self.made);
        let point = LikelihoodPoint { at, failed, runs };
        self.points.push(point);
        point
    }

    /// The first step after which the failure is inevitable: looked for by halves, from the last point at which it was not.
    fn inevitable(&mut self) -> Option<u64> {
        let steps = self.steps();
        let open = steps.iter().rev().find(|step| self.share(**step) < CERTAIN).copied();
        let closed = steps.iter().find(|step| Some(**step) > open).copied()?;
        Some(self.halve(open?, closed, CERTAIN))
    }

    /// The step with which the failure became so much likelier as with no other that was found.
    fn leap(&mut self) -> Option<u64> {
        let steps = self.steps();
        let leaps = steps.windows(2).map(|pair| {
            let (before, after) = (self.share(pair[0]), self.share(pair[1]));
            (after.saturating_sub(before), pair[0], pair[1], before.midpoint(after))
        });
        let greatest = leaps.max_by_key(|(leap, before, ..)| (*leap, std::cmp::Reverse(*before)));
        let (_, before, after, middle) = greatest.filter(|(leap, ..)| *leap >= LEAP)?;
        Some(self.halve(before, after, middle))
    }

    fn steps(&self) -> Vec<u64> {
        let mut steps: Vec<u64> = self.points.iter().map(|point| point.at.step).collect();
        steps.sort_unstable();
        steps
    }

    /// The first step between these from which on so many hundredths fail, if they grow steadily; the step before it is looked at, too.
    fn halve(&mut self, mut below: u64, mut above: u64, wanted: u64) -> u64 {
        while above - below > 1 && !self.stop.load(Ordering::Relaxed) {
            let middle = below.midpoint(above);
            match self.share(middle) < wanted {
                true => below = middle,
                false => above = middle,
            }
        }
        above
    }

    fn turning_at(&mut self, step: u64) -> TurningEvent {
        let (before, after) = (self.look(step.saturating_sub(1)), self.look(step));
        let lines = self.trace.iter().filter(|line| line.at.step == step);
        let what = lines.filter_map(|line| match &line.what {
            TraceItem::Event(event) => Some(event.to_string()),
            TraceItem::Fact(..) => None,
            TraceItem::Op(op) => Some(op.to_string()),
        });
        TurningEvent { before, after, what: what.take(SHOWN).collect() }
    }

    fn time_of(&self, step: u64) -> Instant {
        let known = self.trace.iter().take_while(|line| line.at.step <= step).last();
        known.map_or(Instant::ZERO, |line| line.at.time)
    }
}

#[cfg(test)]
mod tests;
