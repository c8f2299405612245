//! Histories as JSON lines: one event a line, in Jepsen's words. The order of the lines is the order of the events.
//!
//! ```text
//! {"header":{"form":1,"model":"cas-register","init":null}}
//! {"process":3,"type":"invoke","f":"cas","key":"x","value":[2,4],"time":1700}
//! {"process":3,"type":"ok","f":"cas","key":"x","value":[2,4],"time":1900}
//! ```
//!
//! The header is optional; so are `key`, `time` and `error`. Other members are ignored. A text as `process` is a fault's, of
//! type `info`, and skipped.

use std::collections::BTreeMap;
use std::io;

use seatrial_node::Instant;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::recording::{TXN_HELP, decode, name, only_operation};
use crate::{Header, History, OpEvent, OpKind, Process, ReadError, Recording, Value};

impl History {
    /// Reads a history of JSON lines: one event a line, whose order is the order of the events. `process` is a whole number, `type`
    /// is `invoke`, `ok`, `fail` or `info`, `f` names the operation and `value` is its argument or its result; `key`, `time` in
    /// nanoseconds and `error` are optional. A [`Header`] may come first. Other members are ignored; events of type `info` whose
    /// process is a text, as `"nemesis"`, are skipped.
    ///
    /// # Errors
    /// Where a line is no event, and where the events do not pair up; the error names the line and says what to do.
    ///
    /// ```
    /// use seatrial_history::History;
    ///
    /// let text = r#"
    /// {"process":0,"type":"invoke","f":"write","value":7}
    /// {"process":0,"type":"ok","f":"write","value":7}"#;
    /// assert_eq!(History::read_jsonl(text.as_bytes())?.history.events.len(), 2);
    /// # Ok::<(), seatrial_history::ReadError>(())
    /// ```
    pub fn read_jsonl(bytes: &[u8]) -> Result<Recording, ReadError> {
        let mut recording = Recording::default();
        let mut transactions = BTreeMap::new();
        let mut first = true;
        for (i, text) in decode(bytes)?.lines().enumerate() {
            if text.trim().is_empty() {
                continue;
            }
            let line = i + 1;
            let raw = parse(line, text)?;
            let first = std::mem::take(&mut first);
            match raw.header {
                Some(header) if first => recording.header = Some(read_header(line, header)?),
                Some(_) => {
                    let what = "a header that is not the first line";
                    return Err(ReadError::new(
                        line,
                        what,
                        "join no histories: check each by itself",
                    ));
                }
                None => match read_event(line, raw, recording.history.events.len())? {
                    Some(mut event) => {
                        unwrap_txn(line, &mut event, &mut transactions)?;
                        recording.history.events.push(event);
                        recording.lines.push(line);
                    }
                    None => recording.skipped += 1,
                },
            }
        }
        recording.checked()
    }

