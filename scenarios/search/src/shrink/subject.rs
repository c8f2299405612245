//! What is shrunk: all of a run that can be less.

use seatrial_history::Endpoint;
use seatrial_node::NodeId;
use seatrial_sim::{FaultPlan, Override, Step, WORLD, Wish};

/// A run, as far as it can be shrunk. What it is a run of, its host knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Subject {
    /// How many nodes there are: `n0`, `n1`, …
    pub nodes: u32,
    /// How many clients.
    pub clients: u32,
    /// All the trouble.
    pub plan: FaultPlan,
    /// Choices that differ from what the seed gives, or from the simplest.
    pub choices: Vec<Override>,
    /// Sites at which all other choices are the simplest.
    pub simple: Vec<String>,
    /// What else is a number, and can be less.
    pub dials: Vec<Dial>,
    /// What happens, where somebody leads.
    pub schedule: Option<Vec<Wish>>,
    /// The nodes whose disks are meanwhile done at once, whatever the schedule says of them: what it comes to says it. A disk that a step
    /// goes with otherwise keeps that from being left out.
    pub at_once: Vec<NodeId>,
}

/// A number that can be less.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dial {
    /// What it is, for whoever turns it.
    pub name: String,
    /// What it is now.
    pub value: u64,
    /// The least that makes sense.
    pub least: u64,
}

impl Subject {
    /// Which of its steps can be left out.
    pub(super) fn steps(&self) -> Vec<usize> {
        let is_free =
            |wish: &Wish| !matches!(&wish.step, Step::Disk { node } if self.at_once.contains(node));
        let steps = self.schedule.iter().flatten().enumerate();
        steps.filter(|(_, wish)| is_free(wish)).map(|(place, _)| place).collect()
    }

    /// The value of a dial; nothing, where there is none of this name.
    pub fn dial(&self, name: &str) -> Option<u64> {
        self.dials.iter().find(|dial| dial.name == name).map(|dial| dial.value)
    }

    /// The same run without one of its nodes or clients. Those that come after are called one less; what happened to the one that is gone
    /// did not.
    pub(super) fn without(&self, gone: Endpoint) -> Self {
        let map = move |end: Endpoint| match (end, gone) {
            _ if end == gone => None,
            (Endpoint::Node(node), Endpoint::Node(gone)) if node > gone => {
                Some(Endpoint::Node(NodeId(node.0 - 1)))
            }
            (Endpoint::Client(client), Endpoint::Client(gone)) if client > gone => {
                Some(Endpoint::Client(client - 1))
            }
            _ => Some(end),
        };
        let mut less = self.clone();
        match gone {
            Endpoint::Node(_) => less.nodes -= 1,
            Endpoint::Client(_) => less.clients -= 1,
        }
        less.plan = self.plan.renamed(&map);
        let choice = |choice: &Override| {
            let source = match self.endpoint(choice.source) {
                Some(end) => less.source(map(end)?),
                None => choice.source,
            };
            Some(Override { source, ..choice.clone() })
        };
        less.choices = self.choices.iter().filter_map(choice).collect();
        let node = |node: &NodeId| match map(Endpoint::Node(*node)) {
            Some(Endpoint::Node(node)) => Some(node),
            _ => None,
        };
        less.at_once = self.at_once.iter().filter_map(node).collect();
        let wish = |wish: &Wish| Some(Wish { step: wish.step.renamed(&map)?, ..wish.clone() });
        less.schedule = self.schedule.as_ref().map(|all| all.iter().filter_map(wish).collect());
        less
    }

    /// Whose choices these are; nobody's, where they are the world's.
    fn endpoint(&self, source: u32) -> Option<Endpoint> {
        let client = source.checked_sub(self.nodes);
        match client {
            _ if source == WORLD => None,
            None => Some(Endpoint::Node(NodeId(source))),
            Some(client) => Some(Endpoint::Client(client)),
        }
    }

    fn source(&self, of: Endpoint) -> u32 {
        match of {
            Endpoint::Node(node) => node.0,
            Endpoint::Client(client) => self.nodes + client,
        }
    }
}
