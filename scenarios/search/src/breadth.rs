//! The shortest execution that must not be: breadth first, through states once each.

use std::collections::VecDeque;

use seatrial_history::Violation;

use crate::choice::Choice;
use crate::depth::{Oracle, Schedule};
use crate::exploration::{Explorable, Exploration};
use crate::fingerprint::Prints;
use crate::sight::Sight;
use crate::solo::Solos;
use crate::state::{Choices, State, Told};

/// A state by the step that led to it from another.
struct Link {
    from: usize,
    choice: Choice,
    outcome: Option<u32>,
}

/// A schedule of the fewest steps with which the oracle finds something wrong; none where that takes more states than are allowed.
///
/// It keeps the states of two neighbouring depths, so it is for looking after it is known that there is something to be found.
pub(crate) fn shortest<N: Explorable>(
    within: &Exploration<N>,
    solos: &mut Solos<N>,
    start: (&State, &[Told]),
    oracle: &mut Oracle<'_, N>,
) -> Option<(Schedule, Violation)> {
    let mut breadth = Breadth { within, solos, before: start.1, links: Vec::new() };
    let mut seen = Prints::default();
    let mut waiting = VecDeque::new();
    seen.insert(start.0.print(within));
    if let Some(violation) = breadth.judge(start.0, ROOT, oracle) {
        return Some((Vec::new(), violation));
    }
    waiting.push_back((start.0.clone(), ROOT));
    while let Some((state, from)) = waiting.pop_front() {
        for (choice, outcome) in breadth.steps(&state) {
            let mut after = state.clone();
            let mut told = breadth.told(from);
            if outcome.is_some_and(|number| breadth.solos.mirror(number, within).is_err()) {
                return None;
            }
            after.apply(choice, outcome, &mut told, within, breadth.solos);
            let came = outcome.map(|number| breadth.solos.outcome(number));
            let is_broken = came.is_some_and(|outcome| outcome.incident().is_some());
            if !seen.insert(after.print(within)).1 && !is_broken {
                continue;
            }
            breadth.links.push(Link { from, choice, outcome });
            let here = breadth.links.len() - 1;
            if let Some(violation) = breadth.judge(&after, here, oracle) {
                return Some((breadth.schedule(here), violation));
            }
            if seen.len() as u64 >= within.budget.states {
                return None;
            }
            if after.step < within.budget.depth {
                waiting.push_back((after, here));
            }
        }
    }
    None
}

struct Breadth<'a, N: Explorable> {
    within: &'a Exploration<N>,
    solos: &'a mut Solos<N>,
    /// What was told before the search.
    before: &'a [Told],
    links: Vec<Link>,
}

/// No step led to the first state.
const ROOT: usize = usize::MAX;

impl<N: Explorable> Breadth<'_, N> {
    /// All steps from a state.
    fn steps(&mut self, state: &State) -> Schedule {
        let (within, mut steps, mut choices) = (self.within, Vec::new(), Choices::default());
        state.choices(within, self.solos, &mut choices);
        state.steps(&choices, within, self.solos, |open| steps.push((open.choice, open.outcome)));
        steps
    }

    /// What is wrong with the state that this link leads to.
    fn judge(
        &mut self,
        state: &State,
        link: usize,
        oracle: &mut Oracle<'_, N>,
    ) -> Option<Violation> {
        let (told, mut choices) = (self.told(link), Choices::default());
        state.choices(self.within, self.solos, &mut choices);
        let (within, solos) = (self.within, &*self.solos);
        let by = self.links.get(link).and_then(|link| link.outcome);
        let by = by.map(|number| solos.outcome(number));
        let news = by.map_or(told.len(), |outcome| outcome.told.len());
        let news = if link == ROOT { news } else { by.map_or(0, |_| news) };
        let is_over = state.may_end(&choices.all, within, solos);
        let sight = Sight { told: &told, news, is_over, state, within, solos };
        within.judge(&sight, by.and_then(|outcome| outcome.incident()), oracle)
    }

    /// The steps up to a link.
    fn schedule(&self, mut link: usize) -> Schedule {
        let mut schedule = Vec::new();
        while let Some(Link { from, choice, outcome }) = self.links.get(link) {
            schedule.push((*choice, *outcome));
            link = *from;
        }
        schedule.reverse();
        schedule
    }

    /// All that was told up to a link.
    fn told(&self, link: usize) -> Vec<Told> {
        let mut told = self.before.to_vec();
        for (place, (choice, outcome)) in self.schedule(link).into_iter().enumerate() {
            let facts = outcome.map(|number| &self.solos.outcome(number).told);
            let (step, node) = (place as u64 + 1, choice.node());
            told.extend(facts.into_iter().flatten().map(|(fact, _)| Told {
                step,
                node,
                fact: *fact,
            }));
        }
        told
    }
}
