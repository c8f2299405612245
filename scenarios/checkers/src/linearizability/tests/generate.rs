//! Random histories from a seed: of an object that behaves, or of one that lies now and then.

use seatrial_history::{History, OpEvent, OpKind, Process, Value};
use seatrial_node::Instant;

use super::super::Model;

/// SplitMix64.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }

    fn in_thousand(&mut self, many: u64) -> bool {
        self.below(1000) < many
    }
}

/// What to generate.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) model: Model,
    pub(super) operations: usize,
    pub(super) clients: u64,
    pub(super) keys: u64,
    /// Different arguments; zero for arguments that never repeat.
    pub(super) values: u64,
    /// Of a thousand operations so many are never answered.
    pub(super) unanswered: u64,
    /// Of a thousand answers so many are lies.
    pub(super) lies: u64,
}

/// A client's operation under way.
struct Under {
    process: u64,
    f: &'static str,
    key: u64,
    arg: Value,
    /// The result, once it has taken effect.
    done: Option<Result<Value, ()>>,
}

struct World<'a> {
    shape: Shape,
    chance: &'a mut Chance,
    history: History,
    states: Vec<Value>,
    fresh: i64,
}

/// A history of that shape.
pub(super) fn generate(shape: Shape, chance: &mut Chance) -> History {
    let states = (0..shape.keys).map(|_| first(shape.model)).collect();
    let mut world = World { shape, chance, history: History::default(), states, fresh: 0 };
    let mut clients: Vec<Option<Under>> = (0..shape.clients).map(|_| None).collect();
    let mut next_process = shape.clients;
    let mut processes: Vec<u64> = (0..shape.clients).collect();
    let mut begun = 0;
    loop {
        let client = world.chance.below(shape.clients) as usize;
        match clients[client].take() {
            None if begun == shape.operations => {
                if clients.iter().all(Option::is_none) {
                    return world.history;
                }
            }
            None => {
                begun += 1;
                clients[client] = Some(world.invoke(processes[client]));
            }
            Some(under) if under.done.is_none() && world.chance.in_thousand(shape.unanswered) => {
                // It takes effect now, or never; nobody will hear of it.
                let mut under = under;
                if world.chance.below(2) == 0 {
                    world.effect(&mut under);
                }
                if world.chance.below(2) == 0 {
                    world.event(&under, OpKind::Info, Value::Null);
                }
                processes[client] = next_process;
                next_process += 1;
            }
            Some(mut under) if under.done.is_none() => {
                world.effect(&mut under);
                clients[client] = Some(under);
            }
            Some(under) => world.answer(&under),
        }
    }
}

fn first(model: Model) -> Value {
    match model {
        Model::Register | Model::CasRegister | Model::Kv => Value::Null,
        Model::Mutex => Value::Bool(false),
        Model::KvString => Value::from(""),
        Model::Counter => Value::Int(0),
        Model::Set | Model::Queue | Model::Stack | Model::AppendList => Value::List(Vec::new()),
    }
}

