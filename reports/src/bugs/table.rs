//! The benchmark as a table of bugs and strategies.

use seatrial_history::{Campaigned, Small};

use super::{BugResults, Effort, by_bug, target};
use crate::numbers::count;
use crate::page::{Page, Role};
use crate::table::{Align, Cell, Table};

/// Every bug with how many executions each strategy takes to find it, what its runs shrink to, and what that comes to over each class.
pub fn bugs(lines: &[Campaigned], page: &Page) -> String {
    let results = by_bug(lines);
    let mut out = String::new();
    for (class, title) in CLASSES {
        let of: Vec<_> = results.iter().filter(|result| result.bug.class == class).collect();
        if !of.is_empty() {
            out.push_str(&page.title(title));
            out.push_str(&table(&of).draw(page));
        }
    }
    out.push_str(&summary(&results).draw(page));
    out.push_str(&page.wrap(
        "executions are median / worst over the campaigns of a strategy, with what was found of how many where some found nothing; of a class \
         the geometric mean, over its bugs, of all executions for each campaign that found one; shrunk is the mean of the runs that were made \
         small, and one that is shorter than the schedule by hand counts as once it",
        "  ",
        "  ",
    ));
    let missed = missed(&results);
    if missed.is_empty() {
        return out;
    }
    out.push_str(&page.title("missed"));
    missed.iter().for_each(|line| out.push_str(&page.wrap(line, "  ", "    ")));
    out
}

const CLASSES: [(char, &str); 5] = [
    ('E', "easy: to be found within 1,000 executions"),
    ('M', "medium: within 20,000"),
    ('H', "hard: within 200,000"),
    ('X', "with rare faults"),
    ('C', "controls: nothing is to be found"),
];

/// The strategies of some bugs, in the order in which they come.
fn strategies<'a>(results: &[&BugResults<'a>]) -> Vec<&'a str> {
    let mut names = Vec::new();
    for (name, _) in results.iter().flat_map(|result| &result.by_strategy) {
        if !names.contains(name) {
            names.push(*name);
        }
    }
    names
}

