//! A deterministic simulated world for [nodes](seatrial_node::Node): one loop, one queue, one tape.
//!
//! | To see how … | read |
//! |---|---|
//! | things happen, one after the other | [`World`], `world.rs` |
//! | a node's effects become events | `port.rs`, `core.rs` |
//! | an event waits for its time | `event.rs` |
//! | the next event is found | `queue.rs`, `queue/timed.rs` |
//! | chance is drawn, recorded and overridden | [`Tape`], `tape.rs` |
//! | messages are delayed and cut off | `network.rs`, [`Latency`] |
//! | a disk forgets what was not synced | `disk.rs` |
//! | a node's clock shows another time than the world's | `clock.rs` |
//! | trouble is planned and carried out | [`FaultPlan`], `nemesis.rs` |
//! | messages' bytes change on the way | `codec.rs`, [`World::code_with`] |
//! | clients ask from outside | [`Driver`] |
//! | somebody outside says what happens next | `steps.rs`, [`World::enabled`] |
//! | a run is written down, and performed | `schedule.rs`, [`World::perform`] |
//! | somebody lends a hand in a run | `touch.rs`, [`Touch`] |
//! | somebody looks into a world | `inspect.rs`, [`World::inside`] |
//!
//! # What makes a run repeatable
//!
//! - Everything that chance decides is a choice on the [`Tape`], under a name.
//! - Every fault comes from the [`FaultPlan`].
//! - Nothing here reads a clock, starts a thread, opens a file, prints, or iterates over a hash map.
//! - Equal tapes, setups and nodes give equal [hashes](RunHash), on every machine and in every build.

mod buggify;
mod client;
mod clock;
mod codec;
mod core;
mod counts;
mod disk;
mod event;
mod happen;
mod hash;
mod incident;
mod inspect;
mod latency;
mod nemesis;
mod network;
mod plan;
mod port;
mod queue;
mod schedule;
mod setup;
mod standpoint;
mod steps;
mod strategy;
mod tape;
mod telling;
mod timers;
mod touch;
mod world;

pub use client::{ClientIo, Driver};
pub use counts::{Count, Counts, FaultKind, Group};
pub use hash::RunHash;
pub use incident::{Incident, Stop};
pub use inspect::{Change, FileInside, Inside};
pub use latency::Latency;
pub use network::LinkException;
pub use plan::{
    Awaited, Buggify, Fault, FaultPlan, PausedClock, PlannedFault, Rates, Shift, Target, When,
};
pub use queue::Order;
pub use schedule::{Afterwards, ParseStepError, Schedule, Script, Step, Stuck, Wish};
pub use setup::{Setup, SetupError};
pub use standpoint::Standpoint;
pub use steps::{Enabled, Happening};
pub use strategy::{Steering, Strategy};
pub use tape::{Choice, MILLION, Override, Overrides, Simple, Site, Tape, Turn, WORLD};
pub use telling::Say;
pub use touch::{Deed, Missed, ParseTouchError, Touch};
pub use world::World;
