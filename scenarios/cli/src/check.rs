//! `seatrial check`: judges a history that anybody recorded.

mod args;
mod source;

use std::cell::Cell;
use std::time::Instant;

use seatrial_checkers::linearizability::{
    CasFail, Limits, Model, Options, Outcome, check as judge,
};
use seatrial_history::{Header, Recording, Value, Verdict};
use seatrial_reports::terminal;
use serde_json::json;

pub(crate) use self::args::Args;
use self::source::Source;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

/// Judges a history.
pub(crate) fn check(args: &Args, console: &Console) -> Result<Exit, Failure> {
    let source = Source::read(&args.history)?;
    let recording = source.parse(args.format, args.keyed.into())?;
    let asked = Asked::new(args, recording.header.as_ref(), &source)?;
    let deadline = Instant::now() + std::time::Duration::from(args.timeout);
    let late = Cell::new(false);
    let cancelled = || {
        late.set(late.get() || Instant::now() >= deadline);
        late.get()
    };
    let options = Options {
        init: asked.init,
        cas_fail: asked.cas_fail,
        limits: limits(args),
        steps: None,
        lines: Some(&recording.lines),
        cancelled: Some(&cancelled),
    };
    let judged = judge(&recording.history, asked.model, &options);
    let mut outcome = judged.map_err(|error| source.unfit(&error, &recording.lines))?;
    if let (Verdict::Unknown { why }, true) = (&mut outcome.verdict, late.get()) {
        *why = format!("the time of {} was up: give it more with --timeout", args.timeout);
    }
    console.out(&match args.json {
        true => as_json(&source, asked.model, &recording, &outcome),
        false => as_text(&source, asked.model, &recording, &outcome, console),
    })?;
    Ok(match outcome.verdict {
        Verdict::Holds => Exit::Holds,
        Verdict::Violated(_) => Exit::Violated,
        Verdict::Unknown { .. } => Exit::Unknown,
    })
}

fn limits(args: &Args) -> Limits {
    let mib = |mib: u64| usize::try_from(mib.saturating_mul(1 << 20)).unwrap_or(usize::MAX);
    Limits {
        steps: args.steps.unwrap_or(Limits::PATIENT.steps),
        bytes: args.memory.map_or(Limits::PATIENT.bytes, mib),
    }
}

/// How the history is to be judged: as the command line says, or else as the history's own header does.
struct Asked {
    model: Model,
    init: Option<Value>,
    cas_fail: CasFail,
}

impl Asked {
    fn new(args: &Args, header: Option<&Header>, source: &Source) -> Result<Self, Failure> {
        let advised = header.and_then(|header| header.model.as_deref());
        let model = match (args.model, advised) {
            (Some(model), _) => model,
            (None, Some(name)) => name.parse().map_err(|error| source.header(error))?,
            (None, None) => {
                let names = Model::ALL.map(Model::name).join(", ");
                return Err(source.header(format!(
                    "the history does not say which object it is about; say so with --model, which is one of {names}"
                )));
            }
        };
        let advised = header.and_then(|header| header.cas_fail.as_deref());
        let cas_fail = match (args.cas_fail, advised) {
            (Some(cas_fail), _) => cas_fail,
            (None, Some(word)) => word.parse().map_err(|error: String| source.header(error))?,
            (None, None) => CasFail::default(),
        };
        // What the header says of the initial value, it says of its own model.
        let meant =
            header.filter(|header| header.model.as_deref().is_none_or(|name| name == model.name()));
        let init = args.init.clone().or_else(|| meant.and_then(|header| header.init.clone()));
        Ok(Self { model, init, cas_fail })
    }
}

fn as_text(
    source: &Source,
    model: Model,
    recording: &Recording,
    outcome: &Outcome,
    console: &Console,
) -> String {
    let name = format!("linearizability of {} as {model}", source.name());
    let mut text = terminal::verdict(&name, &outcome.verdict, &console.page());
    let stats = &outcome.stats;
    let mut cost = vec![
        ["operations".to_owned(), stats.operations.to_string()],
        ["objects".to_owned(), stats.objects.to_string()],
        ["steps".to_owned(), stats.steps.to_string()],
    ];
    if recording.skipped > 0 {
        let what = format!("{} events in which no client acts", recording.skipped);
        cost.push(["skipped".to_owned(), what]);
    }
    text.push_str(&terminal::list("check", &cost, &console.page()));
    text
}

fn as_json(source: &Source, model: Model, recording: &Recording, outcome: &Outcome) -> String {
    let word = match outcome.verdict {
        Verdict::Holds => "holds",
        Verdict::Violated(_) => "violated",
        Verdict::Unknown { .. } => "unknown",
    };
    let document = json!({
        "form": seatrial_reports::json::FORM,
        "outcome": word,
        "history": source.name(),
        "model": model,
        "events": recording.history.events.len(),
        "skipped": recording.skipped,
        "judgement": outcome.verdict,
        "explanation": outcome.explanation,
        "stats": outcome.stats,
    });
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    fn asked(line: &str, header: Option<&Header>) -> Result<(Model, Option<Value>), String> {
        let cli = Cli::try_parse_from(line.split_whitespace()).expect(line);
        let Command::Check(args) = cli.command else { panic!("not check") };
        let asked = Asked::new(&args, header, &Source::of("h.jsonl", ""));
        asked.map(|asked| (asked.model, asked.init)).map_err(|failure| failure.to_string())
    }

    #[test]
    fn the_header_is_asked_where_the_command_line_is_silent() {
        let header = Header {
            model: Some("cas-register".into()),
            init: Some(Value::Int(0)),
            ..Header::default()
        };
        let header = Some(&header);
        let advised = Ok((Model::CasRegister, Some(Value::Int(0))));
        assert_eq!(asked("seatrial check h", header), advised);
        assert_eq!(asked("seatrial check h --model cas-register", header), advised);
        assert_eq!(asked("seatrial check h --model mutex", header), Ok((Model::Mutex, None)));
        let other = Ok((Model::CasRegister, Some(Value::Int(7))));
        assert_eq!(asked("seatrial check h --init 7", header), other);
    }

    #[test]
    fn a_history_of_no_model_or_an_unknown_one_is_refused_with_what_there_is() {
        let error = asked("seatrial check h", None).expect_err("no model");
        assert!(error.starts_with("h.jsonl: ") && error.contains("append-list"), "{error}");
        let header = Header { model: Some("cas-registr".into()), ..Header::default() };
        let error = asked("seatrial check h", Some(&header)).expect_err("no such model");
        assert!(error.contains("did you mean `cas-register`?"), "{error}");
    }
}
