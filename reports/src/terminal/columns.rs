//! The acts before a failure, one a line, beside what every node showed then: a column a node, as TigerBeetle's VOPR has it, so that a
//! glance down a column is that node's story.

mod cells;

use std::collections::BTreeMap;
use std::sync::Arc;

use seatrial_history::{Endpoint, FaultTurn, Moment, TraceEvent, TraceItem, TraceLine};
use seatrial_node::{NodeId, Status};

use self::cells::Cells;
use crate::acts::{Acts, brief, presence};
use crate::page::{Page, Role, columns};
use crate::trace::clock;

/// Columns of a line that are kept for what happened.
const EVENT: usize = 44;
/// Columns of step and time.
const PLACE: usize = 22;

/// How things stood after one act.
struct Row {
    act: usize,
    nodes: BTreeMap<NodeId, Standing>,
    /// Faults of the network that were on.
    faults: Vec<u32>,
}

/// One node: whether it is there, and what it showed last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    absent: Option<&'static str>,
    shows: Arc<Status>,
}

/// The last acts up to a moment, or of the whole trace, and what each node showed.
pub(super) fn draw(
    acts: &Acts,
    trace: &[TraceLine],
    until: Option<Moment>,
    count: usize,
    page: &Page,
) -> String {
    let rows = rows(acts, trace, until, count);
    let Some(last) = rows.last() else {
        return String::new();
    };
    let place = match until {
        Some(until) => format!("up to {until}"),
        None => "of the run".to_owned(),
    };
    let mut out = page.title(&format!("the last {} events {place}, a column a node", rows.len()));
    let room = page.width.saturating_sub(PLACE + EVENT);
    let nodes: Vec<NodeId> = last.nodes.keys().copied().collect();
    let cells = Cells::fitting(rows.iter().map(|row| &row.nodes), nodes.len(), room);
    out.push_str(&cells.legend(page));
    let bands = bands(&rows);
    let head: Vec<String> =
        nodes.iter().map(|node| format!("{:<1$}", node.to_string(), cells.width)).collect();
    let head =
        format!("   step          time {:bands$} {}  event", "", head.join(" "), bands = bands);
    out.push_str(&format!("{}\n", page.paint(Role::Title, &head)));
    let mut former: BTreeMap<NodeId, String> = BTreeMap::new();
    for row in &rows {
        out.push_str(&drawn(row, (acts, trace), (&cells, &nodes, bands), &mut former, page));
    }
    out
}

/// How many faults of the network were on at once, at most.
fn bands(rows: &[Row]) -> usize {
    rows.iter().map(|row| row.faults.len()).max().unwrap_or_default().min(4)
}

fn drawn(
    row: &Row,
    (acts, trace): (&Acts, &[TraceLine]),
    (cells, nodes, bands): (&Cells, &[NodeId], usize),
    former: &mut BTreeMap<NodeId, String>,
    page: &Page,
) -> String {
    let act = &acts.all[row.act];
    let mut line = String::new();
    for node in nodes {
        let cell = row.nodes.get(node).map_or_else(String::new, |standing| cells.cell(standing));
        let acts_now = act.who == Some(Endpoint::Node(*node)) && !act.is_loss;
        let is_news = former.get(node) != Some(&cell);
        let shown = if acts_now || is_news { cell.as_str() } else { "." };
        let gap = " ".repeat(cells.width.saturating_sub(columns(shown)) + 1);
        let role = match (acts_now, is_news) {
            (true, _) => Role::Title,
            (false, true) => Role::Plain,
            (false, false) => Role::Faint,
        };
        line.push_str(&format!("{}{gap}", page.paint(role, shown)));
        former.insert(*node, cell);
    }
    // Colours take no columns; each node has a cell and a gap.
    let begins = PLACE + bands + 2 + nodes.len() * (cells.width + 1);
    let at = format!("{:>7} {:>13}", act.at.step, clock(act.at.time));
    let band = format!("{:<bands$}", "|".repeat(row.faults.len().min(bands)));
    let is_fault = act
        .lines
        .iter()
        .any(|line| matches!(trace[*line].what, TraceItem::Event(TraceEvent::Fault { .. })));
    let role = match (is_fault, act.is_loss) {
        (true, _) => Role::Unsure,
        (false, true) => Role::Faint,
        (false, false) => Role::Plain,
    };
    let event = page.paint(role, &page.cut(&brief(act, trace), begins));
    format!("{} {} {line} {event}\n", page.paint(Role::Faint, &at), page.paint(Role::Unsure, &band))
}

