//! A violation in words that a person can check against the history.

use seatrial_history::{Completion, History, Moment, Named, Span, Value};

use super::compile::Part;
use super::machine::Machine;
use super::model::Model;
use super::monitors::Reason;
use super::problem::{Op, Step};

/// Names operations and states of one object.
pub(crate) struct Words<'a> {
    pub(crate) history: &'a History,
    pub(crate) spans: &'a [Span],
    pub(crate) lines: Option<&'a [usize]>,
    pub(crate) steps: Option<&'a [Moment]>,
    pub(crate) part: &'a Part,
}

impl Words<'_> {
    /// Where an event is: `line 12` of a file, `step 214` of a run, or `event 11`.
    pub(crate) fn place(&self, event: usize) -> String {
        if let Some(moment) = self.steps.and_then(|steps| steps.get(event)) {
            return format!("step {}", moment.step);
        }
        match self.lines.and_then(|lines| lines.get(event)) {
            Some(line) => format!("line {line}"),
            None => format!("event {event}"),
        }
    }

    /// When the operation began and was over, where the history is of a run.
    pub(crate) fn moments(&self, op: &Named) -> Vec<Moment> {
        let events = [Some(op.invoked_at), op.completed_at].into_iter().flatten();
        let moment = |event: usize| self.steps.and_then(|steps| steps.get(event)).copied();
        events.filter_map(moment).collect()
    }

    fn span(&self, op: &Op) -> Span {
        self.spans[op.span as usize]
    }

    fn invoked(&self, op: &Op) -> String {
        self.place(self.span(op).invoked_at)
    }

    fn returned(&self, op: &Op) -> String {
        match self.span(op).completed {
            Completion::Ok(event) | Completion::Fail(event) => self.place(event),
            Completion::Unknown(_) => "no time known".to_owned(),
        }
    }

    /// What it was: `write of 7`, `read that returned 7`.
    pub(crate) fn what(&self, op: &Op) -> String {
        let span = self.span(op);
        let event = &self.history.events[span.invoked_at];
        let mut text = event.f.to_string();
        match event.value.as_pair() {
            Some((from, to)) if event.f == "cas" => text += &format!(" from {from} to {to}"),
            _ if event.value.is_null() => {
                if matches!(event.f.as_ref(), "write" | "enqueue" | "push" | "append") {
                    text += " of null";
                }
            }
            _ => text += &format!(" of {}", brief(&event.value)),
        }
        match span.completed {
            Completion::Ok(at) => {
                let result = &self.history.events[at].value;
                let told = match event.f.as_ref() {
                    "add" | "remove" | "contains" => result.as_pair().map_or(result, |pair| pair.1),
                    _ => result,
                };
                let says_more = match self.part.problem.tables.model {
                    Model::Set => matches!(told, Value::Bool(_)),
                    _ => matches!(event.f.as_ref(), "read" | "get" | "dequeue" | "pop"),
                };
                if says_more {
                    text += &format!(" that returned {}", brief(told));
                }
            }
            Completion::Fail(_) => text += " that failed",
            Completion::Unknown(_) => text += " of unknown outcome",
        }
        text
    }

    /// The operation in a sentence: `the write of 7 (lines 10 to 12)`.
    pub(crate) fn the(&self, op: &Op) -> String {
        format!("the {} ({})", self.what(op), self.between(op))
    }

    fn between(&self, op: &Op) -> String {
        match self.span(op).completed {
            Completion::Ok(_) | Completion::Fail(_) => {
                format!("{} to {}", self.invoked(op), self.returned(op))
            }
            Completion::Unknown(_) => format!("from {} on", self.invoked(op)),
        }
    }

    /// The operation as a line of evidence.
    pub(crate) fn line(&self, op: &Op) -> String {
        let process = self.history.events[self.span(op).invoked_at].process;
        format!("{}: process {process}: {}", self.between(op), self.what(op))
    }

    /// The operation as the subject of what it returned: `the read completed at line 12 returned 7`.
    fn returned_what(&self, op: &Op) -> String {
        let span = self.span(op);
        let event = &self.history.events[span.invoked_at];
        let place = self.returned(op);
        match (op.step, span.completed) {
            (Step::Cas(..) | Step::Write(_) | Step::Not(_) | Step::Append(_), _) => {
                format!("the {} completed at {place}", self.what(op))
            }
            (_, Completion::Ok(at)) => {
                let result = brief(&self.history.events[at].value);
                format!("the {} completed at {place} returned {result}", event.f)
            }
            _ => format!("the {}", self.what(op)),
        }
    }

    fn value(&self, value: u32) -> String {
        let tables = &self.part.problem.tables;
        match (tables.model, value) {
            (Model::Mutex, 0) => "free".to_owned(),
            (Model::Mutex, _) => "held".to_owned(),
            (Model::Set, 0) => "absent".to_owned(),
            (Model::Set, _) => "present".to_owned(),
            _ => brief(&tables.values[value as usize]),
        }
    }

    /// A state of the object.
    pub(crate) fn state(&self, machine: &Machine, state: u64) -> String {
        let list = |values: &[u32]| {
            let shown: Vec<_> =
                values.iter().rev().take(8).map(|value| self.value(*value)).collect();
            let more = if values.len() > shown.len() { "..., " } else { "" };
            format!("[{more}{}]", shown.into_iter().rev().collect::<Vec<_>>().join(", "))
        };
        match machine {
            Machine::Register => self.value(state as u32),
            Machine::Counter => (state as i64).to_string(),
            Machine::List(longest) if state as usize > longest.len() => {
                "a list longer than any that was read".to_owned()
            }
            Machine::List(_) | Machine::Queue(_) | Machine::Stack(_) => {
                list(&machine.contents(state))
            }
            Machine::Texts(texts) => match texts.text(state) {
                Some(text) => brief(&Value::from(text)),
                None => "a text that no get returned".to_owned(),
            },
        }
    }

    /// Why operations contradict each other.
    pub(crate) fn reason(&self, reason: &Reason, ops: &[Op]) -> String {
        let op = |number: &usize| &ops[*number];
        let the = |number: &usize| self.the(op(number));
        match reason {
            Reason::FromNowhere { op: bad, value } => self.out_of_nowhere(op(bad), *value),
            Reason::FromTheFuture { op: bad, source } => format!(
                "{}, but {} was invoked only afterwards, at {}",
                self.returned_what(op(bad)),
                the(source),
                self.invoked(op(source)),
            ),
            Reason::Overwritten { since, begins, ends, old } => {
                self.overwritten(since.as_ref().map(op), op(begins), op(ends), op(old))
            }
            Reason::BothFirst { one, other } => format!(
                "each of two values must come before the other: {}, but {}",
                self.in_time(op(&one.0), op(&one.1)),
                self.in_time(op(&other.0), op(&other.1))
            ),
            Reason::ListsDisagree { first, second } => {
                let lists = format!("{} and {}", the(first), the(second));
                format!("{lists} returned lists neither of which is the beginning of the other")
            }
            Reason::Missing { append, read } => {
                let without = format!("{} without {}", self.returned_what(op(read)), the(append));
                format!("{without}, although {}", self.in_time(op(append), op(read)))
            }
            Reason::Shrunk { longer, shorter } => {
                let who = self.returned_what(op(shorter));
                let before = self.in_time(op(longer), op(shorter));
                format!("{who}, fewer values than an earlier read, for {before}")
            }
            Reason::WrongOrder { first, second, read } => {
                let read = self.returned_what(op(read));
                let (first, second, before) =
                    (the(first), the(second), self.in_time(op(second), op(first)));
                format!("{read}, the value of {first} before that of {second}, although {before}")
            }
            Reason::TakenTwice { first, second } => {
                let who = self.returned_what(op(second));
                format!("{who}, which {} had taken, and it was enqueued only once", the(first))
            }
            Reason::Overtaken { first, second, taken, later } => {
                let came = self.in_time(op(first), op(second));
                let went = match later {
                    Some(later) => self.in_time(op(taken), op(later)),
                    None => format!("only the latter was taken, by {}", the(taken)),
                };
                format!("{came}, but {went}")
            }
            Reason::NeverEmpty { op: bad, held } => {
                let held = held.iter().map(the).collect::<Vec<_>>().join(", then that of ");
                let who = the(bad);
                format!(
                    "{who} found the queue empty, but at every moment of it something was there: the value of {held}"
                )
            }
            Reason::TooLow { read, least } => {
                let (who, since) = (self.returned_what(op(read)), self.invoked(op(read)));
                format!(
                    "{who}, but the adds that had returned before it was invoked at {since} make at least {least}"
                )
            }
            Reason::TooHigh { read, most } => {
                let who = self.returned_what(op(read));
                format!("{who}, but all adds invoked by then make at most {most}")
            }
        }
    }

    /// That one ended before the other began.
    fn in_time(&self, earlier: &Op, later: &Op) -> String {
        format!("{} had returned before {} was invoked", self.the(earlier), self.the(later))
    }

    /// That an operation cannot take effect, and what it met.
    pub(crate) fn fits_nowhere(&self, op: &Op, states: &[String]) -> String {
        let who = self.returned_what(op);
        let noun = self.part.problem.tables.model.noun();
        let since = self.invoked(op);
        let nowhere =
            format!("{who}, but no order of the operations lets it take effect after {since}");
        match states {
            [] => nowhere,
            some => format!(
                "{nowhere}: before its completion the {noun} could be {}",
                some.join(" or ")
            ),
        }
    }

    fn out_of_nowhere(&self, op: &Op, value: u32) -> String {
        let who = self.returned_what(op);
        match self.part.problem.tables.model {
            Model::Mutex => format!("{who}, but nobody ever acquired the lock"),
            Model::Set => format!("{who}, but nobody ever added that element"),
            Model::Queue => format!("{who}, which nobody ever enqueued"),
            Model::Stack => format!("{who}, which nobody ever pushed"),
            Model::AppendList => {
                format!("{who}, with the value {}, which nobody ever appended", self.value(value))
            }
            Model::KvString => format!("{who}, which nobody can have put together"),
            _ if matches!(op.step, Step::Cas(..)) => {
                format!("{who} found {}, {}", self.value(value), self.unwritten(op, value))
            }
            _ => format!("{who}, {}", self.unwritten(op, value)),
        }
    }

    /// Who was to write a value that nobody is known to have written: only somebody who was told that it failed, if anybody.
    fn unwritten(&self, op: &Op, value: u32) -> String {
        let key = &self.history.events[self.span(op).invoked_at].key;
        let value = self.value(value);
        let writes = |span: &&Span| {
            let event = &self.history.events[span.invoked_at];
            let written = match event.f.as_ref() {
                "write" => Some(&event.value),
                "cas" => event.value.as_pair().map(|(_, to)| to),
                _ => None,
            };
            event.key == *key && written.is_some_and(|written| brief(written) == value)
        };
        let failed = self.spans.iter().filter(writes).find_map(|span| match span.completed {
            Completion::Fail(at) => Some((span.invoked_at, at)),
            _ => None,
        });
        match failed {
            Some((from, to)) => format!(
                "which only the {} ({} to {}) was to write, and that was told that it had failed",
                self.history.events[from].f,
                self.place(from),
                self.place(to)
            ),
            None => "which nobody ever wrote".to_owned(),
        }
    }

    fn overwritten(&self, since: Option<&Op>, begins: &Op, ends: &Op, old: &Op) -> String {
        let who = self.returned_what(old);
        let before = format!("before {}, where it was invoked", self.invoked(old));
        let value = match old.step {
            Step::Read(value) | Step::Write(value) => self.value(value),
            _ => "that value".to_owned(),
        };
        let kind = if matches!(ends.step, Step::Write(_)) { "overwritten by" } else { "gone at" };
        match since {
            None => format!(
                "{who}, the initial value, but that was {kind} {}, which had returned at {}, {before}",
                self.the(ends),
                self.returned(ends)
            ),
            Some(since) if begins.span == ends.span => format!(
                "{who}, but {value} was {kind} {}, which was invoked after {} had returned, and had itself returned at {}, {before}",
                self.the(ends),
                self.the(since),
                self.returned(ends)
            ),
            Some(since) => format!(
                "{who}, but another value came after it: {} was invoked after {} had returned, and {} had returned at {}, {before}",
                self.the(begins),
                self.the(since),
                self.the(ends),
                self.returned(ends)
            ),
        }
    }
}

/// A value, cut where it is long.
fn brief(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}... ({} characters)", &text[..end], text.len()),
        None => text,
    }
}
