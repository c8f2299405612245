//! One run, recorded whole, with an index into it: whatever is asked about it is looked up, and nothing is run again.

use std::collections::BTreeMap;

use seatrial_history::{
    Account, Clients, DropCause, Endpoint, Judgement, Moment, Text, TraceEvent, TraceItem,
    TraceLine,
};
use seatrial_node::{Fact, Instant, NodeId, Status};
use seatrial_sim::{Deed, Inside, Missed, Step, Touch, Wish};

use crate::case::Case;
use crate::prepared::{Course, Measuring, Prepared};
use crate::record::Recorder;

/// What became of something that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrived at this step.
    Arrived(u64),
    /// It was lost at this step.
    Lost(u64, DropCause),
    /// It was under way when the run ended.
    Open,
}

/// A message, request or answer, from when it was sent.
#[derive(Clone, Debug)]
pub struct Journey {
    /// Its name, as traces have it.
    pub name: u64,
    /// Who sent it.
    pub from: Endpoint,
    /// Who is to get it.
    pub to: Endpoint,
    /// What it says.
    pub text: Text,
    /// At which step it was sent.
    pub sent: u64,
    /// What it is a copy of, where the network has made it.
    pub copy_of: Option<u64>,
    /// The steps at which it has arrived, copies by hand or by a schedule included.
    pub arrivals: Vec<u64>,
    /// What became of it in the end.
    pub fate: Fate,
}

impl Journey {
    /// Whether it is under way after this step.
    pub(super) const fn is_under_way(&self, step: u64) -> bool {
        self.sent <= step
            && match self.fate {
                Fate::Arrived(end) | Fate::Lost(end, _) => step < end,
                Fate::Open => true,
            }
    }
}

/// How a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Being {
    /// It is up, in this life.
    Up(u64),
    /// It has crashed.
    Down,
    /// It stands still.
    Paused,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) prepared: Prepared,
    pub(super) seed: u64,
    /// The run as a case, what was done by hand included.
    pub(super) case: Case,
    pub(super) account: Account,
    pub(super) trace: Vec<TraceLine>,
    /// What was done, where a schedule leads the run.
    pub(super) wishes: Vec<Wish>,
    pub(super) nodes: Vec<NodeId>,
    pub(super) clients: u32,
    pub(super) journeys: BTreeMap<u64, Journey>,
    /// The steps at which something is told.
    stops: Vec<u64>,
    /// By node, the lines in which it shows its status.
    shown: BTreeMap<NodeId, Vec<usize>>,
    /// Which client is behind which process.
    pub(super) behind: Clients,
    beings: BTreeMap<NodeId, Vec<(u64, Being)>>,
}

impl Run {
    /// Makes a run and keeps all of it; or says what could not be done by hand.
    pub(super) fn record(case: Case, prepared: Prepared, seed: u64) -> Result<Self, Missed> {
        let mut recorder = Recorder::default();
        let mut worker = prepared.worker(Measuring::All);
        worker.run_with(seed, Some(&mut recorder));
        if let Some(missed) = worker.missed() {
            return Err(missed.clone());
        }
        let (wishes, account) = (worker.take_wishes(), worker.account());
        drop(worker);
        let setup = prepared.setup(seed);
        let mut trace = recorder.trace;
        // Clients are heard at once and the world at the end of an event; but what arrives comes before what is done about it.
        trace.sort_by_key(|line| (line.at.step, rank(line)));
        let mut stops: Vec<u64> = trace.iter().map(|line| line.at.step).collect();
        stops.dedup();
        let mut run = Self {
            nodes: setup.members,
            clients: setup.clients,
            stops,
            journeys: journeys(&trace, &wishes, &case.touches),
            shown: BTreeMap::new(),
            behind: Clients::of(&trace),
            beings: BTreeMap::new(),
            prepared,
            seed,
            case,
            account,
            trace,
            wishes,
        };
        run.index_nodes();
        Ok(run)
    }

