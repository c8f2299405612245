//! What could happen now in a world whose order is chosen, in the words of a schedule.

use std::rc::Rc;
use std::sync::Arc;

use seatrial_history::Endpoint;
use seatrial_node::{Node, NodeId};

use super::step::Step;
use crate::counts::FaultKind;
use crate::event::Event;
use crate::queue::Lane;
use crate::world::World;

/// One thing that may happen now.
pub(super) struct Open {
    /// That of its pending event.
    pub(super) number: u64,
    pub(super) step: Step,
    pub(super) says: String,
}

impl Open {
    fn plain(number: u64, step: Step) -> Self {
        Self { number, step, says: String::new() }
    }
}

/// Something that is under way from one to another and can arrive.
pub(super) struct Flight {
    /// That of its pending event.
    pub(super) number: u64,
    pub(super) saying: Rc<Saying>,
    /// Its name, as traces have it.
    pub(super) name: u64,
}

/// What something says, and the word of it.
pub(super) struct Saying {
    pub(super) says: Arc<str>,
    pub(super) word: String,
}

/// What is said by all that was under way, by the numbers of its events. It never changes, and a long schedule asks for it at each step.
#[derive(Default)]
pub(super) struct Sayings(Vec<Option<Rc<Saying>>>);

impl Sayings {
    /// What the event of this number says.
    fn of(&mut self, number: u64, says: impl FnOnce() -> String) -> Rc<Saying> {
        // Numbers are those of a queue, one after the other.
        let place = number as usize;
        if self.0.len() <= place {
            self.0.resize(place + 1, None);
        }
        let saying = self.0[place].get_or_insert_with(|| {
            let says = says();
            Rc::new(Saying { word: word_of(&says).to_owned(), says: says.into() })
        });
        Rc::clone(saying)
    }
}

impl<N: Node> World<N> {
    /// All that could happen now, but for crashes and restarts.
    pub(super) fn open(&self) -> Vec<Open> {
        let members = &self.core.members;
        let nodes = || members.iter().copied().map(Endpoint::Node);
        let clients = || (0..self.core.clients()).map(Endpoint::Client);
        let mut all = Vec::new();
        for node in members {
            all.extend(self.next_timers(*node));
            let disk = self.next_of_disk(*node);
            let step = Step::Disk { node: *node };
            all.extend(disk.map(|number| Open::plain(number, step)));
        }
        for client in 0..self.core.clients() {
            let wake = self.wake_of(client);
            let step = Step::Wake { client };
            all.extend(wake.map(|number| Open::plain(number, step)));
        }
        for from in nodes().chain(clients()) {
            for to in nodes().chain(clients()) {
                let flights = self.under_way(from, to, &mut Sayings::default());
                let step = |place| delivery(&flights, place, (from, to), false);
                all.extend((0..flights.len()).map(|p| Open::plain(flights[p].number, step(p))));
            }
        }
        all
    }

    /// What is under way from here to there and can arrive, in the order of sending.
    pub(super) fn under_way(
        &self,
        from: Endpoint,
        to: Endpoint,
        said: &mut Sayings,
    ) -> Vec<Flight> {
        let core = &self.core;
        let slot = |end: Endpoint| match end {
            Endpoint::Node(node) => core.slot(node),
            Endpoint::Client(client) => Some(core.client_slot(client)),
        };
        let (Some(source), Some(target)) = (slot(from), slot(to)) else {
            return Vec::new();
        };
        if !core.is_there(target) {
            return Vec::new();
        }
        let mut all = Vec::new();
        let may_be_for = |lane: Lane| lane.whose().is_none_or(|whose| whose == target);
        for (number, place, _) in core.queue.pending().filter(|pending| may_be_for(pending.2)) {
            let Some((name, ..)) = core.under_way(place).filter(|u| (u.1, u.2) == (source, target))
            else {
                continue;
            };
            let saying = said.of(number, || self.says(place));
            all.push(Flight { number, saying, name });
        }
        all
    }

    /// What is said there.
    fn says(&self, place: u32) -> String {
        let (events, describe) = (&self.core.events, &self.core.describe);
        let mut says = String::new();
        match *events.peek(place) {
            Event::Message { .. } => (describe.message)(events.peek_message(place), &mut says),
            Event::Request { body, .. } => {
                if let Some(request) = events.requests.peek(body) {
                    (describe.request)(request, &mut says);
                }
            }
            Event::Answer { body, .. } => {
                if let Some(answer) = events.answers.peek(body) {
                    (describe.response)(answer, &mut says);
                }
            }
            _ => {}
        }
        says
    }

