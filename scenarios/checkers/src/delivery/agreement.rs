//! Agreement: what one correct process (RB4), or any process (URB4), delivers, every correct process eventually delivers.

use super::reliable_delivery::Debt;
use super::view::View;

/// What is owed to every correct process: what somebody has delivered; for the uniform property, whoever that was.
pub(super) fn among(view: &View, uniform: bool) -> impl Iterator<Item = Debt> {
    let counts = move |slot: usize| uniform || view.processes[slot].is_correct();
    view.messages.iter().enumerate().filter(|(_, message)| message.to.is_none()).flat_map(
        move |(message, said)| {
            let first = said.deliveries.iter().find(|(slot, _)| counts(*slot)).copied();
            let debts = move |(witness, since): (usize, _)| {
                view.correct().map(move |to| Debt { message, to, since, witness: Some(witness) })
            };
            first.into_iter().flat_map(debts)
        },
    )
}
