//! Runs and hunts for a person at a terminal.
//!
//! A failing run is told in the order in which a person asks: how do I see it again; what broke; what happened just before; and
//! then everything else, in tables. A fact stands on one line of its own, its name first, so that `grep` finds it.

mod campaign;
mod columns;
mod confidence;
mod difference;
mod exploration;
mod hunt;
mod likelihood;
mod list;
mod speed;
mod tables;

use seatrial_history::{Account, Judgement, Outcome, TraceLine, Verdict, Violation};

pub use self::campaign::campaign;
pub use self::difference::difference;
pub use self::exploration::exploration;
pub use self::hunt::hunt;
pub(crate) use self::hunt::lesson;
pub use self::likelihood::likelihood;
pub use self::list::list;
pub use self::speed::speed;
use crate::acts::{self, Acts};
use crate::page::{Page, Role, clean};
use crate::trace;

/// How many of the last events before a failure are shown.
pub const LAST_EVENTS: usize = 30;

/// A run. Where it broke a property and its trace is at hand, the last events before that are shown too; an empty trace is left
/// out.
pub fn account(account: &Account, recorded: &[TraceLine], page: &Page) -> String {
    let mut out = headline(account, page);
    let outcome = account.outcome();
    // On one line each, however long, to be pasted.
    let replay = format!("\n  replay  {}\n", clean(&account.replay));
    out.push_str(&replay);
    if let Some(case) = &account.case {
        out.push_str(&format!("  case    {}\n", clean(case)));
    }
    for notice in &account.notices {
        out.push_str(&page.wrap(&clean(notice), "  note    ", "          "));
    }
    for judged in unsettled(account) {
        // What nobody can tell of a broken run is no news: many end where they break. The table has it.
        if outcome == Outcome::Unknown || judged.verdict.violation().is_some() {
            out.push_str(&told(judged, page));
        }
    }
    if outcome == Outcome::Excused {
        out.push_str("\n  more trouble than the protocol promises to survive\n");
        out.push_str(&hunt::why(account, page));
    }
    if outcome >= Outcome::Excused && outcome != Outcome::Unknown && !recorded.is_empty() {
        out.push_str(&before(account, recorded, page));
    }
    out.push_str(&tables::account(account, page));
    if outcome >= Outcome::Excused {
        // Once more where the eye is when all of it has gone by.
        out.push_str(&replay);
    }
    out
}

/// What a checker says, alone: its word, why, and the evidence.
pub fn verdict(name: &str, verdict: &Verdict, page: &Page) -> String {
    let (word, role) = word(verdict);
    let mut out = format!("{}  {name}\n", page.paint(role, word));
    match verdict {
        Verdict::Holds => {}
        Verdict::Violated(violation) => out.push_str(&explained(violation, page)),
        Verdict::Unknown { why } => out.push_str(&page.wrap(why, "  why     ", "          ")),
    }
    out
}

/// What was run, in words: `raft-kv with vote-not-persisted`.
pub fn subject(scenario: &str, mutant: Option<&str>) -> String {
    match mutant {
        Some(mutant) => format!("{scenario} with {mutant}"),
        None => scenario.to_owned(),
    }
}

/// The first line: `VIOLATED  raft-kv with vote-not-persisted, seed 42: election safety`.
pub(crate) fn headline(account: &Account, page: &Page) -> String {
    let (word, role) = ending(account.outcome());
    let broken: Vec<_> = unsettled(account)
        .into_iter()
        .filter(|judged| judged.verdict.violation().is_some())
        .map(|judged| judged.property.as_str())
        .collect();
    let what = match (account.outcome(), broken.as_slice()) {
        (Outcome::Holds, _) => match account.judgements.len() {
            0 => ": no property was judged".to_owned(),
            1 => ": its one property".to_owned(),
            many => format!(": all {many} properties"),
        },
        (_, []) => String::new(),
        (_, broken) => format!(": {}", broken.join(", ")),
    };
    let subject = subject(&account.scenario, account.mutant.as_deref());
    format!("{}  {subject}, seed {}{what}\n", page.paint(role, word), account.seed)
}

/// What a run came to, in a word.
const fn ending(outcome: Outcome) -> (&'static str, Role) {
    match outcome {
        Outcome::Holds => (HOLDS, Role::Good),
        Outcome::Excused => (EXCUSED, Role::Unsure),
        Outcome::Unknown => (UNKNOWN, Role::Unsure),
        Outcome::Violated => (VIOLATED, Role::Bad),
    }
}

pub(crate) const HOLDS: &str = "HOLDS";
const EXCUSED: &str = "EXCUSED";
pub(crate) const UNKNOWN: &str = "UNKNOWN";
pub(crate) const VIOLATED: &str = "VIOLATED";

const fn word(verdict: &Verdict) -> (&'static str, Role) {
    match verdict {
        Verdict::Holds => (HOLDS, Role::Good),
        Verdict::Unknown { .. } => (UNKNOWN, Role::Unsure),
        Verdict::Violated(_) => (VIOLATED, Role::Bad),
    }
}

