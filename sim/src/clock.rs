//! What each node's clocks show: the world's time, unless a fault has made them wrong.
//!
//! A monotonic clock is a line of many pieces over the world's time. Each piece begins at an anchor, and what was shown there is kept in
//! millionths of a nanosecond, so that no change of rate ever rounds anything away. A timer is due by the clock of its node; where that
//! clock goes on at another rate, the timer's place in the queue moves. All of it is off the way of a world whose clocks are right.

use seatrial_node::{Instant, Node, WallTime};

use crate::core::Core;
use crate::counts::FaultKind;
use crate::tape::MILLION;

/// The clocks of all nodes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clocks {
    /// Whether any clock is wrong, or has been: what is asked wherever a node is told the time.
    pub(crate) skewed: bool,
    /// By node.
    monotonic: Vec<Monotonic>,
    /// What makes clocks wrong at this moment.
    wrong: Vec<Wrong>,
}

/// One thing that is wrong with the clocks of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wrong {
    /// The fault of the plan.
    pub(crate) fault: usize,
    /// Whose clock.
    pub(crate) node: u32,
    /// In which way.
    pub(crate) how: Skew,
}

/// A way in which a clock is wrong. Offsets are in nanoseconds, ahead of the right time where they are above zero.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Skew {
    /// The monotonic clock runs so many parts in a million fast, or slow where below zero.
    Drift(i32),
    /// The wall clock is off.
    Offset(i64),
    /// The wall clock has jumped.
    Jump(i64),
    /// The wall clock is off every other period, of so many nanoseconds, counted from a time.
    Strobe { by: i64, period: u64, from: Instant },
}

impl Skew {
    const fn kind(self) -> FaultKind {
        match self {
            Self::Drift(_) => FaultKind::ClockDrift,
            Self::Offset(_) => FaultKind::WallOffset,
            Self::Jump(_) => FaultKind::WallJump,
            Self::Strobe { .. } => FaultKind::WallStrobe,
        }
    }

    /// How far the wall clock is off for it.
    const fn wall(self, now: Instant) -> i64 {
        match self {
            Self::Drift(_) => 0,
            Self::Offset(by) | Self::Jump(by) => by,
            // It begins with a flip: one that is shorter than its period is seen, too.
            Self::Strobe { by, period, from } => {
                if (now.since(from).as_nanos() / period).is_multiple_of(2) { by } else { 0 }
            }
        }
    }
}

/// A monotonic clock, as a function of the world's time.
#[derive(Clone, Copy, Debug, Default)]
struct Monotonic {
    /// Since when it has gone at this rate, in the world's nanoseconds.
    since: u64,
    /// What it showed then, in millionths of a nanosecond.
    shown: u128,
    /// How many parts in a million it is fast; it stands still at a million below zero.
    rate: i32,
    /// It stands still whatever else is wrong with it.
    stands: bool,
}

/// A clock that stands still gains no part of a million.
const STANDS: i32 = -(MILLION as i32);

impl Monotonic {
    const fn speed(self) -> u128 {
        self.rate.saturating_add(MILLION as i32).unsigned_abs() as u128
    }

    /// In millionths of a nanosecond.
    const fn exactly(self, now: Instant) -> u128 {
        self.shown + now.as_nanos().saturating_sub(self.since) as u128 * self.speed()
    }

