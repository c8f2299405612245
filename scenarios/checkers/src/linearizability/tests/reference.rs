//! A reference so simple that it is plainly right: it tries every order of the operations, on values as they are.

use seatrial_history::{Completion, History, Operation, Value};

use super::super::{CasFail, Model};

/// Whether the history is linearizable: every key by itself, every order that real time allows.
pub(super) fn linearizable(history: &History, model: Model, cas_fail: CasFail) -> bool {
    linearizable_if(history, model, cas_fail, &|_, _| true)
}

/// The same, where a completion counts only if the closure says so of the operation and the event. What has not completed may or may
/// not have had the effect that it had.
pub(super) fn linearizable_if(
    history: &History,
    model: Model,
    cas_fail: CasFail,
    counts: &dyn Fn(&Operation, usize) -> bool,
) -> bool {
    let operations = history.operations().expect("a well-formed history");
    let mut keys: Vec<Value> = operations.iter().map(|operation| operation.key.clone()).collect();
    keys.sort();
    keys.dedup();
    let search = Search { counts, model, cas_fail };
    keys.iter().all(|key| {
        let ours = operations.iter().filter(|o| o.key == *key);
        search.some_order(&ours.collect::<Vec<_>>(), &initial(model))
    })
}

/// Whether this order of operations explains them: each can have had its result in the state that those before it left, and none comes
/// after one that began once it was over.
pub(super) fn explains(order: &[&Operation], model: Model) -> bool {
    let over = |operation: &Operation| match operation.completed {
        Completion::Ok(event) | Completion::Fail(event) => event,
        Completion::Unknown(_) => usize::MAX,
    };
    let in_time = order.iter().enumerate().all(|(nth, operation)| {
        order[..nth].iter().all(|before| before.invoked_at < over(operation))
    });
    let mut state = Some(initial(model));
    for operation in order {
        state = state.and_then(|state| apply(&state, operation, model));
    }
    in_time && state.is_some()
}

fn initial(model: Model) -> Value {
    match model {
        Model::Register | Model::CasRegister | Model::Kv => Value::Null,
        Model::Mutex => Value::Bool(false),
        Model::KvString => Value::from(""),
        Model::Counter => Value::Int(0),
        Model::Set | Model::Queue | Model::Stack | Model::AppendList => Value::List(Vec::new()),
    }
}

struct Search<'a> {
    counts: &'a dyn Fn(&Operation, usize) -> bool,
    model: Model,
    cas_fail: CasFail,
}

impl Search<'_> {
    /// When it completed, if it did and that says that it had an effect or saw something.
    fn completed(&self, operation: &Operation) -> Option<usize> {
        let event = match operation.completed {
            Completion::Ok(event) => event,
            Completion::Fail(event) if self.observes(operation) => event,
            Completion::Fail(_) | Completion::Unknown(_) => return None,
        };
        (self.counts)(operation, event).then_some(event)
    }

    fn observes(&self, operation: &Operation) -> bool {
        operation.f == "cas" && self.cas_fail == CasFail::Observed
    }

    fn some_order(&self, left: &[&Operation], state: &Value) -> bool {
        // What has not completed may be left over.
        if left.iter().all(|operation| self.completed(operation).is_none()) {
            return true;
        }
        (0..left.len()).any(|i| {
            let next = left[i];
            let in_time = left.iter().all(|other| {
                std::ptr::eq(*other, next)
                    || self.completed(other).is_none_or(|end| end > next.invoked_at)
            });
            let possible = !matches!(next.completed, Completion::Fail(_)) || self.observes(next);
            let mut rest = left.to_vec();
            rest.remove(i);
            in_time
                && possible
                && apply(state, next, self.model)
                    .is_some_and(|state| self.some_order(&rest, &state))
        })
    }
}

/// The state after the operation, if it can have had its result in this state.
fn apply(state: &Value, operation: &Operation, model: Model) -> Option<Value> {
    let arg = &operation.arg;
    let known = matches!(operation.completed, Completion::Ok(_));
    let fits = |result: &Value| !known || operation.result == *result;
    let list = match state {
        Value::List(values) => values.clone(),
        _ => Vec::new(),
    };
    match (model, operation.f.as_ref()) {
        (_, "read" | "get") => fits(state).then(|| state.clone()),
        (Model::Counter, _) => Some(Value::Int(state.as_int()? + arg.as_int()?)),
        (Model::Set, f) => {
            let there = list.contains(arg);
            let mut after: Vec<Value> = list.into_iter().filter(|value| value != arg).collect();
            let told = match f {
                "add" => !there,
                _ => there,
            };
            if f == "add" || f == "contains" && there {
                after.push(arg.clone());
            }
            after.sort();
            fits(&Value::pair(arg.clone(), told)).then_some(Value::List(after))
        }
        (_, "cas") => {
            let (from, to) = arg.as_pair()?;
            match operation.completed {
                Completion::Fail(_) => (state != from).then(|| state.clone()),
                _ => (state == from).then(|| to.clone()),
            }
        }
        (_, "write" | "put") => Some(arg.clone()),
        (_, "acquire") => (*state == Value::Bool(false)).then_some(Value::Bool(true)),
        (_, "release") => (*state == Value::Bool(true)).then_some(Value::Bool(false)),
        (Model::KvString, _) => {
            Some(Value::from(format!("{}{}", state.as_text()?, arg.as_text()?)))
        }
        (_, "enqueue" | "push" | "append") => {
            let mut after = list;
            after.push(arg.clone());
            Some(Value::List(after))
        }
        (Model::Queue | Model::Stack, _) => {
            let mut after = list;
            let taken = match model {
                _ if after.is_empty() => Value::Null,
                Model::Queue => after.remove(0),
                _ => after.pop()?,
            };
            fits(&taken).then_some(Value::List(after))
        }
        (_, f) => panic!("{model} has no {f}"),
    }
}
