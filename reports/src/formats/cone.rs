//! Which acts of a run a small picture shows: those that may have caused the failure, and of these, where they are too many, the ones
//! that matter and the ones nearest to it.

use std::collections::BTreeSet;

use super::Run;
use crate::numbers::count;

/// A part of a run.
pub(super) struct Cone {
    /// The acts that are shown, in order.
    pub(super) acts: Vec<usize>,
    /// Out of how many that might be.
    pub(super) of: usize,
    /// Those among them that the failure is made of.
    pub(super) matter: BTreeSet<usize>,
    /// The act that broke the property.
    pub(super) end: Option<usize>,
}

impl Cone {
    /// What is said of a picture that shows so many acts out of so many.
    pub(super) fn caption(&self, shown: usize, of: usize) -> String {
        let which = match self.matter.is_empty() && self.end.is_none() {
            true => "the last",
            false => {
                "those that matter, and the nearest to the failure that may have been a cause of it"
            }
        };
        format!("{} of {} acts: {which}", count(shown as u64), count(of as u64))
    }
}

/// At most so many acts of the causal cone of the failure. A run without a failure has its last acts shown.
pub(super) fn cone(run: &Run, most: usize) -> Cone {
    let all = &run.acts.all;
    let matter: BTreeSet<usize> = run.matter().into_iter().collect();
    let end = end(run).or_else(|| matter.last().copied());
    let mut inside = vec![matter.is_empty() && end.is_none(); all.len()];
    for act in matter.iter().copied().chain(end) {
        for (inside, caused) in inside.iter_mut().zip(run.acts.cone(act)) {
            *inside |= caused;
        }
    }
    let senders = matter.iter().rev().filter_map(|act| all[*act].sender);
    let newest = (0..all.len()).rev().filter(|act| inside[*act]);
    let mut acts = BTreeSet::new();
    for act in end.into_iter().chain(matter.iter().rev().copied()).chain(senders).chain(newest) {
        if acts.len() < most {
            acts.insert(act);
        }
    }
    let of = inside.iter().filter(|inside| **inside).count();
    let acts: Vec<usize> = acts.into_iter().collect();
    Cone { acts, of, matter, end }
}

/// The act at the moment of the violation: the last of its step, for the others may be what it is the answer to.
fn end(run: &Run) -> Option<usize> {
    let at = run.account.first_violation()?.at?;
    let mut step = run.acts.at_step(at.step).rev();
    step.find(|act| !run.acts.all[*act].is_loss && run.acts.all[*act].who.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::Acts;
    use crate::samples;

    #[test]
    fn what_matters_is_kept_before_what_is_near() {
        let (account, trace) = (samples::two_leaders(), samples::story());
        let acts = Acts::of(&trace);
        let run = Run { account: &account, trace: &trace, acts: &acts };
        let steps = |most| {
            let cone = cone(&run, most);
            let steps = cone.acts.iter().map(|act| acts.all[*act].at.step);
            (steps.collect::<Vec<_>>(), cone.of)
        };
        // Both victories, what struck the two meanwhile, who sent the votes; the copy that was lost is no cause of anything.
        assert_eq!(steps(100), (vec![1, 1, 1, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13], 13));
        assert_eq!(steps(2).0, [12, 13]);
        assert_eq!(steps(3).0, [11, 12, 13]);
        assert_eq!(steps(6).0, [6, 7, 9, 11, 12, 13]);
    }

    #[test]
    fn a_run_that_holds_shows_its_last_acts() {
        let (account, trace) = (samples::holds(), samples::story());
        let acts = Acts::of(&trace);
        let cone = cone(&Run { account: &account, trace: &trace, acts: &acts }, 2);
        assert_eq!(cone.acts, [acts.all.len() - 2, acts.all.len() - 1]);
        assert_eq!((cone.of, cone.end), (acts.all.len(), None));
        assert_eq!(cone.caption(2, 1_200), "2 of 1,200 acts: the last");
    }
}
