//! Facts in words, and violations made of them.

use seatrial_history::{Evidence, Moment, Violation};
use seatrial_node::{Fact, NodeId};

use super::Property;

/// A fact that has just been announced, and by whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Announced<'a> {
    pub(super) at: Moment,
    pub(super) node: NodeId,
    /// The node's place in the view.
    pub(super) slot: usize,
    pub(super) fact: &'a Fact,
}

impl Announced<'_> {
    /// The fact itself as evidence.
    pub(super) fn line(&self) -> Line {
        line(self.at, self.node, self.fact)
    }

    /// The violation that this fact is, with what led to it; the fact itself is added as the last line.
    pub(super) fn violates(
        &self,
        property: Property,
        explanation: String,
        before: impl IntoIterator<Item = Line>,
    ) -> Violation {
        let mut lines: Vec<Line> = before.into_iter().collect();
        lines.sort_by_key(|line| line.at);
        lines.push(self.line());
        Violation {
            property: property.name(),
            source: property.source(),
            explanation,
            at: Some(self.at),
            evidence: lines.into_iter().map(|line| Evidence::at(line.at, line.text)).collect(),
        }
    }
}

/// One line of evidence.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) at: Moment,
    pub(super) text: String,
}

/// A fact of then as evidence.
pub(super) fn line(at: Moment, node: NodeId, fact: &Fact) -> Line {
    Line { at, text: format!("{node} {}", words(fact)) }
}

fn words(fact: &Fact) -> String {
    match fact {
        Fact::Started { life } => format!("begins life {life}"),
        Fact::Crashed => "crashes".into(),
        Fact::Term { term } => format!("is in term {term}"),
        Fact::Vote { term, candidate } => format!("votes for {candidate} in term {term}"),
        Fact::Lead { term } => format!("leads term {term}"),
        Fact::StepDown { term } => format!("no longer leads term {term}"),
        Fact::Append { index, term, digest } => {
            format!("has entry {index} of term {term}, content {digest:x}")
        }
        Fact::Truncate { from } => format!("removes its entries from {from} on"),
        Fact::Persist { index } => format!("has entries up to {index} on its disk"),
        Fact::Commit { index } => format!("reports entries up to {index} committed"),
        Fact::Apply { index, digest } => format!("applies entry {index}, content {digest:x}"),
        Fact::Snapshot { index, term, digest } => {
            format!("has a snapshot up to entry {index} of term {term}, state {digest:x}")
        }
        other => format!("announces {other:?}"),
    }
}
