//! `seatrial likelihood`: when the failure of a run became inevitable.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use seatrial::{LikelihoodOptions, Registry, ShrinkError};
use seatrial_reports::{json, terminal};

use crate::cases;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::progress::RunsBar;
use crate::seed::{count, jobs};
use crate::{program, stop};

const EXAMPLES: &str = "\
Examples:
  seatrial likelihood target/seatrial/raft-kv-42.case
  seatrial likelihood raft-kv-42.case --points 50 --runs 400";

/// What `likelihood` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The case file of a failing run, as it was found: a shrunk one leaves nothing to chance
    #[arg(value_name = "FILE.case")]
    case: PathBuf,
    /// From how many points of the run others go on, beside those that are looked for
    #[arg(long, value_name = "N", default_value = "20", value_parser = count)]
    points: u64,
    /// How many go on from each
    #[arg(long, value_name = "N", default_value = "100", value_parser = count)]
    runs: u64,
    /// On how many threads; the result is the same [default: one for each core]
    #[arg(long, value_name = "J", value_parser = jobs, allow_negative_numbers = true)]
    jobs: Option<u64>,
    /// Tell it as JSON
    #[arg(long)]
    json: bool,
}

/// Goes on from points of a failing run by other seeds, and tells how many of these runs fail.
pub(crate) fn likelihood(
    args: &Args,
    registry: &Registry,
    console: &Console,
) -> Result<Exit, Failure> {
    let case = cases::read(&args.case, registry)?;
    let stop = stop::on_interrupt()?;
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.map_or_else(cores, |jobs| jobs as usize);
    let options = LikelihoodOptions { points: args.points, runs: args.runs, jobs };
    let bar = RunsBar::new(console.is_watched());
    let account = seatrial::likelihood(registry, case, &options, &stop, &mut |runs| bar.show(runs));
    bar.finish();
    let mut account = account.map_err(|error| match error {
        ShrinkError::Case(error) => error.in_file(&args.case).into(),
        error => Failure::new(error.to_string()),
    })?;
    account.replay = program::replay(&args.case);
    console.out(&match args.json {
        true => json::likelihood(&account),
        false => terminal::likelihood(&account, &console.page()),
    })?;
    Ok(if stop.load(Ordering::Relaxed) { Exit::Interrupted } else { Exit::Violated })
}
