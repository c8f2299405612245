//! How runs are chosen: what `--strategy` says.

use std::fmt;
use std::str::FromStr;

use seatrial_history::StrategyInfo;
use seatrial_node::Duration;
use seatrial_search::{Arm, Recipe};
use seatrial_sim::{Setup, Steering, Strategy as Order, Tape, WORLD};

use crate::prepared::{Measuring, Prepared};
use crate::scenario::unknown;

/// How runs are chosen. How their faults are drawn is another matter: see [`Faults`](crate::Faults).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// By seeds alone: events come in the order of their times.
    #[default]
    Random,
    /// In an order that is chosen on purpose, within what a slow network and slow machines can show.
    Steered(Order),
    /// By what former runs came past: later ones go on from states that were seldom met.
    Guided,
    /// By all of these in turn, each as often as it shows something new.
    Portfolio,
}

/// What a portfolio steers by, beside seeds alone and guidance.
const PORTFOLIO: [Order; 4] =
    [Order::Pct { depth: 3 }, Order::Pctcp { depth: 3 }, Order::Delay { delays: 2 }, Order::Pos];

/// The names of strategies, each with the number that it takes where nothing is said.
const NAMES: [(&str, Option<u32>); 7] = [
    ("random", None),
    ("pct", Some(3)),
    ("pctcp", Some(3)),
    ("delay", Some(2)),
    ("pos", None),
    ("guided", None),
    ("portfolio", None),
];

/// More points than that are no bound on anything.
const MOST: u32 = 100;

impl FromStr for Strategy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, number) = match text.split_once(':') {
            Some((name, number)) => (name, Some(number)),
            None => (text, None),
        };
        let known = || NAMES.iter().map(|(name, _)| *name);
        let entry = NAMES.iter().find(|(known, _)| *known == name);
        let (_, usual) = entry.ok_or_else(|| unknown("strategy", name, known()))?;
        let count = match (usual, number) {
            (None, Some(number)) => {
                return Err(format!(
                    "{name} takes no number: write {name} in place of {name}:{number}"
                ));
            }
            (usual, None) => usual.unwrap_or_default(),
            (Some(usual), Some(number)) => {
                let count = number.parse().ok().filter(|count| (1..=MOST).contains(count));
                count.ok_or_else(|| {
                    format!("{text}: a number from 1 to {MOST} is wanted, as {name}:{usual}")
                })?
            }
        };
        Ok(match name {
            "pct" => Self::Steered(Order::Pct { depth: count }),
            "pctcp" => Self::Steered(Order::Pctcp { depth: count }),
            "delay" => Self::Steered(Order::Delay { delays: count }),
            "pos" => Self::Steered(Order::Pos),
            "guided" => Self::Guided,
            "portfolio" => Self::Portfolio,
            _ => Self::Random,
        })
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Steered(Order::Pct { depth }) => write!(f, "pct:{depth}"),
            Self::Steered(Order::Pctcp { depth }) => write!(f, "pctcp:{depth}"),
            Self::Steered(Order::Delay { delays }) => write!(f, "delay:{delays}"),
            Self::Steered(Order::Pos) => f.write_str("pos"),
            Self::Steered(other) => write!(f, "{other:?}"),
            Self::Random => f.write_str("random"),
            Self::Guided => f.write_str("guided"),
            Self::Portfolio => f.write_str("portfolio"),
        }
    }
}

/// How many runs are made to see how long one is.
const MEASURED: u64 = 4;

impl Strategy {
    /// What orders the events of each run, where all have the same.
    pub(crate) const fn order(self) -> Option<Order> {
        match self {
            Self::Steered(order) => Some(order),
            Self::Random | Self::Guided | Self::Portfolio => None,
        }
    }

    /// Whether a single run can be chosen so, without those before it.
    pub const fn is_of_one_run(self) -> bool {
        matches!(self, Self::Random | Self::Steered(_))
    }

