//! The command line of Seatrial, for its own binary and for yours.
//!
//! A crate with nodes of its own gets every command with one line:
//!
//! ```no_run
//! fn main() -> std::process::ExitCode {
//!     seatrial_cli::main(seatrial::Registry::ours())
//! }
//! ```
//!
//! What is asked for goes to standard output, and the same seed gives the same bytes there. Everything that time decides, such as
//! progress and speed, goes to standard error.

mod args;
mod bench;
mod cases;
mod check;
#[cfg(feature = "protocols")]
mod client;
mod console;
mod debug;
mod diff;
mod exit;
mod explore;
mod failure;
mod faults;
mod files;
mod hunt;
mod likelihood;
mod list;
#[cfg(feature = "protocols")]
mod live;
mod page;
mod program;
mod progress;
mod replay;
mod report;
mod run;
mod seed;
#[cfg(feature = "protocols")]
mod serve;
mod shrink;
mod stop;
mod tell;
mod vacuous;

use std::process::ExitCode;

use clap::Parser;
use seatrial::Registry;

use crate::args::{Cli, Command};
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

/// Does what the process's arguments ask for, with these protocols, and says how it ended: 0 holds, 1 violated, 2 bad usage or
/// input, 3 unknown, 4 not deterministic, 130 interrupted.
pub fn main(registry: Registry) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return console::usage(&error),
    };
    let console = Console::new(cli.global.color, cli.global.quiet);
    match dispatch(cli.command, &registry, &console) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            console.error(&failure);
            Exit::Usage.into()
        }
    }
}

fn dispatch(command: Command, registry: &Registry, console: &Console) -> Result<Exit, Failure> {
    match command {
        Command::List(args) => list::list(&args, registry, console),
        Command::Faults(args) => faults::faults(&args, console),
        Command::Run(args) => run::run(&args, registry, console),
        Command::Hunt(args) => hunt::hunt(&args, registry, console),
        Command::Explore(args) => explore::explore(&args, registry, console),
        Command::Replay(args) => replay::replay(&args, registry, console),
        Command::Shrink(args) => shrink::shrink(&args, registry, console),
        Command::Debug(args) => debug::debug(&args, registry, console),
        Command::Diff(args) => diff::diff(&args, registry, console),
        Command::Likelihood(args) => likelihood::likelihood(&args, registry, console),
        Command::Bench(args) => bench::bench(&args, registry, console),
        Command::Report(args) => report::report(&args, console),
        Command::Check(args) => check::check(&args, console),
        #[cfg(feature = "protocols")]
        Command::Live(args) => live::live(&args, registry, console),
        #[cfg(feature = "protocols")]
        Command::Serve(args) => serve::serve(&args),
        #[cfg(feature = "protocols")]
        Command::Client(args) => client::client(&args, console),
    }
}