/// The last acts, and how things stood after each.
fn rows(acts: &Acts, trace: &[TraceLine], until: Option<Moment>, count: usize) -> Vec<Row> {
    let end = match until {
        Some(until) => acts.at_step(until.step).end,
        None => acts.all.len(),
    };
    let from = end.saturating_sub(count);
    let mut nodes: BTreeMap<NodeId, Standing> = BTreeMap::new();
    let mut faults: Vec<u32> = Vec::new();
    let mut rows = Vec::new();
    for (index, act) in acts.all[..end].iter().enumerate() {
        for line in &act.lines {
            follow(&trace[*line].what, &mut nodes, &mut faults);
        }
        if index >= from {
            rows.push(Row { act: index, nodes: nodes.clone(), faults: faults.clone() });
        }
    }
    rows
}

fn follow(what: &TraceItem, nodes: &mut BTreeMap<NodeId, Standing>, faults: &mut Vec<u32>) {
    match what {
        TraceItem::Event(TraceEvent::Status { node, status }) => {
            nodes.entry(*node).or_default().shows = status.clone();
        }
        TraceItem::Fact(node, fact) => {
            if let Some(presence) = presence(fact) {
                let absent = Some(presence).filter(|presence| *presence != "up");
                nodes.entry(*node).or_default().absent = absent;
            }
        }
        TraceItem::Event(TraceEvent::Fault { node: None, turn, .. }) => match turn {
            FaultTurn::Begins(fault) => faults.push(*fault),
            FaultTurn::Ends(fault) => faults.retain(|other| other != fault),
            FaultTurn::Heals => faults.clear(),
            FaultTurn::Once => {}
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn page(width: usize) -> Page {
        Page { width, ..samples::PAGE }
    }

    #[test]
    fn a_column_tells_a_nodes_story_and_says_nothing_twice() {
        let trace = samples::story();
        let acts = Acts::of(&trace);
        let text = draw(&acts, &trace, None, 30, &page(110));
        samples::golden("columns.txt", &text);
    }

    #[test]
    fn a_narrow_page_shows_fewer_values_and_says_which() {
        let trace = samples::story();
        let acts = Acts::of(&trace);
        let legend = |width| {
            let text = draw(&acts, &trace, None, 30, &page(width));
            text.lines().find(|line| line.contains("shows")).map(str::to_owned)
        };
        assert_eq!(
            legend(110).as_deref(),
            Some("  a node shows role/term/commit: c candidate, f follower, l leader")
        );
        assert_eq!(
            legend(70).as_deref(),
            Some("  a node shows role: c candidate, f follower, l leader")
        );
    }

    #[test]
    fn the_end_of_a_log_is_shown_as_index_and_term() {
        let mut trace = samples::story();
        let mut shown = 0;
        for line in &mut trace {
            if let TraceItem::Event(TraceEvent::Status { status, .. }) = &mut line.what {
                shown += 1;
                let grown = Status::clone(status).with("last", shown).with("last_term", 3);
                *status = Arc::new(grown.with("applied", shown));
            }
        }
        let text = draw(&Acts::of(&trace), &trace, None, 30, &page(130));
        assert!(text.contains("a node shows role/term/commit/last@term/applied: "), "{text}");
        assert!(text.contains(&format!("/{shown}@3/{shown}")), "{text}");
    }

    #[test]
    fn only_what_is_before_the_moment_is_shown() {
        let trace = samples::story();
        let acts = Acts::of(&trace);
        let until = Moment { step: 3, ..Moment::default() };
        let text = draw(&acts, &trace, Some(until), 2, &page(110));
        let steps: Vec<_> =
            text.lines().filter_map(|line| line.split_whitespace().next()).collect();
        assert_eq!(steps[steps.len() - 2..], ["2", "3"], "{text}");
        assert_eq!(draw(&acts, &[], Some(Moment::default()), 2, &page(110)), "");
    }
}
