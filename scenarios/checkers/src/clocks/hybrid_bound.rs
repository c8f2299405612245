//! How near a hybrid logical clock stays to physical clocks (Kulkarni et al. 2014, theorems 2 to 4).
//!
//! Its time is never behind the physical clock of its process, and never ahead of all those that its event can know of; so where physical
//! clocks are at most ε apart, it is within ε of its own. Its count is at most the number of earlier events that it knows of at that time.

use seatrial_history::Violation;
use seatrial_node::Duration;

use super::Law;
use super::happened_before::Trace;
use super::laws::{violation, wall};

pub(super) fn judge(trace: &Trace, event: usize) -> Option<Violation> {
    let now = &trace.events[event];
    let ((time, count), own) = (now.hybrid()?, now.physical?);
    let title = trace.title(event);
    let here = || trace.line(event, &format!("hybrid time {}, count {count}", wall(time)));
    let clock = trace.line(event, &format!("the clock of {} shows {}", now.node, wall(own)));
    if time < own {
        let behind = Duration::from_nanos(own - time);
        let explanation = format!(
            "The hybrid time of \"{title}\" is {behind} behind the physical clock of {}.",
            now.node
        );
        return Some(violation(Law::HybridBound, trace, event, explanation, [clock, here()]));
    }
    let known = trace.past(event).filter_map(|cause| Some((trace.events[cause].physical?, cause)));
    let (latest, whose) = known.chain([(own, event)]).max_by_key(|(shown, _)| *shown)?;
    if time > latest {
        let ahead = Duration::from_nanos(time - latest);
        let explanation = format!(
            "The hybrid time of \"{title}\" is {ahead} ahead of every physical clock that it can know of."
        );
        let node = trace.events[whose].node;
        let line = trace.line(whose, &format!("the clock of {node} shows {}", wall(latest)));
        return Some(violation(Law::HybridBound, trace, event, explanation, [line, here()]));
    }
    let at_once = |cause: &usize| trace.events[*cause].hybrid.0 == Some(time);
    let earlier = trace.past(event).filter(at_once).count() as u64;
    if count <= earlier {
        return None;
    }
    let explanation = format!(
        "The hybrid time of \"{title}\" has counted to {count}, though it knows of {earlier} earlier events at that time."
    );
    Some(violation(Law::HybridBound, trace, event, explanation, [clock, here()]))
}
