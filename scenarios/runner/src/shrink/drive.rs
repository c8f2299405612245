//! Trying what a shrinking proposes, on several threads. Answers count one after the other, and what comes after one that fails is void: so
//! neither the number of threads nor how many candidates are tried at a time makes a difference.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use seatrial_search::{Shrink, Subject};

use super::oracle::{Oracle, Run};
use super::{Budget, ShrinkProgress};

/// So many candidates for each thread are tried at a time, where none has failed for long: to begin some costs as much as to run one. After
/// one that failed it is one again, because those after it would be void.
const MOST_AT_A_TIME: usize = 8;

/// Shrinks until nothing more can be left out, and says whether it came so far; what it was on the way is added.
pub(super) fn drive(
    shrink: &mut Shrink,
    oracle: &Oracle<'_>,
    budget: &mut Budget<'_>,
    on_the_way: &mut Vec<Subject>,
    progress: &mut dyn FnMut(ShrinkProgress<'_>),
) -> bool {
    let jobs = budget.options.jobs.max(1);
    let mut at_a_time = 1;
    loop {
        if budget.is_over() {
            return shrink.candidate().is_none();
        }
        let batch = shrink.ahead(if jobs > 1 { jobs * at_a_time } else { 1 });
        if batch.is_empty() {
            return true;
        }
        at_a_time = MOST_AT_A_TIME.min(2 * at_a_time);
        let layer = shrink.layer().to_string();
        for (candidate, run) in batch.iter().zip(judge_all(oracle, &batch, jobs)) {
            if shrink.candidate().as_ref() != Some(candidate) {
                break;
            }
            budget.runs += 1;
            let failed = run.is_some();
            match run.and_then(|run| run.wishes) {
                Some(wishes) if candidate.schedule.is_some() => {
                    shrink.tell_as(Subject { schedule: Some(wishes), ..candidate.clone() });
                }
                _ => shrink.tell(failed),
            }
            if failed {
                on_the_way.push(shrink.best().clone());
                at_a_time = 1;
            }
            if failed || budget.runs >= budget.options.max_runs {
                break;
            }
        }
        let best = shrink.best();
        let steps = best.schedule.as_ref().map(Vec::len);
        let faults = best.plan.faults.len();
        progress(ShrinkProgress { runs: budget.runs, layer: &layer, faults, steps });
    }
}

/// Runs them all, in order, but for what comes after one that fails.
fn judge_all(oracle: &Oracle<'_>, batch: &[Subject], jobs: usize) -> Vec<Option<Run>> {
    let (next, failed) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
    let runs: Vec<OnceLock<Option<Run>>> = batch.iter().map(|_| OnceLock::new()).collect();
    let work = || {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(cell) = runs.get(place) else { break };
            if place > failed.load(Ordering::Relaxed) {
                break;
            }
            let run = cell.get_or_init(|| oracle.judge(&batch[place]));
            if run.is_some() {
                failed.fetch_min(place, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..jobs.min(batch.len()) {
            scope.spawn(work);
        }
        work();
    });
    runs.into_iter().map_while(OnceLock::into_inner).collect()
}
