//! `seatrial bench bugs`: planted bugs against strategies.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use seatrial::{Bug, CampaignOptions, Registry, ShrinkError, Strategy};
use seatrial_history::Campaigned;
use seatrial_reports::{bugs as report, html};

use super::results::Results;
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files::{self, Pending};
use crate::progress::CellsBar;
use crate::seed::{count, jobs};
use crate::stop;

const EXAMPLES: &str = "\
Examples:
  seatrial bench bugs --quick
  seatrial bench bugs --bugs O1,O3 --strategy random,portfolio --campaigns 20
  seatrial bench bugs --class E,M --campaigns 5 --first 1000 --out others.jsonl
  seatrial bench bugs --campaigns 20 --out bugs.jsonl --gallery bugs.html";

/// What `bench bugs` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Only easy and medium bugs, by the portfolio, from three seeds, and short controls: ten minutes on two cores
    #[arg(long, conflicts_with_all = ["campaigns", "strategy", "class"])]
    quick: bool,
    /// From how many seeds each bug is hunted by each strategy
    #[arg(long, value_name = "N", default_value = "20", value_parser = campaigns)]
    #[arg(allow_negative_numbers = true)]
    campaigns: u64,
    /// The first of these campaigns: others have other seeds
    #[arg(long, value_name = "N", default_value = "0", value_parser = first)]
    #[arg(allow_negative_numbers = true)]
    first: u64,
    /// The strategies
    #[arg(long, value_name = "HOW", value_delimiter = ',', default_value = "random,portfolio")]
    strategy: Vec<Strategy>,
    /// Only these bugs, by name or id
    #[arg(long, value_name = "BUG", value_delimiter = ',')]
    bugs: Vec<String>,
    /// Only bugs of these classes: E (easy), M (medium), H (hard), X (rare faults), C (controls, without a bug)
    #[arg(long, value_name = "CLASS", value_delimiter = ',', default_value = "E,M,H,X,C")]
    #[arg(value_parser = class)]
    class: Vec<char>,
    /// Give a hunt up after so many executions [default: what is aimed at for its class]
    #[arg(long, value_name = "N", value_parser = count)]
    limit: Option<u64>,
    /// On how many threads; the executions are the same [default: one for each core]
    #[arg(long, value_name = "J", value_parser = jobs, allow_negative_numbers = true)]
    jobs: Option<u64>,
    /// Do not make failing runs small
    #[arg(long)]
    no_shrink: bool,
    /// Results, as JSON lines: what is there already is not measured again
    #[arg(long, value_name = "FILE", default_value = "target/seatrial/bugs.jsonl")]
    out: PathBuf,
    /// Write a page of all bugs with their smallest runs
    #[arg(long, value_name = "FILE.html")]
    gallery: Option<PathBuf>,
}

/// What there is to be done.
struct Cell<'b> {
    bug: &'b Bug,
    options: CampaignOptions,
}

/// Campaigns of `--quick`.
const QUICK: u64 = 3;

/// Runs of a control, and of a bug of which nothing is promised.
const CONTROL: u64 = 20_000;

/// Runs of a control of `--quick`.
const QUICK_CONTROL: u64 = 200;

/// More campaigns than these are a slip of the pen.
const MOST: u64 = 10_000;

/// Much later ones would have seeds beyond the last there is.
const LAST_FIRST: u64 = 1_000_000;

const CLASSES: &str = "EMHXC";

/// Reads how many campaigns there are to be.
fn campaigns(text: &str) -> Result<u64, String> {
    let read = count(text).ok().filter(|campaigns| *campaigns <= MOST);
    read.ok_or_else(|| format!("write a whole number, 1 or more and {MOST} at most"))
}

/// Reads which campaign is the first.
fn first(text: &str) -> Result<u64, String> {
    let read = text.parse().ok().filter(|first| *first <= LAST_FIRST);
    read.ok_or_else(|| format!("write a whole number, {LAST_FIRST} at most"))
}

/// Reads a class of bugs.
fn class(text: &str) -> Result<char, String> {
    let read = text.to_uppercase().parse().ok().filter(|class| CLASSES.contains(*class));
    read.ok_or_else(|| format!("there is no class `{text}`: write E, M, H, X or C"))
}

/// What is named, each once.
fn once(named: &[Strategy]) -> Vec<Strategy> {
    let mut strategies = Vec::new();
    for strategy in named {
        if !strategies.contains(strategy) {
            strategies.push(*strategy);
        }
    }
    strategies
}

