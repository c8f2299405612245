//! Reliable delivery (PL1), and how all that must happen eventually is judged: as debts, each due a while after it arose.

use seatrial_history::{Moment, Verdict, Violation};
use seatrial_node::Duration;

use super::Property;
use super::explain::violation;
use super::view::View;

/// A message that must be delivered somewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Debt {
    pub(super) message: usize,
    pub(super) to: usize,
    pub(super) since: Moment,
    /// By whose delivery it arose, if by one.
    pub(super) witness: Option<usize>,
}

/// What PL1 owes: to a correct receiver, what a correct process has sent it.
pub(super) fn debts(view: &View) -> impl Iterator<Item = Debt> {
    view.messages.iter().enumerate().filter_map(|(message, sent)| {
        let (to, since) = (sent.to?, sent.at);
        let owed = view.is_backed(sent) && view.processes[to].is_correct();
        owed.then_some(Debt { message, to, since, witness: None })
    })
}

/// The word on a property whose debts are these, at the end.
pub(super) fn judge(
    property: Property,
    view: &View,
    debts: impl Iterator<Item = Debt>,
    healed: Option<Moment>,
    within: Duration,
    end: Moment,
) -> Verdict {
    let mut open = debts.filter(|debt| !view.processes[debt.to].has(debt.message)).peekable();
    if open.peek().is_none() {
        return Verdict::Holds;
    }
    let Some(healed) = healed else {
        return Verdict::Unknown { why: "the run ended before the world healed".into() };
    };
    let due = |debt: &Debt| debt.since.time.max(healed.time) + within;
    match open.min_by_key(due) {
        Some(debt) if due(&debt) <= end.time => {
            Verdict::Violated(undelivered(property, view, debt, healed, within, end))
        }
        _ => Verdict::Unknown {
            why: format!("the run ended before {within} had passed for every message"),
        },
    }
}

fn undelivered(
    property: Property,
    view: &View,
    debt: Debt,
    healed: Moment,
    within: Duration,
    end: Moment,
) -> Violation {
    let (to, title) = (view.node(debt.to), view.title(debt.message));
    let witness = debt.witness.map(|by| format!("{} delivered it, and ", view.node(by)));
    let alive = match view.processes[debt.to].is_correct() {
        true => "never crashed",
        false => "has not crashed since",
    };
    let witness = witness.unwrap_or_default();
    // Where nothing is owed any time, nothing was left to happen.
    let chance = match within {
        Duration::ZERO => "nothing is left to happen".to_owned(),
        within => format!("all was well for {within} and more"),
    };
    let explanation = format!(
        "{to}, which {alive}, has not delivered {title} by the end, though {witness}{chance}."
    );
    let delivery = debt.witness.and_then(|by| view.delivery(debt.message, by));
    let crashes = [Some(view.messages[debt.message].origin), debt.witness];
    let mut evidence = vec![view.sending(debt.message)];
    if within > Duration::ZERO {
        evidence.push((healed, "the world heals".to_owned()));
    }
    evidence.extend(delivery);
    let mut crashed: Vec<usize> = crashes.into_iter().flatten().collect();
    crashed.dedup();
    evidence.extend(crashed.into_iter().filter_map(|slot| view.crash(slot)));
    violation(property, end, explanation, evidence)
}
