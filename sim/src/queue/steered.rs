//! Events in the order of a [`Strategy`](crate::Strategy).

use super::{Entry, Lane};
use crate::strategy::{Steering, Strategy};
use crate::tape::{Tape, WORLD, site};

/// Pending events, and who goes first.
#[derive(Clone, Debug)]
pub(super) struct Steered {
    steering: Steering,
    /// From this time on nothing is late.
    punctual_from: u64,
    pending: Vec<Pending>,
    /// How many events have happened.
    popped: u64,
    /// At which of them the strategy does something, the latest first.
    points: Vec<u64>,
    drawn: bool,
    /// The rank of each node and client, or of each chain; none, where it has not been drawn.
    ranks: Vec<Option<u64>>,
    /// The chain of what is happening, until something goes on with it.
    chain: Option<u32>,
    /// How often somebody has fallen below all others.
    falls: u64,
}

/// A pending event.
#[derive(Clone, Copy, Debug)]
struct Pending {
    entry: Entry,
    lane: Lane,
    chain: u32,
    /// For partial-order sampling: its own rank, drawn when it is first looked at.
    rank: Option<u64>,
    /// It is late already, and not to be delayed again.
    delayed: bool,
}

/// Ranks that are drawn are above all to which somebody falls.
const DRAWN: u64 = 1 << 32;

impl Steered {
    pub(super) fn new(steering: Steering, punctual_from: u64) -> Self {
        let (pending, points, ranks) = Default::default();
        Self {
            steering,
            punctual_from,
            pending,
            popped: 0,
            points,
            drawn: false,
            ranks,
            chain: None,
            falls: 0,
        }
    }

    pub(super) fn push(&mut self, entry: Entry, lane: Lane) {
        let chain = match self.steering.strategy {
            Strategy::Pctcp { .. } => self.chain.take().unwrap_or_else(|| self.new_chain()),
            _ => lane.whose().map_or(0, |slot| slot + 1),
        };
        self.pending.push(Pending { entry, lane, chain, rank: None, delayed: false });
    }

    fn new_chain(&mut self) -> u32 {
        self.ranks.push(None);
        self.ranks.len() as u32 - 1
    }

    pub(super) fn pop(&mut self, limit: u64, tape: &mut Tape) -> Option<Entry> {
        if !self.drawn {
            self.draw_points(tape);
        }
        let place = match self.steering.strategy {
            Strategy::Pct { .. } | Strategy::Pctcp { .. } => self.by_priority(limit, tape)?,
            Strategy::Delay { .. } => self.by_time(limit, tape)?,
            Strategy::Pos => self.by_own_rank(limit, tape)?,
        };
        self.popped += 1;
        let happens = self.pending.swap_remove(place);
        self.chain = Some(happens.chain);
        Some(happens.entry)
    }

    /// Draws at which events the strategy does something.
    fn draw_points(&mut self, tape: &mut Tape) {
        self.drawn = true;
        let (count, name) = match self.steering.strategy {
            Strategy::Pct { depth } | Strategy::Pctcp { depth } => {
                (depth.saturating_sub(1), site::CHANGE_POINT)
            }
            Strategy::Delay { delays } => (delays, site::DELAY_POINT),
            Strategy::Pos => (0, site::CHANGE_POINT),
        };
        let events = self.steering.events.max(1);
        self.points.extend((0..count).map(|_| tape.choose(name, WORLD, events)));
        self.points.sort_unstable_by(|one, other| other.cmp(one));
    }

    /// Whether the strategy does something now; each of its points counts once.
    fn at_a_point(&mut self) -> bool {
        let is_now = self.points.last().is_some_and(|point| *point <= self.popped);
        if is_now {
            self.points.pop();
        }
        is_now
    }

