//! The judge: whoever reads is told of everything that was done before.

use seatrial::checking::{Checker, Cluster};
use seatrial::history::{Evidence, Moment, Observer, OpEvent, OpKind, Process, Verdict, Violation};

/// Judges whether each read ends with a mark at least as high as any that anybody had been told when it began.
#[derive(Debug, Default)]
pub struct NeverFalls {
    /// The highest mark that anybody was told, and when.
    told: (i64, Moment),
    /// What is under way: the highest mark that had been told when it began.
    open: Vec<(Process, i64, Moment)>,
    violation: Option<Violation>,
}

impl Observer for NeverFalls {
    fn op(&mut self, at: Moment, event: &OpEvent) {
        if event.kind == OpKind::Invoke {
            return self.open.push((event.process, self.told.0, self.told.1));
        }
        let place = self.open.iter().position(|(process, ..)| *process == event.process);
        let Some((_, before, when)) = place.map(|place| self.open.swap_remove(place)) else {
            return;
        };
        let Some(mark) = event.value.as_int().filter(|_| event.kind == OpKind::Ok) else { return };
        if event.f == "read" && mark < before {
            self.violation.get_or_insert_with(|| Violation {
                property: Self::PROPERTY,
                source: "Attiya, Bar-Noy and Dolev 1995",
                explanation: format!(
                    "client {} was told {mark}, after {before} had been told",
                    event.process
                ),
                at: Some(at),
                evidence: vec![
                    Evidence::at(when, format_args!("somebody is told {before}")),
                    Evidence::at(at, event),
                ],
            });
        }
        if mark > self.told.0 {
            self.told = (mark, at);
        }
    }
}

impl NeverFalls {
    const PROPERTY: &'static str = "the mark never falls";
}

impl Checker for NeverFalls {
    fn property(&self) -> &'static str {
        Self::PROPERTY
    }

    fn begin(&mut self, _: &Cluster) {
        *self = Self::default();
    }

    fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    fn verdict(&mut self, _: Moment) -> Verdict {
        self.violation.clone().map_or(Verdict::Holds, Verdict::Violated)
    }
}