    /// The ways in which runs of this scenario are chosen.
    pub(crate) fn arms(self, prepared: &Prepared) -> Vec<Arm> {
        match self {
            Self::Random => vec![Arm::Random],
            Self::Steered(order) => vec![Arm::Steered(order)],
            Self::Guided => vec![Arm::Guided],
            Self::Portfolio => {
                let bears = prepared.bears_delays();
                let steered = PORTFOLIO.into_iter().map(Arm::Steered).filter(|_| bears);
                [Arm::Random].into_iter().chain(steered).chain([Arm::Guided]).collect()
            }
        }
    }

    /// About how many events a run of this scenario has, where this strategy has to know: the first few are made.
    ///
    /// # Errors
    /// Where what is promised does not bear what is late, which such a strategy makes.
    pub(crate) fn measure(self, prepared: &Prepared) -> Result<u64, String> {
        match self {
            Self::Random | Self::Guided => return Ok(0),
            Self::Steered(_) | Self::Portfolio if prepared.bears_delays() => {}
            Self::Portfolio => return Ok(0),
            Self::Steered(_) => {
                return Err(format!(
                    "{} promises what it does under a bound on time, which `{self}` would break; take --strategy random, guided or \
                     portfolio",
                    prepared.scenario().name
                ));
            }
        }
        let mut worker = prepared.worker(Measuring::Bounded);
        let events = (0..MEASURED).map(|seed| {
            worker.run_by(seed, &Recipe::plain(seed, None), None);
            worker.result().events
        });
        Ok(events.max().unwrap_or(1))
    }
}

/// The strategy of an arm.
pub(crate) const fn of_arm(arm: Arm) -> Strategy {
    match arm {
        Arm::Random => Strategy::Random,
        Arm::Steered(order) => Strategy::Steered(order),
        Arm::Guided => Strategy::Guided,
    }
}

/// An arm of a hunt among so many nodes and clients, whose runs have about so many events, for whoever tells of it.
pub(crate) fn info(arm: Arm, actors: u64, events: u64) -> StrategyInfo {
    let depth = match arm {
        Arm::Steered(Order::Pct { depth }) => Some(depth),
        _ => None,
    };
    let (name, runs, states, violated) = (of_arm(arm).to_string(), 0, 0, 0);
    StrategyInfo { name, depth, actors, events, runs, states, violated }
}

/// How a run is steered. The slack is drawn for each: what a short one shows, a long one may hide.
pub(crate) fn steering(order: Order, events: u64, setup: &Setup, tape: &mut Tape) -> Steering {
    let site = tape.site("strategy: slack");
    let times = 1 << tape.choose(site, WORLD, SLACKS);
    let slack = (setup.latency.usually_below() * times).max(Duration::from_micros(1));
    Steering { strategy: order, slack, events }
}

/// The slack is once, twice, four times … as long as a message usually takes at most.
const SLACKS: u64 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strategy_is_written_as_it_is_read() {
        for text in ["random", "pct:3", "pct:1", "pctcp:4", "delay:2", "pos", "guided", "portfolio"]
        {
            let strategy: Strategy = text.parse().expect(text);
            assert_eq!(strategy.to_string(), text);
        }
        assert_eq!("pct".parse(), Ok(Strategy::Steered(Order::Pct { depth: 3 })));
        assert_eq!("delay".parse(), Ok(Strategy::Steered(Order::Delay { delays: 2 })));
    }

    #[test]
    fn what_is_no_strategy_is_answered_with_what_to_write() {
        let refused = |text: &str| text.parse::<Strategy>().expect_err(text);
        assert!(refused("ptc").contains("did you mean `pct`?"));
        assert!(
            refused("greedy")
                .contains("there is random, pct, pctcp, delay, pos, guided, portfolio")
        );
        assert!(refused("pct:0").contains("a number from 1 to 100 is wanted, as pct:3"));
        assert!(refused("pct:three").contains("as pct:3"));
        assert!(refused("pos:3").contains("write pos in place of pos:3"));
    }
}
