//! What excuses a perfect detector: signs that the run broke what it assumes.

use seatrial_history::Moment;
use seatrial_node::Fact;

use super::view::View;

/// The mark ([`Fact::Reached`]) by which a perfect detector says that the run has broken its synchrony bound.
pub const ASSUMPTION_BROKEN: &str = "PFD's synchrony assumption was broken";

/// The first sign that a run broke the assumptions of a perfect detector.
#[derive(Clone, Debug, Default)]
pub(super) struct Excuse {
    sign: Option<(Moment, String)>,
}

impl Excuse {
    pub(super) fn begin(&mut self) {
        self.sign = None;
    }

    /// Looks at a fact, with the view as it was before.
    pub(super) fn see(&mut self, at: Moment, by: usize, fact: &Fact, view: &View) {
        if self.sign.is_some() {
            return;
        }
        let node = view.node(by);
        let suspected =
            |of: usize| view.processes.iter().any(|p| p.opinions[of].suspected.is_some());
        self.sign = match *fact {
            Fact::Reached { mark: ASSUMPTION_BROKEN } => {
                Some((at, format!("{node} heard somebody whom it suspects")))
            }
            Fact::Started { .. } if view.processes[by].up.is_none() && suspected(by) => {
                Some((at, format!("{node}, which is suspected, starts again")))
            }
            _ => None,
        };
    }

    /// Why nothing can be said of the run, if that is so.
    pub(super) fn why(&self) -> Option<String> {
        let (at, sign) = self.sign.as_ref()?;
        Some(format!("assumption broken: {sign} ({at})"))
    }
}

/// Why a detector may not be to blame for having suspected a process that was up: one of the two stood still before, or crashed
/// afterwards, so that nobody could tell any more whether it was late.
pub(super) fn of_pair(view: &View, at: Moment, by: usize, of: usize) -> Option<String> {
    [by, of].into_iter().find_map(|slot| {
        let process = &view.processes[slot];
        let node = process.node;
        if process.paused.is_some_and(|paused| paused < at) {
            return Some(format!("assumption broken: {node} stood still"));
        }
        let crashed = process.crashed.is_some_and(|(_, last)| last > at);
        let why = "and nobody could tell any more whether it was late";
        crashed.then(|| format!("assumption broken, it may be: {node} crashed afterwards, {why}"))
    })
}
