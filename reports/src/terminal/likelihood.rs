//! When a failure became inevitable: the curve of how likely it was, and the events that made it so.

use seatrial_history::{LikelihoodAccount, LikelihoodPoint, TurningEvent};

use super::subject;
use crate::numbers::{count, of};
use crate::page::{Page, Role, clean};
use crate::table::{Align, Cell, Table};

/// The property, the curve, and what happened where it rises.
pub fn likelihood(account: &LikelihoodAccount, page: &Page) -> String {
    let subject = subject(&account.scenario, account.mutant.as_deref());
    let mut out = format!(
        "{}  {subject}, seed {}: broken at step {}, {}\n",
        page.paint(Role::Bad, &account.property),
        account.seed,
        count(account.failed.step),
        account.failed.time,
    );
    out.push_str(&format!("  replay  {}\n", clean(&account.replay)));
    out.push_str(&curve(account).draw(page));
    let lesson = format!(
        "from each point {} went on by other seeds, with the same plan of faults; the bar is the part of them that failed in the same way. \
         Where all of them did, others would in {:.1} % of cases at least (with 95 % confidence)",
        of(account.runs, "run", "runs"),
        least(account.runs) * 100.0
    );
    out.push_str(&page.wrap(&lesson, "  ", "  "));
    let events = [("inevitable", &account.inevitable), ("the greatest leap", &account.turning)];
    for (what, event) in events {
        if let Some(event) = event {
            out.push_str(&turning(what, event, page));
        }
    }
    if account.inevitable.is_none() {
        let what = match account.points.first() {
            _ if account.interrupted => {
                "interrupted: there are points that nobody looked at, so nothing is said of when it became inevitable"
            }
            Some(first) if first.failed == first.runs => {
                "every run under this plan fails: look at the plan"
            }
            _ => "it never became inevitable: up to its end chance might have averted it",
        };
        out.push_str(&page.wrap(what, "  ", "  "));
    }
    out
}

/// Of what comes out alike in so many tries, the least part that still is so with a confidence of 95 % (A. Jovanovic and P. Levy, *A Look at
/// the Rule of Three*, 1997).
fn least(runs: u64) -> f64 {
    libm::pow(0.05, 1.0 / runs.max(1) as f64)
}

/// The longest bar.
const BAR: u64 = 40;

fn curve(account: &LikelihoodAccount) -> Table {
    const COLUMNS: [Align; 5] =
        [Align::Right, Align::Right, Align::Right, Align::Left, Align::Left];
    let mut table = Table::new(&COLUMNS).head(&["step", "time", "fails"]);
    for point in &account.points {
        let at = |event: &Option<TurningEvent>| {
            event.as_ref().is_some_and(|event| event.after.at.step == point.at.step)
        };
        let mark = match () {
            () if at(&account.inevitable) => Cell::role("inevitable from here", Role::Bad),
            () if at(&account.turning) => Cell::role("the greatest leap", Role::Unsure),
            () => "".into(),
        };
        let bar = "#".repeat((point.failed * BAR).div_ceil(point.runs.max(1)) as usize);
        table.row([
            count(point.at.step).into(),
            point.at.time.to_string().into(),
            share(point).into(),
            bar.into(),
            mark,
        ]);
    }
    table
}

fn turning(what: &str, event: &TurningEvent, page: &Page) -> String {
    let TurningEvent { before, after, what: lines } = event;
    let title = format!(
        "{what}: step {}, {}, from {} to {}",
        count(after.at.step),
        after.at.time,
        share(before),
        share(after),
    );
    let lines = match lines.as_slice() {
        [] => vec!["a choice was made that shows only later".to_owned()],
        lines => lines.to_vec(),
    };
    page.title(&title)
        + &lines.iter().map(|line| page.wrap(&clean(line), "  ", "    ")).collect::<String>()
}

fn share(point: &LikelihoodPoint) -> String {
    format!("{} %", point.failed * 100 / point.runs.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn the_curve_and_its_events_look_as_they_should() {
        samples::golden("likelihood.txt", &likelihood(&samples::likelihood(), &samples::PAGE));
    }

    #[test]
    fn a_failure_that_was_never_or_always_inevitable_says_so() {
        let never = LikelihoodAccount { inevitable: None, ..samples::likelihood() };
        assert!(likelihood(&never, &samples::PAGE).contains("might have averted it"));
        let stopped = LikelihoodAccount { interrupted: true, ..never.clone() };
        let said = likelihood(&stopped, &samples::PAGE);
        assert!(said.contains("interrupted: ") && !said.contains("averted"), "{said}");
        let always = LikelihoodAccount { points: vec![samples::point(0, 200)], ..never };
        assert!(likelihood(&always, &samples::PAGE).contains("look at the plan"));
    }
}
