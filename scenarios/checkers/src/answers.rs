//! Answers after healing: once all faults are over, whoever asks is answered.
//!
//! The liveness of a service that promises an answer to every request, and has no leader that one could wait for.

use seatrial_history::{Evidence, Moment, Observer, OpEvent, OpKind, Process, Verdict, Violation};
use seatrial_node::{Duration, Instant};

use crate::{Checker, Cluster};

/// Judges whether every operation that began after healing succeeded within a stated time.
///
/// - **Holds**: each did, and there was one.
/// - **Violated**: one failed, was given up, or took longer.
/// - **Unknown**: none began, or the execution ended before the time was up.
#[derive(Clone, Debug)]
pub struct Answers {
    bound: Duration,
    healed: Option<Moment>,
    /// Operations under way: who, since when, and what.
    open: Vec<(Process, Moment, String)>,
    answered: u64,
    violation: Option<Violation>,
}

impl Answers {
    /// The property's name.
    pub const PROPERTY: &'static str = "answers after healing";

    /// Asks for an answer within this time.
    pub const fn within(bound: Duration) -> Self {
        Self { bound, healed: None, open: Vec::new(), answered: 0, violation: None }
    }

    fn broken(&mut self, asked: Moment, what: &str, ended: &str, at: Moment) {
        let bound = self.bound;
        self.violation.get_or_insert_with(|| Violation {
            property: Self::PROPERTY,
            source: "Alpern and Schneider 1985 (liveness), with a bound",
            explanation: format!(
                "All faults were over when {what} began, yet it {ended}; an answer is due within {bound}."
            ),
            at: Some(at),
            evidence: vec![
                Evidence::at(asked, format_args!("{what} begins")),
                Evidence::at(at, format_args!("it {ended}")),
            ],
        });
    }

    /// Whether an operation of that beginning is late at this time.
    fn late(&self, began: Moment, now: Instant) -> bool {
        now > began.time + self.bound
    }
}

impl Observer for Answers {
    fn op(&mut self, at: Moment, event: &OpEvent) {
        if event.kind == OpKind::Invoke {
            if self.healed.is_some() {
                self.open.push((event.process, at, event.to_string()));
            }
            return;
        }
        let Some(place) = self.open.iter().position(|(process, ..)| *process == event.process)
        else {
            return;
        };
        let (_, asked, what) = self.open.swap_remove(place);
        match event.kind {
            OpKind::Ok if self.late(asked, at.time) => self.broken(asked, &what, "took longer", at),
            OpKind::Ok => self.answered += 1,
            OpKind::Fail => self.broken(asked, &what, "failed", at),
            _ => self.broken(asked, &what, "was given up", at),
        }
    }

    fn healed(&mut self, at: Moment) {
        self.healed = Some(at);
    }
}

impl Checker for Answers {
    fn property(&self) -> &'static str {
        Self::PROPERTY
    }

    fn begin(&mut self, _cluster: &Cluster) {
        self.healed = None;
        self.open.clear();
        self.answered = 0;
        self.violation = None;
    }

    fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    fn verdict(&mut self, end: Moment) -> Verdict {
        let late = self.open.iter().find(|(_, began, _)| self.late(*began, end.time)).cloned();
        if let Some((_, asked, what)) = late {
            self.broken(asked, &what, "was never answered", end);
        }
        if let Some(violation) = &self.violation {
            return Verdict::Violated(violation.clone());
        }
        match (self.open.is_empty(), self.answered) {
            (true, 1..) => Verdict::Holds,
            (true, 0) => Verdict::Unknown { why: "nobody asked anything after healing".into() },
            (false, _) => {
                Verdict::Unknown { why: "the execution ended before an answer was due".into() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use seatrial_history::Value;

    use super::*;

    fn at(millis: u64) -> Moment {
        Moment { step: millis, time: Instant::ZERO + Duration::from_millis(millis) }
    }

    /// Heals at 100 ms, wants answers within 50 ms, and judges at the given end.
    fn verdict(events: &[(u64, OpKind)], end: u64) -> Verdict {
        let mut answers = Answers::within(Duration::from_millis(50));
        answers.begin(&Cluster::default());
        let mut healed = false;
        for (when, kind) in events {
            if *when >= 100 && !std::mem::replace(&mut healed, true) {
                answers.healed(at(100));
            }
            let event = OpEvent {
                process: Process(1),
                kind: *kind,
                f: "echo".into(),
                key: Value::Null,
                value: Value::Int(1),
                time: at(*when).time,
                error: None,
            };
            answers.op(at(*when), &event);
        }
        answers.verdict(at(end))
    }

    use OpKind::{Fail, Info, Invoke, Ok};

    #[test]
    fn an_answer_in_time_is_enough() {
        assert_eq!(verdict(&[(110, Invoke), (150, Ok)], 300), Verdict::Holds);
    }

    #[test]
    fn what_began_in_trouble_does_not_count() {
        let during = [(10, Invoke), (20, Info), (110, Invoke), (120, Ok)];
        assert_eq!(verdict(&during, 300), Verdict::Holds);
    }

    #[test]
    fn a_late_a_failed_a_given_up_and_a_missing_answer_each_violate() {
        for events in [
            &[(110, Invoke), (161, Ok)][..],
            &[(110, Invoke), (120, Fail)],
            &[(110, Invoke), (120, Info)],
            &[(110, Invoke)],
        ] {
            assert!(verdict(events, 300).violation().is_some(), "{events:?}");
        }
    }

    #[test]
    fn an_early_end_and_silence_are_unknown() {
        assert!(matches!(verdict(&[(110, Invoke)], 120), Verdict::Unknown { .. }));
        assert!(matches!(verdict(&[], 300), Verdict::Unknown { .. }));
    }
}
