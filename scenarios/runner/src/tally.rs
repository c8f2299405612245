//! Counts what an account tells: operations and how long they took, and places that were reached.

use seatrial_history::{Moment, Observer, OpCount, OpEvent, OpKind, Process};
use seatrial_node::{Duration, Fact, Instant, NodeId};

use crate::marks::Sightings;
use crate::scenario::Scenario;

/// Of a place that was reached more often than that it does not matter how often.
const TOLD_APART: u64 = 3;

/// A number for a name: FNV-1a.
fn named(mark: &str) -> u64 {
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    mark.bytes().fold(0xcbf2_9ce4_8422_2325, mix)
}

/// The counts of one run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    open: Vec<(Process, Instant)>,
    ops: Vec<Ops>,
    reached: Vec<(&'static str, u64)>,
    /// Which places have been reached, and whether once, twice or more often: as one number, whatever the order.
    trail: u64,
    sightings: Sightings,
    healed: Option<Moment>,
    /// Whether the last operation that ended took effect.
    pub(crate) succeeded: bool,
}

#[derive(Clone, Debug, Default)]
struct Ops {
    f: String,
    invoked: u64,
    ok: Vec<Duration>,
    fail: u64,
    info: u64,
}

impl Tally {
    /// Counts of runs of this scenario.
    pub(crate) fn new(scenario: &Scenario) -> Self {
        Self { sightings: Sightings::new(scenario), ..Self::default() }
    }

    /// Another run begins.
    pub(crate) fn begin(&mut self) {
        let mut sightings = std::mem::take(&mut self.sightings);
        sightings.begin();
        *self = Self { sightings, ..Self::default() };
    }

    /// When the trouble was over.
    pub(crate) fn healed_at(&self) -> Option<Moment> {
        self.healed
    }

    /// Operations by name.
    pub(crate) fn operations(&mut self) -> Vec<OpCount> {
        self.ops.sort_by(|a, b| a.f.cmp(&b.f));
        self.ops.iter_mut().map(Ops::count).collect()
    }

    /// How many operations have begun.
    pub(crate) fn begun(&self) -> u64 {
        self.ops.iter().map(|ops| ops.invoked).sum()
    }

    /// Places reached, and how often, by name.
    pub(crate) fn reached(&mut self) -> Vec<(String, u64)> {
        self.reached.sort_unstable();
        self.reached.iter().map(|(mark, times)| ((*mark).to_owned(), *times)).collect()
    }

    /// Which places have been reached so far, as one number.
    pub(crate) const fn trail(&self) -> u64 {
        self.trail
    }

    fn ops(&mut self, f: &str) -> &mut Ops {
        let place = self.ops.iter().position(|ops| ops.f == f).unwrap_or_else(|| {
            self.ops.push(Ops { f: f.to_owned(), ..Ops::default() });
            self.ops.len() - 1
        });
        &mut self.ops[place]
    }
}

impl Ops {
    fn count(&mut self) -> OpCount {
        self.ok.sort_unstable();
        let quantile = |per_cent: usize| {
            let rank = (self.ok.len() * per_cent).div_ceil(100);
            self.ok.get(rank.saturating_sub(1)).copied().unwrap_or_default()
        };
        let ok = self.ok.len() as u64;
        OpCount {
            f: self.f.clone(),
            invoked: self.invoked,
            ok,
            fail: self.fail,
            // What is still open at the end is unknown too.
            info: self.invoked - ok - self.fail,
            median: quantile(50),
            p99: quantile(99),
            max: quantile(100),
        }
    }
}

impl Observer for Tally {
    fn op(&mut self, at: Moment, event: &OpEvent) {
        if event.kind == OpKind::Invoke {
            self.open.push((event.process, at.time));
            self.ops(&event.f).invoked += 1;
            return;
        }
        self.succeeded = event.kind == OpKind::Ok;
        let Some(place) = self.open.iter().position(|(process, _)| *process == event.process)
        else {
            return;
        };
        let (_, began) = self.open.swap_remove(place);
        let ops = self.ops(&event.f);
        match event.kind {
            OpKind::Ok => ops.ok.push(at.time - began),
            OpKind::Fail => ops.fail += 1,
            _ => ops.info += 1,
        }
    }

    fn fact(&mut self, _: Moment, node: NodeId, fact: &Fact) {
        let (reached, trail) = (&mut self.reached, &mut self.trail);
        let mut reach = |mark: &'static str| {
            let times = match reached.iter_mut().find(|(known, _)| *known == mark) {
                Some((_, times)) => {
                    *times += 1;
                    *times
                }
                None => {
                    reached.push((mark, 1));
                    1
                }
            };
            if times <= TOLD_APART {
                *trail = trail.wrapping_add(named(mark).wrapping_mul(times));
            }
        };
        self.sightings.see(node, fact, &mut reach);
    }

    fn healed(&mut self, at: Moment) {
        self.healed = Some(at);
    }
}
