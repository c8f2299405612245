//! The gallery of planted bugs: what each breaks, how soon it is found, and the smallest run that shows it.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use seatrial_history::{Campaigned, Small};

use super::STYLE;
use super::picture::picture;
use crate::bugs::{BugResults, Effort, by_bug};
use crate::numbers::count;

/// A page of all bugs that the benchmark has hunted; controls are not shown.
pub fn gallery(lines: &[Campaigned]) -> String {
    let results = by_bug(lines);
    let bugs: Vec<_> = results.iter().filter(|result| result.bug.mutant.is_some()).collect();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Seatrial: planted bugs" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Planted bugs" }
                p {
                    "Each is one wrong decision in a protocol that is right otherwise. Executions are runs until it was found: the median, and the \
                     worst, over the campaigns of a strategy. The picture is the smallest run that shows it: time goes down, and what is not \
                     drawn does not happen."
                }
                nav { ul {
                    @for result in &bugs {
                        li { a href=(format!("#{}", anchor(result))) { (result.bug.id) " " (name(result)) } }
                    }
                } }
                @for result in &bugs { (bug(result)) }
            }
        }
    };
    page.into_string()
}

fn name<'r>(result: &'r BugResults<'_>) -> &'r str {
    result.bug.mutant.as_deref().unwrap_or_default()
}

fn anchor(result: &BugResults<'_>) -> String {
    format!("{}-{}", result.bug.scenario, name(result))
}

fn bug(result: &BugResults<'_>) -> Markup {
    let line = result.bug;
    // The smallest of its shrunk runs, the first of equals.
    let small = result.shrunk.iter().min_by_key(|small| (small.steps.is_none(), small.length));
    html! {
        section id=(anchor(result)) {
            h2 { (line.id) " " (name(result)) }
            p { (line.about) ". " span.faint { "In " (line.scenario) ", faults " (line.faults) ", class " (line.class) "." } }
            (efforts(result))
            @if let Some(small) = small { (shown(small, result)) }
            @else { p.faint { "Not made small." } }
        }
    }
}

fn efforts(result: &BugResults<'_>) -> Markup {
    html! {
        table {
            tr { th { "strategy" } th { "found" } th { "median" } th { "worst" } }
            @for (name, effort) in &result.by_strategy {
                @let Effort { campaigns, found, median, worst, .. } = effort;
                tr {
                    td { (name) }
                    td class=(if result.misses(effort) { "bad" } else { "good" }) { (count(*found)) " of " (count(*campaigns)) }
                    td { (median.map_or_else(|| "–".to_owned(), count)) }
                    td { (count(*worst)) }
                }
            }
        }
    }
}

fn shown(small: &Small, result: &BugResults<'_>) -> Markup {
    html! {
        p { b { (small.rule) } br; (small.explanation) }
        p.faint {
            (count(small.events)) " events made into " (count(small.length))
            @if small.steps.is_some() { " steps" } @else { " events" }
            @if let Some(by_hand) = small.by_hand { "; " (count(by_hand)) " by hand" }
            @if let Some((mean, worst)) = result.ratio() { "; " (format!("{mean:.2} times as many on average, {worst:.2} at worst")) }
            "; in " (format!("{:.1}", small.seconds)) " s"
        }
        @if let Some(steps) = &small.steps {
            figure { (picture(steps)) }
            details { summary { "the steps as text" } pre { @for step in steps { (step) "\n" } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bugs::tests::line;

    #[test]
    fn the_page_shows_bugs_their_figures_and_their_steps_and_fetches_nothing() {
        let lines = [
            line(Some("vote-not-persisted"), 'E', "random", 0, 40),
            line(Some("vote-not-persisted"), 'E', "portfolio", 0, 1_000),
            line(None, 'C', "portfolio", 0, 1_000),
        ];
        let page = gallery(&lines);
        for said in [
            "<h2>O1 vote-not-persisted</h2>",
            "a restart forgets &lt;the vote&gt;",
            "<td class=\"good\">1 of 1</td><td>40</td>",
            "<td class=\"bad\">0 of 1</td><td>–</td>",
            "one vote a term, Raft §5.2",
            "1.10 times as many",
            ">timer Election</text>",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert_eq!(page.matches("<section").count(), 1, "no control is shown");
        for fetched in ["http:", "https:", "src=", "<script", "@import", "url("] {
            assert!(!page.contains(fetched), "{fetched}");
        }
    }
}
