//! A failing run made small: everything is left out that the failure does not need.
//!
//! [`Shrink`] says what to try next, and is told whether it still fails; who makes the runs is somebody else's business. So a loop around a
//! simulator can drive it ([`Shrink::run`]), several threads can ([`Shrink::ahead`]), and so can a property tester that pulls.
//!
//! A run is shrunk in two phases, each a round of layers that goes on until nothing more can be left out:
//!
//! - **By time**: whole kinds of fault, single faults (delta debugging: A. Zeller and R. Hildebrandt, *Simplifying and Isolating
//!   Failure-Inducing Input*, 2002), rarer and shorter ones, fewer nodes and clients, whatever else has a number (a *dial*), less time, and
//!   choices that take their simplest value, by site and one by one.
//! - **Led**: the run as a schedule ([`seatrial_sim::Schedule`]), once somebody [offers](Shrink::offer) one: steps, nodes, clients, what is
//!   left of the plan, choices, and then copies, lost writes and deliveries out of order. What is left out takes along what depends on it,
//!   because who performs a schedule leaves out what cannot happen, and tells what it came to ([`Shrink::tell_as`]).
//!
//! What is tried depends on the answers alone, so equal answers give equal results.

mod cuts;
mod layer;
mod lower;
mod subject;
#[cfg(test)]
mod tests;
mod threads;

use std::collections::BTreeSet;

use seatrial_node::NodeId;

pub use self::layer::Layer;
use self::layer::{BY_TIME, LED};
pub use self::subject::{Dial, Subject};
use crate::fingerprint::fingerprint;

/// A shrinking under way.
#[derive(Clone, Debug)]
pub struct Shrink {
    best: Subject,
    /// The sites at which the run makes choices.
    sites: Vec<String>,
    layers: &'static [Layer],
    layer: usize,
    cursor: Cursor,
    /// Whether anything was left out in this round.
    gained: bool,
    offered: Option<Subject>,
    /// Led runs that were offered, the simplest last.
    led: Vec<Subject>,
    /// What there was before all disks were done at once, which is tried once: steps that a disk goes with may go then.
    stepwise: Option<Subject>,
    /// Fingerprints of what was tried.
    tried: BTreeSet<u128>,
}

/// Where in a layer the shrinking stands.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor {
    /// How many items are left out together; zero, before the layer has begun.
    size: usize,
    /// How many items, from the last one on, have been seen.
    at: usize,
    /// How much less of one item was tried last.
    rung: usize,
}

impl Shrink {
    /// Begins with a run that fails, and with the sites at which it makes choices.
    pub fn new(subject: Subject, sites: Vec<String>) -> Self {
        let layers = if subject.schedule.is_some() { LED } else { BY_TIME };
        Self {
            best: subject,
            sites,
            layers,
            layer: 0,
            cursor: Cursor::default(),
            gained: false,
            offered: None,
            led: Vec::new(),
            stepwise: None,
            tried: BTreeSet::new(),
        }
    }

    /// The smallest run so far that fails.
    pub const fn best(&self) -> &Subject {
        &self.best
    }

    /// What is being left out.
    pub fn layer(&self) -> Layer {
        self.layers.get(self.layer).copied().unwrap_or(Layer::Over)
    }

    /// What to try next; nothing, when nothing more can be left out. Asked again without an answer it says the same again.
    pub fn candidate(&mut self) -> Option<Subject> {
        while self.offered.is_none() {
            let next = match self.led.last() {
                Some(led) => Some(led.clone()),
                None if self.layer == self.layers.len() => return None,
                None => self.propose(),
            };
            match next {
                Some(next) if next != self.best && self.tried.insert(fingerprint(&next)) => {
                    self.offered = Some(next);
                }
                Some(_) => self.move_on(false),
                None => self.next_layer(),
            }
        }
        self.offered.clone()
    }

    /// Whether the candidate still fails, in the same way.
    pub fn tell(&mut self, still_fails: bool) {
        let Some(candidate) = self.offered.take() else { return };
        if still_fails {
            self.best = candidate;
            self.gained = true;
        }
        self.move_on(still_fails);
    }

    /// The candidate still fails, and came to this: what could not happen is left out.
    pub fn tell_as(&mut self, came_to: Subject) {
        if self.offered.is_some() {
            self.offered = Some(came_to);
            self.tell(true);
        }
    }

