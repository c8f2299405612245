//! Runs cells, each in a process of its own, and gathers what they took.

use std::io::{Error, Result};
use std::process::Command;
use std::time::Duration;

use cpu_time::ProcessTime;

/// The argument by which this program asks itself to run one cell.
pub(crate) const CELL: &str = "--cell";

/// Who runs a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contender {
    /// A bare loop over a heap.
    Floor,
    /// turmoil 0.7.
    Turmoil,
    /// The world of this repository.
    Seatrial,
}

impl Contender {
    pub(crate) const ALL: [Self; 3] = [Self::Floor, Self::Turmoil, Self::Seatrial];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Turmoil => "turmoil",
            Self::Seatrial => "seatrial",
        }
    }
}

/// What came of running a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// How much was done, in the workload's unit.
    pub(crate) amount: u64,
    /// How much time passed in the simulated world.
    pub(crate) simulated: Duration,
    /// Equal in equal runs: a hash, or a count that chance decides.
    pub(crate) fingerprint: u64,
}

/// What must be reached.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// At least this part of the floor's rate.
    OfFloor(f64),
    /// At least so much a CPU second.
    Rate(f64),
    /// At least this part of the rate of this other workload.
    Of(&'static str, f64),
    /// The floor is at least so many times as fast as turmoil: where it is not, it is no floor.
    FloorOverTurmoil(f64),
}

/// Something to do, by several contenders.
pub(crate) trait Workload {
    /// In one word, for filters and figures.
    fn name(&self) -> String;

    /// For the table.
    fn title(&self) -> String;

    /// What is counted.
    fn unit(&self) -> &'static str;

    /// How much a full run of this contender does, so that it lasts about half a second; `None` where it does not take part.
    fn amount(&self, contender: Contender) -> Option<u64>;

    /// Does it.
    fn run(&self, contender: Contender, amount: u64) -> Outcome;

    /// What must be reached.
    fn targets(&self) -> Vec<Target>;

    /// What the fingerprint counts, where it is a figure of its own.
    fn fingerprint_counts(&self) -> Option<&'static str> {
        None
    }
}

/// What the user asked for.
#[derive(Debug)]
pub(crate) struct Options {
    runs: usize,
    /// Full amounts are divided by this.
    shorter: u64,
    filter: Option<String>,
}

impl Options {
    pub(crate) fn from_arguments(arguments: &[String]) -> Result<Self> {
        let mut options = Self { runs: 5, shorter: 1, filter: None };
        for argument in arguments {
            match argument.as_str() {
                // Cargo says so to every benchmark.
                "--bench" => {}
                "--quick" => (options.runs, options.shorter) = (1, 20),
                name if !name.starts_with('-') => options.filter = Some(name.to_owned()),
                other => {
                    let problem = format!("{other}: there are only --quick and a workload's name");
                    return Err(Error::other(problem));
                }
            }
        }
        Ok(options)
    }

    fn wants(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()))
    }
}

/// One run of one cell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) outcome: Outcome,
    pub(crate) cpu: Duration,
}

/// All runs of one contender on one workload.
pub(crate) struct Cell {
    pub(crate) contender: Contender,
    pub(crate) runs: Vec<Run>,
}

/// All cells of one workload.
pub(crate) struct Results<'a> {
    pub(crate) workload: &'a dyn Workload,
    pub(crate) cells: Vec<Cell>,
}

/// Runs every cell that is asked for, one after the other, and that as often as is asked for.
pub(crate) fn measure<'a>(
    workloads: &[&'a dyn Workload],
    options: &Options,
) -> Result<Vec<Results<'a>>> {
    let wanted = workloads.iter().filter(|workload| options.wants(&workload.name()));
    let mut results: Vec<Results<'a>> = wanted
        .map(|workload| {
            let takes_part = |contender: &Contender| workload.amount(*contender).is_some();
            let contenders = Contender::ALL.into_iter().filter(takes_part);
            let cells = contenders.map(|contender| Cell { contender, runs: Vec::new() });
            Results { workload: *workload, cells: cells.collect() }
        })
        .collect();
    for _ in 0..options.runs {
        for Results { workload, cells } in &mut results {
            for cell in cells {
                cell.runs.push(spawn(*workload, cell.contender, options)?);
            }
        }
    }
    Ok(results)
}

/// Runs a cell in another process.
fn spawn(workload: &dyn Workload, contender: Contender, options: &Options) -> Result<Run> {
    let full = workload.amount(contender).unwrap_or_default();
    let amount = (full / options.shorter).max(1);
    let arguments = [workload.name(), contender.name().to_owned(), amount.to_string()];
    let output = Command::new(std::env::current_exe()?).arg(CELL).args(&arguments).output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<u64> = said.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    let [amount, simulated, fingerprint, cpu] = numbers[..] else {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(Error::other(format!("{arguments:?} failed: {said}{errors}")));
    };
    let simulated = Duration::from_nanos(simulated);
    let outcome = Outcome { amount, simulated, fingerprint };
    Ok(Run { outcome, cpu: Duration::from_nanos(cpu) })
}

/// Runs a cell in this process and prints what came of it.
pub(crate) fn run_cell(workloads: &[&dyn Workload], arguments: &[String]) -> Result<()> {
    let [name, contender, amount] = arguments else {
        return Err(Error::other(format!("{CELL} WORKLOAD CONTENDER AMOUNT, not {arguments:?}")));
    };
    let workload = workloads.iter().find(|workload| workload.name() == *name);
    let contender = Contender::ALL.into_iter().find(|c| c.name() == contender);
    let (Some(workload), Some(contender), Ok(amount)) = (workload, contender, amount.parse())
    else {
        return Err(Error::other(format!("there is no cell {arguments:?}")));
    };
    let began = ProcessTime::now();
    let Outcome { amount, simulated, fingerprint } = workload.run(contender, amount);
    let (cpu, simulated) = (began.elapsed().as_nanos(), simulated.as_nanos());
    println!("{amount} {simulated} {fingerprint} {cpu}");
    Ok(())
}
