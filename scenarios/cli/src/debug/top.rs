//! The debugger's first line: what matters most is there on the narrowest terminal, and the rest as far as there is room.

use seatrial::debug::Debugger;
use seatrial_node::Instant;

/// Where the debugger stands, in which run.
pub(super) struct Standing {
    step: u64,
    end: u64,
    time: Instant,
    /// The step that breaks a property, and which.
    broken: Option<(u64, String)>,
    /// Things that were done by hand.
    changes: usize,
    /// Which run it is.
    run: String,
}

impl Standing {
    pub(super) fn of(debugger: &Debugger<'_>) -> Self {
        let (account, moment) = (debugger.account(), debugger.moment());
        let mutant = account.mutant.as_ref().map(|name| format!(" with {name}"));
        Self {
            step: moment.step,
            end: debugger.end(),
            time: moment.time,
            broken: debugger.violation().map(|(step, property)| (step, property.to_owned())),
            changes: debugger.changes().len(),
            run: format!(
                "{}{}, seed {}",
                account.scenario,
                mutant.unwrap_or_default(),
                account.seed
            ),
        }
    }

    /// The parts of the line in the order in which they stand, each as long as it may be and then shorter.
    fn parts(&self) -> Vec<Vec<String>> {
        let Self { step, end, time, broken, changes, .. } = self;
        let place = vec![
            format!("step {step} of {end} at {time}"),
            format!("step {step} of {end} at {time:.2}"),
            format!("step {step} at {time:.2}"),
        ];
        let verdict = match broken {
            Some((at, property)) => vec![
                format!("{property} is violated at step {at}"),
                format!("{property} violated at {at}"),
                format!("violated at {at}"),
            ],
            None => vec!["no property is violated".to_owned(), "holds".to_owned()],
        };
        let by_hand = match changes {
            0 => return vec![place, verdict],
            1 => "1 thing done by hand".to_owned(),
            _ => format!("{changes} things done by hand"),
        };
        vec![place, verdict, vec![by_hand, format!("{changes} by hand")]]
    }
}

/// Stands between two parts.
const BETWEEN: &str = "  |  ";
/// Forms of a part, at most.
const FORMS: usize = 3;

/// The line in so many columns: all parts in forms as long as there is room for, the verdict before the others; and the run, where there is
/// room for that, too.
pub(super) fn fitting(standing: &Standing, width: usize) -> String {
    let parts = standing.parts();
    let line = |texts: &[&str]| format!(" {}", texts.join(BETWEEN));
    let fits = |texts: &[&str]| line(texts).chars().count() <= width;
    let all = |form: usize| {
        let shown = parts.iter().map(|part| part[form.min(part.len() - 1)].as_str());
        shown.collect::<Vec<_>>()
    };
    let mut texts = (0..FORMS).map(all).find(|texts| fits(texts)).unwrap_or_else(|| all(FORMS));
    for nth in [1, 0, 2] {
        let Some(part) = parts.get(nth) else { continue };
        let longer = part.iter().map(|form| {
            let mut tried = texts.clone();
            tried[nth] = form;
            tried
        });
        if let Some(longest) = longer.into_iter().find(|tried| fits(tried)) {
            texts = longest;
        }
    }
    texts.push(&standing.run);
    if !fits(&texts) {
        texts.pop();
    }
    line(&texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(changes: usize) -> Standing {
        Standing {
            step: 364,
            end: 1_360,
            time: Instant::from_nanos(366_123_456),
            broken: Some((901, "linearizability".to_owned())),
            changes,
            run: "raft-kv with stale-read, seed 2".to_owned(),
        }
    }

    #[test]
    fn step_time_and_verdict_are_there_on_every_terminal_and_the_rest_where_there_is_room() {
        for (width, line) in [
            (60, " step 364 at 366.12ms  |  linearizability violated at 901"),
            (80, " step 364 of 1360 at 366.123456ms  |  linearizability is violated at step 901"),
            (
                120,
                " step 364 of 1360 at 366.123456ms  |  linearizability is violated at step 901  |  raft-kv with stale-read, seed 2",
            ),
        ] {
            assert_eq!(fitting(&standing(0), width), line);
        }
        let changed = fitting(&standing(2), 80);
        assert_eq!(
            changed,
            " step 364 of 1360 at 366.12ms  |  linearizability violated at 901  |  2 by hand"
        );
    }

    #[test]
    fn no_line_is_longer_than_its_terminal() {
        for (width, changes) in (60..200).flat_map(|width| [(width, 0), (width, 1), (width, 12)]) {
            let line = fitting(&standing(changes), width);
            assert!(line.chars().count() <= width, "{width}: {line}");
            assert!(line.contains("366.12") && line.contains("violated at"), "{width}: {line}");
        }
    }
}
