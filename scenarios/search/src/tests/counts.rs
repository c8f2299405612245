//! How many executions, classes and states there are, counted by hand.

use seatrial_node::NodeId;

use super::nodes::{Do, asked, collect, fine};
use crate::Reduction;

const EVERY: [Reduction; 3] = [Reduction::Nothing, Reduction::Classes, Reduction::States];

/// Executions with nothing left out, classes, executions for which states stand, and states.
fn counts(nodes: u32, asks: &[(u32, Do)], crashes: u32) -> (u128, u128, u128, u64) {
    let small = asked(nodes, asks).with_crashes(crashes);
    let [all, classes, merged] = EVERY.map(|how| small.explore(how, fine));
    assert_eq!(all.states, merged.states);
    assert_eq!(all.states, classes.states);
    assert_eq!((all.ends, all.ends_digest), (merged.ends, merged.ends_digest));
    assert_eq!((all.ends, all.ends_digest), (classes.ends, classes.ends_digest));
    let executions = |explored: &crate::Explored| explored.executions.expect("all of them end");
    (executions(&all), executions(&classes), executions(&merged), all.states)
}

/// Two requests and the delivery after each: of the four steps' orders, those in which each delivery follows its request, 4!/(2·2).
/// The deliveries are at one node, the requests at one each, so only the order of the deliveries counts.
#[test]
fn two_messages_to_one_node_have_six_orders_in_two_classes() {
    let asks = [(0, Do::Tell(NodeId(2), 1)), (1, Do::Tell(NodeId(2), 2))];
    // Nothing asked; one or other asked, and perhaps delivered; both asked, and none, one, the other or both delivered, in two orders.
    assert_eq!(counts(3, &asks, 0), (6, 2, 6, 1 + 4 + 5));
}

#[test]
fn what_one_node_is_asked_keeps_its_order_and_different_nodes_do_not_matter_to_each_other() {
    assert_eq!(counts(1, &[(0, Do::Draw(1)), (0, Do::Draw(1))], 0), (1, 1, 1, 3));
    assert_eq!(counts(2, &[(0, Do::Draw(1)), (1, Do::Draw(1))], 0), (2, 1, 2, 4));
}

#[test]
fn what_is_left_to_chance_takes_each_of_its_values() {
    assert_eq!(counts(1, &[(0, Do::Draw(3))], 0), (3, 3, 3, 4));
    assert_eq!(counts(1, &[(0, Do::Draw(3)), (0, Do::Draw(2))], 0), (6, 6, 6, 1 + 3 + 6));
}

/// A request may come, or a crash at either node, before or after it; a crash at the node that is asked also instead of it.
#[test]
fn a_crash_comes_before_after_and_instead_of_everything_else() {
    // r; r c0; r c1; c0; c1 r. As c1 and r are of different nodes, the last is of the class of the third.
    assert_eq!(counts(2, &[(0, Do::Draw(1))], 1), (5, 4, 5, 6));
}

/// Timers of two nodes come due in either order, and the clock that all nodes see tells which was first.
#[test]
fn timers_of_one_node_keep_their_order_and_those_of_two_need_not() {
    let mut told = Vec::new();
    let one = asked(1, &[(0, Do::Wait(2)), (0, Do::Wait(1))]);
    one.explore(Reduction::Nothing, collect(&mut told));
    told.sort_unstable();
    // The second timer, of one second, is set after the first has come due, or comes first.
    assert_eq!(told, [[1, 2], [2, 1]]);

    told.clear();
    let two = asked(2, &[(0, Do::Wait(2)), (1, Do::Wait(1))]);
    two.explore(Reduction::Classes, collect(&mut told));
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, [[1, 2], [2, 1]]);
}

#[test]
fn timers_that_are_due_at_once_come_in_either_order() {
    let mut told = Vec::new();
    let world = asked(1, &[(0, Do::Wait(1)), (0, Do::Wait(1))]);
    let explored = world.explore(Reduction::States, collect(&mut told));
    // The second replaces the first, or is set after it has come due.
    assert_eq!(explored.executions, Some(2));
}

#[test]
fn a_disk_does_one_thing_after_the_other() {
    let mut told = Vec::new();
    asked(1, &[(0, Do::Sync)]).explore(Reduction::Nothing, collect(&mut told));
    assert_eq!(told, [[0, 1]]);
}

#[test]
fn before_the_search_begins_a_node_can_have_been_asked() {
    let small = asked(2, &[]).having_asked(NodeId(0), Do::Tell(NodeId(1), 7));
    let mut told = Vec::new();
    let explored = small.explore(Reduction::States, collect(&mut told));
    assert_eq!((explored.executions, explored.states, explored.depth), (Some(1), 2, 1));
    assert_eq!(told, [[7]]);
}
