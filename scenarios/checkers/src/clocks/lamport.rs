//! The clock condition (Lamport 1978): a → b ⇒ L(a) < L(b).

use seatrial_history::Violation;

use super::Law;
use super::happened_before::Trace;
use super::laws::violation;

pub(super) fn judge(trace: &Trace, event: usize) -> Option<Violation> {
    let after = trace.events[event].lamport?;
    let (cause, before) = trace.past(event).find_map(|cause| {
        let before = trace.events[cause].lamport?;
        (before >= after).then_some((cause, before))
    })?;
    let how = if before == after { "the same as" } else { "later than" };
    let explanation = format!(
        "\"{}\" happened before \"{}\", but its Lamport time, {before}, is {how} the other's, {after}.",
        trace.title(cause),
        trace.title(event)
    );
    let shows = |time: u64| format!("Lamport time {time}");
    let evidence = [trace.line(cause, &shows(before)), trace.line(event, &shows(after))];
    Some(violation(Law::Lamport, trace, event, explanation, evidence))
}
