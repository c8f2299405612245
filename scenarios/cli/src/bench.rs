//! `seatrial bench`: what the search is measured by.

mod bugs;
mod results;

use seatrial::Registry;

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

/// What `bench` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

const EXAMPLES: &str = "\
Examples:
  seatrial bench bugs --quick
  seatrial bench bugs --bugs O1,O3 --strategy random,portfolio --campaigns 20";

/// What is measured.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// Hunt every planted bug from many seeds by several strategies, and tell how many executions each took
    Bugs(bugs::Args),
}

/// Measures.
pub(crate) fn bench(args: &Args, registry: &Registry, console: &Console) -> Result<Exit, Failure> {
    match &args.what {
        What::Bugs(args) => bugs::bugs(args, registry, console),
    }
}
