//! Goes through a trace once and writes it as columns.

use std::collections::{BTreeMap, BTreeSet};

use seatrial_history::{Clients, DropCause, Endpoint, FaultTurn, TraceEvent, TraceItem, TraceLine};
use seatrial_node::{Status, StatusValue};

use super::Data;
use super::texts::Texts;
use crate::acts::{Act, heading, label, presence};
use crate::trace::{fact_text, words};

/// The kinds of lines, in the order of their numbers.
const SEND: u8 = 0;
const DELIVER: u8 = 1;
const DROP: u8 = 2;
const COPY: u8 = 3;
const TIMER: u8 = 4;
const DISK: u8 = 5;
const FAULT: u8 = 6;
const FACT: u8 = 7;
const OP: u8 = 8;
const NOTE: u8 = 9;

/// Goes through a trace once.
pub(super) struct Writer {
    pub(super) data: Data,
    pub(super) texts: Texts,
    pub(super) clients: Clients,
    lanes: BTreeMap<Endpoint, i64>,
    /// Places of messages by their names.
    places: BTreeMap<u64, usize>,
    shown: BTreeMap<i64, Status>,
    absent: BTreeMap<i64, (usize, i64)>,
    bands: Vec<(u32, [i64; 4])>,
    moment: (u64, u64),
}

impl Writer {
    pub(super) fn new(trace: &[TraceLine]) -> Self {
        let clients = Clients::of(trace);
        let mut data = Data::default();
        let everybody = everybody(trace);
        data.lanes = everybody.iter().map(ToString::to_string).collect();
        data.nodes = everybody.iter().filter(|who| matches!(who, Endpoint::Node(_))).count();
        let lanes = everybody.into_iter().zip(0..).collect();
        Self {
            data,
            texts: Texts::default(),
            clients,
            lanes,
            places: BTreeMap::new(),
            shown: BTreeMap::new(),
            absent: BTreeMap::new(),
            bands: Vec::new(),
            moment: (0, 0),
        }
    }

    pub(super) fn lane(&self, who: Option<Endpoint>) -> i64 {
        who.and_then(|who| self.lanes.get(&who)).copied().unwrap_or(-1)
    }

    /// Every message, before anything is said of any: who sent it, and what it says.
    pub(super) fn messages(&mut self, trace: &[TraceLine]) {
        for line in trace {
            let TraceItem::Event(event) = &line.what else { continue };
            match event {
                TraceEvent::Send { id, from, to, text } => self.message(*id, *from, *to, text),
                TraceEvent::Duplicate { id, of } => {
                    let Some(of) = self.places.get(of).copied() else { continue };
                    let place = self.data.messages.id.len();
                    self.places.insert(*id, place);
                    let all = &mut self.data.messages;
                    all.id.push(*id);
                    all.copy.push(1);
                    for column in [&mut all.from, &mut all.to] {
                        column.push(column[of]);
                    }
                    for column in [&mut all.text, &mut all.name] {
                        column.push(column[of]);
                    }
                }
                // A world that is looked at from its middle on has messages that nobody saw leave.
                TraceEvent::Deliver { id, from, to, text } if !self.places.contains_key(id) => {
                    self.message(*id, *from, *to, text);
                }
                TraceEvent::Drop { id, from, to, .. } if !self.places.contains_key(id) => {
                    self.message(*id, *from, *to, "");
                }
                _ => {}
            }
        }
        let count = self.data.messages.id.len();
        let all = &mut self.data.messages;
        (all.sent, all.ended, all.fate) = (vec![-1; count], vec![-1; count], vec![1; count]);
    }

    fn message(&mut self, id: u64, from: Endpoint, to: Endpoint, says: &str) {
        let (from, to) = (self.lane(Some(from)), self.lane(Some(to)));
        let (text, name) = (self.texts.of(says), self.texts.of(label(says)));
        let all = &mut self.data.messages;
        self.places.insert(id, all.id.len());
        all.id.push(id);
        all.from.push(from);
        all.to.push(to);
        all.text.push(text);
        all.name.push(name);
        all.copy.push(0);
    }

    pub(super) fn act(&mut self, index: usize, act: &Act, trace: &[TraceLine]) {
        let lane = self.lane(act.who);
        let (step, time) = (act.at.step, act.at.time.as_nanos());
        let columns = &mut self.data.acts;
        columns.step.push(step - self.moment.0);
        columns.time.push(time.saturating_sub(self.moment.1));
        self.moment = (step, time.max(self.moment.1));
        columns.lane.push(lane);
        let before = self.data.lines.kind.len();
        for line in &act.lines {
            self.line(index, lane, &trace[*line].what);
        }
        let columns = &mut self.data.acts;
        columns.lines.push(self.data.lines.kind.len() - before);
        let heading = &trace[heading(act, trace)].what;
        columns.kind.push(kind(heading));
        if let (Some(asker), TraceItem::Event(TraceEvent::Disk { .. })) = (act.sender, heading) {
            columns.asked.push([index, asker]);
        }
    }

