//! How good a detector is, in numbers (Chen, Toueg and Aguilera, *On the Quality of Service of Failure Detectors*, 2002, §2): how soon it
//! detects, how often it errs, and for how long.

use seatrial_history::{Amount, Measure, Moment, Unit};
use seatrial_node::Fact;

use super::view::View;
use crate::Offer;

/// From a crash to the suspicion of it, at each process that takes part.
pub static DETECTION_TIME: Measure = Measure {
    name: "detection time",
    unit: Unit::Time,
    about: "from a crash to the suspicion of it, at each process that is up",
};

/// How many suspicions of a process that was up there were in a run.
pub static FALSE_SUSPICIONS: Measure = Measure {
    name: "false suspicions",
    unit: Unit::Number,
    about: "suspicions of a process that was up, in a run",
};

/// From such a suspicion until it was taken back.
pub static MISTAKE_DURATION: Measure = Measure {
    name: "mistake duration",
    unit: Unit::Time,
    about: "from the suspicion of a process that was up until it was taken back",
};

/// All that is measured.
pub(super) static MEASURES: [Measure; 3] = [DETECTION_TIME, FALSE_SUSPICIONS, MISTAKE_DURATION];

/// What was measured in one run.
#[derive(Clone, Debug, Default)]
pub(super) struct Sightings {
    detections: Vec<u64>,
    mistakes: u64,
    durations: Vec<u64>,
}

impl Sightings {
    pub(super) fn begin(&mut self) {
        self.detections.clear();
        self.durations.clear();
        self.mistakes = 0;
    }

    /// Looks at a fact, with the view as it was before.
    pub(super) fn see(&mut self, at: Moment, by: usize, fact: &Fact, view: &View) {
        match *fact {
            Fact::Suspect { node } => {
                let Some(of) = view.slot(node).filter(|of| *of != by) else { return };
                let process = &view.processes[of];
                match process.down_since() {
                    Some(crash) if view.opinion(by, of).suspected.is_none() => {
                        self.detections.push((at.time - crash.time).as_nanos());
                    }
                    None if process.takes_part() => self.mistakes += 1,
                    _ => {}
                }
            }
            Fact::Restore { node } => {
                let Some(of) = view.slot(node) else { return };
                let up = view.processes[of].up;
                let suspected = view.opinion(by, of).suspected;
                if let Some(since) = suspected.filter(|since| up.is_some_and(|up| up <= *since)) {
                    self.durations.push((at.time - since.time).as_nanos());
                }
            }
            _ => {}
        }
    }

    pub(super) fn offer(&self, offer: &mut dyn FnMut(Offer)) {
        offer(Offer::samples(&DETECTION_TIME, self.detections.clone()));
        let mistakes = Amount::whole(Unit::Number, self.mistakes);
        offer(Offer::amount(&FALSE_SUSPICIONS, mistakes));
        offer(Offer::samples(&MISTAKE_DURATION, self.durations.clone()));
    }
}
