//! What a fault does to messages while it is in force, short of cutting links: it loses them in bursts, slows, holds or corrupts them.
//!
//! Nothing here is looked at before the first such fault begins.

use std::collections::{BTreeMap, VecDeque};

use seatrial_node::{Duration, Instant};

use super::pairs::Pairs;
use crate::counts::{Counts, FaultKind};
use crate::event::Marks;
use crate::latency::{Latency, Sampler};
use crate::tape::{MILLION, Tape, site};

/// All that is in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct Troubles {
    active: Vec<Trouble>,
}

/// What one fault of the plan does.
#[derive(Clone, Debug)]
pub(crate) struct Trouble {
    /// Which fault of the plan it is.
    pub(crate) fault: usize,
    pub(crate) kind: FaultKind,
    /// On which links.
    pub(crate) pairs: Pairs,
    pub(crate) effect: Effect,
    /// It has taken hold of a message.
    pub(crate) bit: bool,
}

/// What is done to a message.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// Gilbert's and Elliott's channel: a link is good or bad, and a bad one loses messages at this rate. Each message is a step: at
    /// these rates a good link goes bad and a bad one recovers.
    Burst { enter: u32, leave: u32, rate: u32, bad: Pairs },
    /// At this rate a message takes longer.
    Tail { rate: u32, longer: Latency },
    /// At this rate a message's bytes change.
    Corrupt { rate: u32 },
    /// Every message takes so much longer.
    Slow { by: Duration },
    /// One message at a time, each this long; so many may wait.
    Throttle { by: Duration, queue: u32, links: BTreeMap<(u32, u32), Line> },
    /// Messages wait until then.
    Clog { until: Instant },
    /// Messages from and to these wait, each within its own time.
    Swizzle { spans: Vec<(u32, Instant, Instant)> },
}

/// The messages that wait for their turn on one link.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// When the next may go.
    free_at: Instant,
    /// Somebody will look then.
    waking: bool,
    /// Their events, and how long each will be under way.
    waiting: VecDeque<(u32, Duration)>,
}

/// How something that was sent goes its way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// How long it takes.
    pub(crate) latency: Duration,
    /// What has been done to it.
    pub(crate) marks: Marks,
}

impl Way {
    pub(crate) fn lengthen(&mut self, by: Duration) {
        self.latency = self.latency + by;
    }
}

/// What a link of limited bandwidth does with a message.
pub(crate) enum Turn {
    /// It goes at once.
    Now,
    /// It waits.
    Waits {
        /// For whom.
        fault: usize,
        /// When the link is free again, unless somebody will look then already.
        wake_at: Option<Instant>,
        /// The event whose turn will never come, because too many wait.
        evicted: Option<u32>,
    },
}

impl Troubles {
    pub(crate) fn clear(&mut self) {
        self.active.clear();
    }

    pub(crate) fn begin(&mut self, trouble: Trouble) {
        self.active.push(trouble);
    }

    /// What that fault did is over. Returns what waited for it, in order: events and how long each will be under way.
    pub(crate) fn end(&mut self, fault: usize) -> Vec<(u32, Duration)> {
        let mut released = Vec::new();
        for trouble in self.active.iter_mut().filter(|trouble| trouble.fault == fault) {
            if let Effect::Throttle { links, .. } = &mut trouble.effect {
                released.extend(links.values_mut().flat_map(|line| line.waiting.drain(..)));
            }
        }
        self.active.retain(|trouble| trouble.fault != fault);
        released
    }

    /// The faults that are in force.
    pub(crate) fn faults(&self) -> impl Iterator<Item = usize> {
        self.active.iter().map(|trouble| trouble.fault)
    }

