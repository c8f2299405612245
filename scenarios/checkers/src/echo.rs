//! Echo: whoever asks a node to echo a value is answered that value (Maelstrom's first workload).

use seatrial_history::{
    Evidence, Moment, Observer, OpEvent, OpKind, Process, Value, Verdict, Violation,
};

use crate::{Checker, Cluster};

/// Judges whether every successful operation `echo` returned its argument.
#[derive(Clone, Debug, Default)]
pub struct Echo {
    /// What is under way: who asked for what, and when.
    open: Vec<(Process, Moment, Value)>,
    /// Somebody has asked.
    asked: bool,
    violation: Option<Violation>,
}

impl Echo {
    /// The property's name.
    pub const PROPERTY: &'static str = "echo";

    /// A checker that has heard nothing.
    pub fn new() -> Self {
        Self::default()
    }

    fn judge(&mut self, at: Moment, answer: &OpEvent, asked: Option<(Process, Moment, Value)>) {
        let (explanation, asked) = match asked {
            Some((_, _, value)) if value == answer.value => return,
            Some((process, when, value)) => (
                format!("process {process} asked for an echo of {value} and got {}.", answer.value),
                Some(Evidence::at(
                    when,
                    format_args!("process {process} asks for an echo of {value}"),
                )),
            ),
            None => (
                format!(
                    "process {} got the echo {}, but has nothing under way.",
                    answer.process, answer.value
                ),
                None,
            ),
        };
        let got =
            Evidence::at(at, format_args!("process {} gets {}", answer.process, answer.value));
        self.violation.get_or_insert_with(|| Violation {
            property: Self::PROPERTY,
            source: "Maelstrom, workload echo",
            explanation,
            at: Some(at),
            evidence: asked.into_iter().chain([got]).collect(),
        });
    }
}

impl Observer for Echo {
    fn op(&mut self, at: Moment, event: &OpEvent) {
        if event.f != "echo" {
            return;
        }
        let place = self.open.iter().position(|(process, ..)| *process == event.process);
        let asked = place.map(|place| self.open.swap_remove(place));
        match event.kind {
            OpKind::Invoke => {
                self.asked = true;
                self.open.push((event.process, at, event.value.clone()));
            }
            OpKind::Ok => self.judge(at, event, asked),
            OpKind::Fail | OpKind::Info => {}
        }
    }
}

impl Checker for Echo {
    fn property(&self) -> &'static str {
        Self::PROPERTY
    }

    fn begin(&mut self, _cluster: &Cluster) {
        self.open.clear();
        self.asked = false;
        self.violation = None;
    }

    fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    fn judges_beginnings(&self) -> bool {
        true
    }

    fn verdict(&mut self, _end: Moment) -> Verdict {
        match &self.violation {
            Some(violation) => Verdict::Violated(violation.clone()),
            None if !self.asked => Verdict::Unknown { why: "nobody asked for an echo".into() },
            None => Verdict::Holds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Judges events of (process, kind, value).
    fn verdict(events: &[(u64, OpKind, i64)]) -> Verdict {
        let mut echo = Echo::new();
        echo.begin(&Cluster::default());
        for (step, (process, kind, value)) in events.iter().enumerate() {
            let at = Moment { step: step as u64, ..Moment::default() };
            let event = OpEvent {
                process: Process(*process),
                kind: *kind,
                f: "echo".into(),
                key: Value::Null,
                value: Value::Int(*value),
                time: at.time,
                error: None,
            };
            echo.op(at, &event);
        }
        echo.verdict(Moment::default())
    }

    use OpKind::{Info, Invoke, Ok};

    #[test]
    fn answers_that_equal_their_requests_hold() {
        let events = [(0, Invoke, 1), (1, Invoke, 2), (1, Ok, 2), (0, Ok, 1), (0, Invoke, 3)];
        assert_eq!(verdict(&events), Verdict::Holds);
        assert_eq!(verdict(&[(0, Invoke, 1), (0, Info, 9)]), Verdict::Holds);
    }

    #[test]
    fn an_answer_to_somebody_else_is_a_violation() {
        let verdict = verdict(&[(0, Invoke, 1), (1, Invoke, 2), (1, Ok, 1)]);
        let violation = verdict.violation().expect("violated");
        assert_eq!(violation.explanation, "process 1 asked for an echo of 2 and got 1.");
        assert_eq!(violation.evidence.len(), 2);
    }

    #[test]
    fn an_answer_to_nothing_is_a_violation() {
        let violated = verdict(&[(0, Invoke, 1), (0, Ok, 1), (0, Ok, 1)]);
        assert!(violated.violation().is_some_and(|v| v.explanation.contains("nothing under way")));
    }

    #[test]
    fn other_operations_are_none_of_its_business() {
        let mut echo = Echo::new();
        let event = OpEvent {
            process: Process(0),
            kind: Ok,
            f: "read".into(),
            key: Value::Null,
            value: Value::Int(1),
            time: Moment::default().time,
            error: None,
        };
        echo.op(Moment::default(), &event);
        let why = "nobody asked for an echo".to_owned();
        assert_eq!(echo.verdict(Moment::default()), Verdict::Unknown { why });
    }
}
