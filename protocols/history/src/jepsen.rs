//! Histories as Jepsen stores them: `history.edn`, one operation map a line or one vector of them.

mod write;

use std::collections::BTreeMap;

use seatrial_node::Instant;

use crate::edn::{Edn, Reader};
use crate::jsonl::unwrap_txn;
use crate::recording::{decode, name};
use crate::{History, OpEvent, OpKind, Process, ReadError, Recording, Value};

pub use self::write::write_edn;

/// Whether values are `[key value]` tuples, as `jepsen.independent` makes them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keyed {
    /// Decided by the invocations, for EDN shows a tuple as it does a pair of values. They are tuples where every value is a pair,
    /// that of a `cas` has a pair as its second, that of an operation which takes nothing (`read`, `dequeue`, …) has nil there,
    /// and at least one of these two kinds occurs.
    #[default]
    Detect,
    /// They are tuples.
    Yes,
    /// They are not; the history is about one object, or its operations are Elle's transactions.
    No,
}

impl History {
    /// Reads a history in Jepsen's EDN. Operations whose `:process` is a keyword, as `:nemesis`, are skipped. A transaction of
    /// one operation in Elle's words, `[[:append k v]]`, becomes that operation with its key.
    ///
    /// # Errors
    /// Where the text is no EDN or no history, and where the events do not pair up; the error names the line and says what to do.
    pub fn read_edn(bytes: &[u8], keyed: Keyed) -> Result<Recording, ReadError> {
        let mut recording = Recording::default();
        let mut reader = Reader::new(decode(bytes)?);
        let mut open = BTreeMap::new();
        let listed = reader.enter_list()?;
        while !(listed && reader.leave_list()?) {
            match reader.next_form()? {
                Some((line, form)) => match read_event(line, form, recording.lines.len())? {
                    Some(mut event) => {
                        unwrap_txn(line, &mut event, &mut open)?;
                        recording.history.events.push(event);
                        recording.lines.push(line);
                    }
                    None => recording.skipped += 1,
                },
                None if listed => {
                    let line = 1 + bytes.iter().filter(|&&byte| byte == b'\n').count();
                    let what = "the vector of operations does not end";
                    return Err(ReadError::new(line, what, "the file breaks off: copy it whole"));
                }
                None => break,
            }
        }
        if listed && let Some((line, _)) = reader.next_form()? {
            let what = "something follows the vector of operations";
            return Err(ReadError::new(line, what, "check one history at a time"));
        }
        split_keys(&mut recording, keyed)?;
        recording.checked()
    }
}

/// The members of an operation's map that say something here.
#[derive(Default)]
struct Members {
    process: Option<Edn>,
    kind: Option<Edn>,
    f: Option<Edn>,
    value: Option<Edn>,
    time: Option<Edn>,
    error: Option<Edn>,
}

impl Members {
    fn of(entries: Vec<(Edn, Edn)>) -> Self {
        let mut members = Self::default();
        for (key, value) in entries {
            let Edn::Keyword(key) = key else { continue };
            let member = match key.as_str() {
                "process" => &mut members.process,
                "type" => &mut members.kind,
                "f" => &mut members.f,
                "value" => &mut members.value,
                "time" => &mut members.time,
                "error" => &mut members.error,
                _ => continue,
            };
            *member = Some(value);
        }
        members
    }
}

/// The event, or nothing where no client acts.
fn read_event(line: usize, form: Edn, place: usize) -> Result<Option<OpEvent>, ReadError> {
    let Edn::Map(entries) = form else {
        let help = "an operation is {:process 0, :type :invoke, :f :read, :value nil}";
        return Err(ReadError::new(line, "a form that is no map", help));
    };
    let members = Members::of(entries);
    let process = match members.process {
        Some(Edn::Keyword(_) | Edn::Symbol(_)) => return Ok(None),
        Some(Edn::Int(process)) if process >= 0 => Process(process.unsigned_abs()),
        Some(other) => {
            let what = format!("an operation by process {}", other.shown());
            return Err(ReadError::new(line, what, "give clients whole numbers from 0"));
        }
        None => {
            let help = "give each client a whole number";
            return Err(ReadError::new(line, "`:process` is missing", help));
        }
    };
    let kind = read_kind(line, members.kind)?;
    let Some(Edn::Keyword(f) | Edn::Text(f) | Edn::Symbol(f)) = members.f else {
        let help = "name the operation: :read, :write, ...";
        return Err(ReadError::new(line, "`:f` is missing or no keyword", help));
    };
    let value = match members.value.unwrap_or(Edn::Nil).into_value() {
        Ok(value) => value,
        // What a failed or unknown operation carries as its value judges nothing, so it may be anything.
        Err(_) if matches!(kind, OpKind::Fail | OpKind::Info) => Value::Null,
        Err(what) => {
            let help = "use nil, true, false, whole numbers, texts, keywords and vectors of these";
            return Err(ReadError::new(line, format!("`:value` holds {what}"), help));
        }
    };
    let time = match members.time {
        Some(Edn::Int(nanos)) => u64::try_from(nanos).unwrap_or_default(),
        _ => place as u64,
    };
    Ok(Some(OpEvent {
        process,
        kind,
        f: name(&f),
        key: Value::Null,
        value,
        time: Instant::from_nanos(time),
        error: members.error.filter(|error| *error != Edn::Nil).map(|error| error.shown().into()),
    }))
}

