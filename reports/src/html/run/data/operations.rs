//! The clients' operations, each with the acts in which it began and ended.

use seatrial_history::{Applied, Completion, OpEvent, Span, TraceItem, Value};

use super::writer::Writer;
use super::{Film, Operation, Order};
use crate::acts::Acts;

impl Writer {
    /// Every operation of the history.
    pub(super) fn operations(&mut self, film: &Film<'_>, acts: &Acts) -> Vec<Operation> {
        let places = places(film, acts);
        let spans = film.history.spans().unwrap_or_default();
        spans.iter().map(|span| self.operation(span, &film.history.events, &places)).collect()
    }

    /// The orders that explain the operations, one an object; the longest there is comes first, where nothing explains them all.
    pub(super) fn orders(&mut self, film: &Film<'_>) -> Vec<Order> {
        let partial = film.explanation.and_then(|why| Some((why, why.partial.first()?)));
        let partial = partial.map(|(why, partial)| (&why.key, partial.omitted, &partial.steps));
        let whole = film.linearizations.iter().map(|order| (&order.key, 0, &order.steps));
        let orders = partial.into_iter().chain(whole);
        orders.map(|(key, omitted, steps)| self.order(key, omitted, steps)).collect()
    }

    fn order(&mut self, key: &Value, omitted: usize, steps: &[Applied]) -> Order {
        let key = self.texts.of(&key.to_string());
        let steps = steps.iter();
        let steps = steps.map(|step| (step.operation.invoked_at, self.texts.of(&step.state)));
        Order { key, omitted, steps: steps.collect() }
    }

    fn operation(&mut self, span: &Span, events: &[OpEvent], places: &[i64]) -> Operation {
        let act = |event: usize| places.get(event).copied().unwrap_or(-1);
        let began = &events[span.invoked_at];
        let ended = span.completed.event();
        let (kind, to) = match span.completed {
            Completion::Ok(event) => (0, Some(event)),
            Completion::Fail(event) => (1, Some(event)),
            Completion::Unknown(_) => (2, None),
        };
        let result = to.map(|event| &events[event].value).filter(|value| **value != began.value);
        let mut says = began.f.to_string();
        if !began.value.is_null() {
            says += &format!(" {}", began.value);
        }
        match (kind, result) {
            (0, Some(value)) => says += &format!(" → {value}"),
            (1, _) => says += " failed",
            (2, _) => says += " ?",
            _ => {}
        }
        Operation {
            lane: self.lane(self.clients.of_process(began.process)),
            process: began.process.0,
            key: self.texts.of(&began.key.to_string()),
            says: self.texts.of(&says),
            began: act(span.invoked_at),
            ended: ended.map_or(-1, act),
            from: began.time.as_nanos(),
            to: to.map(|event| events[event].time.as_nanos()),
            kind,
            event: span.invoked_at,
        }
    }
}

/// In which act each event of the history is: the trace has them in the same order.
fn places(film: &Film<'_>, acts: &Acts) -> Vec<i64> {
    let mut act_of = vec![-1; film.trace.len()];
    for (index, act) in acts.all.iter().enumerate() {
        for line in &act.lines {
            act_of[*line] = index as i64;
        }
    }
    let lines = film.trace.iter().zip(act_of);
    let ops = lines.filter(|(line, _)| matches!(line.what, TraceItem::Op(_)));
    ops.map(|(_, act)| act).collect()
}
