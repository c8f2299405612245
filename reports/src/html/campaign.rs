//! Several hunts put together, as one page: the ways to fail, the faults that go with them, what was reached, and how far the hunts got.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use seatrial_history::{FaultCount, FaultSeeds};

use super::STYLE;
use super::chart;
use crate::campaign::words::{TEST, lesson, name, rows, suspect, verdict};
use crate::campaign::{CampaignAccount, Guilt, LongRun, Way};
use crate::numbers::{chance, count, of, percent, span};
use crate::page::Role;
use crate::terminal::subject;

/// How this page looks, beside what all do.
const OWN_STYLE: &str = include_str!("campaign.css");

/// The page of a campaign.
pub fn campaign(campaign: &CampaignAccount) -> String {
    let subject = subject(&campaign.scenario, campaign.mutant.as_deref());
    let (word, role, what) = verdict(campaign);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (word) " " (subject) ": Seatrial campaign" }
                style { (PreEscaped(STYLE)) (PreEscaped(OWN_STYLE)) }
            }
            body {
                h1 { span class={ "word " (class(role)) } { (word) } (subject) }
                p { (what) "." }
                (totals(campaign))
                (ways(campaign))
                @if !campaign.guilt.is_empty() && campaign.holding > 0 {
                    section id="guilt" {
                        h2 { "Faults in failing runs and in those that hold" }
                        p.faint { "Here is " (TEST) "." }
                        (guilt(&campaign.guilt))
                    }
                }
                (states(campaign))
                (strategies(campaign))
                div.side { (reached(campaign)) (longest(campaign)) }
                (faults(campaign))
            }
        }
    };
    page.into_string()
}

const fn class(role: Role) -> &'static str {
    match role {
        Role::Good => "good",
        Role::Bad => "bad",
        _ => "unsure",
    }
}

fn totals(campaign: &CampaignAccount) -> Markup {
    html! {
        dl.totals {
            @for (name, total, remark) in rows(campaign) {
                div {
                    dt { (name) }
                    dd { b { (total) } @if !remark.is_empty() { " " span.faint { (remark) } } }
                }
            }
        }
    }
}

fn ways(campaign: &CampaignAccount) -> Markup {
    html! {
        @if !campaign.ways.is_empty() {
            section id="ways" {
                h2 { "Ways to fail" }
                @for way in &campaign.ways { (failure(way, campaign, "way")) }
            }
        }
        @if !campaign.unjudged.is_empty() {
            section id="unjudged" {
                h2 { "Not judged" }
                ul {
                    @for unjudged in &campaign.unjudged {
                        li { (unjudged.properties) ": " (of(unjudged.seeds, "seed", "seeds")) ", from " (unjudged.first) " on" }
                    }
                }
            }
        }
        @if !campaign.excused_ways.is_empty() {
            section id="excused" {
                h2 { "Excused" }
                p.faint { "These runs had more trouble than the protocol promises to survive." }
                @for way in &campaign.excused_ways { (failure(way, campaign, "way excused")) }
            }
        }
    }
}

fn failure(way: &Way, campaign: &CampaignAccount, class: &str) -> Markup {
    html! {
        div class=(class) {
            h3 { (name(way)) }
            dl {
                dt { "seeds" } dd { (count(way.seeds)) " of " (count(campaign.seeds)) ", 1 in " (count(way.one_in)) }
                dt { "first" } dd { "seed " (way.first) (case(way.first_case.as_ref())) }
                dt { "smallest" } dd { "seed " (way.smallest) ", " (of(way.events, "event", "events")) (case(way.smallest_case.as_ref())) }
                @for guilt in way.faults.iter().filter(|guilt| guilt.tells) { dt { "fault" } dd { (suspect(guilt)) } }
                dt { "says" } dd.says { (way.explanation) }
            }
            // Of one way to fail the same table stands below.
            @if campaign.holding > 0 && (campaign.ways.len() > 1 || class != "way") {
                details { summary { "faults in these runs and in those that hold" } (guilt(&way.faults)) }
            }
        }
    }
}

fn case(case: Option<&String>) -> Markup {
    html! { @if let Some(case) = case { ", " code { (case) } } }
}

fn guilt(guilt: &[Guilt]) -> Markup {
    html! {
        div.scroll { table {
            tr { th { "fault" } th { "in failing" } th { } th { "in holding" } th { } th.text { "above: failing, below: holding" } th { "times" } th { "by chance" } }
            @for Guilt { kind, in_failing, failing, in_holding, holding, ratio, p, tells } in guilt {
                tr class=(if *tells { "tells" } else { "" }) {
                    td { (kind) }
                    td { (count(*in_failing)) } td { (percent(*in_failing, *failing)) }
                    td { (count(*in_holding)) } td { (percent(*in_holding, *holding)) }
                    td.wide { (bar("bar bad", *in_failing, *failing)) (bar("bar", *in_holding, *holding)) }
                    td { (format!("{ratio:.1}")) }
                    td { (chance(*p)) }
                }
            }
        } }
    }
}

