//! Seatrial takes a distributed protocol out to sea before its users do.
//!
//! One seed decides everything that is not the protocol: time, order, loss, partitions, crashes, disks. The protocol's code is the
//! code that ships. A run leaves a history; checkers judge it; a failure comes back as one command and one small file.
//!
//! - [`Trial`]: your own node in a simulated world, from a `#[test]`, or from [`#[seatrial::test]`](macro@test).
//! - [`Scenario`]: what is tried, read from TOML.
//! - [`Registry`]: the protocols that scenarios know, ours or your own.
//! - [`Prepared`]: a scenario with its protocol; [`Prepared::run`] makes one run, [`hunt`] makes many.
//! - [`shrink`]: a failing run made small; [`likelihood`]: when its failure became inevitable; [`difference`]: where two runs part.
//! - [`debug`]: a run looked at event by event, and gone on with in another way.
//! - [`explore`]: every order of events in a small world.
//! - [`Case`]: one run as a file.
//! - [`Workload`]: what clients of your node ask.
//!
//! # A stack of ours, from a test
//!
//! Links, failure detectors, broadcasts and orders are crates of their own (`seatrial-links`, `seatrial-detectors`, `seatrial-broadcast`), and
//! know nothing of this one. A stack of them is a type, read from the inside out: here FIFO order, over uniform broadcast, over a perfect
//! link and a perfect failure detector. A stack that lacks what a layer needs does not compile; settings that cannot work are an
//! `OpenError::Config` before anything starts.
//!
//! ```
//! # #[cfg(feature = "protocols")]
//! # mod stack {
//! use seatrial::checking::delivery::{DeliveryProperties, Property::*};
//! use seatrial::node::{Duration, Node};
//! use seatrial::{Answer, Draw, Op, Session, Trial, Workload};
//! use seatrial_broadcast::{
//!     AllAckUniform, DetectedConfig, Fifo, Frame, Numbered, OnDeliver, OrderConfig, Process, ProcessConfig, Recovery,
//!     Request, Response,
//! };
//! use seatrial_detectors::{Perfect as Detector, PerfectConfig as DetectorConfig};
//! use seatrial_links::{Perfect as Link, PerfectConfig as LinkConfig};
//!
//! type Text = String;                                   // what is broadcast
//! type Ordered = Numbered<Text>;                        // FIFO order gives each a number …
//! type Uniform = AllAckUniform<Ordered, Link<Frame<Ordered>>, Detector>; // … and each layer has its own around it
//! type Member = Process<Text, Fifo<Text, Uniform>>;     // a whole node
//!
//! fn config() -> <Member as Node>::Config {
//!     let ms = Duration::from_millis;
//!     let link = LinkConfig { resend_after: ms(50), ..LinkConfig::default() };
//!     let detector = DetectorConfig { period: ms(100), delta: ms(200), ..DetectorConfig::default() };
//!     let uniform = DetectedConfig { link, detector, ..DetectedConfig::default() };
//!     ProcessConfig {
//!         broadcast: OrderConfig { broadcast: uniform, ..OrderConfig::default() },
//!         recovery: Recovery::Stop, // a perfect detector's processes do not come back
//!         on_deliver: Some(OnDeliver::new(|me, id, text: &Text| {
//!             assert!(!text.is_empty(), "{me} delivers nothing of {}", id.origin);
//!         })),
//!         ..ProcessConfig::default()
//!     }
//! }
//!
//! /// Clients that broadcast texts of their own.
//! #[derive(Default)]
//! struct Texts(u64);
//!
//! impl Workload<Member> for Texts {
//!     fn begin(&mut self, _: u32, _: &[(String, u32)]) {
//!         self.0 = 0;
//!     }
//!     fn next(&mut self, _: &mut Draw<'_>) -> Op {
//!         self.0 += 1;
//!         Op::new("broadcast", format!("ahoy {}", self.0))
//!     }
//!     fn request(&mut self, _: Session, op: &Op) -> Request<Text> {
//!         Request::Broadcast(op.value.as_text().unwrap_or_default().into())
//!     }
//!     fn answer(&mut self, op: &Op, response: Response) -> Answer {
//!         match response {
//!             Response::Sent(_) | Response::Delivered(_) => Answer::Ok(op.value.clone()),
//!             _ => Answer::Refused("busy, or stopped by a crash"), // the client tries another member
//!         }
//!     }
//! }
//!
//! // In a test: what it promises holds, whoever crashes.
//! # pub fn trial() {
//! Trial::<Member>::new(config)
//!     .nodes(4)
//!     .clients(2, Texts::default)
//!     .crashes(1)
//!     .judge("uniform FIFO broadcast", || {
//!         DeliveryProperties::only(&[Urb1, Urb2, Urb3, Urb4, Frb5], Duration::from_secs(2))
//!     })
//!     .settle(Duration::from_secs(3)) // longer than the two seconds in which the promises are due
//!     .seeds(100)
//!     .run();
//! # }
//! # }
//! # #[cfg(feature = "protocols")]
//! # stack::trial();
//! ```
//!
//! The same `Member` runs under any other host. On the command line, `seatrial hunt uniform-broadcast` and its like try our own
//! stacks, and `seatrial list` shows them.

