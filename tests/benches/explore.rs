//! `cargo bench --bench explore`: the exhaustive search beside stateright's, on the same models, in one run.
//!
//!     cargo bench --package seatrial-tests --bench explore             # the large models too: about two minutes
//!     cargo bench --package seatrial-tests --bench explore -- --quick  # small ones only
//!     cargo bench --package seatrial-tests --bench explore -- paxos    # models with that in their name
//!
//! What is counted is different states a CPU second, the most that the search ever had on the heap, and the most memory that the process ever
//! had, its code included. Each cell is a process of its own. The ratio is to the faster of stateright's two searches, which each have one
//! thread. A count that differs ends the run: then the searches do not do the same.
//!
//! The last lines, `figure NAME VALUE UNIT`, are for programs.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measures")]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../models/mod.rs"]
mod models;

use std::alloc::System;
use std::io::{Error, Result};
use std::process::Command;
use std::time::Duration;

use cap::Cap;
use cpu_time::ProcessTime;
use models::{Model, Searcher};

/// Counts what is on the heap, of whichever search.
#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// The argument by which this program asks itself to run one cell.
const CELL: &str = "--cell";
/// A cell goes on for so long, so that a small model is measured as well.
const AT_LEAST: Duration = Duration::from_millis(500);

const SMALL: [(&str, Model); 4] = [
    ("two-phase-5", Model::TwoPhase(5)),
    ("single-copy-3", Model::SingleCopy(3)),
    ("abd-2", Model::Abd(2)),
    ("paxos-2", Model::Paxos(2)),
];
const LARGE: [(&str, Model); 4] = [
    ("two-phase-7", Model::TwoPhase(7)),
    ("single-copy-4", Model::SingleCopy(4)),
    ("abd-3", Model::Abd(3)),
    ("paxos-3", Model::Paxos(3)),
];
const SEARCHERS: [(&str, Searcher); 3] = [
    ("seatrial", Searcher::Seatrial),
    ("stateright-dfs", Searcher::Depth),
    ("stateright-bfs", Searcher::Breadth),
];

/// What one cell has come to.
struct Cell {
    states: u64,
    rate: f64,
    /// The most that it had on the heap, in bytes.
    heap: u64,
    /// The most memory that the process had, in KiB, where the system tells.
    peak: Option<u64>,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, model, searcher] = &arguments[..]
        && first == CELL
    {
        return run_cell(model, searcher);
    }
    let is_quick = arguments.iter().any(|argument| argument == "--quick");
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    let models = SMALL.iter().chain(LARGE.iter().filter(|_| !is_quick)).map(|(name, _)| *name);
    let wanted: Vec<&str> =
        models.filter(|name| filter.is_none_or(|filter| name.contains(filter.as_str()))).collect();
    println!(
        "{:14} {:15} {:>10} {:>14} {:>9} {:>9} {:>11}",
        "model", "by", "states", "a CPU second", "ratio", "heap MiB", "process MiB"
    );
    let mut figures = Vec::new();
    for name in wanted {
        compare(name, &mut figures)?;
    }
    println!();
    for figure in figures {
        println!("figure {figure}");
    }
    Ok(())
}

/// All searches through one model.
fn compare(model: &str, figures: &mut Vec<String>) -> Result<()> {
    let mut cells = Vec::new();
    for (name, _) in SEARCHERS {
        cells.push(spawn(model, name)?);
    }
    if let Some(other) = cells.iter().find(|cell| cell.states != cells[0].states) {
        let problem = format!("{model}: {} states, and {}", cells[0].states, other.states);
        return Err(Error::other(problem));
    }
    let fastest = cells[1..].iter().map(|cell| cell.rate).fold(f64::MIN_POSITIVE, f64::max);
    for ((name, _), cell) in SEARCHERS.iter().zip(&cells) {
        let peak = cell.peak.map(|peak| format!("{:.1}", peak as f64 / 1024.0));
        println!(
            "{model:14} {name:15} {:>10} {:>14.0} {:>9.2} {:>9.2} {:>11}",
            cell.states,
            cell.rate,
            cell.rate / fastest,
            cell.heap as f64 / 1_048_576.0,
            peak.as_deref().unwrap_or("-"),
        );
        figures.push(format!("explore.{model}.{name} {:.0} states/s", cell.rate));
        figures.push(format!("explore.{model}.{name}.heap {} bytes", cell.heap));
        figures.extend(peak.map(|peak| format!("explore.{model}.{name}.peak {peak} MiB")));
    }
    let ratio = cells[0].rate / fastest;
    figures.push(format!("explore.{model}.ratio {ratio:.2} ratio"));
    Ok(())
}

/// Runs a cell in another process.
fn spawn(model: &str, searcher: &str) -> Result<Cell> {
    let output = Command::new(std::env::current_exe()?).args([CELL, model, searcher]).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<u64> = said.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    let [states, times, nanos, heap, peak] = numbers[..] else {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(Error::other(format!("{model} by {searcher} failed: {said}{errors}")));
    };
    let rate = (states * times) as f64 / Duration::from_nanos(nanos).as_secs_f64();
    Ok(Cell { states, rate, heap, peak: Some(peak).filter(|peak| *peak > 0) })
}

/// Runs a cell in this process, as often as it takes, and prints what came of it.
fn run_cell(model: &str, searcher: &str) -> Result<()> {
    let mut models = SMALL.iter().chain(&LARGE);
    let model = models.find(|(name, _)| *name == model).map(|(_, model)| *model);
    let searcher = SEARCHERS.iter().find(|(name, _)| *name == searcher).map(|(_, who)| *who);
    let (Some(model), Some(searcher)) = (model, searcher) else {
        return Err(Error::other(format!("there is no cell {model:?} {searcher:?}")));
    };
    let before = HEAP.allocated();
    let began = ProcessTime::now();
    let counted = model.count(searcher);
    let heap = HEAP.max_allocated().saturating_sub(before);
    let mut times = 1_u64;
    while began.elapsed() < AT_LEAST {
        model.count(searcher);
        times += 1;
    }
    let nanos = began.elapsed().as_nanos();
    println!("{} {times} {nanos} {heap} {}", counted.unique, peak().unwrap_or_default());
    Ok(())
}

/// The most memory that this process has ever had, in KiB, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
