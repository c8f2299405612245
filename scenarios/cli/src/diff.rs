//! `seatrial diff`: where two runs part.

use std::path::PathBuf;

use clap::{ArgGroup, ValueEnum};
use seatrial::{Case, Prepared, Recording, Registry};
use seatrial_reports::acts::Acts;
use seatrial_reports::formats::{Run, shiviz_pair};
use seatrial_reports::{json, terminal};

use crate::cases;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{self, Pending};

const EXAMPLES: &str = "\
Examples:
  seatrial diff target/seatrial/raft-kv-42.case target/seatrial/raft-kv-43.case
  seatrial diff raft-kv-42.case edited.case --json
  seatrial diff raft-kv-42.case raft-kv-43.case --format shiviz --output two.log";

/// What `diff` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES, group = ArgGroup::new("form").args(["format", "json"]))]
pub(crate) struct Args {
    /// The case file of one run
    #[arg(value_name = "A.case")]
    one: PathBuf,
    /// The case file of the other
    #[arg(value_name = "B.case")]
    other: PathBuf,
    /// Tell it in a form that another tool opens
    #[arg(long, value_name = "FORMAT")]
    format: Option<Form>,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Write that form to FILE, and where the two part to the terminal
    #[arg(long, value_name = "FILE", requires = "form")]
    output: Option<PathBuf>,
}

/// A form of two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Where they part, as one JSON document
    Json,
    /// A log of both with vector clocks, for ShiViz
    Shiviz,
}

/// Makes both runs and tells where they part.
pub(crate) fn diff(args: &Args, registry: &Registry, console: &Console) -> Result<Exit, Failure> {
    let output = args.output.as_deref();
    files::keep_apart(&args.one, &[output])?;
    files::keep_apart(&args.other, &[output])?;
    let output = output.map(Pending::create).transpose()?;
    // A case is checked by itself first, so that an error names the file that has it.
    let read = |path: &PathBuf| -> Result<(Case, Prepared, u64), Failure> {
        let case = cases::read(path, registry)?;
        let prepared = case.clone().prepare(registry);
        let (prepared, seed) = prepared.map_err(|error| error.in_file(path))?;
        Ok((case, prepared, seed))
    };
    let ((one, first, seed), (other, second, other_seed)) = (read(&args.one)?, read(&args.other)?);
    let form = args.format.or_else(|| args.json.then_some(Form::Json));
    let log = (form == Some(Form::Shiviz))
        .then(|| logs(args, [&first.record(seed), &second.record(other_seed)]));
    if let (Some(log), None) = (&log, &output) {
        console.out(log)?;
        return Ok(Exit::Holds);
    }
    let account = seatrial::difference(registry, [one, other])?;
    let formed = log.or_else(|| form.map(|_| json::difference(&account)));
    match (formed, output) {
        (Some(text), None) => console.out(&text)?,
        (formed, output) => {
            if let Some((text, mut file)) = formed.zip(output) {
                file.write(&text)?;
                file.finish()?;
            }
            console.out(&terminal::difference(&account, &console.page()))?;
        }
    }
    Ok(Exit::Holds)
}

/// Both runs as one log, each by the name of its file.
fn logs(args: &Args, runs: [&Recording; 2]) -> String {
    let acts = runs.map(|run| Acts::of(&run.trace));
    let names = [&args.one, &args.other].map(|path| path.display().to_string());
    let run = |nth: usize| {
        let Recording { account, trace, .. } = runs[nth];
        (names[nth].as_str(), Run { account, trace, acts: &acts[nth] })
    };
    shiviz_pair([run(0), run(1)])
}
