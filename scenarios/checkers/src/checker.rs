//! What every judge has in common.

use seatrial_history::{Explanation, Linearization, Measure, Moment, Observer, Verdict, Violation};
use seatrial_node::{Instant, NodeId};

use crate::figures::Offer;

/// What a checker is told of the cluster before an execution begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    /// The members, in ascending order.
    pub members: Vec<NodeId>,
}

impl Cluster {
    /// The smallest number of members that is more than half of them.
    pub fn majority(&self) -> usize {
        self.members.len() / 2 + 1
    }
}

/// Judges one property of executions, one after the other.
pub trait Checker: Observer {
    /// The property by its name in the literature, in lower case: `election safety`.
    fn property(&self) -> &'static str;

    /// Forgets the execution before, keeping its memory, and gets ready for the next.
    fn begin(&mut self, cluster: &Cluster);

    /// Lets the judging of each execution take as long as that of a single one may, for a checker whose cost is bounded.
    fn be_patient(&mut self) {}

    /// The violation seen so far, if there is one already.
    fn violation(&self) -> Option<&Violation>;

    /// More than the violation says of why a history fits no order, for a checker that looks for one.
    fn explanation(&self) -> Option<&Explanation> {
        None
    }

    /// Orders that explain the clients' history, for a checker that looks for one: looked for now, and nothing where there is none.
    fn linearizations(&self) -> Vec<Linearization> {
        Vec::new()
    }

    /// Whether it waits, at this time, for something that may still come, so that an execution in which everybody has finished should go
    /// on.
    fn awaits(&self, now: Instant) -> bool {
        let _ = now;
        false
    }

    /// Whether the beginning of an execution can be judged like a whole one, because nothing that follows makes up for what is wrong in it:
    /// all that is judged is a safety property (Alpern and Schneider 1985). Others are asked for their word on whole executions only.
    fn judges_beginnings(&self) -> bool {
        false
    }

    /// The word on the whole execution, which ended then. Called once, at the end.
    fn verdict(&mut self, end: Moment) -> Verdict;

    /// The same, property by property, for a checker that judges several at once. Called once, in place of
    /// [`Checker::verdict`].
    fn verdicts(&mut self, end: Moment, each: &mut dyn FnMut(&'static str, Verdict)) {
        each(self.property(), self.verdict(end));
    }

    /// What this checker measures besides judging; nothing, unless implemented.
    fn measures(&self) -> &'static [Measure] {
        &[]
    }

    /// Offers what was measured in the execution, which ended then: each of [`Checker::measures`] at most once, and none of which
    /// there was nothing to measure. Called once, after the verdict.
    fn figures(&mut self, end: Moment, offer: &mut dyn FnMut(Offer)) {
        let _ = (end, offer);
    }
}
