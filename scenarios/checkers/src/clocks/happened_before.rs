//! Which events there were, and which happened before which (Lamport 1978): from sendings and deliveries, and from nothing else.

use std::collections::BTreeMap;

use seatrial_history::Moment;
use seatrial_node::{Clock, Fact, NodeId};

/// All events so far, in the order in which they were announced.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    pub(super) events: Vec<Event>,
    /// The latest event of each process.
    latest: BTreeMap<NodeId, usize>,
    /// The sending of each message, by its sender and its name.
    sendings: BTreeMap<(NodeId, u64), usize>,
    /// Whether the last event may still be told more stamps.
    is_open: bool,
}

/// One event, and its stamps as far as they were told.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) at: Moment,
    pub(super) node: NodeId,
    pub(super) what: What,
    /// Its number at its node, where it has a stamp.
    number: Option<u64>,
    /// By the place of the event: happened before this one.
    past: Vec<u64>,
    pub(super) physical: Option<u64>,
    pub(super) lamport: Option<u64>,
    pub(super) vector: Vec<(NodeId, u64)>,
    pub(super) hybrid: (Option<u64>, Option<u64>),
}

/// What an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// Of the process's own.
    Local,
    /// The sending of a message.
    Send { to: NodeId, message: u64 },
    /// The delivery of a message.
    Deliver { origin: NodeId, message: u64 },
}

impl Trace {
    pub(super) fn begin(&mut self) {
        self.events.clear();
        self.latest.clear();
        self.sendings.clear();
        self.is_open = false;
    }

    /// Takes a fact in. Where it begins an event, or ends a life, the one before is complete, and its place is returned.
    pub(super) fn update(&mut self, at: Moment, node: NodeId, fact: &Fact) -> Option<usize> {
        match *fact {
            Fact::Send { to, message, .. } => {
                let done = self.happen(at, node, What::Send { to, message });
                self.sendings.insert((node, message), self.events.len() - 1);
                done
            }
            Fact::Deliver { origin, message, .. } => {
                self.happen(at, node, What::Deliver { origin, message })
            }
            Fact::Stamp { event, clock, of, value } => {
                let goes_on = self.is_open
                    && self.events.last().is_some_and(|last| {
                        last.node == node && last.number.is_none_or(|number| number == event)
                    });
                let done = if goes_on { None } else { self.happen(at, node, What::Local) };
                if let Some(last) = self.events.last_mut() {
                    last.number = Some(event);
                    last.show(clock, of, value);
                }
                done
            }
            Fact::Started { .. } => {
                self.latest.remove(&node);
                self.close()
            }
            _ => None,
        }
    }

    /// Nothing more is told of the last event; its place, if it was open.
    pub(super) fn close(&mut self) -> Option<usize> {
        std::mem::take(&mut self.is_open).then(|| self.events.len() - 1)
    }

    /// Whether event `a` happened before event `b`.
    pub(super) fn is_before(&self, a: usize, b: usize) -> bool {
        self.events[b].past.get(a / 64).is_some_and(|word| word >> (a % 64) & 1 == 1)
    }

    /// What happened before an event, the latest first.
    pub(super) fn past(&self, event: usize) -> impl Iterator<Item = usize> {
        (0..event).rev().filter(move |earlier| self.is_before(*earlier, event))
    }

    fn happen(&mut self, at: Moment, node: NodeId, what: What) -> Option<usize> {
        let done = self.close();
        let place = self.events.len();
        let sending = match what {
            What::Deliver { origin, message } => self.sendings.get(&(origin, message)).copied(),
            _ => None,
        };
        let mut past = vec![0; place.div_ceil(64)];
        for cause in self.latest.insert(node, place).into_iter().chain(sending) {
            past[cause / 64] |= 1 << (cause % 64);
            past.iter_mut().zip(&self.events[cause].past).for_each(|(own, more)| *own |= more);
        }
        let (number, physical, lamport, vector, hybrid) = Default::default();
        let event = Event { at, node, what, number, past, physical, lamport, vector, hybrid };
        self.events.push(event);
        self.is_open = true;
        done
    }

    /// An event in words, as a line of evidence: what it is, and what a clock shows.
    pub(super) fn line(&self, event: usize, shows: &str) -> (Moment, String) {
        (self.events[event].at, format!("{}: {shows}", self.title(event)))
    }

    /// An event in words.
    pub(super) fn title(&self, event: usize) -> String {
        let Event { node, what, number, .. } = &self.events[event];
        match *what {
            What::Local => format!("event {} of {node}", number.unwrap_or_default()),
            What::Send { to, message } => format!("{node} sends message {message} to {to}"),
            What::Deliver { origin, message } => {
                format!("{node} receives message {message} of {origin}")
            }
        }
    }
}

impl Event {
    fn show(&mut self, clock: Clock, of: NodeId, value: u64) {
        match clock {
            Clock::Physical => self.physical = Some(value),
            Clock::Lamport => self.lamport = Some(value),
            Clock::Vector => match self.vector.binary_search_by_key(&of, |(node, _)| *node) {
                Ok(place) => self.vector[place].1 = value,
                Err(place) => self.vector.insert(place, (of, value)),
            },
            Clock::HybridTime => self.hybrid.0 = Some(value),
            Clock::HybridCount => self.hybrid.1 = Some(value),
            _ => {}
        }
    }

    /// Its hybrid time, where both parts were told.
    pub(super) fn hybrid(&self) -> Option<(u64, u64)> {
        self.hybrid.0.zip(self.hybrid.1)
    }
}
