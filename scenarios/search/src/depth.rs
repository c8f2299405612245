//! The search itself: depth first, so that it keeps no more states than the longest execution has steps.

mod path;

use seatrial_history::Violation;
use seatrial_sim::Incident;

use self::path::Path;
use crate::account::{Explored, Extent};
use crate::choice::Choice;
use crate::exploration::{Explorable, Exploration, Reduction};
use crate::fingerprint::Prints;
use crate::seen::Seen;
use crate::sight::Sight;
use crate::solo::Solos;
use crate::state::{Choices, Leads, Open, State, Told};

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
    let counts = how == Reduction::States && within.counts_executions;
    let is_bounded = within.budget.depth < u64::MAX;
    let mut search = Depth {
        within,
        solos,
        how,
        here: start.0.clone(),
        told: start.1.to_vec(),
        known: if counts || is_bounded { Known::numbered() } else { Known::bare() },
        ends: Prints::default(),
        counts,
        looks_ahead: how == Reduction::States && !is_bounded,
        ways: Vec::new(),
        reached: Vec::new(),
        visits: 0,
        executions: 0,
        has_cycle: false,
        choices: Choices::default(),
        path: Path::default(),
        explored: Explored::default(),
    };
    let found = search.run(oracle);
    let Depth { known, ends, mut explored, .. } = search;
    explored.states = known.len() as u64;
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
    known: Known,
    ends: Prints,
    /// Whether executions are counted by state.
    counts: bool,
    /// Whether a step need not be made that leads to a known state.
    looks_ahead: bool,
    /// By place in `known`, where executions are counted: how many go on from there.
    ways: Vec<u128>,
    /// By place in `known`, where depth is bounded: in how few steps it was reached.
    reached: Vec<u64>,
    visits: u64,
    /// Ends that were come to.
    executions: u128,
    /// An execution came back to a state that it had been in.
    has_cycle: bool,
    /// All that may happen next, there.
    choices: Choices,
    path: Path,
    explored: Explored,
}

/// The states that were seen.
enum Known {
    /// Nothing is written down about them.
    Bare(Seen),
    /// Each has a place, for what is.
    Numbered(Prints),
}

impl Known {
    fn bare() -> Self {
        Self::Bare(Seen::default())
    }

    fn numbered() -> Self {
        Self::Numbered(Prints::default())
    }

    fn len(&self) -> usize {
        match self {
            Self::Bare(seen) => seen.len(),
            Self::Numbered(prints) => prints.len(),
        }
    }

    /// Whether it can be seen at a glance that a state is known, and nothing else has to be known of it.
    fn knows_at_a_glance(&self, print: u128) -> bool {
        matches!(self, Self::Bare(seen) if seen.is_at_home(print))
    }

    /// The place of a state that was seen.
    fn place(&self, print: u128) -> Option<u32> {
        match self {
            Self::Bare(seen) => seen.contains(print).then_some(0),
            Self::Numbered(prints) => prints.place(print),
        }
    }

    /// Puts a state in. Returns its place, where it has one, and whether it is new.
    fn insert(&mut self, print: u128) -> (u32, bool) {
        match self {
            Self::Bare(seen) => (0, seen.insert(print)),
            Self::Numbered(prints) => prints.insert(print),
        }
    }
}

/// Executions of a state on the path are still being counted.
const UNCOUNTED: u128 = u128::MAX;

/// Two numbers of executions together. No more than this are told apart.
fn sum(ways: u128, others: u128) -> u128 {
    ways.saturating_add(others).min(UNCOUNTED - 1)
}

/// What has come of a step.
enum Arrival {
    /// A state to go on from, and whether the execution may end there.
    New(u32, bool),
    /// One that is known.
    Known(u32),
    /// One as deep as may be.
    Cut,
    Broken(Violation),
}

