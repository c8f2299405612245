//! The summary of a hunt.

use seatrial_history::{Account, HuntAccount, StateCurve};

use super::{HOLDS, UNKNOWN, VIOLATED, subject, tables};
use crate::json::broken;
use crate::numbers::{count, long_span, of, span};
use crate::page::{Page, Role, clean};
use crate::table::{Align, Table};

/// A hunt: what it found first, each failure with the command that shows it again, then the totals.
pub fn hunt(hunt: &HuntAccount, page: &Page) -> String {
    let mut out = headline(hunt, page);
    for account in &hunt.failures {
        out.push_str(&failure(account, page));
    }
    let kept = hunt.failures.len() as u64;
    let failed = hunt.violated + hunt.unknown;
    if kept > 0 && failed > kept {
        out.push_str(&format!("\n  {} more failed in the same hunt\n", count(failed - kept)));
    }
    for account in &hunt.excused_runs {
        out.push_str(&excused(account, page));
    }
    let kept = hunt.excused_runs.len() as u64;
    if hunt.excused > kept {
        out.push_str(&format!(
            "\n  {} more in the same hunt, excused too\n",
            count(hunt.excused - kept)
        ));
    }
    out.push_str(&totals(hunt).draw(page));
    out.push_str(&tables::faults(&hunt.faults).draw(page));
    out.push_str(&tables::traffic(hunt.traffic).draw(page));
    out.push_str(&tables::reached("seeds", &hunt.reached).draw(page));
    out.push_str(&tables::figures(&hunt.figures).draw(page));
    if let Some(curve) = hunt.states.as_ref().filter(|curve| curve.seen > 0) {
        out.push_str(&tables::curve(curve, hunt.first_seed).draw(page));
        out.push_str(&page.wrap(&lesson(curve), "  ", "  "));
    }
    out
}

/// Whether more seeds still teach, in a sentence.
fn lesson(curve: &StateCurve) -> String {
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
    let properties = match broken(account).as_slice() {
        [] => "could not be judged".to_owned(),
        broken => broken.join(", "),
    };
    let seed = page.paint(Role::Title, &format!("seed {}", account.seed));
    format!("\n  {seed}  {properties}\n    replay  {}\n", clean(&account.replay))
}

/// A run that broke a property with more trouble than its protocol promises to survive.
fn excused(account: &Account, page: &Page) -> String {
    let seed = page.paint(Role::Title, &format!("seed {}", account.seed));
    let mut out = format!("\n  {seed}  excused: {}\n", broken(account).join(", "));
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
    if hunt.excused > 0 {
        row("excused", count(hunt.excused), "outside of the budget".to_owned());
    }
    row("unknown", count(hunt.unknown), String::new());
    let each = hunt.seeds.max(1);
    row("events", count(hunt.events), format!("{} a seed", count(hunt.events / each)));
    let mean = format!("{} a seed", span(hunt.virtual_time / each));
    row("virtual time", long_span(hunt.virtual_time), mean);
    table
}

#[cfg(test)]
mod tests {
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
        let told = HuntAccount { excused: 2, excused_runs: vec![excused], ..samples::hunt() };
        samples::golden("hunt-excused.txt", &hunt(&told, &samples::PAGE));
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
