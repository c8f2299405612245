//! The few acts that a failure is made of.

use std::collections::BTreeSet;

use seatrial_history::{Endpoint, FaultTurn, TraceEvent, TraceItem, TraceLine, Violation};
use seatrial_node::NodeId;

use super::{Act, Acts};

/// How many are told at most.
pub const MOST: usize = 10;

/// Of these the evidence has at most so many, where there are others: an account of clients alone does not tell what the protocol did.
const EVIDENCE: usize = 6;

/// The acts that matter to a violation, oldest first, and at most [`MOST`]: where it shows, who sent what was handled there and what that was
/// sent for, what the evidence is about, what struck the same nodes meanwhile, and who sent what they answered; in this order where
/// they are too many.
pub fn that_matter(violation: &Violation, acts: &Acts, trace: &[TraceLine]) -> Vec<usize> {
    let evidence = evidence(violation, acts);
    let Some((first, last)) = evidence.first().copied().zip(evidence.last().copied()) else {
        return Vec::new();
    };
    let places: BTreeSet<Endpoint> = evidence.iter().filter_map(|act| acts.all[*act].who).collect();
    let strikes = (first..=last).rev().filter(|act| {
        let act = &acts.all[*act];
        act.who.is_some_and(|who| places.contains(&who)) && is_strike(act, trace)
    });
    let senders = evidence.iter().rev().filter_map(|act| acts.all[*act].sender);
    let world = lasting(acts, trace, first, last);
    let mut chosen = BTreeSet::new();
    let way_there = std::iter::successors(Some(last), |act| acts.all[*act].sender).take(3);
    // The newest evidence first, where there is more of it than can be told.
    let newest = evidence.iter().rev().copied();
    let (first_told, rest) = (newest.clone().take(EVIDENCE), newest.skip(EVIDENCE));
    let others = strikes.chain(senders).chain(world);
    for act in way_there.chain(first_told).chain(others).chain(rest) {
        if chosen.len() < MOST {
            chosen.insert(act);
        }
    }
    chosen.into_iter().collect()
}

/// The acts at the moments of the evidence and of the violation.
fn evidence(violation: &Violation, acts: &Acts) -> Vec<usize> {
    let moments = violation.evidence.iter().flat_map(|line| &line.moments).chain(&violation.at);
    let at = moments.flat_map(|moment| {
        let step = acts.at_step(moment.step);
        step.filter(|act| !acts.all[*act].is_loss && acts.all[*act].who.is_some())
    });
    at.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The faults of the network that last at some time between two acts, the newest first.
fn lasting(acts: &Acts, trace: &[TraceLine], first: usize, last: usize) -> Vec<usize> {
    let mut open: Vec<(u32, usize)> = Vec::new();
    for (index, act) in acts.all[..=last].iter().enumerate() {
        for (node, turn) in faults(act, trace) {
            match turn {
                FaultTurn::Begins(fault) if node.is_none() => open.push((fault, index)),
                FaultTurn::Ends(fault) if index < first => {
                    open.retain(|(other, _)| *other != fault)
                }
                FaultTurn::Heals if index < first => open.clear(),
                _ => {}
            }
        }
    }
    open.into_iter().rev().map(|(_, act)| act).collect()
}

/// Whether it is, or tells of, a fault that struck a node.
fn is_strike(act: &Act, trace: &[TraceLine]) -> bool {
    faults(act, trace).next().is_some()
}

fn faults<'a>(
    act: &'a Act,
    trace: &'a [TraceLine],
) -> impl Iterator<Item = (Option<NodeId>, FaultTurn)> + use<'a> {
    act.lines.iter().filter_map(|line| match &trace[*line].what {
        TraceItem::Event(TraceEvent::Fault { node, turn, .. }) => Some((*node, *turn)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use seatrial_history::{Evidence, TraceLine};

    use super::*;
    use crate::acts::sentence;
    use crate::samples::{self, moment};

    fn told(violation: &Violation) -> Vec<String> {
        let trace: Vec<TraceLine> = samples::story();
        let acts = Acts::of(&trace);
        let matter = that_matter(violation, &acts, &trace);
        matter.into_iter().map(|act| sentence(&acts.all[act], &trace)).collect()
    }

    #[test]
    fn evidence_what_struck_between_and_who_sent_it_matter() {
        let evidence =
            [4, 12].map(|step| Evidence::at(moment(step, step * 10), "n0 votes")).to_vec();
        let at = Some(moment(12, 120));
        let lines = told(&Violation { evidence, at, ..samples::violation() });
        let begins = [
            "n1  timer Raft(Election)",
            "n1 => n0  deliver #2 Raft(RequestVote { term: 1 }); vote term=1 candidate=n1",
            "!! partition begins: n1 | n0 n2",
            "!! n0 crashes with 1 writes not synced; crashed",
            "!! n0 starts, life 2; started life=2",
            "n2  timer Raft(Election)",
            "n2 => n0  deliver #6 Raft(RequestVote { term: 1 }); vote term=1 candidate=n2",
        ];
        assert_eq!(lines, begins);
    }

    #[test]
    fn without_evidence_that_has_a_moment_nothing_is_said_to_matter() {
        let evidence = vec!["a word".into()];
        assert!(told(&Violation { evidence, at: None, ..samples::violation() }).is_empty());
    }
}
