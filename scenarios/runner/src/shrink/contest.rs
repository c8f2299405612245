//! Several runs that fail in the same way, made small side by side. Which of them becomes the shortest cannot be seen beforehand: one hangs
//! on what another never had.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};

use super::{Budget, ShrinkOptions, ShrinkProgress, Smaller, by_itself};
use crate::case::Case;
use crate::registry::Registry;

/// The shortest of what these become, each with the same share of the runs; and, where that was too little for it, with what the others
/// left; and which one that is. Nothing, where none of them fails again.
pub(super) fn contest<'r, 'c>(
    registry: &'r Registry,
    cases: &'c [Case],
    budget: &mut Budget<'_>,
    progress: &mut dyn FnMut(ShrinkProgress<'_>),
) -> Option<(Smaller<'r>, &'c Case)> {
    let most = (budget.options.max_runs / LEAST).max(1);
    let cases = &cases[..cases.len().min(usize::try_from(most).unwrap_or(usize::MAX))];
    let share = budget.options.max_runs / cases.len().max(1) as u64;
    let mut ended = side_by_side(registry, cases, share, budget, progress);
    budget.runs += ended.iter().map(|end| end.runs).sum::<u64>();
    // Of equals the first, whichever thread was done sooner.
    ended.sort_by_key(|end| end.place);
    let shortest = |end: &End<'_>| end.smaller.as_ref().map(Smaller::length);
    let ended = ended.into_iter().filter(|end| end.smaller.is_some());
    let best = ended.min_by_key(shortest)?;
    let mut smaller = best.smaller?;
    let left = budget.options.max_runs.saturating_sub(budget.runs);
    if smaller.cut_short && left > share {
        let options = ShrinkOptions { max_runs: left, ..*budget.options };
        let mut rest = Budget { options: &options, stop: budget.stop, runs: 0 };
        let again = by_itself(registry, cases[best.place].clone(), &mut rest, progress);
        budget.runs += rest.runs;
        smaller = again.ok().filter(|again| again.length() < smaller.length()).unwrap_or(smaller);
    }
    Some((smaller, &cases[best.place]))
}

/// With fewer runs nothing much becomes small: rather fewer of them, then.
const LEAST: u64 = 500;

/// How far one of them has come is told after so many runs: whoever listens has to be woken for it.
const TOLD: u64 = 16;

/// What one of the runs came to.
struct End<'r> {
    place: usize,
    runs: u64,
    smaller: Option<Smaller<'r>>,
}

/// How far one of them has come.
struct Stand {
    place: usize,
    runs: u64,
    faults: usize,
    steps: Option<usize>,
}

/// Makes each of them small, on as many threads as there may be.
fn side_by_side<'r>(
    registry: &'r Registry,
    cases: &[Case],
    share: u64,
    budget: &Budget<'_>,
    progress: &mut dyn FnMut(ShrinkProgress<'_>),
) -> Vec<End<'r>> {
    let jobs = (budget.options.jobs / cases.len().max(1)).max(1);
    let options = ShrinkOptions { jobs, max_runs: share, ..*budget.options };
    let (next, stop) = (AtomicUsize::new(0), budget.stop);
    let work = |tell: Sender<Stand>| {
        let mut ended = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(place).filter(|_| !stop.load(Ordering::Relaxed)) else {
                return ended;
            };
            let mut own = Budget { options: &options, stop, runs: 0 };
            let mut next_told = 0;
            let mut stand = |ShrinkProgress { runs, faults, steps, .. }: ShrinkProgress<'_>| {
                if runs >= next_told {
                    next_told = runs + TOLD;
                    // Nobody listens any more only where somebody has panicked.
                    let _ = tell.send(Stand { place, runs, faults, steps });
                }
            };
            let smaller = by_itself(registry, case.clone(), &mut own, &mut stand).ok();
            ended.push(End { place, runs: own.runs, smaller });
        }
    };
    std::thread::scope(|scope| {
        let (tell, told) = channel();
        let threads = budget.options.jobs.clamp(1, cases.len().max(1));
        let threads: Vec<_> = (0..threads)
            .map(|_| {
                let (work, tell) = (&work, tell.clone());
                scope.spawn(move || work(tell))
            })
            .collect();
        drop(tell);
        let mut runs = vec![0; cases.len()];
        for stand in told {
            runs[stand.place] = stand.runs;
            let Stand { faults, steps, .. } = stand;
            progress(ShrinkProgress { runs: runs.iter().sum(), layer: LAYER, faults, steps });
        }
        let ended = threads.into_iter().flat_map(|thread| {
            thread.join().unwrap_or_else(|payload| std::panic::resume_unwind(payload))
        });
        ended.collect()
    })
}

/// What is being left out, as progress has it.
const LAYER: &str = "smaller worlds";
