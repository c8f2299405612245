//! A run as a sequence diagram in Mermaid's language, for a pull request: whole, as a shrunk case is wanted, where Mermaid takes that; of
//! a longer run, in few lines, the acts that may have caused the failure and are nearest to it.

mod lines;

use std::collections::BTreeSet;

use seatrial_history::Endpoint;

use self::lines::{escape, of_act, over, speakers};
use super::Run;
use super::cone::cone;
use crate::numbers;

/// What Mermaid takes, unless a page has set it otherwise: characters (its `maxTextSize`), and arrows (its `maxEdges`).
const TAKES: (usize, usize) = (50_000, 500);

/// How many lines a diagram has at most that leaves something out.
const MOST: usize = 60;

/// The diagram.
pub(super) fn run(run: &Run) -> String {
    let whole: Vec<usize> = (0..run.acts.all.len()).collect();
    let diagram = draw(run, &whole, None);
    if is_taken(&diagram) {
        return diagram;
    }
    let fits = |most: usize| {
        let (shown, caption) = shown(run, most);
        Some(draw(run, &shown, Some(&caption))).filter(|text| text.lines().count() <= MOST)
    };
    (1..MOST).rev().find_map(fits).unwrap_or_else(|| draw(run, &shown(run, 1).0, None))
}

/// Whether Mermaid draws it. Bytes are at least as many as what Mermaid counts.
fn is_taken(diagram: &str) -> bool {
    let arrows = diagram.lines().filter(|line| line.contains("->>") || line.contains("-x"));
    diagram.len() <= TAKES.0 && arrows.count() <= TAKES.1
}

/// At most so many acts of the failure's causal cone, with the messages that those sent and that were lost; and what is said of it.
fn shown(run: &Run, most: usize) -> (Vec<usize>, String) {
    let cone = cone(run, most);
    let mut shown: BTreeSet<usize> = cone.acts.iter().copied().collect();
    let sent_by = |act: &&usize| {
        let act = &run.acts.all[**act];
        act.is_loss && act.sender.is_some_and(|by| cone.acts.binary_search(&by).is_ok())
    };
    let all: Vec<usize> = (0..run.acts.all.len()).collect();
    shown.extend(all.iter().rev().filter(sent_by).take(most));
    let (of, count) = (run.acts.all.len(), shown.len());
    let left_out = numbers::count((of - count) as u64);
    let caption = format!("{}; {left_out} are left out", cone.caption(count, of));
    (shown.into_iter().collect(), caption)
}

fn draw(run: &Run, acts: &[usize], left_out: Option<&str>) -> String {
    let everybody: BTreeSet<Endpoint> = acts.iter().flat_map(|act| speakers(run, *act)).collect();
    let all = everybody.first().zip(everybody.last()).map(|(first, last)| over(*first, *last));
    let mut out = format!("sequenceDiagram\n    %% {}\n", escape(&run.account.replay));
    let mut line = |text: &str| out.push_str(&format!("    {text}\n"));
    line(&format!("title {}", escape(&run.title())));
    for who in &everybody {
        line(&format!(
            "{} {who}",
            match who {
                Endpoint::Node(_) => "participant",
                Endpoint::Client(_) => "actor",
            }
        ));
    }
    if let (Some(left_out), Some(all)) = (left_out, &all) {
        line(&format!("Note over {all}: {}", wrapped(left_out)));
    }
    for act in acts {
        for said in of_act(run, *act, all.as_deref()) {
            line(&said);
        }
    }
    if let (Some(violation), Some(all)) = (run.account.first_violation(), &all) {
        line(&format!("Note over {all}: {}", wrapped(&violation.explanation)));
    }
    out
}

/// A text of any length.
fn wrapped(text: &str) -> String {
    let lines = textwrap::wrap(text, 80);
    lines.iter().map(|line| escape(line)).collect::<Vec<_>>().join("<br/>")
}

#[cfg(test)]
mod tests {
    use seatrial_history::{Account, DropCause, TraceEvent, TraceItem, TraceLine, Verdict};
    use seatrial_node::NodeId;

    use super::*;
    use crate::acts::Acts;
    use crate::samples;

    fn drawn(account: &Account, trace: &[TraceLine]) -> String {
        let acts = Acts::of(trace);
        run(&Run { account, trace, acts: &acts })
    }