impl Args {
    fn cells<'b>(&self, bugs: &'b [Bug]) -> Result<Vec<Cell<'b>>, Failure> {
        let chosen = self.chosen(bugs)?;
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let jobs = self.jobs.map_or_else(cores, |jobs| jobs as usize);
        let (campaigns, strategies, classes) = match self.quick {
            true => (QUICK, vec![Strategy::Portfolio], vec!['E', 'M', 'C']),
            false => (self.campaigns, self.strategy.clone(), self.class.clone()),
        };
        let strategies = once(&strategies);
        let shrink = !self.quick && !self.no_shrink;
        let mut cells = Vec::new();
        for campaign in self.first..self.first + campaigns {
            for bug in &chosen {
                let class = bug.mutant.map_or('C', |mutant| mutant.class);
                if !classes.contains(&class) {
                    continue;
                }
                let usual = || match report::target(class) {
                    Some((limit, _)) => limit,
                    None if self.quick => QUICK_CONTROL,
                    None => CONTROL,
                };
                let limit = self.limit.unwrap_or_else(usual);
                cells.extend(strategies.iter().map(|&strategy| {
                    let options = CampaignOptions { strategy, campaign, limit, jobs, shrink };
                    Cell { bug, options }
                }));
            }
        }
        if cells.is_empty() {
            let what = "none of these bugs is of these classes: name others, or leave --class out";
            return Err(Failure::new(what));
        }
        Ok(cells)
    }

    fn chosen<'b>(&self, bugs: &'b [Bug]) -> Result<Vec<&'b Bug>, Failure> {
        if self.bugs.is_empty() {
            return Ok(bugs.iter().collect());
        }
        let named = |bug: &Bug, name: &str| match bug.mutant {
            Some(mutant) => mutant.name == name || mutant.id.eq_ignore_ascii_case(name),
            None => name == "control" || name == bug.scenario,
        };
        for name in &self.bugs {
            if !bugs.iter().any(|bug| named(bug, name)) {
                let what = format!("there is no bug `{name}`: `seatrial list mutants` shows them");
                return Err(Failure::new(what));
            }
        }
        let wanted = |bug: &&Bug| self.bugs.iter().any(|name| named(bug, name));
        Ok(bugs.iter().filter(wanted).collect())
    }
}

/// Measures what has not been measured, writing each line as it comes, and tells what all of it comes to.
pub(super) fn bugs(args: &Args, registry: &Registry, console: &Console) -> Result<Exit, Failure> {
    let bugs = seatrial::bugs(registry);
    let cells = args.cells(&bugs)?;
    files::keep_apart(&args.out, &[args.gallery.as_deref()])?;
    let gallery = args.gallery.as_deref().map(Pending::create).transpose()?;
    let mut results = Results::open(&args.out)?;
    let stop = stop::on_interrupt()?;
    let told = measure(&cells, registry, &mut results, &stop, console)?;
    if let Some(mut file) = gallery {
        file.write(&html::gallery(&told))?;
        file.finish()?;
    }
    console.out(&report::bugs(&told, &console.page()))?;
    if stop.load(Ordering::Relaxed) {
        console.note("interrupted: the same command goes on where it stopped");
        return Ok(Exit::Interrupted);
    }
    let missed = report::by_bug(&told)
        .iter()
        .any(|result| result.by_strategy.iter().any(|(_, effort)| result.misses(effort)));
    Ok(if missed { Exit::Violated } else { Exit::Holds })
}

/// The lines of all cells, in their order; those that are in the file are taken from it.
fn measure(
    cells: &[Cell<'_>],
    registry: &Registry,
    results: &mut Results,
    stop: &AtomicBool,
    console: &Console,
) -> Result<Vec<Campaigned>, Failure> {
    let bar = CellsBar::new(console.is_watched(), cells.len() as u64);
    let (mut told, mut before) = (Vec::new(), 0_usize);
    for Cell { bug, options } in cells {
        let line = bug.line(options);
        bar.show(&format!(
            "{} {} {}",
            line.id,
            line.mutant.as_ref().unwrap_or(&line.scenario),
            line.strategy
        ));
        let known = results.find(&line).map(|known| known.within(options.limit));
        let is_whole =
            |known: &Campaigned| !options.shrink || !known.found || known.shrunk.is_some();
        if let Some(known) = known.filter(is_whole) {
            told.push(known);
            before += 1;
        } else if !stop.load(Ordering::Relaxed) {
            let measured = bug.hunt(registry, options, stop).map_err(|error| match error {
                ShrinkError::Case(error) => error.into(),
                error => Failure::new(error.to_string()),
            })?;
            if let Some(line) = measured {
                results.add(&line)?;
                told.push(line);
            }
        }
    }
    bar.finish();
    if before > 0 {
        let (cells, path) = (cells.len(), results.path().display());
        console.note(&format!(
            "{before} of {cells} hunts were in {path} already; name another file with --out to run them again"
        ));
    }
    Ok(told)
}
