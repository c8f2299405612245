//! How runs are chosen: what `--strategy` says.

use std::fmt;
use std::str::FromStr;

use seatrial_history::StrategyInfo;
use seatrial_node::Duration;
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
}

/// The names of strategies, each with the number that it takes where nothing is said.
const NAMES: [(&str, Option<u32>); 5] =
    [("random", None), ("pct", Some(3)), ("pctcp", Some(3)), ("delay", Some(2)), ("pos", None)];

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
        }
    }
}

/// A strategy, and about how many events a run of this scenario has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chosen {
    pub(crate) strategy: Strategy,
    events: u64,
}

/// How many runs are made to see how long one is.
const MEASURED: u64 = 4;

impl Chosen {
    /// The strategy that every scenario has before another is asked for.
    pub(crate) const RANDOM: Self = Self { strategy: Strategy::Random, events: 0 };

    /// This strategy for runs of this scenario, of which the first few are made to see how long they are.
    ///
    /// # Errors
    /// Where the scenario promises that everything is in time, which such a strategy would break.
    pub(crate) fn new(strategy: Strategy, prepared: &Prepared) -> Result<Self, String> {
        if strategy == Strategy::Random {
            return Ok(Self::RANDOM);
        }
        if prepared.scenario().judge.synchronous {
            return Err(format!(
                "{} is synchronous: it promises a bound on time, which `{strategy}` would break; take --strategy random",
                prepared.scenario().name
            ));
        }
        let mut worker = prepared.worker(Measuring::Bounded);
        let events = (0..MEASURED).map(|seed| {
            worker.run(seed);
            worker.result().events
        });
        Ok(Self { strategy, events: events.max().unwrap_or(1) })
    }

    /// The same, for whoever tells of a hunt.
    pub(crate) fn info(&self, actors: u64) -> Option<StrategyInfo> {
        let Strategy::Steered(order) = self.strategy else { return None };
        let depth = match order {
            Order::Pct { depth } => Some(depth),
            _ => None,
        };
        let name = self.strategy.to_string();
        Some(StrategyInfo { name, depth, actors, events: self.events })
    }

    /// How this run is steered. The slack is drawn for each: what a short one shows, a long one may hide.
    pub(crate) fn steering(&self, setup: &Setup, tape: &mut Tape) -> Option<Steering> {
        let Strategy::Steered(strategy) = self.strategy else { return None };
        let site = tape.site("strategy: slack");
        let times = 1 << tape.choose(site, WORLD, SLACKS);
        let slack = (setup.latency.usually_below() * times).max(Duration::from_micros(1));
        Some(Steering { strategy, slack, events: self.events })
    }
}

/// The slack is once, twice, four times … as long as a message usually takes at most.
const SLACKS: u64 = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strategy_is_written_as_it_is_read() {
        for text in ["random", "pct:3", "pct:1", "pctcp:4", "delay:2", "pos"] {
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
        assert!(refused("greedy").contains("there is random, pct, pctcp, delay, pos"));
        assert!(refused("pct:0").contains("a number from 1 to 100 is wanted, as pct:3"));
        assert!(refused("pct:three").contains("as pct:3"));
        assert!(refused("pos:3").contains("write pos in place of pos:3"));
    }
}
