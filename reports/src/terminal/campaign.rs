//! Several hunts put together: the ways to fail first, then which faults go with them, then the totals.

use super::{subject, tables};
use crate::campaign::words::{TEST, lesson, name, rows, suspect, verdict};
use crate::campaign::{CampaignAccount, CurvePoint, Guilt, LongRun, Way};
use crate::numbers::{chance, count, of, percent, ranges, span};
use crate::page::{Page, Role, clean};
use crate::table::{Align, Cell, Table};

/// A campaign.
pub fn campaign(campaign: &CampaignAccount, page: &Page) -> String {
    let mut out = headline(campaign, page);
    for (at, way) in campaign.ways.iter().enumerate() {
        out.push_str(&failure(at + 1, way, campaign, page));
    }
    for unjudged in &campaign.unjudged {
        let seeds = of(unjudged.seeds, "seed", "seeds");
        let text = format!(
            "{seeds} could not be judged, from {} on: {}",
            unjudged.first, unjudged.properties
        );
        out.push_str(&format!("\n{}", page.wrap(&text, "  ", "    ")));
    }
    for way in &campaign.excused_ways {
        let seeds = of(way.seeds, "seed is", "seeds are");
        let text = format!("{seeds} excused, from {} on: {}", way.first, name(way));
        out.push_str(&format!("\n{}", page.wrap(&text, "  ", "    ")));
    }
    if !campaign.guilt.is_empty() && campaign.holding > 0 {
        out.push_str(&guilt(&campaign.guilt).draw(page));
        out.push_str(&page.wrap(TEST, "  ", "  "));
    }
    out.push_str(&totals(campaign).draw(page));
    out.push_str(&strategies(campaign).draw(page));
    out.push_str(&tables::faults(&campaign.faults).draw(page));
    out.push_str(&tables::traffic(campaign.traffic).draw(page));
    out.push_str(&tables::reached("seeds", &campaign.reached).draw(page));
    if let Some(states) = &campaign.states {
        out.push_str(&curve(&states.curve).draw(page));
        out.push_str(&page.wrap(&lesson(states, campaign.seeds), "  ", "  "));
    }
    out.push_str(&longest("most events", &campaign.longest).draw(page));
    if let Some(speed) = &campaign.speed {
        out.push_str(&longest("slowest", &speed.slowest).draw(page));
    }
    out
}

fn headline(campaign: &CampaignAccount, page: &Page) -> String {
    let (word, role, what) = verdict(campaign);
    let subject = subject(&campaign.scenario, campaign.mutant.as_deref());
    format!("{}  {subject}: {what}\n", page.paint(role, word))
}

fn failure(number: usize, way: &Way, campaign: &CampaignAccount, page: &Page) -> String {
    let mut table = Table::new(&[Align::Left, Align::Left]);
    let mut row = |name: &str, text: String| table.row([name.into(), text.into()]);
    let seeds =
        format!("{} of {}, 1 in {}", count(way.seeds), count(campaign.seeds), count(way.one_in));
    row("seeds", seeds);
    let case =
        |case: &Option<String>| case.as_ref().map_or_else(String::new, |case| format!("  {case}"));
    row("first", format!("seed {}{}", way.first, case(&way.first_case)));
    let events = of(way.events, "event", "events");
    row("smallest", format!("seed {}, {events}{}", way.smallest, case(&way.smallest_case)));
    for guilt in way.faults.iter().filter(|guilt| guilt.tells).take(SUSPECTS) {
        row("fault", suspect(guilt));
    }
    row("says", way.explanation.clone());
    let title = page.paint(Role::Title, &format!("{number}  {}", clean(&name(way))));
    format!("\n{title}\n{}", table.draw(page))
}

/// How many kinds are named with a way.
const SUSPECTS: usize = 3;

