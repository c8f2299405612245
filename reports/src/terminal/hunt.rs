//! The summary of a hunt.

use seatrial_history::{Account, HuntAccount, StateCurve, Verdict};

use super::{HOLDS, UNKNOWN, VIOLATED, confidence, subject, tables};
use crate::json::broken;
use crate::numbers::{count, long_span, of, span};
use crate::page::{Page, Role, clean};
use crate::table::{Align, Table};

/// A hunt: what it found first, each failure with the command that shows it again, then the totals.
pub fn hunt(hunt: &HuntAccount, page: &Page) -> String {
    let mut out = headline(hunt, page);
    out.push_str(&kept(hunt, page));
    out.push_str(&totals(hunt).draw(page));
    if hunt.strategies.len() > 1 {
        out.push_str(&tables::strategies(&hunt.strategies).draw(page));
    }
    out.push_str(&tables::faults(&hunt.faults).draw(page));
    out.push_str(&tables::traffic(hunt.traffic).draw(page));
    out.push_str(&tables::reached("seeds", &hunt.reached).draw(page));
    out.push_str(&tables::figures(&hunt.figures).draw(page));
    if let Some(curve) = hunt.states.as_ref().filter(|curve| curve.seen > 0) {
        out.push_str(&tables::curve(curve, hunt.first_seed).draw(page));
        out.push_str(&page.wrap(&lesson(curve), "  ", "  "));
    }
    out.push_str(&confidence::confidence(hunt, page));
    out
}

/// The runs that were kept: those that broke a property, those that nobody could judge, and apart from them those that are excused.
fn kept(hunt: &HuntAccount, page: &Page) -> String {
    let list = |runs: &[Account], all: u64, show: fn(&Account, &Page) -> String, rest: &str| {
        let mut out: String = runs.iter().map(|account| show(account, page)).collect();
        let left = all.saturating_sub(runs.len() as u64);
        if left > 0 && !runs.is_empty() {
            out.push_str(&format!("\n  {} more {rest}\n", count(left)));
        }
        out
    };
    let mut out = list(&hunt.failures, hunt.violated, failure, "failed in the same hunt");
    out.push_str(&list(&hunt.unknown_runs, hunt.unknown, unjudged, "could not be judged"));
    if !hunt.excused_runs.is_empty() {
        out.push_str(&page.title("excused: more trouble than the protocol promises to survive"));
        out.push_str(&list(&hunt.excused_runs, hunt.excused, excused, "in the same hunt"));
    }
    out
}

/// Whether more seeds still teach, in a sentence.
pub(crate) fn lesson(curve: &StateCurve) -> String {
    let about = if curve.sampled { "about " } else { "" };
    let verdict = match curve.still_teaches() {
        true => "more seeds still teach",
        false => "more seeds of this scenario teach little",
    };
    format!(
        "{about}{} abstract states, {} of them in one seed alone: at most {} new ones are expected of the next 1,000 seeds (Good and \
         Turing), so {verdict}",
        count(curve.seen),
        count(curve.once),
        count(curve.next_thousand()),
    )
}

fn headline(hunt: &HuntAccount, page: &Page) -> String {
    let subject = subject(&hunt.scenario, hunt.mutant.as_deref());
    let seeds = of(hunt.seeds, "seed", "seeds");
    let (word, role, what) = match (hunt.violated, hunt.unknown) {
        (0, 0) if hunt.seeds == 0 => (UNKNOWN, Role::Unsure, "no seed was run".to_owned()),
        (0, 0) if hunt.excused > 0 => {
            let what = format!(
                "{seeds}, none broke a property within its budget; {} did outside of it and {} excused",
                count(hunt.excused),
                if hunt.excused == 1 { "is" } else { "are" },
            );
            (HOLDS, Role::Unsure, what)
        }
        (0, 0) => (HOLDS, Role::Good, format!("{seeds}, none broke a property")),
        (0, unknown) => {
            let what = format!("{} of {seeds} could not be judged", count(unknown));
            (UNKNOWN, Role::Unsure, what)
        }
        (violated, _) => {
            let what = format!("{} of {seeds} broke a property", count(violated));
            (VIOLATED, Role::Bad, what)
        }
    };
    let early = if hunt.interrupted { ", interrupted" } else { "" };
    format!("{}  {subject}: {what}{early}\n", page.paint(role, word))
}

fn failure(account: &Account, page: &Page) -> String {
    let properties = broken(account).join(", ");
    let seed = page.paint(Role::Title, &format!("seed {}", account.seed));
    let by = account.found_by.as_ref().map(|by| format!("    found by {by}\n"));
    let by = by.unwrap_or_default();
    format!("\n  {seed}  {properties}\n{by}    replay  {}\n", clean(&account.replay))
}

/// A run of which nobody can tell, and why.
fn unjudged(account: &Account, page: &Page) -> String {
    let seed = page.paint(Role::Title, &format!("seed {}", account.seed));
    let mut out = format!("\n  {seed}  could not be judged\n");
    for judged in &account.judgements {
        if let Verdict::Unknown { why } = &judged.verdict {
            let said = format!("{}: {why}", judged.property);
            out.push_str(&page.wrap(&said, "    unknown  ", "             "));
        }
    }
    out.push_str(&format!("    replay   {}\n", clean(&account.replay)));
    out
}

/// A run that broke a property with more trouble than its protocol promises to survive.
fn excused(account: &Account, page: &Page) -> String {
    let seed = page.paint(Role::Title, &format!("seed {}", account.seed));
    let mut out = format!("\n  {seed}  {}\n", broken(account).join(", "));
    out.push_str(&why(account, page));
    out.push_str(&format!("    replay  {}\n", clean(&account.replay)));
    out
}