mod bench;
mod bounds;
mod budget;
mod case;
pub mod debug;
mod difference;
mod document;
mod draw;
mod explore;
mod faults;
mod files;
mod hunt;
mod hush;
mod judges;
mod likelihood;
mod marks;
mod outside;
mod plan_file;
mod prepared;
#[cfg(feature = "proptest")]
pub mod proptest;
#[cfg(feature = "protocols")]
mod protocols;
mod record;
mod registry;
mod regression;
mod repeat;
pub mod scenario;
mod sense;
mod shrink;
mod stage;
mod states;
mod strategy;
mod tally;
mod trial;
mod wires;
mod workload;

pub use bench::{BY_HAND, Bug, CampaignOptions, bugs};
pub use budget::{FaultBudget, Share};
pub use case::{CASE_VERSION, Case};
pub use difference::difference;
pub use explore::{Bounds, ExplorationInfo, explore};
pub use faults::{COMMON, Faults, KindInfo, KnobInfo, find_kinds, kinds};
pub use files::{make_folder_of, remedy};
pub use hunt::{Hunt, HuntOptions, Ran, hunt};
pub use judges::{CheckerInfo, checkers, figures};
pub use likelihood::{LikelihoodOptions, likelihood};
pub use marks::{MarkInfo, told_from_facts};
pub use outside::{Heard, Outside, OutsideReport, ServerSettings, Service, Terms};
pub use plan_file::{PLAN_VERSION, PlanFile};
pub use prepared::{Prepared, Recording};
pub use registry::{MutantInfo, Protocol, Registry, SettingInfo, Settings, WorkloadInfo};
#[cfg(feature = "protocols")]
pub use regression::regression;
pub use regression::{Replayed, regression_in, try_regression};
pub use repeat::DeterminismCheck;
#[cfg(feature = "protocols")]
pub use scenario::LIBRARY;
pub use scenario::{LibraryEntry, Scenario, ScenarioError};
pub use shrink::{
    Deed, Extent, Needed, REPLAYS, ShrinkError, ShrinkOptions, ShrinkProgress, Shrunk, deeds,
    shrink,
};
pub use strategy::Strategy;
pub use trial::{Failed, Passed, Small, Trial, Trialled};
pub use workload::{Answer, ClientHost, Draw, Op, Operations, Session, Workload};

pub use seatrial_macros::test;

pub use seatrial_checkers as checking;
pub use seatrial_history as history;
pub use seatrial_history::Signature;
pub use seatrial_node as node;
pub use seatrial_search as search;
pub use seatrial_sim as sim;

/// What the attribute [`test`] writes into tests: nobody else is to name it.
#[doc(hidden)]
pub mod __private {
    pub use crate::trial::{TestPlace, run_test as run};
}
