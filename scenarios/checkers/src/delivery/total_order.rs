//! Total order (TOB5, UTOB5): what two processes have delivered is, in the one, a beginning of what it is in the other.
//!
//! A process that has crashed and started again may deliver a part of the order again, or miss one. It is held to the order alone: of any
//! two messages that it delivers in this life, the first is the one that comes first elsewhere.

use seatrial_history::{Moment, Violation};

use super::Property;
use super::explain::{Delivery, violation};
use super::view::View;

/// The order in which the first one to get that far has delivered, and who that was.
#[derive(Clone, Debug, Default)]
pub(super) struct TotalOrder {
    order: Vec<(usize, usize)>,
    /// By message: its place in that.
    places: Vec<Option<usize>>,
}

impl TotalOrder {
    pub(super) fn begin(&mut self) {
        self.order.clear();
        self.places.clear();
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
            return self.deliver_again(property, view, now);
        }
        let place = receiver.delivered.len();
        let Some((first, other)) = self.order.get(place).copied() else {
            self.append(now);
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

    /// Whoever has started again goes on in the order, from wherever.
    fn deliver_again(
        &mut self,
        property: Property,
        view: &View,
        now: Delivery,
    ) -> Option<Violation> {
        let Some(place) = self.place(now.message) else {
            self.append(now);
            return None;
        };
        let before = *view.processes[now.by].delivered.last()?;
        let place_before = self.place(before)?;
        if place_before < place || before == now.message {
            return None;
        }
        let explanation = format!(
            "{} delivers {} after {}, but elsewhere the former comes first.",
            view.node(now.by),
            view.title(now.message),
            view.title(before)
        );
        let elsewhere = [self.order[place], self.order[place_before]];
        let elsewhere = elsewhere.map(|(first, message)| view.delivery(message, first));
        let evidence = elsewhere.into_iter().flatten().chain([view.now(now)]).collect();
        Some(violation(property, now.at, explanation, evidence))
    }

    fn place(&self, message: usize) -> Option<usize> {
        self.places.get(message).copied().flatten()
    }

    fn append(&mut self, now: Delivery) {
        if self.places.len() <= now.message {
            self.places.resize(now.message + 1, None);
        }
        self.places[now.message].get_or_insert(self.order.len());
        self.order.push((now.by, now.message));
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
