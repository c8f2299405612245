//! What is said of a campaign, in words, wherever it is drawn.

use seatrial_history::{Outcome, StateCurve};
use seatrial_node::Duration;

use super::{CampaignAccount, Guilt, Speed, StatesSeen, Way};
use crate::numbers::{chance, count, long_span, of, percent, ranges, span};
use crate::page::Role;
use crate::terminal;

/// How the kinds were compared.
pub(crate) const TEST: &str = "in how many failing runs, and in how many that hold, each fault took hold of something; how many times as often \
    in failing ones, with half a run added to each; and how likely that many or more would be by chance (Fisher's exact test, one side). A failing run ends where it breaks, before later trouble can take hold: that a fault is \
    rarer in failing runs says nothing";

/// What came out, in words, and how that is to be taken.
pub(crate) fn verdict(campaign: &CampaignAccount) -> (&'static str, Role, String) {
    let seeds = of(campaign.seeds, "seed", "seeds");
    let (word, role, mut what) = match campaign.outcome() {
        Outcome::Violated => {
            let ways = of(campaign.ways.len() as u64, "way", "ways");
            let violated = count(campaign.violated);
            (
                terminal::VIOLATED,
                Role::Bad,
                format!("{violated} of {seeds} broke a property, in {ways}"),
            )
        }
        Outcome::Unknown if campaign.unknown > 0 => {
            let what = format!("{} of {seeds} could not be judged", count(campaign.unknown));
            (terminal::UNKNOWN, Role::Unsure, what)
        }
        Outcome::Unknown => {
            (terminal::UNKNOWN, Role::Unsure, format!("{seeds}, none broke a property"))
        }
        Outcome::Excused => {
            let excused = count(campaign.excused);
            (
                terminal::HOLDS,
                Role::Unsure,
                format!(
                    "{seeds}, none broke a property within its budget; {excused} did outside of it"
                ),
            )
        }
        Outcome::Holds => (terminal::HOLDS, Role::Good, format!("{seeds}, none broke a property")),
    };
    if campaign.unfinished > 0 {
        let hunts = of(campaign.unfinished, "hunt was", "hunts were");
        what.push_str(&format!("; {hunts} not finished"));
    }
    (word, role, what)
}

/// The name of a way to fail.
pub(crate) fn name(way: &Way) -> String {
    match way.signature.kind.as_str() {
        "" => way.signature.property.clone(),
        kind => format!("{}: {kind}", way.signature.property),
    }
}

/// A kind that goes with a failure, in a sentence.
pub(crate) fn suspect(guilt: &Guilt) -> String {
    let Guilt { kind, in_failing, failing, in_holding, holding, ratio, p, .. } = guilt;
    format!(
        "{kind} bit in {} of them and in {} of those that hold: {ratio:.1} times as often, by chance {}",
        percent(*in_failing, *failing),
        percent(*in_holding, *holding),
        chance(*p)
    )
}

/// The totals, each with a remark.
pub(crate) fn rows(campaign: &CampaignAccount) -> Vec<(&'static str, String, String)> {
    let none = String::new;
    let each = campaign.seeds.max(1);
    let mut rows = vec![
        ("seeds", count(campaign.seeds), ranges(&campaign.ranges)),
        ("violated", count(campaign.violated), none()),
        ("unknown", count(campaign.unknown), none()),
    ];
    if campaign.outside > 0 || campaign.excused > 0 {
        let broke = format!("of the budget; {} of them broke a property", count(campaign.excused));
        rows.push(("outside", count(campaign.outside), broke));
    }
    rows.push((
        "run twice",
        count(campaign.repeated),
        match campaign.unrepeated {
            0 => "all the same".to_owned(),
            differed => format!("{} not the same run again", count(differed)),
        },
    ));
    rows.push((
        "events",
        count(campaign.events),
        format!("{} a seed", count(campaign.events / each)),
    ));
    let mean = format!("{} a seed", span(campaign.virtual_time / each));
    rows.push(("virtual time", long_span(campaign.virtual_time), mean));
    rows.push(("chosen by", campaign.strategy.clone(), none()));
    let trouble = match campaign.trouble.as_str() {
        "scenario" => "the scenario's",
        other => other,
    };
    rows.push(("trouble", trouble.to_owned(), none()));
    if let Some(Speed { seeds, runs, hunts, .. }) = &campaign.speed {
        let each = rate(*seeds, *runs);
        rows.push(("run time", long_span(*runs), format!("{each} seeds a second on one thread")));
        if let Some(hunts) = hunts {
            let each = rate(*seeds, *hunts);
            rows.push((
                "hunting",
                long_span(*hunts),
                format!("{each} seeds a second, on all threads of a hunt"),
            ));
        }
    }
    rows
}

/// So many a second.
fn rate(seeds: u64, time: Duration) -> String {
    let rate = u128::from(seeds) * 1_000_000_000 / u128::from(time.as_nanos().max(1));
    count(u64::try_from(rate).unwrap_or(u64::MAX))
}

/// Whether more seeds still teach, in a sentence.
pub(crate) fn lesson(states: &StatesSeen, seeds: u64) -> String {
    let StatesSeen { seen, once, sampled, .. } = *states;
    let fresh = Vec::new();
    terminal::lesson(&StateCurve { seeds, seen, once, width: 1, fresh, sampled })
}
