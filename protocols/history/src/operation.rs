//! Operations: the events of a history, paired by their processes, or an error that says which event does not fit.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::{History, OpEvent, OpKind, Process, Value};

/// How an operation ended. Events are named by their place in [`History::events`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Completion {
    /// It took effect between its invocation and this event.
    Ok(usize),
    /// This event says that it had no effect.
    Fail(usize),
    /// It may take effect at any instant after its invocation, or never. The event, if there is one, bounds nothing.
    Unknown(Option<usize>),
}

impl Completion {
    /// The event that ended the operation, whatever it says.
    pub const fn event(self) -> Option<usize> {
        match self {
            Self::Ok(event) | Self::Fail(event) => Some(event),
            Self::Unknown(event) => event,
        }
    }
}

/// Where an operation begins and ends: what [`Operation`] says, without the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The event that invoked it.
    pub invoked_at: usize,
    /// The event that ended it.
    pub completed: Completion,
}

/// One operation: an invocation and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Operation {
    /// Who acted.
    pub process: Process,
    /// The operation's name.
    pub f: Cow<'static, str>,
    /// The object that it is about; null where the history is about one.
    pub key: Value,
    /// What it was given.
    pub arg: Value,
    /// What it returned; null unless it completed with `ok`.
    pub result: Value,
    /// The event that invoked it.
    pub invoked_at: usize,
    /// The event that ended it.
    pub completed: Completion,
}

/// Why events do not pair up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// A completion of an operation that its process has not under way.
    NeverInvoked,
    /// The process has an operation under way, invoked at that event.
    AlreadyOpen(usize),
    /// The process had an operation of unknown outcome, which that event says, and must not act again.
    AfterUnknown(usize),
    /// The operation under way, invoked at that event, has another name.
    OtherName(usize),
    /// The operation under way, invoked at that event, is about another key.
    OtherKey(usize),
}

/// A history that cannot be judged, because its events are not those of clients with one operation at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The event that does not fit, by its place in [`History::events`].
    pub event: usize,
    /// Who acts in it.
    pub process: Process,
    /// What is wrong with it.
    pub misfit: Misfit,
}

impl History {
    /// Pairs invocations with completions, in the order of the invocations.
    ///
    /// # Errors
    /// Where a process does what no process may; see [`Misfit`].
    pub fn spans(&self) -> Result<Vec<Span>, Malformed> {
        let mut spans = Vec::with_capacity(self.events.len() / 2 + 1);
        let mut processes = BTreeMap::new();
        for (at, event) in self.events.iter().enumerate() {
            match pair(event, at, &self.events, &mut processes, &mut spans) {
                Ok(()) => {}
                Err(misfit) => return Err(Malformed { event: at, process: event.process, misfit }),
            }
        }
        Ok(spans)
    }

    /// The operations, in the order of their invocations.
    ///
    /// # Errors
    /// As [`History::spans`].
    pub fn operations(&self) -> Result<Vec<Operation>, Malformed> {
        let operation = |span: Span| {
            let invoked = &self.events[span.invoked_at];
            let result = match span.completed {
                Completion::Ok(event) => self.events[event].value.clone(),
                Completion::Fail(_) | Completion::Unknown(_) => Value::Null,
            };
            Operation {
                process: invoked.process,
                f: invoked.f.clone(),
                key: invoked.key.clone(),
                arg: invoked.value.clone(),
                result,
                invoked_at: span.invoked_at,
                completed: span.completed,
            }
        };
        Ok(self.spans()?.into_iter().map(operation).collect())
    }

    /// Whether invocations and completions pair up, so that the history can be judged at all.
    ///
    /// # Errors
    /// As [`History::spans`].
    pub fn validate(&self) -> Result<(), Malformed> {
        self.spans().map(|_| ())
    }
}

/// What a process is doing.
enum Doing {
    Nothing,
    /// The span with this index.
    Open(usize),
    /// This event said that an outcome is unknown.
    Gone(usize),
}

fn pair(
    event: &OpEvent,
    at: usize,
    events: &[OpEvent],
    processes: &mut BTreeMap<Process, Doing>,
    spans: &mut Vec<Span>,
) -> Result<(), Misfit> {
    let doing = processes.entry(event.process).or_insert(Doing::Nothing);
    match (&*doing, event.kind) {
        (Doing::Gone(unknown), _) => return Err(Misfit::AfterUnknown(*unknown)),
        (Doing::Open(span), OpKind::Invoke) => {
            return Err(Misfit::AlreadyOpen(spans[*span].invoked_at));
        }
        (Doing::Nothing, OpKind::Invoke) => {
            *doing = Doing::Open(spans.len());
            spans.push(Span { invoked_at: at, completed: Completion::Unknown(None) });
        }
        (Doing::Nothing, OpKind::Ok | OpKind::Fail | OpKind::Info) => {
            return Err(Misfit::NeverInvoked);
        }
        (Doing::Open(span), kind) => {
            let span = &mut spans[*span];
            let invoked = &events[span.invoked_at];
            if invoked.f != event.f {
                return Err(Misfit::OtherName(span.invoked_at));
            }
            if !event.key.is_null() && invoked.key != event.key {
                return Err(Misfit::OtherKey(span.invoked_at));
            }
            (span.completed, *doing) = match kind {
                OpKind::Ok => (Completion::Ok(at), Doing::Nothing),
                OpKind::Fail => (Completion::Fail(at), Doing::Nothing),
                OpKind::Invoke | OpKind::Info => (Completion::Unknown(Some(at)), Doing::Gone(at)),
            };
        }
    }
    Ok(())
}

