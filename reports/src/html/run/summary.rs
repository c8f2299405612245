//! What a person reads first, and the tables that stand below the picture: plain HTML, of use where no script runs.

use maud::{Markup, html};
use seatrial_history::{Account, Moment, Outcome, Verdict, Violation};

use super::Film;
use crate::acts::{Acts, sentence};
use crate::numbers::count;
use crate::terminal::subject;
use crate::trace::clock;

/// The page's title: `VIOLATED raft-kv, seed 42`.
pub(super) fn title(account: &Account) -> String {
    let subject = subject(&account.scenario, account.mutant.as_deref());
    format!("{} {subject}, seed {}", word(account.outcome()).0, account.seed)
}

const fn word(outcome: Outcome) -> (&'static str, &'static str) {
    match outcome {
        Outcome::Holds => ("HOLDS", "good"),
        Outcome::Excused => ("EXCUSED", "unsure"),
        Outcome::Unknown => ("UNKNOWN", "unsure"),
        Outcome::Violated => ("VIOLATED", "bad"),
    }
}

/// What broke, how it is seen again, and what matters.
pub(super) fn of(film: &Film<'_>, acts: &Acts, matter: &[usize]) -> Markup {
    let account = film.account;
    let (word, class) = word(account.outcome());
    html! {
        header {
            h1 { span class=(format!("verdict {class}")) { (word) } " " (subject(&account.scenario, account.mutant.as_deref())) ", seed " (account.seed) }
            p.replay { code id="replay" { (account.replay) } " " button data-copy="replay" hidden { "copy" } }
        }
        @for notice in &account.notices { p.unsure { strong { "Note: " } (notice) } }
        @for judged in &account.judgements {
            @match &judged.verdict {
                Verdict::Violated(violation) => { (broken(violation)) }
                Verdict::Unknown { why } if account.outcome() == Outcome::Unknown => {
                    section.unknown { h2 { (judged.property) " is unknown" } p { (why) } }
                }
                _ => {}
            }
        }
        @if !account.excuses.is_empty() {
            section { h2 { "More trouble than the protocol promises to survive" } ul { @for excuse in &account.excuses { li { (excuse) } } } }
        }
        @if !matter.is_empty() {
            section id="matter" {
                h2 { "The events that matter" }
                table.events {
                    @for act in matter {
                        @let act = &acts.all[*act];
                        tr { td { (step(act.at)) } td { (clock(act.at.time)) } td { (sentence(act, film.trace)) } }
                    }
                }
            }
        }
    }
}

/// A broken property: what was expected, what was seen, and who says that it must hold.
fn broken(violation: &Violation) -> Markup {
    html! {
        section.broken {
            h2 { "Broken: " (violation.property) }
            p { (violation.explanation) }
            @if !violation.evidence.is_empty() {
                ul.evidence {
                    @for line in &violation.evidence {
                        li {
                            @match line.moments.first() {
                                Some(at) => { a href=(link(*at)) { (line.text) } }
                                None => { (line.text) }
                            }
                        }
                    }
                }
            }
            p.faint {
                @if let Some(at) = violation.at { "Broken at " a href=(link(at)) { (at) } ". " }
                "Source: " (violation.source) "."
            }
        }
    }
}

/// The place of a moment in the picture.
fn link(at: Moment) -> String {
    format!("#step={}", at.step)
}

fn step(at: Moment) -> Markup {
    html! { a href=(link(at)) { "step " (at.step) } }
}

/// The rest, as tables that are opened by who wants them.
pub(super) fn tables(account: &Account) -> Markup {
    html! {
        section id="tables" {
            h2 { "The figures" }
            details open { summary { "properties" } (verdicts(account)) }
            details { summary { "the plan: " (account.plan.len()) " faults" }
                @if account.plan.is_empty() { p { "No trouble was planned." } }
                @else { pre { @for line in &account.plan { (line) "\n" } } }
            }
            details { summary { "faults" } (faults(account)) }
            details { summary { "operations and traffic" } (operations(account)) }
            details { summary { "what was drawn" }
                table { @for (name, value) in &account.knobs { tr { td { (name) } td { (value) } } } }
            }
            @if !account.reached.is_empty() {
                details { summary { "reached" }
                    table { @for (mark, times) in &account.reached { tr { td { (mark) } td { (count(*times)) } } } }
                }
            }
            p.faint {
                @if let Some(healed) = account.healed { "Healed at " (healed) ". " }
                "Ended at " (account.end) "."
                @if !account.hash.is_empty() { " Hash of the run: " code { (account.hash) } "." }
                @if let Some(case) = &account.case { " Case: " code { (case) } "." }
            }
        }
    }
}

fn verdicts(account: &Account) -> Markup {
    html! {
        table.words {
            @for judged in &account.judgements {
                tr {
                    td { (judged.property) }
                    @match &judged.verdict {
                        Verdict::Holds => { td.good { "holds" } td {} }
                        Verdict::Unknown { why } => { td.unsure { "unknown" } td { (why) } }
                        Verdict::Violated(violation) => {
                            td.bad { "violated" }
                            td { @if let Some(at) = violation.at { (step(at)) } }
                        }
                    }
                }
            }
        }
    }
}

fn faults(account: &Account) -> Markup {
    html! {
        @if account.faults.is_empty() { p { "No kind of fault was asked for." } }
        @else {
            table {
                tr { th { "kind" } th { "asked" } th { "bit" } th { "effect" } th {} }
                @for fault in &account.faults {
                    tr {
                        td { (fault.kind) } td { (count(fault.asked)) } td { (count(fault.bit)) } td { (count(fault.effect)) }
                        td.unsure { (fault.idle().unwrap_or_default()) }
                    }
                }
            }
        }
    }
}

fn operations(account: &Account) -> Markup {
    let traffic = account.traffic;
    html! {
        table {
            tr { th { "operation" } th { "invoked" } th { "ok" } th { "fail" } th { "info" } th { "median" } th { "p99" } th { "max" } }
            @for op in &account.operations {
                tr {
                    td { (op.f) } td { (count(op.invoked)) } td { (count(op.ok)) } td { (count(op.fail)) } td { (count(op.info)) }
                    @if op.ok > 0 { td { (op.median) } td { (op.p99) } td { (op.max) } } @else { td { "–" } td { "–" } td { "–" } }
                }
            }
        }
        p { (count(traffic.sent)) " messages sent, " (count(traffic.delivered)) " delivered, " (count(traffic.dropped)) " dropped." }
    }
}