fn table(results: &[&BugResults<'_>]) -> Table {
    let names = strategies(results);
    let mut columns = vec![Align::Left, Align::Left];
    columns.extend(names.iter().map(|_| Align::Right));
    columns.extend([Align::Right, Align::Right]);
    let mut head = vec!["bug", ""];
    head.extend(names.iter().copied());
    head.extend(["shrunk", "by hand"]);
    let mut table = Table::new(&columns).head(&head);
    for result in results {
        let bug = result.bug;
        let mut row: Vec<Cell> = vec![
            bug.id.as_str().into(),
            bug.mutant.as_ref().unwrap_or(&bug.scenario).as_str().into(),
        ];
        for name in &names {
            let of = result.by_strategy.iter().find(|(known, _)| known == name);
            row.push(match of {
                Some((_, effort)) if result.misses(effort) => Cell::role(told(effort), Role::Bad),
                Some((_, effort)) => told(effort).into(),
                None => "".into(),
            });
        }
        let lengths = result.shrunk.iter().map(|small| small.length);
        let mean = lengths.clone().sum::<u64>().checked_div(result.shrunk.len() as u64);
        row.push(mean.map(count).unwrap_or_default().into());
        let by_hand = result.shrunk.iter().find_map(|small| small.by_hand);
        row.push(by_hand.map(count).unwrap_or_default().into());
        table.row(row);
    }
    table
}

/// `37 / 210`, or with what was found of how many.
fn told(effort: &Effort) -> String {
    let Effort { campaigns, found, median, worst, .. } = effort;
    let median = median.map_or_else(|| "–".to_owned(), count);
    match found == campaigns {
        true => format!("{median} / {}", count(*worst)),
        false => format!("{found} of {campaigns}: {median} / {}", count(*worst)),
    }
}

fn summary(results: &[BugResults<'_>]) -> Table {
    const COLUMNS: [Align; 5] = [Align::Left, Align::Left, Align::Right, Align::Right, Align::Left];
    let mut table = Table::new(&COLUMNS).head(&["all of a class", "", "found", "executions", ""]);
    for (class, _) in CLASSES {
        let of: Vec<_> = results.iter().filter(|result| result.bug.class == class).collect();
        for name in strategies(&of) {
            let efforts = || of.iter().filter_map(|result| effort(result, name));
            let (found, all) = efforts()
                .fold((0, 0), |sum, effort| (sum.0 + effort.found, sum.1 + effort.campaigns));
            let rest = match class {
                'C' => String::new(),
                _ => against_random(&of, name),
            };
            let mean = match class {
                'C' => count(efforts().map(|effort| effort.executions).sum()),
                _ => geometric(efforts().filter_map(Effort::mean))
                    .map_or_else(|| "–".to_owned(), |mean| count(libm::round(mean) as u64)),
            };
            let class = class.to_string();
            table.row([
                class.as_str().into(),
                name.into(),
                format!("{found} of {all}").as_str().into(),
                mean.as_str().into(),
                rest.as_str().into(),
            ]);
        }
    }
    let small: Vec<&Small> = results.iter().flat_map(|result| &result.shrunk).copied().collect();
    let ratios: Vec<f64> = small.iter().filter_map(|small| small.ratio()).collect();
    if !ratios.is_empty() {
        let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
        let worst = ratios.iter().copied().fold(0.0, f64::max);
        let slowest = small.iter().map(|small| small.seconds).fold(0.0, f64::max);
        let told = format!(
            "{mean:.2} times the schedule by hand, {worst:.2} at worst; {slowest:.1} s at most"
        );
        let runs = count(ratios.len() as u64);
        table.row([
            "shrunk".into(),
            "".into(),
            runs.as_str().into(),
            "".into(),
            told.as_str().into(),
        ]);
    }
    table
}

fn effort<'r>(result: &'r BugResults<'_>, name: &str) -> Option<&'r Effort> {
    result.by_strategy.iter().find(|(known, _)| *known == name).map(|(_, effort)| effort)
}

/// How many times fewer executions than seeds alone a strategy takes: the geometric mean over the bugs that both have hunted. Where seeds
/// alone found nothing at all, what they spent counts, so that it is a bound from below.
fn against_random(results: &[&BugResults<'_>], name: &str) -> String {
    if name == "random" {
        return String::new();
    }
    let ratio = |result: &&BugResults<'_>| {
        let (random, other) = (effort(result, "random")?, effort(result, name)?);
        let random = random.mean().unwrap_or(random.executions as f64);
        Some(random / other.mean()?)
    };
    let told = |ratio: f64| match ratio {
        ..0.95 => format!("{:.1} times as many as random", 1.0 / ratio),
        0.95..1.05 => "as many as random".to_owned(),
        _ => format!("{ratio:.1} times fewer than random"),
    };
    geometric(results.iter().filter_map(ratio)).map(told).unwrap_or_default()
}

fn geometric(values: impl Iterator<Item = f64>) -> Option<f64> {
    let logs: Vec<f64> = values.filter(|value| *value > 0.0).map(libm::log).collect();
    (!logs.is_empty()).then(|| libm::exp(logs.iter().sum::<f64>() / logs.len() as f64))
}

/// What was aimed at and is not so, a line each.
fn missed(results: &[BugResults<'_>]) -> Vec<String> {
    let mut missed = Vec::new();
    for result in results {
        let bug = result.bug;
        for (name, effort) in &result.by_strategy {
            if !result.misses(effort) {
                continue;
            }
            let name = match &bug.mutant {
                Some(mutant) => format!("{} {mutant} by {name}", bug.id),
                None => format!("{} without a bug, by {name}", bug.scenario),
            };
            let found = format!("{} of {} campaigns found it", effort.found, effort.campaigns);
            missed.push(match target(bug.class) {
                Some((limit, _)) => format!("{name}: {found} within {} executions", count(limit)),
                None => format!("{name}: {found}, and there is nothing to find"),
            });
        }
    }
    missed
}

#[cfg(test)]
mod tests {
    use super::super::tests::line;
    use super::*;
    use crate::samples;

    fn lines() -> Vec<Campaigned> {
        let mut lines = Vec::new();
        for campaign in 0..3 {
            lines.push(line(Some("vote-not-persisted"), 'E', "random", campaign, 40 + campaign));
            lines.push(line(Some("vote-not-persisted"), 'E', "portfolio", campaign, 4));
            lines.push(line(Some("commit-old-term"), 'H', "random", campaign, 200_000));
            lines.push(line(Some("commit-old-term"), 'H', "portfolio", campaign, 9_000));
            lines.push(line(None, 'C', "portfolio", campaign, 1_000));
        }
        lines
    }

    #[test]
    fn the_table_looks_as_it_should() {
        samples::golden("bugs.txt", &bugs(&lines(), &samples::PAGE));
    }

    #[test]
    fn what_found_nothing_gives_a_bound_and_is_named_as_missed() {
        let text = bugs(&lines(), &samples::PAGE);
        assert!(text.contains("66.7 times fewer than random"), "{text}");
        assert!(text.contains("O1 commit-old-term by random: 0 of 3"), "{text}");
    }
}