    fn index_nodes(&mut self) {
        for (place, line) in self.trace.iter().enumerate() {
            let (node, being) = match &line.what {
                TraceItem::Event(TraceEvent::Status { node, .. }) => {
                    self.shown.entry(*node).or_default().push(place);
                    continue;
                }
                TraceItem::Fact(node, Fact::Started { life }) => (node, Being::Up(*life)),
                TraceItem::Fact(node, Fact::Crashed) => (node, Being::Down),
                TraceItem::Fact(node, Fact::Paused) => (node, Being::Paused),
                TraceItem::Fact(node, Fact::Resumed) => {
                    let lives = self.beings.get(node).into_iter().flatten().rev();
                    let mut lives = lives.map(|(_, being)| *being);
                    let up = lives.find(|being| matches!(being, Being::Up(_)));
                    (node, up.unwrap_or(Being::Up(1)))
                }
                _ => continue,
            };
            self.beings.entry(*node).or_default().push((line.at.step, being));
        }
    }

    /// Whether a schedule leads it.
    pub(super) const fn is_led(&self) -> bool {
        self.case.schedule.is_some()
    }

    /// What was done by hand.
    pub(super) fn touches(&self) -> &[Touch] {
        &self.case.touches
    }

    /// The last step.
    pub(super) fn end(&self) -> u64 {
        self.account.end.step
    }

    /// What the violation says that came first, with its step.
    pub(super) fn violation(&self) -> Option<(&Judgement, u64)> {
        let end = self.end();
        let broken = self.account.judgements.iter().filter_map(|judged| {
            let violation = judged.verdict.violation()?;
            Some((judged, violation.at.map_or(end, |at| at.step)))
        });
        broken.min_by_key(|(_, step)| *step)
    }

    /// The lines of a step.
    pub(super) fn lines(&self, step: u64) -> &[TraceLine] {
        let from = self.trace.partition_point(|line| line.at.step < step);
        let to = self.trace.partition_point(|line| line.at.step <= step);
        &self.trace[from..to]
    }

    /// The lines after a step.
    pub(super) fn after(&self, step: u64) -> &[TraceLine] {
        &self.trace[self.trace.partition_point(|line| line.at.step <= step)..]
    }

    /// The lines before a step.
    pub(super) fn before(&self, step: u64) -> &[TraceLine] {
        &self.trace[..self.trace.partition_point(|line| line.at.step < step)]
    }

    /// The step so many stops after this one, or before it; the last, or the first, where there are fewer.
    pub(super) fn stop_from(&self, step: u64, by: i64) -> u64 {
        let count = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
        let stops = &self.stops;
        if by >= 0 {
            let next = stops.partition_point(|stop| *stop <= step);
            let place = next.saturating_add(count).saturating_sub(1);
            return stops.get(place).copied().unwrap_or_else(|| self.end().max(step));
        }
        let next = stops.partition_point(|stop| *stop < step);
        next.checked_sub(count).map_or(0, |place| stops[place])
    }

    /// The steps from so many stops before this one to so many after.
    pub(super) fn stops_around(&self, step: u64, before: usize, after: usize) -> &[u64] {
        let here = self.stops.partition_point(|stop| *stop < step);
        let to = here.saturating_add(after).saturating_add(1).min(self.stops.len());
        &self.stops[here.saturating_sub(before)..to]
    }

    /// The last step at or before a time.
    pub(super) fn step_at(&self, time: Instant) -> u64 {
        let next = self.stops.partition_point(|stop| self.moment(*stop).time <= time);
        next.checked_sub(1).map_or(0, |place| self.stops[place])
    }

    /// When a step was. What is lost after it and before the next, is told of it, too.
    pub(super) fn moment(&self, step: u64) -> Moment {
        let stop = self.stops.partition_point(|stop| *stop <= step).checked_sub(1);
        let first = stop.and_then(|stop| self.lines(self.stops[stop]).first());
        Moment { step, time: first.map_or(Instant::ZERO, |line| line.at.time) }
    }

    /// What a node shows after a step, and since which.
    pub(super) fn status(&self, node: NodeId, step: u64) -> Option<(&Status, u64)> {
        let shown = self.shown.get(&node)?;
        let next = shown.partition_point(|place| self.trace[*place].at.step <= step);
        let line = &self.trace[shown[next.checked_sub(1)?]];
        match &line.what {
            TraceItem::Event(TraceEvent::Status { status, .. }) => Some((status, line.at.step)),
            _ => None,
        }
    }