    /// The timers of a node that may come due next: the first, and all that are overdue, which a node that stood still gets in any order.
    pub(super) fn next_timers(&self, node: NodeId) -> Vec<Open> {
        let Some(slot) = self.core.slot(node) else {
            return Vec::new();
        };
        let timers = &self.core.bodies[slot as usize].timers;
        let Some(first) = timers.pending().map(|(_, due)| due).min() else {
            return Vec::new();
        };
        let shown = self.core.clocks.shows(slot, self.core.now);
        let last = first.max(shown);
        let mut next = Vec::new();
        let is_its = |lane: Lane| lane.whose() == Some(slot);
        for (number, place, _) in self.core.queue.pending().filter(|pending| is_its(pending.2)) {
            let Event::Timer { node: of, timer } = *self.core.events.peek(place) else { continue };
            if of != slot || timers.due(timer).is_none_or(|due| due > last) {
                continue;
            }
            let key = timers.key(timer);
            let mut says = String::new();
            if let Some(key) = key {
                (self.core.describe.timer)(key, &mut says);
            }
            let step = Step::Timer { node, word: word_of(&says).to_owned() };
            next.push(Open { says, ..Open::plain(number, step) });
        }
        next
    }

    /// The first thing that a disk has to do for a node that is still the one that asked.
    pub(super) fn next_of_disk(&self, node: NodeId) -> Option<u64> {
        let slot = self.core.slot(node)?;
        let present = self.core.bodies[slot as usize].life;
        let is_asked = |place: u32| match *self.core.events.peek(place) {
            Event::Synced { life, .. } | Event::Read { life, .. } => life == present,
            _ => false,
        };
        self.node(node)?;
        let mut pending = self.core.queue.pending();
        let first = pending.find(|(_, place, lane)| *lane == Lane::Disk(slot) && is_asked(*place));
        first.map(|(number, ..)| number)
    }

    pub(super) fn wake_of(&self, of: u32) -> Option<u64> {
        self.pending_where(|event| match *event {
            Event::Wake { client, wish } => client == of && self.core.wanted(client, wish),
            _ => false,
        })
    }

    /// The beginning, or the end, of a fault of the plan.
    pub(super) fn planned(&self, kind: FaultKind, nth: u32, end: bool) -> Result<u64, String> {
        let Some(of) = self.nemesis.of_kind(kind, nth) else {
            return Err(format!("the plan has no such {}", kind.name()));
        };
        let number = self.pending_where(|event| match *event {
            Event::Fault { index } => !end && index as usize == of,
            Event::FaultOver { index } => end && index as usize == of,
            _ => false,
        });
        number.ok_or_else(|| match end {
            false => "it has begun already".to_owned(),
            true => "it is not to end, or has ended already".to_owned(),
        })
    }

    pub(super) fn pending_where(&self, is_meant: impl Fn(&Event) -> bool) -> Option<u64> {
        let mut pending = self.core.queue.pending();
        pending.find(|(_, place, _)| is_meant(self.core.events.peek(*place))).map(|e| e.0)
    }

    pub(crate) fn absent(&self, node: NodeId) -> String {
        match self.core.slot(node) {
            Some(_) => format!("{node} is down"),
            None => format!("there is no {node}"),
        }
    }
}

/// The arrival of one of these: of several with the same word it says which.
pub(super) fn delivery(
    flights: &[Flight],
    place: usize,
    (from, to): (Endpoint, Endpoint),
    copy: bool,
) -> Step {
    let word = &flights[place].saying.word;
    // Without a word any is meant, whatever it says.
    let alike = |flight: &&Flight| word.is_empty() || flight.saying.word == *word;
    let before = flights[..place].iter().filter(alike).count();
    let nth = u32::try_from(before + 1).unwrap_or(u32::MAX);
    Step::Deliver { from, to, word: word.to_owned(), nth, copy }
}

/// The first word of what is said, within what is wrapped around it: `Vote` of `Raft(Vote { term: 1 })`. A number is no word.
pub(crate) fn word_of(says: &str) -> &str {
    let end = says.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(says.len());
    let inner = says[end..].strip_prefix('(');
    match inner.filter(|inner| inner.starts_with(|c: char| c.is_uppercase())) {
        Some(inner) => word_of(inner),
        None if says.starts_with(|c: char| c.is_ascii_digit()) => "",
        None => &says[..end],
    }
}

/// What is said but for its numbers.
pub(super) fn shape_of(says: &str) -> impl Iterator<Item = char> {
    says.chars().filter(|c| !c.is_ascii_digit())
}
