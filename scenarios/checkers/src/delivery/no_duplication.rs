//! No duplication (PL2, BEB2, RB2, URB2): no process delivers a message more than once in a life, nor two by one name.

use seatrial_history::Violation;

use super::Property;
use super::explain::{Delivery, violation};
use super::view::View;

pub(super) fn deliver(property: Property, view: &View, now: Delivery) -> Option<Violation> {
    let receiver = &view.processes[now.by];
    let before = view.namesakes(now.message).find(|message| receiver.has(*message))?;
    let (by, title) = (view.node(now.by), view.title(now.message));
    let explanation = match before == now.message {
        true => format!("{by} delivers {title} a second time."),
        false => {
            format!("{by} delivers two messages that both are {title}, but say different things.")
        }
    };
    let first = view.delivery(before, now.by);
    let evidence = first.into_iter().chain([view.now(now)]).collect();
    Some(violation(property, now.at, explanation, evidence))
}
