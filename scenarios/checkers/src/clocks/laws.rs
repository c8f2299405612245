//! All laws of clocks in one pass.

use seatrial_history::{Moment, Observer, Verdict, Violation};
use seatrial_node::{Fact, NodeId};

use super::happened_before::{Event, Trace};
use super::{hybrid_bound, hybrid_order, lamport, vector};
use crate::several::{self, Line, worst};
use crate::{Checker, Cluster};

/// A law that [`ClockLaws`] judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    /// a → b ⇒ L(a) < L(b).
    Lamport,
    /// a → b ⇔ V(a) < V(b).
    Vector,
    /// a → b ⇒ H(a) < H(b).
    HybridOrder,
    /// A hybrid time is the latest physical reading that its event can know of.
    HybridBound,
}

impl Law {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Lamport, Self::Vector, Self::HybridOrder, Self::HybridBound];

    /// Its label: `LC1`. Scenarios name it so.
    pub fn label(self) -> &'static str {
        self.name().split(' ').next().unwrap_or_default()
    }

    /// Its label and its name.
    pub const fn name(self) -> &'static str {
        self.words().0
    }

    /// What it says, in a line.
    pub const fn about(self) -> &'static str {
        self.words().1
    }

    /// Where it is stated.
    pub const fn source(self) -> &'static str {
        self.words().2
    }

    /// The law of this label.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|law| law.label() == label)
    }

    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Lamport => (
                "LC1 clock condition",
                "what happened before has a smaller Lamport time",
                "Lamport 1978, Time, Clocks, and the Ordering of Events, p. 560",
            ),
            Self::Vector => (
                "VC1 strong clock condition",
                "what happened before, and nothing else, has a smaller vector",
                "Fidge 1988; Mattern 1989, Virtual Time and Global States, theorem 10",
            ),
            Self::HybridOrder => (
                "HLC1 clock condition",
                "what happened before has a smaller hybrid time",
                "Kulkarni et al. 2014, Logical Physical Clocks, theorem 1",
            ),
            Self::HybridBound => (
                "HLC2 boundedness",
                "a hybrid time is near the physical clocks",
                "Kulkarni et al. 2014, Logical Physical Clocks, theorems 2 to 4",
            ),
        }
    }

    /// The first thing that is wrong with this event under this law.
    fn judge(self, trace: &Trace, event: usize) -> Option<Violation> {
        match self {
            Self::Lamport => lamport::judge(trace, event),
            Self::Vector => vector::judge(trace, event),
            Self::HybridOrder => hybrid_order::judge(trace, event),
            Self::HybridBound => hybrid_bound::judge(trace, event),
        }
    }

    /// Whether this event has a stamp that the law is about.
    fn is_about(self, event: &Event) -> bool {
        match self {
            Self::Lamport => event.lamport.is_some(),
            Self::Vector => !event.vector.is_empty(),
            Self::HybridOrder => event.hybrid().is_some(),
            Self::HybridBound => event.hybrid().is_some() && event.physical.is_some(),
        }
    }
}

/// Judges the laws of clocks; see the [module's page](super).
///
/// - **Holds**: events were stamped by the clock that the law is about, and it held of all.
/// - **Violated**: it did not hold of one.
/// - **Unknown**: no event was stamped by that clock.
///
/// An event is compared with all those before it, so the work grows with the square of their number.
#[derive(Clone, Debug)]
pub struct ClockLaws {
    judged: Vec<Law>,
    trace: Trace,
    /// By the place of the law in those that are judged.
    violations: Vec<Option<Violation>>,
}

impl ClockLaws {
    /// Judges these laws.
    pub fn only(laws: &[Law]) -> Self {
        let violations = vec![None; laws.len()];
        Self { judged: laws.to_vec(), trace: Trace::default(), violations }
    }

    /// All stamps of this event are told. The first violation of each law counts.
    fn complete(&mut self, event: usize) {
        for (law, violation) in self.judged.iter().zip(&mut self.violations) {
            if violation.is_none() {
                *violation = law.judge(&self.trace, event);
            }
        }
    }

    fn finish(&mut self) {
        if let Some(event) = self.trace.close() {
            self.complete(event);
        }
    }

    fn word(&self, place: usize) -> Verdict {
        let law = self.judged[place];
        if let Some(violation) = &self.violations[place] {
            return Verdict::Violated(violation.clone());
        }
        if self.trace.events.iter().any(|event| law.is_about(event)) {
            return Verdict::Holds;
        }
        Verdict::Unknown { why: "no event was stamped by such a clock".into() }
    }
}

impl Observer for ClockLaws {
    fn fact(&mut self, at: Moment, node: NodeId, fact: &Fact) {
        if let Some(event) = self.trace.update(at, node, fact) {
            self.complete(event);
        }
    }
}

impl Checker for ClockLaws {
    fn property(&self) -> &'static str {
        "clocks"
    }

    fn begin(&mut self, _: &Cluster) {
        self.trace.begin();
        self.violations.fill(None);
    }

    fn violation(&self) -> Option<&Violation> {
        self.violations.iter().flatten().min_by_key(|violation| violation.at)
    }

    fn judges_beginnings(&self) -> bool {
        true
    }

    fn verdict(&mut self, _: Moment) -> Verdict {
        self.finish();
        worst((0..self.judged.len()).map(|place| self.word(place)))
    }

    fn verdicts(&mut self, _: Moment, each: &mut dyn FnMut(&'static str, Verdict)) {
        self.finish();
        for place in 0..self.judged.len() {
            each(self.judged[place].name(), self.word(place));
        }
    }
}

/// A violation at this event, with the events that matter in order of time.
pub(super) fn violation(
    law: Law,
    trace: &Trace,
    event: usize,
    explanation: String,
    evidence: [Line; 2],
) -> Violation {
    several::violation(
        (law.name(), law.source()),
        trace.events[event].at,
        explanation,
        evidence.into(),
    )
}

/// A physical time in words: seconds of its minute, which is what differs within a run.
pub(super) fn wall(nanos: u64) -> String {
    const MINUTE: u64 = 60_000_000_000;
    format!("…:{}", seatrial_node::Duration::from_nanos(nanos % MINUTE))
}