    /// What the grammar of a sequence diagram asks of a line: `Note over WHO: TEXT`, `A->>B: TEXT`, `A-xB: TEXT` of participants that
    /// were named before, and no `;` or `#` that begins no entity.
    fn parse(text: &str) {
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("sequenceDiagram"));
        let mut known = BTreeSet::new();
        for line in lines.map(str::trim) {
            let (head, said) = line.split_once(": ").unwrap_or((line, ""));
            if head.starts_with("%%") || head.starts_with("title ") {
                continue;
            } else if let Some((_, who)) =
                head.split_once("participant ").or_else(|| head.split_once("actor "))
            {
                assert!(known.insert(who.to_owned()), "{line}");
                continue;
            }
            let who: Vec<&str> = match head.strip_prefix("Note over ") {
                Some(who) => who.split(',').collect(),
                None => {
                    let ends = head.split_once("->>").or_else(|| head.split_once("-x"));
                    let (from, to) = ends.unwrap_or_else(|| panic!("{line}"));
                    vec![from, to]
                }
            };
            assert!(who.iter().all(|who| known.contains(*who)), "{line}");
            assert!(!said.is_empty(), "{line}");
            let plain = said.replace("#35;", "").replace("#59;", "").replace("#lt;", "");
            let plain = plain.replace("#gt;", "").replace("#37;", "").replace("#quot;", "");
            assert!(!plain.contains(['#', ';', '%']), "{line}");
        }
    }

    #[test]
    fn a_node_that_loses_all_that_it_sends_fits_too() {
        let mut trace = samples::story();
        let lost = trace.iter().position(|line| line.at.step == 3).expect("an election");
        for id in 100..200 {
            let (from, to) = (Endpoint::Node(NodeId(1)), Endpoint::Node(NodeId(id as u32)));
            let event = |event| TraceLine { at: trace[lost].at, what: TraceItem::Event(event) };
            let send = event(TraceEvent::Send { id, from, to, text: "Data".into() });
            let drop =
                event(TraceEvent::Drop { id, from, to, cause: DropCause::NoReceiver, fault: None });
            trace.splice(lost + 1..lost + 1, [send, drop]);
        }
        let text = drawn(&samples::two_leaders(), &trace);
        parse(&text);
        assert!(text.lines().count() <= MOST && text.contains("93 more are lost"), "{text}");
    }

    #[test]
    fn a_short_run_is_drawn_whole() {
        let text = drawn(&samples::two_leaders(), &samples::story());
        parse(&text);
        assert!(text.contains("n1-xn2: ") && text.contains("n1-xn0: "), "{text}");
        assert!(!text.contains(" acts: "), "nothing is left out");
        samples::golden("story.mmd", &text);
    }

    /// The story again and again.
    fn rounds(count: u64) -> Vec<TraceLine> {
        let round = |round| {
            samples::story().into_iter().map(move |mut line: TraceLine| {
                line.at.step += round * 14;
                line
            })
        };
        (0..count).flat_map(round).collect()
    }

    #[test]
    fn a_run_is_drawn_whole_as_long_as_mermaid_takes_it() {
        let whole = drawn(&samples::two_leaders(), &rounds(20));
        parse(&whole);
        assert!(whole.lines().count() > 4 * MOST && is_taken(&whole), "{whole}");
        assert!(!whole.contains("left out"), "{whole}");
        let story = drawn(&samples::two_leaders(), &samples::story());
        let arrows = |text: &str| text.matches("->>").count();
        assert_eq!(arrows(&whole), 20 * arrows(&story));
    }

    #[test]
    fn of_a_long_run_what_is_nearest_to_the_failure_is_drawn_and_the_rest_is_counted() {
        let trace = rounds(200);
        let mut account = samples::two_leaders();
        let judged = &mut account.judgements[0].verdict;
        if let Verdict::Violated(violation) = judged {
            violation.evidence.clear();
            violation.at = Some(samples::moment(199 * 14 + 13, 0));
        }
        let text = drawn(&account, &trace);
        parse(&text);
        let lines = text.lines().count();
        assert!((40..=MOST).contains(&lines), "{lines}: {text}");
        let left_out = text.split(" of 3,200 acts: ").collect::<Vec<_>>();
        let shown: u64 =
            left_out[0].rsplit(' ').next().and_then(|n| n.parse().ok()).expect("a number");
        let said = format!("; {} are<br/>left out", numbers::count(3_200 - shown));
        let plain = left_out[1].replace("#59;", ";").replace("<br/>", " ");
        assert!(plain.contains(&said.replace("<br/>", " ")), "{text}");
        assert!(text.contains("n0->>n2: Vote { term: 1, granted: true }"), "{text}");
    }
}