    /// The first event by priority of its node or chain. At a point of change whoever that is falls.
    fn by_priority(&mut self, limit: u64, tape: &mut Tape) -> Option<usize> {
        loop {
            let horizon = self.horizon(limit);
            let mut first: Option<(u64, Entry, usize)> = None;
            for place in 0..self.pending.len() {
                let Pending { entry, chain, .. } = self.pending[place];
                if !self.is_enabled(place, horizon) {
                    continue;
                }
                let rank = self.rank_of(chain, tape);
                // Of the same rank, the earlier one.
                if first.is_none_or(|(r, e, _)| (rank, e) > (r, entry)) {
                    first = Some((rank, entry, place));
                }
            }
            let (_, _, place) = first?;
            if !self.at_a_point() {
                return Some(place);
            }
            self.falls += 1;
            let chain = self.pending[place].chain;
            self.ranks[chain as usize] = Some(DRAWN - self.falls);
        }
    }

    fn rank_of(&mut self, chain: u32, tape: &mut Tape) -> u64 {
        let chain = chain as usize;
        if self.ranks.len() <= chain {
            self.ranks.resize(chain + 1, None);
        }
        let rank = &mut self.ranks[chain];
        *rank.get_or_insert_with(|| DRAWN + tape.choose(site::PRIORITY, WORLD, DRAWN))
    }

    /// The first event by time. At a point of delay it comes later, and another is first.
    fn by_time(&mut self, limit: u64, tape: &mut Tape) -> Option<usize> {
        loop {
            let place = (0..self.pending.len()).min_by_key(|place| self.pending[*place].entry)?;
            let Pending { entry, lane, delayed, .. } = self.pending[place];
            if entry.time() > limit {
                return None;
            }
            let latest = self.deadline(entry);
            let may_wait = matches!(lane, Lane::To(_) | Lane::Clock(_)) && !delayed;
            if !may_wait || latest == entry.time() || !self.at_a_point() {
                return Some(place);
            }
            let longer = 1 + tape.choose(site::DELAY, WORLD, latest - entry.time());
            let late = &mut self.pending[place];
            late.entry = entry.at(entry.time() + longer);
            late.delayed = true;
        }
    }

    /// The first event by a rank of its own. What is about the same node gets another.
    fn by_own_rank(&mut self, limit: u64, tape: &mut Tape) -> Option<usize> {
        let horizon = self.horizon(limit);
        let mut first: Option<(u64, Entry, usize)> = None;
        for place in 0..self.pending.len() {
            if !self.is_enabled(place, horizon) {
                continue;
            }
            let Pending { entry, rank, .. } = &mut self.pending[place];
            let rank = *rank.get_or_insert_with(|| tape.choose(site::PRIORITY, WORLD, DRAWN));
            if first.is_none_or(|(r, e, _)| (rank, e) > (r, *entry)) {
                first = Some((rank, *entry, place));
            }
        }
        let (_, _, place) = first?;
        if let Some(whose) = self.pending[place].lane.whose() {
            let racing = self.pending.iter_mut().filter(|p| p.lane.whose() == Some(whose));
            racing.for_each(|pending| pending.rank = None);
        }
        Some(place)
    }

    /// The time beyond which nothing may happen yet, for something else would be too late.
    fn horizon(&self, limit: u64) -> u64 {
        let deadlines = self.pending.iter().map(|pending| self.deadline(pending.entry));
        deadlines.min().map_or(limit, |first| first.min(limit))
    }

    /// The latest time at which this may happen.
    fn deadline(&self, entry: Entry) -> u64 {
        let time = entry.time();
        let late = time.saturating_add(self.steering.slack.as_nanos());
        late.min(self.punctual_from).max(time)
    }

    /// Whether an event may be next: its time comes before the horizon, and nothing of its lane before it.
    fn is_enabled(&self, place: usize, horizon: u64) -> bool {
        let Pending { entry, lane, .. } = self.pending[place];
        let is_free = matches!(lane, Lane::Free | Lane::To(_));
        let before = |other: &Pending| other.lane == lane && other.entry < entry;
        entry.time() <= horizon && (is_free || !self.pending.iter().any(before))
    }
}

#[cfg(test)]
mod tests {
    use seatrial_node::Duration;

    use super::*;

    fn steered(strategy: Strategy, slack: u64) -> Steered {
        Steered::new(
            Steering { strategy, slack: Duration::from_nanos(slack), events: 10 },
            1_000_000,
        )
    }

