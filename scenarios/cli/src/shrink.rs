//! `seatrial shrink`: a failing run made small, and kept.

mod tell;

use std::path::{Path, PathBuf};

use seatrial::{Registry, ShrinkError, ShrinkOptions};

use crate::cases;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{self, Pending};
use crate::progress::ShrinkBar;
use crate::seed::{count, counted, jobs};
use crate::stop;

const EXAMPLES: &str = "\
Examples:
  seatrial shrink target/seatrial/raft-kv-42.case
  seatrial shrink raft-kv-42.case --out tests/raft-kv-42.case --rust
  seatrial shrink raft-kv-42.case --jobs 4 --max-runs 100000";

/// What `shrink` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The case file of a failing run
    #[arg(value_name = "FILE.case")]
    case: PathBuf,
    /// Where the smaller case goes [default: NAME.min.case beside the case; another one that is there is kept as NAME.min-1.case]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// On how many threads candidates are run; the result is the same [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = jobs)]
    jobs: Option<u64>,
    /// Stop after so many candidates
    #[arg(long, value_name = "N", default_value = "20000", value_parser = count)]
    max_runs: u64,
    /// Make this very run small: let no run of another seed take its place that fails in the same way in a smaller world
    #[arg(long)]
    this_run: bool,
    /// Print a Rust test that holds the case for ever
    #[arg(long)]
    rust: bool,
}

/// Shrinks a case, saves what is left of it, and tells what that is.
pub(crate) fn shrink(args: &Args, registry: &Registry, console: &Console) -> Result<Exit, Failure> {
    let out = args.out.clone().unwrap_or_else(|| beside(&args.case));
    files::keep_apart(&args.case, &[Some(&out)])?;
    let case = cases::read(&args.case, registry)?;
    let mut file = Pending::create(&out)?;
    let stop = stop::on_interrupt()?;
    let jobs = args.jobs.map_or_else(processors, |jobs| jobs as usize);
    let options = ShrinkOptions { jobs, max_runs: args.max_runs, elsewhere: !args.this_run };
    let mut bar = ShrinkBar::new(console.is_watched(), args.max_runs);
    let shrunk = seatrial::shrink(registry, case, &options, &stop, &mut |progress| {
        bar.show(&progress);
    });
    let wall = bar.finish();
    let shrunk = shrunk.map_err(|error| match error {
        ShrinkError::Case(error) => error.in_file(&args.case).into(),
        error => Failure::new(error.to_string()),
    })?;
    let text = shrunk.case.to_toml();
    file.write(&text)?;
    let aside = match &args.out {
        // Nobody asked for this place: what somebody has changed there stays.
        None => files::set_aside(&out, &text)?,
        Some(_) => None,
    };
    file.finish()?;
    if let Some(aside) = aside {
        let (out, aside) = (out.display(), aside.display());
        console.note(&format!("{out} was another case: it is {aside} now"));
    }
    let deeds = seatrial::deeds(registry, &shrunk.case);
    console.out(&tell::shrunk(&shrunk, &deeds, &out))?;
    if args.rust {
        console.out(&format!(
            "\n{}",
            tell::rust_test(&out, is_ours(&shrunk.case.scenario.protocol))
        ))?;
    }
    let (runs, threads) = (counted(shrunk.runs, "run"), counted(jobs as u64, "thread"));
    console.note(&format!("{runs} in {:.1}s, on {threads}", wall.as_secs_f64()));
    Ok(if stop.load(std::sync::atomic::Ordering::Relaxed) {
        Exit::Interrupted
    } else {
        Exit::Violated
    })
}

/// Whether a protocol of this name comes with Seatrial.
#[cfg(feature = "protocols")]
fn is_ours(protocol: &str) -> bool {
    Registry::ours().protocols().iter().any(|ours| ours.name() == protocol)
}

#[cfg(not(feature = "protocols"))]
fn is_ours(_: &str) -> bool {
    false
}

/// `raft-kv-42.min.case` for `raft-kv-42.case`.
fn beside(case: &Path) -> PathBuf {
    case.with_extension("min.case")
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
