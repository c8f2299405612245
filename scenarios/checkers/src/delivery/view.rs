//! Who has sent and delivered what so far: the view that all properties share.

use std::collections::BTreeMap;

use seatrial_history::Moment;
use seatrial_node::{Fact, NodeId};

/// Messages and processes by their places.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    pub(super) processes: Vec<Process>,
    pub(super) messages: Vec<Message>,
    /// By origin and number. A name that was used twice stands for several.
    named: BTreeMap<(usize, u64), Vec<usize>>,
}

/// A member, through all its lives.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub(super) node: NodeId,
    pub(super) life: u64,
    /// When it crashed first: from then on nothing is owed to it.
    pub(super) crashed: Option<Moment>,
    /// When it crashed last: what it sent until then, nobody owes to anybody.
    last_crashed: Option<Moment>,
    /// It is outside the core that was healed: nothing is owed to it, and it owes nothing.
    pub(super) abandoned: bool,
    /// What it has delivered in this life, in order.
    pub(super) delivered: Vec<usize>,
    /// What it has delivered or broadcast, in order, in all lives.
    pub(super) seen: Vec<usize>,
    /// Where this life begins in that.
    life_begins: usize,
    /// By message: delivered in this life.
    has: Vec<bool>,
}

/// A message that was sent or broadcast.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) origin: usize,
    pub(super) number: u64,
    pub(super) digest: u64,
    /// To whom, where it was sent through a link.
    pub(super) to: Option<usize>,
    pub(super) at: Moment,
    /// The origin's life then.
    pub(super) life: u64,
    /// The how-manieth it was of its origin's life, to the same receiver.
    pub(super) order: usize,
    /// What its origin had seen before: this part of it.
    pub(super) past: std::ops::Range<usize>,
    /// By whom it was delivered and when, in the order of deliveries.
    pub(super) deliveries: Vec<(usize, Moment)>,
}

impl Process {
    /// It has never crashed, and was not left as it was when others were healed.
    pub(super) const fn is_correct(&self) -> bool {
        self.crashed.is_none() && !self.abandoned
    }

    /// It has delivered this message in this life.
    pub(super) fn has(&self, message: usize) -> bool {
        self.has.get(message).copied().unwrap_or_default()
    }
}

impl View {
    pub(super) fn begin(&mut self, members: &[NodeId]) {
        self.messages.clear();
        self.named.clear();
        self.processes.clear();
        self.processes.extend(members.iter().map(|node| Process {
            node: *node,
            life: 1,
            crashed: None,
            last_crashed: None,
            abandoned: false,
            delivered: Vec::new(),
            seen: Vec::new(),
            life_begins: 0,
            has: Vec::new(),
        }));
    }

    pub(super) fn slot(&self, node: NodeId) -> Option<usize> {
        self.processes.binary_search_by_key(&node, |process| process.node).ok()
    }

    /// The message of this name and content, the latest if there are several.
    pub(super) fn find(&self, origin: usize, number: u64, digest: u64) -> Option<usize> {
        let named = self.named.get(&(origin, number))?;
        named.iter().rev().copied().find(|message| self.messages[*message].digest == digest)
    }

    /// The latest message of this name, whatever it says.
    pub(super) fn find_any(&self, origin: usize, number: u64) -> Option<usize> {
        self.named.get(&(origin, number))?.last().copied()
    }

    /// All messages that have the name of this one, itself included.
    pub(super) fn namesakes(&self, message: usize) -> impl Iterator<Item = usize> {
        let Message { origin, number, .. } = self.messages[message];
        self.named.get(&(origin, number)).into_iter().flatten().copied()
    }

    /// Whether the origin of this message has not crashed since, nor was left as it was.
    pub(super) fn is_backed(&self, message: &Message) -> bool {
        let origin = &self.processes[message.origin];
        !origin.abandoned && origin.last_crashed.is_none_or(|crash| crash < message.at)
    }

    /// Processes that never crashed.
    pub(super) fn correct(&self) -> impl Iterator<Item = usize> + Clone {
        (0..self.processes.len()).filter(|slot| self.processes[*slot].is_correct())
    }

    /// Takes a fact in. All properties have seen it already.
    pub(super) fn update(&mut self, at: Moment, slot: usize, fact: &Fact) {
        match *fact {
            Fact::Started { life } => {
                let process = &mut self.processes[slot];
                process.life = life;
                process.life_begins = process.seen.len();
                process.delivered.clear();
                process.has.clear();
            }
            Fact::Crashed => {
                self.processes[slot].crashed.get_or_insert(at);
                self.processes[slot].last_crashed = Some(at);
            }
            Fact::Abandoned => self.processes[slot].abandoned = true,
            Fact::Broadcast { message, digest } => {
                let index = self.sent(at, slot, None, message, digest);
                self.processes[slot].seen.push(index);
            }
            Fact::Send { to, message, digest } => {
                if let Some(to) = self.slot(to) {
                    self.sent(at, slot, Some(to), message, digest);
                }
            }
            Fact::Deliver { origin, message, digest } => {
                let found = self.slot(origin).and_then(|origin| self.find(origin, message, digest));
                if let Some(index) = found {
                    self.delivered(at, slot, index);
                }
            }
            _ => {}
        }
    }

    fn sent(
        &mut self,
        at: Moment,
        origin: usize,
        to: Option<usize>,
        number: u64,
        digest: u64,
    ) -> usize {
        let Process { life, life_begins, ref seen, .. } = self.processes[origin];
        let alike = |m: &&Message| m.origin == origin && m.life == life && m.to == to;
        let order = self.messages.iter().rev().find(alike).map_or(0, |last| last.order + 1);
        let past = life_begins..seen.len();
        let index = self.messages.len();
        let deliveries = Vec::new();
        self.messages.push(Message {
            origin,
            number,
            digest,
            to,
            at,
            life,
            order,
            past,
            deliveries,
        });
        self.named.entry((origin, number)).or_default().push(index);
        index
    }

    fn delivered(&mut self, at: Moment, slot: usize, message: usize) {
        self.messages[message].deliveries.push((slot, at));
        let process = &mut self.processes[slot];
        process.delivered.push(message);
        process.seen.push(message);
        if process.has.len() <= message {
            process.has.resize(message + 1, false);
        }
        process.has[message] = true;
    }
}
