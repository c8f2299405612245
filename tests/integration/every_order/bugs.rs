//! Planted bugs, each with the shortest schedule that shows it: found, in words, and replayed.

use seatrial_broadcast::Mutant;
use seatrial_checkers::delivery::Property;
use seatrial_search::{Explorable, Exploration, Extent, Reduction};

use super::broadcasts::*;

/// Finds what is wrong whatever is left out, always with as few steps, and finds it again in the same steps.
fn is_found<N: Explorable>(
    small: &Exploration<N>,
    properties: &'static [Property],
    property: &str,
) -> Vec<String> {
    let mut steps: Vec<Vec<String>> = Vec::new();
    for how in [Reduction::Nothing, Reduction::Classes, Reduction::States] {
        let explored = small.explore(how, judge(properties));
        assert_eq!(explored.extent, Extent::Violation, "{how:?}");
        assert!(explored.is_shortest);
        let found = explored.counterexample.expect("it breaks a property");
        assert!(found.violation.property.starts_with(property), "{found}");
        let again = small.replay(&found.lines, judge(properties));
        assert_eq!(again, Ok(Some(found.violation)));
        steps.push(found.lines.into_iter().map(|line| line.text).collect());
    }
    assert!(steps.iter().all(|other| *other == steps[0]), "{steps:?}");
    steps.swap_remove(0)
}

/// O15. The origin delivers what it sends itself, and crashes; what it has sent to the others is lost.
#[test]
fn a_uniform_broadcast_that_delivers_early_is_found_in_three_steps() {
    let crash = |steps: Vec<String>| {
        assert_eq!(steps[0], "n0 is asked to do something");
        assert_eq!(steps[1], "n0 receives a message from itself");
        assert_eq!(steps[2], "n0 crashes");
        steps.len()
    };
    let majority = majority(3, Some(Mutant::UrbEarly)).with_crashes(1);
    assert_eq!(crash(is_found(&messages(majority, 1), UNIFORM, "URB4")), 3);
    // Two notices of the crash besides.
    let all_ack = all_ack(3, Some(Mutant::UrbEarly)).with_crashes(1);
    assert_eq!(crash(is_found(&messages(all_ack, 1), UNIFORM, "URB4")), 5);
}

/// RN-1. The origin hands over its own copy, and the copy that another sends back.
#[test]
fn a_uniform_broadcast_that_hands_over_every_copy_is_found_in_four_steps() {
    let small = messages(majority(3, Some(Mutant::CallbackOnReceipt)), 1);
    assert_eq!(is_found(&small, UNIFORM, "URB2").len(), 4);
}

/// RN-3. One member delivers what nobody passes on, and the origin crashes.
#[test]
fn a_broadcast_that_relays_nothing_is_found_in_three_or_four_steps() {
    let reliable = reliable(3, Some(Mutant::NoRelay)).with_crashes(1);
    assert_eq!(is_found(&messages(reliable, 1), RELIABLE, "RB4").len(), 3);
    let majority = majority(3, Some(Mutant::NoRelay)).with_crashes(1);
    assert_eq!(is_found(&messages(majority, 1), UNIFORM, "URB4").len(), 4);
}

/// RN-2. All live members acknowledge, one has crashed, and nobody delivers.
#[test]
fn an_all_ack_broadcast_that_waits_for_the_dead_is_found_in_seven_steps() {
    let small = all_ack(3, Some(Mutant::WaitsForTheDead)).with_crashes(1);
    assert_eq!(is_found(&messages(small, 1), UNIFORM, "URB1").len(), 7);
}

/// O16. An answer overtakes what it answers.
#[test]
fn a_causal_broadcast_that_does_not_wait_is_found_in_four_steps() {
    let small = messages(causal(3, Some(Mutant::CausalNoWait)), 2);
    assert_eq!(is_found(&small, CAUSAL, "CRB5").len(), 4);
}

/// Reliable broadcast promises less than uniform: that is found as well.
#[test]
fn a_reliable_broadcast_is_not_uniform() {
    let small = messages(reliable(3, None).with_crashes(1), 1);
    assert_eq!(is_found(&small, UNIFORM, "URB4").len(), 3);
    assert!(small.explore(Reduction::States, judge(RELIABLE)).holds());
}
