//! Progress after healing (§5.6): as long as a majority of servers can talk to each other and to the clients, Raft elects a
//! leader and serves.
//!
//! Within a stated time after the faults are over some node leads, and an entry is newly committed or a client's operation
//! succeeds. Where only a core was healed, commits outside it do not count.
//!
//! Two clusters owe nothing. One had a leader all along, and nobody asks it for anything, or asks only those that are down: a new
//! leader would open its term with an entry (§8), this one has no reason to. The other is led from outside the core by a node that is not fit
//! to and that the core, or a part of it, can hear: who hears it keeps to its leader and votes for nobody, so nobody else is elected, which
//! Raft with pre-votes does not promise to survive. It is cut off from a part of the core (Howard and Abraham, "Raft does not guarantee
//! liveness in the face of network faults", 2020), or so slow that its heartbeats come and nothing else does. Nor is anything owed where such
//! a reign has ended so late that less than half of the time was left.

use seatrial_history::{Evidence, Moment, Observer, OpEvent, OpKind, Process, Verdict, Violation};
use seatrial_node::{Duration, Fact, Instant, NodeId};

use super::standing::{Standing, Unfit};
use crate::{Checker, Cluster};

/// Judges whether the cluster serves again within a stated time after it healed.
///
/// - **Holds**: a leader and a success were seen in time.
/// - **Violated**: the time has passed without.
/// - **Unknown**: the execution ended earlier, never healed, or owed no progress. A host that has nothing left to carry out should end the execution
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
    /// Clients that wait for an answer.
    open: Vec<Process>,
    /// The host tells which requests arrive; and one has, since somebody has begun to wait.
    tells: bool,
    arrived: bool,
    /// Since the faults were over somebody has waited for an answer, or there was nobody to lead, or somebody new.
    owes: bool,
    standing: Standing,
    /// Who led from outside the core since the faults were over and was not fit to, and when that was last so.
    unfit: Option<(Unfit, Instant)>,
    missed: Option<Missed>,
}

/// What it means that the time was up.
#[derive(Clone, Debug)]
enum Missed {
    Violated(Violation),
    /// Nothing was owed, for this reason.
    Excused(String),
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
            open: Vec::new(),
            tells: false,
            arrived: false,
            owes: false,
            standing: Standing::default(),
            unfit: None,
            missed: None,
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

    /// Notes who leads that is not fit to, where that may excuse what is not done.
    fn inspect(&mut self, now: Instant) {
        if self.healed.is_some()
            && !self.done()
            && let Some(unfit) = self.standing.unfit_leader()
        {
            self.unfit = Some((unfit, now));
        }
    }

    /// Whether this is too late; notes what that means, if it is the first event that is.
    fn expired(&mut self, now: Moment) -> bool {
        let Some(deadline) = self.deadline() else { return false };
        if now.time > deadline && !self.done() && self.missed.is_none() {
            self.inspect(deadline);
            self.missed = Some(self.judge(deadline, now));
        }
        now.time > deadline
    }

    fn judge(&self, deadline: Instant, now: Moment) -> Missed {
        if !self.owes {
            let why = "it had a leader all along, and nobody asked anybody who was up for anything";
            return Missed::Excused(why.to_owned());
        }
        let late = |at: Instant| deadline.since(at) < self.bound / 2;
        match &self.unfit {
            Some((Unfit { leader, term, for_it_is }, at)) if late(*at) => Missed::Excused(format!(
                "{leader}, outside the core and {for_it_is}, led term {term} all the same: who can hear it elects nobody else"
            )),
            _ => Missed::Violated(self.explain(deadline, now)),
        }
    }

    /// Whether somebody leads who was healed.
    fn is_led(&self) -> bool {
        self.leaders.iter().any(|(leader, ..)| !self.standing.is_abandoned(*leader))
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
        let expired = self.expired(at);
        self.open.retain(|process| *process != event.process);
        if event.kind == OpKind::Invoke {
            self.arrived &= !self.open.is_empty();
            self.open.push(event.process);
            self.owes |= !self.tells;
        }
        if expired || event.kind != OpKind::Ok {
            return;
        }
        if self.writes.is_empty() || self.writes.contains(&event.f.as_ref()) {
            self.succeeded(at);
        }
    }

    fn asked(&mut self, _: Moment, node: NodeId) {
        if !self.standing.is_abandoned(node) {
            (self.tells, self.arrived, self.owes) = (true, true, true);
        }
    }

    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        let expired = self.expired(at);
        if !expired {
            self.inspect(at.time);
        }
        self.standing.see(at, node, fact);
        match *fact {
            Fact::Lead { term } => {
                self.leaders.retain(|(leader, ..)| *leader != node);
                self.leaders.push((node, term, at));
                self.owes = true;
                if !expired {
                    self.led(at);
                }
            }
            Fact::Started { .. } | Fact::Crashed | Fact::StepDown { .. } => {
                self.leaders.retain(|(leader, ..)| *leader != node);
                self.owes |= !self.is_led();
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
        (self.healed, self.success, self.missed) = (Some(at), None, None);
        self.unfit = None;
        self.before = self.highest.map_or(0, |(_, index, _)| index);
        self.leader = (!self.leaders.is_empty()).then_some(at);
        self.owes = !self.is_led() || !self.open.is_empty() && (self.arrived || !self.tells);
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
        (self.healed, self.highest, self.missed) = (None, None, None);
        self.unfit = None;
        (self.before, self.leader, self.success) = (0, None, None);
        self.open.clear();
        (self.tells, self.arrived, self.owes) = (false, false, false);
    }

    fn violation(&self) -> Option<&Violation> {
        match &self.missed {
            Some(Missed::Violated(violation)) => Some(violation),
            _ => None,
        }
    }

    fn awaits(&self, _: Instant) -> bool {
        self.healed.is_some() && !self.done()
    }

    fn verdict(&mut self, end: Moment) -> Verdict {
        let up = self.deadline().filter(|deadline| *deadline <= end.time && !self.done());
        if let Some(deadline) = up {
            self.inspect(deadline);
            return match self.missed.take().unwrap_or_else(|| self.judge(deadline, end)) {
                Missed::Violated(violation) => Verdict::Violated(violation),
                Missed::Excused(why) => Verdict::Unknown { why },
            };
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
mod tests;
