//! What the lines of the bug-finding benchmark come to: by bug and strategy, and over each class of bugs.

mod table;

use std::collections::BTreeMap;

use seatrial_history::{Campaigned, Small};

pub use self::table::bugs;

/// All campaigns of one bug.
#[derive(Clone, Debug)]
pub struct BugResults<'a> {
    /// One of its lines: what is said of the bug stands in each.
    pub bug: &'a Campaigned,
    /// What each strategy came to, in the order in which they are in the file.
    pub by_strategy: Vec<(&'a str, Effort)>,
    /// Its runs that were made small.
    pub shrunk: Vec<&'a Small>,
}

/// How many executions it took a strategy to find a bug.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// How many campaigns there were.
    pub campaigns: u64,
    /// How many found it.
    pub found: u64,
    /// The median of the executions of the campaigns; none, where half of them found nothing.
    pub median: Option<u64>,
    /// The most that one took, or gave up after.
    pub worst: u64,
    /// The executions of all campaigns.
    pub executions: u64,
}

impl Effort {
    fn of(lines: &[&Campaigned]) -> Self {
        let mut sorted = lines.to_vec();
        sorted.sort_by_key(|line| (!line.found, line.executions));
        let middle = |place: usize| sorted.get(place).filter(|line| line.found);
        let (lower, upper) = (middle(sorted.len().saturating_sub(1) / 2), middle(sorted.len() / 2));
        Self {
            campaigns: lines.len() as u64,
            found: lines.iter().filter(|line| line.found).count() as u64,
            median: lower
                .zip(upper)
                .map(|(lower, upper)| lower.executions.midpoint(upper.executions)),
            worst: lines.iter().map(|line| line.executions).max().unwrap_or_default(),
            executions: lines.iter().map(|line| line.executions).sum(),
        }
    }

    /// The mean of what a campaign takes until it finds the bug, those that were given up included: executions for each that found it, as
    /// many as would have been wanted had one gone on from another.
    pub fn mean(&self) -> Option<f64> {
        (self.found > 0).then(|| self.executions as f64 / self.found as f64)
    }
}

/// The lines by bug, in the order in which bugs come first.
pub fn by_bug(lines: &[Campaigned]) -> Vec<BugResults<'_>> {
    let mut order: Vec<(&str, &str)> = Vec::new();
    let mut grouped: BTreeMap<(&str, &str), Vec<&Campaigned>> = BTreeMap::new();
    for line in lines {
        let key = (line.mutant.as_deref().unwrap_or_default(), line.scenario.as_str());
        if !grouped.contains_key(&key) {
            order.push(key);
        }
        grouped.entry(key).or_default().push(line);
    }
    order.iter().map(|key| results(&grouped[key])).collect()
}

fn results<'a>(lines: &[&'a Campaigned]) -> BugResults<'a> {
    let mut names: Vec<&str> = Vec::new();
    for line in lines {
        if !names.contains(&line.strategy.as_str()) {
            names.push(&line.strategy);
        }
    }
    let effort = |name: &&'a str| {
        let of: Vec<_> = lines.iter().filter(|line| line.strategy == *name).copied().collect();
        (*name, Effort::of(&of))
    };
    BugResults {
        bug: lines[0],
        by_strategy: names.iter().map(effort).collect(),
        shrunk: lines.iter().filter_map(|line| line.shrunk.as_ref()).collect(),
    }
}

/// The most executions in which a bug of this class is to be found, and in how many of twenty campaigns. Nothing is promised of those that
/// need rare faults.
pub const fn target(class: char) -> Option<(u64, u64)> {
    match class {
        'E' => Some((1_000, 20)),
        'M' => Some((20_000, 20)),
        'H' => Some((200_000, 18)),
        _ => None,
    }
}