    fn shows(self, now: Instant) -> Instant {
        let nanos = self.exactly(now) / u128::from(MILLION);
        Instant::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// The world's time at which it comes to show this; never, where it stands still.
    fn comes_to(self, due: Instant) -> Option<Instant> {
        let left = (u128::from(due.as_nanos()) * u128::from(MILLION)).saturating_sub(self.shown);
        let wait = match (left, self.speed()) {
            (0, _) => 0,
            (_, 0) => return None,
            (left, speed) => left.div_ceil(speed),
        };
        let nanos = u128::from(self.since) + wait;
        Some(Instant::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
    }

    fn go_on(&mut self, rate: i32, now: Instant) {
        self.shown = self.exactly(now);
        self.since = now.as_nanos();
        self.rate = rate;
    }
}

impl Clocks {
    /// All clocks are right.
    pub(crate) fn reset(&mut self, nodes: usize) {
        self.skewed = false;
        self.monotonic.clear();
        self.monotonic.resize(nodes, Monotonic::default());
        self.wrong.clear();
    }

    /// What a node's monotonic clock shows.
    pub(crate) fn shows(&self, node: u32, now: Instant) -> Instant {
        self.monotonic[node as usize].shows(now)
    }

    /// When a node's monotonic clock comes to show this, by the world's time; never, where it stands still.
    pub(crate) fn comes_to(&self, node: u32, due: Instant, now: Instant) -> Option<Instant> {
        self.monotonic[node as usize].comes_to(due).map(|at| at.max(now))
    }

    fn drifts(&self, node: u32) -> bool {
        let drifts = |wrong: &Wrong| wrong.node == node && matches!(wrong.how, Skew::Drift(_));
        self.wrong.iter().any(drifts)
    }

    /// The rate at which a node's monotonic clock should go: what is wrong with it adds up.
    fn rate(&self, node: u32) -> i32 {
        if self.monotonic[node as usize].stands {
            return STANDS;
        }
        let drift = |wrong: &Wrong| match wrong.how {
            Skew::Drift(rate) if wrong.node == node => rate,
            _ => 0,
        };
        self.wrong.iter().map(drift).fold(0, i32::saturating_add).max(STANDS)
    }
}

impl<N: Node> Core<N> {
    /// What a node's monotonic clock shows while it handles an input.
    #[inline]
    pub(crate) fn now_at(&mut self, node: u32) -> Instant {
        if self.clocks.skewed { self.skewed_now(node) } else { self.now }
    }

    #[cold]
    fn skewed_now(&mut self, node: u32) -> Instant {
        if self.clocks.drifts(node) {
            self.counts.effect(FaultKind::ClockDrift);
        }
        self.clocks.shows(node, self.now)
    }

    /// How far a node's wall clock is off as it is read now, in nanoseconds.
    #[cold]
    pub(crate) fn wall_error(&mut self, node: u32) -> i128 {
        let mut error = 0;
        for wrong in self.clocks.wrong.iter().filter(|wrong| wrong.node == node) {
            let part = wrong.how.wall(self.now);
            if part != 0 {
                self.counts.effect(wrong.how.kind());
                error += i128::from(part);
            }
        }
        error
    }

    /// A node sets a timer by a clock that may be wrong.
    #[cold]
    pub(crate) fn set_skewed_timer(
        &mut self,
        node: u32,
        key: N::Timer,
        after: seatrial_node::Duration,
    ) {
        let due = self.clocks.shows(node, self.now) + after;
        let at = self.clocks.comes_to(node, due, self.now);
        let timers = &mut self.bodies[node as usize].timers;
        let entry = timers.set_at(key, due, at.unwrap_or(Instant::MAX));
        if let (Some(timer), Some(at)) = (entry, at) {
            self.queue_timer(node, timer, at);
        }
    }

    /// A clock goes wrong.
    #[cold]
    pub(crate) fn go_wrong(&mut self, wrong: Wrong) {
        self.clocks.wrong.push(wrong);
        self.regulate(wrong.node);
    }

    /// What this fault has made wrong is so no more. Whose clock it was, if it was anybody's.
    #[cold]
    pub(crate) fn go_right(&mut self, fault: usize) -> Option<u32> {
        let place = self.clocks.wrong.iter().position(|wrong| wrong.fault == fault)?;
        let node = self.clocks.wrong.remove(place).node;
        self.regulate(node);
        Some(node)
    }

    /// Every clock goes right from here: wall clocks show the right time, monotonic ones go on from what they show.
    pub(crate) fn heal_clocks(&mut self) {
        self.clocks.wrong.clear();
        for node in 0..self.members.len() as u32 {
            self.clocks.monotonic[node as usize].stands = false;
            self.regulate(node);
        }
    }

    /// A node's monotonic clock stands still from now on, or goes on: the machine is suspended, or resumes.
    #[cold]
    pub(crate) fn let_clock_stand(&mut self, node: u32, stands: bool) {
        self.clocks.monotonic[node as usize].stands = stands;
        self.regulate(node);
    }

    /// A node's monotonic clock takes the rate that it should go at, and its timers move in the queue.
    fn regulate(&mut self, node: u32) {
        self.clocks.skewed |= !self.clocks.wrong.is_empty();
        let rate = self.clocks.rate(node);
        let clock = &mut self.clocks.monotonic[node as usize];
        if clock.rate == rate {
            return;
        }
        self.clocks.skewed = true;
        clock.go_on(rate, self.now);
        let (clock, now) = (*clock, self.now);
        for place in 0..self.bodies[node as usize].timers.len() {
            let timers = &mut self.bodies[node as usize].timers;
            let at = |due| clock.comes_to(due).map_or(Instant::MAX, |at| at.max(now));
            if let Some((timer, at)) = timers.move_entry(place, at) {
                self.queue_timer(node, timer, at);
            }
        }
    }
}

/// What a right wall clock shows at the world's beginning: 2020-01-01T00:00:00Z.
pub(crate) const WALL_BEGINS: u64 = 1_577_836_800_000_000_000;

/// What a wall clock shows that is off by so many nanoseconds.
pub(crate) fn wall(now: Instant, error: i128) -> WallTime {
    let nanos = i128::from(WALL_BEGINS) + i128::from(now.as_nanos()) + error;
    let nanos = nanos.clamp(0, i128::from(u64::MAX));
    WallTime::from_unix_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
