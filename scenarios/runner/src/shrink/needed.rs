//! Of every fault that is left: whether the run passes without it.

use seatrial_search::Subject;
use seatrial_sim::Step;

use crate::draw::describe_plan;

/// A fault that is left in a run that was made small.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Needed {
    /// What it is, in words.
    pub what: String,
    /// Which step of the schedule it is, from 0, where it is one.
    pub step: Option<usize>,
    /// Whether the run passes without it, and without what cannot happen then.
    pub passes: bool,
}

/// Every fault of a run, and whether the run without it passes.
pub(super) fn needed(subject: &Subject, passes: &dyn Fn(&Subject) -> bool) -> Vec<Needed> {
    let planned = rates(subject).into_iter().chain(faults(subject));
    let planned = planned.map(|(what, without)| (None, what, without));
    let stepped = steps(subject).into_iter().map(|(at, what, without)| (Some(at), what, without));
    let row = |(step, what, without)| Needed { what, step, passes: passes(&without) };
    planned.chain(stepped).map(row).collect()
}

fn rates(subject: &Subject) -> Vec<(String, Subject)> {
    let rates = subject.plan.rates;
    let mut all = Vec::new();
    let mut add = |what: &str, is_on: bool, change: fn(&mut Subject)| {
        if is_on {
            let mut without = subject.clone();
            change(&mut without);
            all.push((what.to_owned(), without));
        }
    };
    add("loss", rates.loss > 0, |s| s.plan.rates.loss = 0);
    add("duplicate", rates.duplicate > 0, |s| s.plan.rates.duplicate = 0);
    add("reorder", rates.reorder > 0, |s| s.plan.rates.reorder = 0);
    add("buggify", !rates.buggify.is_off(), |s| s.plan.rates.buggify = Default::default());
    all
}

/// The plan's faults; those of a schedule begin by steps.
fn faults(subject: &Subject) -> Vec<(String, Subject)> {
    if subject.schedule.is_some() {
        return Vec::new();
    }
    let without = |place: usize| {
        let (mut less, mut only) = (subject.clone(), subject.plan.clone());
        let fault = less.plan.faults.remove(place);
        let what = format!("{} at {}", fault.fault.kind(), fault.at);
        only.faults = vec![fault];
        only.awaited.clear();
        let told = describe_plan(&only).into_iter().find(|line| !line.contains("the world heals"));
        (told.map_or(what, |line| line.split_whitespace().collect::<Vec<_>>().join(" ")), less)
    };
    (0..subject.plan.faults.len()).map(without).collect()
}

/// Crashes, copies and beginnings of faults, of which what follows from them goes, too.
fn steps(subject: &Subject) -> Vec<(usize, String, Subject)> {
    let Some(wishes) = &subject.schedule else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (place, wish) in wishes.iter().enumerate() {
        let mut less = subject.clone();
        let Some(steps) = &mut less.schedule else { continue };
        match &mut steps[place].step {
            Step::Crash { .. } | Step::Begin { .. } => drop(steps.remove(place)),
            Step::Deliver { copy: flag @ true, .. } => *flag = false,
            _ => continue,
        }
        all.push((place, wish.step.to_string(), less));
    }
    all
}
