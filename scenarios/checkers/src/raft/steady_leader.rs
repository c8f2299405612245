//! A steady leader after healing (§5.6, thesis §9.6): a leader that a majority can talk to leads on, though others cannot hear it.
//!
//! [`Progress`](super::Progress) asks for one leader and one entry, which a cluster may have that deposes each of its leaders soon after. Here a
//! leader has to last: a good part of the time within which there must be progress.

use seatrial_history::{Evidence, Moment, Observer, Verdict, Violation};
use seatrial_node::{Duration, Fact, Instant, NodeId};

use crate::{Checker, Cluster};

/// Judges whether, within a stated time after the cluster healed, some node leads for a quarter of that time on end.
///
/// - **Holds**: one did.
/// - **Violated**: the time has passed, and each leader was lost before.
/// - **Unknown**: the execution ended earlier, or never healed.
#[derive(Clone, Debug)]
pub struct SteadyLeader {
    bound: Duration,
    healed: Option<Moment>,
    /// Who leads the highest term, since when.
    leads: Option<(NodeId, u64, Moment)>,
    highest: u64,
    /// Those who have begun to lead since healing, the last few.
    leaders: Vec<(NodeId, u64, Moment)>,
    elections: u64,
    steady: bool,
    violation: Option<Violation>,
}

const PROPERTY: &str = "steady leader after healing";
/// So many leaders are told of.
const TOLD: usize = 4;

impl SteadyLeader {
    /// Asks for a leader that lasts for a quarter of this time, within this time.
    pub const fn within(bound: Duration) -> Self {
        Self {
            bound,
            healed: None,
            leads: None,
            highest: 0,
            leaders: Vec::new(),
            elections: 0,
            steady: false,
            violation: None,
        }
    }

    fn span(&self) -> Duration {
        self.bound / 4
    }

    fn deadline(&self) -> Option<Instant> {
        self.healed.map(|healed| healed.time + self.bound)
    }

    /// Time has come to this moment, with the same leader as before.
    fn pass(&mut self, now: Moment) {
        let Some(deadline) = self.deadline() else { return };
        self.steady = self.is_steady(now.time.min(deadline));
        if now.time > deadline && !self.steady && self.violation.is_none() {
            self.violation = Some(self.explain(deadline, now));
        }
    }

    /// Whether a leader has lasted, if the present one leads until then.
    fn is_steady(&self, until: Instant) -> bool {
        let lasts = |(healed, (_, _, since)): (Moment, (NodeId, u64, Moment))| {
            since.time.max(healed.time) + self.span() <= until
        };
        self.steady || self.healed.zip(self.leads).is_some_and(lasts)
    }

    fn explain(&self, deadline: Instant, now: Moment) -> Violation {
        let healed = self.healed.iter();
        let mut evidence: Vec<Evidence> =
            healed.map(|healed| Evidence::at(*healed, "all faults are over")).collect();
        let told = |(node, term, at): &(NodeId, u64, Moment)| {
            Evidence::at(*at, format_args!("{node} leads term {term}"))
        };
        evidence.extend(self.leaders.iter().map(told));
        evidence.push(format!("at {deadline}: the time is up").into());
        Violation {
            property: PROPERTY,
            source: "Raft (Ongaro and Ousterhout 2014), §5.6; Ongaro's thesis, 2014, §9.6",
            explanation: format!(
                "no node led for {} on end within {} after all faults were over: {} elections were won, and each leader was lost.",
                self.span(),
                self.bound,
                self.elections
            ),
            at: Some(now),
            evidence,
        }
    }

    fn lead(&mut self, at: Moment, node: NodeId, term: u64) {
        if term < self.highest {
            return;
        }
        self.highest = term;
        self.leads = Some((node, term, at));
        if self.healed.is_some() {
            self.elections += 1;
            if self.leaders.len() == TOLD {
                self.leaders.remove(0);
            }
            self.leaders.push((node, term, at));
        }
    }
}

impl Observer for SteadyLeader {
    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        self.pass(at);
        match *fact {
            Fact::Lead { term } => self.lead(at, node, term),
            Fact::Started { .. } | Fact::Crashed | Fact::StepDown { .. } => {
                self.leads.take_if(|(leader, ..)| *leader == node);
            }
            _ => {}
        }
    }

    fn healed(&mut self, at: Moment) {
        self.healed = Some(at);
    }

    fn done(&self) -> bool {
        self.steady
    }
}

