//! The shortest execution that must not be: breadth first, through states once each.

use std::collections::VecDeque;

use seatrial_history::Violation;

use crate::chance;
use crate::choice::Choice;
use crate::depth::{Oracle, Schedule};
use crate::exploration::{Explorable, Exploration};
use crate::fingerprint::Prints;
use crate::state::{Effect, State};

/// A state by the step that led to it from another.
struct Link {
    from: usize,
    choice: Choice,
    chance: Vec<u64>,
}

/// A schedule of the fewest steps with which the oracle finds something wrong; none where that takes more states than are allowed.
///
/// It keeps the worlds of two neighbouring depths, so it is for looking after it is known that there is something to be found.
pub(crate) fn shortest<N: Explorable>(
    within: &Exploration<N>,
    start: &State<N>,
    oracle: &mut Oracle<'_, N>,
) -> Option<(Schedule, Violation)> {
    let mut seen = Prints::default();
    let mut links: Vec<Link> = Vec::new();
    let mut waiting = VecDeque::new();
    seen.insert(start.print(within));
    let choices = start.choices(within);
    if let Some(violation) = within.judge(start, &choices, Ok(()), oracle) {
        return Some((Vec::new(), violation));
    }
    waiting.push_back((start.clone(), choices, ROOT));
    while let Some((state, choices, from)) = waiting.pop_front() {
        for choice in choices {
            let mut next_chance = Some(Vec::new());
            while let Some(chance) = next_chance {
                let mut after = state.clone();
                let went = within.step(&mut after, choice, &chance);
                next_chance = chance::next(after.world.tape().recorded());
                let is_new = seen.insert(after.print(within)).1;
                if went == Ok(Effect::Nothing) || !is_new && went.is_ok() {
                    continue;
                }
                links.push(Link { from, choice, chance });
                let choices = after.choices(within);
                if let Some(violation) = within.judge(&after, &choices, went.map(|_| ()), oracle) {
                    return Some((schedule(links), violation));
                }
                if seen.len() as u64 >= within.budget.states {
                    return None;
                }
                if after.step >= within.budget.depth {
                    continue;
                }
                waiting.push_back((after, choices, links.len() - 1));
            }
        }
    }
    None
}

/// No step led to the first state.
const ROOT: usize = usize::MAX;

/// The steps to the last link.
fn schedule(mut links: Vec<Link>) -> Schedule {
    let mut schedule = Vec::new();
    let mut place = links.len() - 1;
    while place != ROOT {
        let Link { from, choice, ref mut chance } = links[place];
        schedule.push((choice, std::mem::take(chance)));
        place = from;
    }
    schedule.reverse();
    schedule
}
