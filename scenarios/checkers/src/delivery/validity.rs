//! Validity: what a correct process broadcasts, every correct process (BEB1), or it itself (RB1, URB1), eventually delivers.

use super::reliable_delivery::Debt;
use super::view::View;

/// What BEB1 still owes: to every correct process, what a correct one has broadcast.
pub(super) fn to_all(view: &View) -> impl Iterator<Item = Debt> {
    broadcasts(view).flat_map(move |message| {
        let since = view.messages[message].at;
        view.correct().map(move |to| Debt { message, to, since, witness: None })
    })
}

/// What RB1 still owes: to a correct process, what it has broadcast itself.
pub(super) fn to_itself(view: &View) -> impl Iterator<Item = Debt> {
    broadcasts(view).map(move |message| {
        let (to, since) = (view.messages[message].origin, view.messages[message].at);
        Debt { message, to, since, witness: None }
    })
}

/// What correct processes have broadcast.
fn broadcasts(view: &View) -> impl Iterator<Item = usize> {
    let messages = view.messages.iter().enumerate();
    messages.filter(move |(_, m)| m.to.is_none() && view.is_backed(m)).map(|(index, _)| index)
}
