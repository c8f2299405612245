//! Runs with less of something.

use std::collections::BTreeSet;
use std::sync::Arc;

use seatrial_node::Duration;
use seatrial_sim::{FaultPlan, Override, PlannedFault, Step};

use super::subject::Subject;

/// What is tried of a number: the least, then a quarter of the way up from there, half of it, and three quarters; of a small number at last
/// one less. Nothing, where that is no less.
fn less(value: u64, least: u64, rung: usize) -> Option<u64> {
    let span = value.checked_sub(least)?;
    let lower = match rung {
        0..4 => least + u64::try_from(u128::from(span) * rung as u128 / 4).ok()?,
        _ if (1..=SMALL).contains(&span) => value - 1,
        _ => return None,
    };
    (lower < value).then_some(lower)
}

/// Numbers that are so near to the least are made less one by one.
const SMALL: u64 = 20;

/// How many numbers of a plan can be less: six of its rates, and how long each fault lasts.
pub(super) fn weaker(plan: &FaultPlan) -> usize {
    RATES + plan.faults.len()
}

const RATES: usize = 6;

/// A fault that ends lasts a millisecond at least.
const SHORTEST: u64 = 1_000_000;

pub(super) fn weaken(subject: &Subject, item: usize, rung: usize) -> Option<Subject> {
    let mut lower = subject.clone();
    let plan = &mut lower.plan;
    if let Some(place) = item.checked_sub(RATES) {
        let PlannedFault { lasts, fault, .. } = plan.faults.get_mut(place)?;
        if fault.is_for_ever() || fault.is_instant() {
            return None;
        }
        *lasts = Duration::from_nanos(less(lasts.as_nanos(), SHORTEST, rung)?);
        return Some(lower);
    }
    let rates = &mut plan.rates;
    if item == RATES - 1 {
        let delay = rates.reorder_delay.as_nanos();
        rates.reorder_delay = Duration::from_nanos(less(delay, 0, rung)?);
        return Some(lower);
    }
    let rate = [
        &mut rates.loss,
        &mut rates.duplicate,
        &mut rates.reorder,
        &mut rates.buggify.sites,
        &mut rates.buggify.fires,
    ];
    let rate = rate.into_iter().nth(item)?;
    *rate = u32::try_from(less(u64::from(*rate), 0, rung)?).ok()?;
    Some(lower)
}

pub(super) fn turn(subject: &Subject, item: usize, rung: usize) -> Option<Subject> {
    let mut lower = subject.clone();
    let dial = lower.dials.get_mut(item)?;
    dial.value = less(dial.value, dial.least, rung)?;
    Some(lower)
}

pub(super) fn shorten(subject: &Subject, rung: usize) -> Option<Subject> {
    let mut lower = subject.clone();
    let heal_after = lower.plan.heal_after;
    lower.plan.heal_after = Duration::from_nanos(less(heal_after.as_nanos(), 0, rung)?);
    let healed = lower.plan.heal_after;
    lower.plan.faults.retain(|planned| planned.at < healed);
    Some(lower)
}

/// All times of the plan to the whole ten milliseconds, or to the whole one.
pub(super) fn round(subject: &Subject, rung: usize) -> Option<Subject> {
    let unit = [10_000_000, 1_000_000].get(rung).copied()?;
    let whole = |span: Duration| match span {
        Duration::MAX => span,
        span if span.as_nanos() < unit => span,
        span => Duration::from_nanos(span.as_nanos() / unit * unit),
    };
    let mut round = subject.clone();
    let FaultPlan { heal_after, faults, .. } = &mut round.plan;
    *heal_after = whole(*heal_after);
    for planned in faults {
        planned.at = whole(planned.at);
        planned.lasts = whole(planned.lasts);
    }
    Some(round)
}

pub(super) fn choose_less(subject: &Subject, item: usize, rung: usize) -> Option<Subject> {
    let mut lower = subject.clone();
    let choice = lower.choices.get_mut(item)?;
    choice.value = less(choice.value, 1, rung)?;
    Some(lower)
}

/// Each choice by itself, and all together.
pub(super) fn sooner(subject: &Subject) -> usize {
    if subject.choices.is_empty() { 0 } else { subject.choices.len() + 1 }
}

/// A choice that is made sooner among those of its site. What it is made after can go then: the operations before the one that counts, say,
/// of which the client makes one choice each, and the node another, so that both have to move.
pub(super) fn choose_sooner(subject: &Subject, item: usize, rung: usize) -> Option<Subject> {
    let mut sooner = subject.clone();
    let all = sooner.choices.len();
    let moved = &mut sooner.choices[if item < all { item..item + 1 } else { 0..all }];
    let first = moved.iter().map(|choice| choice.occurrence).filter(|nth| *nth > 0).min()?;
    let by = first - less(first, 0, rung)?;
    for choice in moved {
        choice.occurrence = choice.occurrence.saturating_sub(by);
    }
    let place = |choice: &Override| (choice.site.clone(), choice.source, choice.occurrence);
    let places: BTreeSet<_> = sooner.choices.iter().map(place).collect();
    (places.len() == sooner.choices.len()).then_some(sooner)
}

/// A delivery that is no copy, a crash that loses nothing.
pub(super) fn plainer(subject: &Subject, item: usize, rung: usize) -> Option<Subject> {
    let mut plainer = subject.clone();
    match &mut plainer.schedule.as_mut()?.get_mut(item)?.step {
        Step::Deliver { copy: flag, .. } | Step::Crash { losing: flag, .. }
            if *flag && rung == 0 =>
        {
            *flag = false;
        }
        _ => return None,
    }
    Some(plainer)
}

/// A delivery that is the first of its kind, or else the one before.
pub(super) fn in_order(subject: &Subject, item: usize, rung: usize) -> Option<Subject> {
    let mut ordered = subject.clone();
    let wish = ordered.schedule.as_mut()?.get_mut(item)?;
    let Step::Deliver { nth, .. } = &mut wish.step else {
        return None;
    };
    *nth = match rung {
        0 if *nth > 1 => 1,
        1 if *nth > 2 => *nth - 1,
        _ => return None,
    };
    // By the letter: what it said before does not count.
    wish.says = Arc::default();
    Some(ordered)
}

/// More steps than these have too many pairs.
const PAIRED: usize = 64;

/// How many pairs of steps there are.
pub(super) fn pairs(subject: &Subject) -> usize {
    let steps = subject.steps().len();
    if steps > PAIRED { 0 } else { steps * steps.saturating_sub(1) / 2 }
}

/// Without the two steps of this pair: of a start and a crash, say, neither can go alone.
pub(super) fn without_pair(subject: &Subject, item: usize, rung: usize) -> Option<Subject> {
    if rung > 0 {
        return None;
    }
    // The pairs of a step come after those of the steps before it.
    let mut later = 1;
    while later * (later + 1) / 2 <= item {
        later += 1;
    }
    let earlier = item - later * (later - 1) / 2;
    let places = subject.steps();
    let (earlier, later) = (*places.get(earlier)?, *places.get(later)?);
    let mut less = subject.clone();
    let steps = less.schedule.as_mut()?;
    steps.remove(later);
    steps.remove(earlier);
    Some(less)
}
