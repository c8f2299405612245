//! A schedule as a space-time diagram: a lane for each node and client, time down, a row for each step.

use std::collections::BTreeSet;

use maud::{Markup, html};

/// One step, as much of it as is drawn.
enum Act<'a> {
    /// Something arrives.
    Arrow { from: &'a str, to: &'a str, says: String },
    /// Something happens at one place.
    Here { place: &'a str, says: String, is_crash: bool },
    /// Something happens everywhere.
    All { says: &'a str },
}

const LANE: usize = 150;
const ROW: usize = 26;
const LEFT: usize = 90;
const TOP: usize = 34;

/// Draws the steps of a schedule, which are lines as case files have them.
pub(super) fn picture(steps: &[String]) -> Markup {
    let acts: Vec<Act<'_>> = steps.iter().map(|step| act(step)).collect();
    let lanes = lanes(&acts);
    let x = |name: &str| LEFT + lanes.iter().position(|lane| *lane == name).unwrap_or(0) * LANE;
    let y = |row: usize| TOP + (row + 1) * ROW;
    let (width, height) = (LEFT + lanes.len() * LANE, y(acts.len()));
    html! {
        svg viewBox=(format!("0 0 {width} {height}")) width=(width) height=(height) role="img" aria-label="the steps of the run" {
            @for lane in &lanes {
                text x=(x(lane)) y="18" text-anchor="middle" { (lane) }
                line class="lane" x1=(x(lane)) x2=(x(lane)) y1="26" y2=(height) {}
            }
            @for (row, act) in acts.iter().enumerate() {
                text class="number" x="4" y=(y(row) + 4) { (row + 1) }
                @match act {
                    Act::Arrow { from, to, says } => { (arrow(x(from), x(to), y(row), says)) }
                    Act::Here { place, says, is_crash } => { (mark(x(place), y(row), says, *is_crash)) }
                    Act::All { says } => { text x=(LEFT) y=(y(row) + 4) { (says) } }
                }
            }
        }
    }
}

fn arrow(from: usize, to: usize, y: usize, says: &str) -> Markup {
    let (tip, back) = if from < to { (to, to.saturating_sub(8)) } else { (to, to + 8) };
    html! {
        line class="arrow" x1=(from) x2=(tip) y1=(y) y2=(y) {}
        polygon class="head" points=(format!("{tip},{y} {back},{} {back},{}", y - 4, y + 4)) {}
        text x=(from.midpoint(to)) y=(y - 4) text-anchor="middle" { (says) }
    }
}

fn mark(x: usize, y: usize, says: &str, is_crash: bool) -> Markup {
    html! {
        @if is_crash {
            path class="crash" d=(format!("M{} {} l10 10 m0 -10 l-10 10", x - 5, y - 5)) {}
        } @else {
            circle class="dot" cx=(x) cy=(y) r="4" {}
        }
        text x=(x + 10) y=(y + 4) { (says) }
    }
}

fn act(step: &str) -> Act<'_> {
    let mut words = step.split_whitespace();
    let words: Vec<&str> = words.by_ref().collect();
    let rest = |from: usize| words.get(from..).unwrap_or_default().join(" ");
    match words.as_slice() {
        ["again", from, "->", to, ..] => {
            Act::Arrow { from, to, says: format!("{} (a copy)", rest(4)) }
        }
        [from, "->", to, ..] if from == to => {
            let says = format!("{} to itself", rest(3)).trim().to_owned();
            Act::Here { place: from, says, is_crash: false }
        }
        [from, "->", to, ..] => Act::Arrow { from, to, says: rest(3) },
        ["crash", node, ..] => {
            let says = ["crash", &rest(2)].join(" ");
            Act::Here { place: node, says, is_crash: true }
        }
        ["restart", node] => Act::Here { place: node, says: "restart".into(), is_crash: false },
        [place, "timer" | "disk" | "wakes", ..] => {
            Act::Here { place, says: rest(1), is_crash: false }
        }
        _ => Act::All { says: step },
    }
}

/// Clients stand right of nodes, and each in the order of its number.
fn lanes<'a>(acts: &[Act<'a>]) -> Vec<&'a str> {
    let mut lanes: BTreeSet<(bool, usize, &str)> = BTreeSet::new();
    for act in acts {
        let names: &[&str] = match act {
            Act::Arrow { from, to, .. } => &[from, to],
            Act::Here { place, .. } => &[place],
            Act::All { .. } => &[],
        };
        lanes.extend(names.iter().map(|name| (name.starts_with('c'), name.len(), *name)));
    }
    lanes.into_iter().map(|(.., name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(steps: &[&str]) -> String {
        let steps: Vec<String> = steps.iter().map(|step| (*step).to_owned()).collect();
        picture(&steps).into_string()
    }

    #[test]
    fn every_kind_of_step_is_drawn_where_it_happens() {
        let svg = drawn(&[
            "c0 wakes",
            "c0 -> n10",
            "n10 timer Election",
            "n10 -> n2 Vote #2",
            "again n10 -> n2 Vote",
            "n2 disk",
            "crash n2 losing writes",
            "restart n2",
            "n2 -> n2 Say",
            "heal",
        ]);
        let lane = |name: &str| svg.find(&format!(">{name}</text>")).expect(name);
        assert!(lane("n2") < lane("n10") && lane("n10") < lane("c0"), "{svg}");
        for said in [
            "wakes",
            "timer Election",
            "Vote #2",
            "Vote (a copy)",
            "crash losing writes",
            "restart",
            "Say to itself",
            "heal",
        ] {
            assert!(svg.contains(&format!(">{said}</text>")), "{said}: {svg}");
        }
        assert_eq!(svg.matches("class=\"crash\"").count(), 1);
        assert_eq!(svg.matches("class=\"arrow\"").count(), 3);
    }
}
