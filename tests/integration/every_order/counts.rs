//! How many executions, classes and states there are: some counted by hand, the others held so that they do not change unseen.

use seatrial_search::{Explorable, Exploration, Explored, Extent, Reduction};

use super::broadcasts::*;

/// What an exploration that found nothing wrong has counted.
#[derive(Debug, PartialEq, Eq)]
struct Counts {
    executions: u128,
    states: u64,
    transitions: u64,
    ends: u64,
}

fn counts(explored: &Explored) -> Counts {
    assert_eq!(explored.counterexample, None);
    assert_eq!(explored.extent, Extent::Complete);
    let &Explored { states, transitions, ends, .. } = explored;
    let executions = explored.executions.expect("every execution has an end");
    Counts { executions, states, transitions, ends }
}

/// Two messages, both broadcast before any is delivered, to n members: (2n)! orders. The state of a member is what it has delivered, in
/// order: nothing, one, the other, or both either way.
#[test]
fn two_best_effort_broadcasts_among_three_come_in_720_orders_and_among_four_in_40320() {
    for (nodes, orders) in [(3, 720), (4, 40_320)] {
        let small = first_messages(best_effort(nodes), 2);
        let every = counts(&small.explore(Reduction::Nothing, judge(BEST_EFFORT)));
        let states = 5_u64.pow(nodes);
        let ends = 2_u64.pow(nodes);
        // Every node of the tree of all permutations but its root.
        let deliveries = u64::from(2 * nodes);
        let transitions = (0..deliveries).map(|left| orders / factorial(left)).sum();
        let executions = u128::from(orders);
        assert_eq!(every, Counts { executions, states, transitions, ends });

        // Deliveries to different members commute, so a class is an order at each member.
        let classes = counts(&small.explore(Reduction::Classes, judge(BEST_EFFORT)));
        assert_eq!((classes.executions, classes.ends), (2_u128.pow(nodes), ends));
        assert_eq!((classes.states, classes.transitions), (states, states - 1));

        let merged = counts(&small.explore(Reduction::States, judge(BEST_EFFORT)));
        assert_eq!((merged.executions, merged.states, merged.ends), (executions, states, ends));
    }
}

fn factorial(number: u64) -> u64 {
    (1..=number).product()
}

/// One message from n0 to itself and to n1, and one crash at most. With c0 and c1 for crashes, a for the delivery at n0 and b for that at
/// n1, and b in brackets where it need not come any more because n0 has crashed, the executions are:
///
///     a b; a b c0; a b c1; a c0 [b]; a c1; b a; b a c0; b a c1; b c0; b c1 a; c0 [b]; c1 a
///
/// Two of them are two each, with b and without it.
#[test]
fn one_broadcast_between_two_with_one_crash_has_fourteen_executions() {
    let small = first_messages(best_effort(2).with_crashes(1), 1);
    for how in [Reduction::Nothing, Reduction::States] {
        assert_eq!(counts(&small.explore(how, judge(BEST_EFFORT))).executions, 14, "{how:?}");
    }
}

/// All that is found is the same, whatever is left out.
fn agrees<N: Explorable>(
    small: &Exploration<N>,
    properties: &'static [seatrial_checkers::delivery::Property],
) -> Counts {
    let all = small.explore(Reduction::Nothing, judge(properties));
    let classes = small.explore(Reduction::Classes, judge(properties));
    let merged = small.explore(Reduction::States, judge(properties));
    let ends = |explored: &Explored| (explored.states, explored.ends, explored.ends_digest);
    assert_eq!(ends(&all), ends(&classes));
    assert_eq!(ends(&all), ends(&merged));
    assert_eq!(all.executions, merged.executions, "states stand for all their executions");
    assert!(classes.executions <= all.executions);
    counts(&all)
}

#[test]
fn the_same_states_are_reached_with_reduction_and_without() {
    agrees(&messages(best_effort(2).with_crashes(2), 2), BEST_EFFORT);
    agrees(&messages(best_effort(3).with_crashes(1), 1), BEST_EFFORT);
    agrees(&messages(reliable(3, None).with_crashes(1), 1), RELIABLE);
    agrees(&messages(causal(2, None).with_crashes(1), 2), CAUSAL);
    agrees(&messages(all_ack(2, None).with_crashes(1), 1), UNIFORM);
    let majority = agrees(&messages(majority(3, None).with_crashes(1), 1), UNIFORM);
    assert_eq!((majority.executions, majority.states, majority.ends), (12_539, 223, 29));
}

#[test]
fn uniform_broadcast_holds_in_every_order_and_at_every_crash_point_of_a_minority() {
    let three = messages(majority(3, None).with_crashes(1), 2);
    let expected = Counts {
        executions: 143_439_766_994,
        states: 213_230,
        transitions: 1_456_099,
        ends: 2_833,
    };
    assert_eq!(counts(&three.explore(Reduction::States, judge(UNIFORM))), expected);
    let four = messages(majority(4, None).with_crashes(1), 1);
    let expected =
        Counts { executions: 7_054_963_059, states: 31_817, transitions: 208_709, ends: 377 };
    assert_eq!(counts(&four.explore(Reduction::States, judge(UNIFORM))), expected);
}

/// Every member that is up is told of every crash, at each moment after it.
#[test]
fn all_ack_uniform_broadcast_holds_whoever_crashes_and_whenever_that_is_told() {
    let one = messages(all_ack(3, None).with_crashes(2), 1);
    let expected = Counts { executions: 1_060_126, states: 3_406, transitions: 8_349, ends: 929 };
    assert_eq!(counts(&one.explore(Reduction::States, judge(UNIFORM))), expected);
}

#[test]
fn causal_broadcast_holds_in_every_order_and_at_every_crash_point() {
    let three = messages(causal(3, None).with_crashes(1), 2);
    let expected =
        Counts { executions: 22_552_668, states: 19_370, transitions: 73_092, ends: 1_968 };
    assert_eq!(counts(&three.explore(Reduction::States, judge(CAUSAL))), expected);
    let four = messages(causal(4, None).with_crashes(1), 1);
    let expected = Counts { executions: 8_076_819, states: 5_581, transitions: 25_724, ends: 273 };
    assert_eq!(counts(&four.explore(Reduction::States, judge(CAUSAL))), expected);
}