    /// Writes the history as JSON lines, the header first if there is one.
    ///
    /// # Errors
    /// Where the writer fails.
    pub fn write_jsonl(&self, header: Option<&Header>, out: &mut impl io::Write) -> io::Result<()> {
        if let Some(header) = header {
            serde_json::to_writer(&mut *out, &BTreeMap::from([("header", header)]))?;
            out.write_all(b"\n")?;
        }
        for event in &self.events {
            serde_json::to_writer(&mut *out, event)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

/// A line as it stands there. Members that must be there are optional here, so that their absence is told in our words.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    header: Option<Json>,
    #[serde(default)]
    process: Option<Json>,
    #[serde(default, rename = "type")]
    kind: Option<Json>,
    #[serde(default)]
    f: Option<Json>,
    #[serde(default)]
    key: Json,
    #[serde(default, deserialize_with = "present")]
    value: Option<Json>,
    #[serde(default)]
    time: Json,
    #[serde(default)]
    error: Json,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

fn parse(line: usize, text: &str) -> Result<Line, ReadError> {
    // Serde would take an array for the members in order.
    if !text.trim_start().starts_with('{') {
        return Err(ReadError::new(line, "no event: the line is no JSON object", LINE_HELP));
    }
    serde_json::from_str(text).map_err(|error| not_json(line, &error))
}

const LINE_HELP: &str = "write one JSON object a line, as {\"process\":0,\"type\":\"invoke\",\"f\":\"read\",\"value\":null}";

fn not_json(line: usize, error: &serde_json::Error) -> ReadError {
    let text = error.to_string();
    let what = text.split(" at line ").next().unwrap_or_default().to_owned();
    let help = if error.is_eof() {
        "the line breaks off: write one whole JSON object a line"
    } else {
        LINE_HELP
    };
    let column = Some(error.column()).filter(|&column| column > 0);
    ReadError { column, ..ReadError::new(line, format!("no event: {what}"), help) }
}

fn read_header(line: usize, header: Json) -> Result<Header, ReadError> {
    const HELP: &str = "a header is {\"header\":{\"form\":1,\"model\":\"register\",\"init\":null}}";
    let header: Header = serde_json::from_value(header)
        .map_err(|error| ReadError::new(line, format!("no header: {error}"), HELP))?;
    if header.form != Header::FORM {
        let what = format!("a history of form {}", header.form);
        let help = format!("only form {} can be read: write it again in that form", Header::FORM);
        return Err(ReadError::new(line, what, help));
    }
    Ok(header)
}

/// The event, or nothing where no client acts.
fn read_event(line: usize, raw: Line, place: usize) -> Result<Option<OpEvent>, ReadError> {
    let missing = |member: &str, help: &'static str| {
        ReadError::new(line, format!("the member `{member}` is missing"), help)
    };
    let kind = match raw.kind {
        None => return Err(missing("type", "say invoke, ok, fail or info")),
        Some(kind) => read_kind(line, &kind)?,
    };
    let process = match raw.process {
        None => return Err(missing("process", "give each client a whole number")),
        Some(Json::String(_)) if kind == OpKind::Info => return Ok(None),
        Some(process) => read_process(line, &process)?,
    };
    let f = match raw.f {
        None => return Err(missing("f", "name the operation: read, write, ...")),
        Some(Json::String(f)) => name(&f),
        Some(other) => {
            let what = format!("an operation named {other}");
            return Err(ReadError::new(line, what, "name the operation with a text"));
        }
    };
    // What a failed or unknown operation carries as its value judges nothing, so it may be anything.
    let value = match (raw.value, kind) {
        (None, OpKind::Invoke | OpKind::Ok) => {
            return Err(missing("value", "write null where an operation takes or returns nothing"));
        }
        (None, _) => Value::Null,
        (Some(value), OpKind::Invoke | OpKind::Ok) => read_value(line, "value", value)?,
        (Some(value), _) => serde_json::from_value(value).unwrap_or_default(),
    };
    Ok(Some(OpEvent {
        process,
        kind,
        f,
        key: read_value(line, "key", raw.key)?,
        value,
        time: read_time(line, &raw.time, place)?,
        error: match raw.error {
            Json::Null => None,
            Json::String(text) => Some(text.into()),
            other => Some(other.to_string().into()),
        },
    }))
}

fn read_kind(line: usize, kind: &Json) -> Result<OpKind, ReadError> {
    match kind.as_str() {
        Some("invoke") => Ok(OpKind::Invoke),
        Some("ok") => Ok(OpKind::Ok),
        Some("fail") => Ok(OpKind::Fail),
        Some("info") => Ok(OpKind::Info),
        _ => {
            let what = format!("an event of the unknown type {kind}");
            Err(ReadError::new(line, what, "the types are invoke, ok, fail and info"))
        }
    }
}

fn read_process(line: usize, process: &Json) -> Result<Process, ReadError> {
    process.as_u64().map(Process).ok_or_else(|| {
        let what = format!("an operation by process {process}");
        let help = "give clients whole numbers from 0; a text is for faults, whose type is info";
        ReadError::new(line, what, help)
    })
}

fn read_value(line: usize, member: &str, value: Json) -> Result<Value, ReadError> {
    serde_json::from_value(value).map_err(|error| {
        let help = "use null, true, false, whole numbers, texts and lists of these";
        ReadError::new(line, format!("the member `{member}` cannot be used: {error}"), help)
    })
}

/// Times are for people, so an odd one is no error; one that is no number is.
fn read_time(line: usize, time: &Json, place: usize) -> Result<Instant, ReadError> {
    match time {
        Json::Null => Ok(Instant::from_nanos(place as u64)),
        Json::Number(number) => {
            let nanos = number.as_u64().or_else(|| number.as_f64().map(|nanos| nanos as u64));
            Ok(Instant::from_nanos(nanos.unwrap_or_default()))
        }
        other => {
            let what = format!("the time {other}");
            Err(ReadError::new(line, what, "write `time` as nanoseconds, or leave it out"))
        }
    }
}

/// Turns a transaction of one operation into that operation. `open` remembers what was invoked, for completions that say nothing.
pub(crate) fn unwrap_txn(
    line: usize,
    event: &mut OpEvent,
    open: &mut BTreeMap<Process, (String, Value)>,
) -> Result<(), ReadError> {
    if event.f != "txn" {
        return Ok(());
    }
    match only_operation(&event.value) {
        Ok((f, key, value)) => {
            if event.kind == OpKind::Invoke {
                open.insert(event.process, (f.to_string(), key.clone()));
            }
            (event.f, event.key, event.value) = (f, key, value);
            Ok(())
        }
        Err(_) if matches!(event.kind, OpKind::Fail | OpKind::Info) => {
            if let Some((f, key)) = open.get(&event.process) {
                (event.f, event.key, event.value) = (name(f), key.clone(), Value::Null);
            }
            Ok(())
        }
        Err(what) => Err(ReadError::new(line, what, TXN_HELP)),
    }
}
