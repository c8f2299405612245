//! A line becomes a command.

use std::path::PathBuf;
use std::str::FromStr;

use seatrial_history::Endpoint;
use seatrial_node::{Duration, Instant};

use super::super::breaks::At;
use super::super::event::Pattern;
use super::super::field::{Condition, Field};
use super::{Command, Deed, Entry, Place, find};

impl FromStr for Command {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some((first, rest)) = words.split_first() else {
            return Err("there is no command; `help` lists all".to_owned());
        };
        let entry = find(first)?;
        read(entry.name, rest, line)
            .map_err(|what| what.unwrap_or_else(|| expected(entry, rest, line.trim())))
    }
}

/// Which form a command has that was written in another: `goto needs more: write goto N | TIME | …`.
fn expected(entry: &Entry, rest: &[&str], line: &str) -> String {
    let Entry { name, form, .. } = entry;
    match (*form, rest) {
        ("", _) => format!("`{line}` has too much: write {name} alone"),
        (_, []) => format!("`{line}` needs more: write {name} {form}"),
        _ => format!("`{line}` cannot be read: write {name} {form}"),
    }
}

/// What is wrong with a command: said, or just that it has another form.
type Wrong = Option<String>;

fn read(name: &str, rest: &[&str], line: &str) -> Result<Command, Wrong> {
    let whole = rest.join(" ");
    Ok(match (name, rest) {
        ("step", _) => Command::Step(count(rest)?),
        ("back", _) => Command::Back(count(rest)?),
        ("goto", [place]) => Command::Goto(read_place(place)?),
        ("violation", []) => Command::Goto(Place::Violation),
        ("next", _) => Command::Next(Pattern::parse(rest)),
        ("prev", _) => Command::Previous(Pattern::parse(rest)),
        ("continue", []) => Command::Continue,
        ("reverse", []) => Command::Reverse,
        ("where", []) => Command::Where,
        ("list", []) => Command::List(5),
        ("list", _) => Command::List(usize::try_from(count(rest)?).map_err(|_| None)?),
        ("state", _) => Command::State(optional(rest)?),
        ("inflight", _) => Command::Flight(optional(rest)?),
        ("timers", _) => Command::Timers(optional(rest)?),
        ("disk", [node, file]) => Command::Disk(Some(one(node)?), Some((*file).to_owned())),
        ("disk", _) => Command::Disk(optional(rest)?, None),
        ("message", [name]) => Command::Message(number(name)?),
        ("verdict", []) => Command::Verdict,
        ("info", []) => Command::Info,
        ("break", ["property", _, ..]) => Command::Break(At::Property(rest[1..].join(" "))),
        ("break", ["property"]) => return Err(None),
        ("break", [_, ..]) => Command::Break(match Condition::parse(&whole) {
            Some(condition) => At::Field(condition?),
            None => At::Event(Pattern::parse(rest)),
        }),
        ("breaks", []) => Command::Breaks,
        ("delete", ["all"]) => Command::Delete(None),
        ("delete", [number]) => Command::Delete(Some(number.parse().map_err(|_| None)?)),
        ("watch", [field]) => Command::Watch(Field::parse(field)?),
        ("unwatch", ["all"]) => Command::Unwatch(None),
        ("unwatch", [field]) => Command::Unwatch(Some(Field::parse(field)?)),
        ("undo", []) => Command::Undo,
        ("changes", []) => Command::Changes,
        ("save", [_, ..]) => {
            // A path may have spaces in it.
            let path = line.trim_start()
                [line.trim_start().find(char::is_whitespace).unwrap_or(0)..]
                .trim();
            Command::Save(PathBuf::from(path))
        }
        ("measure", []) => Command::Measure,
        ("help", []) => Command::Help(None),
        ("help", [name]) => Command::Help(Some((*name).to_owned())),
        ("quit", []) => Command::Quit,
        _ => Command::Do(read_deed(name, rest)?),
    })
}

fn read_deed(name: &str, rest: &[&str]) -> Result<Deed, Wrong> {
    use seatrial_sim::Deed as Done;
    Ok(Deed::Plain(match (name, rest) {
        ("drop", [name]) => Done::Drop { name: number(name)? },
        ("deliver", [name]) => Done::Deliver { name: number(name)? },
        ("duplicate", [name]) => Done::Duplicate { name: number(name)? },
        ("delay", [name, "by", span]) => return Ok(Deed::Later(number(name)?, one(span)?)),
        ("delay", [name, "until", time]) => {
            let time: Duration = one(time)?;
            Done::Delay { name: number(name)?, until: Instant::ZERO + time }
        }
        ("crash", [node]) => Done::Crash { node: one(node)?, losing: false },
        ("crash", [node, "losing", "writes"]) => Done::Crash { node: one(node)?, losing: true },
        ("restart", [node]) => Done::Restart { node: one(node)? },
        ("cut", [these, "from", those]) => Done::Cut { these: ends(these)?, those: ends(those)? },
        ("heal", []) => Done::Heal,
        _ => return Err(None),
    }))
}

fn count(rest: &[&str]) -> Result<u64, Wrong> {
    match rest {
        [] => Ok(1),
        [number] => number.parse().map_err(|_| {
            Some(format!("`{number}` is no number of events: write a whole one, as 10"))
        }),
        _ => Err(None),
    }
}

fn one<T: FromStr<Err: ToString>>(word: &str) -> Result<T, Wrong> {
    word.parse().map_err(|error: T::Err| Some(error.to_string()))
}

fn optional<T: FromStr<Err: ToString>>(rest: &[&str]) -> Result<Option<T>, Wrong> {
    match rest {
        [] => Ok(None),
        [word] => one(word).map(Some),
        _ => Err(None),
    }
}

fn ends(words: &str) -> Result<Vec<Endpoint>, Wrong> {
    words.split(',').map(one).collect()
}

/// The name of a message: `#12`, or `12`.
fn number(word: &str) -> Result<u64, Wrong> {
    let digits = word.strip_prefix('#').unwrap_or(word);
    digits.parse().map_err(|_| {
        Some(format!("`{word}` names no message: write its number, as #12; `inflight` lists them"))
    })
}

fn read_place(word: &str) -> Result<Place, Wrong> {
    let step = word.parse().map(Place::Step);
    let time = || word.parse().map(|span: Duration| Place::Time(Instant::ZERO + span));
    match word {
        "start" => Ok(Place::Start),
        "end" => Ok(Place::End),
        "violation" => Ok(Place::Violation),
        _ => step.or_else(|_| time()).map_err(|_| {
            Some(format!("`{word}` is no place: write a step, as 153, a time, as 120ms, or start, end or violation"))
        }),
    }
}
