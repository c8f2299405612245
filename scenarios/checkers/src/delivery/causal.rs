//! Causal delivery (CRB5): no message is delivered before one that may have caused it.
//!
//! A message may have been caused by all that its origin had delivered or broadcast before. What may have caused those was looked at when
//! they were delivered, so one step back is enough.

use seatrial_history::Violation;

use super::Property;
use super::explain::{Delivery, violation};
use super::view::View;

/// How far into what each origin has seen each process has been found to have delivered it all.
#[derive(Clone, Debug, Default)]
pub(super) struct Causal {
    members: usize,
    /// By process and origin.
    fine: Vec<usize>,
}

impl Causal {
    pub(super) fn begin(&mut self, members: usize) {
        self.members = members;
        self.fine.clear();
        self.fine.resize(members * members, 0);
    }

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
        let message = &view.messages[now.message];
        let fine = &mut self.fine[now.by * self.members + message.origin];
        let unknown = message.past.start.max(*fine)..message.past.end;
        *fine = message.past.end.max(*fine);
        let seen = &view.processes[message.origin].seen;
        let cause = seen[unknown].iter().copied().find(|cause| !receiver.has(*cause))?;
        let (title, missing) = (view.title(now.message), view.title(cause));
        let origin = view.node(message.origin);
        let explanation = format!(
            "{} delivers {title} without {missing}, which {origin} had before it broadcast {title}.",
            receiver.node
        );
        let knew = view.delivery(cause, message.origin).unwrap_or_else(|| view.sending(cause));
        let evidence = vec![knew, view.sending(now.message), view.now(now)];
        Some(violation(property, now.at, explanation, evidence))
    }
}
