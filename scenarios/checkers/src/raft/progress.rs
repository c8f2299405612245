//! Progress after healing (§5.6): as long as a majority of servers can talk to each other and to the clients, Raft elects a
//! leader and serves.
//!
//! Within a stated time after the faults are over some node leads, and an entry is newly committed or a client's operation
//! succeeds. Where only a core was healed, commits outside it do not count. That asks for clients that still have something to do, or for a new leader that opens its term with an entry (§8).

use seatrial_history::{Evidence, Moment, Observer, OpEvent, OpKind, Verdict, Violation};
use seatrial_node::{Duration, Fact, Instant, NodeId};

use super::standing::Standing;
use crate::{Checker, Cluster};

/// Judges whether the cluster serves again within a stated time after it healed.
///
/// - **Holds**: a leader and a success were seen in time.
/// - **Violated**: the time has passed without.
/// - **Unknown**: the execution ended earlier, or never healed. A host that has nothing left to carry out should end the execution
///   at the time up to which nothing can happen, not at the last event.
#[derive(Clone, Debug)]
pub struct Progress {
    bound: Duration,
    /// The operations whose success counts; all where there are none.
    writes: Vec<&'static str>,
    healed: Option<Moment>,
    /// Who leads now, and since when in which term.
    leaders: Vec<(NodeId, u64, Moment)>,
    highest: Option<(NodeId, u64, Moment)>,
    /// The highest index that was committed before the faults were over.
    before: u64,
    leader: Option<Moment>,
    success: Option<Moment>,
    standing: Standing,
    violation: Option<Violation>,
}

const PROPERTY: &str = "progress after healing";

impl Progress {
    /// Asks for progress within this time. Ten maximum election timeouts leave room for a few split votes.
    pub fn within(bound: Duration) -> Self {
        Self {
            bound,
            writes: Vec::new(),
            healed: None,
            leaders: Vec::new(),
            highest: None,
            before: 0,
            leader: None,
            success: None,
            standing: Standing::default(),
            violation: None,
        }
    }

    /// Counts the success of these operations only, such as writes that a stale leader cannot serve.
    #[must_use]
    pub fn counting(mut self, operations: &[&'static str]) -> Self {
        self.writes = operations.to_vec();
        self
    }

    /// The last instant that is still in time.
    fn deadline(&self) -> Option<Instant> {
        self.healed.map(|healed| healed.time + self.bound)
    }

    /// Whether this is too late; notes the violation, if it is the first event that is.
    fn expired(&mut self, now: Moment) -> bool {
        let Some(deadline) = self.deadline() else { return false };
        if now.time > deadline && !self.done() && self.violation.is_none() {
            self.violation = Some(self.explain(deadline, now));
        }
        now.time > deadline
    }

    fn led(&mut self, at: Moment) {
        if self.healed.is_some() && self.leader.is_none() {
            self.leader = Some(at);
        }
    }

    fn succeeded(&mut self, at: Moment) {
        if self.healed.is_some() && self.success.is_none() {
            self.success = Some(at);
        }
    }

    fn explain(&self, deadline: Instant, now: Moment) -> Violation {
        let mut evidence = Vec::new();
        if let Some((node, index, at)) = self.highest {
            evidence.push((
                at,
                format!("{node} reports entries up to {index} committed, the last to be so"),
            ));
        }
        for (node, term, at) in &self.leaders {
            evidence.push((*at, format!("{node} leads term {term}")));
        }
        evidence.extend(self.healed.map(|healed| (healed, "all faults are over".into())));
        evidence.sort_by_key(|(at, _)| *at);
        let mut evidence: Vec<Evidence> =
            evidence.into_iter().map(|(at, text)| Evidence::at(at, text)).collect();
        evidence.push(format!("at {deadline}: the time is up").into());
        evidence.extend(self.standing.lines().into_iter().map(Evidence::from));
        Violation {
            property: PROPERTY,
            source: "Raft (Ongaro and Ousterhout 2014), §5.6",
            explanation: format!(
                "{} within {} after all faults were over.",
                self.missing(),
                self.bound
            ),
            at: Some(now),
            evidence,
        }
    }

    fn missing(&self) -> String {
        match self.leaders.last() {
            _ if self.leader.is_none() => "no node led".into(),
            Some((node, term, _)) => format!(
                "{node} led term {term}, but nothing was newly committed and no client's operation succeeded"
            ),
            None => "a leader was lost again, nothing was newly committed and no client's operation succeeded".into(),
        }
    }
}

impl Observer for Progress {
    fn op(&mut self, at: Moment, event: &OpEvent) {
        if self.expired(at) || event.kind != OpKind::Ok {
            return;
        }
        if self.writes.is_empty() || self.writes.contains(&event.f.as_ref()) {
            self.succeeded(at);
        }
    }

    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        let expired = self.expired(at);
        self.standing.see(at, node, fact);
        match *fact {
            Fact::Lead { term } => {
                self.leaders.retain(|(leader, ..)| *leader != node);
                self.leaders.push((node, term, at));
                if !expired {
                    self.led(at);
                }
            }
            Fact::Started { .. } | Fact::Crashed | Fact::StepDown { .. } => {
                self.leaders.retain(|(leader, ..)| *leader != node);
            }
            Fact::Commit { index } if !expired => {
                if self.highest.is_none_or(|(_, highest, _)| index > highest) {
                    self.highest = Some((node, index, at));
                }
                if index > self.before && !self.standing.is_abandoned(node) {
                    self.succeeded(at);
                }
            }
            _ => {}
        }
    }

