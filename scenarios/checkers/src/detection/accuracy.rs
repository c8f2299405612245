//! Accuracy (LE2): who trusts a new leader had only leaders before that have crashed.
//!
//! The book says "all previously elected leaders". That is read process by process: two detectors may learn of two crashes in different
//! orders, and the book's own algorithm then elects in different orders, too.

use seatrial_history::{Moment, Violation};

use super::Property;
use super::explain::violation;
use super::view::View;

/// A leader that is trusted too early, and who was trusted before.
pub(super) fn trust(view: &View, at: Moment, by: usize, next: usize) -> Option<(Violation, usize)> {
    let before = &view.processes[by].leaders;
    let living = |slot: usize| slot != next && view.processes[slot].crashed.is_none();
    let (living, since) = before.iter().rev().copied().find(|(leader, _)| living(*leader))?;
    let (p, q, r) = (view.node(by), view.node(living), view.node(next));
    let explanation = format!("{p} trusts {r}, though {q}, its leader before, has not crashed.");
    let lines = [
        Some((since, format!("{p} trusts {q}"))),
        view.suspicion(by, living).or_else(|| view.other_suspicion(by, living)),
        Some((at, format!("{p} trusts {r}"))),
    ];
    let evidence = lines.into_iter().flatten().collect();
    Some((violation(Property::Le2, at, explanation, evidence), living))
}
