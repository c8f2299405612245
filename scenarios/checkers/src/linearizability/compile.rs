//! From a history to problems, one an object: histories are linearizable where each object's part is (Herlihy and Wing 1990,
//! theorem 1), and a set is as many objects as it has elements (P-compositionality: Horn and Kroening 2015).

use std::collections::BTreeMap;

use seatrial_history::{Completion, History, OpEvent, Span, Value};

use super::model::Model;
use super::options::{CasFail, CheckError, Options};
use super::problem::{OPEN, Op, Problem, Step, Tables};

/// One object and its problem.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The object's key; null where the history is about one object.
    pub(crate) key: Value,
    /// The element, of a set.
    pub(crate) element: Option<Value>,
    pub(crate) problem: Problem,
}

/// Splits a history into the problems of its objects, in the order of their keys.
pub(crate) fn compile(
    history: &History,
    spans: &[Span],
    model: Model,
    options: &Options<'_>,
) -> Result<Vec<Part>, CheckError> {
    let zero = initial_count(model, options)?;
    let mut parts = BTreeMap::<(&Value, Option<&Value>), Builder<'_>>::new();
    for (i, span) in spans.iter().enumerate() {
        let invoked = &history.events[span.invoked_at];
        let element = (model == Model::Set).then_some(&invoked.value);
        let builder =
            parts.entry((&invoked.key, element)).or_insert_with(|| Builder::new(model, options));
        let (returned, ret) = match span.completed {
            Completion::Ok(at) => (Outcome::Ok(&history.events[at].value), place(at)),
            Completion::Fail(at) => (Outcome::Fail, place(at)),
            Completion::Unknown(_) => (Outcome::Unknown, OPEN),
        };
        let step = builder.encode(model, invoked, returned, options.cas_fail).map_err(|what| {
            // A result is to blame where there is one, for arguments are looked at first.
            CheckError::Unfit { event: span.invoked_at, model, what }
        })?;
        if let Some(step) = step {
            builder.ops.push(Op { call: place(span.invoked_at), ret, step, span: place(i) });
        }
    }
    Ok(parts.into_iter().map(|(object, builder)| builder.finish(object, model, zero)).collect())
}

/// Events are counted in 32 bits; longer histories do not fit into memory.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(OPEN - 1)
}

fn initial_count(model: Model, options: &Options<'_>) -> Result<i64, CheckError> {
    let misuse = |takes| Err(CheckError::Init { model, takes });
    match (model, &options.init) {
        (Model::Counter, Some(Value::Int(zero))) => Ok(*zero),
        (Model::Counter, Some(_)) => misuse("a whole number"),
        (Model::KvString, Some(Value::Text(_))) | (_, None) => Ok(0),
        (Model::Register | Model::CasRegister | Model::Kv, Some(_)) => Ok(0),
        (Model::KvString, Some(_)) => misuse("a text"),
        (_, Some(_)) => misuse("no initial value"),
    }
}

enum Outcome<'h> {
    Ok(&'h Value),
    Fail,
    Unknown,
}

/// A free lock and an absent element.
const NO: u32 = 0;
/// A held lock and a present element.
const YES: u32 = 1;

/// Collects the operations of one object.
struct Builder<'h> {
    ops: Vec<Op>,
    numbers: BTreeMap<&'h Value, u32>,
    values: Vec<Value>,
    /// The longest lists read, no two of which have one as the beginning of the other.
    lists: Vec<&'h [Value]>,
    chains: Vec<Vec<u32>>,
}

impl<'h> Builder<'h> {
    fn new(model: Model, options: &Options<'_>) -> Self {
        let mut builder = Self {
            ops: Vec::new(),
            numbers: BTreeMap::new(),
            values: Vec::new(),
            lists: Vec::new(),
            chains: Vec::new(),
        };
        let first = match (model, &options.init) {
            (_, Some(init)) => init.clone(),
            (Model::KvString, None) => Value::from(""),
            _ => Value::Null,
        };
        builder.values.push(first);
        if matches!(model, Model::Mutex | Model::Set) {
            builder.values.push(Value::Bool(true));
        }
        builder
    }

    fn number(&mut self, value: &'h Value) -> u32 {
        if *value == self.values[0] {
            return 0;
        }
        let next = self.values.len() as u32;
        let number = *self.numbers.entry(value).or_insert(next);
        if number == next {
            self.values.push(value.clone());
        }
        number
    }

