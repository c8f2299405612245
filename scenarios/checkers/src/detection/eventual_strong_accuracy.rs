//! Eventual strong accuracy (EPFD2): eventually, no correct process is suspected by any correct process. A detector that counts a member
//! as alive again has to say so: whom it still suspects by its own word, it suspects.

use seatrial_history::{Moment, Violation};

use super::Property;
use super::explain::{Debt, Due, violation};
use super::view::View;

/// What is owed at the end: that each suspicion of a process that takes part is taken back.
pub(super) fn debts<'v>(view: &'v View, due: &'v Due) -> impl Iterator<Item = Debt> + 'v {
    let within = due.within;
    view.present().flat_map(move |by| {
        view.present().filter_map(move |of| {
            view.opinion(by, of).suspected?;
            let (p, q) = (view.node(by), view.node(of));
            let explanation = format!(
                "{p} still suspects {q} at the end, though {q} is up and all was well for {within} and more."
            );
            let lines = match view.crash(of) {
                None => [view.other_suspicion(by, of), view.other_suspicion(of, by)],
                crash => [crash, view.start(of)],
            };
            let lines = lines.into_iter().chain([view.suspicion(by, of)]);
            let since = view.processes[by].up.max(view.processes[of].up).unwrap_or_default();
            Some(Debt { since, explanation, evidence: lines.flatten().collect() })
        })
    })
}

/// A suspicion that has just been announced: of a process that takes part, when all has been well for long enough; or of one that was
/// suspected before and, as far as anybody was told, not restored.
pub(super) fn suspect(
    view: &View,
    due: &Due,
    at: Moment,
    by: usize,
    of: usize,
) -> Option<Violation> {
    let (p, q) = (view.node(by), view.node(of));
    let now = Some((at, format!("{p} suspects {q}")));
    if let Some(before) = view.suspicion(by, of) {
        let explanation = format!("{p} suspects {q} a second time, and has never restored it.");
        let lines = vec![before, (at, format!("{p} suspects {q} again"))];
        return Some(violation(Property::Epfd2, at, explanation, lines));
    }
    let since = view.processes[of].up.filter(|_| view.processes[of].takes_part())?;
    if !due.is_over(since.max(view.processes[by].up.unwrap_or_default()), at) {
        return None;
    }
    let within = due.within;
    let explanation =
        format!("{p} suspects {q}, though {q} is up and all had been well for {within} and more.");
    let healed = due.healed.map(|healed| (healed, "the world heals".to_owned()));
    let lines = [view.start(of), healed, now];
    Some(violation(Property::Epfd2, at, explanation, lines.into_iter().flatten().collect()))
}

/// A restoration that has just been announced: of a process that was not suspected, or so late that the suspicion should have been over
/// before.
pub(super) fn restore(
    view: &View,
    due: &Due,
    at: Moment,
    by: usize,
    of: usize,
) -> Option<Violation> {
    let (p, q) = (view.node(by), view.node(of));
    let now = (at, format!("{p} restores {q}"));
    let Some(suspicion) = view.suspicion(by, of) else {
        let explanation = format!("{p} restores {q}, which it did not suspect.");
        let last = view.opinion(by, of).restored.map(|at| (at, format!("{p} restores {q}")));
        let lines = last.into_iter().chain([now]).collect();
        return Some(violation(Property::Epfd2, at, explanation, lines));
    };
    let since = view.processes[of].up.filter(|_| view.processes[of].takes_part())?;
    if !due.is_over(since.max(view.processes[by].up.unwrap_or_default()), at) {
        return None;
    }
    let within = due.within;
    let explanation = format!(
        "{p} restores {q} only now, though {q} was up and all had been well for {within} and more."
    );
    let healed = due.healed.map(|healed| (healed, "the world heals".to_owned()));
    let lines = [Some(suspicion), view.start(of), healed, Some(now)];
    Some(violation(Property::Epfd2, at, explanation, lines.into_iter().flatten().collect()))
}
