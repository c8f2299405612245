//! How far broadcasts reach, and how fast: what probabilistic broadcast promises only by chance (PB1, probabilistic validity).

use seatrial_history::{Amount, Measure, Unit};

use super::view::{Message, View};
use crate::Offer;

/// Of the correct members, how many have delivered what a correct member has broadcast, all broadcasts taken together (PB1).
pub static REACHED: Measure = Measure {
    name: "members reached",
    unit: Unit::Percent,
    about: "of the correct members, how many deliver what a correct one has broadcast (PB1)",
};

/// How long it takes from a correct member's broadcast until the last correct member has delivered it. Broadcasts that have not come
/// so far have no such time.
pub static CONVERGENCE: Measure = Measure {
    name: "convergence time",
    unit: Unit::Time,
    about: "from a broadcast of a correct member until the last correct one has delivered it",
};

pub(super) static MEASURES: [Measure; 2] = [REACHED, CONVERGENCE];

/// Offers both.
pub(super) fn figures(view: &View, offer: &mut dyn FnMut(Offer)) {
    let members = view.correct().count() as u64;
    let (mut owed, mut paid) = (0, 0);
    let (mut times, mut has) = (Vec::new(), Vec::new());
    let broadcasts = view.messages.iter().filter(|m| m.to.is_none() && view.is_backed(m));
    for message in broadcasts {
        let reached = reached(view, message, &mut has);
        (owed, paid) = (owed + members, paid + reached.count);
        if reached.count == members && members > 0 {
            times.push(reached.took);
        }
    }
    if let Some(share) = Amount::share(paid, owed) {
        offer(Offer::amount(&REACHED, share));
    }
    if !times.is_empty() {
        offer(Offer::samples(&CONVERGENCE, times));
    }
}

struct Reached {
    /// How many correct members.
    count: u64,
    /// In how many nanoseconds.
    took: u64,
}

/// The first delivery of each correct member counts. `has` is memory for who has delivered it.
fn reached(view: &View, message: &Message, has: &mut Vec<bool>) -> Reached {
    let mut reached = Reached { count: 0, took: 0 };
    has.clear();
    has.resize(view.processes.len(), false);
    for (slot, at) in &message.deliveries {
        if !std::mem::replace(&mut has[*slot], true) && view.processes[*slot].is_correct() {
            reached.count += 1;
            reached.took = reached.took.max((at.time - message.at.time).as_nanos());
        }
    }
    reached
}
