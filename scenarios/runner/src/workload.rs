//! What clients do: operations, how they become requests, and what answers mean.

mod clients;
mod operations;
mod outside;
mod shore;

use seatrial_history::Value;
use seatrial_node::{Node, NodeId};

use crate::registry::WorkloadInfo;

pub(crate) use clients::Clients;
pub use operations::Operations;
pub use outside::ClientHost;
pub(crate) use outside::{Crew, Party};

/// What clients of a node ask, one operation after the other, and what they make of the answers.
///
/// The runner owns the loop around it: think, ask, wait, try again at another node, give up. A workload only knows the protocol's
/// requests and the model's words.
pub trait Workload<N: Node> {
    /// Another run begins, with so many objects and this mix of operations.
    fn begin(&mut self, keys: u32, mix: &[(String, u32)]) {
        let _ = (keys, mix);
    }

    /// What a client does next while there is trouble.
    fn next(&mut self, draw: &mut Draw<'_>) -> Op;

    /// What is done once the trouble is over, by the first client alone: the `round`th operation, from 0, until there are no more.
    /// Usually a write, to see progress, and a read of each object, to see what became of everything; if not said, one operation
    /// more, as [`Workload::next`] gives it.
    fn last(&mut self, round: u32, draw: &mut Draw<'_>) -> Option<Op> {
        (round == 0).then(|| self.next(draw))
    }

    /// The request for an operation. Called again for each attempt, with the same session.
    fn request(&mut self, session: Session, op: &Op) -> N::Request;

    /// What an answer means.
    fn answer(&mut self, op: &Op, response: N::Response) -> Answer;

    /// Whether a failure of this operation tells of the state, as that of a compare-and-set does. Such an operation is recorded as
    /// unknown, and not as failed, where it was merely refused.
    fn failure_observes(&self, op: &Op) -> bool {
        let _ = op;
        false
    }
}

/// The workload of a world without clients.
pub(crate) const NONE: WorkloadInfo = WorkloadInfo {
    name: "none",
    about: "nobody asks anything: the nodes are busy by themselves",
    operations: &[],
};

/// Nobody asks anything.
pub(crate) struct Silence;

impl<N: Node> Workload<N> for Silence {
    fn next(&mut self, _: &mut Draw<'_>) -> Op {
        unreachable!("a world without clients has nobody who asks")
    }

    fn request(&mut self, _: Session, _: &Op) -> N::Request {
        unreachable!("a world without clients has nobody who asks")
    }

    fn answer(&mut self, _: &Op, _: N::Response) -> Answer {
        unreachable!("a world without clients has nobody who is answered")
    }
}

/// One operation of a client, in the words of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Op {
    /// Its name: `read`, `write`, …
    pub f: &'static str,
    /// The object, or null.
    pub key: Value,
    /// The argument, or null.
    pub value: Value,
}

impl Op {
    /// An operation on the one object that there is.
    pub fn new(f: &'static str, value: impl Into<Value>) -> Self {
        Self { f, key: Value::Null, value: value.into() }
    }

    /// An operation without an argument, such as a read.
    pub const fn bare(f: &'static str) -> Self {
        Self { f, key: Value::Null, value: Value::Null }
    }

    /// The same on this object.
    #[must_use]
    pub fn on(mut self, key: impl Into<Value>) -> Self {
        self.key = key.into();
        self
    }
}

/// Under which name a client acts: a service that applies a retried command once knows it by these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// The client's own number, from 1.
    pub client: u64,
    /// The operation's number among that client's, from 1.
    pub seq: u64,
}

/// What an answer means for its operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It took effect, with this result.
    Ok(Value),
    /// It had no effect and never will, whatever became of other attempts: a failed compare-and-set, say.
    Fail(&'static str),
    /// This attempt had no effect; try again.
    Refused(&'static str),
    /// This attempt had no effect; try again there.
    Redirect(NodeId),
    /// Nobody knows; try again.
    Unknown(&'static str),
    /// Nobody knows, and trying again is of no use.
    GiveUp(&'static str),
}

/// Chance for a workload: named choices on the run's tape.
pub struct Draw<'a> {
    pub(crate) choose: &'a mut dyn FnMut(&'static str, u64) -> u64,
    /// Which client acts, from 0.
    pub client: u32,
}

impl Draw<'_> {
    /// A number below `bound`, which is not zero. `what` names the decision.
    pub fn below(&mut self, what: &'static str, bound: u64) -> u64 {
        (self.choose)(what, bound)
    }

    /// One of these names, each with its weight; the first where all weights are zero.
    pub fn weighted<'m>(
        &mut self,
        what: &'static str,
        mix: &'m [(String, u32)],
    ) -> Option<&'m str> {
        let total: u64 = mix.iter().map(|(_, weight)| u64::from(*weight)).sum();
        let mut left = if total == 0 { 0 } else { self.below(what, total) };
        let chosen = mix.iter().find(|(_, weight)| {
            let here = left < u64::from(*weight);
            left = left.saturating_sub(u64::from(*weight));
            here
        });
        chosen.or_else(|| mix.first()).map(|(name, _)| name.as_str())
    }
}

impl std::fmt::Debug for Draw<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draw").field("client", &self.client).finish_non_exhaustive()
    }
}
