//! Facts in words, and violations made of them.

use seatrial_history::{Moment, Violation};
use seatrial_node::NodeId;

use super::Property;
use super::view::{Message, View};
use crate::several::{self, Line};

/// A delivery that has just been announced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Delivery {
    pub(super) at: Moment,
    /// Who delivers.
    pub(super) by: usize,
    /// What, as far as anybody has sent it.
    pub(super) message: usize,
}

/// A violation with what led to it, in order of time.
pub(super) fn violation(
    property: Property,
    at: Moment,
    explanation: String,
    evidence: Vec<Line>,
) -> Violation {
    several::violation((property.name(), property.source()), at, explanation, evidence)
}

/// "message 3 of n2", and of which life, where that is not the first.
pub(super) fn title(origin: NodeId, number: u64) -> String {
    let (life, number) = (number >> 32, number & 0xffff_ffff);
    match life {
        0 | 1 => format!("message {number} of {origin}"),
        _ => format!("message {number} of life {life} of {origin}"),
    }
}

impl View {
    pub(super) fn node(&self, slot: usize) -> NodeId {
        self.processes[slot].node
    }

    pub(super) fn title(&self, message: usize) -> String {
        let message = &self.messages[message];
        title(self.node(message.origin), message.number)
    }

    /// When it was sent, and by whom.
    pub(super) fn sending(&self, message: usize) -> Line {
        let Message { origin, to, at, .. } = self.messages[message];
        let (origin, title) = (self.node(origin), self.title(message));
        let text = match to {
            Some(to) => format!("{origin} sends {title} to {}", self.node(to)),
            None => format!("{origin} broadcasts {title}"),
        };
        (at, text)
    }

    /// When it was delivered there, if it was.
    pub(super) fn delivery(&self, message: usize, by: usize) -> Option<Line> {
        let deliveries = &self.messages[message].deliveries;
        let (_, at) = deliveries.iter().find(|(slot, _)| *slot == by)?;
        Some((*at, format!("{} delivers {}", self.node(by), self.title(message))))
    }

    /// The delivery that is judged, as evidence.
    pub(super) fn now(&self, now: Delivery) -> Line {
        (now.at, format!("{} delivers {}", self.node(now.by), self.title(now.message)))
    }

    /// When a process crashed first, if it did.
    pub(super) fn crash(&self, slot: usize) -> Option<Line> {
        let at = self.processes[slot].crashed?;
        Some((at, format!("{} crashes", self.node(slot))))
    }
}
