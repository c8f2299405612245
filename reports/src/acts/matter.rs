//! The few acts that a failure is made of.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_history::{
    DiskTurn, Endpoint, FaultTurn, TraceEvent, TraceItem, TraceLine, Violation,
};
use seatrial_node::{Fact, NodeId};

use super::{Act, Acts};

/// How many are told at most.
pub const MOST: usize = 10;

/// So many acts on the way to where the violation shows, each having caused the next.
const WAY: usize = 4;

/// So much of the evidence comes before all else: an account of clients alone does not tell what the protocol did.
const EVIDENCE: usize = 4;

/// So many of each other kind come before more of any.
const FIRST: usize = 2;

/// The acts that matter to a violation, oldest first, and at most [`MOST`]: where it shows and the way there; what the evidence is about; what
/// was done twice, where clients alone are evidence; what was heard while a disk was at work at last; what struck the same nodes meanwhile,
/// and what they took back; who sent what they answered; places worth reaching that they came past; the faults that kept them apart; and what
/// leads from the evidence to the violation. Of each the newest, where there is too much of it.
pub fn that_matter(violation: &Violation, acts: &Acts, trace: &[TraceLine]) -> Vec<usize> {
    let evidence = evidence(violation, acts);
    let Some(last) = evidence.last().copied() else {
        return Vec::new();
    };
    let cause = |act: &usize| cause(acts, trace, *act);
    let way: Vec<usize> = std::iter::successors(Some(last), cause).take(WAY).collect();
    let senders: Vec<usize> = evidence.iter().rev().filter_map(cause).collect();
    let who = |act: &usize| acts.all[*act].who;
    let seen: BTreeSet<Endpoint> = evidence.iter().filter_map(who).collect();
    let places = way.iter().chain(&senders).filter_map(who).chain(seen.iter().copied()).collect();
    let stage = Stage { acts, trace, places, first: evidence[0], last };
    let newest = || evidence.iter().rev().copied();
    let mut chosen = Chosen::default();
    chosen.take(MOST, way);
    chosen.take(MOST, newest().take(EVIDENCE));
    if seen.iter().all(|who| matches!(who, Endpoint::Client(_))) {
        chosen.take(FIRST, stage.repeats());
    }
    let heard = stage.heard_meanwhile();
    chosen.take(FIRST, heard.iter().copied());
    chosen.take(1, heard.iter().filter_map(cause));
    chosen.take(FIRST, stage.strikes(&seen));
    chosen.take(FIRST, senders.iter().copied());
    chosen.take(FIRST, stage.milestones(&seen));
    chosen.take(MOST, stage.partings());
    chosen.take(MOST, newest());
    chosen.take(MOST, stage.strikes(&stage.places));
    chosen.take(MOST, senders);
    let between = stage.between();
    chosen.take_all_or_none(between.iter().copied());
    let here = |act: &usize| stage.is_at(*act, &stage.places) && stage.announces(*act);
    chosen.take(MOST, between.into_iter().filter(here));
    chosen.0.into_iter().collect()
}

/// Who sent what an act handles. Of what a disk has done it is not what the disk did before, but who asked for all that.
fn cause(acts: &Acts, trace: &[TraceLine], act: usize) -> Option<usize> {
    let mut causes = std::iter::successors(acts.all[act].sender, |act| acts.all[*act].sender);
    match is_of_disk(acts, trace, act) {
        true => causes.find(|cause| !is_of_disk(acts, trace, *cause)),
        false => causes.next(),
    }
}

/// Whether a disk had done what it was asked for.
fn is_of_disk(acts: &Acts, trace: &[TraceLine], act: usize) -> bool {
    let first = acts.all[act].lines.first().map(|line| &trace[*line].what);
    matches!(first, Some(TraceItem::Event(TraceEvent::Disk { turn: DiskTurn::Done(_), .. })))
}

/// What is told, as far as there is room.
#[derive(Default)]
struct Chosen(BTreeSet<usize>);

impl Chosen {
    /// At most so many that are not told yet.
    fn take(&mut self, count: usize, acts: impl IntoIterator<Item = usize>) {
        let mut room = count.min(MOST - self.0.len());
        for act in acts {
            if room == 0 {
                return;
            }
            room -= usize::from(self.0.insert(act));
        }
    }

