//! Total order (TOB5, UTOB5): what two processes have delivered is, in the one, a beginning of what it is in the other.

use seatrial_history::{Moment, Violation};

use super::Property;
use super::explain::{Delivery, violation};
use super::view::View;

/// The order in which the first one to get that far has delivered, and who that was.
#[derive(Clone, Debug, Default)]
pub(super) struct TotalOrder {
    order: Vec<(usize, usize)>,
}

impl TotalOrder {
    pub(super) fn begin(&mut self) {
        self.order.clear();
    }

    /// Uniform: whoever delivers is held to it at once.
    pub(super) fn deliver(
        &mut self,
        property: Property,
        view: &View,
        now: Delivery,
    ) -> Option<Violation> {
        let receiver = &view.processes[now.by];
        if receiver.life > 1 {
            return None;
        }
        let place = receiver.delivered.len();
        let Some((first, other)) = self.order.get(place).copied() else {
            self.order.push((now.by, now.message));
            return None;
        };
        if other == now.message {
            return None;
        }
        let evidence = view.delivery(other, first).into_iter().chain([view.now(now)]).collect();
        Some(differ(
            property,
            view,
            now.at,
            place,
            [(now.by, now.message), (first, other)],
            evidence,
        ))
    }
}

/// Regular: at the end correct processes are compared.
pub(super) fn at_end(property: Property, view: &View, end: Moment) -> Option<Violation> {
    let longest = view.correct().max_by_key(|slot| view.processes[*slot].delivered.len())?;
    let order = &view.processes[longest].delivered;
    view.correct().find_map(|slot| {
        let own = &view.processes[slot].delivered;
        let place = own.iter().zip(order).position(|(own, other)| own != other)?;
        let pair = [(slot, own[place]), (longest, order[place])];
        let evidence = pair.iter().filter_map(|(by, message)| view.delivery(*message, *by));
        Some(differ(property, view, end, place, pair, evidence.collect()))
    })
}

fn differ(
    property: Property,
    view: &View,
    at: Moment,
    place: usize,
    [(a, of_a), (b, of_b)]: [(usize, usize); 2],
    evidence: Vec<(Moment, String)>,
) -> Violation {
    let explanation = format!(
        "{}'s delivery number {} is {}, but {}'s is {}.",
        view.node(a),
        place + 1,
        view.title(of_a),
        view.node(b),
        view.title(of_b)
    );
    violation(property, at, explanation, evidence)
}
