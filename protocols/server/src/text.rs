//! The protocols as lines of text, for `nc` and for people: a command a line, an answer a line.
//!
//! An answer that begins with `error: ` says that this line did nothing, and never will; one that begins with `unknown: ` that nobody knows. What
//! a session has left behind or forgotten is of the second kind: the line may have been sent, and done, before.

use seatrial_counter::{Add, Counter, Read, Sum};
use seatrial_echo::Echo;
use seatrial_hosts::{Session, TextForm};
use seatrial_kv::{Kv, KvRequest, Output, Value, compare_and_set, delete, read, write};
use seatrial_service::{Op, Request, Response};

/// The map: `put KEY VALUE`, `get KEY`, `cas KEY OLD NEW`, `del KEY`.
pub(crate) const KV: TextForm<Kv> =
    TextForm { read: read_kv, write: |answer| told(answer, outcome) };

/// The counter: `incr`, `add N`, `get`. Answers the total.
pub(crate) const COUNTER: TextForm<Counter> =
    TextForm { read: read_counter, write: |answer| told(answer, sum) };

/// Echo: whatever is said.
pub(crate) const ECHO: TextForm<Echo> =
    TextForm { read: |line, _| Ok(line.into()), write: |answer| answer.to_string() };

fn read_kv(line: &str, session: Session) -> Result<KvRequest, String> {
    let line = line.trim();
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let words: Vec<&str> = rest.split_whitespace().collect();
    let op = match (word, words.as_slice()) {
        ("get", [key]) => read(*key),
        ("del", [key]) => delete(*key),
        ("cas", [key, old, new]) => compare_and_set(*key, *old, *new),
        ("put", [key, _, ..]) => {
            let value = rest.trim_start().strip_prefix(*key).unwrap_or_default().trim();
            write(*key, value)
        }
        _ => return Err(unknown(line, "put KEY VALUE, get KEY, cas KEY OLD NEW or del KEY")),
    };
    Ok(KvRequest { client: session.client, seq: session.number, op })
}

fn read_counter(line: &str, session: Session) -> Result<Request<Add, Read>, String> {
    let op = match line.split_whitespace().collect::<Vec<_>>()[..] {
        ["incr"] => Op::Command(Add(1)),
        ["get"] => Op::Query(Read),
        ["add", amount] => {
            let bad = |_| format!("{amount:?} is no whole number");
            Op::Command(Add(amount.parse().map_err(bad)?))
        }
        _ => return Err(unknown(line, "incr, add N or get")),
    };
    Ok(Request { client: session.client, seq: session.number, op })
}

fn unknown(line: &str, known: &str) -> String {
    let shown: String = line.chars().take(40).collect();
    format!("{shown:?} is no command; write {known}")
}

fn outcome(output: &Output) -> String {
    match output {
        Output::Value(value) => shown(value),
        Output::Written | Output::Deleted => "ok".to_owned(),
        Output::Missing => "error: there is no such key".to_owned(),
        Output::Mismatch(value) => format!("error: the value is {}", shown(value)),
    }
}

fn sum(sum: &Sum) -> String {
    match sum {
        Sum::Total(total) => total.to_string(),
        Sum::Overflow => format!("error: {OVERFLOW}"),
    }
}

/// Why an addition was refused.
pub(crate) const OVERFLOW: &str =
    "the counter has no room for that: it counts from -9223372036854775808 to 9223372036854775807";

/// A value on one line: as it is, where it is text without control characters.
pub(crate) fn shown(value: &Value) -> String {
    match value.as_str() {
        Some(text) if text.contains(char::is_control) => format!("{text:?}"),
        Some(text) => text.to_owned(),
        None => format!("{value:?}"),
    }
}

pub(crate) fn told<O>(response: &Response<O>, done: impl Fn(&O) -> String) -> String {
    match response {
        Response::Done(output) => done(output),
        Response::Unknown => "unknown: it may have been done, or may yet be".to_owned(),
        Response::Superseded | Response::SessionExpired => {
            format!("unknown: it may have been done when it was sent before: {}", refusal(response))
        }
        other => format!("error: {}", refusal(other)),
    }
}

/// Why an attempt was answered without being done.
pub(crate) fn refusal<O>(response: &Response<O>) -> String {
    match response {
        Response::Done(_) | Response::Opened { .. } => "it was done".to_owned(),
        Response::Unknown => "it may have been done, or may yet be".to_owned(),
        Response::Redirect { leader } => format!("ask {leader}, which leads"),
        Response::Unavailable => "there is no leader; ask again".to_owned(),
        Response::TooLarge => "the command is too long".to_owned(),
        Response::Busy => "too much is under way; ask again later".to_owned(),
        Response::SessionExpired => "the session is forgotten; begin a new one".to_owned(),
        Response::Superseded => "the session has gone on since".to_owned(),
        Response::Unreadable => "the members' versions differ".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: Session = Session { client: 7, number: 3 };

    #[test]
    fn a_line_is_a_command_of_its_session() {
        let op = |line| read_kv(line, SESSION).map(|request| request.op);
        assert_eq!(op("get a"), Ok(read("a")));
        assert_eq!(op(" put a  b c "), Ok(write("a", "b c")));
        assert_eq!(op("put a a"), Ok(write("a", "a")));
        assert_eq!(op("cas a 1 2"), Ok(compare_and_set("a", "1", "2")));
        assert_eq!(op("del a"), Ok(delete("a")));
        let request = read_counter("add -4", SESSION).expect("a command");
        assert_eq!(request, Request { client: 7, seq: 3, op: Op::Command(Add(-4)) });
        assert_eq!(read_counter("incr", SESSION).map(|r| r.op), Ok(Op::Command(Add(1))));
        assert_eq!(read_counter(" get ", SESSION).map(|r| r.op), Ok(Op::Query(Read)));
    }

    #[test]
    fn garbage_is_answered_with_what_to_write() {
        for line in ["", "inc", "get", "put a", "cas a 1", "\u{fffd}\u{0}", "get a b"] {
            let error = read_kv(line, SESSION).expect_err(line);
            assert!(error.ends_with("write put KEY VALUE, get KEY, cas KEY OLD NEW or del KEY"));
        }
        let error = read_counter("in", SESSION).expect_err("half a command");
        assert_eq!(error, "\"in\" is no command; write incr, add N or get");
        let error = read_counter("add 1e9", SESSION).expect_err("no number");
        assert_eq!(error, "\"1e9\" is no whole number");
        let long = read_counter(&"x".repeat(60_000), SESSION).expect_err("no command");
        assert!(long.len() < 100, "what is wrong is shown in part");
    }

    #[test]
    fn an_answer_says_whether_it_is_known_what_came_of_it() {
        let line = |response| (KV.write)(&response);
        assert_eq!(line(Response::Done(Output::Value("a b".into()))), "a b");
        assert_eq!(line(Response::Done(Output::Value("a\nb".into()))), "\"a\\nb\"");
        assert_eq!(line(Response::Done(Output::Missing)), "error: there is no such key");
        assert_eq!(line(Response::Done(Output::Mismatch("3".into()))), "error: the value is 3");
        let added = |sum| (COUNTER.write)(&Response::Done(sum));
        assert_eq!(added(Sum::Total(-4)), "-4");
        assert!(added(Sum::Overflow).starts_with("error: the counter has no room for that: "));
        assert!(line(Response::Unknown).starts_with("unknown: "));
        assert!(line(Response::Unavailable).starts_with("error: there is no leader"));
        for forgotten in [Response::Superseded, Response::SessionExpired] {
            assert!(line(forgotten).starts_with("unknown: it may have been done when it was sent"));
        }
    }
}
