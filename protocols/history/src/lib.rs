//! What an execution leaves behind, whoever ran it: a simulated world, a real cluster, or another tool.
//!
//! - [`OpEvent`] and [`History`]: what clients asked and were told, in Jepsen's words; read and written as JSON lines and as
//!   Jepsen's EDN.
//! - [`Fact`](seatrial_node::Fact): what nodes announced, in one vocabulary.
//! - [`TraceEvent`]: everything that happened, for a person to look at.
//! - [`Verdict`]: what a checker says of all that.
//! - [`Observer`]: the ear that a host lends to checkers and recorders while it runs.
//!
//! Checkers and reports know this crate and no host, so they judge and draw a run on real sockets as well as a simulated one.

mod account;
mod bugs;
mod clients;
mod difference;
mod edn;
mod explanation;
mod exploration;
mod figure;
mod jepsen;
mod jsonl;
mod likelihood;
mod lines;
mod moment;
mod observer;
mod op;
mod operation;
mod recording;
mod signature;
mod states;
mod trace;
mod value;
mod verdict;

pub use account::{
    Account, FaultCount, FaultSeeds, HuntAccount, Judgement, OpCount, Outcome, SeedResult,
    StrategyInfo, TraceItem, TraceLine, Traffic,
};
pub use bugs::{Campaigned, Small};
pub use clients::Clients;
pub use difference::{ChoiceApart, DifferenceAccount, RunOfTwo};
pub use explanation::{Applied, Explanation, Linearization, Named, Partial};
pub use exploration::{ExplorationAccount, FoundSchedule, ScheduleStep};
pub use figure::{Amount, Distribution, Figure, Measure, Measured, Theory, Unit};
pub use jepsen::{Keyed, write_edn};
pub use likelihood::{LikelihoodAccount, LikelihoodPoint, TurningEvent};
pub use lines::{CampaignInfo, HuntHeader, SeedLine, Twice};
pub use moment::Moment;
pub use observer::Observer;
pub use op::{History, OpEvent, OpKind, Process};
pub use operation::{Completion, Malformed, Misfit, Operation, Span};
pub use recording::{Header, ReadError, Recording};
pub use signature::Signature;
pub use states::StateCurve;
pub use trace::{DiskTurn, DropCause, Endpoint, FaultTurn, ParseEndpointError, Text, TraceEvent};
pub use value::Value;
pub use verdict::{Evidence, Verdict, Violation};
