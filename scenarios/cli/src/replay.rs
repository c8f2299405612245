//! `seatrial replay`: a failing run again, from nothing but its case file.

use std::path::PathBuf;

use seatrial::Registry;

use crate::args::Telling;
use crate::cases;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::page::Page;
use crate::{files, program, tell};

const EXAMPLES: &str = "\
Examples:
  seatrial replay target/seatrial/raft-kv-42.case
  seatrial replay raft-kv-42.case --html raft-kv-42.html
  seatrial replay raft-kv-42.case --trace=faults,ops --history history.jsonl
  seatrial replay raft-kv-42.min.case --format mermaid
  seatrial replay raft-kv-42.case --format perfetto --output run.json";

/// What `replay` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The case file of a failing run
    #[arg(value_name = "FILE.case")]
    case: PathBuf,
    #[command(flatten)]
    telling: Telling,
}

/// Runs a case again and tells it as `run` did.
pub(crate) fn replay(args: &Args, registry: &Registry, console: &Console) -> Result<Exit, Failure> {
    files::keep_apart(&args.case, &args.telling.outputs())?;
    let case = cases::read(&args.case, registry)?;
    let (hash, in_place_of) = (case.hash.clone(), case.in_place_of);
    let prepared = case.clone().prepare(registry);
    let (prepared, seed) = prepared.map_err(|error| error.in_file(&args.case))?;
    let strange: Vec<String> =
        case.strange_sites(&prepared).into_iter().map(|site| site.to_string()).collect();
    let page = Page::asked(&args.telling, Some(&args.case), registry, console)?;
    tell::tell(&prepared, seed, &args.telling, page, console, |account| {
        account.replay = program::replay(&args.case);
        account.case = Some(args.case.to_string_lossy().into_owned());
        if hash.is_some_and(|hash| hash != account.hash) {
            account.notices.push(
                "this is not the run that the case was written of: the case was edited, or the code has changed since"
                    .to_owned(),
            );
        }
        account.notices.extend(strange);
        if let Some(seed) = in_place_of {
            account.notices.push(format!(
                "it took the place of the run of seed {seed}, which was to be made small, and fails in the same way"
            ));
        }
        Ok(())
    })
}
