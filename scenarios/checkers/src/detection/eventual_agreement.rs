//! Eventual agreement (ELD2): in the end, no two correct processes trust different ones.

use seatrial_history::{Moment, Violation};

use super::Property;
use super::explain::{Debt, Due, violation};
use super::view::View;

/// What is owed at the end: that everybody who takes part trusts the same.
pub(super) fn debts<'v>(view: &'v View, due: &'v Due) -> impl Iterator<Item = Debt> + 'v {
    disagreement(view).into_iter().map(move |(one, other)| {
        let (explanation, evidence, since) = explain(view, due, one, other, "at the end");
        Debt { since, explanation, evidence }
    })
}

/// A change of trust that has just been announced: who agrees only now has not agreed for too long.
pub(super) fn trust(view: &View, due: &Due, at: Moment, by: usize) -> Option<Violation> {
    let (one, other) = disagreement(view)?;
    let (explanation, evidence, since) = explain(view, due, one, other, "until now");
    if !due.is_over(since, at) {
        return None;
    }
    let now = (at, format!("{} trusts another", view.node(by)));
    let evidence = evidence.into_iter().chain([now]).collect();
    Some(violation(Property::Eld2, at, explanation, evidence))
}

/// Two that take part and trust different ones.
fn disagreement(view: &View) -> Option<(usize, usize)> {
    let leader = |slot: usize| view.processes[slot].leader().map(|(leader, _)| leader);
    let mut trusting = view.present().filter(|slot| leader(*slot).is_some());
    let one = trusting.next()?;
    let other = trusting.find(|slot| leader(*slot) != leader(one))?;
    Some((one, other))
}

fn explain(
    view: &View,
    due: &Due,
    one: usize,
    other: usize,
    when: &str,
) -> (String, Vec<crate::several::Line>, Moment) {
    let leader = |slot: usize| view.processes[slot].leader().map(|(leader, _)| view.node(leader));
    let name = |slot: usize| leader(slot).map_or_else(String::new, |leader| leader.to_string());
    let (p, q, within) = (view.node(one), view.node(other), due.within);
    let explanation = format!(
        "{p} trusts {} and {q} trusts {} {when}, though all was well for {within} and more.",
        name(one),
        name(other)
    );
    let lines = [view.trust(one), view.trust(other)];
    let since = view.processes[one].up.max(view.processes[other].up).unwrap_or_default();
    (explanation, lines.into_iter().flatten().collect(), since)
}
