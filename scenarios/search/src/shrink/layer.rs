//! What is left out, in which order.

use std::fmt;
use std::ops::Range;

use super::subject::Subject;
use super::{cuts, lower, threads};

/// What is being left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// All faults of a kind.
    Kinds,
    /// Single faults.
    Faults,
    /// Faults that are rarer or shorter.
    Weaker,
    /// Fewer nodes.
    Nodes,
    /// Fewer clients.
    Clients,
    /// Whatever else has a number.
    Dials,
    /// Less time.
    Time,
    /// Times to the whole millisecond.
    Round,
    /// Sites whose choices are the simplest.
    Sites,
    /// Single choices.
    Choices,
    /// Choices that are less.
    Values,
    /// Choices that are made sooner.
    Sooner,
    /// What happens.
    Steps,
    /// What happens for a while, to one of them or to all.
    Threads,
    /// What happens, two steps at a time.
    Pairs,
    /// Copies and lost writes that need be neither.
    Plainer,
    /// Deliveries that overtake others.
    Order,
    /// Nothing: there is nothing more to leave out.
    Over,
}

/// The layers of a run by time.
pub(super) const BY_TIME: &[Layer] = &[
    Layer::Kinds,
    Layer::Faults,
    Layer::Weaker,
    Layer::Nodes,
    Layer::Clients,
    Layer::Dials,
    Layer::Time,
    Layer::Round,
    Layer::Sites,
    Layer::Choices,
    Layer::Values,
];

/// The layers of a run that is led.
pub(super) const LED: &[Layer] = &[
    Layer::Steps,
    Layer::Threads,
    Layer::Nodes,
    Layer::Clients,
    Layer::Kinds,
    Layer::Faults,
    Layer::Choices,
    Layer::Values,
    Layer::Sooner,
    Layer::Dials,
    Layer::Time,
    Layer::Pairs,
    Layer::Plainer,
    Layer::Order,
    Layer::Round,
];

impl Layer {
    /// Whether its items become less, one by one, rather than go, many at a time.
    pub(super) const fn is_ladder(self) -> bool {
        matches!(
            self,
            Self::Weaker
                | Self::Threads
                | Self::Pairs
                | Self::Dials
                | Self::Time
                | Self::Round
                | Self::Values
                | Self::Sooner
                | Self::Plainer
                | Self::Order
        )
    }

    /// How many items there are to leave out.
    pub(super) fn items(self, subject: &Subject, sites: &[String]) -> usize {
        match self {
            Self::Kinds => cuts::kinds(&subject.plan).len(),
            Self::Faults => subject.plan.faults.len() + subject.plan.awaited.len(),
            Self::Weaker => lower::weaker(&subject.plan),
            Self::Nodes => subject.nodes as usize,
            Self::Clients => subject.clients as usize,
            Self::Dials => subject.dials.len(),
            Self::Time | Self::Round => 1,
            Self::Sites => cuts::sites(subject, sites).count(),
            Self::Choices | Self::Values => subject.choices.len(),
            Self::Sooner => lower::sooner(subject),
            Self::Threads => threads::threads(subject),
            Self::Pairs => lower::pairs(subject),
            Self::Steps => subject.steps().len(),
            Self::Plainer | Self::Order => subject.schedule.as_ref().map_or(0, Vec::len),
            Self::Over => 0,
        }
    }

    /// The same run without these items.
    pub(super) fn cut(
        self,
        subject: &Subject,
        sites: &[String],
        range: Range<usize>,
    ) -> Option<Subject> {
        match self {
            Self::Kinds => Some(cuts::without_kinds(subject, range)),
            Self::Faults => Some(cuts::without_faults(subject, range)),
            Self::Nodes => cuts::without_node(subject, range),
            Self::Clients => cuts::without_client(subject, range),
            Self::Sites => Some(cuts::simpler(subject, sites, range)),
            Self::Choices => Some(cuts::without_choices(subject, range)),
            Self::Steps => Some(cuts::without_steps(subject, range)),
            _ => None,
        }
    }

    /// The same run with less of this item.
    pub(super) fn lower(self, subject: &Subject, item: usize, rung: usize) -> Option<Subject> {
        match self {
            Self::Weaker => lower::weaken(subject, item, rung),
            Self::Dials => lower::turn(subject, item, rung),
            Self::Time => lower::shorten(subject, rung),
            Self::Round => lower::round(subject, rung),
            Self::Values => lower::choose_less(subject, item, rung),
            Self::Sooner => lower::choose_sooner(subject, item, rung),
            Self::Threads => threads::without_while(subject, item, rung),
            Self::Pairs => lower::without_pair(subject, item, rung),
            Self::Plainer => lower::plainer(subject, item, rung),
            Self::Order => lower::in_order(subject, item, rung),
            _ => None,
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Kinds => "kinds of fault",
            Self::Faults => "faults",
            Self::Weaker => "weaker faults",
            Self::Nodes => "nodes",
            Self::Clients => "clients",
            Self::Dials => "numbers",
            Self::Time => "time",
            Self::Round => "round times",
            Self::Sites => "sites of choices",
            Self::Choices => "choices",
            Self::Values => "values of choices",
            Self::Sooner => "earlier choices",
            Self::Steps => "steps",
            Self::Threads => "what happens for a while",
            Self::Pairs => "pairs of steps",
            Self::Plainer => "copies and lost writes",
            Self::Order => "order",
            Self::Over => "done",
        })
    }
}
