//! `seatrial explore`: every order of events in a small world, and every crash point.

use std::path::Path;

use seatrial::{Bounds, Registry};
use seatrial_history::{ExplorationAccount, Outcome};
use seatrial_reports::{json, terminal};

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::program;
use crate::seed::count;

const EXAMPLES: &str = "\
Examples:
  seatrial explore uniform-broadcast
  seatrial explore uniform-broadcast --mutant urb-early --expect-violation
  seatrial explore causal-broadcast --nodes 4 --messages 1 --crashes 1
  seatrial explore echo --losses 1
  seatrial explore raft-election --mutant vote-not-persisted --expect-violation";

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
    /// How many messages are broadcast, or other requests made [default: 2, if the protocol takes any]
    #[arg(long, value_name = "M")]
    messages: Option<u32>,
    /// How many crashes there may be [default: 1, if the protocol survives it]
    #[arg(long, value_name = "F")]
    crashes: Option<u32>,
    /// How many times a crashed node may start again [default: as many as crash, if they keep a disk]
    #[arg(long, value_name = "R")]
    restarts: Option<u32>,
    /// How many messages may be lost
    #[arg(long, value_name = "L", default_value_t = Bounds::default().losses)]
    losses: u32,
    /// How many timers may come due, of all nodes together [default: 2, if the protocol has any]
    #[arg(long, value_name = "T")]
    timers: Option<u32>,
    /// Go no further than so many steps; what would follow is then said to be left out
    #[arg(long, value_name = "STEPS")]
    depth: Option<u64>,
    /// Count states once in which nodes that nobody asks anything have only changed places; that they are alike is checked
    #[arg(long)]
    symmetry: bool,
    /// Give up after so many states
    #[arg(long, value_name = "STATES", default_value_t = Bounds::default().limit)]
    #[arg(value_parser = count)]
    limit: u64,
    /// Swap the exit codes 0 and 1: it is a violation that is wanted
    #[arg(long)]
    expect_violation: bool,
    /// Tell the search as JSON
    #[arg(long)]
    json: bool,
}

/// The command that makes the same search, whatever the defaults become.
fn replay(args: &Args, account: &ExplorationAccount) -> String {
    let has_restarts = account.restarts > 0 || args.restarts.is_some();
    let numbers = [
        ("--nodes", Some(account.nodes.into())),
        ("--messages", Some(account.messages.into()).filter(|messages| *messages > 0)),
        ("--crashes", Some(account.crashes.into())),
        ("--restarts", has_restarts.then_some(account.restarts.into())),
        ("--losses", Some(account.losses.into()).filter(|losses| *losses > 0)),
        ("--timers", account.timers.map(u64::from)),
        ("--depth", args.depth),
        ("--limit", Some(args.limit).filter(|limit| *limit != Bounds::default().limit)),
    ];
    let numbers = numbers.map(|(flag, number)| (flag, number.map(|number| number.to_string())));
    let mut words = vec!["explore", &args.protocol];
    words.extend(account.mutant.iter().flat_map(|mutant| ["--mutant", mutant.as_str()]));
    for (flag, number) in &numbers {
        words.extend(number.iter().flat_map(|number| [*flag, number.as_str()]));
    }
    words.extend(args.symmetry.then_some("--symmetry"));
    program::command(&words)
}

/// Looks at every order, and tells what it found and how much it looked at.
pub(crate) fn explore(
    args: &Args,
    registry: &Registry,
    console: &Console,
) -> Result<Exit, Failure> {
    if Path::new(&args.protocol).is_file() {
        return Err(Failure::new(format!(
            "{}: this is a file, and `explore` takes the name of a protocol, as `uniform-broadcast`; `seatrial run` takes scenarios, \
             `seatrial replay` cases",
            args.protocol
        )));
    }
    let &Args {
        nodes, messages, crashes, restarts, losses, timers, depth, symmetry, limit, ..
    } = args;
    let bounds =
        Bounds { nodes, messages, crashes, restarts, losses, timers, depth, symmetry, limit };
    let mut account = seatrial::explore(registry, &args.protocol, args.mutant.as_deref(), &bounds)?;
    account.replay = replay(args, &account);
    console.out(&match args.json {
        true => json::exploration(&account),
        false => terminal::exploration(&account, &console.page()),
    })?;
    let exit = match account.outcome() {
        Outcome::Holds | Outcome::Excused => Exit::Holds,
        Outcome::Unknown => Exit::Unknown,
        Outcome::Violated => Exit::Violated,
    };
    Ok(if args.expect_violation { exit.swapped() } else { exit })
}
