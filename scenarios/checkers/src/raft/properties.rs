//! All safety properties of Raft, judged in one pass over the facts.

use seatrial_history::{Moment, Observer, Verdict, Violation};
use seatrial_node::{Fact, NodeId};

use super::election_safety::ElectionSafety;
use super::explain::Announced;
use super::log_view::LogView;
use super::one_vote::OneVote;
use super::state_machine_safety::{self, StateMachineSafety};
use super::term_monotone::TermMonotone;
use super::{Property, commit_durable, commit_monotone};
use super::{leader_append_only, leader_completeness, log_matching, persisted_kept};
use crate::{Checker, Cluster};

/// Judges Raft's safety by what the nodes announce.
///
/// [`Checker::verdicts`] has a verdict for each property; [`Checker::verdict`] the earliest violation of any. The cost is a few
/// comparisons a fact; memory is kept from one execution to the next.
#[derive(Clone, Debug)]
pub struct RaftProperties {
    view: LogView,
    election_safety: ElectionSafety,
    state_machine_safety: StateMachineSafety,
    term_monotone: TermMonotone,
    one_vote: OneVote,
    /// Somebody has announced something of Raft's: without that there is nothing to judge.
    heard: bool,
    found: Found,
}

impl RaftProperties {
    /// Judges all properties.
    pub fn new() -> Self {
        Self::only(&Property::ALL)
    }

    /// Judges these properties.
    pub fn only(properties: &[Property]) -> Self {
        Self {
            view: LogView::default(),
            election_safety: ElectionSafety::default(),
            state_machine_safety: StateMachineSafety::default(),
            term_monotone: TermMonotone::default(),
            one_vote: OneVote::default(),
            heard: false,
            found: Found {
                judged: Property::ALL.map(|property| properties.contains(&property)),
                violations: Default::default(),
            },
        }
    }

    /// Shows the fact to the properties that it may break.
    fn judge(&mut self, now: &Announced<'_>) {
        let Self { view, found, .. } = self;
        match *now.fact {
            Fact::Started { .. } => self.term_monotone.started(now),
            Fact::DiskReplaced => {
                self.term_monotone.disk_replaced(now);
                self.one_vote.disk_replaced(now);
            }
            Fact::Term { term } => {
                found.by(Property::TermMonotone, || self.term_monotone.term(now, term));
            }
            Fact::Vote { term, candidate } => {
                self.term_monotone.vote(now, term);
                found.by(Property::OneVote, || self.one_vote.vote(now, term, candidate));
            }
            Fact::Lead { term } => {
                found.by(Property::TermMonotone, || self.term_monotone.lead(now, term));
                found.by(Property::ElectionSafety, || self.election_safety.lead(now, term));
                found.by(Property::LeaderCompleteness, || {
                    leader_completeness::lead(view, now, term)
                });
            }
            Fact::Append { index, term, digest } => {
                found.by(Property::LeaderAppendOnly, || {
                    leader_append_only::removes(view, now, index)
                });
                found.by(Property::LogMatching, || {
                    log_matching::append(view, now, index, term, digest)
                });
            }
            Fact::Truncate { from } => found
                .by(Property::LeaderAppendOnly, || leader_append_only::removes(view, now, from)),
            Fact::Persist { .. } => {
                found.by(Property::PersistedKept, || persisted_kept::persist(view, now));
            }
            Fact::Commit { index } => {
                found.by(Property::CommitMonotone, || commit_monotone::commit(view, now, index));
                found.by(Property::CommitDurable, || commit_durable::commit(view, now, index));
                found.by(Property::LeaderCompleteness, || {
                    leader_completeness::commit(view, now, index)
                });
                found.by(Property::StateMachineSafety, || {
                    state_machine_safety::commit(view, now, index)
                });
            }
            Fact::Apply { index, digest } => found.by(Property::StateMachineSafety, || {
                self.state_machine_safety.apply(view, now, index, digest)
            }),
            Fact::Snapshot { index, term, digest } => found
                .by(Property::StateMachineSafety, || {
                    self.state_machine_safety.snapshot(now, index, term, digest)
                }),
            _ => {}
        }
    }
}

impl Default for RaftProperties {
    fn default() -> Self {
        Self::new()
    }
}

/// The first violation of each property.
#[derive(Clone, Debug)]
struct Found {
    judged: [bool; Property::ALL.len()],
    violations: [Option<Violation>; Property::ALL.len()],
}

impl Found {
    fn by(&mut self, property: Property, judge: impl FnOnce() -> Option<Violation>) {
        let place = property as usize;
        if self.judged[place] && self.violations[place].is_none() {
            self.violations[place] = judge();
        }
    }

    fn earliest(&self) -> Option<&Violation> {
        self.violations.iter().flatten().min_by_key(|violation| violation.at)
    }
}

impl Observer for RaftProperties {
    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        // What the host tells and what runs come past, every node has.
        self.heard |= !matches!(
            fact,
            Fact::Started { .. }
                | Fact::Crashed
                | Fact::DiskReplaced
                | Fact::DiskDamaged
                | Fact::Paused
                | Fact::Resumed
                | Fact::Reached { .. }
        );
        let slot = self.view.slot(node);
        let now = Announced { at, node, slot, fact };
        self.view.prepare(&now);
        self.judge(&now);
        self.view.update(&now);
    }
}

