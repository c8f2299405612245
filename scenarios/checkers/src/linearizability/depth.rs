//! The search of Wing and Gong (1993) with Lowe's memory, depth first: it guesses on, and comes back where a guess fails.
//!
//! It walks through the same configurations as the search in `breadth`. Where a history is linearizable and the
//! configurations are many, it often happens on a way through long before the other has seen them all.

use super::breadth::Progress;
use super::cursor::{Config, Cursor};
use super::machine::Machine;
use super::mask::Mask;
use super::space::{Event, Space};
use super::table::{Key, Table, mix};

/// A configuration before a certain event.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place<const W: usize> {
    at: u32,
    config: Config<W>,
}

impl<const W: usize> Key for Place<W> {
    fn mixed(&self) -> u64 {
        mix(self.config.mixed(), u64::from(self.at))
    }
}

/// A configuration on the way, and what has not been tried from it.
#[derive(Clone, Copy, Debug)]
struct Frame<const W: usize> {
    at: u32,
    config: Config<W>,
    /// The choices left are those in `choices` from here to the next frame's.
    choices_from: u32,
    /// The task by whose effect it was reached.
    by: u32,
}

/// The search.
pub(crate) struct Depth<'a, const W: usize> {
    cursor: Cursor<'a, W>,
    frames: Vec<Frame<W>>,
    /// Slots still to be tried, the best last.
    choices: Vec<u32>,
    seen: Table<Place<W>>,
    deepest: u32,
    begun: bool,
    /// The state in which it came to the end last, and the task by which it did.
    arrived: (u64, Option<u32>),
}

/// No task: by which the first configuration was reached.
const NOBODY: u32 = u32::MAX;

/// A way to the end: the tasks in the order in which they were chosen, and the state there.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(crate) chosen: Vec<u32>,
    pub(crate) state: u64,
}

impl<'a, const W: usize> Depth<'a, W> {
    /// A search that has not begun.
    pub(crate) fn new(space: &'a Space) -> Self {
        Self {
            cursor: Cursor::new(space),
            frames: Vec::new(),
            choices: Vec::new(),
            seen: Table::new(),
            deepest: 0,
            begun: false,
            arrived: (0, None),
        }
    }

    /// Bytes of configurations remembered.
    pub(crate) const fn bytes(&self) -> usize {
        self.seen.bytes() + self.frames.capacity() * size_of::<Frame<W>>()
    }

    /// Goes on until it is decided or so many steps are spent; counts `spent` up.
    pub(crate) fn run(&mut self, machine: &mut Machine, steps: u64, spent: &mut u64) -> Progress {
        let until = *spent + steps;
        if self.begin(machine) {
            return Progress::Holds;
        }
        while *spent < until {
            *spent += 1;
            let Some(frame) = self.frames.last().copied() else {
                return Progress::Stuck(self.deepest_task());
            };
            if self.choices.len() == frame.choices_from as usize {
                self.frames.pop();
                if let Some(frame) = self.frames.last() {
                    while self.cursor.at > frame.at as usize {
                        self.cursor.back();
                    }
                }
                continue;
            }
            let slot =
                self.choices.pop().expect("there are choices above the frame's floor") as usize;
            let by = self.cursor.task_in(slot);
            if let Some(config) = self.cursor.apply(machine, &frame.config, slot)
                && self.arrive(machine, config, by, spent)
            {
                return Progress::Holds;
            }
        }
        Progress::Running
    }

    /// Looks for ways to the end of the history: so many, in different states. Says whether it is done with that, or has spent the
    /// steps that it was given.
    pub(crate) fn ways(
        &mut self,
        machine: &mut Machine,
        most: usize,
        found: &mut Vec<Way>,
        steps: u64,
        spent: &mut u64,
    ) -> bool {
        let until = *spent + steps;
        while found.len() < most {
            let left = until.saturating_sub(*spent);
            if left == 0 {
                return false;
            }
            match self.run(machine, left, spent) {
                Progress::Running => return false,
                Progress::Stuck(_) => return true,
                Progress::Holds => {
                    let way = self.way();
                    if found.iter().all(|other| other.state != way.state) {
                        found.push(way);
                    }
                    let Some(frame) = self.frames.last() else { return true };
                    while self.cursor.at > frame.at as usize {
                        self.cursor.back();
                    }
                }
            }
        }
        true
    }

    /// The way that has just come to the end.
    fn way(&self) -> Way {
        let chosen = self.frames.iter().skip(1).map(|frame| frame.by);
        Way { chosen: chosen.chain(self.arrived.1).collect(), state: self.arrived.0 }
    }

    /// Takes the first place, once; says whether that was all.
    fn begin(&mut self, machine: &mut Machine) -> bool {
        if self.begun {
            return false;
        }
        self.begun = true;
        let first = Config { state: self.cursor.space.first, used: Mask::EMPTY };
        self.arrive(machine, first, NOBODY, &mut 0)
    }

    /// Passes all events that the configuration allows and makes a frame where it stops; says whether all have been passed.
    fn arrive(
        &mut self,
        machine: &mut Machine,
        config: Config<W>,
        by: u32,
        spent: &mut u64,
    ) -> bool {
        let from = self.cursor.at;
        let mut config = config;
        let due = loop {
            match self.cursor.event() {
                None => {
                    self.arrived = (config.state, Some(by).filter(|by| *by != NOBODY));
                    return true;
                }
                Some(Event::Call(task)) => {
                    self.cursor.forward();
                    *spent += 1;
                    if self.cursor.space.tasks[task as usize].step.is_pure() {
                        self.cursor.settle(machine, &mut config);
                    }
                }
                Some(Event::Return(task)) => {
                    let slot = self.cursor.space.tasks[task as usize].slot as usize;
                    if !config.used.has(slot) {
                        break slot;
                    }
                    config.used.clear(slot);
                    self.cursor.forward();
                    *spent += 1;
                }
            }
        };
        let at = self.cursor.at as u32;
        self.deepest = self.deepest.max(at);
        if self.seen.insert(Place { at, config }).1 {
            let choices_from = self.choices.len() as u32;
            self.choices
                .extend(self.cursor.candidates(&config, due).iter().map(|slot| slot as u32));
            let cursor = &self.cursor;
            self.choices[choices_from as usize..]
                .sort_unstable_by_key(|&slot| std::cmp::Reverse(cursor.urgency(slot as usize)));
            self.frames.push(Frame { at, config, choices_from, by });
        } else {
            while self.cursor.at > from {
                self.cursor.back();
            }
        }
        false
    }

    fn deepest_task(&self) -> u32 {
        match self.cursor.space.events.get(self.deepest as usize) {
            Some(Event::Return(task)) => *task,
            _ => unreachable!("a search stops before returns only"),
        }
    }
}
