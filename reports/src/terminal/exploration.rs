//! The account of an exhaustive search.

use seatrial_history::{ExplorationAccount, FoundSchedule, Outcome, Verdict};

use super::{HOLDS, UNKNOWN, VIOLATED, subject};
use crate::numbers::{count, of};
use crate::page::{Page, Role, clean};
use crate::table::{Align, Table};
use crate::trace::fact_text;

/// A search: what it found, if anything, with the schedule that leads there, then how much was looked at.
pub fn exploration(account: &ExplorationAccount, page: &Page) -> String {
    let mut out = headline(account, page);
    if let Some(why) = &account.unfinished {
        out.push_str(&page.wrap(why, "  why     ", "          "));
    }
    if let Some(found) = &account.found {
        let verdict = Verdict::Violated(found.violation.clone());
        out.push_str(&format!("\n{}", super::verdict(found.violation.property, &verdict, page)));
        out.push_str(&format!("\n  replay  {}\n", clean(&account.replay)));
        out.push_str(&schedule(found, page));
    }
    out.push_str(&totals(account).draw(page));
    out
}

fn headline(account: &ExplorationAccount, page: &Page) -> String {
    let subject = subject(&account.protocol, account.mutant.as_deref());
    let mut world = vec![of(account.nodes.into(), "node", "nodes")];
    if account.messages > 0 {
        world.push(of(account.messages.into(), "message", "messages"));
    }
    world.push(match account.crashes {
        0 => "no crash".to_owned(),
        some => format!("{} at most", of(some.into(), "crash", "crashes")),
    });
    for (most, one, many) in [
        (account.restarts, "restart", "restarts"),
        (account.losses, "loss", "losses"),
        (account.timers.unwrap_or_default(), "timer", "timers"),
    ] {
        if most > 0 {
            world.push(format!("{} at most", of(most.into(), one, many)));
        }
    }
    let world = world.join(", ");
    let (word, role, what) = match (account.outcome(), &account.found) {
        (Outcome::Violated, Some(found)) => (VIOLATED, Role::Bad, found.violation.property),
        (Outcome::Unknown, _) => (UNKNOWN, Role::Unsure, "not every order was looked at"),
        _ if account.crashes == 0 => (HOLDS, Role::Good, "in every order"),
        _ => (HOLDS, Role::Good, "in every order and at every crash point"),
    };
    let word = page.paint(role, word);
    format!("{word}  {subject}, {world}: {what}\n")
}

fn schedule(found: &FoundSchedule, page: &Page) -> String {
    let steps = of(found.steps.len() as u64, "step", "steps");
    let shortest = if found.is_shortest { ", and none is shorter" } else { "" };
    let mut out = page.title(&format!("the schedule, {steps}{shortest}"));
    for (place, step) in found.steps.iter().enumerate() {
        let number = format!("{:>4}  ", place + 1);
        out.push_str(&page.wrap(&step.text, &number, "        "));
        for (node, fact) in &step.facts {
            let line = format!("{node} announces {}", fact_text(fact));
            out.push_str(&page.wrap(&line, "        ", "          "));
        }
    }
    out
}

fn totals(account: &ExplorationAccount) -> Table {
    let mut table = Table::new(&[Align::Left, Align::Right, Align::Left]).head(&["exploration"]);
    let mut row = |name: &str, total: String, remark: &str| {
        table.row([name.into(), total.into(), remark.into()]);
    };
    let (complete, remark) = match (&account.found, &account.unfinished) {
        (Some(_), _) => ("no", "it ended with what it had found"),
        (None, Some(_)) => ("no", "see above"),
        (None, None) => ("yes", "nothing within the bounds was left out"),
    };
    row("complete", complete.into(), remark);
    if let Some(executions) = account.executions.filter(|executions| *executions > 0) {
        row("executions", wide(executions), "each order by itself");
    }
    let looked = match account.symmetry {
        false => "each looked at once, however it is reached",
        true => "but for which of the alike nodes is which, each looked at once",
    };
    row("states", count(account.states), looked);
    row("transitions", count(account.transitions), "from one to another");
    let ends = match account.ends {
        0 => "only the bounds end an execution: something is always to happen",
        _ => "in which an execution may end",
    };
    row("final states", count(account.ends), ends);
    row("depth", count(account.depth), "steps on the longest way to a state");
    table
}

/// A count that may be larger than any other.
fn wide(number: u128) -> String {
    u64::try_from(number).map_or_else(|_| format!("{:.3e}", number as f64), count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_search_that_found_nothing_says_how_much_it_looked_at() {
        let account = samples::exploration();
        samples::golden("exploration-holds.txt", &exploration(&account, &samples::PAGE));
    }

    #[test]
    fn a_search_that_found_something_tells_it_step_by_step() {
        let account = samples::failed_exploration();
        samples::golden("exploration-violated.txt", &exploration(&account, &samples::PAGE));
    }

    #[test]
    fn a_search_that_gave_up_never_reads_as_a_pass() {
        let why = Some("it gave up after 1000 states".to_owned());
        let account = ExplorationAccount { unfinished: why, ..samples::exploration() };
        let text = exploration(&account, &samples::PAGE);
        assert!(text.starts_with("UNKNOWN  ") && text.contains("gave up after 1000"), "{text}");
        assert!(text.contains("no  see above"), "{text}");
    }

    #[test]
    fn a_search_without_ends_says_why_there_are_none() {
        let account = ExplorationAccount { ends: 0, executions: Some(0), ..samples::exploration() };
        let text = exploration(&account, &samples::PAGE);
        assert!(text.contains("0  only the bounds end an execution"), "{text}");
        assert!(!text.contains("executions"), "{text}");
    }

    #[test]
    fn a_number_that_is_too_long_to_read_is_rounded() {
        assert_eq!(wide(1_234_567), "1,234,567");
        assert_eq!(wide(123_456_789_000_000_000_000_000), "1.235e23");
    }
}
