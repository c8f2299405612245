//! The table for people and the figures for programs.

use crate::harness::{Cell, Contender, Results, Target};

pub(crate) fn print(all: &[Results<'_>]) {
    let mut figures = Vec::new();
    println!(
        "{:32} {:9} {:>9} {:>12} {:>18} {:>9} {:>10} {:>14}  {:5}",
        "workload",
        "by",
        "unit",
        "a CPU s",
        "min to max",
        "of floor",
        "x turmoil",
        "simulated s/s",
        "same"
    );
    for results in all {
        print_cells(results, &mut figures);
        figures.extend(results.parts_of_others(all));
    }
    println!();
    for results in all {
        print_targets(results, all);
    }
    println!();
    for Figure { name, value, unit } in &figures {
        println!("figure {name} {value} {unit}");
    }
}

struct Figure {
    name: String,
    value: String,
    unit: String,
}

fn print_cells(results: &Results<'_>, figures: &mut Vec<Figure>) {
    let (name, unit) = (results.workload.name(), results.workload.unit());
    for cell in &results.cells {
        let rates = rates(cell);
        let by = cell.contender;
        let simulated = median(
            cell.runs.iter().map(|run| run.outcome.simulated.as_secs_f64() / run.cpu.as_secs_f64()),
        );
        let same = cell.runs.iter().all(|run| run.outcome == cell.runs[0].outcome);
        println!(
            "{:32} {:9} {:>9} {:>12} {:>18} {:>9} {:>10} {:>14}  {:5}",
            results.workload.title(),
            by.name(),
            unit,
            short(median(rates.iter().copied())),
            format!("{} to {}", short(rates[0]), short(rates[rates.len() - 1])),
            results.ratio(by, Contender::Floor).map_or_else(|| "-".into(), fraction),
            results.ratio(by, Contender::Turmoil).map_or_else(|| "-".into(), fraction),
            short(simulated),
            if same { "yes" } else { "NO" },
        );
        let value = format!("{:.0}", median(rates.iter().copied()));
        let unit = format!("{unit}/cpu-second");
        figures.push(Figure { name: format!("{name}.{}", by.name()), value, unit });
        if let Some(what) = results.workload.fingerprint_counts() {
            let value = cell.runs[0].outcome.fingerprint.to_string();
            figures.push(Figure { name: format!("{name}.{what}"), value, unit: what.into() });
        }
    }
    let ratios = [
        ("of-floor", Contender::Seatrial, Contender::Floor),
        ("over-turmoil", Contender::Seatrial, Contender::Turmoil),
        ("floor-over-turmoil", Contender::Floor, Contender::Turmoil),
    ];
    for (what, of, to) in ratios {
        if let Some(ratio) = results.ratio(of, to) {
            let (name, value) = (format!("{name}.{what}"), fraction(ratio));
            figures.push(Figure { name, value, unit: "ratio".into() });
        }
    }
}

fn print_targets(results: &Results<'_>, all: &[Results<'_>]) {
    for target in results.workload.targets() {
        let (what, reached, wanted) = match target {
            Target::OfFloor(wanted) => {
                ("of the floor", results.ratio(Contender::Seatrial, Contender::Floor), wanted)
            }
            Target::Rate(wanted) => ("a CPU second", results.rate(Contender::Seatrial), wanted),
            Target::Of(other, wanted) => ("of the other", results.part_of(other, all), wanted),
            Target::FloorOverTurmoil(wanted) => (
                "the floor, of turmoil",
                results.ratio(Contender::Floor, Contender::Turmoil),
                wanted,
            ),
        };
        let Some(reached) = reached else {
            continue;
        };
        let verdict = if reached >= wanted { "reached" } else { "MISSED" };
        let show = |value: f64| if value < 1_000.0 { fraction(value) } else { short(value) };
        println!(
            "{:32} {what:22} {:>8}, wanted {:>8}: {verdict}",
            results.workload.title(),
            show(reached),
            show(wanted),
        );
    }
}

impl Results<'_> {
    /// The median rate of a contender.
    fn rate(&self, contender: Contender) -> Option<f64> {
        let cell = self.cells.iter().find(|cell| cell.contender == contender)?;
        Some(median(rates(cell).into_iter()))
    }

    /// What part of the rate of another workload this one reaches.
    fn part_of(&self, other: &str, all: &[Results<'_>]) -> Option<f64> {
        let other = all.iter().find(|results| results.workload.name() == other)?;
        Some(self.rate(Contender::Seatrial)? / other.rate(Contender::Seatrial)?)
    }

    fn parts_of_others(&self, all: &[Results<'_>]) -> Vec<Figure> {
        let figure = |target| match target {
            Target::Of(other, _) => Some(Figure {
                name: format!("{}.of-{other}", self.workload.name()),
                value: fraction(self.part_of(other, all)?),
                unit: "ratio".into(),
            }),
            _ => None,
        };
        self.workload.targets().into_iter().filter_map(figure).collect()
    }

    fn ratio(&self, of: Contender, to: Contender) -> Option<f64> {
        Some(self.rate(of)? / self.rate(to)?)
    }
}

/// How much was done a CPU second in each run, in ascending order.
fn rates(cell: &Cell) -> Vec<f64> {
    let rate = |run: &crate::harness::Run| run.outcome.amount as f64 / run.cpu.as_secs_f64();
    let mut rates: Vec<f64> = cell.runs.iter().map(rate).collect();
    rates.sort_by(f64::total_cmp);
    rates
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn short(value: f64) -> String {
    match value {
        1e6.. => format!("{:.2} M", value / 1e6),
        1e4.. => format!("{:.1} k", value / 1e3),
        _ => format!("{value:.0}"),
    }
}

fn fraction(value: f64) -> String {
    match value {
        10.0.. => format!("{value:.0}"),
        0.1.. => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}
