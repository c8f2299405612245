//! Stubborn delivery (SL1): what a correct process sends once to a correct one is delivered there again and again.

use seatrial_history::{Moment, Verdict};
use seatrial_node::Duration;

use super::Property;
use super::explain::violation;
use super::reliable_delivery::{Debt, debts};
use super::view::View;

/// The word at the end: since all has been well for long enough, every stretch of that length has a delivery in it, the last one too.
pub(super) fn judge(view: &View, healed: Option<Moment>, within: Duration, end: Moment) -> Verdict {
    let Some(healed) = healed else {
        return Verdict::Unknown { why: "the run ended before the world healed".into() };
    };
    let mut is_due = true;
    for Debt { message, to, since, .. } in debts(view) {
        let begins = since.time.max(healed.time);
        if begins + within > end.time {
            is_due = false;
            continue;
        }
        let deliveries = &view.messages[message].deliveries;
        let last = deliveries.iter().rev().find(|(by, _)| *by == to).map(|(_, at)| *at);
        if last.is_some_and(|last| last.time + within > end.time) {
            continue;
        }
        let (node, title) = (view.node(to), view.title(message));
        let (how, evidence) = match last {
            None => ("has never delivered", None),
            Some(at) => (
                "no longer delivers",
                Some((at, format!("{node} delivers {title} for the last time"))),
            ),
        };
        let explanation = format!(
            "{node}, which never crashed, {how} {title}, whose sender has not crashed since, though all was well for {within} and \
             more."
        );
        let sending = vec![view.sending(message), (healed, "the world heals".to_owned())];
        let evidence = sending.into_iter().chain(evidence).collect();
        return Verdict::Violated(violation(Property::Sl1, end, explanation, evidence));
    }
    if is_due {
        return Verdict::Holds;
    }
    Verdict::Unknown { why: format!("the run ended before {within} had passed for every message") }
}