    /// Acts of which some would tell no more than none.
    fn take_all_or_none(&mut self, acts: impl Iterator<Item = usize>) {
        let all: BTreeSet<usize> = acts.chain(self.0.iter().copied()).collect();
        if all.len() <= MOST {
            self.0 = all;
        }
    }
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

/// Where it happened, and from which act to which.
struct Stage<'a> {
    acts: &'a Acts,
    trace: &'a [TraceLine],
    places: BTreeSet<Endpoint>,
    first: usize,
    last: usize,
}

impl Stage<'_> {
    fn act(&self, act: usize) -> &Act {
        &self.acts.all[act]
    }

    fn is_at(&self, act: usize, places: &BTreeSet<Endpoint>) -> bool {
        self.act(act).who.is_some_and(|who| places.contains(&who))
    }

    fn lines(&self, act: usize) -> impl Iterator<Item = &TraceItem> {
        self.act(act).lines.iter().map(|line| &self.trace[*line].what)
    }

    /// Faults that struck these nodes meanwhile, and where they took back what they had; the newest first.
    fn strikes<'p>(&'p self, places: &'p BTreeSet<Endpoint>) -> impl Iterator<Item = usize> + 'p {
        let takes_back = |what: &TraceItem| {
            matches!(
                what,
                TraceItem::Event(TraceEvent::Fault { .. })
                    | TraceItem::Fact(_, Fact::Truncate { .. })
            )
        };
        let meanwhile = (self.first..=self.last).rev();
        meanwhile.filter(move |act| self.is_at(*act, places) && self.lines(*act).any(takes_back))
    }

    /// Where these came past a place worth reaching, at any time; the newest first.
    fn milestones<'p>(
        &'p self,
        places: &'p BTreeSet<Endpoint>,
    ) -> impl Iterator<Item = usize> + 'p {
        let reaches = |what: &TraceItem| matches!(what, TraceItem::Fact(_, Fact::Reached { .. }));
        let all = (0..=self.last).rev();
        all.filter(move |act| self.is_at(*act, places) && self.lines(*act).any(reaches))
    }

    /// What a node applied in one life that it had applied in it before, and where it had; the newest first.
    fn repeats(&self) -> Vec<usize> {
        let mut applied: BTreeMap<(NodeId, u64), usize> = BTreeMap::new();
        let mut repeats = Vec::new();
        for act in 0..=self.last {
            for what in self.lines(act) {
                match what {
                    TraceItem::Fact(node, Fact::Started { .. }) => {
                        applied.retain(|(other, _), _| other != node);
                    }
                    TraceItem::Fact(node, Fact::Apply { digest, .. }) if *digest != 0 => {
                        if let Some(before) = applied.insert((*node, *digest), act) {
                            repeats.extend([before, act]);
                        }
                    }
                    _ => {}
                }
            }
        }
        repeats.reverse();
        repeats
    }

    /// What a node heard while the disk was at work whose completion is the last act: it waited there; the newest first.
    fn heard_meanwhile(&self) -> Vec<usize> {
        let Some(asked) = cause(self.acts, self.trace, self.last)
            .filter(|_| is_of_disk(self.acts, self.trace, self.last))
        else {
            return Vec::new();
        };
        let before = std::iter::successors(self.act(self.last).before, |act| self.act(*act).before);
        let meanwhile = before.take_while(|act| *act > asked);
        meanwhile.filter(|act| self.handles_message(*act)).collect()
    }

    /// The beginnings of faults that cut off something meanwhile that one of these sent to another; the newest first.
    fn partings(&self) -> Vec<usize> {
        let mut open: BTreeMap<u32, usize> = BTreeMap::new();
        let mut parting = BTreeSet::new();
        for act in 0..=self.last {
            for what in self.lines(act) {
                match what {
                    TraceItem::Event(TraceEvent::Fault {
                        turn: FaultTurn::Begins(fault), ..
                    }) => {
                        open.insert(*fault, act);
                    }
                    TraceItem::Event(TraceEvent::Drop { from, to, fault: Some(fault), .. })
                        if act >= self.first
                            && self.places.contains(from)
                            && self.places.contains(to) =>
                    {
                        parting.extend(open.get(fault));
                    }
                    _ => {}
                }
            }
        }
        parting.into_iter().rev().collect()
    }

    /// What came after the first of the evidence and may have been a cause of the last, wherever it was, as far as somebody announced something
    /// or handled a message; the newest first.
    fn between(&self) -> Vec<usize> {
        let mut after = vec![false; self.last + 1];
        after[self.first] = true;
        for act in self.first + 1..=self.last {
            let Act { before, sender, .. } = self.act(act);
            after[act] = before.iter().chain(sender).any(|cause| after[*cause]);
        }
        let before = self.acts.cone(self.last);
        let leads = |act: &usize| before[*act] && after[*act];
        let says = |act: &usize| self.announces(*act) || self.handles_message(*act);
        (self.first..=self.last).rev().filter(leads).filter(says).collect()
    }

    fn announces(&self, act: usize) -> bool {
        self.lines(act).any(|what| matches!(what, TraceItem::Fact(..)))
    }

    fn handles_message(&self, act: usize) -> bool {
        self.lines(act).any(|what| matches!(what, TraceItem::Event(TraceEvent::Deliver { .. })))
    }
}