impl BugResults<'_> {
    /// Whether this strategy has missed what is aimed at for such bugs. A control misses it where something is found.
    pub fn misses(&self, effort: &Effort) -> bool {
        match target(self.bug.class) {
            _ if self.bug.mutant.is_none() => effort.found > 0,
            Some((_, of_twenty)) => effort.found * 20 < effort.campaigns * of_twenty,
            None => false,
        }
    }

    /// How much longer its shrunk runs are than the schedule that was written by hand: the mean, and the worst.
    pub fn ratio(&self) -> Option<(f64, f64)> {
        let all: Vec<f64> = self.shrunk.iter().filter_map(|small| small.ratio()).collect();
        let worst = all.iter().copied().fold(0.0, f64::max);
        (!all.is_empty()).then(|| (all.iter().sum::<f64>() / all.len() as f64, worst))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A campaign that found a bug after so many runs, or gave up.
    pub(crate) fn line(
        mutant: Option<&str>,
        class: char,
        strategy: &str,
        campaign: u64,
        took: u64,
    ) -> Campaigned {
        let limit = target(class).map_or(1_000, |(limit, _)| limit);
        let small = Small {
            rule: "one vote a term, Raft §5.2".into(),
            explanation: "n1 has voted for n0 and for n2 in term 3".into(),
            events: 541,
            steps: Some(vec![
                "n0 timer Election".into(),
                "n0 -> n1 RequestVote".into(),
                "crash n1".into(),
            ]),
            length: 22,
            by_hand: Some(20),
            bytes: 812,
            runs: 731,
            seconds: 0.8,
        };
        let found = took < limit;
        Campaigned {
            id: mutant.map_or("control", |_| "O1").into(),
            mutant: mutant.map(str::to_owned),
            class,
            about: "a restart forgets <the vote>".into(),
            scenario: "raft-kv".into(),
            faults: "swarm".into(),
            strategy: strategy.into(),
            campaign,
            first_seed: (campaign + 1) * 1_000,
            limit,
            executions: took,
            found,
            found_by: None,
            properties: if found { vec!["one vote a term".into()] } else { Vec::new() },
            seconds: 0.25,
            shrunk: found.then_some(small),
        }
    }

    #[test]
    fn what_was_not_found_counts_as_worse_than_anything_found() {
        let took = [900, 40, 1_000, 20];
        let lines: Vec<Campaigned> =
            (0..).zip(took).map(|(n, took)| line(Some("a"), 'E', "random", n, took)).collect();
        let found = by_bug(&lines);
        let (name, effort) = found[0].by_strategy[0];
        assert_eq!((name, effort.campaigns, effort.found), ("random", 4, 3));
        assert_eq!((effort.median, effort.worst), (Some(470), 1_000), "between 40 and 900");
        let three = Effort::of(&lines[1..].iter().collect::<Vec<_>>());
        assert_eq!(three.median, Some(40));
        assert!((effort.mean().expect("some found it") - 1_960.0 / 3.0).abs() < 1e-9);
        assert!(found[0].misses(&effort), "easy bugs are to be found by every campaign");
        let none = Effort::of(&[&line(Some("a"), 'E', "pos", 0, 1_000)]);
        assert_eq!((none.median, none.mean()), (None, None));
    }

    #[test]
    fn a_control_in_which_something_is_found_misses_and_one_that_is_silent_does_not() {
        let lines = [line(None, 'C', "random", 0, 1_000), line(None, 'C', "pos", 0, 10)];
        let found = by_bug(&lines);
        let misses: Vec<bool> =
            found[0].by_strategy.iter().map(|(_, effort)| found[0].misses(effort)).collect();
        assert_eq!(misses, [false, true]);
    }

    #[test]
    fn a_campaign_is_known_again_unless_it_was_given_up_sooner() {
        let found = line(Some("a"), 'E', "random", 0, 7);
        assert!(found.is_same(&Campaigned { limit: 9_999, found: false, ..found.clone() }));
        let given_up = line(Some("a"), 'E', "random", 0, 1_000);
        assert!(given_up.is_same(&given_up));
        assert!(!given_up.is_same(&Campaigned { limit: 9_999, ..given_up.clone() }));
        assert!(!found.is_same(&Campaigned { campaign: 1, ..found.clone() }));
    }
}
