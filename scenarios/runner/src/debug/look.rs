//! What is told of a place in a run, as text.

mod account;
mod things;

use std::fmt::Write as _;

use seatrial_history::{TraceEvent, TraceItem, TraceLine};
use seatrial_node::NodeId;

pub(super) use self::account::help;
use super::Debugger;
use super::run::{Being, Run};

/// Lines that are told in passing are cut off here; `where` and `message` tell them whole.
const WIDE: usize = 150;

impl Debugger<'_> {
    /// Where it stands and what happened there.
    pub(super) fn here(&self, whole: bool) -> String {
        let run = self.run();
        let moment = run.moment(self.at);
        let mut out = format!("step {} of {} at {}", self.at, run.end(), moment.time);
        let lines = run.lines(self.at);
        for line in lines {
            let told = (self.words)(&line.what);
            out.push_str("\n  ");
            out.push_str(&if whole { told } else { cut(&told, WIDE) });
        }
        if lines.is_empty() {
            out.push_str(match self.at {
                0 => "\n  nothing has happened yet",
                _ if self.at == run.end() => "\n  the run is over",
                _ => "\n  nothing is told of this step",
            });
        }
        if let Some((judged, _)) = run.violation().filter(|(_, step)| *step == self.at) {
            let _ = write!(out, "\n  !! here {} is violated; `verdict` says how", judged.property);
        }
        for watch in self.watched() {
            let _ = write!(out, "\n{watch}");
        }
        out
    }

    pub(super) fn list(&self, count: usize) -> String {
        let run = self.run();
        let mut out = Vec::new();
        for step in run.stops_around(self.at, count, count) {
            let shown: Vec<&TraceLine> =
                run.lines(*step).iter().filter(|line| !is_status(line)).collect();
            let mark = if *step == self.at { '>' } else { ' ' };
            for (place, line) in shown.iter().enumerate() {
                let (step, time) = match place {
                    0 => (step.to_string(), line.at.time.to_string()),
                    _ => (String::new(), String::new()),
                };
                let told = cut(&(self.words)(&line.what), WIDE);
                out.push(format!("{mark} {step:>6} {time:>14}  {told}"));
            }
        }
        if out.is_empty() { "nothing happens around here".to_owned() } else { out.join("\n") }
    }

    pub(super) fn tell_states(&self, node: Option<NodeId>) -> Result<String, String> {
        let run = self.run();
        let rows = nodes(run, node)?.into_iter().map(|node| {
            let being = match run.being(node, self.at) {
                None => "not started".to_owned(),
                Some((Being::Up(life), _)) => format!("up, life {life}"),
                Some((Being::Down, since)) => format!("down since step {since}"),
                Some((Being::Paused, since)) => format!("stands still since step {since}"),
            };
            let shown = match run.status(node, self.at) {
                Some((status, since)) if since == self.at => {
                    let before = run.status(node, self.at - 1).map(|(status, _)| status);
                    let fields = status.fields().iter().map(|(name, value)| {
                        match before.and_then(|before| before.value(name)).filter(|b| *b != value) {
                            Some(before) => format!("{name}={value} (was {before})"),
                            None => format!("{name}={value}"),
                        }
                    });
                    fields.collect::<Vec<_>>().join(" ")
                }
                Some((status, since)) => format!("{status}  (since step {since})"),
                None => "shows nothing yet".to_owned(),
            };
            format!("{node}  {being:<24}  {shown}")
        });
        Ok(rows.collect::<Vec<_>>().join("\n"))
    }
}

fn is_status(line: &TraceLine) -> bool {
    matches!(line.what, TraceItem::Event(TraceEvent::Status { .. }))
}

/// The node that is meant, or all.
fn nodes(run: &Run, node: Option<NodeId>) -> Result<Vec<NodeId>, String> {
    match node {
        None => Ok(run.nodes.clone()),
        Some(node) if run.nodes.contains(&node) => Ok(vec![node]),
        Some(node) => {
            let known: Vec<String> = run.nodes.iter().map(ToString::to_string).collect();
            Err(format!("there is no {node}; there is {}", known.join(", ")))
        }
    }
}

/// A text in one line, cut off where it is too long.
fn cut(text: &str, width: usize) -> String {
    let line = text.replace('\n', " ");
    match line.char_indices().nth(width) {
        None => line,
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}