    /// What comes of these, each a time, a slot and a lane.
    fn order(mut steered: Steered, seed: u64, events: &[(u64, u32, Lane)]) -> Vec<u32> {
        let mut tape = Tape::seeded(seed);
        for (number, (time, slot, lane)) in events.iter().enumerate() {
            steered.push(Entry::new(*time, number as u64, *slot), *lane);
        }
        std::iter::from_fn(|| steered.pop(u64::MAX, &mut tape)).map(Entry::slot).collect()
    }

    const ALL: [Strategy; 4] = [
        Strategy::Pct { depth: 3 },
        Strategy::Pctcp { depth: 3 },
        Strategy::Delay { delays: 3 },
        Strategy::Pos,
    ];

    #[test]
    fn without_slack_every_strategy_keeps_to_the_times() {
        let events = [(10, 0, Lane::To(0)), (20, 1, Lane::To(1)), (30, 2, Lane::Clock(0))];
        for strategy in ALL {
            for seed in 0..50 {
                assert_eq!(order(steered(strategy, 0), seed, &events), [0, 1, 2], "{strategy:?}");
            }
        }
    }

    #[test]
    fn nothing_is_overtaken_by_what_comes_after_its_slack() {
        let events = [(10, 0, Lane::To(0)), (40, 1, Lane::To(1)), (90, 2, Lane::To(2))];
        for strategy in ALL {
            let orders: Vec<_> =
                (0..200).map(|seed| order(steered(strategy, 50), seed, &events)).collect();
            assert!(
                orders.iter().any(|order| *order != [0, 1, 2]),
                "{strategy:?}: always the same"
            );
            let place = |order: &[u32], slot| order.iter().position(|s| *s == slot);
            assert!(orders.iter().all(|o| place(o, 0) < place(o, 2)), "{strategy:?}: too late");
        }
    }

    #[test]
    fn nothing_is_late_once_the_trouble_is_over() {
        let events = [(1_000_010, 0, Lane::To(0)), (1_000_020, 1, Lane::To(1))];
        for strategy in ALL {
            for seed in 0..50 {
                assert_eq!(order(steered(strategy, 500), seed, &events), [0, 1], "{strategy:?}");
            }
        }
    }

    #[test]
    fn a_disk_keeps_its_order_whatever_the_strategy() {
        let events = [(10, 0, Lane::Disk(0)), (20, 1, Lane::Disk(0)), (15, 2, Lane::To(1))];
        for strategy in ALL {
            for seed in 0..200 {
                let order = order(steered(strategy, 1_000), seed, &events);
                let place = |slot| order.iter().position(|s| *s == slot);
                assert!(place(0) < place(1), "{strategy:?} {seed}: {order:?}");
            }
        }
    }

    #[test]
    fn pct_of_depth_one_runs_each_node_to_its_end() {
        let events: Vec<_> = (0..12).map(|n| (n, n as u32, Lane::To(n as u32 % 3))).collect();
        let mut firsts = [0; 3];
        for seed in 0..300 {
            let order = order(steered(Strategy::Pct { depth: 1 }, 1_000), seed, &events);
            let nodes: Vec<u32> = order.iter().map(|slot| slot % 3).collect();
            let turns = nodes.windows(2).filter(|pair| pair[0] != pair[1]).count();
            assert_eq!(turns, 2, "{order:?}");
            firsts[nodes[0] as usize] += 1;
        }
        assert!(firsts.iter().all(|count| *count > 60), "{firsts:?}");
    }

    #[test]
    fn so_many_delays_are_made_and_no_more() {
        let events: Vec<_> = (0..10).map(|n| (10 * n, n as u32, Lane::To(0))).collect();
        for delays in 0..3 {
            let strategy = Strategy::Delay { delays };
            let most = (0..200).map(|seed| {
                let order = order(steered(strategy, 1_000), seed, &events);
                // Who is delayed comes after somebody who was to come later.
                let late = |place: &usize| order[..*place].iter().any(|slot| *slot > order[*place]);
                (0..order.len()).filter(late).count()
            });
            assert_eq!(most.max(), Some(delays as usize));
        }
    }
}