fn guilt(guilt: &[Guilt]) -> Table {
    const COLUMNS: [Align; 8] = {
        let mut columns = [Align::Right; 8];
        (columns[0], columns[7]) = (Align::Left, Align::Left);
        columns
    };
    let head = ["faults", "in failing", "", "in holding", "", "times", "by chance"];
    let mut table = Table::new(&COLUMNS).head(&head);
    for Guilt { kind, in_failing, failing, in_holding, holding, ratio, p, tells } in guilt {
        table.row([
            kind.as_str().into(),
            count(*in_failing).into(),
            percent(*in_failing, *failing).into(),
            count(*in_holding).into(),
            percent(*in_holding, *holding).into(),
            format!("{ratio:.1}").into(),
            chance(*p).into(),
            if *tells { Cell::role("goes with failures", Role::Bad) } else { "".into() },
        ]);
    }
    table
}

fn totals(campaign: &CampaignAccount) -> Table {
    let mut table = Table::new(&[Align::Left, Align::Right, Align::Left]).head(&["campaign"]);
    for (name, total, remark) in rows(campaign) {
        table.row([name.into(), total.into(), remark.into()]);
    }
    table
}

fn strategies(campaign: &CampaignAccount) -> Table {
    const COLUMNS: [Align; 4] = [Align::Left, Align::Right, Align::Right, Align::Right];
    let mut table = Table::new(&COLUMNS).head(&["strategies", "runs", "new states", "violated"]);
    for share in &campaign.strategies {
        let [runs, states, violated] = [share.runs, share.states, share.violated].map(count);
        table.row([share.name.as_str().into(), runs.into(), states.into(), violated.into()]);
    }
    table
}

fn curve(curve: &[CurvePoint]) -> Table {
    /// The longest bar.
    const BAR: u128 = 30;
    let mut table = Table::new(&[Align::Left, Align::Right, Align::Left]).head(&["states", "new"]);
    // New states for each seed, as a fraction that is compared without rounding.
    let most = curve.iter().max_by_key(|point| rate_of(point)).map_or(1, rate_of).max(1);
    for point in curve {
        let bar = (rate_of(point) * BAR).div_ceil(most).min(BAR) as usize;
        let name = format!("seeds {}", ranges(&[(point.from, point.to)]));
        table.row([name.into(), count(point.fresh).into(), "#".repeat(bar).into()]);
    }
    table
}

/// New states for each thousand million seeds.
fn rate_of(point: &CurvePoint) -> u128 {
    u128::from(point.fresh) * 1_000_000_000 / u128::from(point.seeds.max(1))
}

fn longest(title: &str, runs: &[LongRun]) -> Table {
    const COLUMNS: [Align; 5] =
        [Align::Left, Align::Right, Align::Right, Align::Right, Align::Left];
    let timed = runs.iter().any(|run| run.wall.is_some());
    let head = [title, "events", "virtual time", "real time"];
    let mut table = Table::new(&COLUMNS).head(if timed { &head } else { &head[..3] });
    for run in runs {
        let mut row: Vec<Cell> = vec![
            format!("seed {}", run.seed).into(),
            count(run.events).into(),
            span(run.virtual_time).into(),
        ];
        row.extend(run.wall.map(|wall| Cell::from(span(wall))));
        table.row(row);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::tests::{held, split, timed};
    use crate::samples;

    #[test]
    fn a_campaign_tells_each_way_to_fail_once_and_the_fault_that_goes_with_it() {
        samples::golden("campaign-violated.txt", &campaign(&split(), &samples::PAGE));
    }

    #[test]
    fn a_campaign_in_which_nothing_broke_says_so_first() {
        samples::golden("campaign-holds.txt", &campaign(&held(), &samples::PAGE));
    }

    #[test]
    fn how_fast_it_was_is_told_where_it_was_written_down() {
        let text = campaign(&timed(), &samples::PAGE);
        assert!(text.contains("seeds a second on one thread"), "{text}");
        assert!(text.contains("slowest"), "{text}");
        assert!(!campaign(&held(), &samples::PAGE).contains("a second"));
    }
}
