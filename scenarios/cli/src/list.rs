//! `seatrial list`: everything that can be named on the command line or in a scenario, with a line about each.

use clap::ValueEnum;
use seatrial::{LibraryEntry, MarkInfo, MutantInfo, Protocol, Registry, SettingInfo, WorkloadInfo};
use seatrial_checkers::linearizability::Model;
use seatrial_reports::terminal;

use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  seatrial list
  seatrial list mutants";

/// What `list` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// What to list; everything where nothing is named
    what: Option<What>,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// What can be run, and its settings
    Protocols,
    /// Bugs that can be planted
    Mutants,
    /// What clients can do
    Workloads,
    /// Objects that histories can be compared with
    Models,
    /// Who can judge
    Checkers,
    /// What is measured, and can be bounded
    Figures,
    /// Places worth reaching, which hunts count
    Marks,
    /// What to try, ready to hunt
    Scenarios,
}

/// Lists them.
pub(crate) fn list(args: &Args, registry: &Registry, console: &Console) -> Result<Exit, Failure> {
    let page = console.page();
    let mut text = String::new();
    for what in What::value_variants() {
        if args.what.is_some_and(|only| only != *what) {
            continue;
        }
        text.push_str(&match what {
            What::Protocols => [
                terminal::list("protocols", &protocols(registry), &page),
                terminal::list("settings", &settings(registry), &page),
            ]
            .concat(),
            What::Mutants => terminal::list("mutants", &mutants(registry), &page),
            What::Workloads => terminal::list("workloads", &workloads(registry), &page),
            What::Models => terminal::list("models", &models(), &page),
            What::Checkers => terminal::list("checkers", &checkers(), &page),
            What::Figures => terminal::list("figures", &figures(), &page),
            What::Marks => terminal::list("marks", &marks(registry), &page),
            What::Scenarios => terminal::list("scenarios", &scenarios(registry)?, &page),
        });
    }
    console.out(text.trim_start_matches('\n'))?;
    Ok(Exit::Holds)
}

fn protocols(registry: &Registry) -> Vec<[String; 2]> {
    registry.protocols().iter().map(|protocol| owned([protocol.name(), protocol.about()])).collect()
}

fn settings(registry: &Registry) -> Vec<[String; 3]> {
    each(registry, |protocol| {
        let row = |setting: &SettingInfo| owned([protocol.name(), setting.name, setting.about]);
        protocol.settings().iter().map(row).collect()
    })
}

fn mutants(registry: &Registry) -> Vec<[String; 5]> {
    each(registry, |protocol| {
        let row = |mutant: &MutantInfo| {
            let class = match mutant.class {
                'E' => "easy",
                'M' => "medium",
                'H' => "hard",
                'X' => "rare faults",
                _ => "",
            };
            owned([protocol.name(), mutant.id, mutant.name, class, mutant.about])
        };
        protocol.mutants().iter().map(row).collect()
    })
}

fn marks(registry: &Registry) -> Vec<[String; 3]> {
    each(registry, |protocol| {
        let row = |mark: &MarkInfo| owned([protocol.name(), mark.name, mark.about]);
        protocol.marks().iter().map(row).collect()
    })
}

fn workloads(registry: &Registry) -> Vec<[String; 3]> {
    each(registry, |protocol| {
        let row = |workload: WorkloadInfo| owned([protocol.name(), workload.name, workload.about]);
        protocol.workloads().map(row).collect()
    })
}

/// The rows of every protocol, one after the other.
fn each<T>(registry: &Registry, rows: impl Fn(&Protocol) -> Vec<T>) -> Vec<T> {
    registry.protocols().iter().flat_map(|protocol| rows(protocol)).collect()
}

fn models() -> Vec<[String; 2]> {
    Model::ALL.map(|model| owned([model.name(), model.description()])).into()
}

fn checkers() -> Vec<[String; 2]> {
    seatrial::checkers().iter().map(|checker| owned([checker.name, checker.about])).collect()
}

fn figures() -> Vec<[String; 2]> {
    seatrial::figures().iter().map(|figure| owned([figure.name, figure.about])).collect()
}

fn scenarios(registry: &Registry) -> Result<Vec<[String; 2]>, Failure> {
    let row = |entry: &LibraryEntry| {
        let scenario = registry.scenario(entry.name)?;
        Ok([scenario.name, scenario.about])
    };
    registry.scenarios().iter().map(row).collect()
}

fn owned<const N: usize>(row: [&str; N]) -> [String; N] {
    row.map(str::to_owned)
}
