//! The search itself: depth first, so that it keeps no more states than the longest execution has steps.

use std::ops::Range;

use seatrial_history::Violation;
use seatrial_sim::Incident;

use crate::account::{Explored, Extent};
use crate::choice::Choice;
use crate::exploration::{Explorable, Exploration, Reduction};
use crate::fingerprint::Prints;
use crate::sight::Sight;
use crate::solo::Solos;
use crate::state::{State, Told};

/// Steps, each with its outcome, if anything happens to a node in it.
pub(crate) type Schedule = Vec<(Choice, Option<u32>)>;

/// The oracle.
pub(crate) type Oracle<'a, N> = dyn FnMut(&Sight<'_, N>) -> Option<Violation> + 'a;

/// Searches from this state on.
pub(crate) fn search<N: Explorable>(
    within: &Exploration<N>,
    solos: &mut Solos<N>,
    start: (&State, &[Told]),
    how: Reduction,
    oracle: &mut Oracle<'_, N>,
) -> (Explored, Option<(Schedule, Violation)>) {
    let mut search = Depth {
        within,
        solos,
        how,
        here: start.0.clone(),
        told: start.1.to_vec(),
        seen: Prints::default(),
        ends: Prints::default(),
        counts: how == Reduction::States && within.counts_executions,
        ways: Vec::new(),
        reached: Vec::new(),
        visits: 0,
        executions: 0,
        has_cycle: false,
        choices: Vec::new(),
        stack: Vec::new(),
        spare: Vec::new(),
        explored: Explored::default(),
    };
    let found = search.run(oracle);
    let Depth { seen, ends, mut explored, .. } = search;
    explored.states = seen.len() as u64;
    explored.ends = ends.len() as u64;
    explored.ends_digest = ends.digest();
    (explored, found)
}

struct Depth<'a, N: Explorable> {
    within: &'a Exploration<N>,
    solos: &'a mut Solos<N>,
    how: Reduction,
    /// Where steps are made, and all that was told on the way there.
    here: State,
    told: Vec<Told>,
    seen: Prints,
    ends: Prints,
    /// Whether executions are counted by state.
    counts: bool,
    /// By place in `seen`, where that is so: how many executions go on from there.
    ways: Vec<u128>,
    /// By place in `seen`, where depth is bounded: in how few steps it was reached.
    reached: Vec<u64>,
    visits: u64,
    /// Ends that were come to.
    executions: u128,
    /// An execution came back to a state that it had been in.
    has_cycle: bool,
    /// All that may happen next, there.
    choices: Vec<Choice>,
    stack: Vec<Frame>,
    /// Frames that were left, for their memory.
    spare: Vec<Frame>,
    explored: Explored,
}

/// A state on the present path.
#[derive(Default)]
struct Frame {
    state: State,
    /// How much had been told by then.
    told: usize,
    /// The step that led here, and its outcome; none to the first state.
    by: Option<(Choice, Option<u32>)>,
    place: u32,
    choices: Vec<Choice>,
    /// The choice that is being tried, and those of its outcomes that are still to come, where they are known.
    next: usize,
    outcomes: Option<Range<u32>>,
    /// Choices that lead to nothing new: what they lead to was seen from a state before this one.
    asleep: Vec<Choice>,
    ways: u128,
}

/// Executions of a state on the path are still being counted.
const UNCOUNTED: u128 = u128::MAX;

/// Two numbers of executions together. No more than this are told apart.
fn sum(ways: u128, others: u128) -> u128 {
    ways.saturating_add(others).min(UNCOUNTED - 1)
}

/// A state's fingerprint, its place among those that were seen, and whether it is new there.
type Seen = (u128, u32, bool);

/// What has come of a step.
enum Arrival {
    /// A state to go on from.
    New(u32),
    /// One that is known.
    Known(u32),
    /// One as deep as may be.
    Cut,
    Broken(Violation),
}

