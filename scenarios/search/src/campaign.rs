//! Which run to make next, when all runs so far are known.
//!
//! A run is made by a [`Recipe`]: a seed, the points at which other seeds take over, the moments from which on its trouble is another seed's,
//! and the strategy that orders its events. A campaign gives every run its recipe, and is told what the run came past. With one *arm* it makes
//! all runs alike. With several it is a portfolio: each gets runs by what it yields, in states that no run has come past before, for each event
//! that its runs take; so an arm that has nothing more to show makes room, and none is ever left out (a bandit in the manner of P. Auer,
//! N. Cesa-Bianchi and P. Fischer, *Finite-time Analysis of the Multiarmed Bandit Problem*, 2002, with a floor in place of a bound on regret).
//!
//! Guidance takes no part in that: it goes back to where others have been, so that what it yields says little of how far it gets. A few runs are
//! guided at first, as what is easy is found by any runs that have nothing to do with one another, and what they show is what guidance goes
//! by. What they have not found is not easy, and from then on most are guided.
//!
//! Everything is decided by the campaign's seed and by what it was told, in the order in which it was told.

mod guide;

use seatrial_node::Duration;
use seatrial_sim::{Strategy, Turn};

use guide::Guide;

/// How a run is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// The seed that decides at first.
    pub seed: u64,
    /// Where others take over, in order.
    pub turns: Vec<Turn>,
    /// Where other trouble begins, in order.
    pub storms: Vec<Storm>,
    /// What orders its events, where their times do not.
    pub order: Option<Strategy>,
}

impl Recipe {
    /// The run of a seed, ordered so.
    pub const fn plain(seed: u64, order: Option<Strategy>) -> Self {
        Self { seed, turns: Vec::new(), storms: Vec::new(), order }
    }
}

/// A moment of a run from which on its trouble is another seed's. What has begun by then goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Storm {
    /// How long after the run's beginning.
    pub after: Duration,
    /// Whose trouble it is from there on.
    pub seed: u64,
}

/// A state that a run came past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The state, hashed.
    pub state: u64,
    /// After how many events the run was first in it.
    pub step: u64,
    /// And after how long.
    pub at: Duration,
    /// What it is one of.
    pub grain: Grain,
}

/// How finely states of a kind are told apart: the more coarsely, the fewer there are, and the more one says that is seldom met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// An arrangement of nodes, one of very many.
    Fine,
    /// A set of places worth reaching that the run has reached.
    Trail,
    /// An arrangement of nodes in outline, one of few.
    Outline,
}

/// A way to choose runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arm {
    /// By seeds alone.
    Random,
    /// By seeds, with events in the order of a strategy.
    Steered(Strategy),
    /// By what former runs came past: see [`Campaign`].
    Guided,
}

/// What an arm has brought lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Yield {
    /// How many states its runs were the first to come past.
    states: u64,
    /// How many events that took.
    events: u64,
    /// It is the turn of the arm that has the least of this.
    spent: u64,
}

/// Chooses runs.
///
/// ```
/// use seatrial_node::Duration;
/// use seatrial_search::{Arm, Campaign, Grain, Seen};
///
/// let mut campaign = Campaign::new(vec![Arm::Guided], 7);
/// let (arm, first) = campaign.next(0);
/// assert_eq!((first.seed, first.turns.len()), (0, 0), "nothing is known yet");
/// campaign.tell(arm, &first, &[Seen { state: 99, step: 40, at: Duration::ZERO, grain: Grain::Fine }], 100);
/// let next = (1..50).map(|number| campaign.next(number).1);
/// let goes_on = |turn: &seatrial_sim::Turn| turn.step == 40;
/// assert!(next.into_iter().any(|run| run.seed == 0 && run.turns.first().is_some_and(goes_on)));
/// ```
#[derive(Clone, Debug)]
pub struct Campaign {
    arms: Vec<(Arm, Yield)>,
    guide: Guide,
    /// How many runs of a portfolio have been chosen.
    chosen: u64,
}

/// A portfolio begins with so many runs by seeds alone.
const WARM_UP: u64 = 64;