/// The first excuses of a run.
pub(super) fn why(account: &Account, page: &Page) -> String {
    const SHOWN: usize = 3;
    let mut out = String::new();
    for (i, excuse) in account.excuses.iter().take(SHOWN).enumerate() {
        let first = if i == 0 { "    excuse  " } else { "            " };
        out.push_str(&page.wrap(excuse, first, "              "));
    }
    if account.excuses.len() > SHOWN {
        let more = count((account.excuses.len() - SHOWN) as u64);
        out.push_str(&format!("            and {more} more\n"));
    }
    out
}

/// What came of running seeds twice.
fn repeats(hunt: &HuntAccount) -> String {
    let of = format!("of {}", count(hunt.seeds));
    let differ = |account: &&Account| broken(account).contains(&DETERMINISM);
    let told = hunt.failures.iter().filter(differ).count() as u64;
    match hunt.unrepeated.max(told) {
        0 => format!("{of}, all the same"),
        differed => format!("{of}, {} not the same run again", count(differed)),
    }
}

/// The property that a run breaks whose seed gives another one.
const DETERMINISM: &str = "determinism";

fn totals(hunt: &HuntAccount) -> Table {
    let mut table = Table::new(&[Align::Left, Align::Right, Align::Left]).head(&["hunt"]);
    let mut row = |name: &str, total: String, remark: String| {
        table.row([name.into(), total.into(), remark.into()]);
    };
    let first = format!("from {}", hunt.first_seed);
    let range = match hunt.asked {
        Some(asked) if asked != hunt.seeds => format!("{first}, of {} asked for", count(asked)),
        _ => first,
    };
    row("seeds", count(hunt.seeds), range);
    row("violated", count(hunt.violated), String::new());
    row("unknown", count(hunt.unknown), String::new());
    if hunt.outside > 0 || hunt.excused > 0 {
        let broke = format!("of the budget; {} of them broke a property", count(hunt.excused));
        row("outside", count(hunt.outside), broke);
    }
    if hunt.repeated > 0 {
        row("run twice", count(hunt.repeated), repeats(hunt));
    }
    let each = hunt.seeds.max(1);
    row("events", count(hunt.events), format!("{} a seed", count(hunt.events / each)));
    let mean = format!("{} a seed", span(hunt.virtual_time / each));
    row("virtual time", long_span(hunt.virtual_time), mean);
    table
}

#[cfg(test)]
mod tests {
    use seatrial_history::Judgement;

    use super::*;
    use crate::samples;

    #[test]
    fn a_hunt_that_found_something_names_it_and_how_to_see_it_again() {
        samples::golden("hunt-violated.txt", &hunt(&samples::failed_hunt(), &samples::PAGE));
    }

    #[test]
    fn a_hunt_whose_failures_are_all_excused_says_so_in_its_first_line_and_why() {
        let excuse = "2s: crash, n1: with it 3 of 5 nodes are down at once, and 2 may be";
        let excused = Account { excuses: vec![excuse.into()], ..samples::violated() };
        let told =
            HuntAccount { outside: 5, excused: 2, excused_runs: vec![excused], ..samples::hunt() };
        samples::golden("hunt-excused.txt", &hunt(&told, &samples::PAGE));
    }

    #[test]
    fn what_could_not_be_judged_is_listed_with_the_reason_and_apart_from_what_is_excused() {
        let why = "the run was ended after 200000 events".to_owned();
        let verdict = Verdict::Unknown { why };
        let judgements = vec![Judgement { property: "the run ends".into(), verdict }];
        let unknown = Account { seed: 17, judgements, ..samples::holds() };
        let excused = Account { excuses: vec!["too much".into()], ..samples::violated() };
        let (unknown_runs, excused_runs) = (vec![unknown], vec![excused]);
        let (unknown, excused, outside) = (3, 1, 9);
        let told = HuntAccount {
            unknown,
            excused,
            outside,
            unknown_runs,
            excused_runs,
            ..samples::hunt()
        };
        samples::golden("hunt-unknown.txt", &hunt(&told, &samples::PAGE));
    }

    #[test]
    fn the_last_part_of_a_curve_says_of_how_few_seeds_it_is() {
        let mut told = samples::hunt();
        let curve = told.states.as_mut().expect("there is one");
        curve.seeds = 800;
        let text = hunt(&told, &samples::PAGE);
        let last = text.lines().find(|line| line.contains("seeds 750 to 799")).expect("it is told");
        assert!(last.contains("in 50 of 250 seeds") && last.contains("##########"), "{last}");
        assert_eq!(text.matches("of 250 seeds").count(), 1, "{text}");
    }

    #[test]
    fn seeds_that_gave_another_run_are_counted_where_runs_were_made_twice() {
        let told =
            |unrepeated| hunt(&HuntAccount { unrepeated, ..samples::hunt() }, &samples::PAGE);
        assert!(told(0).contains("of 1,000, all the same"));
        assert!(told(2).contains("2 not the same run again"));
    }

    #[test]
    fn a_hunt_that_found_nothing_says_so_first() {
        samples::golden("hunt-holds.txt", &hunt(&samples::hunt(), &samples::PAGE));
    }

    #[test]
    fn a_hunt_that_cannot_tell_or_ran_nothing_never_reads_as_a_pass() {
        let unknown = HuntAccount { unknown: 1, ..samples::hunt() };
        assert!(hunt(&unknown, &samples::PAGE).starts_with("UNKNOWN  raft-kv: 1 of 1,000 seeds"));
        let empty = HuntAccount { seeds: 0, ..samples::hunt() };
        assert!(hunt(&empty, &samples::PAGE).starts_with("UNKNOWN  raft-kv: no seed"));
    }
}
