//! A place in the history: which operations are under way there, and how a configuration goes on from it.
//!
//! A search moves a cursor over the events, forwards and back. A *configuration* is a possible state of the object together with the
//! operations under way that have taken effect already. The rules by which one configuration leads to others are here, with the
//! prunings that keep their number small. Each pruning only leaves out a configuration for which another one, that is kept, can go
//! on at least as far.

use super::machine::Machine;
use super::mask::Mask;
use super::problem::{OPEN, Step};
use super::space::{Event, Needs, Space};
use super::table::{Key, mix};

/// A possible state, and the slots of the operations under way that have taken effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Config<const W: usize> {
    pub(crate) state: u64,
    pub(crate) used: Mask<W>,
}

impl<const W: usize> Key for Config<W> {
    fn mixed(&self) -> u64 {
        self.used.words().iter().fold(mix(3, self.state), |hash, &word| mix(hash, word))
    }
}

/// What is under way at a place between two events.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a, const W: usize> {
    pub(crate) space: &'a Space,
    /// The next event.
    pub(crate) at: usize,
    /// The task in each slot.
    task_in: Vec<u32>,
    pending: Mask<W>,
    /// Those that never change the state.
    pure: Mask<W>,
    /// Those whose outcome is unknown.
    pub(crate) open: Mask<W>,
    /// Plain writes.
    writes: Mask<W>,
    /// For each slot those that do the same and must be done earlier.
    before: Vec<Mask<W>>,
    values: Vec<AboutValue<W>>,
    reads_called: usize,
}

/// What is under way about one value of a register.
#[derive(Clone, Debug)]
struct AboutValue<const W: usize> {
    consumers: Mask<W>,
    producers: Mask<W>,
    consumers_called: u32,
    producers_called: u32,
}

impl<'a, const W: usize> Cursor<'a, W> {
    /// The place before the first event.
    pub(crate) fn new(space: &'a Space) -> Self {
        let nothing = AboutValue {
            consumers: Mask::EMPTY,
            producers: Mask::EMPTY,
            consumers_called: 0,
            producers_called: 0,
        };
        Self {
            space,
            at: 0,
            task_in: vec![0; space.slots],
            pending: Mask::EMPTY,
            pure: Mask::EMPTY,
            open: Mask::EMPTY,
            writes: Mask::EMPTY,
            before: vec![Mask::EMPTY; space.slots],
            values: vec![nothing; space.needs.as_ref().map_or(0, Needs::values)],
            reads_called: 0,
        }
    }

    /// The next event.
    pub(crate) fn event(&self) -> Option<Event> {
        self.space.events.get(self.at).copied()
    }

    /// The task that is in the slot.
    pub(crate) fn task_in(&self, slot: usize) -> u32 {
        self.task_in[slot]
    }

    /// Goes past the next event.
    pub(crate) fn forward(&mut self) {
        match self.space.events[self.at] {
            Event::Call(task) => {
                self.count(task, 1);
                self.enter(task);
            }
            Event::Return(task) => self.leave(task),
        }
        self.at += 1;
    }

    /// Goes back before the event that was last passed.
    pub(crate) fn back(&mut self) {
        self.at -= 1;
        match self.space.events[self.at] {
            Event::Call(task) => {
                self.leave(task);
                self.count(task, u32::MAX);
            }
            Event::Return(task) => self.enter(task),
        }
    }

    /// Notes that one more task was called, or one fewer.
    fn count(&mut self, task: u32, change: u32) {
        let step = self.space.tasks[task as usize].step;
        if matches!(step, Step::Total(_) | Step::Length(_)) {
            self.reads_called = self.reads_called.wrapping_add(change as i32 as usize);
        }
        if self.values.is_empty() {
            return;
        }
        if let Some(value) = step.consumes() {
            let about = &mut self.values[value as usize];
            about.consumers_called = about.consumers_called.wrapping_add(change);
        }
        if let Some(value) = step.produces().filter(|_| !step.is_pure()) {
            let about = &mut self.values[value as usize];
            about.producers_called = about.producers_called.wrapping_add(change);
        }
    }

    fn enter(&mut self, number: u32) {
        let task = self.space.tasks[number as usize];
        let slot = task.slot as usize;
        self.task_in[slot] = number;
        if task.has_twins {
            let mut before = Mask::EMPTY;
            for other in self.pending.iter() {
                let twin = self.space.tasks[self.task_in[other] as usize];
                if twin.class == task.class {
                    match (twin.ret, self.task_in[other]) < (task.ret, number) {
                        true => before.set(other),
                        false => self.before[other].set(slot),
                    }
                }
            }
            self.before[slot] = before;
        } else {
            self.before[slot] = Mask::EMPTY;
        }
        self.pending.set(slot);
        if task.step.is_pure() {
            self.pure.set(slot);
        }
        if task.ret == OPEN {
            self.open.set(slot);
        }
        if matches!(task.step, Step::Write(_)) {
            self.writes.set(slot);
        }
        if !self.values.is_empty() {
            if let Some(value) = task.step.consumes() {
                self.values[value as usize].consumers.set(slot);
            }
            if let Some(value) = task.step.produces().filter(|_| !task.step.is_pure()) {
                self.values[value as usize].producers.set(slot);
            }
        }
    }

