//! Just-in-time linearization, breadth first: the set of all configurations is carried from event to event (Lowe, "Testing for
//! linearizability", 2017; Knossos calls it `linear`).
//!
//! An operation takes effect only when some return demands it: at each return, configurations in which the returning operation has
//! taken effect go on, and the others are led on by operations under way until it has. Where none is left, that return is the
//! first that no linearization explains.

use super::cursor::{Config, Cursor};
use super::machine::Machine;
use super::mask::Mask;
use super::space::{Event, Space};
use super::table::Table;

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It needs more steps.
    Running,
    /// There is a linearization.
    Holds,
    /// There is none: this task's return is the first that cannot be passed.
    Stuck(u32),
}

/// The search.
pub(crate) struct Breadth<'a, const W: usize> {
    cursor: Cursor<'a, W>,
    /// The configurations before the next event.
    frontier: Vec<Config<W>>,
    /// At a return: those that wait to be led on, and all that ever did.
    todo: Vec<Config<W>>,
    seen: Table<Config<W>>,
    /// At a return: those that have passed it.
    passed: Table<Config<W>>,
    /// Whether the next event is a return and the work on it has begun.
    returning: bool,
}

impl<'a, const W: usize> Breadth<'a, W> {
    /// A search that has not begun.
    pub(crate) fn new(space: &'a Space) -> Self {
        Self {
            cursor: Cursor::new(space),
            frontier: vec![Config { state: space.first, used: Mask::EMPTY }],
            todo: Vec::new(),
            seen: Table::new(),
            passed: Table::new(),
            returning: false,
        }
    }

    /// Bytes of configurations remembered.
    pub(crate) const fn bytes(&self) -> usize {
        let listed = self.frontier.capacity() + self.todo.capacity();
        listed * size_of::<Config<W>>() + self.seen.bytes() + self.passed.bytes()
    }

    /// The states that are possible where the search stands, those to which operations under way can lead included, in ascending
    /// order; from no more than so many configurations.
    pub(crate) fn reachable_states(&self, machine: &mut Machine, most: usize) -> Vec<u64> {
        let mut seen = Table::new();
        for config in &self.frontier {
            seen.insert(*config);
        }
        let mut next = 0;
        while next < seen.entries().len().min(most) {
            let config = seen.entries()[next];
            next += 1;
            for slot in self.cursor.unused(&config).iter() {
                let step = self.cursor.space.tasks[self.cursor.task_in(slot) as usize].step;
                if let Some(state) = machine.step(config.state, step) {
                    let mut used = config.used;
                    used.set(slot);
                    seen.insert(Config { state, used });
                }
            }
        }
        let mut states: Vec<u64> = seen.entries().iter().map(|config| config.state).collect();
        states.sort_unstable();
        states.dedup();
        states
    }

    /// Goes on until it is decided or so many steps are spent; counts `spent` up.
    pub(crate) fn run(&mut self, machine: &mut Machine, steps: u64, spent: &mut u64) -> Progress {
        let until = *spent + steps;
        while *spent < until {
            match self.cursor.event() {
                None => return Progress::Holds,
                Some(Event::Call(task)) => {
                    self.cursor.forward();
                    *spent += 1;
                    if self.cursor.space.tasks[task as usize].step.is_pure() {
                        *spent += self.frontier.len() as u64 / 4;
                        for config in &mut self.frontier {
                            self.cursor.settle(machine, config);
                        }
                    }
                }
                Some(Event::Return(task)) => {
                    let due = self.cursor.space.tasks[task as usize].slot as usize;
                    if !self.returning {
                        *spent += 1 + self.frontier.len() as u64 / 4;
                        self.begin_return(due);
                    }
                    if !self.close(machine, due, until, spent) {
                        return Progress::Running;
                    }
                    if self.passed.entries().is_empty() {
                        return Progress::Stuck(task);
                    }
                    self.passed.swap_out(&mut self.frontier);
                    self.seen.clear();
                    self.cursor.forward();
                    self.returning = false;
                    self.keep_minimal(spent);
                }
            }
        }
        Progress::Running
    }

    fn begin_return(&mut self, due: usize) {
        self.returning = true;
        for config in &self.frontier {
            if config.used.has(due) {
                let mut config = *config;
                config.used.clear(due);
                self.passed.insert(config);
            } else if self.seen.insert(*config).1 {
                self.todo.push(*config);
            }
        }
    }

    /// Leads on all configurations that wait; says whether it came to the end.
    fn close(&mut self, machine: &mut Machine, due: usize, until: u64, spent: &mut u64) -> bool {
        while let Some(config) = self.todo.pop() {
            for slot in self.cursor.candidates(&config, due).iter() {
                *spent += 1;
                let Some(mut next) = self.cursor.apply(machine, &config, slot) else { continue };
                if next.used.has(due) {
                    next.used.clear(due);
                    self.passed.insert(next);
                } else if self.seen.insert(next).1 {
                    self.todo.push(next);
                }
            }
            if *spent >= until {
                return self.todo.is_empty();
            }
        }
        true
    }

    /// Of configurations that differ only in which operations of unknown outcome have taken effect, keeps the smallest: whoever
    /// has used fewer of them can do all that the others can.
    fn keep_minimal(&mut self, spent: &mut u64) {
        let open = self.cursor.open;
        if self.frontier.len() < 2 || open.is_empty() {
            return;
        }
        let group = |config: &Config<W>| (config.state, config.used.without(open));
        self.frontier.sort_unstable_by_key(|config| {
            (group(config), config.used.and(open).count(), config.used)
        });
        *spent += self.frontier.len() as u64;
        let mut kept = 0;
        let mut group_from = 0;
        for i in 0..self.frontier.len() {
            let config = self.frontier[i];
            if kept > 0 && group(&self.frontier[kept - 1]) != group(&config) {
                group_from = kept;
            }
            let upto = kept.min(group_from + MOST_COMPARED);
            let smaller = |other: &Config<W>| other.used.is_subset_of(config.used);
            *spent += (upto - group_from) as u64 / 8;
            if !self.frontier[group_from..upto].iter().any(smaller) {
                self.frontier[kept] = config;
                kept += 1;
            }
        }
        self.frontier.truncate(kept);
    }
}

/// So many of a group are compared with the rest of it: enough for almost all, and no square.
const MOST_COMPARED: usize = 64;