    /// Offers to go on with led runs, which are tried in this order; the first that fails is shrunk further. Whatever has been left out
    /// so far stays so.
    pub fn offer(&mut self, mut led: Vec<Subject>) {
        led.reverse();
        self.led = led;
        self.offered = None;
        self.tried.clear();
    }

    /// Candidates that come next, as long as none of them fails: the first is [`Shrink::candidate`]. For several at a time; when one has
    /// failed, the others after it are void.
    pub fn ahead(&mut self, count: usize) -> Vec<Subject> {
        let mut all: Vec<Subject> = self.candidate().into_iter().collect();
        if count > 1 && !all.is_empty() {
            let mut probe = self.clone();
            while all.len() < count {
                probe.tell(false);
                let Some(next) = probe.candidate() else { break };
                all.push(next);
            }
        }
        all
    }

    /// Shrinks as far as it goes, or until so many candidates were tried; `fails` says whether one does. Returns how many were tried.
    pub fn run(&mut self, most: u64, mut fails: impl FnMut(&Subject) -> bool) -> u64 {
        let mut tried = 0;
        while tried < most
            && let Some(candidate) = self.candidate()
        {
            tried += 1;
            self.tell(fails(&candidate));
        }
        tried
    }

    /// The next thing to try in this layer.
    fn propose(&mut self) -> Option<Subject> {
        let layer = self.layer();
        let items = layer.items(&self.best, &self.sites);
        let cursor = &mut self.cursor;
        if cursor.size == 0 {
            cursor.size = if layer.is_ladder() { 1 } else { items };
        }
        loop {
            if cursor.at >= items {
                if cursor.size <= 1 || items == 0 {
                    return None;
                }
                cursor.size = cursor.size.min(items).div_ceil(2);
                cursor.at = 0;
            }
            let end = items - cursor.at;
            let begin = end.saturating_sub(cursor.size);
            let next = match layer.is_ladder() {
                true => layer.lower(&self.best, end - 1, cursor.rung),
                false => layer.cut(&self.best, &self.sites, begin..end),
            };
            match next {
                Some(next) => return Some(next),
                None => cursor.fail(layer),
            }
        }
    }

    fn move_on(&mut self, failed: bool) {
        if let Some(led) = self.led.pop() {
            if failed {
                self.led.clear();
                self.layers = if led.schedule.is_some() { LED } else { BY_TIME };
                self.layer = 0;
                self.cursor = Cursor::default();
            }
            return;
        }
        let layer = self.layer();
        if failed { self.cursor.gain(layer) } else { self.cursor.fail(layer) }
    }

    fn next_layer(&mut self) {
        self.layer += 1;
        self.cursor = Cursor::default();
        if self.layer < self.layers.len() {
            return;
        }
        // Once nothing else can be left out, what disks do is looked at, too.
        if std::mem::take(&mut self.gained) {
            self.layer = 0;
        } else if !self.best.at_once.is_empty() {
            self.best.at_once.clear();
            self.layer = 0;
        } else if self.best.schedule.is_some() {
            self.do_disks_at_once();
        }
    }
}

impl Shrink {
    /// Tries once whether more can be left out with all disks done at once, and keeps what is shorter.
    fn do_disks_at_once(&mut self) {
        let steps = |subject: &Subject| subject.schedule.as_ref().map_or(0, Vec::len);
        match self.stepwise.take() {
            None => {
                let at_once = (0..self.best.nodes).map(NodeId).collect();
                self.led = vec![Subject { at_once, ..self.best.clone() }];
                self.stepwise = Some(self.best.clone());
            }
            Some(stepwise) => {
                if steps(&stepwise) < steps(&self.best) {
                    self.best = stepwise.clone();
                }
                self.stepwise = Some(stepwise);
            }
        }
    }
}

/// How many ways there are to make a number less: see `lower.rs`.
const RUNGS: usize = 5;

impl Cursor {
    /// What was left out is needed.
    fn fail(&mut self, layer: Layer) {
        self.rung += 1;
        if !layer.is_ladder() || self.rung == RUNGS {
            self.rung = 0;
            self.at += self.size;
        }
    }

    /// What was left out is gone; what was before it has moved up.
    fn gain(&mut self, layer: Layer) {
        if layer.is_ladder() && self.rung == 0 {
            self.at += 1;
        }
        self.rung = self.rung.min(1);
    }
}