    /// What the operation does; nothing if it had or has no effect that anybody could see.
    fn encode(
        &mut self,
        model: Model,
        invoked: &'h OpEvent,
        outcome: Outcome<'h>,
        cas_fail: CasFail,
    ) -> Result<Option<Step>, String> {
        let f = invoked.f.as_ref();
        if !model.operations().contains(&f) {
            let names = model.operations().join(", ");
            return Err(format!("it has no operation `{f}`; its operations are {names}"));
        }
        if let Outcome::Fail = outcome
            && (f != "cas" || cas_fail == CasFail::NoEffect)
        {
            return Ok(None);
        }
        let result = match outcome {
            Outcome::Ok(result) => Some(result),
            Outcome::Fail | Outcome::Unknown => None,
        };
        let arg = &invoked.value;
        match model {
            Model::Register | Model::CasRegister | Model::Kv => {
                self.register(f, arg, result, matches!(outcome, Outcome::Fail))
            }
            Model::Mutex => {
                Ok(Some(if f == "acquire" { Step::Cas(NO, YES) } else { Step::Cas(YES, NO) }))
            }
            Model::Set => element(f, arg, result),
            Model::KvString => self.text(f, arg, result),
            Model::Counter => count(f, arg, result),
            Model::Queue | Model::Stack => Ok(Some(match (f, result) {
                ("enqueue" | "push", _) => Step::Insert(self.number(arg)),
                (_, None) => Step::TakeAny,
                (_, Some(Value::Null)) => Step::TakeNothing,
                (_, Some(value)) => Step::Take(self.number(value)),
            })),
            Model::AppendList => match (f, result) {
                ("append", _) => Ok(Some(Step::Append(self.number(arg)))),
                (_, None) => Ok(None),
                (_, Some(Value::Null)) => Ok(Some(Step::List { chain: 0, len: 0 })),
                (_, Some(Value::List(values))) => Ok(Some(self.list(values))),
                (_, Some(other)) => Err(format!("a `read` returns a list, not {other}")),
            },
        }
    }

    fn register(
        &mut self,
        f: &str,
        arg: &'h Value,
        result: Option<&'h Value>,
        failed: bool,
    ) -> Result<Option<Step>, String> {
        Ok(match f {
            "read" => result.map(|value| Step::Read(self.number(value))),
            "write" => Some(Step::Write(self.number(arg))),
            "delete" => Some(Step::Write(self.number(&Value::Null))),
            _ => {
                let Some((from, to)) = arg.as_pair() else {
                    return Err(format!("a `cas` takes [from, to], not {arg}"));
                };
                let (from, to) = (self.number(from), self.number(to));
                Some(if failed { Step::Not(from) } else { Step::Cas(from, to) })
            }
        })
    }

    fn text(
        &mut self,
        f: &str,
        arg: &'h Value,
        result: Option<&'h Value>,
    ) -> Result<Option<Step>, String> {
        let text = |value: &'h Value| match value {
            Value::Text(_) => Ok(value),
            other => Err(format!("`{f}` is about texts, not {other}")),
        };
        Ok(match f {
            "get" => match result {
                Some(value) => Some(Step::Get(self.number(text(value)?))),
                None => None,
            },
            "put" => Some(Step::Put(self.number(text(arg)?))),
            _ => Some(Step::Extend(self.number(text(arg)?))),
        })
    }

    /// Finds the chain that the list is the beginning of, or lengthens one, or begins another.
    fn list(&mut self, list: &'h [Value]) -> Step {
        let common = |known: &&'h [Value]| {
            let len = known.len().min(list.len());
            known[..len] == list[..len]
        };
        let chain = match self.lists.iter().take(MAX_CHAINS_LOOKED_AT).position(common) {
            Some(chain) => chain,
            None => {
                self.lists.push(&[]);
                self.chains.push(Vec::new());
                self.lists.len() - 1
            }
        };
        let known = self.lists[chain].len();
        if list.len() > known {
            self.lists[chain] = list;
            for value in &list[known..] {
                let number = self.number(value);
                self.chains[chain].push(number);
            }
        }
        Step::List { chain: chain as u32, len: list.len() as u32 }
    }

    fn finish(self, object: (&Value, Option<&Value>), model: Model, zero: i64) -> Part {
        let tables = Tables { model, values: self.values, zero, chains: self.chains };
        Part {
            key: object.0.clone(),
            element: object.1.cloned(),
            problem: Problem { ops: self.ops, tables },
        }
    }
}

/// A history whose lists contradict each other needs no more than two of them to be refused.
const MAX_CHAINS_LOOKED_AT: usize = 4;

fn element(f: &str, arg: &Value, result: Option<&Value>) -> Result<Option<Step>, String> {
    let told = match result {
        Some(Value::Bool(told)) => Some(*told),
        Some(Value::List(pair)) if pair.len() == 2 && pair[0] == *arg => match pair[1] {
            Value::Bool(told) => Some(told),
            _ => return Err(format!("`{f}` returns [x, true] or [x, false]")),
        },
        // Jepsen's sets answer an `add` with its argument, or with nothing.
        Some(Value::Null) if f != "contains" => None,
        Some(value) if f != "contains" && value == arg => None,
        Some(other) => return Err(format!("`{f}` of {arg} returns [x, bool], not {other}")),
        None => None,
    };
    Ok(match (f, told) {
        ("contains", None) => None,
        ("contains", Some(told)) => Some(Step::Read(u32::from(told))),
        ("add", None) => Some(Step::Write(YES)),
        ("add", Some(true)) => Some(Step::Cas(NO, YES)),
        ("add", Some(false)) => Some(Step::Read(YES)),
        (_, None) => Some(Step::Write(NO)),
        (_, Some(true)) => Some(Step::Cas(YES, NO)),
        (_, Some(false)) => Some(Step::Read(NO)),
    })
}

fn count(f: &str, arg: &Value, result: Option<&Value>) -> Result<Option<Step>, String> {
    let whole = |value: &Value| match value {
        Value::Int(number) if number.unsigned_abs() < 1 << 40 => Ok(*number),
        other => Err(format!("`{f}` is about whole numbers below 2^40, not {other}")),
    };
    Ok(match (f, result) {
        ("add", _) => Some(Step::Add(whole(arg)?)),
        (_, None) => None,
        (_, Some(result)) => Some(Step::Total(whole(result)?)),
    })
}
