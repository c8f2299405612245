//! Where two runs part: what each is, what was drawn otherwise, the choice and the event that set them apart, and what nodes then show.

use seatrial_history::{ChoiceApart, DifferenceAccount, Outcome, RunOfTwo};

use super::{ending, subject};
use crate::numbers::{count, of};
use crate::page::{Page, clean, columns};

/// What the two runs are called where their lines stand side by side.
const NAMES: [&str; 2] = ["A", "B"];

/// The two runs, and where they part.
pub fn difference(account: &DifferenceAccount, page: &Page) -> String {
    let mut out = String::new();
    for (name, run) in NAMES.into_iter().zip(&account.runs) {
        out.push_str(&headline(name, run, page));
    }
    let is_same = account.parts == [None, None] && account.alike > 0;
    if is_same {
        let same = match account.runs[0].hash == account.runs[1].hash {
            true => "the two runs are the same, event by event",
            false => {
                "the two runs are the same, event by event, but for the steps of trouble that nobody felt"
            }
        };
        out += &format!("\n{}", page.wrap(same, "", "  "));
    }
    out.push_str(&knobs(account, page));
    for (name, run) in NAMES.into_iter().zip(&account.runs) {
        out.push_str(&list(&format!("trouble that only {name} has"), &run.planned, page));
    }
    if is_same {
        return out;
    }
    out.push_str(&choice(account, page));
    out.push_str(&parting(account, page));
    out.push_str(&nodes(account, page));
    out.push_str(&totals(account, page));
    out + &decisive(account, page)
}

/// What made the one fail and the other not, as far as faults did.
fn decisive(account: &DifferenceAccount, page: &Page) -> String {
    let Some(faults) = &account.decisive else {
        return String::new();
    };
    let failing = account.runs.iter().position(|run| run.outcome == Outcome::Violated);
    let failing = failing.unwrap_or_default();
    let name = NAMES[failing];
    let mutant = |run: usize| match &account.runs[run].mutant {
        Some(mutant) => mutant.clone(),
        None => "no planted bug".to_owned(),
    };
    let separates = if account.planted {
        format!("what is planted: with {} {name} does not fail", mutant(1 - failing))
    } else if faults.is_empty() {
        format!(
            "{name} fails without any fault that only it has, too: what was drawn otherwise, or the order of events, is enough. `seatrial shrink` tells what it needs"
        )
    } else {
        String::new()
    };
    if !separates.is_empty() {
        return list("what separates them", &[separates], page);
    }
    let title = format!(
        "of the faults that only {name} has it fails with these alone, and with none of them left out"
    );
    list(&title, faults, page)
}

fn totals(account: &DifferenceAccount, page: &Page) -> String {
    let width = account.totals.iter().map(|(name, _)| columns(name)).max().unwrap_or_default();
    let line = |(name, [a, b]): &(String, [u64; 2])| {
        format!("{name:<width$}  A {:>7}  B {:>7}", count(*a), count(*b))
    };
    list("what happened how often", &account.totals.iter().map(line).collect::<Vec<_>>(), page)
}

fn headline(name: &str, run: &RunOfTwo, page: &Page) -> String {
    let (word, role) = ending(run.outcome);
    let what = subject(&run.scenario, run.mutant.as_deref());
    let broken = match run.broken.as_slice() {
        [] => String::new(),
        broken => format!(": {}", broken.join(", ")),
    };
    format!(
        "{name}  {}  {what}, seed {}{broken}\n   {}, {}, hash {}\n",
        page.paint(role, word),
        run.seed,
        clean(&run.file),
        of(run.events, "event", "events"),
        run.hash,
    )
}

fn knobs(account: &DifferenceAccount, page: &Page) -> String {
    let value = |value: &Option<String>| value.as_deref().unwrap_or("-").to_owned();
    let line = |(name, [a, b]): &(String, [Option<String>; 2])| {
        format!("{name}  A {}  B {}", value(a), value(b))
    };
    list("drawn otherwise", &account.knobs.iter().map(line).collect::<Vec<_>>(), page)
}

fn list(title: &str, lines: &[String], page: &Page) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines = lines.iter().map(|line| page.wrap(&clean(line), "  ", "    "));
    page.title(title) + &lines.collect::<String>()
}

