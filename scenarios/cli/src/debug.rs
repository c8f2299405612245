//! `seatrial debug`: a run event by event, at a terminal or from a script.

mod app;
mod draw;
mod measure;
mod script;
mod terminal;
mod top;

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::Instant;

use seatrial::Registry;
use seatrial::debug::Debugger;
use seatrial_reports::trace;

use crate::cases;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;

const EXAMPLES: &str = "\
Examples:
  seatrial debug target/seatrial/raft-kv-42.case
  seatrial debug raft-kv-42.case --commands script.txt
  echo 'goto violation' | seatrial debug raft-kv-42.case --commands -

A script has a command a line, such as
  break n1.term > 3
  continue
  inflight
  drop #211
  verdict
  save without-211.case
`help` lists all. Lines that begin with # are notes. The exit code is that of the run as the script leaves it.";

/// What `debug` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The case file of a run
    #[arg(value_name = "FILE.case")]
    case: PathBuf,
    /// Take commands from FILE, a line each, or from standard input where it is -, and write each with its answer
    #[arg(long, value_name = "FILE")]
    commands: Option<PathBuf>,
}

/// A debugger, and how long it took to make its run.
struct Opened<'r> {
    debugger: Debugger<'r>,
    took: std::time::Duration,
}

/// Debugs a run, by a script or at a terminal.
pub(crate) fn debug(args: &Args, registry: &Registry, console: &Console) -> Result<Exit, Failure> {
    match &args.commands {
        Some(script) => {
            files::keep_apart(&args.case, &[Some(script)])?;
            // What is to be done is read before anything is.
            let script = script::Script::read(script)?;
            script.perform(open(&args.case, registry)?, console)
        }
        None => {
            let opened = open(&args.case, registry)?;
            if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
                return Err(Failure::new(
                    "there is no terminal to debug at; give commands with --commands FILE, or --commands - for standard input",
                ));
            }
            terminal::attend(opened, console.page().colour)
        }
    }
}

fn open<'r>(path: &Path, registry: &'r Registry) -> Result<Opened<'r>, Failure> {
    let case = cases::read(path, registry)?;
    let begun = Instant::now();
    let debugger = Debugger::new(registry, case, trace::words);
    let debugger = debugger.map_err(|error| error.in_file(path))?;
    Ok(Opened { debugger, took: begun.elapsed() })
}

/// Which run it is, and where it breaks: in a line.
fn title(debugger: &Debugger<'_>) -> String {
    let account = debugger.account();
    let mutant = account.mutant.as_ref().map_or_else(String::new, |name| format!(" with {name}"));
    let broken = match debugger.violation() {
        Some((step, property)) => format!("{property} is violated at step {step}"),
        None => "no property is violated".to_owned(),
    };
    format!(
        "{}{mutant}, seed {}: {} events; {broken}",
        account.scenario,
        account.seed,
        debugger.end()
    )
}
