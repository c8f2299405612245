//! The strong clock condition (Fidge 1988, Mattern 1989): a → b ⇔ V(a) < V(b).

use std::cmp::Ordering;

use seatrial_history::Violation;
use seatrial_node::NodeId;

use super::Law;
use super::happened_before::Trace;
use super::laws::violation;

pub(super) fn judge(trace: &Trace, event: usize) -> Option<Violation> {
    let after = stamp(trace, event)?;
    let (other, found) = (0..event).rev().find_map(|other| {
        let order = compare(stamp(trace, other)?, after);
        let expected = trace.is_before(other, event).then_some(Ordering::Less);
        (order != expected).then_some((other, order))
    })?;
    let truth = if trace.is_before(other, event) {
        "happened before"
    } else {
        "neither happened before nor after"
    };
    let told = match found {
        Some(Ordering::Less) => "say that it did",
        Some(Ordering::Equal) => "are the same",
        Some(Ordering::Greater) => "say that it came after",
        None => "say that neither came before the other",
    };
    let explanation = format!(
        "\"{}\" {truth} \"{}\", but their vectors {told}.",
        trace.title(other),
        trace.title(event)
    );
    let shows = |event: usize| {
        let stamp = &trace.events[event].vector;
        let parts: Vec<String> =
            stamp.iter().map(|(node, value)| format!("{node}: {value}")).collect();
        format!("vector [{}]", parts.join(", "))
    };
    let evidence = [trace.line(other, &shows(other)), trace.line(event, &shows(event))];
    Some(violation(Law::Vector, trace, event, explanation, evidence))
}

/// An event's vector; none where it was not told. An event counts itself, so no vector is all zeros.
fn stamp(trace: &Trace, event: usize) -> Option<&[(NodeId, u64)]> {
    Some(trace.events[event].vector.as_slice()).filter(|vector| !vector.is_empty())
}

/// The order of two vectors, what is left out being zero; `None` where each has a larger component.
fn compare(a: &[(NodeId, u64)], b: &[(NodeId, u64)]) -> Option<Ordering> {
    match (covers(b, a), covers(a, b)) {
        (true, true) => Some(Ordering::Equal),
        (true, false) => Some(Ordering::Less),
        (false, true) => Some(Ordering::Greater),
        (false, false) => None,
    }
}

fn covers(large: &[(NodeId, u64)], small: &[(NodeId, u64)]) -> bool {
    let value = |node: NodeId| {
        large.binary_search_by_key(&node, |(node, _)| *node).map_or(0, |place| large[place].1)
    };
    small.iter().all(|(node, small)| value(*node) >= *small)
}
