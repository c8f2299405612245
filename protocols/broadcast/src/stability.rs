//! Stability: which messages every member has delivered, so that nobody will ask for them again.
//!
//! Members tell each other how far they have delivered each stream. A message that every member not suspected has delivered is stable
//! (the idea of §3.9.4 and of every garbage collection since), and what is stable is forgotten. So what a member keeps is bounded by
//! what its group broadcasts within the time of a report, and not by the length of the run.

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_node::NodeId;

use crate::seen::{Mark, Marks, Seen};
use crate::{MessageId, Stream};

/// What each of the other members is known to have delivered.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Reports {
    /// In the order of the members.
    known: Vec<(NodeId, Marks)>,
}

impl Reports {
    /// A member has told how far it has delivered.
    pub(crate) fn note(&mut self, from: NodeId, marks: &[Mark]) {
        let place = match self.known.binary_search_by_key(&from, |(member, _)| *member) {
            Ok(place) => place,
            Err(place) => {
                self.known.insert(place, (from, Marks::default()));
                place
            }
        };
        for mark in marks {
            self.known[place].1.raise(*mark);
        }
    }

    /// How far all of these members have delivered a stream; without an end where there is none.
    pub(crate) fn stable(&self, stream: Stream, members: impl Iterator<Item = NodeId>) -> u32 {
        members.map(|member| self.get(member, stream)).min().unwrap_or(u32::MAX)
    }

    fn get(&self, member: NodeId, stream: Stream) -> u32 {
        let place = self.known.binary_search_by_key(&member, |(known, _)| *known);
        place.map_or(0, |place| self.known[place].1.get(stream))
    }
}

/// What this member has told the others, and when it tells them more.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Reporting {
    told: Marks,
    /// Deliveries since.
    untold: u32,
}

/// What is to be done about reports after a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// Begin to wait.
    Later,
    /// Report at once.
    Now,
    /// Nothing: the timer is set.
    Waiting,
}

impl Reporting {
    /// A message has been delivered.
    pub(crate) fn delivered(&mut self, report_every: u32) -> Due {
        self.untold = self.untold.saturating_add(1);
        match self.untold {
            untold if untold >= report_every => Due::Now,
            1 => Due::Later,
            _ => Due::Waiting,
        }
    }

    /// How far the streams have come that have moved on since the last report; none where none has.
    pub(crate) fn take(&mut self, delivered: &Seen) -> Option<Arc<[Mark]>> {
        self.untold = 0;
        let news = |mark: &Mark| mark.sequence > self.told.get(mark.stream);
        let marks: Arc<[Mark]> = delivered.marks().filter(news).collect();
        for mark in marks.iter() {
            self.told.raise(*mark);
        }
        (!marks.is_empty()).then_some(marks)
    }
}

/// Messages that are kept until they are stable.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Kept<P> {
    messages: BTreeMap<MessageId, P>,
    /// Memory for their names.
    spare: Vec<Stream>,
}

impl<P> Default for Kept<P> {
    fn default() -> Self {
        Self { messages: BTreeMap::new(), spare: Vec::new() }
    }
}

impl<P> Kept<P> {
    pub(crate) fn keep(&mut self, id: MessageId, payload: P) {
        self.messages.insert(id, payload);
    }

    pub(crate) fn len(&self) -> usize {
        self.messages.len()
    }

    /// Takes the oldest kept message of a member.
    pub(crate) fn take_one_of(&mut self, origin: NodeId) -> Option<(MessageId, P)> {
        let id = *self.messages.range(MessageId { origin, number: 0 }..).next()?.0;
        let payload = if id.origin == origin { self.messages.remove(&id) } else { None };
        payload.map(|payload| (id, payload))
    }

    /// Forgets, in every stream, what is stable in it.
    pub(crate) fn forget(&mut self, stable: impl Fn(Stream) -> u32) {
        let Self { messages, spare } = self;
        spare.extend(messages.keys().map(|id| id.stream()));
        spare.dedup();
        for stream in spare.drain(..) {
            let last = stable(stream);
            let first = MessageId::new(stream.origin, stream.life, 0);
            let end = MessageId::new(stream.origin, stream.life, last);
            while let Some(id) = messages.range(first..=end).next().map(|(id, _)| *id) {
                messages.remove(&id);
            }
        }
    }
}