    fn line(&mut self, act: usize, lane: i64, what: &TraceItem) {
        let of = match what {
            TraceItem::Event(TraceEvent::Status { status, .. }) => {
                return self.status(act, lane, status);
            }
            TraceItem::Event(TraceEvent::Send { id, .. }) => self.end_of(*id, Some(act), None),
            TraceItem::Event(TraceEvent::Duplicate { id, .. }) => self.end_of(*id, Some(act), None),
            TraceItem::Event(TraceEvent::Deliver { id, .. }) => {
                self.end_of(*id, None, Some((act, 0)))
            }
            TraceItem::Event(TraceEvent::Drop { id, cause, .. }) => {
                let fate = 2 + self.texts.of(lost(*cause));
                self.end_of(*id, None, Some((act, fate)))
            }
            TraceItem::Event(TraceEvent::Timer { text, .. } | TraceEvent::Disk { text, .. }) => {
                self.texts.of(text)
            }
            TraceItem::Event(TraceEvent::Fault { turn, text, .. }) => {
                let of = self.texts.of(text);
                self.band(act, lane, *turn, of);
                of
            }
            TraceItem::Fact(_, fact) => {
                if let Some(presence) = presence(fact) {
                    self.presence(act, lane, presence);
                }
                self.texts.of(&fact_text(fact))
            }
            other => self.texts.of(&words(other)),
        };
        self.data.lines.kind.push(kind(what));
        self.data.lines.of.push(of);
    }

    /// Notes where a message leaves or ends, and gives its place.
    fn end_of(&mut self, id: u64, sent: Option<usize>, ended: Option<(usize, usize)>) -> usize {
        let place = self.places.get(&id).copied().unwrap_or_default();
        let all = &mut self.data.messages;
        if let (Some(act), Some(sent)) = (sent, all.sent.get_mut(place)) {
            *sent = act as i64;
        }
        if let (Some((act, fate)), Some(_)) = (ended, all.ended.get(place)) {
            (all.ended[place], all.fate[place]) = (act as i64, fate);
        }
        place
    }

    fn status(&mut self, act: usize, lane: i64, status: &Status) {
        let before = self.shown.get(&lane);
        let mut changes = 0;
        for (name, value) in status.fields() {
            if before.is_some_and(|before| before.value(name) == Some(value)) {
                continue;
            }
            let fields = &mut self.data.fields;
            let field = fields.iter().position(|known| known == name).unwrap_or_else(|| {
                fields.push(name);
                fields.len() - 1
            });
            let value = match value {
                StatusValue::Bool(true) => self.texts.of("yes"),
                StatusValue::Bool(false) => self.texts.of("no"),
                value => self.texts.of(&value.to_string()),
            };
            self.data.statuses.field.push(field);
            self.data.statuses.value.push(value);
            changes += 1;
        }
        self.data.statuses.act.push(act);
        self.data.statuses.changes.push(changes);
        self.shown.insert(lane, status.clone());
    }

    fn presence(&mut self, act: usize, lane: i64, presence: &str) {
        if let Some((from, how)) = self.absent.remove(&lane) {
            self.data.absences.push([lane, from as i64, act as i64, how]);
        }
        match presence {
            "down" => self.absent.insert(lane, (act, 1)),
            "paused" => self.absent.insert(lane, (act, 2)),
            _ => None,
        };
    }

    fn band(&mut self, act: usize, lane: i64, turn: FaultTurn, text: usize) {
        let act = act as i64;
        match turn {
            FaultTurn::Once => {}
            FaultTurn::Begins(fault) => self.bands.push((fault, [text as i64, lane, act, act])),
            FaultTurn::Ends(fault) => self.end_bands(act, |other| other == fault),
            FaultTurn::Heals => self.end_bands(act, |_| true),
        }
    }

    fn end_bands(&mut self, act: i64, which: impl Fn(u32) -> bool) {
        let (over, on) =
            std::mem::take(&mut self.bands).into_iter().partition(|(fault, _)| which(*fault));
        self.bands = on;
        let over: Vec<(u32, [i64; 4])> = over;
        self.data
            .bands
            .extend(over.into_iter().map(|(_, [text, lane, from, _])| [text, lane, from, act]));
    }

    /// What is on at the end ends there.
    pub(super) fn end(&mut self, acts: usize) {
        let last = acts.saturating_sub(1);
        self.end_bands(last as i64, |_| true);
        for (lane, (from, how)) in std::mem::take(&mut self.absent) {
            self.data.absences.push([lane, from as i64, last as i64, how]);
        }
    }
}

/// Nodes, then clients, each in the order of their numbers.
fn everybody(trace: &[TraceLine]) -> Vec<Endpoint> {
    let mut all = BTreeSet::new();
    for line in trace {
        match &line.what {
            TraceItem::Fact(node, _) => {
                all.insert(Endpoint::Node(*node));
            }
            TraceItem::Event(
                TraceEvent::Send { from, to, .. } | TraceEvent::Deliver { from, to, .. },
            ) => {
                all.extend([*from, *to]);
            }
            TraceItem::Event(TraceEvent::Status { node, .. }) => {
                all.insert(Endpoint::Node(*node));
            }
            _ => {}
        }
    }
    all.into_iter().collect()
}

const fn kind(what: &TraceItem) -> u8 {
    match what {
        TraceItem::Op(_) => OP,
        TraceItem::Fact(..) => FACT,
        TraceItem::Event(event) => match event {
            TraceEvent::Send { .. } => SEND,
            TraceEvent::Deliver { .. } => DELIVER,
            TraceEvent::Drop { .. } => DROP,
            TraceEvent::Duplicate { .. } => COPY,
            TraceEvent::Timer { .. } => TIMER,
            TraceEvent::Disk { .. } => DISK,
            TraceEvent::Fault { .. } => FAULT,
            _ => NOTE,
        },
    }
}

const fn lost(cause: DropCause) -> &'static str {
    match cause {
        DropCause::Loss => "lost",
        DropCause::Partition => "cut off by a partition",
        DropCause::Down => "the receiver is down",
        DropCause::NoReceiver => "there is no such receiver",
        DropCause::Reset => "its connection was reset",
        DropCause::Evicted => "the link's queue was full",
        DropCause::Corrupt => "its bytes were corrupted",
        _ => "lost on the way",
    }
}
