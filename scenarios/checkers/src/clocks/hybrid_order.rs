//! The clock condition for hybrid logical clocks (Kulkarni et al. 2014, theorem 1): a → b ⇒ H(a) < H(b).

use seatrial_history::Violation;

use super::Law;
use super::happened_before::Trace;
use super::laws::{violation, wall};

pub(super) fn judge(trace: &Trace, event: usize) -> Option<Violation> {
    let after = trace.events[event].hybrid()?;
    let (cause, before) = trace.past(event).find_map(|cause| {
        let before = trace.events[cause].hybrid()?;
        (before >= after).then_some((cause, before))
    })?;
    let how = if before == after { "the same as" } else { "later than" };
    let explanation = format!(
        "\"{}\" happened before \"{}\", but its hybrid time is {how} the other's.",
        trace.title(cause),
        trace.title(event)
    );
    let shows = |(time, count): (u64, u64)| format!("hybrid time {}, count {count}", wall(time));
    let evidence = [trace.line(cause, &shows(before)), trace.line(event, &shows(after))];
    Some(violation(Law::HybridOrder, trace, event, explanation, evidence))
}
