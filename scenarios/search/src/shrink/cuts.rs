//! Runs without some of what they have.

use std::ops::Range;

use seatrial_history::Endpoint;
use seatrial_node::NodeId;
use seatrial_sim::{FaultKind, FaultPlan};

use super::subject::Subject;

/// The kinds of fault in a plan, each once.
pub(super) fn kinds(plan: &FaultPlan) -> Vec<FaultKind> {
    let rates = [
        (FaultKind::Loss, plan.rates.loss > 0),
        (FaultKind::Duplicate, plan.rates.duplicate > 0),
        (FaultKind::Reorder, plan.rates.reorder > 0),
        (FaultKind::Buggify, !plan.rates.buggify.is_off()),
    ];
    let mut kinds: Vec<FaultKind> = rates.into_iter().filter(|r| r.1).map(|r| r.0).collect();
    kinds.extend(plan.faults.iter().map(|planned| planned.fault.kind()));
    kinds.extend(plan.awaited.iter().map(|awaited| awaited.then.fault.kind()));
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

pub(super) fn without_kinds(subject: &Subject, range: Range<usize>) -> Subject {
    let gone = &kinds(&subject.plan)[range];
    let mut less = subject.clone();
    let FaultPlan { rates, faults, awaited, .. } = &mut less.plan;
    faults.retain(|planned| !gone.contains(&planned.fault.kind()));
    awaited.retain(|awaited| !gone.contains(&awaited.then.fault.kind()));
    for kind in gone {
        match kind {
            FaultKind::Loss => rates.loss = 0,
            FaultKind::Duplicate => rates.duplicate = 0,
            FaultKind::Reorder => {
                rates.reorder = 0;
                rates.reorder_delay = Default::default();
            }
            FaultKind::Buggify => rates.buggify = Default::default(),
            _ => {}
        }
    }
    less
}

pub(super) fn without_faults(subject: &Subject, range: Range<usize>) -> Subject {
    let mut less = subject.clone();
    let timed = subject.plan.faults.len();
    let stays = |place: usize| !range.contains(&place);
    let mut place = 0..;
    less.plan.faults.retain(|_| place.next().is_none_or(stays));
    let mut place = timed..;
    less.plan.awaited.retain(|_| place.next().is_none_or(stays));
    less
}

/// One node at a time: those that are left are others.
pub(super) fn without_node(subject: &Subject, range: Range<usize>) -> Option<Subject> {
    let [only] = <[usize; 1]>::try_from(range.collect::<Vec<_>>()).ok()?;
    let node = NodeId(u32::try_from(only).ok()?);
    (subject.nodes > 1).then(|| subject.without(Endpoint::Node(node)))
}

/// One client at a time, and the last one, too.
pub(super) fn without_client(subject: &Subject, range: Range<usize>) -> Option<Subject> {
    let [only] = <[usize; 1]>::try_from(range.collect::<Vec<_>>()).ok()?;
    Some(subject.without(Endpoint::Client(u32::try_from(only).ok()?)))
}

/// The sites whose choices are not all the simplest yet.
pub(super) fn sites<'a>(
    subject: &'a Subject,
    sites: &'a [String],
) -> impl Iterator<Item = &'a String> {
    sites.iter().filter(|site| !subject.simple.contains(site))
}

pub(super) fn simpler(subject: &Subject, all: &[String], range: Range<usize>) -> Subject {
    let mut less = subject.clone();
    let more = sites(subject, all).skip(range.start).take(range.len());
    less.simple.extend(more.cloned());
    less.simple.sort_unstable();
    less
}

pub(super) fn without_choices(subject: &Subject, range: Range<usize>) -> Subject {
    let mut less = subject.clone();
    less.choices.drain(range);
    less
}

pub(super) fn without_steps(subject: &Subject, range: Range<usize>) -> Subject {
    let gone = &subject.steps()[range];
    let mut less = subject.clone();
    if let Some(steps) = &mut less.schedule {
        let mut place = 0..;
        steps.retain(|_| place.next().is_none_or(|place| gone.binary_search(&place).is_err()));
    }
    less
}
