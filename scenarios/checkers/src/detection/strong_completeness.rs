//! Strong completeness (PFD1, EPFD1): eventually, every process that crashes is suspected by every correct process, for good.

use seatrial_history::{Moment, Violation};

use super::Property;
use super::explain::{Debt, Due, violation};
use super::view::View;

/// What is owed at the end: a suspicion of whoever is down, by everybody who takes part.
pub(super) fn debts<'v>(view: &'v View, due: &'v Due) -> impl Iterator<Item = Debt> + 'v {
    let within = due.within;
    view.present().flat_map(move |by| {
        (0..view.processes.len()).filter_map(move |of| {
            let crashed = view.processes[of].down_since()?;
            let opinion = view.opinion(by, of);
            if opinion.suspected.is_some() || opinion.left || by == of {
                return None;
            }
            let (p, q) = (view.node(by), view.node(of));
            let explanation = format!(
                "{p} does not suspect {q} at the end, though {q} has crashed and stayed down, and all was well for {within} and more."
            );
            let restore = opinion.restored.map(|at| (at, format!("{p} restores {q}")));
            let lines = [view.crash(of), restore, view.start(by)];
            let since = view.processes[by].up.map_or(crashed, |up| up.max(crashed));
            Some(Debt { since, explanation, evidence: lines.into_iter().flatten().collect() })
        })
    })
}

/// A suspicion of a process that is down is taken back: by a perfect detector never, by another not when all has been well for long
/// enough.
pub(super) fn restore(
    property: Property,
    view: &View,
    due: &Due,
    at: Moment,
    by: usize,
    of: usize,
) -> Option<Violation> {
    let crashed = view.processes[of].down_since()?;
    let since = view.processes[by].up.map_or(crashed, |up| up.max(crashed));
    if property != Property::Pfd1 && !due.is_over(since, at) {
        return None;
    }
    view.opinion(by, of).suspected?;
    let (p, q) = (view.node(by), view.node(of));
    let explanation = format!("{p} no longer suspects {q}, which has crashed and is down.");
    let lines = [view.crash(of), view.suspicion(by, of), Some((at, format!("{p} restores {q}")))];
    Some(violation(property, at, explanation, lines.into_iter().flatten().collect()))
}