fn read_kind(line: usize, kind: Option<Edn>) -> Result<OpKind, ReadError> {
    let word = match &kind {
        Some(Edn::Keyword(word) | Edn::Text(word) | Edn::Symbol(word)) => word.as_str(),
        _ => "",
    };
    match word {
        "invoke" => Ok(OpKind::Invoke),
        "ok" => Ok(OpKind::Ok),
        "fail" => Ok(OpKind::Fail),
        "info" => Ok(OpKind::Info),
        _ => {
            let what = match kind {
                Some(kind) => format!("an event of the unknown type {}", kind.shown()),
                None => "`:type` is missing".to_owned(),
            };
            Err(ReadError::new(line, what, "the types are :invoke, :ok, :fail and :info"))
        }
    }
}

/// Moves the keys of `[key value]` tuples to where they belong.
fn split_keys(recording: &mut Recording, keyed: Keyed) -> Result<(), ReadError> {
    let keyed = match keyed {
        Keyed::Yes => true,
        Keyed::No => false,
        Keyed::Detect => looks_keyed(&recording.history.events),
    };
    if !keyed {
        return Ok(());
    }
    for (event, line) in recording.history.events.iter_mut().zip(&recording.lines) {
        match std::mem::take(&mut event.value) {
            Value::List(mut pair) if pair.len() == 2 => {
                event.value = pair.pop().unwrap_or_default();
                event.key = pair.pop().unwrap_or_default();
            }
            _ if matches!(event.kind, OpKind::Fail | OpKind::Info) => {}
            other => {
                let what = format!("the value {other} is no [key value] tuple");
                let help = "every value of a keyed history is one; read it without keys if it is not keyed";
                return Err(ReadError::new(*line, what, help));
            }
        }
    }
    Ok(())
}

/// See [`Keyed::Detect`].
fn looks_keyed(events: &[OpEvent]) -> bool {
    let mut certain = false;
    for event in events.iter().filter(|event| event.kind == OpKind::Invoke) {
        let Some((_, value)) = event.value.as_pair() else { return false };
        match event.f.as_ref() {
            "cas" if value.as_pair().is_some() => certain = true,
            "read" | "get" | "dequeue" | "pop" | "acquire" | "release" if value.is_null() => {
                certain = true;
            }
            "cas" | "read" | "get" | "dequeue" | "pop" | "acquire" | "release" => return false,
            _ => {}
        }
    }
    certain
}

impl Edn {
    /// The form as a value; an error says what it is that no value can be.
    fn into_value(self) -> Result<Value, String> {
        match self {
            Self::Nil => Ok(Value::Null),
            Self::Bool(value) => Ok(Value::Bool(value)),
            Self::Int(value) => Ok(Value::Int(value)),
            Self::Text(text) | Self::Keyword(text) | Self::Symbol(text) => Ok(Value::from(text)),
            Self::List(forms) => {
                forms.into_iter().map(Self::into_value).collect::<Result<_, _>>().map(Value::List)
            }
            Self::Map(_) => Err("a map".to_owned()),
            Self::Number(text) => Err(format!("the number {text}")),
        }
    }

    /// The form for a person.
    fn shown(&self) -> String {
        match self {
            Self::Nil => "nil".to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Text(text) | Self::Symbol(text) | Self::Number(text) => text.clone(),
            Self::Keyword(text) => format!(":{text}"),
            Self::List(forms) => {
                format!("[{}]", forms.iter().map(Self::shown).collect::<Vec<_>>().join(" "))
            }
            Self::Map(entries) => {
                let shown =
                    |(key, value): &(Self, Self)| format!("{} {}", key.shown(), value.shown());
                format!("{{{}}}", entries.iter().map(shown).collect::<Vec<_>>().join(", "))
            }
        }
    }
}
