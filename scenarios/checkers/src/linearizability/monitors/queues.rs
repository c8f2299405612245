//! Queues whose values are enqueued once: the four bad patterns (Henzinger, Sezgin and Vafeiadis 2013; Bouajjani, Emmi, Enea and
//! Hamza 2015). A history without any of them is linearizable.

use super::super::problem::{OPEN, Op, Step, Tables};
use super::{Answer, Finding, Reason};

/// What happened to one value.
#[derive(Clone, Copy, Default)]
struct Life {
    inserted: Option<usize>,
    taken: Option<usize>,
    perhaps: Option<usize>,
}

pub(super) fn ask(ops: &[Op], tables: &Tables) -> Answer {
    let mut lives = vec![Life::default(); tables.values.len()];
    for (i, op) in ops.iter().enumerate() {
        if let Step::Insert(value) = op.step
            && lives[value as usize].inserted.replace(i).is_some()
        {
            return Answer::Silent;
        }
    }
    for (i, op) in ops.iter().enumerate().filter(|(_, op)| op.ret != OPEN) {
        let Step::Take(value) = op.step else { continue };
        let life = &mut lives[value as usize];
        let Some(source) = life.inserted else { return Answer::Silent };
        if let Some(first) = life.taken.replace(i) {
            let reason = Reason::TakenTwice { first, second: i };
            return Answer::Refuted(Finding::new(reason, &[source, first, i]));
        }
        if op.ret < ops[source].call {
            let reason = Reason::FromTheFuture { op: i, source };
            return Answer::Refuted(Finding::new(reason, &[source, i]));
        }
    }
    // What may have been taken, but need not have been.
    for (i, op) in ops.iter().enumerate().filter(|(_, op)| op.ret == OPEN) {
        if let Step::Take(value) = op.step {
            lives[value as usize].perhaps.get_or_insert(i);
        }
    }
    lives.retain(|life| life.inserted.is_some());
    if !ops.iter().any(|op| op.step == Step::TakeAny) {
        // It had better been, as soon as it could: that never makes anything worse.
        for life in &mut lives {
            life.taken = life.taken.or(life.perhaps);
        }
        return match bad_pattern(ops, &mut lives) {
            Some(finding) => Answer::Refuted(finding),
            None => Answer::Holds,
        };
    }
    // What is wrong with the values that were taken for certain stays wrong whatever the others do.
    let mut taken: Vec<Life> = lives.iter().copied().filter(|life| life.taken.is_some()).collect();
    if let Some(finding) = bad_pattern(ops, &mut taken) {
        return Answer::Refuted(finding);
    }
    match give_away(ops, &mut lives) && bad_pattern(ops, &mut lives).is_none() {
        true => Answer::Holds,
        false => Answer::Silent,
    }
}

fn bad_pattern(ops: &[Op], lives: &mut [Life]) -> Option<Finding> {
    overtaken(ops, lives).or_else(|| never_empty(ops, lives))
}

/// Lets dequeues of unknown outcome take the values that stand in the way of others and that nobody is known to have taken. Says
/// whether there were enough of them, each begun in time.
fn give_away(ops: &[Op], lives: &mut [Life]) -> bool {
    // From when on a value that is still there is in the way, and until when it must go.
    let mut limits: Vec<(u32, u32)> =
        ops.iter().filter(|op| op.step == Step::TakeNothing).map(|op| (op.call, op.ret)).collect();
    for life in lives.iter() {
        if let (Some(inserted), Some(taken)) = (life.inserted, life.taken) {
            limits.push((ops[inserted].call, ops[taken].ret));
        }
    }
    limits.sort_unstable();
    for i in (1..limits.len()).rev() {
        limits[i - 1].1 = limits[i - 1].1.min(limits[i].1);
    }
    let mut in_the_way: Vec<(u32, usize)> = Vec::new();
    for (i, life) in lives.iter().enumerate().filter(|(_, life)| life.taken.is_none()) {
        let returned = life.inserted.map_or(OPEN, |inserted| ops[inserted].ret);
        let after = limits.partition_point(|(from, _)| *from < returned);
        match limits.get(after) {
            Some((_, deadline)) if *deadline != OPEN => in_the_way.push((*deadline, i)),
            _ => {}
        }
    }
    in_the_way.sort_unstable();
    let unknown = ops.iter().enumerate().filter(|(_, op)| op.step == Step::TakeAny);
    let mut takers = unknown.map(|(i, _)| i);
    in_the_way.into_iter().all(|(deadline, life)| {
        let in_time = |taker: &usize| ops[*taker].call < deadline;
        // Those of unknown outcome come in the order of their invocations, so if the next is too late, all others are.
        let taker = lives[life].perhaps.filter(in_time).or_else(|| takers.next().filter(in_time));
        lives[life].taken = taker;
        taker.is_some()
    })
}

