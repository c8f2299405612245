//! `seatrial explore`: every order of events in a small world, and every crash point.

use seatrial::{Bounds, Registry};
use seatrial_history::Outcome;
use seatrial_reports::terminal;

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::program;
use crate::seed::count;

const EXAMPLES: &str = "\
Examples:
  seatrial explore uniform-broadcast
  seatrial explore uniform-broadcast --mutant urb-early --expect-violation
  seatrial explore causal-broadcast --nodes 4 --messages 1 --crashes 1";

/// What `explore` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A protocol's name
    protocol: String,
    /// Plant a bug, by its name or its id
    #[arg(long, value_name = "MUTANT")]
    mutant: Option<String>,
    /// How many nodes there are
    #[arg(long, value_name = "N", default_value_t = Bounds::default().nodes)]
    nodes: u32,
    /// How many messages are broadcast
    #[arg(long, value_name = "M", default_value_t = Bounds::default().messages)]
    messages: u32,
    /// How many nodes may crash [default: 1, if the protocol survives it]
    #[arg(long, value_name = "F")]
    crashes: Option<u32>,
    /// Give up after so many states
    #[arg(long, value_name = "STATES", default_value_t = Bounds::default().limit)]
    #[arg(value_parser = count)]
    limit: u64,
    /// Swap the exit codes 0 and 1: it is a violation that is wanted
    #[arg(long)]
    expect_violation: bool,
}

/// Looks at every order, and tells what it found and how much it looked at.
pub(crate) fn explore(
    args: &Args,
    registry: &Registry,
    console: &Console,
) -> Result<Exit, Failure> {
    let &Args { nodes, messages, crashes, limit, .. } = args;
    let bounds = Bounds { nodes, messages, crashes, limit };
    let mut account = seatrial::explore(registry, &args.protocol, args.mutant.as_deref(), &bounds)?;
    let [nodes, messages, crashes] =
        [account.nodes, account.messages, account.crashes].map(|number| number.to_string());
    let mut words = vec!["explore", &args.protocol];
    words.extend(account.mutant.iter().flat_map(|mutant| ["--mutant", mutant.as_str()]));
    words.extend(["--nodes", &nodes, "--messages", &messages, "--crashes", &crashes]);
    let limit = limit.to_string();
    if args.limit != Bounds::default().limit {
        words.extend(["--limit", &limit]);
    }
    account.replay = program::command(&words);
    console.out(&terminal::exploration(&account, &console.page()))?;
    let exit = match account.outcome() {
        Outcome::Holds | Outcome::Excused => Exit::Holds,
        Outcome::Unknown => Exit::Unknown,
        Outcome::Violated => Exit::Violated,
    };
    Ok(if args.expect_violation { exit.swapped() } else { exit })
}