/// The violated properties, that which broke first first, then the unknown ones.
fn unsettled(account: &Account) -> Vec<&Judgement> {
    let mut unsettled: Vec<_> =
        account.judgements.iter().filter(|judged| judged.verdict != Verdict::Holds).collect();
    unsettled.sort_by_key(|judged| match &judged.verdict {
        Verdict::Violated(violation) => (0, violation.at.unwrap_or(account.end)),
        _ => (1, account.end),
    });
    unsettled
}

fn told(judged: &Judgement, page: &Page) -> String {
    format!("\n{}", verdict(&judged.property, &judged.verdict, page))
}

fn explained(violation: &Violation, page: &Page) -> String {
    let mut out = page.wrap(&violation.explanation, "  ", "  ");
    if let Some(at) = violation.at {
        out.push_str(&format!("  when    {at}\n"));
    }
    out.push_str(&page.wrap(violation.source, "  source  ", "          "));
    for (i, line) in violation.evidence.iter().enumerate() {
        let first = if i == 0 { "  seen    " } else { "          " };
        out.push_str(&page.wrap(&line.text, first, "            "));
    }
    out
}

/// What led to the first violation: the few events that matter, then the last ones before it, and what each node showed then.
fn before(account: &Account, recorded: &[TraceLine], page: &Page) -> String {
    let violation = account.first_violation();
    let at = violation.and_then(|violation| violation.at);
    let acts = Acts::of(recorded);
    let matter = violation.map(|violation| acts::that_matter(violation, &acts, recorded));
    let mut out = matters(&matter.unwrap_or_default(), &acts, recorded, page);
    out.push_str(&columns::draw(&acts, recorded, at, LAST_EVENTS, page));
    out.push_str(&tables::states(&trace::states(recorded, at), page));
    out
}

/// The acts that a failure is made of, one a line.
fn matters(matter: &[usize], acts: &Acts, recorded: &[TraceLine], page: &Page) -> String {
    if matter.is_empty() {
        return String::new();
    }
    let mut out = page.title(&format!("the {} events that matter", matter.len()));
    for act in matter {
        let act = &acts.all[*act];
        let at = format!("{:>7}  {:>13}  ", act.at.step, trace::clock(act.at.time));
        let rest = " ".repeat(at.len());
        for (nth, line) in page.fold(&acts::sentence(act, recorded), at.len()).iter().enumerate() {
            out.push_str(&format!("{}{line}\n", if nth == 0 { &at } else { &rest }));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_failing_run_says_first_what_broke_and_how_to_see_it_again() {
        let text = account(&samples::violated(), &samples::trace(), &samples::PAGE);
        let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what:?} in {text}"));
        let order = ["  replay  ", "  case    ", "At most one leader", "the last", "\nfaults"];
        assert!(order.map(place).is_sorted(), "{text}");
        samples::golden("violated.txt", &text);
    }

    #[test]
    fn a_run_that_holds_says_so_first() {
        samples::golden(
            "holds.txt",
            &account(&samples::holds(), &samples::trace(), &samples::PAGE),
        );
    }

    #[test]
    fn colour_changes_nothing_but_the_colour() {
        let page = Page { colour: true, ..samples::PAGE };
        let coloured = account(&samples::violated(), &samples::trace(), &page);
        let mut plain = String::new();
        for (i, part) in coloured.split('\u{1b}').enumerate() {
            plain.push_str(if i == 0 { part } else { part.split_once('m').map_or("", |p| p.1) });
        }
        assert!(coloured.len() > plain.len());
        let expected = account(&samples::violated(), &samples::trace(), &samples::PAGE);
        assert_eq!(plain, expected);
    }

    #[test]
    fn a_narrow_page_keeps_its_lines_short() {
        let page = Page { width: 60, ..samples::PAGE };
        let text = account(&samples::violated(), &[], &page);
        let long = text.lines().find(|line| line.len() > 70 && !line.contains(".case"));
        assert_eq!(long, None);
    }

    #[test]
    fn events_fit_a_narrow_terminal_and_are_whole_lines_elsewhere() {
        let told = |page: &Page| before(&samples::two_leaders(), &samples::story(), page);
        for width in [60, 70, 80] {
            let text = told(&Page { width, events: Some(width), ..samples::PAGE });
            let long = text.lines().find(|line| crate::page::columns(line) > width);
            assert_eq!(long, None, "{width}: {text}");
            assert!(text.contains('…'), "{width}: {text}");
        }
        let text = told(&Page { width: 60, ..samples::PAGE });
        let whole =
            "n2 => n0  deliver #6 Raft(RequestVote { term: 1 }); vote term=1 candidate=n2\n";
        assert!(text.contains(whole) && !text.contains('…'), "{text}");
    }

    #[test]
    fn a_verdict_alone_is_told_with_its_evidence() {
        let violated = Verdict::Violated(samples::violation());
        let text = verdict("election safety", &violated, &samples::PAGE);
        assert!(text.starts_with("VIOLATED  election safety\n"));
        assert!(text.contains("  seen    step 2 at 1.1s: n1 leads in term 3\n"), "{text}");
        let unknown = Verdict::Unknown { why: "too long".into() };
        assert_eq!(verdict("x", &unknown, &samples::PAGE), "UNKNOWN  x\n  why     too long\n");
    }
}