#[cfg(test)]
mod tests {
    use seatrial_history::{DropCause, Evidence};

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

    const N: [NodeId; 3] = [NodeId(0), NodeId(1), NodeId(2)];

    fn event(step: u64, event: TraceEvent) -> TraceLine {
        TraceLine { at: moment(step, step * 10), what: TraceItem::Event(event) }
    }

    fn fact(step: u64, node: usize, fact: Fact) -> TraceLine {
        TraceLine { at: moment(step, step * 10), what: TraceItem::Fact(N[node], fact) }
    }

    /// A message, by the number of the step at which it is sent.
    fn sent(step: u64, from: usize, to: usize) -> TraceLine {
        let (from, to) = (Endpoint::Node(N[from]), Endpoint::Node(N[to]));
        event(step, TraceEvent::Send { id: step, from, to, text: format!("m{step}").into() })
    }

    fn handled(step: u64, id: u64, from: usize, to: usize) -> TraceLine {
        let (from, to) = (Endpoint::Node(N[from]), Endpoint::Node(N[to]));
        event(step, TraceEvent::Deliver { id, from, to, text: format!("m{id}").into() })
    }

    fn cut_off(step: u64, id: u64, (from, to): (usize, usize), fault: Option<u32>) -> TraceLine {
        let (from, to) = (Endpoint::Node(N[from]), Endpoint::Node(N[to]));
        event(step, TraceEvent::Drop { id, from, to, cause: DropCause::Partition, fault })
    }

    fn disk(step: u64, node: usize, turn: DiskTurn) -> TraceLine {
        event(step, TraceEvent::Disk { node: N[node], turn, text: "sync".into() })
    }

    fn begins(step: u64, fault: u32) -> TraceLine {
        let turn = FaultTurn::Begins(fault);
        event(step, TraceEvent::Fault { node: None, turn, text: format!("cut {fault}").into() })
    }

    /// The steps that matter, where these are the moments of the evidence, the last of them that of the violation.
    fn steps(trace: &[TraceLine], evidence: &[u64]) -> Vec<u64> {
        let at = |step: u64| moment(step, step * 10);
        let seen = evidence.iter().map(|step| Evidence::at(at(*step), "seen")).collect();
        let at = evidence.last().map(|step| at(*step));
        let violation = Violation { evidence: seen, at, ..samples::violation() };
        let acts = Acts::of(trace);
        let matter = that_matter(&violation, &acts, trace);
        matter.into_iter().map(|act| acts.all[act].at.step).collect()
    }

    /// The leader commits what a follower acknowledged and then cut off its log again.
    #[test]
    fn what_a_promise_was_taken_back_by_matters() {
        let append = |index| Fact::Append { index, term: 1, digest: 0 };
        let trace = [
            fact(1, 0, append(1)),
            sent(1, 0, 1),
            handled(2, 1, 0, 1),
            fact(2, 1, append(1)),
            disk(2, 1, DiskTurn::Asked(1)),
            disk(3, 1, DiskTurn::Done(1)),
            sent(3, 1, 0),
            sent(4, 0, 1),
            handled(5, 4, 0, 1),
            fact(5, 1, Fact::Truncate { from: 1 }),
            handled(6, 3, 1, 0),
            fact(6, 0, Fact::Commit { index: 1 }),
        ];
        assert_eq!(steps(&trace, &[1, 6]), [1, 2, 3, 5, 6], "the way there, and the truncation");
    }

