//! A run as a log that ShiViz draws (Beschastnikh et al. 2016): two lines an act, what happened, then who did it and its vector clock.
//!
//! The first line of a file is the expression that finds the acts, the second the one that parts two runs; both are as ShiViz has them
//! where nothing is said. What nobody did, a message lost on its way or a fault of the network, is an act of `network`.

use std::collections::BTreeMap;

use seatrial_history::Endpoint;

use super::Run;
use crate::acts::{Act, sentence};
use crate::page::clean;
use crate::trace::clock;

const EVENT: &str = r"(?<event>.*)\n(?<host>\S*) (?<clock>{.*})";
const DELIMITER: &str = "=== (?<trace>.*) ===";

/// A log of one run.
pub(super) fn run(run: &Run) -> String {
    format!("{EVENT}\n\n{}", log(run))
}

/// A log of two runs, which ShiViz holds against each other.
pub fn shiviz_pair(runs: [(&str, Run); 2]) -> String {
    let mut out = format!("{EVENT}\n{DELIMITER}\n");
    for (nth, (name, run)) in runs.iter().enumerate() {
        // Of two runs of one name ShiViz would show one.
        let label = text(&format!("{}: {name}, {}", nth + 1, run.title()));
        out.push_str(&format!("=== {label} ===\n{}", log(run)));
    }
    out
}

fn log(run: &Run) -> String {
    let hosts = hosts(run);
    let mut clocks: Vec<Vec<u64>> = Vec::with_capacity(run.acts.all.len());
    let mut latest = vec![vec![0; hosts.len()]; hosts.len()];
    let mut out = String::new();
    for act in &run.acts.all {
        let host = hosts[&place(act)];
        let mut now = latest[host].clone();
        if let Some(sender) = act.sender {
            for (now, sent) in now.iter_mut().zip(&clocks[sender]) {
                *now = (*now).max(*sent);
            }
        }
        now[host] += 1;
        latest[host].clone_from(&now);
        let told = text(&sentence(act, run.trace));
        let at = format!("step {} at {}", act.at.step, clock(act.at.time));
        out.push_str(&format!("{told} ({at})\n{} {}\n", name(place(act)), vector(&hosts, &now)));
        clocks.push(now);
    }
    out
}

/// Whose act it is; nobody's is the network's.
const fn place(act: &Act) -> Option<Endpoint> {
    match act.is_loss {
        true => None,
        false => act.who,
    }
}

fn name(place: Option<Endpoint>) -> String {
    place.map_or_else(|| "network".to_owned(), |who| who.to_string())
}

/// Everybody who did something, and the place of each in a vector.
fn hosts(run: &Run) -> BTreeMap<Option<Endpoint>, usize> {
    let mut hosts: BTreeMap<_, _> = run.acts.all.iter().map(|act| (place(act), 0)).collect();
    for (nth, host) in hosts.values_mut().enumerate() {
        *host = nth;
    }
    hosts
}

/// A clock as JSON, without the components that are zero.
fn vector(hosts: &BTreeMap<Option<Endpoint>, usize>, clock: &[u64]) -> String {
    let known = hosts.iter().filter(|(_, host)| clock[**host] > 0);
    let parts = known.map(|(who, host)| format!("\"{}\":{}", name(*who), clock[*host]));
    format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
}

/// A line of text that is neither broken nor taken for the border between two runs.
fn text(text: &str) -> String {
    clean(text).replace("===", "==")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::Acts;
    use crate::samples;

    type Clock = BTreeMap<String, u64>;

    /// What ShiViz reads: events with host and clock, by its own expression.
    fn read(log: &str) -> Vec<(String, String, Clock)> {
        let lines: Vec<&str> = log.lines().collect();
        assert_eq!(lines.len() % 2, 0, "two lines an event");
        let event = |pair: &[&str]| {
            let (host, clock) = pair[1].split_once(' ').expect("host and clock");
            let clock: Clock = serde_json::from_str(clock).expect("a clock is JSON");
            (pair[0].to_owned(), host.to_owned(), clock)
        };
        lines.chunks(2).map(event).collect()
    }

    fn with_story<T>(then: impl FnOnce(&Run) -> T) -> T {
        let (account, trace) = (samples::two_leaders(), samples::story());
        let acts = Acts::of(&trace);
        then(&Run { account: &account, trace: &trace, acts: &acts })
    }

    #[test]
    fn every_act_counts_itself_and_knows_what_its_cause_knew() {
        with_story(|story| {
            let text = run(story);
            let log = text.strip_prefix(&format!("{EVENT}\n\n")).expect("the two lines first");
            let events = read(log);
            assert_eq!(events.len(), story.acts.all.len());
            let mut counted = Clock::new();
            for ((event, host, clock), act) in events.iter().zip(&story.acts.all) {
                let own = counted.entry(host.clone()).or_insert(0);
                *own += 1;
                assert_eq!(clock[host], *own, "{event}");
                let causes = [act.before.filter(|_| !act.is_loss), act.sender];
                for cause in causes.into_iter().flatten() {
                    let (before, _, known) = &events[cause];
                    for (who, count) in known {
                        assert!(clock.get(who) >= Some(count), "{event} after {before}");
                    }
                }
                assert!(clock.values().all(|count| *count > 0), "{event}");
            }
        });
    }

    #[test]
    fn acts_that_know_nothing_of_each_other_have_clocks_that_are_not_ordered() {
        with_story(|story| {
            let text = run(story);
            let events = read(text.splitn(3, '\n').nth(2).expect("the log"));
            let clock = |beginning: &str| {
                let found = events.iter().find(|(event, ..)| event.starts_with(beginning));
                &found.expect(beginning).2
            };
            let (first, second) = (clock("n0 => n1"), clock("n0 => n2"));
            assert!(first["n1"] > second.get("n1").copied().unwrap_or(0));
            assert!(second["n2"] > first.get("n2").copied().unwrap_or(0));
            samples::golden("story.shiviz", &text);
        });
    }

    #[test]
    fn two_runs_are_parted_by_a_line_that_no_event_looks_like() {
        with_story(|story| {
            let text = shiviz_pair([("a.case", *story), ("a.case", *story)]);
            let mut lines = text.lines();
            assert_eq!((lines.next(), lines.next()), (Some(EVENT), Some(DELIMITER)));
            let borders: Vec<&str> = lines.filter(|line| line.contains("===")).collect();
            let named = |line: &&str| line.starts_with("=== ") && line.ends_with(" ===");
            assert!(borders.len() == 2 && borders.iter().all(named), "{borders:?}");
            assert_ne!(borders[0], borders[1]);
        });
        assert_eq!(text("=== a\n==="), "== a\\n==");
    }
}
