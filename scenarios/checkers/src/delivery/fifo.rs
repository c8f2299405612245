//! FIFO delivery (FFPL4, FRB5): what one process sent first is delivered first, with none left out.

use seatrial_history::Violation;

use super::Property;
use super::explain::{Delivery, violation};
use super::view::View;

pub(super) fn deliver(property: Property, view: &View, now: Delivery) -> Option<Violation> {
    let receiver = &view.processes[now.by];
    if receiver.life > 1 {
        return None;
    }
    let message = &view.messages[now.message];
    if message.order == 0 {
        return None;
    }
    let before = view.messages[..now.message].iter().rposition(|m| {
        m.origin == message.origin && m.life == message.life && m.to == message.to
    })?;
    if receiver.has(before) {
        return None;
    }
    let (by, origin) = (receiver.node, view.node(message.origin));
    let (title, missing) = (view.title(now.message), view.title(before));
    let explanation = format!(
        "{by} delivers {title} before {missing}, though {origin} sent them the other way round."
    );
    let evidence = vec![view.sending(before), view.sending(now.message), view.now(now)];
    Some(violation(property, now.at, explanation, evidence))
}
