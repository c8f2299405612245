//! The plan of a trial's trouble: drawn from a seed before anything begins, so that it can be read, kept, and made again.
//!
//! It stays within what the protocols promise to survive. At any time fewer than half of the members are killed or stopped, and all is
//! mended before the last operations are made. Each kind that is asked for comes once before any comes twice.

use std::fmt;

use seatrial::sim::{Tape, WORLD};
use seatrial_node::Duration;

use crate::kind::Kind;

/// The trouble of a trial, in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) strikes: Vec<Strike>,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Strike {
    /// When, since the trial began.
    pub(crate) at: Duration,
    /// How long it lasts; no time, where it is over at once.
    pub(crate) lasts: Duration,
    pub(crate) whom: Whom,
    pub(crate) blow: Blow,
}

/// Whom a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whom {
    /// Whoever leads when it comes, as far as that is known; else the first.
    Leader,
    /// The member of this place, from 0.
    Place(u32),
}

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blow {
    Kill,
    Pause,
    /// With so many others, those after it, on its side.
    Partition {
        with: u32,
    },
    /// Nobody hears it; else it hears nobody.
    OneWay {
        unheard: bool,
    },
    Delay(Duration),
    Reset,
    /// So many bytes a second.
    Slow(u64),
}

impl Blow {
    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Kill => Kind::Kill,
            Self::Pause => Kind::Pause,
            Self::Partition { .. } => Kind::Partition,
            Self::OneWay { .. } => Kind::OneWay,
            Self::Delay(_) => Kind::Delay,
            Self::Reset => Kind::Reset,
            Self::Slow(_) => Kind::Slow,
        }
    }
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// For a first leader, before anything is done to anybody.
const CALM: Duration = ms(1_500);

/// For each kind that is asked for, so that it can come at least once.
const EACH: Duration = ms(1_500);

/// How long a process is left alone after it has been killed or stopped, before it is another's turn: it has to come up again.
const REST: Duration = ms(300);

/// The shortest trial in which these kinds can come.
pub(crate) const fn shortest(kinds: usize) -> Duration {
    Duration::from_nanos(CALM.as_nanos() + EACH.as_nanos() * (kinds as u64 + 1))
}

/// Draws a plan for so many members and so long.
pub(crate) fn draw(seed: u64, nodes: u32, trouble: Duration, kinds: &[Kind]) -> Plan {
    let mut dice = Dice { tape: Tape::seeded(seed), nodes };
    let mut strikes: Vec<Strike> = Vec::new();
    // What does not fit into the time that is left ends the drawing.
    let end = trouble.saturating_sub(ms(200));
    let (mut at, mut left) = (CALM, Vec::new());
    while !kinds.is_empty() {
        if left.is_empty() {
            left = kinds.to_vec();
        }
        let is_first = strikes.len() < kinds.len();
        let kind = left.swap_remove(dice.below("live: kind", left.len() as u64) as usize);
        let mut strike = dice.strike(kind, at, is_first);
        if kind.is_of_nodes() {
            strike.at = when_free(&strikes, &strike, (nodes as usize - 1) / 2);
        }
        if strike.at + strike.lasts > end {
            break;
        }
        strikes.push(strike);
        at = at + dice.between("live: gap", ms(150), if is_first { ms(500) } else { ms(1_500) });
    }
    strikes.sort_by_key(|strike| strike.at);
    Plan { strikes }
}

/// The first time, not before its own, at which this strike of a node can come with no more than so many at once.
fn when_free(strikes: &[Strike], strike: &Strike, most: usize) -> Duration {
    let of_nodes: Vec<&Strike> =
        strikes.iter().filter(|other| other.blow.kind().is_of_nodes()).collect();
    let until = |other: &Strike| other.at + other.lasts + REST;
    let is_free = |at: Duration| {
        let overlaps = |other: &&&Strike| other.at < at + strike.lasts + REST && until(other) > at;
        // More than there are at any one moment, perhaps: then it waits a little longer than it must.
        of_nodes.iter().filter(overlaps).count() < most
    };
    let ends = of_nodes.iter().map(|other| until(other)).filter(|end| *end > strike.at);
    let mut times: Vec<Duration> = std::iter::once(strike.at).chain(ends).collect();
    times.sort_unstable();
    times.into_iter().find(|at| is_free(*at)).expect("after the last end nobody is struck")
}

/// Chance for a plan.
struct Dice {
    tape: Tape,
    nodes: u32,
}

impl Dice {
    fn below(&mut self, what: &'static str, bound: u64) -> u64 {
        let site = self.tape.site(what);
        self.tape.choose(site, WORLD, bound)
    }

    fn between(&mut self, what: &'static str, least: Duration, most: Duration) -> Duration {
        // Whole milliseconds: plans are read by people.
        least + ms(self.below(what, most.saturating_sub(least).as_millis() + 1))
    }

