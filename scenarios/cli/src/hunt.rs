//! `seatrial hunt`: many seeds, until one breaks a property or all have been tried.

mod args;
mod ending;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use seatrial::{Hunt, HuntOptions, Prepared, Ran, Registry, Strategy};
use seatrial_history::HuntAccount;
use seatrial_node::Duration;
use seatrial_reports::{json, junit, terminal};

pub(crate) use self::args::Args;
use self::ending::ending;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::Pending;
use crate::progress::Progress;
use crate::{files, run, stop};

/// Hunts, saves what fails, and tells it.
pub(crate) fn hunt(args: &Args, registry: &Registry, console: &Console) -> Result<Exit, Failure> {
    let outputs = [args.jsonl.as_deref(), args.junit.as_deref()];
    if let Some(plan) = &args.trouble.plan {
        files::keep_apart(plan, &outputs)?;
    }
    files::keep_apart(Path::new(&args.scenario), &outputs)?;
    let scenario = registry.scenario(&args.scenario)?;
    let prepared = Prepared::new(registry, scenario, args.mutant.as_deref())?;
    let (prepared, _) = args.trouble.apply(prepared, Strategy::Portfolio)?;
    let options = args.options(prepared.mutant())?;
    files::can_be_made(&args.out)?;
    let lines = args.jsonl.as_deref().map(Pending::create).transpose()?;
    let lines = lines.map(|file| Lines { file, timed: args.timed });
    let junit_file = args.junit.as_deref().map(Pending::create).transpose()?;
    let stop = stop::on_interrupt()?;
    let hunted = sweep(&prepared, &options, lines, &stop, console, &args.out)?;
    let account = &hunted.account;
    if let Some(mut file) = junit_file {
        file.write(&junit::hunt(account))?;
        file.finish()?;
    }
    tell(&hunted, &prepared, args.json, console)?;
    let missed: Vec<&str> = account
        .reached
        .iter()
        .filter(|(_, seeds)| *seeds == 0)
        .map(|(mark, _)| mark.as_str())
        .collect();
    let exit = args.demands.hold(ending(account), &prepared, &account.faults, &missed, console);
    if args.expect_violation && exit == Exit::Holds {
        console.note("a violation was expected, and none was found: give it more seeds");
    }
    Ok(if args.expect_violation { exit.swapped() } else { exit })
}

/// The file that takes a line a seed.
struct Lines {
    file: Pending,
    /// Real time is written down, too.
    timed: bool,
}

impl Lines {
    fn seed(&mut self, ran: &Ran<'_>) -> Result<(), Failure> {
        let mut line = ran.line();
        line.wall = line.wall.filter(|_| self.timed);
        self.file.write(&json::seed(&line))
    }

    fn finish(mut self, account: &HuntAccount, wall: Duration) -> Result<(), Failure> {
        self.file.write(&json::summary(account, self.timed.then_some(wall)))?;
        self.file.finish()
    }
}

/// Runs the seeds, writes their lines as they come, and saves the cases of those that fail.
fn sweep(
    prepared: &Prepared,
    options: &HuntOptions,
    mut lines: Option<Lines>,
    stop: &AtomicBool,
    console: &Console,
    out: &Path,
) -> Result<Hunt, Failure> {
    let mut progress = Progress::new(console.is_watched(), options.seeds, options.time_limit);
    let mut failure = None;
    if let Some(lines) = &mut lines {
        lines.file.write(&json::header(&prepared.header(options)))?;
    }
    let mut hunted = seatrial::hunt(prepared, options, stop, &mut |ran, totals| {
        progress.show(totals);
        if let Some(Err(error)) = lines.as_mut().map(|lines| lines.seed(ran)) {
            failure.get_or_insert(error);
            stop.store(true, Ordering::Relaxed);
        }
    });
    let wall = progress.finish();
    hunted.account.interrupted |= stop.load(Ordering::Relaxed);
    if let Some(failure) = failure {
        return Err(failure);
    }
    let mut account = hunted.account.clone();
    let HuntAccount { failures, unknown_runs, excused_runs, .. } = &mut account;
    for kept in failures.iter_mut().chain(unknown_runs).chain(excused_runs) {
        run::save(&hunted.prepared(prepared, kept.seed), kept, out)?;
    }
    if let Some(lines) = lines {
        lines.finish(&account, wall.into())?;
    }
    console.note(&terminal::speed(account.seeds, account.events, account.virtual_time, wall));
    hunted.account = account;
    Ok(hunted)
}

/// The account of the first failure, then the summary.
fn tell(
    hunted: &Hunt,
    prepared: &Prepared,
    as_json: bool,
    console: &Console,
) -> Result<(), Failure> {
    let hunt = &hunted.account;
    if as_json {
        return console.out(&json::hunt(hunt));
    }
    let page = console.page();
    if let Some(first) = hunt.failures.first() {
        let trace = hunted.prepared(prepared, first.seed).record(first.seed).trace;
        console.out(&format!("{}\n", terminal::account(first, &trace, &page)))?;
    }
    console.out(&terminal::hunt(hunt, &page))
}