/// So many runs of a portfolio are its first, in which what is easy is found.
const FIRST: u64 = 1_024;

/// One in so many of the first runs is guided; of the others, all but one in so many.
const GUIDED_FIRST: u64 = 6;
const GUIDED_LATER: u64 = 3;

/// Of the other arms, the one that yields most gets at most so many times as many runs as the one that yields least.
const FLOOR: u64 = 8;

/// What an arm has spent for one run, at the least share.
const COST: u64 = 1 << 20;

/// So many events are remembered of an arm at full weight: what it yielded before counts by half.
const MEMORY: u64 = 1 << 21;

/// A state that is told apart coarsely counts as so many others.
const COARSE: u64 = 30;

/// Before an arm has made a run, it is taken to yield a state in so many events.
const HOPE: u64 = 1 << 8;

impl Campaign {
    /// A campaign by these arms, one at least. Its seed decides all that is left to chance.
    pub fn new(arms: Vec<Arm>, seed: u64) -> Self {
        assert!(!arms.is_empty(), "a campaign has an arm");
        let arms = arms.into_iter().map(|arm| (arm, Yield::default())).collect();
        Self { arms, guide: Guide::new(seed), chosen: 0 }
    }

    /// Whether what it chooses depends on what it is told.
    pub fn learns(&self) -> bool {
        self.arms.len() > 1 || self.arms.iter().any(|(arm, _)| *arm == Arm::Guided)
    }

    /// The arms, in the order of their numbers.
    pub fn arms(&self) -> impl Iterator<Item = Arm> {
        self.arms.iter().map(|(arm, _)| *arm)
    }

    /// How the next run is made, and by which arm. No two runs of a campaign have the same number: it is their seed, or what they add to
    /// others.
    pub fn next(&mut self, number: u64) -> (usize, Recipe) {
        let arm = self.choose();
        let recipe = match self.arms[arm].0 {
            Arm::Random => Recipe::plain(number, None),
            Arm::Steered(order) => Recipe::plain(number, Some(order)),
            Arm::Guided => self.guide.propose(number),
        };
        (arm, recipe)
    }

    fn choose(&mut self) -> usize {
        if self.arms.len() == 1 {
            return 0;
        }
        let place = |wanted| self.arms.iter().position(|(arm, _)| *arm == wanted);
        let (plain, guided) = (place(Arm::Random), place(Arm::Guided));
        self.chosen += 1;
        if let Some(plain) = plain.filter(|_| self.chosen <= WARM_UP) {
            return plain;
        }
        let is_guided = match self.chosen {
            ..=FIRST => self.chosen.is_multiple_of(GUIDED_FIRST),
            _ => !self.chosen.is_multiple_of(GUIDED_LATER),
        };
        if let Some(guided) = guided.filter(|_| is_guided) {
            return guided;
        }
        let others = || (0..self.arms.len()).filter(|arm| Some(*arm) != guided);
        let best = others().map(|arm| self.arms[arm].1.rate()).max().unwrap_or(1);
        let least = others().min_by_key(|arm| self.arms[*arm].1.spent).unwrap_or(0);
        let yields = &mut self.arms[least].1;
        let share = (yields.rate() * FLOOR / best.max(1)).clamp(1, FLOOR);
        yields.spent += COST / share;
        least
    }

    /// What came of a run: the states that it came past, in order, and how many events it had. Runs are told in the order of their numbers.
    /// Says of how many states it was the first, where what is chosen depends on that.
    pub fn tell(&mut self, arm: usize, recipe: &Recipe, seen: &[Seen], events: u64) -> u64 {
        if !self.learns() {
            return 0;
        }
        let (fresh, coarse) = self.guide.learn(recipe, seen);
        let yields = &mut self.arms[arm].1;
        yields.states += fresh + coarse * (COARSE - 1);
        yields.events += events;
        if yields.events > MEMORY {
            yields.states /= 2;
            yields.events /= 2;
        }
        fresh
    }
}

impl Yield {
    /// New states in a million events.
    fn rate(&self) -> u64 {
        (self.states + 1) * 1_000_000 / (self.events + HOPE)
    }
}

#[cfg(test)]
mod tests;
