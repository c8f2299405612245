//! The search itself: depth first, so that it keeps no more worlds than the longest execution has steps.

use seatrial_history::Violation;
use seatrial_sim::Incident;

use crate::account::{Explored, Extent};
use crate::chance;
use crate::choice::Choice;
use crate::exploration::{Explorable, Exploration, Reduction, Sight};
use crate::fingerprint::Prints;
use crate::state::{Effect, Places, State};

/// Steps, each with the values of the choices that the node makes in it.
pub(crate) type Schedule = Vec<(Choice, Vec<u64>)>;

/// The oracle.
pub(crate) type Oracle<'a, N> = dyn FnMut(&Sight<'_, N>) -> Option<Violation> + 'a;

/// Searches from this state on.
pub(crate) fn search<N: Explorable>(
    within: &Exploration<N>,
    start: &State<N>,
    how: Reduction,
    oracle: &mut Oracle<'_, N>,
) -> (Explored, Option<(Schedule, Violation)>) {
    let mut search = Depth {
        within,
        how,
        here: start.clone(),
        astray: Places::default(),
        seen: Prints::default(),
        ends: Prints::default(),
        ways: Vec::new(),
        reached: Vec::new(),
        visits: 0,
        executions: 0,
        has_cycle: false,
        stack: Vec::new(),
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
    how: Reduction,
    /// Where steps are made: the state on top of the path, but for what has happened at some nodes. It goes back to the path's states, so
    /// that a step which leads to nothing new costs no copy of a world.
    here: State<N>,
    astray: Places,
    seen: Prints,
    ends: Prints,
    /// By place in `seen`, where states are merged: how many executions go on from there; none while that is being counted.
    ways: Vec<Option<u128>>,
    /// By place in `seen`, where depth is bounded: in how few steps it was reached.
    reached: Vec<u64>,
    visits: u64,
    /// Ends that were come to.
    executions: u128,
    /// An execution came back to a state that it had been in.
    has_cycle: bool,
    stack: Vec<Frame<N>>,
    explored: Explored,
}

/// A state on the present path.
struct Frame<N: Explorable> {
    state: State<N>,
    /// The step that led here; none to the first state.
    by: Option<(Choice, Vec<u64>)>,
    place: u32,
    choices: Vec<Choice>,
    /// The choice that is being tried, and with which chance.
    next: usize,
    chance: Vec<u64>,
    /// Choices that lead to nothing new: what they lead to was seen from a state before this one.
    asleep: Vec<Choice>,
    ways: u128,
}

/// What has come of a step.
enum Arrival {
    /// A state to go on from, and all that may happen next.
    New(u32, Vec<Choice>),
    /// One that is known.
    Known(u32),
    /// One as deep as may be.
    Cut,
    Broken(Violation),
}

impl<N: Explorable> Depth<'_, N> {
    fn run(&mut self, oracle: &mut Oracle<'_, N>) -> Option<(Schedule, Violation)> {
        match self.arrive(Ok(()), oracle) {
            Arrival::New(place, choices) => self.push(None, place, choices, Vec::new()),
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
            if let Some(violation) = self.advance(choice, oracle) {
                return Some(violation);
            }
        }
        let is_known = !self.has_cycle && self.explored.extent == Extent::Complete;
        self.explored.executions = Some(self.executions).filter(|_| is_known);
        None
    }

    /// Makes one step from the state on top of the path.
    fn advance(
        &mut self,
        choice: Choice,
        oracle: &mut Oracle<'_, N>,
    ) -> Option<(Schedule, Violation)> {
        let frame = self.stack.last_mut().expect("there is a state to go on from");
        self.here.go_back_to(&frame.state, std::mem::take(&mut self.astray));
        let chance = std::mem::take(&mut frame.chance);
        let went = self.within.step(&mut self.here, choice, &chance);
        self.astray = self.astray.with(self.here.place_of(choice));
        let made = self.here.world.tape().recorded();
        if let Some(site) = chance::too_wide(made) {
            self.explored.extent = Extent::Chance(site);
        }
        let asleep = frame.asleep_after(choice, self.how);
        match chance::next(made) {
            Some(other) => frame.chance = other,
            None => {
                frame.next += 1;
                if self.how == Reduction::Classes {
                    frame.asleep.push(choice);
                }
            }
        }
        if went == Ok(Effect::Nothing) {
            return None;
        }
        self.explored.transitions += 1;
        match self.arrive(went.map(|_| ()), oracle) {
            Arrival::Cut => {}
            Arrival::Broken(violation) => {
                let mut schedule = self.schedule();
                schedule.push((choice, chance));
                return Some(self.broken(schedule, violation));
            }
            Arrival::New(place, choices) => {
                self.push(Some((choice, chance)), place, choices, asleep);
            }
            Arrival::Known(place) => match self.ways[place as usize] {
                Some(ways) => {
                    let frame = self.stack.last_mut().expect("the step came from somewhere");
                    frame.ways = frame.ways.saturating_add(ways);
                }
                None => self.has_cycle = true,
            },
        }
        None
    }

    /// A step has led here: is it new, and is anything wrong with it?
    fn arrive(&mut self, went: Result<(), Incident>, oracle: &mut Oracle<'_, N>) -> Arrival {
        let print = self.here.print(self.within);
        let (place, is_new) = self.seen.insert(print);
        if is_new && self.within.budget.depth < u64::MAX {
            self.reached.push(self.here.step);
        }
        if !is_new && self.how == Reduction::States && went.is_ok() && !self.is_nearer(place) {
            return Arrival::Known(place);
        }
        let state = &self.here;
        self.visits += u64::from(is_new || self.how != Reduction::States);
        self.explored.depth = self.explored.depth.max(state.step);
        let choices = state.choices(self.within);
        if let Some(violation) = self.within.judge(state, &choices, went, oracle) {
            return Arrival::Broken(violation);
        }
        if state.may_end(&choices) {
            self.ends.insert(print);
        }
        if state.step >= self.within.budget.depth && !choices.is_empty() {
            self.explored.extent = Extent::Depth(self.within.budget.depth);
            return Arrival::Cut;
        }
        Arrival::New(place, choices)
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
    fn push(
        &mut self,
        by: Option<(Choice, Vec<u64>)>,
        place: u32,
        choices: Vec<Choice>,
        asleep: Vec<Choice>,
    ) {
        self.astray = Places::default();
        let state = self.here.clone();
        let ways = u128::from(state.may_end(&choices));
        if self.how == Reduction::States {
            self.ways.resize(self.seen.len(), None);
        }
        let (next, chance) = (0, Vec::new());
        self.stack.push(Frame { state, by, place, choices, next, chance, asleep, ways });
    }

    /// All has been tried that may follow the state on top of the path.
    fn pop(&mut self) {
        let Some(Frame { place, ways, by, .. }) = self.stack.pop() else { return };
        if let Some((choice, _)) = by {
            self.astray = self.astray.with(self.here.place_of(choice));
        }
        if self.how == Reduction::States {
            self.ways[place as usize] = Some(ways);
        }
        match self.stack.last_mut() {
            Some(before) => before.ways = before.ways.saturating_add(ways),
            None => self.executions = ways,
        }
    }

    /// The steps of the present path.
    fn schedule(&self) -> Schedule {
        self.stack.iter().filter_map(|frame| frame.by.clone()).collect()
    }

    fn broken(&mut self, schedule: Schedule, violation: Violation) -> (Schedule, Violation) {
        self.explored.extent = Extent::Violation;
        (schedule, violation)
    }
}

impl<N: Explorable> Frame<N> {
    /// What sleeps after this choice: what slept before or has been tried, and is independent of it (Godefroid 1996, §5.2).
    fn asleep_after(&self, choice: Choice, how: Reduction) -> Vec<Choice> {
        if how != Reduction::Classes {
            return Vec::new();
        }
        self.asleep.iter().copied().filter(|other| other.is_independent_of(choice)).collect()
    }
}