    fn strike(&mut self, kind: Kind, at: Duration, is_first: bool) -> Strike {
        let whom = match self.below("live: whom", 2) {
            0 => Whom::Leader,
            _ => Whom::Place(self.below("live: place", u64::from(self.nodes)) as u32),
        };
        // The first of each kind are short, so that all of them find room.
        let longest = if is_first { ms(800) } else { ms(2_500) };
        let lasts = match kind {
            Kind::Reset => Duration::ZERO,
            _ => self.between("live: lasts", ms(300), longest),
        };
        let blow = match kind {
            Kind::Kill => Blow::Kill,
            Kind::Pause => Blow::Pause,
            Kind::Partition => {
                let most = u64::from(self.nodes - 1) / 2;
                Blow::Partition { with: self.below("live: others", most.max(1)) as u32 }
            }
            Kind::OneWay => Blow::OneWay { unheard: self.below("live: direction", 2) == 0 },
            Kind::Delay => Blow::Delay(self.between("live: delay", ms(20), ms(400))),
            Kind::Reset => Blow::Reset,
            Kind::Slow => Blow::Slow(200 + self.below("live: rate", 4_000)),
        };
        Strike { at, lasts, whom, blow }
    }
}

/// Shows as `1.9s  kill the leader for 420ms`.
impl fmt::Display for Strike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whom = match self.whom {
            Whom::Leader => "the leader".to_owned(),
            Whom::Place(place) => crate::cluster::member(place).to_string(),
        };
        write!(f, "{:>9}  ", self.at.to_string())?;
        match self.blow {
            Blow::Kill => write!(f, "kill {whom}"),
            Blow::Pause => write!(f, "pause {whom}"),
            Blow::Partition { with: 0 } => write!(f, "partition {whom} from the others"),
            Blow::Partition { with } => {
                write!(f, "partition {whom} and the next {with} from the others")
            }
            Blow::OneWay { unheard: true } => write!(f, "let nobody hear {whom}"),
            Blow::OneWay { unheard: false } => write!(f, "let {whom} hear nobody"),
            Blow::Delay(delay) => write!(f, "delay to and from {whom} by {delay}"),
            Blow::Reset => write!(f, "reset the connections of {whom}"),
            Blow::Slow(rate) => write!(f, "slow to and from {whom}: {rate} bytes a second"),
        }?;
        if self.lasts > Duration::ZERO { write!(f, " for {}", self.lasts) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many members are killed or stopped at a time, at most.
    fn most_struck(plan: &Plan) -> usize {
        let struck = |at: Duration| {
            let is = |strike: &&Strike| {
                strike.blow.kind().is_of_nodes() && strike.at <= at && at < strike.at + strike.lasts
            };
            plan.strikes.iter().filter(is).count()
        };
        plan.strikes.iter().map(|strike| struck(strike.at)).max().unwrap_or_default()
    }

    #[test]
    fn every_plan_keeps_a_majority_whole_and_brings_each_kind_that_was_asked_for() {
        for seed in 0..200 {
            for (nodes, minority) in [(3, 1), (5, 2), (7, 3)] {
                for kinds in [&Kind::ALL[..], &Kind::ALL[..3], &[Kind::Slow]] {
                    let trouble = shortest(kinds.len());
                    let plan = draw(seed, nodes, trouble, kinds);
                    let brought = |kind: &Kind| plan.strikes.iter().any(|s| s.blow.kind() == *kind);
                    assert!(kinds.iter().all(brought), "{seed} {nodes} {kinds:?}: {plan:?}");
                    let long = draw(seed, nodes, ms(60_000), kinds);
                    assert!(long.strikes.len() >= 30, "a minute has much trouble");
                    for plan in [plan, long] {
                        assert!(most_struck(&plan) <= minority, "{seed} {nodes}: {plan:?}");
                        assert!(plan.strikes.is_sorted_by_key(|strike| strike.at));
                        let partition = |s: &Strike| match s.blow {
                            Blow::Partition { with } => with as usize + 1,
                            _ => 0,
                        };
                        assert!(plan.strikes.iter().map(partition).all(|side| side <= minority));
                    }
                }
            }
        }
        assert!((0..50).any(|seed| most_struck(&draw(seed, 5, ms(60_000), &Kind::ALL)) == 2));
    }

    #[test]
    fn everything_is_mended_before_the_trouble_is_over() {
        for seed in 0..100 {
            let plan = draw(seed, 3, ms(20_000), &Kind::ALL);
            assert!(plan.strikes.iter().all(|strike| strike.at + strike.lasts < ms(20_000)));
        }
    }

    #[test]
    fn equal_seeds_draw_equal_plans_and_a_plan_can_be_read() {
        let plan = draw(7, 3, ms(20_000), &Kind::ALL);
        assert_eq!(plan, draw(7, 3, ms(20_000), &Kind::ALL));
        assert_ne!(plan, draw(8, 3, ms(20_000), &Kind::ALL));
        assert_eq!(draw(7, 3, ms(20_000), &[]), Plan::default());
        let strike = Strike {
            at: ms(1_900),
            lasts: ms(420),
            whom: Whom::Leader,
            blow: Blow::Partition { with: 1 },
        };
        let text = "     1.9s  partition the leader and the next 1 from the others for 420ms";
        assert_eq!(strike.to_string(), text);
    }
}
