//! No creation (FLL3, SL2, PL3, BEB3, RB3, URB3): what is delivered was sent.

use seatrial_history::{Moment, Violation};
use seatrial_node::NodeId;

use super::Property;
use super::explain::{Delivery, title, violation};
use super::view::View;

/// Something is delivered that nobody has sent under that name with that content.
pub(super) fn unsent(
    property: Property,
    view: &View,
    at: Moment,
    by: usize,
    origin: NodeId,
    number: u64,
) -> Violation {
    let (by, title) = (view.node(by), title(origin, number));
    let same_name = view.slot(origin).and_then(|origin| view.find_any(origin, number));
    let why = match same_name {
        Some(_) => "but what that message said was something else",
        None => "but nobody ever sent it",
    };
    let evidence = same_name.map(|message| view.sending(message));
    let delivery = (at, format!("{by} delivers {title}"));
    let explanation = format!("{by} delivers {title}, {why}.");
    violation(property, at, explanation, evidence.into_iter().chain([delivery]).collect())
}

/// A message is delivered at somebody else than it was sent to.
pub(super) fn astray(property: Property, view: &View, now: Delivery) -> Option<Violation> {
    let to = view.messages[now.message].to?;
    if to == now.by {
        return None;
    }
    let title = view.title(now.message);
    let explanation =
        format!("{} delivers {title}, which was sent to {}.", view.node(now.by), view.node(to));
    Some(violation(property, now.at, explanation, vec![view.sending(now.message), view.now(now)]))
}