impl Checker for RaftProperties {
    fn property(&self) -> &'static str {
        "raft safety"
    }

    fn begin(&mut self, cluster: &Cluster) {
        self.view.begin(cluster);
        self.election_safety.clear();
        self.state_machine_safety.clear();
        self.term_monotone.clear();
        self.one_vote.clear();
        self.heard = false;
        self.found.violations = Default::default();
    }

    fn violation(&self) -> Option<&Violation> {
        self.found.earliest()
    }

    fn judges_beginnings(&self) -> bool {
        true
    }

    fn verdict(&mut self, _end: Moment) -> Verdict {
        self.word(self.violation())
    }

    fn verdicts(&mut self, _end: Moment, each: &mut dyn FnMut(&'static str, Verdict)) {
        let found = &self.found;
        for property in
            Property::ALL.into_iter().filter(|property| found.judged[*property as usize])
        {
            each(property.name(), self.word(found.violations[property as usize].as_ref()));
        }
    }
}

impl RaftProperties {
    /// The word on a property with this violation or none.
    fn word(&self, violation: Option<&Violation>) -> Verdict {
        match violation {
            Some(violation) => Verdict::Violated(violation.clone()),
            None if self.heard => Verdict::Holds,
            None => Verdict::Unknown { why: "no node announced anything that Raft does".into() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::script::{A, B, moment};
    use super::*;

    /// Announces these facts to a fresh checker of all properties on a cluster of two.
    fn judged(facts: &[(NodeId, Fact)]) -> RaftProperties {
        let mut checker = RaftProperties::new();
        checker.begin(&Cluster { members: vec![A, B] });
        for (i, (node, fact)) in facts.iter().enumerate() {
            checker.fact(moment(i as u64 + 1), *node, fact);
        }
        checker
    }

    #[test]
    fn each_property_has_a_verdict_of_its_own_and_the_earliest_violation_speaks_for_all() {
        let mut checker = judged(&[
            (A, Fact::Vote { term: 1, candidate: A }),
            (A, Fact::Vote { term: 1, candidate: B }),
            (A, Fact::Lead { term: 1 }),
            (B, Fact::Lead { term: 1 }),
        ]);
        let mut verdicts = Vec::new();
        checker.verdicts(moment(4), &mut |name, verdict| verdicts.push((name, verdict)));
        let violated: Vec<_> = verdicts
            .iter()
            .filter_map(|(name, verdict)| Some((*name, verdict.violation()?.property)))
            .collect();
        assert_eq!(verdicts.len(), Property::ALL.len());
        let expected = [Property::ElectionSafety, Property::OneVote].map(Property::name);
        assert_eq!(violated, expected.map(|name| (name, name)));
        assert_eq!(checker.violation().map(|violation| violation.property), Some(expected[1]));
        checker.begin(&Cluster { members: vec![A, B] });
        assert!(matches!(checker.verdict(moment(0)), Verdict::Unknown { .. }));
    }

    #[test]
    fn what_announces_nothing_of_raft_is_not_said_to_keep_its_promises() {
        let mut checker = judged(&[(A, Fact::Started { life: 1 }), (B, Fact::Crashed)]);
        let why = "no node announced anything that Raft does".to_owned();
        assert_eq!(checker.verdict(moment(3)), Verdict::Unknown { why: why.clone() });
        checker.verdicts(moment(3), &mut |name, verdict| {
            assert_eq!(verdict, Verdict::Unknown { why: why.clone() }, "{name}");
        });
    }

    #[test]
    fn nothing_of_one_execution_is_held_against_the_next() {
        let execution = |leader, digest, term| {
            [
                (A, Fact::Term { term }),
                (A, Fact::Vote { term, candidate: leader }),
                (leader, Fact::Lead { term: 1 }),
                (B, Fact::Append { index: 1, term: 1, digest }),
                (B, Fact::Apply { index: 1, digest }),
                (B, Fact::Snapshot { index: 1, term: 1, digest }),
            ]
        };
        let mut checker = judged(&execution(A, 5, 9));
        for (leader, digest, term) in [(B, 6, 9), (A, 7, 1)] {
            checker.begin(&Cluster { members: vec![A, B] });
            for (node, fact) in execution(leader, digest, term) {
                checker.fact(moment(1), node, &fact);
            }
            assert_eq!(checker.verdict(moment(1)), Verdict::Holds);
        }
    }

    #[test]
    fn a_name_leads_back_to_its_property_and_places_follow_the_table() {
        for (place, property) in Property::ALL.into_iter().enumerate() {
            assert_eq!(property as usize, place);
            assert_eq!(Property::from_name(property.name()), Some(property));
            assert!(property.source().contains('§'));
        }
        assert_eq!(Property::from_name("liveness"), None);
    }

    #[test]
    fn facts_that_make_no_sense_do_no_harm() {
        let numbers = [0, 1, 2, u64::MAX - 1, u64::MAX];
        let mut facts = Vec::new();
        for x in numbers {
            for y in numbers {
                facts.extend([
                    Fact::Append { index: x, term: y, digest: y },
                    Fact::Snapshot { index: y, term: x, digest: x },
                    Fact::Truncate { from: x },
                    Fact::Lead { term: x },
                    Fact::Started { life: y },
                    Fact::Persist { index: y },
                    Fact::Commit { index: x },
                    Fact::Apply { index: x, digest: y },
                    Fact::Term { term: y },
                    Fact::Vote { term: x, candidate: NodeId(u32::MAX) },
                ]);
            }
        }
        let nodes = [A, B, NodeId(u32::MAX)];
        let facts: Vec<_> =
            nodes.iter().flat_map(|node| facts.iter().map(|fact| (*node, *fact))).collect();
        assert!(judged(&facts).violation().is_some());
    }
}
