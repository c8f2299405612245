//! `seatrial diff`: where two runs part.

use std::path::PathBuf;

use seatrial::{Case, Registry};
use seatrial_reports::{json, terminal};

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  seatrial diff target/seatrial/raft-kv-42.case target/seatrial/raft-kv-43.case
  seatrial diff raft-kv-42.case edited.case --json";

/// What `diff` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The case file of one run
    #[arg(value_name = "A.case")]
    one: PathBuf,
    /// The case file of the other
    #[arg(value_name = "B.case")]
    other: PathBuf,
    /// Tell it as JSON
    #[arg(long)]
    json: bool,
}

/// Makes both runs and tells where they part.
pub(crate) fn diff(args: &Args, registry: &Registry, console: &Console) -> Result<Exit, Failure> {
    // A case is checked by itself first, so that an error names the file that has it.
    let read = |path: &PathBuf| -> Result<Case, Failure> {
        let case = Case::read(path)?;
        case.clone().prepare(registry).map_err(|error| error.in_file(path))?;
        Ok(case)
    };
    let account = seatrial::difference(registry, [read(&args.one)?, read(&args.other)?])?;
    console.out(&match args.json {
        true => json::difference(&account),
        false => terminal::difference(&account, &console.page()),
    })?;
    Ok(Exit::Holds)
}