/// A value enqueued wholly before another, and dequeued wholly after it or never.
fn overtaken(ops: &[Op], lives: &mut [Life]) -> Option<Finding> {
    let insert = |life: &Life| &ops[life.inserted.expect("lives without an insert are gone")];
    let take_call = |life: &Life| life.taken.map_or(OPEN, |taken| ops[taken].call);
    let mut by_return: Vec<Life> = lives.to_vec();
    by_return.sort_unstable_by_key(|life| insert(life).ret);
    lives.sort_unstable_by_key(|life| insert(life).call);
    let mut earlier = by_return.iter().peekable();
    let mut latest: Option<&Life> = None;
    for life in lives.iter() {
        while let Some(before) = earlier.next_if(|before| insert(before).ret < insert(life).call) {
            if latest.is_none_or(|latest| take_call(latest) < take_call(before)) {
                latest = Some(before);
            }
        }
        if let (Some(before), Some(taken)) = (latest, life.taken)
            && ops[taken].ret < take_call(before)
        {
            let (first, second) = (before.inserted?, life.inserted?);
            let later = before.taken;
            let mut certificate = vec![first, second, taken];
            certificate.extend(later);
            let reason = Reason::Overtaken { first, second, taken, later };
            return Some(Finding::new(reason, &certificate));
        }
    }
    None
}

/// A dequeue that found nothing while at every moment some value was certainly there.
fn never_empty(ops: &[Op], lives: &[Life]) -> Option<Finding> {
    let mut held: Vec<(u32, u32, usize)> = Vec::new();
    for (i, life) in lives.iter().enumerate() {
        let from = life.inserted.map_or(OPEN, |inserted| ops[inserted].ret);
        let to = life.taken.map_or(OPEN, |taken| ops[taken].call);
        if from < to {
            held.push((from, to, i));
        }
    }
    held.sort_unstable();
    // Stretches of time in which something is held, and the lives that hold from one to the next.
    let mut stretches: Vec<(u32, u32, Vec<usize>)> = Vec::new();
    for (from, to, life) in held {
        match stretches.last_mut() {
            Some((_, end, lives)) if from < *end => {
                if to > *end {
                    *end = to;
                    lives.push(life);
                }
            }
            _ => stretches.push((from, to, vec![life])),
        }
    }
    for (i, op) in ops.iter().enumerate().filter(|(_, op)| op.step == Step::TakeNothing) {
        let after = stretches.partition_point(|(from, ..)| *from < op.call);
        let Some((_, end, held)) = after.checked_sub(1).map(|at| &stretches[at]) else { continue };
        if op.ret < *end {
            return Some(empty_finding(ops, lives, i, held));
        }
    }
    None
}

fn empty_finding(ops: &[Op], lives: &[Life], op: usize, held: &[usize]) -> Finding {
    // Of those that hold one after the other only the ones around the dequeue matter.
    let around = held.iter().map(|life| &lives[*life]).filter(|life| {
        let inserted = life.inserted.map_or(OPEN, |inserted| ops[inserted].ret);
        let taken = life.taken.map_or(OPEN, |taken| ops[taken].call);
        inserted < ops[op].ret && taken > ops[op].call
    });
    let mut certificate = vec![op];
    let mut inserts = Vec::new();
    for life in around {
        certificate.extend(life.inserted);
        certificate.extend(life.taken);
        inserts.extend(life.inserted);
    }
    Finding::new(Reason::NeverEmpty { op, held: inserts }, &certificate)
}
