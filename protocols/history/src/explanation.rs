//! Why a history is linearizable or is not, as plain values: made by the checker, drawn by reports.

use serde::Serialize;

use crate::Value;

/// Why a history is not linearizable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The object; null where the history is about one.
    pub key: Value,
    /// The element, of a set.
    pub element: Option<Value>,
    /// What is wrong, in a sentence that can be checked against the history.
    pub sentence: String,
    /// The first operation that fits nowhere: up to its completion the history is not linearizable, up to the event before it is.
    /// Where the budget did not allow to find it, one by whose completion it is not.
    pub first_bad: Named,
    /// Operations that contradict each other, by their invocations: the shortest failing part of the history that was found.
    pub core: Vec<Named>,
    /// Whether no operation of the core can be relaxed any further; otherwise the budget ended the shrinking.
    pub core_is_minimal: bool,
    /// States that were possible just before the first bad operation's completion; a few of them where they are many, and
    /// none where the budget did not allow to find out.
    pub states: Vec<String>,
    /// The longest partial linearizations: up to three that explain all that had happened before the first bad completion, which none
    /// of them can explain too.
    pub partial: Vec<Partial>,
}

/// An operation of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Named {
    /// The event that invoked it.
    pub invoked_at: usize,
    /// The event that completed it, if one did.
    pub completed_at: Option<usize>,
    /// What it was, as a line.
    pub text: String,
}

/// Operations in an order that explains them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Partial {
    /// How many operations come before those that are shown.
    pub omitted: usize,
    /// The last operations, and the state after each.
    pub steps: Vec<Applied>,
}

/// One step of a linearization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Applied {
    /// The operation.
    #[serde(flatten)]
    pub operation: Named,
    /// The state of the object after it.
    pub state: String,
}

/// Why the history of an object is linearizable: an order of its operations in which each takes effect at one instant between its
/// invocation and its completion. Operations of unknown outcome are in it only if they took effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Linearization {
    /// The object; null where the history is about one.
    pub key: Value,
    /// The element, of a set.
    pub element: Option<Value>,
    /// The operations, and the state after each.
    pub steps: Vec<Applied>,
}