impl Checker for SteadyLeader {
    fn property(&self) -> &'static str {
        PROPERTY
    }

    fn begin(&mut self, _: &Cluster) {
        let bound = self.bound;
        self.leaders.clear();
        let leaders = std::mem::take(&mut self.leaders);
        *self = Self { leaders, ..Self::within(bound) };
    }

    fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    fn awaits(&self, now: Instant) -> bool {
        self.healed.is_some() && !self.is_steady(now) && self.violation.is_none()
    }

    fn verdict(&mut self, end: Moment) -> Verdict {
        self.pass(end);
        let up = self.deadline().filter(|deadline| *deadline <= end.time && !self.steady);
        if let Some(deadline) = up {
            let violation = self.violation.take();
            return Verdict::Violated(violation.unwrap_or_else(|| self.explain(deadline, end)));
        }
        match self.healed {
            _ if self.steady => Verdict::Holds,
            None => {
                Verdict::Unknown { why: "the execution ended before all faults were over".into() }
            }
            Some(healed) => Verdict::Unknown {
                why: format!(
                    "the execution ended {} after all faults were over, and no node had led for {} since",
                    end.time.since(healed.time),
                    self.span()
                ),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::{A, B};
    use super::*;

    fn at(millis: u64) -> Moment {
        Moment { step: millis, time: Instant::ZERO + Duration::from_millis(millis) }
    }

    /// The verdict with a bound of 100 ms on an execution that healed and ended then. Times are in milliseconds.
    fn verdict(healed: Option<u64>, end: u64, facts: &[(u64, NodeId, Fact)]) -> Verdict {
        let mut checker = SteadyLeader::within(Duration::from_millis(100));
        checker.begin(&Cluster::default());
        let mut healed = healed;
        for (millis, node, fact) in facts {
            if let Some(then) = healed.take_if(|healed| *healed <= *millis) {
                checker.healed(at(then));
            }
            checker.fact(at(*millis), *node, fact);
        }
        if let Some(then) = healed {
            checker.healed(at(then));
        }
        checker.verdict(at(end))
    }

    const fn lead(term: u64) -> Fact {
        Fact::Lead { term }
    }

    #[test]
    fn a_leader_that_lasts_a_quarter_of_the_time_holds() {
        assert_eq!(verdict(Some(10), 60, &[(20, A, lead(1))]), Verdict::Holds);
        let lost = Fact::StepDown { term: 1 };
        assert_eq!(verdict(Some(10), 200, &[(20, A, lead(1)), (45, A, lost)]), Verdict::Holds);
        assert_eq!(verdict(Some(10), 35, &[(5, A, lead(1))]), Verdict::Holds, "it led before");
    }

    #[test]
    fn leaders_that_are_lost_one_after_the_other_are_a_violation() {
        let facts: Vec<_> = (1..30)
            .flat_map(|n| {
                let node = if n % 2 == 0 { A } else { B };
                [(10 * n, node, lead(n)), (10 * n + 9, node, Fact::StepDown { term: n })]
            })
            .collect();
        let verdict = verdict(Some(10), 300, &facts);
        let violation = verdict.violation().expect("none of them lasts");
        assert_eq!(
            violation.explanation,
            "no node led for 25ms on end within 100ms after all faults were over: 11 elections were won, and each leader was lost."
        );
        assert_eq!(violation.at, Some(at(119)), "the first event that came too late");
        assert_eq!(violation.evidence.len(), 1 + TOLD + 1);
    }

    #[test]
    fn a_leader_of_an_older_term_and_one_that_came_too_late_do_not_count() {
        let facts = [(5, A, lead(1)), (20, B, lead(2)), (30, B, Fact::Crashed)];
        assert!(verdict(Some(10), 200, &facts).violation().is_some(), "n0 is of an older term");
        let late = [(100, A, lead(1)), (150, A, Fact::Commit { index: 1 })];
        assert!(verdict(Some(10), 200, &late).violation().is_some());
    }

    #[test]
    fn an_execution_that_ended_before_the_time_was_up_is_unknown() {
        for healed in [None, Some(10)] {
            let verdict = verdict(healed, 40, &[(20, A, lead(1))]);
            assert!(matches!(verdict, Verdict::Unknown { .. }), "{verdict:?}");
        }
    }
}