impl<N: Explorable> Depth<'_, N> {
    fn run(&mut self, oracle: &mut Oracle<'_, N>) -> Option<(Schedule, Violation)> {
        match self.arrive(None, self.told.len(), oracle) {
            Arrival::New(place, is_end) => self.push(None, place, is_end, Vec::new()),
            Arrival::Known(_) => unreachable!("nothing was seen before the first state"),
            Arrival::Cut => return None,
            Arrival::Broken(violation) => return Some(self.broken(Vec::new(), violation)),
        }
        while let Some(frame) = self.path.last() {
            let Some(&step) = frame.steps.get(frame.next) else {
                self.pop();
                continue;
            };
            frame.next += 1;
            if frame.asleep.contains(&step.choice) {
                continue;
            }
            if self.visits >= self.within.budget.states {
                self.explored.extent = Extent::Limit;
                return None;
            }
            self.explored.transitions += 1;
            match step.leads {
                Leads::Back => continue,
                Leads::Told if let Some(place) = self.known.place(step.print) => {
                    self.join(place);
                    continue;
                }
                Leads::Told | Leads::Unknown => {}
            }
            if let Some(violation) = self.advance(step, oracle) {
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

    /// Makes a step from the state on top of the path.
    fn advance(&mut self, step: Open, oracle: &mut Oracle<'_, N>) -> Option<(Schedule, Violation)> {
        let Open { choice, outcome, .. } = step;
        let frame = self.path.last().expect("there is a state to go on from");
        self.here.clone_from(&frame.state);
        self.told.truncate(frame.told);
        let asleep = frame.asleep_after(choice, self.how);
        frame.put_to_sleep(choice, self.how);
        let before = frame.told;
        if outcome.is_some_and(|number| self.solos.mirror(number, self.within).is_err()) {
            self.explored.extent = Extent::Unlike;
            self.path.clear();
            return None;
        }
        let solos = &*self.solos;
        let came = outcome.map(|number| solos.outcome(number));
        if let Some(site) = came.and_then(|outcome| outcome.too_wide()) {
            self.explored.extent = Extent::Chance(site);
        }
        self.here.apply(choice, outcome, &mut self.told, self.within, solos);
        let incident = came.and_then(|outcome| outcome.incident()).cloned();
        match self.arrive(incident.as_ref(), before, oracle) {
            Arrival::Cut => {}
            Arrival::Broken(violation) => {
                let mut schedule = self.schedule();
                schedule.push((choice, outcome));
                return Some(self.broken(schedule, violation));
            }
            Arrival::New(place, is_end) => {
                self.push(Some((choice, outcome)), place, is_end, asleep);
            }
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
                let frame = self.path.last().expect("the step came from somewhere");
                frame.ways = sum(frame.ways, ways);
            }
        }
    }

    /// A step has led here, and something was told since then: is it new, and is anything wrong with it?
    fn arrive(
        &mut self,
        incident: Option<&Incident>,
        before: usize,
        oracle: &mut Oracle<'_, N>,
    ) -> Arrival {
        let print = self.here.print(self.within);
        let (place, is_new) = self.known.insert(print);
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
        state.choices(within, solos, choices);
        let is_over = state.may_end(&choices.all, within, solos);
        let news = told.len() - before;
        let sight = Sight { told, news, is_over, state, within, solos };
        if let Some(violation) = within.judge(&sight, incident, oracle) {
            return Arrival::Broken(violation);
        }
        if is_over {
            self.ends.insert(print);
        }
        if state.step >= within.budget.depth && !choices.all.is_empty() {
            self.explored.extent = Extent::Depth(within.budget.depth);
            return Arrival::Cut;
        }
        Arrival::New(place, is_over)
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
        by: Option<(Choice, Option<u32>)>,
        place: u32,
        is_end: bool,
        asleep: Vec<Choice>,
    ) {
        let frame = self.path.lengthen();
        frame.steps.clear();
        let take = |open| frame.steps.push(open);
        self.here.steps(&self.choices, self.within, self.solos, take);
        look_ahead(&mut frame.steps, &self.known, self.looks_ahead);
        std::mem::swap(&mut frame.state, &mut self.here);
        (frame.told, frame.by, frame.place) = (self.told.len(), by, place);
        (frame.next, frame.asleep) = (0, asleep);
        frame.ways = u128::from(is_end);
        if self.counts {
            self.ways.resize(self.known.len(), UNCOUNTED);
            self.ways[place as usize] = UNCOUNTED;
        }
    }

    /// All has been tried that may follow the state on top of the path.
    fn pop(&mut self) {
        let Some(frame) = self.path.shorten() else { return };
        let ways = frame.ways;
        if self.counts {
            self.ways[frame.place as usize] = ways;
        }
        match self.path.last() {
            Some(before) => before.ways = sum(before.ways, ways),
            None => self.executions = ways,
        }
    }

    /// The steps of the present path.
    fn schedule(&self) -> Schedule {
        self.path.frames().iter().filter_map(|frame| frame.by).collect()
    }

    fn broken(&mut self, schedule: Schedule, violation: Violation) -> (Schedule, Violation) {
        self.explored.extent = Extent::Violation;
        (schedule, violation)
    }
}

/// Finds out which steps lead back. That is a loop of its own, so that memory is asked for all of them at once.
fn look_ahead(steps: &mut [Open], known: &Known, is_wanted: bool) {
    for step in steps {
        step.leads = match step.leads {
            Leads::Told if !is_wanted => Leads::Unknown,
            Leads::Told if known.knows_at_a_glance(step.print) => Leads::Back,
            other => other,
        };
    }
}
