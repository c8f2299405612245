//! Strategies: which of the events that may be next is next, where that is not left to their times.
//!
//! Time alone makes the usual orders. A bug that needs an unusual one, a message that is overtaken by five others, say, shows once in a
//! million runs. A [`Strategy`] makes such orders on purpose, and each knows how few runs it takes at worst.
//!
//! What may be next is bounded by the *slack*, so that the order stays one that a network and its machines can show: nothing happens before
//! its time, and nothing more than the slack after it. From the time at which all trouble is over there is no slack, so that what is
//! promised then can be judged.

use seatrial_node::Duration;
use serde::{Deserialize, Serialize};

/// How the next event is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Strategy {
    /// Probabilistic concurrency testing: each node and each client has a priority of its own, the highest goes first, and at depth less one
    /// points of the run whoever is about to act falls below all others. A bug that shows where `depth` events come in one order is found by
    /// a run with a probability of 1/(n·k^(depth−1)) at least, for `n` nodes and `k` events (S. Burckhardt, P. Kothari, M. Musuvathi and S.
    /// Nagarakatte, *A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs*, ASPLOS 2010, theorem 9).
    Pct {
        /// The depth of the bugs that are looked for, from 1.
        depth: u32,
    },
    /// The same over chains of causes in place of nodes: an event goes on with the chain of what caused it, or begins one (B. Kulahcioglu
    /// Ozkan and others, *Randomized Testing of Distributed Systems with Probabilistic Guarantees*, OOPSLA 2018, algorithm PCTCP).
    Pctcp {
        /// The depth of the bugs that are looked for, from 1.
        depth: u32,
    },
    /// Events in the order of their times, but for so many that are delayed, at points of the run that the seed chooses (M. Emmi, S. Qadeer
    /// and Z. Rakamarić, *Delay-Bounded Scheduling*, POPL 2011).
    Delay {
        /// How many.
        delays: u32,
    },
    /// Partial-order sampling: each event has a priority of its own, the highest goes first, and what races with it, being about the same
    /// node, gets another one (X. Yuan, J. Yang and R. Gu, *Partial Order Aware Concurrency Sampling*, CAV 2018).
    Pos,
}

/// A strategy for one run, with what it has to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steering {
    /// How the next event is chosen.
    pub strategy: Strategy,
    /// How late an event may be.
    pub slack: Duration,
    /// About how many events there will be: among so many are the points at which the strategy does something.
    pub events: u64,
}
