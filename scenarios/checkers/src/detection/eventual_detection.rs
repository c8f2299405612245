//! Eventual detection (LE1) and eventual accuracy (ELD1): in the end, every correct process trusts a correct one.

use seatrial_history::{Moment, Violation};

use super::Property;
use super::explain::{Debt, Due, violation};
use super::view::View;

/// What is owed at the end: that everybody who takes part trusts somebody who is up.
pub(super) fn debts<'v>(view: &'v View, due: &'v Due) -> impl Iterator<Item = Debt> + 'v {
    let within = due.within;
    view.present().filter_map(move |by| {
        let p = view.node(by);
        let up = view.processes[by].up.unwrap_or_default();
        let well = format!("all was well for {within} and more");
        let Some((leader, _)) = view.processes[by].leader() else {
            let explanation = format!("{p} trusts nobody at the end, though {well}.");
            let evidence = view.start(by).into_iter().collect();
            return Some(Debt { since: up, explanation, evidence });
        };
        let crashed = view.processes[leader].down_since()?;
        let q = view.node(leader);
        let explanation = format!(
            "{p} trusts {q} at the end, though {q} has crashed and stayed down, and {well}."
        );
        let lines = [view.trust(by), view.crash(leader), view.suspicion(by, leader)];
        let evidence = lines.into_iter().flatten().collect();
        Some(Debt { since: up.max(crashed), explanation, evidence })
    })
}

/// A change of trust that has just been announced: so late that the leader before should not have been trusted for so long.
pub(super) fn trust(
    property: Property,
    view: &View,
    due: &Due,
    at: Moment,
    by: usize,
    next: usize,
) -> Option<Violation> {
    let (leader, _) = view.processes[by].leader()?;
    let crashed = view.processes[leader].down_since()?;
    let since = crashed.max(view.processes[by].up.unwrap_or_default());
    if leader == next || !due.is_over(since, at) {
        return None;
    }
    let (p, q, within) = (view.node(by), view.node(leader), due.within);
    let explanation = format!(
        "{p} has trusted {q} until now, though {q} had crashed and all had been well for {within} and more."
    );
    let now = (at, format!("{p} trusts {}", view.node(next)));
    let lines = [view.trust(by), view.crash(leader), Some(now)];
    Some(violation(property, at, explanation, lines.into_iter().flatten().collect()))
}
