//! Failure detectors and leader detectors, as nodes that a parent owns or a host runs by themselves (Cachin, Guerraoui and Rodrigues,
//! *Introduction to Reliable and Secure Distributed Programming*, 2nd ed., §2.6).
//!
//! | Detector | Promises | Assumes |
//! |---|---|---|
//! | [`Perfect`] (P, §2.6.2) | completeness; suspects nobody that has not crashed; never restores | crash-stop, no loss, answers within Δ |
//! | [`Assumed`] (P) | the same | a host that tells of crashes, and of no others |
//! | [`EventuallyPerfect`] (◇P, §2.6.4) | completeness; from some time on suspects nobody that is up | answers within some bound, in the end |
//! | [`PhiAccrual`] (Hayashibara et al. 2004) | completeness; errs as rarely as its threshold says | regular heartbeats |
//! | [`Swim`] (Das et al. 2002) | the same of a membership that changes, at a load that does not grow with it | most messages arrive |
//! | [`MonarchicalLeader`] (LE, §2.6.3) | a new leader only when those before it have crashed | a perfect detector |
//! | [`Omega`] (Ω, §2.6.5) | in the end all trust the same correct process | an eventually perfect detector |
//!
//! Events are facts, so any of them runs under a host as it is. A parent runs one with [`Io::child`](seatrial_node::Io::child), as the leader
//! detectors do. All answer every peer at all times, whatever they think of it, and ask all peers at once. They keep nothing on a disk:
//! a restarted detector begins with a clean slate, and no message of a former life counts for it.
//!
//! A perfect detector in a run that breaks its assumption is wrong, and nobody could be right. It says so where it notices:
//! [`Suspicion::AssumptionBroken`], with the mark [`ASSUMPTION_BROKEN`] for judges.
//!
//! ```
//! use seatrial_detectors::{Detector, Heartbeat, HeartbeatTimer, Perfect, PerfectConfig, Suspicion};
//! use seatrial_node::{Disk, Duration, Effect, Input, NoStorage, Node, NodeId, Probe};
//!
//! let config = PerfectConfig {
//!     period: Duration::from_millis(100),
//!     delta: Duration::from_millis(200),
//!     ..PerfectConfig::default()
//! };
//! let mut detector = Perfect::open(&config, &mut Disk::new(&mut NoStorage))?;
//! let mut probe = Probe::new(NodeId(0), &[NodeId(0), NodeId(1)]);
//!
//! let effects = probe.handle(&mut detector, Input::Start);
//! assert!(matches!(effects[0], Effect::Send { to: NodeId(1), body: Heartbeat::Request { .. } }));
//!
//! probe.advance(Duration::from_millis(201)); // Nobody answers.
//! let effects = probe.handle(&mut detector, Input::Timer(HeartbeatTimer::Deadline));
//! assert!(matches!(effects[..], [Effect::Announce(Suspicion::Suspect(NodeId(1))), ..]));
//! assert!(detector.suspects(NodeId(1)));
//! # Ok::<(), seatrial_node::OpenError>(())
//! ```
//!
//! A monarch over a detector that may err does not compile:
//!
//! ```compile_fail,E0277
//! use seatrial_detectors::{EventuallyPerfect, MonarchicalLeader};
//!
//! fn lead(_: MonarchicalLeader<EventuallyPerfect>) {}
//! ```

mod assumed;
mod detector;
mod eventually_perfect;
mod heartbeat;
mod leader;
mod mutant;
mod perfect;
mod phi_accrual;
mod swim;
mod window;
mod wire;

pub use assumed::{Assumed, Crashed};
pub use detector::{
    ASSUMPTION_BROKEN, CONFIRMED, Detector, LeaderDetector, Leadership, PerfectDetector, Suspicion,
};
pub use eventually_perfect::{EventuallyPerfect, EventuallyPerfectConfig};
pub use heartbeat::{Heartbeat, HeartbeatTimer};
pub use leader::{MonarchicalLeader, Omega};
#[cfg(feature = "mutants")]
pub use mutant::{Class, Mutant};
pub use perfect::{Perfect, PerfectConfig};
pub use phi_accrual::{PhiAccrual, PhiAccrualConfig};
pub use swim::{Gossip, Standing, Swim, SwimConfig, SwimMessage, SwimTimer, Talk, Update};

#[cfg(test)]
mod tests;
