//! Strong accuracy (PFD2): whoever is suspected has crashed.

use seatrial_history::{Moment, Violation};

use super::Property;
use super::explain::violation;
use super::view::View;

/// A suspicion that has just been announced.
pub(super) fn suspect(view: &View, at: Moment, by: usize, of: usize) -> Option<Violation> {
    let (p, q) = (view.node(by), view.node(of));
    if view.processes[of].crashed.is_some() {
        return None;
    }
    let explanation = format!("{p} suspects {q}, which has not crashed.");
    let lines = [
        (0..view.processes.len()).find_map(|slot| view.crash(slot)),
        view.other_suspicion(by, of),
        view.other_suspicion(of, by),
        Some((at, format!("{p} suspects {q}"))),
    ];
    Some(violation(Property::Pfd2, at, explanation, lines.into_iter().flatten().collect()))
}
