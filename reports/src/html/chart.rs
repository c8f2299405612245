//! The curve of new abstract states as a picture: a column for each stretch of seeds, and a line for all that are known by then.

use maud::{Markup, html};

use crate::campaign::CurvePoint;
use crate::numbers::{count, of, ranges};

const WIDTH: u64 = 900;
const HEIGHT: u64 = 200;
const TOP: u64 = 24;
const GAP: u64 = 3;

/// Draws the curve.
pub(super) fn curve(curve: &[CurvePoint]) -> Markup {
    let points = curve.len().max(1) as u64;
    let most = curve.iter().map(|point| point.fresh).max().unwrap_or_default().max(1);
    let all = curve.iter().map(|point| point.fresh).sum::<u64>().max(1);
    let x = |at: usize| at as u64 * WIDTH / points;
    let high = |part: u64, whole: u64| scaled(part, whole);
    let mut known = 0;
    let line: Vec<String> = curve
        .iter()
        .enumerate()
        .map(|(at, point)| {
            known += point.fresh;
            format!("{},{}", x(at + 1), TOP + HEIGHT - high(known, all))
        })
        .collect();
    let ends = (curve.first(), curve.last());
    html! {
        svg.curve viewBox=(format!("0 0 {WIDTH} {}", HEIGHT + TOP + 24)) role="img" aria-label="new abstract states as seeds went on" {
            @for (at, point) in curve.iter().enumerate() {
                rect class="column" x=(x(at)) y=(TOP + HEIGHT - high(point.fresh, most))
                    width=((x(at + 1) - x(at)).saturating_sub(GAP).max(1)) height=(high(point.fresh, most)) {
                    title { "seeds " (ranges(&[(point.from, point.to)])) ": " (of(point.fresh, "new state", "new states")) }
                }
            }
            line class="lane" x1="0" x2=(WIDTH) y1=(TOP + HEIGHT) y2=(TOP + HEIGHT) {}
            polyline class="known" points=(format!("0,{} {}", TOP + HEIGHT, line.join(" "))) {}
            text x="0" y="14" { "new, at most " (count(most)) }
            text class="end" x=(WIDTH) y="14" { "known, in the end " (count(all)) }
            @if let (Some(first), Some(last)) = ends {
                text x="0" y=(TOP + HEIGHT + 18) { "seed " (first.from) }
                text class="end" x=(WIDTH) y=(TOP + HEIGHT + 18) { "seed " (last.to) }
            }
        }
    }
}

/// How high a part stands.
fn scaled(part: u64, whole: u64) -> u64 {
    (u128::from(part) * u128::from(HEIGHT) / u128::from(whole.max(1))) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_high_as_what_was_new_and_the_line_ends_at_the_top() {
        let point = |from, fresh| CurvePoint { from, to: from + 9, seeds: 10, fresh };
        let svg = curve(&[point(0, 60), point(10, 30), point(20, 0)]).into_string();
        for said in [
            "height=\"200\"",
            "height=\"100\"",
            "height=\"0\"",
            "points=\"0,224 300,91 600,24 900,24\"",
            "seeds 10 to 19: 30 new states",
            ">known, in the end 90</text>",
            ">seed 29</text>",
        ] {
            assert!(svg.contains(said), "{said}: {svg}");
        }
    }

    #[test]
    fn a_curve_of_nothing_is_drawn_as_nothing() {
        assert_eq!(curve(&[]).into_string().matches("<rect").count(), 0);
    }
}