    /// The follower answers before its disk has anything: what the leader does once its own disk is done is caused by an answer of before.
    #[test]
    fn what_leads_from_the_evidence_to_the_violation_matters() {
        let trace = [
            fact(1, 0, Fact::Append { index: 1, term: 1, digest: 0 }),
            disk(1, 0, DiskTurn::Asked(1)),
            sent(1, 0, 1),
            handled(2, 1, 0, 1),
            sent(2, 1, 0),
            handled(3, 2, 1, 0),
            disk(4, 0, DiskTurn::Done(1)),
            fact(4, 0, Fact::Commit { index: 1 }),
        ];
        assert_eq!(steps(&trace, &[1, 4]), [1, 2, 3, 4]);
        // Where there is too much of it, what the nodes of the evidence announced.
        let mut long = trace.to_vec();
        for step in 5..25 {
            long.push(sent(step, 0, 1));
            long.push(handled(step + 30, step, 0, 1));
            long.push(sent(step + 30, 1, 0));
        }
        long.sort_by_key(|line| line.at.step);
        for step in 60..80 {
            long.push(handled(step, step - 25, 1, 0));
        }
        long.push(fact(79, 0, Fact::Apply { index: 1, digest: 0 }));
        assert_eq!(steps(&long, &[1, 79]), [1, 4, 24, 54, 79]);
    }

    /// What a leader heard while its disk was at work counts only when that is done.
    #[test]
    fn what_was_heard_while_a_disk_was_at_work_matters() {
        let trace = [
            sent(1, 1, 0),
            fact(2, 0, Fact::Append { index: 1, term: 1, digest: 0 }),
            disk(2, 0, DiskTurn::Asked(1)),
            handled(3, 1, 1, 0),
            disk(4, 0, DiskTurn::Done(1)),
            fact(4, 0, Fact::Commit { index: 1 }),
        ];
        assert_eq!(steps(&trace, &[4]), [1, 2, 3, 4]);
    }

    #[test]
    fn where_clients_are_all_the_evidence_what_was_done_twice_matters() {
        let apply = |step, digest| fact(step, 0, Fact::Apply { index: step, digest });
        let (client, node) = (Endpoint::Client(0), Endpoint::Node(N[0]));
        let answer = |id| TraceEvent::Deliver { id, from: node, to: client, text: "ok".into() };
        let trace =
            [apply(1, 7), apply(2, 8), apply(3, 7), apply(4, 9), event(5, answer(5))].to_vec();
        assert_eq!(steps(&trace, &[5]), [1, 3, 5]);
        let mut restarted = trace.clone();
        restarted.insert(2, fact(2, 0, Fact::Started { life: 2 }));
        assert_eq!(steps(&restarted, &[5]), [5], "what is applied again after a start is not");
        let mut node = trace;
        node.push(fact(6, 0, Fact::Term { term: 1 }));
        assert_eq!(steps(&node, &[6]), [6], "a node's own evidence is enough");
    }

    #[test]
    fn what_a_node_came_past_long_before_matters() {
        let trace = [
            fact(1, 0, Fact::Reached { mark: "it skipped some" }),
            fact(2, 1, Fact::Reached { mark: "it did, too" }),
            fact(9, 0, Fact::Term { term: 1 }),
        ];
        assert_eq!(steps(&trace, &[9]), [1, 9]);
    }

    #[test]
    fn a_fault_that_kept_none_of_them_apart_does_not_matter() {
        let steps = |lost: TraceLine| {
            let trace = [
                begins(1, 7),
                sent(2, 1, 0),
                fact(3, 0, Fact::Term { term: 1 }),
                sent(3, 0, 1),
                lost,
                handled(5, 2, 1, 0),
                fact(5, 0, Fact::Term { term: 2 }),
            ];
            steps(&trace, &[3, 5])
        };
        assert_eq!(steps(cut_off(4, 3, (0, 1), Some(7))), [1, 2, 3, 5]);
        assert_eq!(steps(cut_off(4, 3, (0, 1), None)), [2, 3, 5], "lost in another way");
        let other = steps(cut_off(4, 3, (2, 1), Some(7)));
        assert_eq!(other, [2, 3, 5], "n2 has nothing to do with it");
    }

    #[test]
    fn without_evidence_that_has_a_moment_nothing_is_said_to_matter() {
        let evidence = vec!["a word".into()];
        assert!(told(&Violation { evidence, at: None, ..samples::violation() }).is_empty());
    }
}
