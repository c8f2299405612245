//! Judges of failure detectors and leader detectors, by what processes announce (Cachin, Guerraoui and Rodrigues, *Introduction to
//! Reliable and Secure Distributed Programming*, 2nd ed., 2011, §2.6).
//!
//! | properties | book | module |
//! | --- | --- | --- |
//! | PFD1, EPFD1 | §2.6.2, §2.6.4 | `strong_completeness` |
//! | PFD2 | §2.6.2 | `strong_accuracy` |
//! | EPFD2 | §2.6.4 | `eventual_strong_accuracy` |
//! | LE1, ELD1 | §2.6.3, §2.6.5 | `eventual_detection` |
//! | LE2 | §2.6.3 | `accuracy` |
//! | ELD2 | §2.6.5 | `eventual_agreement` |
//!
//! [`DetectionProperties`] judges them in one pass, and measures how fast and how often a detector suspects. What must hold
//! *eventually* has to hold from a stated time after the world healed on, until the end.
//!
//! # Who is correct
//!
//! Whoever is up at the end, and has not left. A process that comes back begins with no suspicions, and no leader. One that has crashed
//! is owed a suspicion while it is down, and may not be suspected once it is back: eventually, again.
//!
//! # When an assumption was broken
//!
//! A perfect detector assumes that answers come within a bound, and that who crashed stays down. Where a run breaks that, nobody could
//! be right, so PFD2 and LE2 are unknown then. What shows it: a detector says so by [`ASSUMPTION_BROKEN`], a suspected process comes
//! back, or one of the two stood still. A scenario that keeps the bound says so ([`DetectionProperties::synchronous`]), and takes no such
//! excuse.

mod accuracy;
mod eventual_agreement;
mod eventual_detection;
mod eventual_strong_accuracy;
mod excuse;
mod explain;
mod figures;
mod properties;
mod property;
mod strong_accuracy;
mod strong_completeness;
#[cfg(test)]
mod tests;
mod view;

pub use excuse::ASSUMPTION_BROKEN;
pub use figures::{DETECTION_TIME, FALSE_SUSPICIONS, MISTAKE_DURATION};
pub use properties::DetectionProperties;
pub use property::Property;
