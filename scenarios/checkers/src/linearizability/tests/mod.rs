//! Tests of the whole: hand-made histories, the semantics that bite, and a comparison with a reference that tries all orders.

mod against_reference;
mod cost;
mod generate;
mod good_and_bad;
mod orders;
mod reference;
mod semantics;
mod told;

use seatrial_history::{History, Verdict};

use super::{Model, Options, Outcome, check};

/// A history written as lines of `process type f value`, with the key before a colon in `f`: `1 ok x:write 7`.
fn history(text: &str) -> History {
    let mut lines = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut words = line.splitn(4, ' ');
        let mut word = || words.next().unwrap_or("null");
        let (process, kind, f, value) = (word(), word(), word(), word());
        let (key, f) = match f.split_once(':') {
            Some((key, f)) => (format!("\"{key}\""), f),
            None => ("null".to_owned(), f),
        };
        lines += &format!(
            "{{\"process\":{process},\"type\":\"{kind}\",\"f\":\"{f}\",\"key\":{key},\"value\":{value}}}\n"
        );
    }
    History::read_jsonl(lines.as_bytes()).expect("a history").history
}

fn outcome(model: Model, text: &str, options: &Options<'_>) -> Outcome {
    check(&history(text), model, options).expect("a history of the model")
}

fn holds(model: Model, text: &str) -> bool {
    holds_with(model, text, &Options::default())
}

fn holds_with(model: Model, text: &str, options: &Options<'_>) -> bool {
    match outcome(model, text, options).verdict {
        Verdict::Holds => true,
        Verdict::Violated(_) => false,
        Verdict::Unknown { why } => panic!("undecided: {why}"),
    }
}
