//! `seatrial faults`: every kind of fault, what it does, how it is counted, and how it is asked for.

use seatrial::sim::Group;
use seatrial::{COMMON, KindInfo, KnobInfo, kinds};
use seatrial_reports::terminal;
use serde_json::{Value, json};

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  seatrial faults
  seatrial faults crash
  seatrial faults --json";

/// What the row is called that says how much of a kind swarm draws.
const DRAWN: &str = "by swarm";

/// What `faults` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A kind or a group, to see it in full; all of them in a table where nothing is named
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Tell it as JSON
    #[arg(long)]
    json: bool,
}

/// Shows them.
pub(crate) fn faults(args: &Args, console: &Console) -> Result<Exit, Failure> {
    let named: Vec<&KindInfo> = match &args.name {
        None => kinds().collect(),
        Some(name) => seatrial::find_kinds(name).map_err(Failure::new)?,
    };
    let text = match (&args.name, args.json) {
        (_, true) => format!("{:#}\n", Value::from_iter(named.into_iter().map(as_json))),
        (None, false) => table(console),
        (Some(_), false) => {
            let told: Vec<String> = named.into_iter().map(|info| in_full(info, console)).collect();
            told.join("\n")
        }
    };
    console.out(text.trim_start_matches('\n'))?;
    Ok(Exit::Holds)
}

/// A table for each group, then the knobs that many have.
fn table(console: &Console) -> String {
    let page = console.page();
    let mut text = String::new();
    for group in Group::ALL {
        let of_group = kinds().filter(|info| info.kind.group() == group);
        let rows: Vec<[String; 3]> = of_group.flat_map(rows).collect();
        text.push_str(&terminal::list(group.name(), &rows, &page));
    }
    let row = |knob: &KnobInfo| ["", knob.name, &about(knob)].map(str::to_owned);
    let common: Vec<_> = COMMON.iter().map(row).collect();
    text.push_str(&terminal::list("knobs of all that recur", &common, &page));
    text
}

/// A row for the kind, and one for each knob of its own.
fn rows(info: &KindInfo) -> Vec<[String; 3]> {
    let head = [info.kind.name().to_owned(), info.form().to_owned(), info.about.to_owned()];
    let own = info.knobs.iter().map(|knob| [String::new(), knob.name.to_owned(), about(knob)]);
    let drawn = info.usual().map(|usual| [String::new(), DRAWN.to_owned(), usual]);
    std::iter::once(head).chain(drawn).chain(own).collect()
}

fn about(knob: &KnobInfo) -> String {
    match knob.default {
        "" => knob.about.to_owned(),
        default => format!("{}; {default} where nothing is said", knob.about),
    }
}

fn in_full(info: &KindInfo, console: &Console) -> String {
    let page = console.page();
    let pair = |name: &str, text: &str| [name.to_owned(), text.to_owned()];
    let mut text = terminal::list(
        info.kind.name(),
        &[
            pair("group", info.kind.group().name()),
            pair("does", info.about),
            pair("asked", info.asked),
            pair("bit", info.bit),
            pair("effect", info.effect),
            pair("form", info.form()),
            pair(
                DRAWN,
                &info.usual().unwrap_or_else(|| "with the kind that it follows".to_owned()),
            ),
        ],
        &page,
    );
    let knobs: Vec<_> = info.all_knobs().map(|knob| pair(knob.name, &about(knob))).collect();
    text.push_str(&terminal::list("knobs", &knobs, &page));
    for (title, example) in
        [("in a scenario", info.scenario_example()), ("in a plan", info.plan_example())]
    {
        if let Some(example) = example {
            text.push_str(&format!("\n{title}\n"));
            for line in example.lines() {
                text.push_str(format!("  {line}").trim_end());
                text.push('\n');
            }
        }
    }
    text
}

fn as_json(info: &KindInfo) -> Value {
    let knob = |knob: &KnobInfo| {
        let default = (!knob.default.is_empty()).then_some(knob.default);
        json!({ "name": knob.name, "about": knob.about, "default": default })
    };
    json!({
        "kind": info.kind.name(),
        "group": info.kind.group().name(),
        "about": info.about,
        "asked": info.asked,
        "bit": info.bit,
        "effect": info.effect,
        "form": info.form(),
        "by_swarm": info.usual(),
        "knobs": Value::from_iter(info.all_knobs().map(knob)),
        "scenario": info.scenario_example(),
        "plan": info.plan_example(),
    })
}