impl Malformed {
    /// What is wrong, with events named by the closure, as `line 7`.
    pub fn what(&self, name: impl Fn(usize) -> String) -> String {
        let process = self.process;
        match self.misfit {
            Misfit::NeverInvoked => {
                format!("a completion by process {process}, which has no operation under way")
            }
            Misfit::AlreadyOpen(event) => format!(
                "an invocation by process {process}, whose operation of {} is still under way",
                name(event)
            ),
            Misfit::AfterUnknown(event) => format!(
                "process {process} acts again after its operation of unknown outcome ({})",
                name(event)
            ),
            Misfit::OtherName(event) => format!(
                "a completion by process {process} with another `f` than its invocation ({})",
                name(event)
            ),
            Misfit::OtherKey(event) => format!(
                "a completion by process {process} with another `key` than its invocation ({})",
                name(event)
            ),
        }
    }

    /// What whoever recorded the history should do about it.
    pub const fn help(&self) -> &'static str {
        match self.misfit {
            Misfit::NeverInvoked => "record the `invoke` event before its completion",
            Misfit::AlreadyOpen(_) => {
                "complete an operation before the next one of its process, with `info` if its outcome is unknown"
            }
            Misfit::AfterUnknown(_) => {
                "give a client a new process number after an `info` event: its old operation may still take effect"
            }
            Misfit::OtherName(_) | Misfit::OtherKey(_) => {
                "give a completion the `f` and the `key` of its invocation"
            }
        }
    }
}

/// Shows what is wrong, where, and what to do.
impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |event: usize| format!("event {event}");
        write!(f, "{}: {}; {}", name(self.event), self.what(name), self.help())
    }
}

impl std::error::Error for Malformed {}

#[cfg(test)]
mod tests {
    use seatrial_node::Instant;

    use super::*;

    fn history(events: &[(u64, OpKind, &'static str)]) -> History {
        let event = |&(process, kind, f): &(u64, OpKind, &'static str)| OpEvent {
            process: Process(process),
            kind,
            f: f.into(),
            key: Value::Null,
            value: Value::Int(1),
            time: Instant::ZERO,
            error: None,
        };
        History { events: events.iter().map(event).collect() }
    }

    fn misfit(events: &[(u64, OpKind, &'static str)]) -> (usize, Misfit) {
        let malformed = history(events).operations().expect_err("a malformed history");
        (malformed.event, malformed.misfit)
    }

    use OpKind::{Fail, Info, Invoke, Ok};

    #[test]
    fn operations_are_paired_by_process_in_the_order_of_invocation() {
        let operations = history(&[
            (1, Invoke, "write"),
            (2, Invoke, "read"),
            (2, Ok, "read"),
            (1, Info, "write"),
            (2, Invoke, "read"),
            (3, Invoke, "read"),
            (3, Fail, "read"),
        ])
        .operations()
        .expect("well-formed");
        let ends: Vec<_> =
            operations.iter().map(|o| (o.process.0, o.invoked_at, o.completed)).collect();
        assert_eq!(
            ends,
            [
                (1, 0, Completion::Unknown(Some(3))),
                (2, 1, Completion::Ok(2)),
                (2, 4, Completion::Unknown(None)),
                (3, 5, Completion::Fail(6)),
            ]
        );
        assert_eq!(operations[1].result, Value::Int(1));
        assert_eq!(operations[3].result, Value::Null);
    }

    #[test]
    fn a_completion_that_nothing_invoked_is_an_error() {
        assert_eq!(misfit(&[(1, Ok, "read")]), (0, Misfit::NeverInvoked));
        let twice = [(1, Invoke, "read"), (1, Ok, "read"), (1, Ok, "read")];
        assert_eq!(misfit(&twice), (2, Misfit::NeverInvoked));
    }

    #[test]
    fn two_invocations_open_on_one_process_are_an_error() {
        let events = [(1, Invoke, "read"), (2, Invoke, "read"), (1, Invoke, "read")];
        assert_eq!(misfit(&events), (2, Misfit::AlreadyOpen(0)));
    }

    #[test]
    fn a_process_that_acts_after_an_unknown_outcome_is_an_error() {
        let events = [(1, Invoke, "read"), (1, Info, "read"), (1, Invoke, "read")];
        assert_eq!(misfit(&events), (2, Misfit::AfterUnknown(1)));
    }

    #[test]
    fn a_completion_of_another_operation_than_the_invoked_one_is_an_error() {
        assert_eq!(misfit(&[(1, Invoke, "read"), (1, Ok, "write")]), (1, Misfit::OtherName(0)));
        let mut history = history(&[(1, Invoke, "read"), (1, Ok, "read")]);
        history.events[1].key = Value::from("x");
        let malformed = history.validate().expect_err("another key");
        assert_eq!(malformed.misfit, Misfit::OtherKey(0));
        assert!(malformed.to_string().starts_with("event 1: a completion by process 1"));
    }
}
