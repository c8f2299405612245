//! Seatrial takes a distributed protocol out to sea before its users do.
//!
//! One seed decides everything that is not the protocol: time, order, loss, partitions, crashes, disks. The protocol's code is the
//! code that ships. A run leaves a history; checkers judge it; a failure comes back as one command and one small file.
//!
//! - [`Trial`]: your own node in a simulated world, from a `#[test]`.
//! - [`Scenario`]: what is tried, read from TOML.
//! - [`Registry`]: the protocols that scenarios know, ours or your own.
//! - [`Prepared`]: a scenario with its protocol; [`Prepared::run`] makes one run, [`hunt`] makes many.
//! - [`Case`]: one run as a file.
//! - [`Workload`]: what clients of your node ask.

mod case;
mod draw;
mod hunt;
mod hush;
mod intern;
mod judges;
mod prepared;
#[cfg(feature = "protocols")]
mod protocols;
mod record;
mod registry;
pub mod scenario;
mod stage;
mod tally;
mod trial;
mod workload;

pub use case::{CASE_VERSION, Case};
pub use hunt::{HuntOptions, hunt};
pub use judges::{CheckerInfo, checkers};
pub use prepared::{Prepared, Recording};
pub use registry::{MutantInfo, Protocol, Registry, SettingInfo, Settings, WorkloadInfo};
pub use scenario::{LIBRARY, LibraryEntry, Scenario, ScenarioError};
pub use trial::{Failed, Passed, Trial};
pub use workload::{Answer, Draw, Op, Session, Workload};

pub use seatrial_checkers as checking;
pub use seatrial_history as history;
pub use seatrial_node as node;
pub use seatrial_sim as sim;