    fn healed(&mut self, at: Moment) {
        (self.healed, self.success, self.violation) = (Some(at), None, None);
        self.before = self.highest.map_or(0, |(_, index, _)| index);
        self.leader = (!self.leaders.is_empty()).then_some(at);
    }

    fn done(&self) -> bool {
        self.leader.is_some() && self.success.is_some()
    }
}

impl Checker for Progress {
    fn property(&self) -> &'static str {
        PROPERTY
    }

    fn begin(&mut self, cluster: &Cluster) {
        self.leaders.clear();
        self.standing.begin(&cluster.members);
        (self.healed, self.highest, self.violation) = (None, None, None);
        (self.before, self.leader, self.success) = (0, None, None);
    }

    fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    fn awaits(&self, _: Instant) -> bool {
        self.healed.is_some() && !self.done()
    }

    fn verdict(&mut self, end: Moment) -> Verdict {
        let up = self.deadline().filter(|deadline| *deadline <= end.time && !self.done());
        if let Some(deadline) = up {
            let violation = self.violation.take();
            return Verdict::Violated(violation.unwrap_or_else(|| self.explain(deadline, end)));
        }
        match self.healed {
            _ if self.done() => Verdict::Holds,
            None => {
                Verdict::Unknown { why: "the execution ended before all faults were over".into() }
            }
            Some(healed) => Verdict::Unknown {
                why: format!(
                    "the execution ended {} after all faults were over, before the {} were up; until then {}",
                    end.time.since(healed.time),
                    self.bound,
                    self.missing()
                ),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use seatrial_history::{Process, Value};

    use super::super::script::{A, B};
    use super::*;

    /// What may happen.
    enum Event {
        Fact(NodeId, Fact),
        Op(&'static str, OpKind),
        Healed,
    }

    use Event::{Healed, Op};

    fn lead(node: NodeId, term: u64) -> Event {
        Event::Fact(node, Fact::Lead { term })
    }

    fn commit(node: NodeId, index: u64) -> Event {
        Event::Fact(node, Fact::Commit { index })
    }

    fn at(millis: u64) -> Moment {
        Moment { step: millis, time: Instant::ZERO + Duration::from_millis(millis) }
    }

    /// The verdict with a bound of 100 ms on an execution that ended then. Times are in milliseconds.
    fn verdict(end: u64, events: &[(u64, Event)]) -> Verdict {
        let mut checker = Progress::within(Duration::from_millis(100)).counting(&["write"]);
        checker.begin(&Cluster::default());
        for (millis, event) in events {
            match event {
                Event::Fact(node, fact) => checker.fact(at(*millis), *node, fact),
                Healed => checker.healed(at(*millis)),
                Op(f, kind) => checker.op(at(*millis), &op(f, *kind)),
            }
        }
        checker.verdict(at(end))
    }

    fn op(f: &'static str, kind: OpKind) -> OpEvent {
        let (process, time) = (Process(0), Instant::ZERO);
        let (key, value) = (Value::Null, Value::Null);
        OpEvent { process, kind, f: f.into(), key, value, time, error: None }
    }

    fn violated(end: u64, events: &[(u64, Event)]) -> Violation {
        let verdict = verdict(end, events);
        verdict.violation().unwrap_or_else(|| panic!("{verdict:?}")).clone()
    }

    fn unknown(end: u64, events: &[(u64, Event)]) -> String {
        match verdict(end, events) {
            Verdict::Unknown { why } => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_leader_and_a_commit_or_a_write_in_time_hold() {
        let events = [(10, Healed), (60, lead(A, 2)), (110, commit(A, 1))];
        assert_eq!(verdict(110, &events), Verdict::Holds);
        let events = [(5, lead(A, 1)), (10, Healed), (20, Op("write", OpKind::Ok))];
        assert_eq!(verdict(30, &events), Verdict::Holds, "it has led all along");
        let events = [(10, Healed), (60, lead(A, 2)), (70, commit(A, 1)), (400, commit(A, 2))];
        assert_eq!(verdict(500, &events), Verdict::Holds);
    }

    #[test]
    fn no_leader_in_time_is_a_violation() {
        let crashed = Event::Fact(A, Fact::Crashed);
        let events = [(5, lead(A, 1)), (6, commit(A, 3)), (7, crashed), (10, Healed)];
        let violation = violated(110, &events);
        assert_eq!(violation.explanation, "no node led within 100ms after all faults were over.");
        assert_eq!(violation.evidence.len(), 3);
    }

    #[test]
    fn a_leader_that_serves_nobody_in_time_is_a_violation() {
        let events = [
            (6, commit(B, 3)),
            (10, Healed),
            (20, lead(A, 4)),
            (30, commit(A, 3)),
            (40, Op("write", OpKind::Info)),
            (50, Op("read", OpKind::Ok)),
            (111, commit(A, 4)),
        ];
        let violation = violated(300, &events);
        assert_eq!(
            violation.explanation,
            "n0 led term 4, but nothing was newly committed and no client's operation succeeded within 100ms after all \
             faults were over."
        );
        assert_eq!(violation.at, Some(at(111)), "the first event that came too late");
        assert_eq!(violation.evidence.len(), 4);
    }

    #[test]
    fn an_execution_that_ended_before_the_time_was_up_is_unknown() {
        let why = unknown(109, &[(10, Healed), (20, lead(A, 4))]);
        assert!(why.starts_with("the execution ended 99ms after"), "{why}");
        let why = unknown(500, &[(20, lead(A, 4)), (30, commit(A, 1))]);
        assert_eq!(why, "the execution ended before all faults were over");
    }

    #[test]
    fn only_the_core_makes_progress_and_who_waits_for_what_is_said() {
        let c = NodeId(2);
        let mut checker = Progress::within(Duration::from_millis(100));
        checker.begin(&Cluster { members: vec![A, B, c] });
        let told = [
            (5, c, Fact::Lead { term: 3 }),
            (6, A, Fact::Term { term: 4 }),
            (6, A, Fact::Vote { term: 4, candidate: A }),
            (6, A, Fact::Commit { index: 7 }),
            (7, B, Fact::Crashed),
            (8, B, Fact::Refused),
            (9, c, Fact::Abandoned),
            (9, c, Fact::StillBroken { fault: "disk-full", toward: None }),
            (9, c, Fact::StillBroken { fault: "isolate", toward: Some(A) }),
        ];
        for (millis, node, fact) in told {
            checker.fact(at(millis), node, &fact);
        }
        checker.healed(at(10));
        checker.fact(at(20), c, &Fact::Commit { index: 9 });
        let verdict = checker.verdict(at(200));
        let violation = verdict.violation().expect("a commit outside the core is none");
        let said = &violation.evidence[violation.evidence.len() - 3..];
        let said: Vec<&str> = said.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(
            said,
            [
                "n0 stands for term 4 and waits for votes of 1 of 2 others (in the core and up: nobody); its last commit is 7, \
                 at 6ms",
                "n1 is down: it does not open over its disk",
                "n2 is outside the core and is up; still broken: disk-full, isolate toward n0",
            ]
        );
        checker.begin(&Cluster { members: vec![A, B, c] });
        checker.fact(at(5), A, &Fact::Lead { term: 3 });
        checker.fact(at(9), c, &Fact::Abandoned);
        checker.healed(at(10));
        checker.fact(at(20), c, &Fact::Commit { index: 9 });
        checker.fact(at(30), B, &Fact::Commit { index: 9 });
        assert_eq!(checker.verdict(at(200)), Verdict::Holds, "within the core it is one");
    }

    #[test]
    fn it_is_done_once_both_were_seen_and_forgets_that_for_the_next_execution() {
        let mut checker = Progress::within(Duration::from_millis(100));
        checker.healed(at(10));
        checker.fact(at(20), A, &Fact::Lead { term: 1 });
        assert!(!checker.done() && checker.awaits(at(20).time));
        checker.op(at(30), &op("read", OpKind::Ok));
        assert!(checker.done(), "any operation counts where none are named");
        assert!(!checker.awaits(at(20).time));
        checker.begin(&Cluster::default());
        assert!(!checker.done());
    }
}
