//! Failure detectors and leader detectors, as nodes that a parent owns (Cachin, Guerraoui and Rodrigues, 2nd ed., §2.6).

mod detector;

pub use detector::{Detector, LeaderDetector, PerfectDetector, Suspicion, Trusted};