    /// All that a node ever shows, with the steps.
    pub(super) fn statuses(&self, node: NodeId) -> impl Iterator<Item = (u64, &Status)> {
        let shown = self.shown.get(&node).into_iter().flatten();
        shown.filter_map(|place| match &self.trace[*place] {
            TraceLine { at, what: TraceItem::Event(TraceEvent::Status { status, .. }) } => {
                Some((at.step, status.as_ref()))
            }
            _ => None,
        })
    }

    /// How a node is after a step, and since which.
    pub(super) fn being(&self, node: NodeId, step: u64) -> Option<(Being, u64)> {
        let all = self.beings.get(&node)?;
        let next = all.partition_point(|(at, _)| *at <= step);
        let (at, being) = all[next.checked_sub(1)?];
        Some((being, at))
    }

    /// What is under way after a step, in the order of sending.
    pub(super) fn under_way(&self, step: u64) -> impl Iterator<Item = &Journey> {
        self.journeys.values().filter(move |journey| journey.is_under_way(step))
    }

    /// Makes the run once more up to a step, and shows what is inside its nodes there.
    pub(super) fn look_inside(&self, step: u64) -> Vec<(NodeId, Inside)> {
        let prepared = self.prepared.clone().broken_off(step);
        let mut worker = prepared.worker(Measuring::Bounded);
        worker.look_inside(self.seed)
    }
}

/// Where a line stands among those of its step: first what was done by hand, then what arrived.
const fn rank(line: &TraceLine) -> u8 {
    match &line.what {
        TraceItem::Event(TraceEvent::Note { .. }) => 0,
        TraceItem::Event(TraceEvent::Deliver { .. }) => 1,
        _ => 2,
    }
}

/// All that was sent, by name. A copy that a schedule makes leaves the message under way.
fn journeys(trace: &[TraceLine], wishes: &[Wish], touches: &[Touch]) -> BTreeMap<u64, Journey> {
    let mut all: BTreeMap<u64, Journey> = BTreeMap::new();
    for line in trace {
        let TraceItem::Event(event) = &line.what else { continue };
        let step = line.at.step;
        match event {
            TraceEvent::Send { id, from, to, text } => {
                let (from, to, text) = (*from, *to, text.clone());
                let journey = Journey {
                    name: *id,
                    from,
                    to,
                    text,
                    sent: step,
                    copy_of: None,
                    arrivals: Vec::new(),
                    fate: Fate::Open,
                };
                all.insert(*id, journey);
            }
            TraceEvent::Duplicate { id, of } => {
                if let Some(original) = all.get(of).cloned() {
                    let copy = Journey { name: *id, sent: step, copy_of: Some(*of), ..original };
                    all.insert(*id, copy);
                }
            }
            TraceEvent::Deliver { id, .. } => {
                if let Some(journey) = all.get_mut(id) {
                    journey.arrivals.push(step);
                    journey.fate = Fate::Arrived(step);
                }
            }
            TraceEvent::Drop { id, cause, .. } => {
                if let Some(journey) = all.get_mut(id) {
                    journey.fate = Fate::Lost(step, *cause);
                }
            }
            _ => {}
        }
    }
    reopen(&mut all, wishes, touches);
    all
}

/// What has arrived only as copies is still under way.
fn reopen(all: &mut BTreeMap<u64, Journey>, wishes: &[Wish], touches: &[Touch]) {
    let by_schedule = wishes.iter().filter_map(|wish| match wish.step {
        Step::Deliver { copy: true, .. } => Some(wish.name),
        _ => None,
    });
    let by_hand = touches.iter().filter_map(|touch| match touch.deed {
        Deed::Duplicate { name } => Some(name),
        _ => None,
    });
    let mut copies: BTreeMap<u64, usize> = BTreeMap::new();
    for name in by_schedule.chain(by_hand) {
        *copies.entry(name).or_default() += 1;
    }
    for (name, count) in copies {
        if let Some(journey) = all.get_mut(&name)
            && matches!(journey.fate, Fate::Arrived(_))
            && journey.arrivals.len() <= count
        {
            journey.fate = Fate::Open;
        }
    }
}

/// The course by which a run is recorded: one that a schedule leads is performed in a way that keeps the names of what arrives.
pub(super) fn course(case: &Case) -> Course {
    match &case.schedule {
        None => Course::default(),
        Some(schedule) => {
            let steps = schedule.steps.iter().cloned();
            Course::Wishes(steps.map(Wish::by_the_letter).collect(), Vec::new())
        }
    }
}