impl<N: Explorable> Depth<'_, N> {
    fn run(&mut self, oracle: &mut Oracle<'_, N>) -> Option<(Schedule, Violation)> {
        match self.arrive(None, None, self.told.len(), oracle) {
            Arrival::New(place) => self.push(None, place, Vec::new()),
            Arrival::Known(_) => unreachable!("nothing was seen before the first state"),
            Arrival::Cut => return None,
            Arrival::Broken(violation) => return Some(self.broken(Vec::new(), violation)),
        }
        while let Some(frame) = self.stack.last_mut() {
            let Some(&choice) = frame.choices.get(frame.next) else {
                self.pop();
                continue;
            };
            if frame.asleep.contains(&choice) {
                frame.next += 1;
                continue;
            }
            if self.visits >= self.within.budget.states {
                self.explored.extent = Extent::Limit;
                return None;
            }
            let Some(outcome) = self.next_outcome(choice) else { continue };
            if let Some(violation) = self.advance(choice, outcome, oracle) {
                return Some(violation);
            }
        }
        let is_counted = self.counts || self.how != Reduction::States;
        let is_whole = self.explored.extent == Extent::Complete;
        let is_known =
            self.within.permutations.is_empty() && is_counted && is_whole && !self.has_cycle;
        self.explored.executions = Some(self.executions).filter(|_| is_known);
        None
    }

    /// The next outcome of the choice that is being tried from the state on top of the path, if it is one that changes something; nothing
    /// comes of a loss but the loss.
    fn next_outcome(&mut self, choice: Choice) -> Option<Option<u32>> {
        let frame = self.stack.last_mut().expect("there is a state to go on from");
        let mut left = frame.outcomes.take().unwrap_or_else(|| {
            let Some(deed) = frame.state.deed(choice, self.within, self.solos) else { return 0..0 };
            let solo = frame.state.solos[self.within.place(choice.node())];
            self.solos.outcomes(solo, deed, frame.state.now, self.within)
        });
        let outcome = left.next();
        if left.is_empty() {
            frame.next += 1;
        } else {
            frame.outcomes = Some(left);
        }
        let is_nothing = |number| {
            let outcome = self.solos.outcome(number);
            frame.state.is_nothing(choice, outcome, self.within)
        };
        (!outcome.is_some_and(is_nothing)).then_some(outcome)
    }

    /// Makes one step from the state on top of the path.
    fn advance(
        &mut self,
        choice: Choice,
        outcome: Option<u32>,
        oracle: &mut Oracle<'_, N>,
    ) -> Option<(Schedule, Violation)> {
        let early = self.look_ahead(choice, outcome);
        if let Some((_, place, false)) = early {
            self.explored.transitions += 1;
            self.join(place);
            return None;
        }
        let frame = self.stack.last_mut().expect("there is a state to go on from");
        self.here.clone_from(&frame.state);
        self.told.truncate(frame.told);
        let asleep = frame.asleep_after(choice, self.how);
        if frame.outcomes.is_none() && self.how == Reduction::Classes {
            frame.asleep.push(choice);
        }
        let before = frame.told;
        if outcome.is_some_and(|number| self.solos.mirror(number, self.within).is_err()) {
            self.explored.extent = Extent::Unlike;
            self.stack.clear();
            return None;
        }
        let solos = &*self.solos;
        let came = outcome.map(|number| solos.outcome(number));
        if let Some(site) = came.and_then(|outcome| outcome.too_wide) {
            self.explored.extent = Extent::Chance(site);
        }
        self.here.apply(choice, outcome, &mut self.told, self.within, solos);
        self.explored.transitions += 1;
        let incident = came.and_then(|outcome| outcome.incident.as_ref()).cloned();
        match self.arrive(early, incident.as_ref(), before, oracle) {
            Arrival::Cut => {}
            Arrival::Broken(violation) => {
                let mut schedule = self.schedule();
                schedule.push((choice, outcome));
                return Some(self.broken(schedule, violation));
            }
            Arrival::New(place) => self.push(Some((choice, outcome)), place, asleep),
            Arrival::Known(place) => self.join(place),
        }
        None
    }

    /// A step has led to a state that is known: its executions are those of the state that the step came from, too.
    fn join(&mut self, place: u32) {
        if !self.counts {
            return;
        }
        match self.ways[place as usize] {
            UNCOUNTED => self.has_cycle = true,
            ways => {
                let frame = self.stack.last_mut().expect("the step came from somewhere");
                frame.ways = sum(frame.ways, ways);
            }
        }
    }

    /// Where a step leads, if that can be told before it is made, and nothing need be done again in a state that is known.
    fn look_ahead(&mut self, choice: Choice, outcome: Option<u32>) -> Option<Seen> {
        let is_plain = self.within.permutations.is_empty();
        if self.how != Reduction::States || self.within.budget.depth < u64::MAX || !is_plain {
            return None;
        }
        let outcome = self.solos.outcome(outcome?);
        let frame = self.stack.last()?;
        let print = frame.state.print_after(choice, outcome, self.within, self.solos)?;
        let (place, is_new) = self.seen.insert(print);
        Some((print, place, is_new))
    }

    /// A step has led here, and something was told since then: is it new, and is anything wrong with it?
    fn arrive(
        &mut self,
        early: Option<Seen>,
        incident: Option<&Incident>,
        before: usize,
        oracle: &mut Oracle<'_, N>,
    ) -> Arrival {
        let (print, place, is_new) = early.unwrap_or_else(|| {
            let print = self.here.print(self.within);
            let (place, is_new) = self.seen.insert(print);
            (print, place, is_new)
        });
        if is_new && self.within.budget.depth < u64::MAX {
            self.reached.push(self.here.step);
        }
        if !is_new && self.how == Reduction::States && incident.is_none() && !self.is_nearer(place)
        {
            return Arrival::Known(place);
        }
        self.visits += u64::from(is_new || self.how != Reduction::States);
        self.explored.depth = self.explored.depth.max(self.here.step);
        let Self { within, solos, here: state, told, choices, .. } = self;
        choices.clear();
        state.choices(within, solos, choices);
        let is_over = state.may_end(choices, within, solos);
        let news = told.len() - before;
        let sight = Sight { told, news, is_over, state, within, solos };
        if let Some(violation) = within.judge(&sight, incident, oracle) {
            return Arrival::Broken(violation);
        }
        if is_over {
            self.ends.insert(print);
        }
        if state.step >= within.budget.depth && !choices.is_empty() {
            self.explored.extent = Extent::Depth(within.budget.depth);
            return Arrival::Cut;
        }
        Arrival::New(place)
    }

    /// Whether this state, seen before, has been reached in fewer steps than ever: then more may follow it within the bound.
    fn is_nearer(&mut self, place: u32) -> bool {
        if self.within.budget.depth == u64::MAX {
            return false;
        }
        let nearest = &mut self.reached[place as usize];
        let is_nearer = self.here.step < *nearest;
        *nearest = (*nearest).min(self.here.step);
        is_nearer
    }

    /// Goes on from here.
    fn push(&mut self, by: Option<(Choice, Option<u32>)>, place: u32, asleep: Vec<Choice>) {
        let mut frame = self.spare.pop().unwrap_or_default();
        frame.state.clone_from(&self.here);
        frame.choices.clone_from(&self.choices);
        let is_end = self.here.may_end(&self.choices, self.within, self.solos);
        (frame.told, frame.by, frame.place) = (self.told.len(), by, place);
        (frame.next, frame.outcomes, frame.asleep) = (0, None, asleep);
        frame.ways = u128::from(is_end);
        if self.counts {
            self.ways.resize(self.seen.len(), UNCOUNTED);
            self.ways[place as usize] = UNCOUNTED;
        }
        self.stack.push(frame);
    }

    /// All has been tried that may follow the state on top of the path.
    fn pop(&mut self) {
        let Some(frame) = self.stack.pop() else { return };
        let ways = frame.ways;
        if self.counts {
            self.ways[frame.place as usize] = ways;
        }
        self.spare.push(frame);
        match self.stack.last_mut() {
            Some(before) => before.ways = sum(before.ways, ways),
            None => self.executions = ways,
        }
    }

    /// The steps of the present path.
    fn schedule(&self) -> Schedule {
        self.stack.iter().filter_map(|frame| frame.by).collect()
    }

    fn broken(&mut self, schedule: Schedule, violation: Violation) -> (Schedule, Violation) {
        self.explored.extent = Extent::Violation;
        (schedule, violation)
    }
}

impl Frame {
    /// What sleeps after this choice: what slept before or has been tried, and is independent of it (Godefroid 1996, §5.2).
    fn asleep_after(&self, choice: Choice, how: Reduction) -> Vec<Choice> {
        if how != Reduction::Classes {
            return Vec::new();
        }
        self.asleep.iter().copied().filter(|other| other.is_independent_of(choice)).collect()
    }
}