    /// Something is sent. Which fault loses it, if one does; else its way is made longer.
    pub(crate) fn send(
        &mut self,
        (from, to): (u32, u32),
        way: &mut Way,
        tape: &mut Tape,
        counts: &mut Counts,
    ) -> Option<FaultKind> {
        for trouble in self.active.iter_mut().filter(|trouble| trouble.pairs.contains(from, to)) {
            let kind = trouble.kind;
            match &mut trouble.effect {
                Effect::Burst { enter, leave, rate, bad } => {
                    counts.asked(kind);
                    let was_bad = bad.contains(from, to);
                    let turns_bad = match was_bad {
                        true => tape.chance(site::BURST, from, MILLION - *leave),
                        false => tape.chance(site::BURST, from, *enter),
                    };
                    bad.set(from, to, turns_bad);
                    if turns_bad && tape.chance(site::BURST_LOSS, from, *rate) {
                        counts.bit(kind);
                        return Some(kind);
                    }
                }
                Effect::Tail { rate, longer } => {
                    counts.asked(kind);
                    if tape.chance(site::SLOW_TAIL, from, *rate) {
                        counts.bit(kind);
                        way.marks.add(kind);
                        let longer = Sampler::new(*longer);
                        way.lengthen(longer.sample(tape, site::SLOW_TAIL_TIME, from));
                    }
                }
                Effect::Corrupt { rate } => {
                    counts.asked(kind);
                    if *rate > 0 && tape.chance(site::CORRUPTION, from, *rate) {
                        way.marks.add(kind);
                    }
                }
                Effect::Slow { by } => {
                    way.lengthen(*by);
                    way.marks.add(kind);
                    bite(&mut trouble.bit, kind, counts);
                }
                Effect::Throttle { .. } | Effect::Clog { .. } | Effect::Swizzle { .. } => {}
            }
        }
        None
    }

    /// Something has come to the door of a link that may let only so much through.
    pub(crate) fn take_turn(
        &mut self,
        pair: (u32, u32),
        (slot, latency): (u32, Duration),
        now: Instant,
        tape: &mut Tape,
        counts: &mut Counts,
    ) -> Turn {
        let is_throttle = |t: &&mut Trouble| matches!(t.effect, Effect::Throttle { .. });
        let mut throttles = self.active.iter_mut().filter(is_throttle);
        let Some(trouble) = throttles.find(|trouble| trouble.pairs.contains(pair.0, pair.1)) else {
            return Turn::Now;
        };
        let Effect::Throttle { by, queue, links } = &mut trouble.effect else {
            return Turn::Now;
        };
        let line = links.entry(pair).or_default();
        if line.waiting.is_empty() && line.free_at <= now {
            line.free_at = now + *by;
            return Turn::Now;
        }
        let wake_at = (!std::mem::replace(&mut line.waking, true)).then_some(line.free_at);
        line.waiting.push_back((slot, latency));
        bite(&mut trouble.bit, trouble.kind, counts);
        let waiting = line.waiting.len();
        let evicted = (waiting > *queue as usize).then(|| {
            let chosen = tape.choose(site::EVICTION, pair.0, waiting as u64) as usize;
            line.waiting.remove(chosen).map(|(slot, _)| slot)
        });
        Turn::Waits { wake_at, fault: trouble.fault, evicted: evicted.flatten() }
    }

    /// A link that this fault throttles is free again: what goes now, and when the link is free after it, if anything waits.
    pub(crate) fn next_turn(
        &mut self,
        fault: usize,
        pair: (u32, u32),
        now: Instant,
    ) -> Option<((u32, Duration), Option<Instant>)> {
        let trouble = self.active.iter_mut().find(|trouble| trouble.fault == fault)?;
        let Effect::Throttle { by, links, .. } = &mut trouble.effect else { return None };
        let line = links.get_mut(&pair)?;
        line.waking = false;
        let next = line.waiting.pop_front()?;
        line.free_at = now + *by;
        line.waking = !line.waiting.is_empty();
        Some((next, line.waking.then_some(line.free_at)))
    }

    /// Until when something that has come to its receiver's door is held there, and by which kind of fault.
    pub(crate) fn held(
        &mut self,
        (from, to): (u32, u32),
        now: Instant,
        counts: &mut Counts,
    ) -> Option<(Instant, FaultKind)> {
        for trouble in self.active.iter_mut().filter(|trouble| trouble.pairs.contains(from, to)) {
            let until = match &trouble.effect {
                Effect::Clog { until } => Some(*until),
                Effect::Swizzle { spans } => spans
                    .iter()
                    .filter(|(slot, ..)| *slot == from || *slot == to)
                    .filter(|(_, begin, end)| *begin <= now && now < *end)
                    .map(|(.., end)| *end)
                    .max(),
                _ => None,
            };
            if let Some(until) = until.filter(|until| *until > now) {
                bite(&mut trouble.bit, trouble.kind, counts);
                return Some((until, trouble.kind));
            }
        }
        None
    }
}

/// A fault bites once, however many messages it takes hold of.
fn bite(bit: &mut bool, kind: FaultKind, counts: &mut Counts) {
    if !std::mem::replace(bit, true) {
        counts.bit(kind);
    }
}
