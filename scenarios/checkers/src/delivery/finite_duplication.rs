//! Finite duplication (FLL2): what is sent a finite number of times is delivered a finite number of times.

use seatrial_history::{Moment, Verdict};
use seatrial_node::Duration;

use super::Property;
use super::explain::violation;
use super::view::View;

/// The word at the end: a message that arrives again when it was sent long ago, and all has been well for as long, will not stop. One that
/// comes for the first time is late, and no more.
pub(super) fn judge(view: &View, healed: Option<Moment>, within: Duration, end: Moment) -> Verdict {
    let Some(healed) = healed else {
        return Verdict::Unknown { why: "the run ended before the world healed".into() };
    };
    let mut is_over = true;
    for (message, sent) in view.messages.iter().enumerate() {
        let over = sent.at.time.max(healed.time) + within;
        is_over &= over <= end.time;
        let late = |(by, at): &&(usize, Moment)| at.time > over && !view.processes[*by].abandoned;
        let Some((by, at)) = sent.deliveries.iter().skip(1).find(late) else {
            continue;
        };
        let (by, title) = (view.node(*by), view.title(message));
        let times = sent.deliveries.len();
        let explanation = format!(
            "{by} still delivers {title}, which was sent once and has been delivered {times} times, though all was well for \
             {within} and more."
        );
        let first =
            (sent.deliveries[0].1, format!("it is delivered for the first of {times} times"));
        let late = (*at, format!("{by} delivers it again"));
        let evidence = vec![view.sending(message), first, (healed, "the world heals".into()), late];
        return Verdict::Violated(violation(Property::Fll2, *at, explanation, evidence));
    }
    if is_over {
        return Verdict::Holds;
    }
    Verdict::Unknown { why: format!("the run ended before {within} had passed for every message") }
}
