//! What may have caused the failure as a graph in Graphviz's language: an act a box, in the order in which things came about.

use std::collections::BTreeMap;
use std::fmt::Write;

use seatrial_history::{Endpoint, TraceEvent};

use super::Run;
use super::cone::{Cone, cone};
use crate::acts::{brief, sentence};
use crate::page::clean;
use crate::trace::clock;

/// How many acts are drawn at most: beyond that a picture shows nothing, and Graphviz takes minutes for it.
const MOST: usize = 80;

/// A label's longest line; the whole text is in the tooltip.
const WIDE: usize = 60;

/// The graph.
pub(super) fn run(run: &Run) -> String {
    draw(run, MOST)
}

fn draw(run: &Run, most: usize) -> String {
    let cone = cone(run, most);
    let mut out = String::from("digraph seatrial {\n");
    let left_out = match cone.of - cone.acts.len() {
        0 => String::new(),
        _ => cone.caption(cone.acts.len(), cone.of) + "; dashed, where some are left out",
    };
    let title = [run.title(), run.account.replay.clone(), left_out];
    let title: Vec<String> =
        title.iter().filter(|line| !line.is_empty()).map(|l| quote(l)).collect();
    let _ =
        writeln!(out, "  label=\"{}\"; labelloc=t; fontname=\"sans-serif\";", title.join("\\n"));
    out.push_str("  node [shape=box, style=filled, fillcolor=white, fontname=\"sans-serif\", fontsize=10];\n");
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=9];\n");
    let mut lanes: BTreeMap<Option<Endpoint>, Vec<usize>> = BTreeMap::new();
    for act in &cone.acts {
        lanes.entry(run.acts.all[*act].who).or_default().push(*act);
    }
    for (who, acts) in &lanes {
        let name = who.map_or_else(|| "network".to_owned(), |who| who.to_string());
        let _ = writeln!(out, "  subgraph cluster_{name} {{\n    label=\"{name}\"; color=grey;");
        for act in acts {
            let _ = writeln!(out, "    {}", boxed(run, &cone, *act));
        }
        out.push_str("  }\n");
    }
    for act in &cone.acts {
        edges(run, &cone, *act, &mut out);
    }
    out.push_str("}\n");
    out
}

fn boxed(run: &Run, cone: &Cone, act: usize) -> String {
    let told = &run.acts.all[act];
    let at = format!("step {}, {}", told.at.step, clock(told.at.time));
    let mut what: String = clean(&brief(told, run.trace));
    if what.chars().count() > WIDE {
        what = what.chars().take(WIDE - 1).chain(['…']).collect();
    }
    let look = match (cone.end == Some(act), cone.matter.contains(&act)) {
        (true, _) => ", fillcolor=\"#f4b6b6\", color=\"#b00020\", penwidth=2",
        (_, true) => ", fillcolor=\"#fdeeb5\"",
        _ => "",
    };
    let whole = quote(&sentence(told, run.trace));
    format!("a{act} [label=\"{}\\n{}\", tooltip=\"{whole}\"{look}];", quote(&at), quote(&what))
}

/// What came before at the same place, and who sent what is handled.
fn edges(run: &Run, cone: &Cone, act: usize, out: &mut String) {
    let all = &run.acts.all;
    let is_shown = |act: &usize| cone.acts.binary_search(act).is_ok();
    let mut before = all[act].before;
    let direct = before;
    while let Some(skipped) = before.filter(|act| !is_shown(act)) {
        before = all[skipped].before;
    }
    if let Some(before) = before {
        let style = if direct == Some(before) { "solid" } else { "dashed" };
        let _ = writeln!(out, "  a{before} -> a{act} [style={style}, color=grey, weight=4];");
    }
    if let Some(sender) = all[act].sender.filter(is_shown) {
        let id = run.events(act).find_map(|event| match event {
            TraceEvent::Deliver { id, .. } | TraceEvent::Drop { id, .. } => Some(*id),
            _ => None,
        });
        let label = id.map_or_else(String::new, |id| format!(" [label=\"#{id}\"]"));
        let _ = writeln!(out, "  a{sender} -> a{act}{label};");
    }
}

/// A text within quotation marks. A backslash would begin an escape of Graphviz's own.
fn quote(text: &str) -> String {
    clean(text).replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::Acts;
    use crate::samples;

    fn of_story(most: usize) -> String {
        let (account, trace) = (samples::two_leaders(), samples::story());
        let acts = Acts::of(&trace);
        draw(&Run { account: &account, trace: &trace, acts: &acts }, most)
    }

    #[test]
    fn the_causes_of_two_leaders_are_a_graph() {
        let text = of_story(MOST);
        assert!(!text.contains("-x"), "a lost copy is no cause: {text}");
        assert!(!text.contains("dashed"), "nothing is left out: {text}");
        samples::golden("story.dot", &text);
    }

    #[test]
    fn an_arrow_stands_between_acts_that_are_drawn_and_is_dashed_over_others() {
        for most in 1..20 {
            let text = of_story(most);
            for edge in text.lines().filter(|line| line.contains(" -> ")) {
                let words = edge.trim().split([' ', ';', '[']);
                let ends = words.filter(|word| word.starts_with('a') && word.len() < 4);
                let boxed = |end: &str| text.contains(&format!("    {end} [label="));
                assert_eq!(ends.filter(|end| boxed(end)).count(), 2, "{edge} in {text}");
            }
            assert_eq!(text.matches("tooltip=").count(), most.min(13), "{text}");
        }
        let few = of_story(8);
        assert!(
            few.contains("8 of 13 acts: those that matter") && few.contains("=dashed"),
            "{few}"
        );
    }

    #[test]
    fn a_text_from_outside_ends_no_label() {
        assert_eq!(quote("a \"b\" \\n\n"), "a \\\"b\\\" \\\\n\\\\n");
    }
}