fn bar(class: &str, part: u64, whole: u64) -> Markup {
    let width = part as f64 * 100.0 / whole.max(1) as f64;
    html! { div class=(class) style=(format!("width: {width:.1}%")) {} }
}

fn states(campaign: &CampaignAccount) -> Markup {
    html! {
        @if let Some(states) = &campaign.states {
            section id="states" {
                h2 { "Abstract states" }
                p { (lesson(states, campaign.seeds)) "." }
                figure { (chart::curve(&states.curve)) }
            }
        }
    }
}

fn strategies(campaign: &CampaignAccount) -> Markup {
    html! {
        @if !campaign.strategies.is_empty() {
            section id="strategies" {
                h2 { "Strategies" }
                table {
                    tr { th { "strategy" } th { "runs" } th { "new states" } th { "violated" } }
                    @for share in &campaign.strategies {
                        tr { td { (share.name) } td { (count(share.runs)) } td { (count(share.states)) } td { (count(share.violated)) } }
                    }
                }
            }
        }
    }
}

fn reached(campaign: &CampaignAccount) -> Markup {
    html! {
        @if !campaign.reached.is_empty() {
            section id="reached" {
                h2 { "Places reached" }
                table {
                    tr { th { "place" } th { "seeds" } th { } }
                    @for (mark, seeds) in &campaign.reached {
                        tr {
                            td { (mark) }
                            td class=(if *seeds == 0 { "unsure" } else { "" }) { (count(*seeds)) }
                            td { @if *seeds == 0 { span.unsure { "never" } } @else { (percent(*seeds, campaign.seeds)) } }
                        }
                    }
                }
            }
        }
    }
}

fn longest(campaign: &CampaignAccount) -> Markup {
    let (title, runs) = match &campaign.speed {
        Some(speed) => ("Slowest seeds", &speed.slowest),
        None => ("Seeds with the most events", &campaign.longest),
    };
    let timed = campaign.speed.is_some();
    html! {
        section id="longest" {
            h2 { (title) }
            table {
                tr { th { "seed" } th { "events" } th { "virtual time" } @if timed { th { "real time" } } }
                @for LongRun { seed, events, virtual_time, wall, .. } in runs {
                    tr {
                        td { (seed) } td { (count(*events)) } td { (span(*virtual_time)) }
                        @if let Some(wall) = wall { td { (span(*wall)) } }
                    }
                }
            }
            @if !timed { p.faint { "How long each took is written down by " code { "hunt --timed" } "." } }
        }
    }
}

fn faults(campaign: &CampaignAccount) -> Markup {
    html! {
        section id="faults" {
            h2 { "Faults" }
            p.faint { "Asked for, took hold of something, was felt by somebody; and in how many seeds." }
            div.scroll { table {
                tr { th { "fault" } th { "asked" } th { "bit" } th { "effect" } th { "on in" } th { "bit in" } th { "effect in" } th { } }
                @for fault in &campaign.faults { (fault_row(fault, campaign.seeds)) }
            } }
            p.faint {
                "Messages: " (count(campaign.traffic.sent)) " sent, " (count(campaign.traffic.delivered)) " delivered, "
                (count(campaign.traffic.dropped)) " dropped."
            }
        }
    }
}

fn fault_row(fault: &FaultCount, all: u64) -> Markup {
    let FaultCount { kind, asked, bit, effect, seeds } = fault;
    let FaultSeeds { on, bit: bit_in, effect: effect_in } = seeds.unwrap_or_default();
    html! {
        tr {
            td { (kind) }
            @for number in [asked, bit, effect, &on, &bit_in, &effect_in] { td { (count(*number)) } }
            @match fault.idle() {
                Some(word) => { td.text.unsure { (word) } }
                None => { td.wide { (bar("bar mark", bit_in, all)) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::tests::{held, split, timed};
    use crate::samples;

    #[test]
    fn the_page_of_a_campaign_with_failures_is_as_it_was_looked_at() {
        samples::golden("campaign-violated.html", &campaign(&split()));
    }

    #[test]
    fn the_page_fetches_nothing_runs_nothing_and_obeys_no_text_from_outside() {
        let pages = [campaign(&split()), campaign(&held()), campaign(&timed())];
        for page in &pages {
            for fetched in ["http:", "https:", "src=", "<script", "@import", "url(", "href="] {
                assert!(!page.contains(fetched), "{fetched}");
            }
        }
        assert!(pages[0].contains("n1 &lt;panicked&gt;") && !pages[0].contains("<panicked>"));
    }

    #[test]
    fn the_page_of_a_campaign_says_how_it_came_out_and_what_came_of_each_part() {
        let page = campaign(&split());
        for said in [
            "<span class=\"word bad\">VIOLATED</span>",
            "in 2 ways",
            "<tr class=\"tells\"><td>pause</td>",
            "id=\"states\"",
            "<td>pos</td>",
            "never drawn",
            "hunt --timed",
        ] {
            assert!(page.contains(said), "{said}");
        }
        let page = campaign(&held());
        assert!(page.contains("word good\">HOLDS<") && !page.contains("Ways to fail"));
        let page = campaign(&timed());
        assert!(page.contains("Slowest seeds") && page.contains("<th>real time</th>"));
    }
}