impl World<'_> {
    fn event(&mut self, under: &Under, kind: OpKind, value: Value) {
        let key = if self.shape.keys > 1 { Value::Int(under.key as i64) } else { Value::Null };
        let time = Instant::from_nanos(self.history.events.len() as u64);
        let process = Process(under.process);
        let f = under.f.into();
        self.history.events.push(OpEvent { process, kind, f, key, value, time, error: None });
    }

    fn value(&mut self) -> Value {
        self.fresh += 1;
        let number = match self.shape.values {
            0 => self.fresh,
            some => self.chance.below(some) as i64,
        };
        match self.shape.model {
            Model::KvString => Value::from(format!("{number} ")),
            Model::Counter => Value::Int(number.min(50) + 1),
            _ => Value::Int(number),
        }
    }

    fn invoke(&mut self, process: u64) -> Under {
        let key = self.chance.below(self.shape.keys);
        let names = self.shape.model.operations();
        let f = names[self.chance.below(names.len() as u64) as usize];
        let f = if f == "delete" { "read" } else { f };
        let arg = match f {
            "read" | "get" | "acquire" | "release" | "dequeue" | "pop" => Value::Null,
            "cas" => {
                // Mostly one that can succeed.
                let guess = self.value();
                let from = match self.chance.below(3) {
                    0 => guess,
                    _ => self.states[key as usize].clone(),
                };
                Value::pair(from, self.value())
            }
            _ => self.value(),
        };
        let under = Under { process, f, key, arg, done: None };
        let arg = under.arg.clone();
        self.event(&under, OpKind::Invoke, arg);
        under
    }

    fn answer(&mut self, under: &Under) {
        let lie = self.chance.in_thousand(self.shape.lies);
        match under.done.clone().expect("it has taken effect") {
            Err(()) if lie => {
                let arg = under.arg.clone();
                self.event(under, OpKind::Ok, arg);
            }
            Err(()) => self.event(under, OpKind::Fail, Value::Null),
            Ok(result) => {
                let result = if lie { self.lie(under, result) } else { result };
                self.event(under, OpKind::Ok, result);
            }
        }
    }

    /// Another result of the same kind, often one that was right a little before.
    fn lie(&mut self, under: &Under, truth: Value) -> Value {
        match (under.f, &truth) {
            ("read", Value::List(values)) => {
                let mut values = values.clone();
                match self.chance.below(3) {
                    0 => drop(values.pop()),
                    1 if values.len() > 1 => {
                        let last = values.len() - 1;
                        values.swap(last, last - 1);
                    }
                    _ => values.push(Value::Int(1)),
                }
                Value::List(values)
            }
            ("read", Value::Int(count)) if self.shape.model == Model::Counter => {
                Value::Int(count + self.chance.below(5) as i64 - 2)
            }
            ("read" | "get" | "dequeue" | "pop", _) => {
                let seen = self.history.events.iter().rev().take(12);
                let others: Vec<Value> = seen
                    .filter(|e| {
                        matches!(
                            e.f.as_ref(),
                            "write" | "put" | "enqueue" | "push" | "get" | "read"
                        )
                    })
                    .map(|e| e.value.clone())
                    .filter(|value| {
                        self.shape.model != Model::KvString || value.as_text().is_some()
                    })
                    .collect();
                match others.is_empty() {
                    true => truth,
                    false => others[self.chance.below(others.len() as u64) as usize].clone(),
                }
            }
            ("add" | "remove" | "contains", _) => match truth.as_pair() {
                Some((x, told)) => Value::pair(x.clone(), *told == Value::Bool(false)),
                None => truth,
            },
            _ => truth,
        }
    }

    /// Takes effect on the true state.
    fn effect(&mut self, under: &mut Under) {
        let state = &mut self.states[under.key as usize];
        let arg = under.arg.clone();
        under.done = Some(match under.f {
            "read" | "get" => Ok(state.clone()),
            "write" | "put" => {
                *state = arg.clone();
                Ok(arg)
            }
            "cas" => match arg.as_pair() {
                Some((from, to)) if from == state => {
                    *state = to.clone();
                    Ok(arg)
                }
                _ => Err(()),
            },
            "acquire" | "release" => {
                let from = Value::Bool(under.f == "release");
                if *state == from {
                    *state = Value::Bool(under.f == "acquire");
                    Ok(Value::Null)
                } else {
                    Err(())
                }
            }
            _ => Ok(collect(self.shape.model, state, under.f, &arg)),
        });
    }
}

/// Counters, texts and collections.
fn collect(model: Model, state: &mut Value, f: &str, arg: &Value) -> Value {
    match (model, state) {
        (Model::Counter, Value::Int(count)) => {
            *count += arg.as_int().unwrap_or_default();
            arg.clone()
        }
        (Model::KvString, state) => {
            let text = format!(
                "{}{}",
                state.as_text().unwrap_or_default(),
                arg.as_text().unwrap_or_default()
            );
            *state = Value::from(text);
            arg.clone()
        }
        (Model::Set, Value::List(values)) => {
            let there = values.contains(arg);
            values.retain(|value| value != arg);
            if f == "add" || f == "contains" && there {
                values.push(arg.clone());
            }
            let told = if f == "add" { !there } else { there };
            Value::pair(arg.clone(), told)
        }
        (_, Value::List(values)) => match f {
            "dequeue" if values.is_empty() => Value::Null,
            "dequeue" => values.remove(0),
            "pop" => values.pop().unwrap_or_default(),
            _ => {
                values.push(arg.clone());
                arg.clone()
            }
        },
        _ => Value::Null,
    }
}