fn choice(account: &DifferenceAccount, page: &Page) -> String {
    let steered = account.runs.iter().find_map(|run| run.steering.as_ref());
    let what = match &account.choice {
        Some(ChoiceApart { site, whose, occurrence, chosen: [a, b] }) => format!(
            "{site}, of {whose}, number {}: A chose {}, B {}",
            count(occurrence + 1),
            chosen(*a),
            chosen(*b)
        ),
        None => {
            let differ =
                "no choice of the same kind came out otherwise: the cases themselves differ";
            match steered {
                Some(steered) => format!(
                    "{differ}. A strategy orders the events ({steered}): what is left out or added changes their order from so long before on"
                ),
                None => differ.into(),
            }
        }
    };
    page.title("the first choice that differs") + &page.wrap(&what, "  ", "    ")
}

/// Of few the first, the second; of many a number from 0.
fn chosen((value, bound): (u64, u64)) -> String {
    match bound {
        0..=FEW => format!("the {} of {bound}", ordinal(value + 1)),
        _ => format!("{} of 0 to {}", count(value), count(bound - 1)),
    }
}

/// So many are chosen among by their places: what a scenario lists.
const FEW: u64 = 20;

fn ordinal(number: u64) -> String {
    let end = match (number % 10, number % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}

fn parting(account: &DifferenceAccount, page: &Page) -> String {
    let lines = |name: &str, lines: &[String]| -> String {
        let first = format!("  {name:<6}");
        lines.iter().map(|line| page.wrap(&clean(line), &first, "          ")).collect()
    };
    let mut out =
        page.title(&format!("where they part, after {} alike", of(account.alike, "line", "lines")));
    out.push_str(&lines("both", &account.before));
    for ((name, after), parts) in NAMES.into_iter().zip(&account.after).zip(&account.parts) {
        match parts {
            Some(_) => out.push_str(&lines(name, after)),
            None => out.push_str(&lines(name, &["nothing more happens".to_owned()])),
        }
    }
    out
}

fn nodes(account: &DifferenceAccount, page: &Page) -> String {
    let shown = |shown: &Option<String>| shown.as_deref().unwrap_or("-").to_owned();
    let lines: Vec<String> = account
        .nodes
        .iter()
        .flat_map(|(node, [a, b])| {
            [format!("{node}  A  {}", shown(a)), format!("{node}  B  {}", shown(b))]
        })
        .collect();
    let same = "the same in both".to_owned();
    let lines = if lines.is_empty() { vec![same] } else { lines };
    list("what nodes show then", &lines, page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn two_runs_that_part_look_as_they_should() {
        samples::golden("difference.txt", &difference(&samples::difference(), &samples::PAGE));
    }

    #[test]
    fn of_few_choices_the_place_is_told_and_of_many_the_number() {
        let told = [(0, 3), (1, 3), (2, 3), (10, 12), (20, 22)].map(chosen);
        assert_eq!(
            told,
            ["the 1st of 3", "the 2nd of 3", "the 3rd of 3", "the 11th of 12", "20 of 0 to 21"]
        );
    }

    #[test]
    fn what_separates_them_is_said_where_no_fault_does_and_where_none_is_asked_for() {
        let told = |decisive| {
            let account = DifferenceAccount { decisive, ..samples::difference() };
            difference(&account, &samples::PAGE)
        };
        let none = told(Some(Vec::new()));
        assert!(none.contains("A fails without any fault that only it has, too"), "{none}");
        let account = DifferenceAccount { planted: true, ..samples::difference() };
        let planted = difference(&account, &samples::PAGE);
        assert!(
            planted.contains("what is planted: with vote-not-persisted A does not fail"),
            "{planted}"
        );
        let both = told(None);
        assert!(!both.contains("separates") && !both.contains("these alone"), "{both}");
    }

    #[test]
    fn a_strategy_that_orders_events_is_named_where_no_choice_is() {
        let mut account = DifferenceAccount { choice: None, ..samples::difference() };
        let plain = difference(&account, &samples::PAGE);
        assert!(plain.contains("the cases themselves differ\n"), "{plain}");
        account.runs[1].steering = Some("pos, within 17ms of when events are due".into());
        let steered = difference(&account, &samples::PAGE);
        assert!(steered.contains("(pos, within 17ms"), "{steered}");
    }

    #[test]
    fn two_runs_that_are_the_same_say_so() {
        let same = DifferenceAccount { parts: [None, None], ..samples::difference() };
        let said = difference(&same, &samples::PAGE);
        assert!(said.contains("the two runs are the same") && !said.contains("where they part"));
    }
}
