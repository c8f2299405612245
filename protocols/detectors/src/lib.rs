//! Failure detectors and leader detectors, as nodes that a parent owns (Cachin, Guerraoui and Rodrigues, 2nd ed., §2.6).

mod detector;
mod eventually_perfect;
mod heartbeat;
mod leader;
mod mutant;
mod perfect;
mod phi_accrual;
mod swim;
mod window;

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