    fn leave(&mut self, number: u32) {
        let task = self.space.tasks[number as usize];
        let slot = task.slot as usize;
        self.pending.clear(slot);
        self.pure.clear(slot);
        self.open.clear(slot);
        self.writes.clear(slot);
        if task.has_twins {
            for other in self.pending.iter() {
                self.before[other].clear(slot);
            }
        }
        if !self.values.is_empty() {
            if let Some(value) = task.step.consumes() {
                self.values[value as usize].consumers.clear(slot);
            }
            if let Some(value) = task.step.produces() {
                self.values[value as usize].producers.clear(slot);
            }
        }
    }

    /// The slots of all operations under way that can change the state and have not taken effect.
    pub(crate) fn unused(&self, config: &Config<W>) -> Mask<W> {
        self.pending.without(config.used).without(self.pure)
    }

    /// The slots of the operations that may take effect next, where the one in `due` is about to return.
    pub(crate) fn candidates(&self, config: &Config<W>, due: usize) -> Mask<W> {
        let unused = self.pending.without(config.used);
        let mut candidates = unused.without(self.pure);
        for slot in candidates.iter() {
            // Of those that do the same, the one that returns first goes first.
            let twin = !self.before[slot].and(unused).is_empty();
            // A write that nobody needs waits until it must.
            if twin || slot != due && self.writes.has(slot) && self.is_dead(slot, config.used) {
                candidates.clear(slot);
            }
        }
        candidates
    }

    /// The configuration after the operation in the slot has taken effect, and with it everything that then costs nothing.
    pub(crate) fn apply(
        &self,
        machine: &mut Machine,
        config: &Config<W>,
        slot: usize,
    ) -> Option<Config<W>> {
        let step = self.space.tasks[self.task_in[slot] as usize].step;
        let state = machine.step(config.state, step)?;
        if state != config.state && !self.may_leave(config, slot) || !self.may_grow(config, state) {
            return None;
        }
        if let (Step::Insert(value), Some(takes)) = (step, &self.space.takes)
            && !machine.holds_only(config.state, |there| takes.may_follow(value, there))
        {
            return None;
        }
        let mut used = config.used;
        used.set(slot);
        if self.writes.has(slot) {
            // Pending writes that nobody needs happen just before this one, which hides them.
            for other in self.writes.without(used).iter() {
                if self.is_dead(other, used) {
                    used.set(other);
                }
            }
        }
        let mut next = Config { state, used };
        self.settle(machine, &mut next);
        Some(next)
    }

    /// Lets all pending operations take effect that fit the state and do not change it: that can only help.
    pub(crate) fn settle(&self, machine: &mut Machine, config: &mut Config<W>) {
        let pure = self.pure.without(config.used);
        let fitting = match &self.space.needs {
            Some(needs) if !needs.observed => {
                pure.and(self.values[config.state as usize].consumers)
            }
            _ => pure,
        };
        for slot in fitting.iter() {
            let step = self.space.tasks[self.task_in[slot] as usize].step;
            if machine.step(config.state, step).is_some() {
                config.used.set(slot);
            }
        }
    }

    /// What the slot's operation is worth trying by: the sooner it must be done, the sooner.
    pub(crate) fn urgency(&self, slot: usize) -> (u32, u32) {
        let number = self.task_in[slot];
        let task = &self.space.tasks[number as usize];
        let by = match (task.step, &self.space.takes) {
            (Step::Insert(value), Some(takes)) => takes.out_by(value).min(task.ret),
            _ => task.ret,
        };
        (by, number)
    }

    /// Whether a pending write brings a value that no operation needs any more.
    fn is_dead(&self, slot: usize, used: Mask<W>) -> bool {
        let Some(needs) = self.space.needs.as_ref().filter(|needs| !needs.observed) else {
            return false;
        };
        let Some(value) = self.space.tasks[self.task_in[slot] as usize].step.produces() else {
            return false;
        };
        let about = &self.values[value as usize];
        needs.all_called(value, about.consumers_called) && about.consumers.is_subset_of(used)
    }

    /// Whether the register may lose its value: not while somebody still needs it and nobody can bring it back in time.
    fn may_leave(&self, config: &Config<W>, by: usize) -> bool {
        let Some(needs) = &self.space.needs else { return true };
        let value = config.state as u32;
        let about = &self.values[value as usize];
        let mut due = needs.next_return(value, about.consumers_called);
        for slot in about.consumers.without(config.used).without(self.open).iter() {
            if slot != by {
                due = due.min(self.space.tasks[self.task_in[slot] as usize].ret);
            }
        }
        due == OPEN
            || !about.producers.is_subset_of(config.used)
            || needs.next_producer(value, about.producers_called) < due
    }

    /// Whether an object that never shrinks may come to this state: not past what a later or pending operation saw.
    fn may_grow(&self, config: &Config<W>, state: u64) -> bool {
        let Some(ceilings) = &self.space.ceilings else { return true };
        let state = state as i64;
        let seen = |slot: usize| match self.space.tasks[self.task_in[slot] as usize].step {
            Step::Total(seen) => seen,
            Step::Length(seen) => i64::from(seen),
            _ => i64::MAX,
        };
        state <= ceilings[self.reads_called]
            && self.pure.without(config.used).iter().all(|slot| state <= seen(slot))
    }
}
