//! The states from the first to the one that is gone on from, with what is still to be tried at each.

use crate::choice::Choice;
use crate::exploration::Reduction;
use crate::state::{Open, State};

/// See the module. A frame that was left keeps its memory and its place, for the next one there.
#[derive(Default)]
pub(super) struct Path {
    frames: Vec<Frame>,
    len: usize,
}

impl Path {
    /// The frames, the first one first.
    pub(super) fn frames(&self) -> &[Frame] {
        &self.frames[..self.len]
    }

    /// The frame that is gone on from.
    pub(super) fn last(&mut self) -> Option<&mut Frame> {
        self.frames[..self.len].last_mut()
    }

    /// Goes on to another frame, which is as it was left.
    pub(super) fn lengthen(&mut self) -> &mut Frame {
        if self.len == self.frames.len() {
            self.frames.push(Frame::default());
        }
        self.len += 1;
        &mut self.frames[self.len - 1]
    }

    /// Goes back by one frame. Returns the one that is left, if there is any.
    pub(super) fn shorten(&mut self) -> Option<&Frame> {
        self.len = self.len.checked_sub(1)?;
        Some(&self.frames[self.len])
    }

    pub(super) const fn clear(&mut self) {
        self.len = 0;
    }
}

/// A state on the path.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) state: State,
    /// How much had been told by then.
    pub(super) told: usize,
    /// The step that led here, and its outcome; none to the first state.
    pub(super) by: Option<(Choice, Option<u32>)>,
    pub(super) place: u32,
    /// What may be done next, and the place of what is to be tried next among it.
    pub(super) steps: Vec<Open>,
    pub(super) next: usize,
    /// Choices that lead to nothing new: what they lead to was seen from a state before this one.
    pub(super) asleep: Vec<Choice>,
    /// How many executions go on from here, as far as they are counted.
    pub(super) ways: u128,
}

impl Frame {
    /// What sleeps after this choice: what slept before or has been tried, and is independent of it (Godefroid 1996, §5.2).
    pub(super) fn asleep_after(&self, choice: Choice, how: Reduction) -> Vec<Choice> {
        if how != Reduction::Classes {
            return Vec::new();
        }
        self.asleep.iter().copied().filter(|other| other.is_independent_of(choice)).collect()
    }

    /// This choice has been tried, once none of its outcomes is left.
    pub(super) fn put_to_sleep(&mut self, choice: Choice, how: Reduction) {
        let is_left = self.steps.get(self.next).is_some_and(|step| step.choice == choice);
        if how == Reduction::Classes && !is_left {
            self.asleep.push(choice);
        }
    }
}
